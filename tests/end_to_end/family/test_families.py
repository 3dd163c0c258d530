"""Founding a family, inviting into it, joining it, looking at it, switching between two."""

from datetime import timedelta

from tests.town import Household, Town, add_person, as_shown, found_family, invite, join


async def test_a_family_is_founded_step_by_step(town: Town) -> None:
    anna = town.person("Anna")
    await anna.send("/newfamily")
    await anna.sees("What would you like to call the family?")
    await anna.send("Mum’s helpers")
    founded = await anna.sees("You've created the family Mum’s helpers, and you're its admin.")
    await anna.press("Add a person", message=founded)
    await anna.sees("Who do you look after?")


async def test_any_name_that_can_be_shown_is_kept_as_typed(town: Town) -> None:
    names = ("Smith <b>&amp; Söhne", "👩‍👩‍👧 🏡", "عائلة أمي", "%s {name} $(rm)", "x" * 80)
    anna = town.person("Anna")
    for name in names:
        await anna.send(f"/newfamily {name}")
        await anna.sees(f"You've created the family {as_shown(name)}")
        await anna.send("/family")
        await anna.sees(f"👪 {as_shown(name)}")
    assert {row.name for row in await town.rows("SELECT name FROM families")} == set(names)


async def test_a_name_that_cannot_be_kept_is_asked_for_again(town: Town) -> None:
    anna = town.person("Anna")
    await anna.send("/newfamily")
    await anna.sees("What would you like to call the family?")
    for bad, answer in (("x" * 5_000, "too long for a name"), ("\u200b\u2800", "name is missing")):
        await anna.send(bad)
        await anna.sees(answer)
        await anna.sees("What would you like to call the family?")
    await anna.send_voice()
    await anna.sees("I can only read text")
    await anna.sees("What would you like to call the family?")
    await town.settled()
    assert await town.count("families") == 0
    await anna.send("Smith")
    await anna.sees("You've created the family Smith")


async def test_a_bad_name_on_one_line_founds_nothing(town: Town) -> None:
    anna = town.person("Anna")
    await anna.send("/newfamily " + "x" * 81)
    await anna.sees("too long for a name")
    assert await town.count("families") == 0


async def test_the_family_shows_roles_and_who_cannot_be_reached(
    home: Household, town: Town
) -> None:
    viewer = town.person("Vera <3")
    await join(home.anna, viewer, "viewer")
    # Somebody who joined elsewhere than in a private chat with the bot has not pressed Start.
    await town.change("UPDATE users SET started_at = NULL WHERE name = 'Vera <3'")
    home.ben.block()
    await town.settled()
    await home.anna.send("/family")
    lines = (await home.anna.sees("👪 Mum's helpers")).text.splitlines()
    assert "• Anna, admin" in lines
    assert (
        "• Ben, caregiver ⚠️ has blocked me and gets no reminders: ask them to unblock me" in lines
    )
    [line] = [line for line in lines if line.startswith("• Vera <3, viewer")]
    assert "can't get messages yet" in line
    assert "• Mum (London time)" in lines

    home.ben.unblock()
    await town.settled()
    await home.anna.send("/family")
    lines = (await home.anna.sees("👪 Mum's helpers")).text.splitlines()
    assert "• Ben, caregiver" in lines


async def test_a_person_in_two_families_switches_between_them(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna, "North")
    await add_person(anna, "Mum")
    await anna.send("/newfamily South & Co")
    await anna.sees("You've created the family South & Co")
    await anna.send("/family")
    overview = await anna.sees("👪 South & Co")
    assert "You haven't added anyone to care for yet" in overview.text
    assert "Switch to North" in overview.labels
    await anna.press("Switch to North")
    await anna.sees("You're now in the family North.")
    await anna.send("/family")
    overview = await anna.sees("👪 North")
    assert "• Mum (London time)" in overview.text
    assert "Switch to South & Co" in overview.labels


# Inviting.


async def test_a_role_is_chosen_by_button(home: Household, town: Town) -> None:
    vera = town.person("Vera")
    await home.anna.send("/invite")
    await home.anna.sees("What should the new member be able to do?")
    await home.anna.press("Viewer")
    link = (await home.anna.sees("role: viewer")).links[0]
    await vera.open_link(link)
    welcome = await vera.sees("Your role: viewer")
    assert "at any time" in welcome.text
    await home.anna.sees("Vera has joined the family Mum's helpers. Their role: viewer.")


