"""Buttons that are old, altered, or somebody else's: politely nothing happens."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bot.ui.presses.appointments import (
    AppointmentsPage,
    PastAppointmentsPage,
    ShowFamilyCalendar,
    Where,
)
from bot.ui.presses.arguments import CardOfSlot, NamedDoses
from bot.ui.presses.contacts import ContactsPage, DoctorsPage
from bot.ui.presses.conversation import Choose, Continue, Discard
from bot.ui.presses.doses import (
    ChosenBelow,
    HoldSlot,
    OpenMenu,
    SeenBefore,
    Snooze,
    Take,
    TakeAll,
)
from bot.ui.presses.family import (
    FamilySettings,
    GroupUse,
    HideNames,
    HoursOf,
    InvitationsPage,
    Invite,
    LeaveFamily,
    MembersPage,
    OwnClock,
    RenameFamily,
    SendTest,
    SetFamilyLadder,
    SetHearing,
    SetHourCycle,
    SetHours,
    SetWindow,
    SwitchFamily,
)
from bot.ui.presses.history import (
    ChangesPage,
    FamilyHistory,
    MedicineHistory,
    PersonHistory,
    RemovedListPage,
    Returning,
    ShowRemoved,
)
from bot.ui.presses.medicines import MedicinesPage, UndoMedicine
from bot.ui.presses.overview import (
    ConfirmErasure,
    Dissolve,
    EraseMe,
    Keep,
    RunCommand,
    SetChangeNotices,
    StayHere,
    TellFamily,
    TodayPage,
)
from bot.ui.presses.press import ARGUMENT_LENGTH, NOWHERE
from bot.ui.presses.registry import KINDS
from domain.access import Role
from domain.medicines.doses.choices import Choice
from domain.memory.removed import RemovedKind
from domain.models.family import Hears, HourCycle, LadderPlan
from domain.models.groups import Receives
from tests.town import Household, Town, add_medicine, add_person, ask, found_family, join

GONE = "That's no longer there. /today, /meds and /appts show what is."
TOO_OLD = "This button is too old. /today, /meds and /appts show how things are now."

# What a press changes, if it changes anything.
STATE = """
    SELECT (SELECT count(*) FROM medication_logs), (SELECT count(*) FROM invitations),
           (SELECT count(*) FROM medications WHERE deleted_at IS NULL),
           (SELECT string_agg(status || coalesce(ladder_step, ''), ',' ORDER BY id) FROM doses),
           (SELECT string_agg(concat(status, driver_id, outcome_at), ',' ORDER BY id)
            FROM appointment_occurrences),
           (SELECT string_agg(version::text, ',' ORDER BY id) FROM appointments),
           (SELECT count(*) FROM doctors WHERE deleted_at IS NULL),
           (SELECT string_agg(concat(name, position, deleted_at), ',' ORDER BY id)
            FROM emergency_contacts),
           (SELECT count(*) FROM invitations WHERE revoked_at IS NULL),
           (SELECT string_agg(wanted_version::text, ',' ORDER BY id) FROM notifications),
           (SELECT string_agg(coalesce(current_family_id::text, ''), ',' ORDER BY id) FROM users)
"""


async def ids(town: Town, *, name: str = "Aspirin") -> tuple[UUID, UUID, UUID, UUID]:
    """Family, dose, medicine and person of the first household's medicine of that name."""
    [row] = await town.rows(
        "SELECT family_id, id, medication_id, care_recipient_id FROM doses"
        " WHERE medication_name = :name ORDER BY due_at LIMIT 1",
        name=name,
    )
    return row.family_id, row.id, row.medication_id, row.care_recipient_id


@pytest.mark.parametrize("claims_own_family", [True, False])
async def test_no_button_reaches_into_another_family(
    home: Household, town: Town, claims_own_family: bool
) -> None:
    await ask(town, *home)
    family, dose, medicine, person = await ids(town)
    await home.anna.send("/adddoctor Weber")
    await home.anna.sees("Saved in the family")
    await home.anna.send("/addcontact Rosa, neighbour, 020 7946 0018")
    await home.anna.sees("Saved in the family")
    await home.anna.send("/addappt Checkup tomorrow 10:00 with Dr House")
    await home.anna.sees("Saved in the family")
    occurrence = await town.value("SELECT id FROM appointment_occurrences")
    doctor = await town.value("SELECT id FROM doctors")
    eve = town.person("Eve")
    await found_family(eve, "Eve's")
    own = await town.value("SELECT id FROM families WHERE name = 'Eve''s'")
    await town.settled()
    before = await town.rows(STATE)
    scope = own if claims_own_family else family
    of_another = {
        "dose_id": dose,
        "medication_id": medicine,
        "person_id": person,
        "occurrence_id": occurrence,
        "appointment_id": await town.value("SELECT id FROM appointments"),
        "doctor_id": doctor,
        "contact_id": await town.value("SELECT id FROM emergency_contacts"),
        "invitation_id": await town.value("SELECT id FROM invitations"),
        "user_id": await town.value("SELECT id FROM users WHERE name = 'Ben'"),
        "subject_id": medicine,
        **dict.fromkeys(("notification_id", "action_id", "flow_id", "group_id"), dose),
    }
    for kind in KINDS.values():
        if kind in {RunCommand, Choose} or (claims_own_family and kind in OF_ONES_OWN):
            continue
        values = {**ARGUMENTS, **of_another, "family_id": scope}
        names = {field.name for field in fields(kind)}
        press = kind(**{name: value for name, value in values.items() if name in names})
        toast = await eve.press_altered(press.encode(), message=eve.last)
        assert (toast.text, toast.alert) == (GONE, True), press
    await town.settled()
    assert await town.rows(STATE) == before


