"""/deleteme: explained, asked twice, done at once, and nothing of them is left."""

from datetime import timedelta

from redis.asyncio import Redis

from bot.sandbox import Person
from bot.ui.presses.overview import StayHere
from bot.ui.words.dates import full_date
from tests.end_to_end.leaving.test_dissolution import purge
from tests.town import Household, Town, add_medicine, ask, found_family, join, settle_in


async def grep(town: Town, *needles: str) -> list[str]:
    """Every table in which one of these words stands."""
    tables = await town.rows(
        "SELECT oid::regclass::text AS name FROM pg_class"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    found = []
    for table in tables:
        for needle in needles:
            count = await town.value(
                f"SELECT count(*) FROM {table.name} t "
                # In the sandbox, ids of updates look like those of people.
                " WHERE strpos((to_jsonb(t) - 'update_id')::text, :needle) > 0",
                needle=needle,
            )
            if count:
                found.append(f"{table.name}: {needle}")
    return found


async def erase(person: Person) -> None:
    await person.send("/deleteme")
    await person.press("Go on", message=await person.sees("Deleting your account"))
    await person.press("Delete me for good", message=await person.sees("for good?"))
    await person.sees("Your account is deleted")


async def test_nothing_of_them_is_left(town: Town) -> None:
    home = await settle_in(town)
    cleo = town.person("Cleopatra")
    await join(home.anna, cleo)
    asked = await ask(town, *home, cleo)
    await cleo.press("Taken", message=asked.cards[2])
    await cleo.send("/adddoctor Weber")
    await cleo.sees("Saved in the family")
    await cleo.send("/settings")
    await cleo.sees("Settings")
    await cleo.send("/addmed")  # a conversation that stays open
    await cleo.sees("medicine")
    await home.anna.send("/settings")
    await town.settled()
    assert await grep(town, "Cleopatra", str(cleo.id)) != []
    await erase(cleo)
    await town.settled()
    await town.until(
        "SELECT NOT EXISTS (SELECT FROM notifications n JOIN users u ON u.id = n.user_id"
        " WHERE u.telegram_id IS NULL AND n.chat_id IS NOT NULL)"
    )
    await town.until("SELECT NOT EXISTS (SELECT FROM inbound_updates WHERE payload IS NOT NULL)")
    assert await grep(town, "Cleopatra", str(cleo.id)) == []
    async with Redis.from_url(town.wiring.redis_url, decode_responses=True) as redis:
        assert [key async for key in redis.scan_iter(match=f"*{cleo.id}*")] == []
    # What she recorded stays, as a former member's.
    await home.anna.sees("deleted their account with me")
    await home.anna.send("/history")
    await home.anna.sees("former member")


async def test_a_card_on_their_phone_is_closed_once(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await erase(home.ben)
    await town.settled()
    [card] = [each for each in home.ben.messages if each.id == asked.cards[1].id]
    assert "You're not in this family any more" in card.text
    assert not card.buttons
    seen = len(home.ben.messages)
    town.jump_by(minutes=11)  # Anna is asked again
    await home.anna.sees(f"Mum · {asked.at}")
    await town.settled()
    assert len(home.ben.messages) == seen


async def test_who_comes_back_is_a_stranger(home: Household, town: Town) -> None:
    await erase(home.ben)
    await town.settled()
    toast = await home.ben.press_altered(StayHere().encode(), message=home.ben.last)
    assert "too old" in toast.text
    await town.settled()
    assert await town.value("SELECT count(*) FROM users WHERE telegram_id IS NOT NULL") == 1
    await home.ben.start()
    await home.ben.sees("Hello")
    await home.ben.send("/today")
    await home.ben.sees("Whom do you look after?")
    assert await town.value("SELECT count(*) FROM users WHERE telegram_id IS NOT NULL") == 2


async def test_the_last_admin_puts_somebody_in_charge_first(home: Household, town: Town) -> None:
    await home.anna.send("/deleteme")
    asked = await home.anna.sees("You're its only admin")
    assert not any("Go on" in label for label in asked.labels)
    await home.anna.press("Make Ben an admin", message=asked)
    await home.ben.sees("Anna has made you an admin")
    asked = await home.anna.sees("Still there after you: Ben")
    await home.anna.press("Go on", message=asked)
    await home.anna.press("Delete me for good", message=await home.anna.sees("for good?"))
    await home.anna.sees("Your account is deleted")
    await home.ben.sees("deleted their account")
    await home.ben.send("/family")
    assert "Ben, admin" in (await home.ben.sees("👪 Mum's helpers")).text


async def test_what_has_changed_since_is_asked_anew(home: Household, town: Town) -> None:
    await home.ben.send("/deleteme")
    await home.ben.press("Go on", message=await home.ben.sees("Deleting your account"))
    sure = await home.ben.sees("for good?")
    await home.anna.send("/addappt Checkup tomorrow 10:00")
    shown = await home.anna.sees("Saved in the family")
    await town.settled()
    await home.ben.send("/appts")
    await home.ben.press("Checkup", message=await home.ben.sees("Checkup"))
    await home.ben.press("I'll drive", message=await home.ben.sees("No driver yet"))
    await town.settled()
    toast = await home.ben.press("Delete me for good", message=sure)
    assert "Something has changed" in toast.text
    await home.ben.sees("You wouldn't drive any more: Checkup")
    assert shown is not None


async def test_a_family_of_one_is_purged_on_the_day_that_the_goodbye_names_and_not_before(
    town: Town,
) -> None:
    anna = town.person("Anna")
    await found_family(anna)
    await anna.send("/addperson Mum in Europe/London")
    await anna.sees("is in the family")
    await add_medicine(anna, "Aspirin 100 mg at 08:00")
    day = full_date((town.clock.now() + timedelta(days=30)).date())
    await anna.send("/deleteme")
    asked = await anna.sees("You're its only member")
    assert f"on {day} everything in it is deleted" in asked.text
    assert "type /invite admin first" in asked.text
    await anna.press("Go on", message=asked)
    await anna.press("Delete me for good", message=await anna.sees("for good?"))
    goodbye = await anna.sees("Your account is deleted")
    assert f"Nobody is in the family Mum's helpers any more. I remind nobody, and on {day}" in (
        goodbye.text
    )
    await town.settled()
    left = await town.value("SELECT purge_at FROM families")
    assert full_date(left.date()) == day
    town.jump_to(left - timedelta(minutes=5))
    await purge(town)
    assert await town.count("medications") == 1
    town.jump_to(left + timedelta(minutes=5))
    await purge(town)
    assert await town.count("medications") == 0
    assert await town.count("families") == 0


async def test_whoever_hands_the_family_on_first_prevents_it(town: Town) -> None:
    anna, ben = town.person("Anna"), town.person("Ben")
    await found_family(anna)
    await anna.send("/deleteme")
    asked = await anna.sees("You're its only member")
    await join(anna, ben, "admin")
    await anna.press("Go on", message=asked)
    asked = await anna.sees("Still there after you: Ben")
    await anna.press("Go on", message=asked)
    await anna.press("Delete me for good", message=await anna.sees("for good?"))
    goodbye = await anna.sees("Your account is deleted")
    assert "is deleted." not in goodbye.text.replace("Your account is deleted.", "")
    town.jump_by(days=31)
    await purge(town)
    assert await town.count("families") == 1


async def test_who_was_erased_by_another_replica_is_a_stranger_here_too(
    home: Household, town: Town
) -> None:
    """This process still remembers which user the account had."""
    await town.settled()
    await town.change("UPDATE family_members SET left_at = now() WHERE role = 'caregiver'")
    await town.change(
        "UPDATE users SET telegram_id = NULL, name = 'former member' WHERE name = 'Ben'"
    )
    await home.ben.send("/today")
    await home.ben.sees("Hello Ben")
    await town.settled()
    names = await town.rows("SELECT name, telegram_id FROM users ORDER BY name")
    assert [(row.name, row.telegram_id) for row in names] == [
        ("Anna", home.anna.id),
        ("Ben", home.ben.id),
        ("former member", None),
    ]


async def test_blocking_the_bot_afterwards_makes_nobody_known_again(
    home: Household, town: Town
) -> None:
    await erase(home.ben)
    home.ben.block()
    await town.settled()
    assert await town.value("SELECT count(*) FROM users WHERE telegram_id IS NOT NULL") == 1