async def test_a_role_is_chosen_by_word(home: Household, town: Town) -> None:
    for role in ("admin", "Caregiver", "VIEWER"):
        newcomer = town.person(f"New {role}")
        await join(home.anna, newcomer, role)
        assert role.lower() == await town.value(
            "SELECT role FROM family_members JOIN users u ON u.id = user_id WHERE u.name = :name",
            name=newcomer.name,
        )


async def test_a_role_that_does_not_exist_is_told_so(home: Household, town: Town) -> None:
    await home.anna.send("/invite <b>boss")
    answer = await home.anna.sees("I don't know a role called “<b>boss”")
    assert any("Caregiver" in label for label in answer.labels)


async def test_only_an_admin_invites(home: Household, town: Town) -> None:
    before = await town.count("invitations")
    await home.ben.send("/invite viewer")
    await home.ben.sees("Only an admin of the family can invite people.")
    assert await town.count("invitations") == before


async def test_the_cared_for_person_is_invited_as_themselves(home: Household, town: Town) -> None:
    mum = town.person("Margaret")
    await join(home.anna, mum, "recipient")
    assert (
        await town.value("SELECT u.name FROM care_recipients c JOIN users u ON u.id = c.user_id")
        == "Margaret"
    )


async def test_with_two_people_it_is_asked_which_of_them_is_invited(
    home: Household, town: Town
) -> None:
    await add_person(home.anna, "Dad", "Paris")
    dad = town.person("George")
    await home.anna.send("/invite recipient")
    question = await home.anna.sees("Who would you like to invite?")
    assert question.labels == ("Mum", "Dad")
    await home.anna.press("Dad")
    await dad.open_link((await home.anna.sees("role: person cared for")).links[0])
    await dad.sees("Welcome")
    assert (
        await town.value("SELECT c.name FROM care_recipients c JOIN users u ON u.id = c.user_id")
        == "Dad"
    )


async def test_nobody_to_invite_as_cared_for_is_told_so(town: Town) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    await anna.send("/invite recipient")
    await anna.sees("First tell me who you look after")


# Joining.


async def test_an_invitation_works_once(home: Household, town: Town) -> None:
    link = await invite(home.anna)
    first, second = town.person("First"), town.person("Second")
    await first.open_link(link)
    await first.sees("Welcome to the family")
    await second.open_link(link)
    await second.sees("This invitation has already been used. Please ask for a new one.")
    # Tapped once more by the one who has joined.
    await first.open_link(link)
    await first.sees("You're already in the family Mum's helpers.")
    members = await town.rows(
        "SELECT name FROM family_members JOIN users u ON u.id = user_id ORDER BY name"
    )
    assert [row.name for row in members] == ["Anna", "Ben", "First"]


async def test_an_invitation_expires_after_48_hours(home: Household, town: Town) -> None:
    link = await invite(home.anna)
    town.jump_by(hours=48, seconds=1)
    late = town.person("Late")
    await late.open_link(link)
    await late.sees("This invitation has expired. Please ask for a new one.")
    assert await town.count("family_members") == 2


async def test_ones_own_invitation_stays_good_for_others(home: Household, town: Town) -> None:
    link = await invite(home.anna)
    await home.anna.open_link(link)
    await home.anna.sees("You're already in the family Mum's helpers.")
    cara = town.person("Cara")
    await cara.open_link(link)
    await cara.sees("Welcome to the family")


async def test_whoever_left_comes_back_by_an_invitation(home: Household, town: Town) -> None:
    await leave(town, "Ben")
    await home.ben.send("/family")
    await home.ben.sees("whom do you look after?")
    await join(home.anna, home.ben, "viewer")
    await home.ben.send("/family")
    await home.ben.sees("• Ben, viewer")
    assert await town.count("family_members") == 2


async def test_only_a_hash_of_the_link_is_kept(home: Household, town: Town) -> None:
    secret = (await invite(home.anna)).partition("start=")[2]
    await town.settled()
    for table in ("invitations", "audit_events", "inbound_updates"):
        for row in await town.rows(f"SELECT t::text AS whole FROM {table} t"):
            assert secret not in row.whole


async def leave(town: Town, name: str) -> None:
    await town.change(
        "UPDATE family_members SET left_at = clock_now()"
        " WHERE user_id = (SELECT id FROM users WHERE name = :name)",
        name=name,
    )


async def test_the_lifetime_of_an_invitation_is_what_it_says(home: Household, town: Town) -> None:
    await invite(home.anna)
    [row] = await town.rows(
        "SELECT expires_at - created_at AS lifetime FROM invitations"
        " ORDER BY created_at DESC LIMIT 1"
    )
    assert abs(row.lifetime - timedelta(hours=48)) < timedelta(minutes=1)