# In her own family she may invite, and switch to where she is.
OF_ONES_OWN = {Invite, TodayPage, SwitchFamily, Keep, MedicinesPage, FamilyHistory}
# What there is of another family's medicine or person in her history is nothing.
OF_ONES_OWN |= {MedicineHistory, PersonHistory}
# Her own lists are hers, and so is the clock by which she lives.
OF_ONES_OWN |= {AppointmentsPage, PastAppointmentsPage, ShowFamilyCalendar, DoctorsPage}
OF_ONES_OWN |= {ContactsPage}
OF_ONES_OWN |= {OwnClock}
# What she is told of in her own family is hers to say.
OF_ONES_OWN |= {SetChangeNotices}
# So are the invitations to it.
OF_ONES_OWN |= {InvitationsPage}
# She may call her own family, and give it another name.
OF_ONES_OWN |= {TellFamily, RenameFamily}
# What happens in it when nobody answers is hers to set, and a test comes to herself.
OF_ONES_OWN |= {SetFamilyLadder, SendTest, FamilySettings, SetWindow}
# So is what she hears, and when.
OF_ONES_OWN |= {SetHours, SetHourCycle, HideNames}
# She may see who is in her own, and is asked whether she wants to leave it.
OF_ONES_OWN |= {MembersPage, LeaveFamily}
# A draft is looked for among her own; she is told that this one is too old, or answered.
OF_ONES_OWN |= {Continue, Discard}
# So are who changed what in it, and what was removed, of which there's nothing of another's.
OF_ONES_OWN |= {ChangesPage, RemovedListPage, ShowRemoved}
# She may have herself erased, and her own family dissolved: both are asked again.
OF_ONES_OWN |= {ConfirmErasure, EraseMe, StayHere, Dissolve}
A_MINUTE = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
ARGUMENTS: dict[str, Any] = {
    "minutes": 10,
    "role": Role.ADMIN,
    "days": 7,
    "checksum": 7,
    "card": CardOfSlot(A_MINUTE),
    "named": NamedDoses(A_MINUTE),
    "at": A_MINUTE,
    "until": A_MINUTE,
    "where": Where.SCREEN,
    "is_wanted": True,
    "flow": "addmed",
    "chosen": ChosenBelow(Choice(0, "b0f3")),
    "choice": Choice(0, "b0f3"),
    "seen": SeenBefore(A_MINUTE),
    "plan": LadderPlan.STEEP,
    "hours": 3,
    "which": HoursOf.QUIET,
    "hears": Hears.MISSED,
    "cycle": HourCycle.H12,
    "hidden": True,
    "wanted": True,
    "kind": RemovedKind.MEDICINE,
    "returning": Returning(RemovedKind.MEDICINE),
    "is_sure": True,
    "use": GroupUse.BESIDE,
    "receives": Receives.INSTEAD,
    "digest": "0123456789",
    "step": 1,
    "shown_at": 0,
}


