"""Buttons that are out on phones: whatever a version has written is read as it was meant.

The data are as those versions wrote them; none of it may ever be changed.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

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
from bot.ui.presses.appointments import Where
from bot.ui.presses.arguments import CardOfSlot, NamedDoses, Pick
from bot.ui.presses.doses import Below, ChosenBelow, SeenBefore
from bot.ui.presses.press import NOWHERE, Press
from bot.ui.presses.registry import KINDS, decode
from domain.access import Role
from domain.appointments.changes.locking import Reach
from domain.medicines.doses.choices import Choice
from domain.medicines.records.corrections import RecordedWithin
from domain.memory.removed import RemovedKind
from domain.models.family import Hears, HourCycle, LadderPlan
from domain.models.groups import Receives

F = UUID("018f0000-0000-7000-8000-00000000000f")
S = UUID("018f0000-0000-7000-8000-0000000000d0")
MINUTE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MOMENT = datetime(2026, 11, 24, 8, 0, 7, 123_000, tzinfo=UTC)

OF_VERSION_0_3: dict[str, Press] = {
    "tkAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.Take(family_id=F, dose_id=S),
    "ttAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": overview.TakeToday(family_id=F, dose_id=S),
    "txAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.TakeExactly(family_id=F, dose_id=S),
    "tsAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc": doses.TakeNamedDoses(
        family_id=F, person_id=S, named=NamedDoses(MINUTE)
    ),
    "taAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc": doses.TakeAll(
        family_id=F, person_id=S, card=CardOfSlot(MINUTE)
    ),
    "moAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.OpenMenu(family_id=F, dose_id=S),
    "bkAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.CloseMenu(family_id=F, dose_id=S),
    "skAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.Skip(family_id=F, dose_id=S),
    "szAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A10": doses.Snooze(
        family_id=F, dose_id=S, minutes=10
    ),
    "szAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A30": doses.Snooze(
        family_id=F, dose_id=S, minutes=30
    ),
    "szAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A60": doses.Snooze(
        family_id=F, dose_id=S, minutes=60
    ),
    "unAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.UndoRecord(family_id=F, dose_id=S),
    "ulAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": overview.UndoNamed(family_id=F, action_id=S),
    "kpAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": overview.Keep(family_id=F),
    "shAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.ShowRecord(family_id=F, dose_id=S),
    "coAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.Correct(family_id=F, dose_id=S),
    "gvAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.Give(family_id=F, medication_id=S),
    "mlAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": medicines.MedicinesPage(family_id=F),
    "mlAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA0": medicines.MedicinesPage(family_id=F, page=0),
    "mlAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA1": medicines.MedicinesPage(family_id=F, page=1),
    "mdAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.ShowMedicine(
        family_id=F, medication_id=S
    ),
    "paAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.PauseMedicine(
        family_id=F, medication_id=S
    ),
    "stAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.StopMedicine(
        family_id=F, medication_id=S
    ),
    "rsAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.RestoreMedicine(
        family_id=F, medication_id=S
    ),
    "haAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA0": history.FamilyHistory(family_id=F, page=0),
    "haAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA12": history.FamilyHistory(family_id=F, page=12),
    "hmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": history.MedicineHistory(
        family_id=F, medication_id=S
    ),
    "hmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A0": history.MedicineHistory(
        family_id=F, medication_id=S, page=0
    ),
    "hmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A1": history.MedicineHistory(
        family_id=F, medication_id=S, page=1
    ),
    "hpAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": history.PersonHistory(
        family_id=F, person_id=S
    ),
    "hpAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A0": history.PersonHistory(
        family_id=F, person_id=S, page=0
    ),
    "hpAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A1": history.PersonHistory(
        family_id=F, person_id=S, page=1
    ),
    "enAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": history.ShowEntry(family_id=F, dose_id=S),
    "rfAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.Refill(
        family_id=F, medication_id=S
    ),
    "rdAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A3": medicines.SetRefillDays(
        family_id=F, medication_id=S, days=3
    ),
    "rdAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A7": medicines.SetRefillDays(
        family_id=F, medication_id=S, days=7
    ),
    "rdAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A14": medicines.SetRefillDays(
        family_id=F, medication_id=S, days=14
    ),
    "prAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.PromiseRefill(
        family_id=F, medication_id=S
    ),
    "rnAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.RenamePerson(family_id=F, person_id=S),
    "mvAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.MovePerson(family_id=F, person_id=S),
    "umAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.UndoMedicine(
        family_id=F, medication_id=S
    ),
    "cmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.ChangeMedicine(
        family_id=F, medication_id=S
    ),
    "alAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": appointments.AppointmentsPage(family_id=F),
    "alAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA0": appointments.AppointmentsPage(
        family_id=F, page=0
    ),
    "alAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA2": appointments.AppointmentsPage(
        family_id=F, page=2
    ),
    "apAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA0": appointments.PastAppointmentsPage(
        family_id=F, page=0
    ),
    "apAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA2": appointments.PastAppointmentsPage(
        family_id=F, page=2
    ),
    "anAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": appointments.ShowAppointment(
        family_id=F, occurrence_id=S
    ),
    "anAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0An": appointments.ShowAppointment(
        family_id=F, occurrence_id=S, in_new_message=True
    ),
    "drAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0As": appointments.Drive(
        family_id=F, occurrence_id=S, where=Where.SCREEN
    ),
    "drAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Aa": appointments.Drive(
        family_id=F, occurrence_id=S, where=Where.EVERY_TIME
    ),
    "drAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ar": appointments.Drive(
        family_id=F, occurrence_id=S, where=Where.REMINDER
    ),
    "ndAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0As": appointments.StopDriving(
        family_id=F, occurrence_id=S, where=Where.SCREEN
    ),
    "ndAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ar": appointments.StopDriving(
        family_id=F, occurrence_id=S, where=Where.REMINDER
    ),
    "maAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": appointments.MoveAppointment(
        family_id=F, occurrence_id=S
    ),
    "caAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": appointments.ChangeAppointment(
        family_id=F, occurrence_id=S
    ),
    "xaAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": appointments.CallOff(
        family_id=F, occurrence_id=S
    ),
    "xaAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Athis": appointments.CallOff(
        family_id=F, occurrence_id=S, reach=Reach.THIS
    ),
    "xaAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Afollowing": appointments.CallOff(
        family_id=F, occurrence_id=S, reach=Reach.FOLLOWING
    ),
    "xaAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Aall": appointments.CallOff(
        family_id=F, occurrence_id=S, reach=Reach.ALL
    ),
    "raAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": appointments.RestoreAppointment(
        family_id=F, occurrence_id=S
    ),
    "cfAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": appointments.ShowCalendar(
        family_id=F, occurrence_id=S
    ),
    "fcAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": appointments.ShowFamilyCalendar(family_id=F),
    "ocAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": appointments.WriteOutcome(
        family_id=F, occurrence_id=S
    ),
    "ofAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ar": appointments.NothingToNote(
        family_id=F, occurrence_id=S, where=Where.REMINDER
    ),
    "dlAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": contacts.DoctorsPage(family_id=F),
    "dlAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA0": contacts.DoctorsPage(family_id=F, page=0),
    "dlAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA1": contacts.DoctorsPage(family_id=F, page=1),
    "doAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.ShowDoctor(family_id=F, doctor_id=S),
    "doAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0An": contacts.ShowDoctor(
        family_id=F, doctor_id=S, in_new_message=True
    ),
    "cdAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.ChangeDoctor(
        family_id=F, doctor_id=S
    ),
    "xdAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.RemoveDoctor(
        family_id=F, doctor_id=S
    ),
    "rcAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.RestoreDoctor(
        family_id=F, doctor_id=S
    ),
    "adAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.AddDoctor(
        family_id=F, occurrence_id=S
    ),
    "klAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA1": contacts.ContactsPage(family_id=F, page=1),
    "koAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.ShowContact(
        family_id=F, contact_id=S
    ),
    "kcAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.ChangeContact(
        family_id=F, contact_id=S
    ),
    "kuAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A2": contacts.CallEarlier(
        family_id=F, contact_id=S, shown_at=2
    ),
    "kdAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.CallLater(family_id=F, contact_id=S),
    "kxAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.RemoveContact(
        family_id=F, contact_id=S
    ),
    "krAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": contacts.RestoreContact(
        family_id=F, contact_id=S
    ),
    "owAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": family.OwnClock(family_id=F),
    "sfAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": family.SwitchFamily(family_id=F),
    "ivAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAadmin": family.Invite(
        family_id=F, role=Role.ADMIN
    ),
    "ivAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAcaregiver": family.Invite(
        family_id=F, role=Role.CAREGIVER
    ),
    "ivAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAviewer": family.Invite(
        family_id=F, role=Role.VIEWER
    ),
    "ivAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAArecipient": family.Invite(
        family_id=F, role=Role.RECIPIENT
    ),
    "ipAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.InvitePerson(family_id=F, person_id=S),
    "mnAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAundo": overview.RunCommand(
        family_id=F, command="undo"
    ),
    "mnAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAaddperson": overview.RunCommand(
        family_id=F, command="addperson"
    ),
    "flAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A1.save": conversation.Choose(
        family_id=F, flow_id=S, pick=Pick(1, "save")
    ),
    "flAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A10.t0800": conversation.Choose(
        family_id=F, flow_id=S, pick=Pick(36, "t0800")
    ),
    "mnAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAundo": overview.RunCommand(
        family_id=NOWHERE, command="undo"
    ),
    "flAAAAAAAAAAAAAAAAAAAAAAAY8AAAAAcACAAAAAAAAA0A1.save": conversation.Choose(
        family_id=NOWHERE, flow_id=S, pick=Pick(1, "save")
    ),
}

# What came with 0.4, 0.5 and 0.6: new verbs, and new arguments of old ones.
SINCE: dict[str, Press] = {
    "tfAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": overview.TellFamily(family_id=F),
    "fnAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": family.RenameFamily(family_id=F),
    "ttAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A1": overview.TakeToday(
        family_id=F, dose_id=S, page=1
    ),
    "tdAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA0": overview.TodayPage(family_id=F, page=0),
    "tdAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA1": overview.TodayPage(family_id=F, page=1),
    "txAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ae": doses.TakeExactly(
        family_id=F, dose_id=S, below=Below.ENTRY
    ),
    "txAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0An": doses.TakeExactly(
        family_id=F, dose_id=S, below=Below.NOTICE
    ),
    "tsAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedcb0f3a": doses.TakeNamedDoses(
        family_id=F, person_id=S, named=NamedDoses(MINUTE, 11, "0f3a")
    ),
    "taAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc.b": doses.TakeAll(
        family_id=F, person_id=S, card=CardOfSlot(MINUTE, 11)
    ),
    "tlAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.TakeAllInSummary(
        family_id=F, notification_id=S
    ),
    "skAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ae": doses.Skip(
        family_id=F, dose_id=S, is_in_entry=True
    ),
    "unAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc": doses.UndoRecord(
        family_id=F, dose_id=S, record=RecordedWithin(MINUTE, timedelta(minutes=1))
    ),
    "unAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Amwuemrpv": doses.UndoRecord(
        family_id=F, dose_id=S, record=RecordedWithin(MOMENT, timedelta(milliseconds=1))
    ),
    "ucAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": doses.UndoOnCard(family_id=F, dose_id=S),
    "ucAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Amwuemrpv": doses.UndoOnCard(
        family_id=F, dose_id=S, record=RecordedWithin(MOMENT, timedelta(milliseconds=1))
    ),
    "uaAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": overview.UndoAction(family_id=F, action_id=S),
    "uaAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A3": overview.UndoAction(
        family_id=F, action_id=S, entries=3
    ),
    "mcAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc": doses.CorrectToMyClock(
        family_id=F, dose_id=S, at=MINUTE
    ),
    "rsAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ap": medicines.RestoreMedicine(
        family_id=F, medication_id=S, is_from_pause=True
    ),
    "pdAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.SetPerDose(
        family_id=F, medication_id=S
    ),
    "ppAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.PausePerson(
        family_id=F, person_id=S
    ),
    "rpAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.ResumePerson(
        family_id=F, person_id=S
    ),
    "plAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.LengthenPause(
        family_id=F, person_id=S
    ),
    "peAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc": medicines.EndPauseAsPlanned(
        family_id=F, person_id=S, until=MINUTE
    ),
    "xoAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.ChangeOpenDoses(
        family_id=F, action_id=S
    ),
    "ndAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Aa": appointments.StopDriving(
        family_id=F, occurrence_id=S, where=Where.EVERY_TIME
    ),
    "rtAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A10": appointments.AddReminder(
        family_id=F, occurrence_id=S, minutes=10
    ),
    "hcAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAy": overview.SetChangeNotices(
        family_id=F, is_wanted=True
    ),
    "hcAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAn": overview.SetChangeNotices(
        family_id=F, is_wanted=False
    ),
    "ctAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Aaddmed": conversation.Continue(
        family_id=F, flow_id=S, flow="addmed"
    ),
    "ctAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Aaddappoint": conversation.Continue(
        family_id=F, flow_id=S, flow="addappoint"
    ),
    "fdAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Aaddmed": conversation.Discard(
        family_id=F, flow_id=S, flow="addmed"
    ),
}

OF_VERSION_0_7: dict[str, Press] = {
    "gvAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A12": medicines.Give(
        family_id=F, medication_id=S, version=12
    ),
    "asAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": appointments.ShowSeries(
        family_id=F, appointment_id=S
    ),
    "asAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A2": appointments.ShowSeries(
        family_id=F, appointment_id=S, page=2
    ),
}

OF_VERSION_0_8: dict[str, Press] = {
    "tkAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A1b0f3": doses.Take(
        family_id=F, dose_id=S, choice=Choice(1, "b0f3")
    ),
    "tmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A0b0f3": doses.TakeAmount(
        family_id=F, dose_id=S, chosen=ChosenBelow(Choice(0, "b0f3"))
    ),
    "tmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A1b0f3n": doses.TakeAmount(
        family_id=F, dose_id=S, chosen=ChosenBelow(Choice(1, "b0f3"), Below.NOTICE)
    ),
    "tmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A1b0f3e": doses.TakeAmount(
        family_id=F, dose_id=S, chosen=ChosenBelow(Choice(1, "b0f3"), Below.ENTRY)
    ),
    "dyAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.SetDayTimes(family_id=F, person_id=S),
}

OF_VERSION_0_11: dict[str, Press] = {
    "hoAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc": doses.HoldSlot(
        family_id=F, person_id=S, card=CardOfSlot(MINUTE)
    ),
    "nnAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Akf12oi": medicines.ForgetNickname(
        family_id=F, medication_id=S, checksum=1234567890
    ),
    "loAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.ShowLadder(
        family_id=F, medication_id=S
    ),
    "lsAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Asteep": medicines.SetLadder(
        family_id=F, medication_id=S, plan=LadderPlan.STEEP
    ),
    "lsAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": medicines.SetLadder(
        family_id=F, medication_id=S, plan=None
    ),
    "laAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAonce": family.SetFamilyLadder(
        family_id=F, plan=LadderPlan.ONCE
    ),
    "afAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.AskFirst(family_id=F, person_id=S),
    "teAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": family.SendTest(family_id=F),
}
OF_VERSION_0_12: dict[str, Press] = {
    "twAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc": doses.TakeAsWell(
        family_id=F, dose_id=S, seen=SeenBefore(MINUTE)
    ),
    "twAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc1b0f3": doses.TakeAsWell(
        family_id=F, dose_id=S, seen=SeenBefore(MINUTE, Choice(1, "b0f3"))
    ),
}
OF_VERSION_0_13: dict[str, Press] = {
    "nmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ahtedc": doses.ShowNames(
        family_id=F, person_id=S, card=CardOfSlot(MINUTE)
    ),
    "fgAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": family.FamilySettings(family_id=F),
    "wiAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA3": family.SetWindow(family_id=F, hours=3),
    "heAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.ShowHearing(family_id=F, person_id=S),
    "hsAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Aemergencie": family.SetHearing(
        family_id=F, person_id=S, hears=Hears.EMERGENCIES
    ),
    "huAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAquiet": family.SetHours(
        family_id=F, which=family.HoursOf.QUIET
    ),
    "hyAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAh12": family.SetHourCycle(
        family_id=F, cycle=HourCycle.H12
    ),
    "hnAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAh": family.HideNames(family_id=F, hidden=True),
}
OF_VERSION_0_14: dict[str, Press] = {
    "ilAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": family.InvitationsPage(family_id=F),
    "ilAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA2": family.InvitationsPage(family_id=F, page=2),
    "iaAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.AskToRevokeInvitation(
        family_id=F, invitation_id=S
    ),
    "ixAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.RevokeInvitation(
        family_id=F, invitation_id=S
    ),
    "mbAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA1": family.MembersPage(family_id=F, page=1),
    "meAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.ShowMember(family_id=F, user_id=S),
    "roAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Aviewer": family.SetRole(
        family_id=F, user_id=S, role=Role.VIEWER
    ),
    "siAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.SetSight(family_id=F, user_id=S),
    "bcAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Aw": family.SetBigCards(
        family_id=F, user_id=S, wanted=True
    ),
    "rmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.RemoveMember(family_id=F, user_id=S),
    "lvAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": family.LeaveFamily(family_id=F),
    "xmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": history.RemoveMedicine(
        family_id=F, medication_id=S
    ),
    "xmAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ay": history.RemoveMedicine(
        family_id=F, medication_id=S, is_sure=True
    ),
    "xnAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ay": history.RemoveAppointment(
        family_id=F, occurrence_id=S, is_sure=True
    ),
    "xpAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ay": history.RemovePerson(
        family_id=F, person_id=S, is_sure=True
    ),
    "rlAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA2": history.RemovedListPage(
        family_id=F,
        page=2,
    ),
    "rwAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ap": history.ShowRemoved(
        family_id=F, subject_id=S, kind=RemovedKind.PERSON
    ),
    "bbAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Am": history.BringBack(
        family_id=F, subject_id=S, returning=history.Returning(RemovedKind.MEDICINE)
    ),
    "bbAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Adb": history.BringBack(
        family_id=F, subject_id=S, returning=history.Returning(RemovedKind.DOCTOR, beside=True)
    ),
    "clAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA3": history.ChangesPage(
        family_id=F,
        page=3,
    ),
    "goAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAh": family.OfferGroup(family_id=F, hidden=True),
    "gbAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAAinsteadh": family.BindGroup(
        family_id=F, use=family.GroupUse.INSTEAD_WITHOUT_NAMES
    ),
    "gnAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": family.DeclineGroup(family_id=F),
    "grAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ainstead": family.SetGroupReceives(
        family_id=F, group_id=S, receives=Receives.INSTEAD
    ),
    "ghAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0Ah": family.SetGroupNames(
        family_id=F, group_id=S, hidden=True
    ),
    "gxAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": family.UnbindGroup(family_id=F, group_id=S),
    "erAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0123456789": overview.ConfirmErasure(
        digest="0123456789"
    ),
    "emAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0123456789": overview.EraseMe(
        digest="0123456789"
    ),
    "syAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA": overview.StayHere(),
    "naAY8AAAAAcACAAAAAAAAADwAY8AAAAAcACAAAAAAAAA0A": overview.NameAdmin(family_id=F, user_id=S),
    "dsAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA2": overview.Dissolve(family_id=F, step=2),
    "kfAY8AAAAAcACAAAAAAAAADwAAAAAAAAAAAAAAAAAAAAAA": overview.KeepFamily(family_id=F),
}
EVER = {
    **OF_VERSION_0_14,
    **OF_VERSION_0_13,
    **OF_VERSION_0_3,
    **SINCE,
    **OF_VERSION_0_7,
    **OF_VERSION_0_8,
    **OF_VERSION_0_11,
    **OF_VERSION_0_12,
    **OF_VERSION_0_14,
}

# Written another way by now: the first page of a list had two spellings.
HAS_ANOTHER_SPELLING = {
    (kind, "0")
    for kind in (
        medicines.MedicinesPage,
        appointments.AppointmentsPage,
        appointments.PastAppointmentsPage,
        contacts.DoctorsPage,
        overview.TodayPage,
    )
}


@pytest.mark.parametrize(("data", "press"), EVER.items())
def test_a_button_that_is_out_means_what_it_meant(data: str, press: Press) -> None:
    assert decode(data) == press


@pytest.mark.parametrize(("data", "press"), EVER.items())
def test_a_button_is_written_as_ever(data: str, press: Press) -> None:
    if (type(press), data[46:]) in HAS_ANOTHER_SPELLING:
        assert press.encode() == data[:46]
    else:
        assert press.encode() == data


def test_no_verb_that_is_out_has_gone_or_stands_for_something_else() -> None:
    assert {data[:2]: type(press) for data, press in EVER.items()} == dict(KINDS)
