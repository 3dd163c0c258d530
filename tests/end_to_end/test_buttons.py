"""Buttons that are old, altered, or somebody else's: politely nothing happens."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from bot.ui.callbacks import ARGUMENT_LENGTH, Callback, Verb
from tests.town import Household, Town, add_medicine, add_person, ask, found_family

GONE = "That's no longer there. /today shows what's due."
TOO_OLD = "This button is too old. /today shows what's due."

# What a press changes, if it changes anything.
STATE = """
    SELECT (SELECT count(*) FROM medication_logs), (SELECT count(*) FROM invitations),
           (SELECT count(*) FROM medications WHERE deleted_at IS NULL),
           (SELECT string_agg(status || coalesce(ladder_step, ''), ',' ORDER BY id) FROM doses),
           (SELECT string_agg(concat(status, driver_id, outcome_at), ',' ORDER BY id)
            FROM appointment_occurrences),
           (SELECT string_agg(version::text, ',' ORDER BY id) FROM appointments),
           (SELECT count(*) FROM doctors WHERE deleted_at IS NULL),
           (SELECT string_agg(wanted_version::text, ',' ORDER BY id) FROM notifications),
           (SELECT string_agg(coalesce(current_family_id::text, ''), ',' ORDER BY id) FROM users)
"""


async def ids(town: Town) -> tuple[UUID, UUID, UUID, UUID]:
    """Family, dose, medicine and person of the first household."""
    [row] = await town.rows(
        "SELECT family_id, id, medication_id, care_recipient_id FROM doses ORDER BY due_at LIMIT 1"
    )
    return row.family_id, row.id, row.medication_id, row.care_recipient_id


@pytest.mark.parametrize("claims_own_family", [True, False])
async def test_no_button_reaches_into_another_family(
    home: Household, town: Town, claims_own_family: bool
) -> None:
    await ask(town, *home)
    family, dose, medicine, person = await ids(town)
    await home.anna.send("/adddoctor Weber")
    await home.anna.sees("Saved in family")
    await home.anna.send("/addappt Checkup tomorrow 10:00 with Dr House")
    await home.anna.sees("Saved in family")
    occurrence = await town.value("SELECT id FROM appointment_occurrences")
    doctor = await town.value("SELECT id FROM doctors")
    eve = town.person("Eve")
    await found_family(eve, "Eve's")
    own = await town.value("SELECT id FROM families WHERE name = 'Eve''s'")
    await town.settled()
    before = await town.rows(STATE)
    scope = own if claims_own_family else family
    subjects = {
        **dict.fromkeys(APPOINTMENT_VERBS, occurrence),
        **dict.fromkeys(DOCTOR_VERBS, doctor),
        Verb.UNDO_MEDICINE: medicine,
        Verb.CHANGE_MEDICINE: medicine,
        Verb.INVITE_PERSON: person,
        Verb.TAKE_ALL: person,
        Verb.TAKE_ALL_SURELY: person,
        Verb.RENAME_PERSON: person,
        Verb.MOVE_PERSON: person,
        **dict.fromkeys(
            (
                Verb.GIVE,
                Verb.MEDICINE,
                Verb.PAUSE,
                Verb.STOP,
                Verb.RESTORE,
                Verb.REFILL,
                Verb.REFILL_DAYS,
                Verb.PROMISE_REFILL,
            ),
            medicine,
        ),
    }
    for verb in Verb:
        if verb in {Verb.MENU, Verb.FLOW} or (claims_own_family and verb in OF_ONES_OWN):
            continue
        argument = ARGUMENTS.get(verb, "")
        data = Callback(verb, scope, subjects.get(verb, dose), argument).encode()
        toast = await eve.press_altered(data, message=eve.last)
        assert (toast.text, toast.alert) == (GONE, True), verb
    await town.settled()
    assert await town.rows(STATE) == before


# In her own family she may invite, and switch to where she is.
OF_ONES_OWN = {Verb.INVITE, Verb.TODAY, Verb.SWITCH_FAMILY, Verb.KEEP, Verb.MEDICINES, Verb.HISTORY}
# What there is of another family's medicine or person in her history is nothing.
OF_ONES_OWN |= {Verb.HISTORY_OF_MEDICINE, Verb.HISTORY_OF_PERSON}
# Her own lists are hers, and so is the clock by which she lives.
OF_ONES_OWN |= {Verb.APPOINTMENTS, Verb.PAST_APPOINTMENTS, Verb.FAMILY_CALENDAR, Verb.DOCTORS}
OF_ONES_OWN |= {Verb.OWN_CLOCK}
# What she is told of in her own family is hers to say.
OF_ONES_OWN |= {Verb.HEAR_OF_CHANGES}
# A draft is looked for among her own; she is told that this one is too old, or answered.
OF_ONES_OWN |= {Verb.CONTINUE, Verb.FORGET}
APPOINTMENT_VERBS = (
    Verb.APPOINTMENT,
    Verb.DRIVE,
    Verb.STOP_DRIVING,
    Verb.MOVE_APPOINTMENT,
    Verb.CHANGE_APPOINTMENT,
    Verb.CANCEL_APPOINTMENT,
    Verb.RESTORE_APPOINTMENT,
    Verb.CALENDAR_FILE,
    Verb.OUTCOME,
    Verb.ALL_FINE,
    Verb.ADD_DOCTOR,
)
DOCTOR_VERBS = (Verb.DOCTOR, Verb.CHANGE_DOCTOR, Verb.REMOVE_DOCTOR, Verb.RESTORE_DOCTOR)
ARGUMENTS = {
    Verb.SNOOZE: "10",
    Verb.INVITE: "admin",
    Verb.REFILL_DAYS: "7",
    Verb.TAKE_ALL: "hn2a8",
    Verb.TAKE_ALL_SURELY: "hn2a8",
}


async def test_buttons_that_nobody_can_read_are_answered_politely(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    family, dose, _medicine, person = await ids(town)
    good = Callback(Verb.TAKE, family, dose).encode()
    before = await town.rows(STATE)
    for data in (
        "x",
        "tk",
        "zz" + good[2:],
        good[:-3],
        "tk" + "é" * 22,
        "tk" + "!" * 44,
        "🙂" * 16,
    ):
        toast = await home.anna.press_altered(data, message=asked.cards[0])
        assert toast.alert
        assert toast.text == TOO_OLD
    for verb, subject, argument in (
        (Verb.SNOOZE, dose, "999"),
        (Verb.SNOOZE, dose, "²"),
        (Verb.SNOOZE, dose, "-10"),
        (Verb.TAKE_ALL, person, ""),
        (Verb.TAKE_ALL, person, "-zzzzzzzz"),
        (Verb.TAKE_ALL, person, "z" * ARGUMENT_LENGTH),
        (Verb.INVITE, dose, "emperor"),
        (Verb.MENU, dose, "nosuch"),
        (Verb.TAKE, uuid4(), ""),
        (Verb.MORE, uuid4(), ""),
        (Verb.UNDO_MEDICINE, uuid4(), ""),
    ):
        data = Callback(verb, family, subject).encode() + argument
        toast = await home.anna.press_altered(data, message=asked.cards[0])
        assert toast.alert, (verb, argument)
        assert toast.text in {GONE, TOO_OLD}, (verb, argument)
    await town.settled()
    assert await town.rows(STATE) == before
    assert {row.status for row in await town.rows("SELECT status FROM inbound_updates")} == {"done"}


async def test_a_button_of_last_week_is_answered_by_what_is_true_now(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await home.anna.press("Taken", message=asked.cards[0])
    await home.ben.sees("Taken by Anna", after=asked.cards[1])
    town.jump_by(days=7)
    old = asked.cards[1].buttons[0][0].data or ""
    toast = await home.ben.press_altered(old, message=asked.cards[1])
    assert toast.alert
    assert "given by Anna" in toast.text
    assert await town.count("medication_logs") == 1


async def test_a_card_works_after_its_reader_has_switched_to_another_family(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await home.ben.send("/newfamily Ben's own")
    await home.ben.sees("You've created the family")
    toast = await home.ben.press("Taken", message=asked.cards[1])
    assert toast.text == "Taken: Aspirin 100 mg"
    await home.anna.sees("Taken by Ben")


async def test_presses_are_never_limited(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    taken = asked.cards[0]
    for _ in range(12):
        await home.anna.press("Taken", message=taken)
        taken = await home.anna.sees("Taken by Anna", after=taken)
        await home.anna.press("Undo", message=taken)
        taken = await home.anna.sees("• Aspirin", after=taken)
    assert await town.count("medication_logs") == 24


async def test_the_button_of_a_removed_medicine_says_so(home: Household, town: Town) -> None:
    await add_person(home.anna, "Dad", "Paris")
    await town.settled()
    minute = town.minute(ahead=2)
    saved = await add_medicine(home.anna, f"Aspirin 100 mg at {minute:%H:%M} for Mum")
    town.jump_to(minute - timedelta(seconds=1))
    card = await home.ben.sees("💊 Mum")
    await home.anna.press("Undo", message=saved)
    gone = await home.ben.sees("There's nothing left to give.", after=card)
    assert gone.labels == ()
    toast = await home.ben.press_altered(card.buttons[0][0].data or "", message=gone)
    assert toast.alert
    assert "this dose is no longer due, so nothing was recorded." in toast.text
