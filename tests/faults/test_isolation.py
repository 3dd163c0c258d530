"""One family's trouble is nobody else's: what one row, one person, one chat or one odd answer does
stays with them, is set aside, and the others are served in time.
"""

import asyncio
import json
import time
from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox import Limits, Person
from bot.sandbox.person import Message
from bot.settings import SettingsError
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
from tests.waiting import until

REPEAT = "🔁 This may be a repeat"


async def stranger(town: Town, name: str = "Eve") -> Person:
    """Somebody with a family of their own."""
    person = town.person(name)
    await found_family(person, f"Family of {name}")
    await add_person(person, "Dad")
    return person


async def due_soon(town: Town, *phones: Person) -> str:
    """A medicine of each phone's family that is due in a second; how the cards begin."""
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    for phone in phones:
        await add_medicine(phone, f"Zink 5 mg at {at}")
    await town.settled()
    town.jump_to(minute - timedelta(seconds=1))
    return at


def cards(phone: Person, at: str) -> list[Message]:
    return [message for message in phone.messages if f"· {at}" in message.text]


# 1. What one row says.


async def test_a_stock_that_lasts_for_ever_stops_nobody(home: Household, town: Town) -> None:
    eve = await stranger(town)
    await add_medicine(eve, "Placebo 0.001 tablets as needed, 1 hour apart, max 9 times a day")
    await eve.send("/refill Placebo 100000 tablets")
    await eve.sees("Placebo for Dad")
    await eve.send("/give Placebo")
    await eve.sees("given today")
    for _ in range(9):
        town.jump_by(days=1)
        await town.settled()
    await eve.send("/meds")
    await eve.press("Placebo", message=await eve.sees("Medicines, family"))
    await eve.sees("enough for more than two years")
    at = await due_soon(town, home.anna)
    for phone in home:
        await phone.sees(f"Mum · {at}")


POISON = {
    "schedule": "UPDATE medications SET schedule = '{{}}'::jsonb WHERE id = '{medicine}'",
    "year": "UPDATE medications SET schedule = jsonb_set(schedule, '{{starts_on}}',"
    " '\"9999-12-31\"') WHERE id = '{medicine}'",
    "zone": "UPDATE care_recipients SET timezone = 'Nowhere/At all' WHERE id = '{person}'",
    "pause": "UPDATE care_recipients SET paused_at = clock_now(), timezone = '..',"
    " pause_ends_told_at = date_trunc('minute', clock_now(), 'UTC') WHERE id = '{person}'",
    "stock": "UPDATE medications SET schedule = '{{}}', stock = 0, stock_unit = 'mg',"
    " stock_check_at = date_trunc('minute', clock_now(), 'UTC') WHERE id = '{medicine}'",
    "appointment": "UPDATE appointments SET timezone = '/etc', expanded_until = clock_now()"
    " WHERE family_id = '{family}'",
    "occurrence": "UPDATE appointment_occurrences SET ladder_step = 'no step',"
    " next_action_at = date_trunc('minute', clock_now(), 'UTC') WHERE family_id = '{family}'",
    "rule": "UPDATE appointments SET recurrence = 'FREQ=NEVER', expanded_until = clock_now()"
    " WHERE family_id = '{family}'",
}


@pytest.mark.parametrize("poison", POISON)
async def test_a_row_that_cannot_be_read_is_set_aside_alone(
    home: Household, town: Town, poison: str
) -> None:
    eve = await stranger(town)
    await add_medicine(eve, "Bad 5 mg at 08:00")
    await add_medicine(eve, "Good 5 mg at 09:00")
    await eve.send("/addappt Dentist every friday 10:00")
    await eve.sees("Saved in the family")
    [row] = await town.rows(
        "SELECT id, family_id, care_recipient_id FROM medications WHERE name = 'Bad'"
    )
    await town.change("UPDATE medications SET expanded_until = clock_now() WHERE name = 'Bad'")
    if poison == "occurrence":
        await town.change(
            "ALTER TABLE appointment_occurrences DROP CONSTRAINT IF EXISTS"
            " ck_appointment_occurrences_ladder_step"
        )
    await town.change(
        POISON[poison].format(medicine=row.id, person=row.care_recipient_id, family=row.family_id)
    )
    at = await due_soon(town, home.anna)
    for phone in home:
        await phone.sees(f"Mum · {at}")
    assert town.app is not None
    assert town.app.wake_ups is not None
    await town.app.wake_ups.act()
    await town.app.wake_ups.do_chores()
    await town.app.wake_ups.expand()
    await home.anna.send("/today")
    await home.anna.sees("Today, family")
    await town.restart_bot()
    await home.anna.press("Taken", message=cards(home.anna, at)[0])


