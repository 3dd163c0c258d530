"""Invitations in the chat: the list, revoking, the picture of the link, who hears who joined."""

from datetime import timedelta

from bot.redis.rate_limit import Limit
from bot.telegram_api.qr_codes import qr_code
from tests.town import Household, Town, add_medicine, ask, found_family, invite, join


async def test_the_invitation_comes_with_a_picture_of_its_link(home: Household, town: Town) -> None:
    await home.anna.send("/invite viewer")
    shown = await home.anna.sees("works once")
    assert home.anna.download(shown) == qr_code(shown.links[0])
    zoe = town.person("Zoe")
    await zoe.open_link(shown.links[0])
    await zoe.sees("Welcome to the family")


async def test_an_invitation_says_nothing_of_health(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Warfarin 5 mg at 20:00")
    await home.anna.send("/addappt Oncologist tomorrow 10:00")
    await home.anna.sees("Saved")
    for role in ("caregiver", "viewer", "admin", "recipient"):
        await home.anna.send(f"/invite {role}")
        shown = await home.anna.sees("works once")
        for secret in ("Warfarin", "Oncologist", "5 mg", "20:00", "Mum in", "London"):
            assert secret not in shown.text, role
        start, token = shown.links[0].split("?start=")
        assert start.startswith("https://t.me/")
        assert len(token) == 32  # random, and nothing else
    # Whoever opens a link that doesn't work learns nothing, not even whose it was.
    link = await invite(home.anna)
    town.jump_by(hours=49)
    zoe = town.person("Zoe")
    await zoe.open_link(link)
    answer = await zoe.sees("expired")
    assert "Mum" not in answer.text
    assert "Anna" not in answer.text


async def test_an_admin_sees_the_open_ones_and_revokes_one(home: Household, town: Town) -> None:
    link = await invite(home.anna, "viewer")
    kept = await invite(home.anna, "caregiver")
    await home.anna.send("/family")
    overview = await home.anna.sees("👪 Mum's helpers")
    await home.anna.press("Open invitations", message=overview)
    shown = await home.anna.sees("📨 Open invitations to the family")
    assert "As viewer\nMade by you\nWorks until " in shown.text
    await home.anna.press("viewer, by you", message=shown)
    question = await home.anna.sees("Revoke this invitation")
    assert "Its link won't work any more" in question.text
    toast = await home.anna.press("Revoke it", message=question)
    assert toast.text == "Revoked. The link doesn't work any more."
    shown = await home.anna.sees("📨 Open invitations to the family")
    assert "As viewer" not in shown.text
    assert "As caregiver" in shown.text
    zoe = town.person("Zoe")
    await zoe.open_link(link)
    await zoe.sees("This invitation isn't valid any more. Please ask for a new one.")
    await zoe.open_link(kept)
    await zoe.sees("Welcome to the family")
    await home.anna.send("/undo")
    await home.anna.sees("you revoked an invitation")


async def test_two_admins_revoke_the_same_one(home: Household, town: Town) -> None:
    cara = town.person("Cara")
    await join(home.anna, cara, "admin")
    await invite(home.anna, "viewer")
    questions = []
    for admin in (home.anna, cara):
        await admin.send("/family")
        await admin.press("Open invitations", message=await admin.sees("👪 Mum's helpers"))
        shown = await admin.sees("📨 Open invitations to the family")
        await admin.press("viewer, by", message=shown)
        questions.append(await admin.sees("Revoke this invitation"))
    assert "Made by Anna" in questions[1].text
    await home.anna.press("Revoke it", message=questions[0])
    toast = await cara.press("Revoke it", message=questions[1])
    assert toast.text == "It's already revoked."
    await cara.sees("None. /invite makes one.")


async def test_a_question_whose_invitation_was_used_meanwhile_says_so(
    home: Household, town: Town
) -> None:
    link = await invite(home.anna, "viewer")
    await home.anna.send("/family")
    await home.anna.press("Open invitations", message=await home.anna.sees("👪 Mum's helpers"))
    shown = await home.anna.sees("📨 Open invitations to the family")
    await home.anna.press("viewer, by you", message=shown)
    question = await home.anna.sees("Revoke this invitation")
    zoe = town.person("Zoe")
    await zoe.open_link(link)
    await zoe.sees("Welcome to the family")
    toast = await home.anna.press("Revoke it", message=question)
    assert (toast.alert, toast.text.split(".")[0]) == (
        True,
        "This invitation has already been used",
    )
    assert await town.value("SELECT count(*) FROM family_members WHERE left_at IS NULL") == 3


async def test_only_admins_are_offered_the_list(home: Household, town: Town) -> None:
    await home.ben.send("/family")
    overview = await home.ben.sees("👪 Mum's helpers")
    assert not [label for label in overview.labels if "invitation" in label.lower()]


async def test_who_made_the_invitation_hears_who_joined_by_it(home: Household, town: Town) -> None:
    cara, zoe = town.person("Cara"), town.person("Zoe")
    await join(home.anna, cara, "admin")
    await join(cara, zoe, "viewer")
    told = await cara.sees("Zoe has joined the family Mum's helpers. Their role: viewer.")
    assert "They used your invitation." in told.text
    told = await home.anna.sees("Zoe has joined the family")
    assert "Cara had invited them." in told.text
    assert told.labels == ("🚪 Remove Zoe",)


async def test_whoever_joined_by_mistake_is_removed_where_one_reads_of_it(
    home: Household, town: Town
) -> None:
    zoe = town.person("Zoe")
    await join(home.anna, zoe, "viewer")
    told = await home.anna.sees("Zoe has joined the family")
    await home.anna.press("Remove Zoe", message=told)
    question = await home.anna.sees("Remove Zoe from the family")
    await home.anna.press("Yes, remove", message=question)
    await town.settled()
    assert await town.value("SELECT count(*) FROM family_members WHERE left_at IS NULL") == 2
    await zoe.send("/family")
    await zoe.sees("whom do you look after?")


async def test_the_list_after_two_days_is_empty(home: Household, town: Town) -> None:
    await invite(home.anna, "viewer")
    await home.anna.send("/family")
    await home.anna.press("Open invitations", message=await home.anna.sees("👪 Mum's helpers"))
    shown = await home.anna.sees("📨 Open invitations to the family")
    town.clock.advance(timedelta(hours=49))
    toast = await home.anna.press("viewer, by you", message=shown)
    assert toast.alert  # no longer there
    await home.anna.send("/family")
    await home.anna.press("Open invitations", message=await home.anna.sees("👪 Mum's helpers"))
    await home.anna.sees("None. /invite makes one.")


async def test_five_wrong_invitations_then_silence_and_a_right_one_is_never_counted(
    home: Household, town: Town
) -> None:
    zoe, yan = town.person("Zoe"), town.person("Yan")
    for number in range(4):
        await zoe.start(f"WrongWrongWrongWrongWrongWrong{number}")
        await zoe.sees("I don't know this invitation. Please ask for a new one.")
    # Known ones cost nothing: used, revoked or expired.
    used = await invite(home.anna)
    await yan.open_link(used)
    await yan.sees("Welcome")
    for _ in range(3):
        await zoe.open_link(used)
        await zoe.sees("This invitation has already been used.")
    await zoe.send("https://t.me/carecircle_sandbox_bot?start=WrongWrongWrongWrongWrong")
    await zoe.sees("I don't know this invitation, either, and I won't look at another one")
    before = len(zoe.messages)
    # Not even a right one, or guessing would go on.
    good = await invite(home.anna)
    await zoe.open_link(good)
    await zoe.start("WrongWrongWrongWrongWrongWrong9")
    await town.settled()
    assert len(zoe.messages) == before + 2  # only hers
    assert await town.value("SELECT count(*) FROM family_members") == 3
    # Everybody else joins by it.
    xia = town.person("Xia")
    await xia.open_link(good)
    await xia.sees("Welcome to the family")
    # And hers isn't lost for other things.
    await zoe.send("/help")
    await zoe.sees("What I can do")


async def test_a_family_that_floods_is_told_and_its_buttons_work(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await town.restart_bot(family_limit=Limit(5, 60))
    for command in ("/today", "/meds", "/help", "/people", "/doctors", "/appts", "/settings"):
        await home.anna.send(command)
    await home.anna.sees("Your family has sent me a lot at once.")
    eve = town.person("Eve")
    await found_family(eve, "Eve's")  # others aren't kept waiting
    toast = await home.ben.press("Taken", message=asked.cards[1])
    assert toast.text == "Taken: Aspirin 100 mg"
