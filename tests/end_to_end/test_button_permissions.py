"""The permission table, button by button: every kind of button there is, pressed by each role,
whether it was offered to them or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zlib import crc32

import pytest

from bot.sandbox import Person
from bot.ui.presses import (
    appointments,
    contacts,
    conversation,
    doses,
    family,
    history,
    medicines,
    overview,
)
from bot.ui.presses.arguments import CardOfSlot, NamedDoses, Pick
from bot.ui.presses.press import Press
from bot.ui.presses.registry import KINDS
from domain.access import Action, Role, may
from domain.medicines.dosages import Dosage
from domain.medicines.doses.choices import choices_of
from domain.models.family import Hears
from tests.end_to_end.test_buttons import ARGUMENTS, GONE
from tests.end_to_end.test_permissions import REFUSED
from tests.town import Household, Town, add_medicine, add_person, ask, clock_in_london, join

#: What each kind of button needs, about somebody who is cared for and isn't the presser. None: it
#: is one's own matter, whatever one's role. What ends something comes last: the admin, who may do
#: all of it, presses them in this order.
NEEDS: Mapping[type[Press], Action | None] = {
    # What reads.
    appointments.AppointmentsPage: Action.READ,
    appointments.PastAppointmentsPage: Action.READ,
    appointments.ShowAppointment: Action.READ,
    appointments.ShowSeries: Action.READ,
    appointments.ShowCalendar: Action.READ,
    appointments.ShowFamilyCalendar: Action.READ,
    contacts.DoctorsPage: Action.READ,
    contacts.ShowDoctor: Action.READ,
    contacts.ContactsPage: Action.READ,
    contacts.ShowContact: Action.READ,
    doses.OpenMenu: Action.READ,
    doses.CloseMenu: Action.READ,
    doses.ShowNames: Action.READ,
    doses.ShowRecord: Action.READ,
    family.FamilySettings: Action.READ,
    family.ShowHearing: Action.READ,
    history.FamilyHistory: Action.READ,
    history.MedicineHistory: Action.READ,
    history.PersonHistory: Action.READ,
    history.ShowEntry: Action.READ,
    history.RemovedListPage: Action.READ,
    history.ShowRemoved: Action.READ,
    medicines.MedicinesPage: Action.READ,
    medicines.ShowMedicine: Action.READ,
    overview.RunCommand: Action.READ,
    overview.TodayPage: Action.READ,
    overview.Keep: Action.READ,
    # One's own.
    family.SwitchFamily: None,
    family.OwnClock: None,
    family.SetHearing: None,
    family.SetHours: None,
    family.SetHourCycle: None,
    family.HideNames: None,
    family.SendTest: None,
    family.LeaveFamily: None,
    overview.TellFamily: None,
    overview.SetChangeNotices: None,
    overview.ConfirmErasure: None,
    overview.EraseMe: None,
    overview.StayHere: None,
    overview.UndoAction: None,
    overview.UndoNamed: None,
    doses.HoldSlot: None,
    conversation.Choose: None,
    conversation.Continue: None,
    conversation.Discard: None,
    # For admins.
    history.ChangesPage: Action.READ_CHANGES,
    family.Invite: Action.INVITE,
    family.InvitePerson: Action.INVITE,
    family.InvitationsPage: Action.MANAGE_MEMBERS,
    family.AskToRevokeInvitation: Action.MANAGE_MEMBERS,
    family.RevokeInvitation: Action.MANAGE_MEMBERS,
    family.MembersPage: Action.MANAGE_MEMBERS,
    family.ShowMember: Action.MANAGE_MEMBERS,
    family.SetBigCards: Action.MANAGE_MEMBERS,
    family.SetRole: Action.MANAGE_MEMBERS,
    family.SetSight: Action.MANAGE_MEMBERS,
    family.RemoveMember: Action.MANAGE_MEMBERS,
    overview.NameAdmin: Action.MANAGE_MEMBERS,
    family.RenameFamily: Action.MANAGE_FAMILY,
    family.SetFamilyLadder: Action.MANAGE_FAMILY,
    family.SetWindow: Action.MANAGE_FAMILY,
    family.AskFirst: Action.MANAGE_FAMILY,
    family.SetGroupReceives: Action.MANAGE_FAMILY,
    family.SetGroupNames: Action.MANAGE_FAMILY,
    family.OfferGroup: Action.MANAGE_FAMILY,
    family.BindGroup: Action.MANAGE_FAMILY,
    family.DeclineGroup: Action.MANAGE_FAMILY,
    family.UnbindGroup: Action.MANAGE_FAMILY,
    overview.Dissolve: Action.MANAGE_FAMILY,
    overview.KeepFamily: Action.MANAGE_FAMILY,
    # For whoever gives medicines.
    doses.Snooze: Action.RECORD_DOSE,
    doses.Take: Action.RECORD_DOSE,
    doses.UndoOnCard: Action.RECORD_DOSE,
    doses.TakeAsWell: Action.RECORD_DOSE,
    doses.TakeAmount: Action.RECORD_DOSE,
    doses.TakeExactly: Action.RECORD_DOSE,
    doses.Correct: Action.RECORD_DOSE,
    doses.CorrectToMyClock: Action.RECORD_DOSE,
    doses.UndoRecord: Action.RECORD_DOSE,
    doses.TakeAll: Action.RECORD_DOSE,
    doses.TakeNamedDoses: Action.RECORD_DOSE,
    doses.TakeAllInSummary: Action.RECORD_DOSE,
    doses.Skip: Action.RECORD_DOSE,
    overview.TakeToday: Action.RECORD_DOSE,
    medicines.Give: Action.RECORD_DOSE,
    medicines.PromiseRefill: Action.RECORD_DOSE,
    # For whoever looks after somebody.
    family.RenamePerson: Action.ADD_PERSON,
    family.MovePerson: Action.ADD_PERSON,
    family.SetDayTimes: Action.CHANGE_MEDICINES,
    appointments.Drive: Action.DRIVE,
    appointments.StopDriving: Action.DRIVE,
    appointments.WriteOutcome: Action.CHANGE_APPOINTMENTS,
    appointments.NothingToNote: Action.CHANGE_APPOINTMENTS,
    appointments.MoveAppointment: Action.CHANGE_APPOINTMENTS,
    appointments.ChangeAppointment: Action.CHANGE_APPOINTMENTS,
    appointments.AddReminder: Action.CHANGE_APPOINTMENTS,
    appointments.CallOff: Action.CHANGE_APPOINTMENTS,
    appointments.RestoreAppointment: Action.CHANGE_APPOINTMENTS,
    contacts.AddDoctor: Action.CHANGE_APPOINTMENTS,
    contacts.ChangeDoctor: Action.CHANGE_APPOINTMENTS,
    contacts.RemoveDoctor: Action.CHANGE_APPOINTMENTS,
    contacts.RestoreDoctor: Action.CHANGE_APPOINTMENTS,
    contacts.ChangeContact: Action.CHANGE_CONTACTS,
    contacts.CallLater: Action.CHANGE_CONTACTS,
    contacts.CallEarlier: Action.CHANGE_CONTACTS,
    contacts.RemoveContact: Action.CHANGE_CONTACTS,
    contacts.RestoreContact: Action.CHANGE_CONTACTS,
    medicines.ChangeMedicine: Action.CHANGE_MEDICINES,
    medicines.ChangeOpenDoses: Action.CHANGE_MEDICINES,
    medicines.ForgetNickname: Action.CHANGE_MEDICINES,
    medicines.ShowLadder: Action.CHANGE_MEDICINES,
    medicines.SetLadder: Action.CHANGE_MEDICINES,
    medicines.Refill: Action.CHANGE_MEDICINES,
    medicines.SetPerDose: Action.CHANGE_MEDICINES,
    medicines.SetRefillDays: Action.CHANGE_MEDICINES,
    medicines.PauseMedicine: Action.CHANGE_MEDICINES,
    medicines.PausePerson: Action.CHANGE_MEDICINES,
    medicines.LengthenPause: Action.CHANGE_MEDICINES,
    medicines.EndPauseAsPlanned: Action.CHANGE_MEDICINES,
    medicines.ResumePerson: Action.CHANGE_MEDICINES,
    medicines.StopMedicine: Action.CHANGE_MEDICINES,
    medicines.RestoreMedicine: Action.CHANGE_MEDICINES,
    history.RemoveAppointment: Action.CHANGE_APPOINTMENTS,
    history.RemoveMedicine: Action.CHANGE_MEDICINES,
    history.BringBack: Action.CHANGE_MEDICINES,
    medicines.UndoMedicine: Action.CHANGE_MEDICINES,
    history.RemovePerson: Action.REMOVE_PERSON,
}


def test_every_kind_of_button_says_what_it_needs() -> None:
    assert set(KINDS.values()) == set(NEEDS)


@pytest.mark.parametrize("role", Role)
async def test_each_kind_of_button_does_what_the_table_allows_and_nothing_else(
    home: Household, town: Town, role: Role
) -> None:
    presser, there = await furnish(home, town, role)
    wrong = []
    for kind, needed in NEEDS.items():
        press = of(kind, there)
        await town.settled()
        before, seen = await fingerprint(town), len(presser.messages)
        toast = await presser.press_altered(press.encode(), message=presser.last)
        await town.settled()
        new = [message.text for message in presser.messages[seen:]]
        said = "\n".join([toast.text, *new])
        is_refused = any(words in said for words in REFUSED)
        if needed is None or may(role, needed):
            is_right = not is_refused and (GONE not in said or kind in NOT_THERE)
        else:
            # Without a word of what there would be, and without a question.
            is_right = (is_refused or (toast.alert and kind in NOT_THERE)) and not new
            is_right = is_right and await fingerprint(town) == before
        if not is_right:
            wrong.append((kind.__name__, said))
    assert wrong == [], "\n".join(map(repr, wrong))


async def test_who_may_not_record_is_asked_nothing_about_it(home: Household, town: Town) -> None:
    """Where a Taken leads to a question, the refusal comes first."""
    viewer = town.person("Viewer")
    await join(home.anna, viewer, Role.VIEWER)
    minute = town.minute(ahead=2)
    later = minute + timedelta(minutes=10)
    both = " and ".join(clock_in_london(at) for at in (minute, later))
    await add_medicine(home.anna, f"Aspirin 100 mg at {both}")
    town.jump_to(minute - timedelta(seconds=1))
    await home.anna.press("Taken", message=await home.anna.sees("Mum · "))
    await home.anna.sees("recorded by Anna")
    town.jump_to(later - timedelta(seconds=1))
    await home.anna.sees(f"Mum · {clock_in_london(later)}")
    dose = await dose_of(town, "Aspirin", due_at=later)
    taken = doses.Take(family_id=dose.family_id, dose_id=dose.id)
    toast = await viewer.press_altered(taken.encode(), message=viewer.last)
    assert "As a viewer" in toast.text
    town.jump_by(hours=30)
    await town.settled()
    everything = doses.TakeAll(
        family_id=dose.family_id, person_id=dose.care_recipient_id, card=CardOfSlot(later)
    )
    for press in (taken, everything):
        seen = len(viewer.messages)
        toast = await viewer.press_altered(press.encode(), message=viewer.last)
        await town.settled()
        assert "As a viewer" in toast.text
        assert not any("Which dose" in message.text for message in viewer.messages[seen:])


#: These ask what is in a group, which a private chat isn't: see test_group.py for who may there.
IN_GROUPS = {family.OfferGroup, family.BindGroup, family.DeclineGroup}
#: What these are about isn't there, is somebody else's, or has become something else.
NOT_THERE = IN_GROUPS | {conversation.Choose, conversation.Continue, conversation.Discard}
NOT_THERE |= {overview.UndoAction, overview.UndoNamed, doses.CorrectToMyClock}
NOT_THERE |= {medicines.ChangeOpenDoses, medicines.SetPerDose}
#: The cared-for person hears about themselves only.
NOT_THERE |= {family.ShowHearing, family.SetHearing}


@dataclass(frozen=True)
class Things:
    """What a button could be about: in general, and what some kinds need of it."""

    usual: Mapping[str, Any]
    special: Mapping[type[Press], Mapping[str, Any]]


def of(kind: type[Press], there: Things) -> Press:
    values = {**ARGUMENTS, **there.usual, **there.special.get(kind, {})}
    names = {field.name for field in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in names})


async def furnish(home: Household, town: Town, role: Role) -> tuple[Person, Things]:
    """A family with one of everything, about Dad, and somebody of that role in it."""
    await add_person(home.anna, "Dad")
    presser = town.person("Presser")
    if role is Role.RECIPIENT:
        await home.anna.send("/invite recipient")
        question = await home.anna.sees("Who would you like to invite?")
        await home.anna.press("Mum", message=question)
        await presser.open_link((await home.anna.sees("works once")).links[0])
        await presser.sees("Welcome to the family")
    else:
        await join(home.anna, presser, role)
    dad = town.person("Dad's phone")
    await home.anna.send("/invite recipient")
    await home.anna.press("Dad", message=await home.anna.sees("Who would you like to invite?"))
    await dad.open_link((await home.anna.sees("works once")).links[0])
    await dad.sees("Welcome to the family")
    await ask(town, home.anna, medicines=["Zinc 1 mg for Mum", "Iron 1 mg for Dad"])
    town.jump_by(hours=2, minutes=1)
    await home.anna.sees("⚠️ Dad: nobody recorded")
    asked = await ask(
        town,
        home.anna,
        medicines=[
            "Aspirin 100 mg for Mum",
            *(f"{medicine} for Dad" for medicine in ("Senna 1 mg", "Copper 1 mg")),
            "Para 1 tablet for Dad",
        ],
    )
    for line in ("/adddoctor Weber for Dad", "/addappt Checkup tomorrow 10:00 with House for Dad"):
        await home.anna.send(line)
        await home.anna.sees("Saved in the family")
    for name, number in (("Rosa", "+351 912 345 678"), ("Luis", "+351 912 345 679")):
        await home.anna.send(f"/addcontact {name}, neighbour, {number} for Dad")
        await home.anna.sees(f"☎️ {name}")
    room = town.group("Smiths", home.anna)
    await room.send(home.anna, "/start")
    await room.sees("Use this group for")
    await room.press(home.anna, "here and in private")
    await room.sees("I'll post the reminders")
    await home.anna.send("/invite viewer")
    await home.anna.sees("works once")
    [senna, copper, para] = [await dose_of(town, name) for name in ("Senna", "Copper", "Para")]
    await home.anna.press_altered(
        doses.Take(family_id=copper.family_id, dose_id=copper.id).encode(), message=home.anna.last
    )
    await home.anna.press_altered(
        appointments.Drive(
            family_id=senna.family_id,
            occurrence_id=await town.value("SELECT id FROM appointment_occurrences"),
            where=appointments.Where.SCREEN,
        ).encode(),
        message=home.anna.last,
    )
    await town.change(
        "UPDATE doses SET dosage = '1–2 tablets', most = 2 WHERE medication_name = 'Para'"
    )
    await town.change("UPDATE medications SET nicknames = '{white}' WHERE name = 'Senna'")
    await town.settled()
    usual = {
        "family_id": senna.family_id,
        "dose_id": senna.id,
        "medication_id": senna.medication_id,
        "subject_id": senna.medication_id,
        "person_id": senna.care_recipient_id,
        "occurrence_id": await town.value("SELECT id FROM appointment_occurrences"),
        "appointment_id": await town.value("SELECT id FROM appointments"),
        "doctor_id": await town.value("SELECT id FROM doctors"),
        "contact_id": await town.value(
            "SELECT id FROM emergency_contacts ORDER BY position LIMIT 1"
        ),
        "invitation_id": await town.value(
            "SELECT id FROM invitations WHERE redeemed_at IS NULL LIMIT 1"
        ),
        "user_id": await town.value("SELECT id FROM users WHERE name = 'Ben'"),
        "group_id": await town.value("SELECT id FROM family_groups"),
        "notification_id": await town.value(
            "SELECT n.id FROM notifications n JOIN care_recipients p ON p.id = n.care_recipient_id"
            " WHERE n.kind = 'missed' AND p.name = 'Dad' LIMIT 1"
        ),
        "action_id": await town.value("SELECT id FROM audit_events ORDER BY id DESC LIMIT 1"),
        "flow_id": senna.id,
        "pick": Pick(1, "yes"),
        "command": "meds",
        "hears": Hears.EVERYTHING,
        "choice": None,
        "card": CardOfSlot(asked.minute),
        "named": NamedDoses(asked.minute),
        "checksum": crc32(b"white"),
    }
    a_range = Dosage("1–2 tablets", Decimal(1), "tablet", Decimal(2))
    choice, _amount = choices_of(a_range)[0]
    dads = await town.value("SELECT id FROM users WHERE name = 'Dad''s phone'")
    special: dict[type[Press], Mapping[str, Any]] = {
        doses.UndoRecord: {"dose_id": copper.id},
        doses.UndoOnCard: {"dose_id": copper.id},
        doses.Correct: {"dose_id": copper.id},
        doses.CorrectToMyClock: {"dose_id": copper.id},
        doses.TakeAmount: {"dose_id": para.id, "chosen": doses.ChosenBelow(choice)},
        family.SetBigCards: {"user_id": dads},
        overview.Dissolve: {"step": 3},
    }
    return presser, Things(usual, special)


async def dose_of(town: Town, medicine: str, *, due_at: datetime | None = None) -> Any:
    """The medicine's first dose, from *due_at* on."""
    [dose] = await town.rows(
        "SELECT family_id, id, medication_id, care_recipient_id FROM doses"
        " WHERE medication_name = :medicine AND due_at >= :due_at ORDER BY due_at LIMIT 1",
        medicine=medicine,
        due_at=due_at or datetime.min.replace(tzinfo=UTC),
    )
    return dose


async def fingerprint(town: Town) -> Mapping[str, str | None]:
    """What is in every table, but for what came in."""
    tables = await town.rows(
        "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace"
    )
    return {
        table.name: await town.value(
            f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {table.name} t"
        )
        for table in tables
        if table.name != "inbound_updates"
    }