# 2. An outbox row that cannot be read.


async def test_an_unreadable_message_holds_up_no_other_and_is_listed(
    home: Household, town: Town
) -> None:
    await town.settled()
    await town.change(
        "INSERT INTO notifications (id, family_id, user_id, kind, lane, deadline_at, facts)"
        " SELECT gen_random_uuid(), family_id, user_id, 'refill', 0, clock_now(), '{}'"
        " FROM family_members"
    )
    town.jump_by(minutes=1)  # until somebody looks
    at = await due_soon(town, home.anna)
    for phone in home:
        card = await phone.sees(f"Mum · {at}")
        assert REPEAT not in card.text
    await town.until("SELECT count(*) = 2 FROM notifications WHERE status = 'failed'")


async def test_a_card_that_cannot_be_edited_is_left_as_it_is(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await town.change("UPDATE care_recipients SET timezone = 'Nowhere' WHERE name = 'Mum'")
    await town.change("UPDATE notifications SET wanted_version = wanted_version + 1")
    town.jump_by(minutes=1)  # until somebody looks
    await town.until("SELECT bool_and(shown_version = wanted_version) FROM notifications")
    await town.change("UPDATE care_recipients SET timezone = 'Europe/London' WHERE name = 'Mum'")
    await home.anna.press("Taken", message=asked.cards[0])
    await home.ben.sees("recorded by Anna", after=asked.cards[1])


# 3. Updates that the library cannot read.

ODD_UPDATES: list[tuple[str, Any]] = [
    ("message", {"message_id": 1, "date": 1, "text": "Aspirin", "entities": [{"type": "bold"}]}),
    ("message", {"text": "Aspirin"}),
    ("poll", {"id": "1", "question": "Aspirin?"}),
    ("callback_query", {"id": 7}),
    ("message", "Aspirin"),
    ("something_new", {"chat": {"id": "Aspirin"}}),
]


@pytest.mark.parametrize("odd", ODD_UPDATES, ids=lambda odd: odd[0])
async def test_an_update_that_nobody_can_read_is_set_aside_between_two_others(
    home: Household, town: Town, odd: tuple[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    await town.settled()
    kind, body = odd
    if isinstance(body, dict) and kind == "message":
        body = {**body, "chat": {"id": home.anna.id, "type": "private"}}
    await home.anna.send("/people")
    town.sandbox._world.updates.put(kind, body)
    await home.anna.send("/doctors")
    await home.anna.sees("People, family")
    await home.anna.sees("Doctors, family")
    await town.settled()
    await town.restart_bot()
    await home.ben.send("/today")
    await home.ben.sees("Today, family")
    assert "Aspirin" not in caplog.text


# 4, 5. Answers of Telegram.


@pytest.mark.parametrize("result", [True, {}, [], {"message_id": "7"}, None], ids=json.dumps)
async def test_what_is_ok_is_sent_whatever_else_the_answer_says(
    home: Household, town: Town, result: Any
) -> None:
    await town.settled()
    town.sandbox.fail_next("sendMessage", results=[result])
    await home.anna.send("/people")
    await home.anna.sees("People, family")
    at = await due_soon(town, home.anna)
    town.sandbox.fail_next("sendMessage", results=[result], times=None)
    for phone in home:
        await phone.sees(f"Mum · {at}")
    town.sandbox.heal()
    await town.until("SELECT NOT EXISTS (SELECT 1 FROM notifications WHERE status = 'pending')")
    await town.settled()
    assert [len(cards(phone, at)) for phone in home] == [1, 1]
    assert len([m for m in home.anna.messages if "People, family" in m.text]) == 1
    assert not [m for m in home.anna.messages if "Sorry" in m.text]


@pytest.mark.parametrize("status", [400, 403, 413])
async def test_a_refused_answer_holds_up_nothing_that_comes_later(
    home: Household, town: Town, status: int
) -> None:
    asked = await ask(town, *home)
    town.sandbox.fail_next("sendMessage", status=status, chat=home.anna)
    await home.anna.send("/today")
    await home.anna.press("Taken", message=asked.cards[0], timeout=5)
    await home.ben.sees("recorded by Anna", after=asked.cards[1], timeout=5)
    await town.settled()


@pytest.mark.parametrize(("status", "times"), [(403, 1), (429, 1), (502, 3)])
async def test_a_toast_that_fails_holds_up_nothing(
    home: Household, town: Town, status: int, times: int
) -> None:
    asked = await ask(town, *home)
    town.sandbox.fail_next("answerCallbackQuery", status=status, times=times)
    home.anna.tap("Taken", message=asked.cards[0])
    await home.ben.sees("recorded by Anna", after=asked.cards[1], timeout=5)
    await home.anna.send("/people")
    await home.anna.sees("People, family")
    await town.settled(seconds=30)


async def test_an_answer_that_waits_holds_up_no_later_update(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    town.sandbox.fail_next("sendMessage", status=502, chat=home.anna, times=None)
    await home.anna.send("/people")
    await until(lambda: town.sandbox.faults_struck("sendMessage") > 0)
    await home.anna.press("Taken", message=asked.cards[0], timeout=5)
    await home.ben.sees("recorded by Anna", after=asked.cards[1], timeout=5)
    town.sandbox.heal()
    await home.anna.sees("People, family", timeout=30)


# 8. One chat with many cards.


@pytest.mark.parametrize("town", [Limits()], indirect=True)
async def test_one_chat_with_many_cards_holds_up_no_other(home: Household, town: Town) -> None:
    eve = await stranger(town)
    [family] = await town.rows(
        "SELECT m.family_id, m.user_id, r.id FROM family_members m"
        " JOIN care_recipients r USING (family_id) WHERE r.name = 'Dad'"
    )
    at = await due_soon(town, home.anna)
    minute = town.minute(ahead=1)
    await town.change(
        "INSERT INTO notifications (id, family_id, user_id, kind, lane, deadline_at,"
        " facts, slot_at, care_recipient_id, ask_no)"
        " SELECT gen_random_uuid(), :family, :user, 'missed', 2, :minute,"
        " '{\"dose_ids\": []}', :minute, :person, n FROM generate_series(1, 160) n",
        family=family.family_id,
        user=family.user_id,
        person=family.id,
        minute=minute - timedelta(minutes=5),
    )
    assert town.app is not None
    for phone in home:
        await phone.sees(f"Mum · {at}", timeout=6)
    assert len([m for m in eve.messages if "in time" in m.text]) < 30


# 12. Whoever is not reached.


@pytest.mark.parametrize("how", ["refused", "left"])
async def test_the_next_is_told_at_once_where_the_only_one_asked_is_not_reached(
    town: Town, how: str
) -> None:
    anna, vera = town.person("Anna"), town.person("Vera")
    await found_family(anna)
    await join(anna, vera, "viewer")
    await add_person(anna)
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    await add_medicine(anna, f"Aspirin 100 mg at {at}")
    await town.settled()
    if how == "refused":
        town.sandbox.fail_next("sendMessage", status=400, chat=anna)
        town.jump_to(minute - timedelta(seconds=1))
    else:
        town.sandbox.fail_next("sendMessage", status=429, retry_after=3, chat=anna)
        town.jump_to(minute - timedelta(seconds=1))
        await until(lambda: town.sandbox.faults_struck("sendMessage") > 0)
        await town.change(
            "UPDATE family_members SET left_at = clock_now() FROM users u"
            " WHERE u.id = user_id AND u.name = 'Anna'"
        )
    await vera.sees(f"Mum · {at}", timeout=10)


# 15. Somebody who has left.


async def test_messages_of_who_has_left_are_closed_once(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    await town.change(
        "UPDATE family_members SET left_at = clock_now() FROM users u"
        " WHERE u.id = user_id AND u.name = 'Ben'"
    )
    await home.anna.press("Taken", message=asked.cards[0])
    closed = await home.ben.sees("not in this family any more", after=asked.cards[1])
    assert closed.labels == ()
    assert "Aspirin" not in closed.text
    await town.settled()
    edits = [call for call in town.sandbox.calls if call.method == "editMessageText"]
    await home.anna.press("Undo", message=cards(home.anna, asked.at)[0])
    await town.settled()
    later = [call for call in town.sandbox.calls if call.method == "editMessageText"]
    assert home.ben.id not in {int(call.params["chat_id"]) for call in later[len(edits) :]}


# 9, 10, 11, 14. A slow or unwilling Telegram, and impatient people.


@pytest.mark.parametrize("town", [Limits()], indirect=True)
async def test_chats_that_have_to_wait_hold_up_no_other(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    crowd = [town.person(f"Person {number}") for number in range(32)]
    for person in crowd:
        town.sandbox.fail_next("sendMessage", status=429, retry_after=20, chat=person, times=None)
    await asyncio.gather(*(person.start() for person in crowd))
    await until(lambda: town.sandbox.faults_struck("sendMessage") >= 25)
    await home.anna.press("Taken", message=asked.cards[0], timeout=8)
    await home.ben.sees("recorded by Anna", after=asked.cards[1], timeout=8)
    town.sandbox.heal()


@pytest.mark.parametrize("town", [Limits()], indirect=True)
async def test_a_429_for_the_whole_bot_stops_everything_until_it_is_over(
    home: Household, town: Town
) -> None:
    await town.settled()
    crowd = [town.person(f"Person {number}") for number in range(40)]
    town.sandbox.fail_next("*", status=429, retry_after=4, times=None)
    for person in crowd:
        await person.start()
    await until(lambda: town.sandbox.faults_struck("getMe") == 1)
    await until(lambda: town.sandbox.faults_struck("getMe") == 2, seconds=20)  # four seconds later
    assert town.sandbox.faults_struck("sendMessage") < 20
    town.sandbox.heal()
    for person in crowd:
        await person.sees("Hello", timeout=30)


@pytest.mark.timeout(120)
async def test_thousands_of_taps_by_one_person_hold_up_nobody_else(
    home: Household, town: Town
) -> None:
    eve = await stranger(town)
    await add_medicine(eve, "Zink 5 mg at 08:00")
    asked = await ask(town, *home)
    await eve.send("/meds")
    listed = await eve.sees("Medicines, family")
    for _ in range(2_150):
        eve.tap("Zink", message=listed)
    await home.anna.press("Taken", message=asked.cards[0], timeout=10)
    await home.ben.sees("recorded by Anna", after=asked.cards[1], timeout=10)
    await town.settled(seconds=60)


async def test_a_press_on_a_dose_counts_among_thousands_of_others(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home, medicines=("Aspirin 100 mg", "Zink 5 mg"))
    [card, _] = asked.cards
    for _ in range(300):
        home.anna.tap("⋯", message=card)
    home.anna.tap("All taken", message=card)
    await town.settled(seconds=60)
    assert await town.count("medication_logs") == 2


@pytest.mark.timeout(120)
async def test_a_slow_telegram_makes_no_card_a_repeat(home: Household, town: Town) -> None:
    crowd = [town.person(f"Person {number}") for number in range(17)]
    for person in crowd:  # as many as may be invited in a minute
        await join(home.anna, person)
    at = await due_soon(town, home.anna)
    town.sandbox.fail_next("sendMessage", delay=4, times=None)
    for phone in (*home, *crowd):
        assert REPEAT not in (await phone.sees(f"Mum · {at}", timeout=30)).text
    town.sandbox.heal()
    await town.settled()
    assert {len(cards(phone, at)) for phone in (*home, *crowd)} == {1}


# 17. Nothing that can wait runs before what is due.


async def test_slow_stock_checks_delay_no_card(home: Household, town: Town) -> None:
    eve = await stranger(town)
    for number in range(10):
        await add_medicine(eve, f"{'ABCDEFGHIJ'[number] * 9} 1 tablet at 08:00")
    at = await due_soon(town, home.anna)
    await town.change(
        "UPDATE medications SET stock = 0, stock_unit = 'tablet',"
        " stock_check_at = date_trunc('minute', clock_now(), 'UTC')"
        " WHERE family_id = (SELECT id FROM families WHERE name = 'Family of Eve')"
    )
    await town.change(
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN PERFORM pg_sleep(1); RETURN NEW; END'"
    )
    await town.change(
        "CREATE TRIGGER slowly BEFORE UPDATE OF stock_check_at ON medications"
        " FOR EACH ROW EXECUTE FUNCTION slowly()"
    )
    for phone in home:
        await phone.sees(f"Mum · {at}", timeout=4)
    await town.change("DROP TRIGGER slowly ON medications")


# 19. A server that is no Bot API.


async def test_a_server_whose_get_me_cannot_be_read_is_one_sentence(town: Town) -> None:
    await town.stop_bot()
    town.sandbox.fail_next("getMe", results=[True], times=None)
    with pytest.raises(SettingsError, match="answer like the Bot API"):
        await town.start_bot()
    town.sandbox.heal()
    await town.start_bot()


async def test_a_server_that_answers_empty_at_once_is_not_asked_without_a_pause(
    home: Household, town: Town
) -> None:
    await town.settled()
    town.sandbox.fail_next("getUpdates", results=[[]], times=None)
    await home.anna.send("/people")
    began, before = time.monotonic(), town.sandbox.faults_struck("getUpdates")
    await until(lambda: town.sandbox.faults_struck("getUpdates") >= before + 4)
    assert time.monotonic() - began > 2.9, "a second between two that came at once"
    town.sandbox.heal()
    await home.anna.sees("People, family")
