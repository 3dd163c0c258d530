"""What people reported of other reminder programs and a talk cannot say: who is offered what, names
that are markup, who has blocked the bot, who has left. The rest is in `tests/talk/reported`.
"""

from datetime import timedelta

from bot.sandbox import Message
from tests.town import (
    Household,
    Town,
    add_medicine,
    add_person,
    ask,
    clock_in_london,
    found_family,
    join,
)

MINUTE = timedelta(minutes=1)


async def test_a_stopped_medicine_is_offered_nowhere(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 06:00")
    await add_medicine(home.anna, f"Statin 20 mg at {clock_in_london(town.minute(ahead=2))}")
    await home.anna.send("/meds")
    await home.anna.press("Statin", message=await home.anna.sees("💊 Medicines"))
    await home.anna.press("Stop", message=await home.anna.sees("Last given"))
    await home.anna.sees("⏹ Stopped")
    for asked, question in (
        ("/today", "💊 Today"),
        ("/give", "What was given?"),
        ("/refill", "Which medicine"),
        ("/pause", "What should I pause?"),
        ("/settings", "⚙️ Settings"),
        ("what's due today?", "Today"),
        ("are we running out of anything?", "Nobody has counted"),
    ):
        sent = await home.ben.send(asked)
        shown = await home.ben.sees(question, after=sent)
        assert "Statin" not in shown.text, asked
        assert not [label for label in shown.labels if "Statin" in label], asked
        await home.ben.send("/cancel")
    town.jump_by(minutes=5)
    await town.settled()
    assert await town.value("SELECT count(*) FROM notifications WHERE kind = 'slot_card'") == 0

    # Of two with that name, it isn't the one that is meant.
    await add_medicine(home.anna, "Statin 40 mg at 22:00")
    sent = await home.ben.send("/refill Statin 30")
    await home.ben.sees("how many pieces make one dose (40 mg)?", after=sent)


async def test_names_that_are_markup_are_read_as_they_were_typed(town: Town) -> None:
    heart, anna = town.person("<3"), town.person("_Anna_ *[x](y)*")
    await found_family(heart, "<b>Us</b> & `you`")
    await join(heart, anna)
    await add_person(heart)
    asked = await ask(town, heart, anna, medicines=("vit_D_3 100 mg", "[x](y) 5 mg"))
    for card in asked.cards:
        assert "• vit_D_3 100 mg" in card.text.splitlines()
        assert "• [x](y) 5 mg" in card.text.splitlines()
    toast = await heart.press("Taken: vit_D_3", message=asked.cards[0])
    assert toast.text == "Taken: vit_D_3 100 mg"
    await anna.sees("recorded by <3", after=asked.cards[1])
    toast = await anna.press("Taken: [x](y)")
    assert toast.text == "Taken: [x](y) 5 mg"
    await heart.sees("recorded by _Anna_ *[x](y)*", after=asked.cards[0])
    await anna.send("/give vit_D_3")
    extra = await anna.sees("counts as an extra dose")
    assert "recorded by <3" in extra.text
    await heart.send("/family")
    assert "👪 <b>Us</b> & `you`" in (await heart.sees("👪")).text


async def test_one_who_blocks_the_bot_delays_nobody(home: Household, town: Town) -> None:
    """Telegram says so only when their card is sent."""
    carla = town.person("Carla")
    await join(home.anna, carla)
    town.sandbox.fail_next("sendMessage", status=403, chat=home.ben)
    asked = await ask(town, home.anna, carla)
    rows = await town.rows(
        "SELECT u.name, n.status, n.sent_at FROM notifications n JOIN users u ON u.id = n.user_id"
        " WHERE n.kind = 'slot_card' AND n.slot_at = :minute",
        minute=asked.minute,
    )
    assert {row.name: row.status for row in rows} == {
        "Anna": "sent",
        "Ben": "unreachable",
        "Carla": "sent",
    }
    assert all(row.sent_at < asked.minute + MINUTE for row in rows if row.name != "Ben")
    await home.anna.sees("Ben has blocked me")


async def choose_ben(home: Household) -> Message:
    """Anna is about to save that Ben is asked first."""
    await home.anna.send("/settings")
    await home.anna.press("For the family", message=await home.anna.sees("⚙️ Settings"))
    await home.anna.press("Asked first: Mum", message=await home.anna.sees("👪 Settings"))
    await home.anna.press("Ben", message=await home.anna.sees("Who should I ask first"))
    return await home.anna.sees("Now chosen: Ben")


async def ben_leaves(town: Town) -> None:
    await town.change(
        "UPDATE family_members m SET left_at = clock_now() FROM users u"
        " WHERE u.id = m.user_id AND u.name = 'Ben'"
    )


async def test_where_whoever_is_asked_first_has_left_everybody_is_asked(
    home: Household, town: Town
) -> None:
    await home.anna.press("Save", message=await choose_ben(home))
    await home.anna.sees("I ask Ben first about Mum")
    await ben_leaves(town)
    asked = await ask(town, home.anna)
    await home.anna.press("Taken", message=asked.cards[0])
    sent = await home.anna.send("/settings")
    await home.anna.press("For the family", message=await home.anna.sees("⚙️ Settings", after=sent))
    settings = await home.anna.sees("👪 Settings", after=sent)
    assert "• Mum: everybody (Anna)" in settings.text
    assert not [message for message in home.ben.messages if "💊 Mum" in message.text]


async def test_nobody_who_has_left_meanwhile_is_asked_first(home: Household, town: Town) -> None:
    question = await choose_ben(home)
    await ben_leaves(town)
    toast = await home.anna.press("Save", message=question)
    assert toast.text == "That's no longer there. /today, /meds and /appts show what is."
    assert await town.value("SELECT count(*) FROM care_assignments WHERE asked_first") == 0
    asked = await ask(town, home.anna)
    assert asked.cards[0].labels == ("✅ Taken", "⋯ More")