#: What is theirs to set, or to ask for, whatever their role: what they hear and how, that they are
#: on it, a call for help, a test, their own family of the moment.
OF_EVERYBODY = {SetHearing, SetHourCycle, HideNames, SetChangeNotices, SendTest, TellFamily}
OF_EVERYBODY |= {SwitchFamily, HoldSlot}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RECIPIENT])
async def test_no_button_lets_who_only_reads_change_anything(
    home: Household, town: Town, role: Role
) -> None:
    """Every kind of button, about somebody else, pressed by one who was never shown it."""
    reader = town.person("Reader")
    if role is Role.VIEWER:
        await join(home.anna, reader, role)
    else:
        await home.anna.send("/invite recipient")
        await reader.open_link((await home.anna.sees("works once")).links[0])
        await reader.sees("Welcome to the family")
    await add_person(home.anna, "Dad")
    await ask(town, home.anna, medicines=["Aspirin 100 mg for Mum", "Senna 1 mg for Dad"])
    family, dose, medicine, person = await ids(town, name="Senna")
    lines = ["/adddoctor Weber for Dad", "/addcontact Rosa, neighbour, 020 7946 0018 for Dad"]
    for line in (*lines, "/addappt Checkup tomorrow 10:00 for Dad"):
        await home.anna.send(line)
        await home.anna.sees("Saved in the family")
    await home.anna.send("/invite viewer")
    await home.anna.sees("works once")
    await town.settled()
    there = {
        "family_id": family,
        "dose_id": dose,
        "medication_id": medicine,
        "person_id": person,
        "occurrence_id": await town.value("SELECT id FROM appointment_occurrences"),
        "appointment_id": await town.value("SELECT id FROM appointments"),
        "doctor_id": await town.value("SELECT id FROM doctors"),
        "contact_id": await town.value("SELECT id FROM emergency_contacts"),
        "invitation_id": await town.value(
            "SELECT id FROM invitations WHERE redeemed_at IS NULL LIMIT 1"
        ),
        "user_id": await town.value("SELECT id FROM users WHERE name = 'Ben'"),
        "subject_id": medicine,
        **dict.fromkeys(("notification_id", "action_id", "flow_id", "group_id"), dose),
    }
    before = await town.rows(STATE), await town.count("audit_events")
    for kind in KINDS.values():
        if kind in {RunCommand, Choose} | OF_EVERYBODY:
            continue
        values = {**ARGUMENTS, **there}
        names = {field.name for field in fields(kind)}
        press = kind(**{name: value for name, value in values.items() if name in names})
        await reader.press_altered(press.encode(), message=reader.last)
        after = await town.rows(STATE), await town.count("audit_events")
        assert after == before, press
    assert await town.value("SELECT bool_and(left_at IS NULL) FROM family_members")


async def test_buttons_that_nobody_can_read_are_answered_politely(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    family, dose, _medicine, person = await ids(town)
    good = Take(family_id=family, dose_id=dose).encode()
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
    for kind, subject, argument in (
        (Snooze, dose, "999"),
        (Snooze, dose, "²"),
        (Snooze, dose, "-10"),
        (TakeAll, person, ""),
        (TakeAll, person, "-zzzzzzzz"),
        (TakeAll, person, "z" * ARGUMENT_LENGTH),
        (Invite, NOWHERE, "emperor"),
        (RunCommand, NOWHERE, "nosuch"),
        (TodayPage, NOWHERE, "x"),
        (Take, uuid4(), ""),
        (OpenMenu, uuid4(), ""),
        (UndoMedicine, uuid4(), ""),
    ):
        data = kind.verb + Take(family_id=family, dose_id=subject).encode()[2:] + argument
        toast = await home.anna.press_altered(data, message=asked.cards[0])
        assert toast.alert, (kind, argument)
        assert toast.text in {GONE, TOO_OLD}, (kind, argument)
    await town.settled()
    assert await town.rows(STATE) == before
    assert {row.status for row in await town.rows("SELECT status FROM inbound_updates")} == {"done"}


async def test_a_button_of_last_week_is_answered_by_what_is_true_now(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await home.anna.press("Taken", message=asked.cards[0])
    await home.ben.sees("recorded by Anna", after=asked.cards[1])
    town.jump_by(days=7)
    old = asked.cards[1].buttons[0][0].data or ""
    toast = await home.ben.press_altered(old, message=asked.cards[1])
    assert toast.alert
    assert "already recorded by Anna" in toast.text
    assert await town.count("medication_logs") == 1


async def test_a_card_works_after_its_reader_has_switched_to_another_family(
    home: Household, town: Town
) -> None:
    asked = await ask(town, *home)
    await home.ben.send("/newfamily Ben's own")
    await home.ben.sees("You've created the family")
    toast = await home.ben.press("Taken", message=asked.cards[1])
    assert toast.text == "Taken: Aspirin 100 mg"
    await home.anna.sees("recorded by Ben")


async def test_presses_are_never_limited(home: Household, town: Town) -> None:
    asked = await ask(town, *home)
    taken = asked.cards[0]
    for _ in range(12):
        await home.anna.press("Taken", message=taken)
        taken = await home.anna.sees("recorded by Anna", after=taken)
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
    gone = await home.ben.sees("Nothing is due here any more.", after=card)
    assert gone.labels == ()
    toast = await home.ben.press_altered(card.buttons[0][0].data or "", message=gone)
    assert toast.alert
    assert "this dose is no longer due, so nothing was recorded." in toast.text
