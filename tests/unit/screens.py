"""Every view with facts to show, in the variants that matter: what the golden files show, what
hostile names are tried on, and what has to be translatable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.appointments.views import appointment_notices, appointments, calendar_files
from bot.features.contacts.views import doctors
from bot.features.family.views import appointments_left, families, people, start
from bot.features.family.views import notices as family_notices
from bot.features.medicines.views import (
    cards,
    doses,
    history,
    intakes,
    late,
    medicines,
    meds,
    notices,
    pauses,
    records,
    stock,
)
from bot.features.overview.views import add_list, changes, edited, elsewhere, today, undo
from bot.grammar.commands.refills import Stocked, TypedAmount
from bot.grammar.problems import Misunderstood, Problem
from bot.ui import conversations, refusals
from bot.ui.answer import Answer, Button, Screen
from bot.ui.callbacks import Callback, Verb
from bot.ui.misunderstandings import misunderstood
from bot.ui.wording import escape
from domain.access import Action, Role
from domain.appointments.appointments import (
    Conflict,
    Details,
    DoctorNamed,
    OccurrenceFacts,
    OccurrencePage,
)
from domain.appointments.calendars import CalendarEntry, Deviation
from domain.appointments.clocks import Followed
from domain.appointments.errors import (
    AppointmentCancelled,
    AppointmentChanged,
    AppointmentInPast,
    AppointmentOver,
    TakenByAnother,
    TimeDoesNotExist,
)
from domain.appointments.notices.calendar_updates import CalendarFacts
from domain.appointments.notices.reminders import AppointmentFacts, AppointmentItem
from domain.appointments.recurrences import ByDay, Frequency, Nth, Recurrence
from domain.contacts.doctors import DoctorFacts
from domain.contacts.errors import AlikeDoctor
from domain.database.scope import Member
from domain.errors import (
    AlikeName,
    AlreadyApplied,
    AlreadyExists,
    CareCircleError,
    NoFamily,
    NotAllowed,
    NotFound,
    NothingToUndo,
    TooLateToUndo,
)
from domain.family.errors import (
    AlreadyMember,
    FamilyFull,
    InvitationExpired,
    InvitationUnknown,
    InvitationUsed,
    NobodyCaredFor,
)
from domain.family.families import (
    FamilyFacts,
    FamilyOverview,
    Joined,
    MemberFacts,
    NewInvitation,
    PersonSummary,
)
from domain.family.joined_notice import JoinedFacts
from domain.family.limits import MOST_HELD, Held
from domain.family.people import Person, PersonAdded
from domain.family.running_pauses import Pause
from domain.local_time import Weekday
from domain.medicines.details import MedicineDetails
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.slot_cards import CardFacts
from domain.medicines.doses.snoozing import Snoozed
from domain.medicines.doses.summaries import SummaryFacts
from domain.medicines.doses.today import PersonToday
from domain.medicines.errors import (
    AlikeMedicine,
    ChangedMeanwhile,
    LessLeft,
    NothingRecorded,
    NothingToPause,
    NotPaused,
    PauseEndImpossible,
    PauseRuns,
    PerDoseUnknown,
    SameMedicine,
    StockUnitDiffers,
    StoppedMeanwhile,
    TimeNotPossible,
)
from domain.medicines.facts import Content, MedicineFacts, MedicineLine, OpenDose
from domain.medicines.pauses.notices import PauseEndsFacts
from domain.medicines.pauses.paused_people import PersonPaused
from domain.medicines.records.changes import ChangeKind, RecordChange
from domain.medicines.records.corrections import TakenBack
from domain.medicines.records.history import Entry, EntryDetails, HistoryPage, Record, RecordStep
from domain.medicines.records.late import LateOutlook
from domain.medicines.records.notices import RecordChangedFacts
from domain.medicines.records.outlook import Doubt, Intake, Outlook
from domain.medicines.records.presses import WhichDose
from domain.medicines.records.recording import Recorded
from domain.medicines.schedules.comparison import Concern
from domain.medicines.schedules.days import Daily, Weekly
from domain.medicines.schedules.kinds import AsNeeded, WallClock
from domain.medicines.schedules.questions import Place
from domain.medicines.stock.levels import Refilled, Stock
from domain.medicines.stock.measures import Measure
from domain.medicines.stock.notices import RefillFacts, RefillItem
from domain.medicines.stock.projection import NOT_RECKONED, Forecast, Lasts
from domain.models.appointments import OccurrenceStatus
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview.change_events import Concern as ChangeConcern
from domain.overview.elsewhere import OpenElsewhere
from domain.overview.own_actions import UNDONE, ActionKind, ActionSuperseded, LastAction, Undone
from domain.overview.told_changes import ChangesFacts, ToldChange
from domain.timers import Step

View: TypeAlias = "partial[Answer] | partial[Screen]"

LONDON = ZoneInfo("Europe/London")
NEW_YORK, PARIS = ZoneInfo("America/New_York"), ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 23, 8, 3, tzinfo=UTC)
SLOT = NOW.replace(minute=0)
AS_NEEDED = AsNeeded(date(2026, 11, 23), timedelta(hours=6), 4)
FAMILY_ID, PERSON_ID, ANNA_ID, BEN_ID, *MEDICINE_IDS = (
    UUID(int=0x018F_0000_0000_7000_8000_0000_0000_0000 + number) for number in range(40)
)


@dataclass(frozen=True)
class Words:
    """What people have typed, or are called: it may be anything."""

    person: str = "Mum"
    other_person: str = "Uncle Joe"
    family: str = "Mum's helpers"
    other_family: str = "Smith"
    anna: str = "Anna"
    ben: str = "Ben"
    medicine: str = "Aspirin"
    dosage: str = "100 mg"
    others: Sequence[tuple[str, str]] = (("Metformin", "850 mg"), ("Vitamin D", "20 drops"))

    @classmethod
    def all_the_same(cls, words: str) -> "Words":
        return cls(words, words, words, words, words, words, words, words, [(words, words)] * 2)


@dataclass(frozen=True)
class _Home:
    """Facts made of *words*, all of one family at one time."""

    words: Words

    def dose(self, status: DoseStatus = DoseStatus.PENDING, number: int = 0) -> DoseFacts:
        name, dosage = [(self.words.medicine, self.words.dosage), *self.words.others][number]
        is_resolved = status in (DoseStatus.TAKEN, DoseStatus.SKIPPED)
        return DoseFacts(
            id=MEDICINE_IDS[number],
            medication_id=MEDICINE_IDS[10 + number],
            care_recipient_id=PERSON_ID,
            name=name,
            dosage=dosage,
            zone=LONDON,
            local=SLOT.replace(tzinfo=None),
            due_at=SLOT,
            window_ends_at=SLOT + timedelta(hours=2),
            status=status,
            resolved_at=NOW if is_resolved else None,
            resolved_by=self.words.anna if is_resolved else None,
            resolved_by_id=ANNA_ID if is_resolved else None,
            taken_at=NOW if status is DoseStatus.TAKEN else None,
            snoozed_until=None,
            snoozed_by=None,
        )

    def snoozed(self, number: int = 0) -> DoseFacts:
        return replace(
            self.dose(number=number),
            snoozed_until=NOW + timedelta(minutes=10),
            snoozed_by=self.words.ben,
        )

    def card(self, *shown: DoseFacts) -> CardFacts:
        return CardFacts(
            family_id=FAMILY_ID,
            care_recipient_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            slot_at=SLOT,
            doses=shown,
        )

    def all_three(self, *statuses: DoseStatus) -> list[DoseFacts]:
        return [self.dose(status, number) for number, status in enumerate(statuses)]

    @property
    def member(self) -> Member:
        return Member(ANNA_ID, self.words.anna, FAMILY_ID, self.words.family, Role.ADMIN)

    @property
    def family(self) -> FamilyFacts:
        return FamilyFacts(FAMILY_ID, self.words.family)

    @property
    def person(self) -> Person:
        return Person(PERSON_ID, self.words.person, LONDON)

    @property
    def other_person(self) -> Person:
        return Person(UUID(int=PERSON_ID.int + 1), self.words.other_person, LONDON)

    @property
    def saved(self) -> MedicineFacts:
        return MedicineFacts(
            id=MEDICINE_IDS[0],
            name=self.words.medicine,
            dosage=Dosage(self.words.dosage),
            schedule=WallClock((time(8), time(20)), date(2026, 11, 23)),
            status=MedicineStatus.ACTIVE,
            resumes_at=None,
            version=1,
            person_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            family_name=self.words.family,
            first_due_at=SLOT + timedelta(hours=12),
        )

    @property
    def open_dose(self) -> OpenDose:
        return OpenDose(
            id=MEDICINE_IDS[0],
            due_at=SLOT,
            window_ends_at=SLOT + timedelta(hours=2),
            zone=LONDON,
            dosage=Dosage(self.words.dosage),
            snoozed_until=None,
        )

    @property
    def outlook(self) -> Outlook:
        return Outlook(
            medicine=self.saved,
            at=NOW,
            last=self.intake(NOW - timedelta(hours=3, minutes=10)),
            following=None,
            others=Decimal(2),
            limit=None,
            interval=None,
            next_at=NOW + timedelta(hours=2, minutes=50),
            candidates=(),
            intakes=(),
            doubts=frozenset(),
            seen=1,
        )

    def intake(self, at: datetime) -> Intake:
        return Intake(
            MEDICINE_IDS[8], at, LONDON, self.words.anna, self.words.dosage, Decimal("1.5")
        )

    @property
    def appointment(self) -> OccurrenceFacts:
        starts_at = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
        return OccurrenceFacts(
            id=MEDICINE_IDS[5],
            family_id=FAMILY_ID,
            appointment_id=MEDICINE_IDS[6],
            version=1,
            person_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            details=Details(self.words.medicine),
            recurrence=None,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
            moved_from=None,
            status=OccurrenceStatus.PLANNED,
            driver_id=None,
            driver=None,
            outcome=None,
            outcome_by=None,
            outcome_at=None,
        )

    @property
    def series(self) -> OccurrenceFacts:
        """With all that can be said of one."""
        words, one = self.words, self.appointment
        tuesdays = Recurrence(
            Frequency.WEEKLY,
            by_day=(ByDay(Weekday.TUESDAY),),
            until=datetime(2027, 3, 1, 23, 59, 59),
        )
        return replace(
            one,
            details=Details(
                title=words.medicine,
                duration=timedelta(minutes=90),
                doctor=DoctorNamed(words.ben, ANNA_ID, phone="+442079460018"),
                place=words.family,
                bring=words.dosage,
                note=words.other_person,
                remind_before=(2880, 60),
            ),
            recurrence=tuesdays,
            moved_from=one.starts_at - timedelta(hours=2),
            driver_id=ANNA_ID,
            driver=words.anna,
        )

    @property
    def doctor(self) -> DoctorFacts:
        return DoctorFacts(
            id=MEDICINE_IDS[7],
            person_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            name=self.words.ben,
            specialty=self.words.medicine,
            phone="+442079460018",
            address=self.words.family,
            note=self.words.other_person,
        )

    @property
    def stock(self) -> Stock:
        return Stock(
            amount=Decimal("12.5"),
            unit="tablet",
            measure=None,
            unmeasured=None,
            refill_days=7,
            forecast=Forecast(Lasts.RUNS_OUT, 12, NOW + timedelta(days=12)),
            promised_by=None,
        )


def all_screens(words: Words) -> Mapping[str, View]:
    """Every screen by its name, not rendered yet; in the language that is spoken now."""
    home = _Home(words)
    return {
        **_cards(home),
        **_presses(home),
        **_today(home),
        **_families(home),
        **_undo(home),
        **_medicines(home),
        **_meds(home),
        **_stock(home),
        **_intakes(home),
        **_history(home),
        **_people(home),
        **_pauses(home),
        **_appointments(home),
        **_appointment_questions(home),
        **_appointment_notices(home),
        **_change_notices(home),
        **_lists(home),
        **_calendar_files(home),
        **_doctors(home),
        **_elsewhere(home),
        **_late(home),
        **_notices(home),
        **_refusals(home),
        **_start(home),
        **_conversations(words),
    }


def _moved(dose: DoseFacts) -> DoseFacts:
    """The person lives in New York since."""
    zone = LONDON if dose.status is DoseStatus.TAKEN else None
    return replace(dose, taken_zone=zone, home_zone=NEW_YORK)


def _due_in_paris(dose: DoseFacts) -> DoseFacts:
    return replace(dose, zone=PARIS, local=dose.local + timedelta(hours=1), home_zone=LONDON)


def _cards(home: _Home) -> Mapping[str, View]:
    pending, taken, skipped = DoseStatus.PENDING, DoseStatus.TAKEN, DoseStatus.SKIPPED
    missed, not_asked = DoseStatus.MISSED, DoseStatus.NOT_ASKED
    one, two = home.card(home.dose()), home.card(home.dose(), home.dose(number=1))
    facts = {
        "card_one": one,
        "card_one_taken": home.card(home.dose(taken)),
        "card_one_skipped": home.card(home.dose(skipped)),
        "card_one_missed": home.card(home.dose(missed)),
        "card_one_not_asked": home.card(home.dose(not_asked)),
        "card_one_snoozed": home.card(home.snoozed()),
        "card_one_late": replace(one, is_late=True),
        "card_one_repeat": replace(one, is_repeat=True),
        "card_one_asking_again": replace(one, is_reminder=True),
        "card_one_repeat_of_asking_again": replace(one, is_reminder=True, is_repeat=True),
        "card_one_escalated": replace(one, is_escalated=True),
        "card_one_late_and_escalated": replace(one, is_late=True, is_escalated=True),
        "card_one_asked_again_below": replace(one, asked_again=True),
        "card_one_for_a_viewer": replace(one, may_record=False),
        "card_one_with_menu": replace(one, menu_for=one.doses[0].id),
        "card_one_taken_while_menu_was_open": replace(
            home.card(home.dose(taken)), menu_for=one.doses[0].id
        ),
        "card_one_taken_late_and_repeated": replace(
            home.card(home.dose(taken)), is_late=True, is_repeat=True, is_escalated=True
        ),
        "card_two": two,
        "card_two_with_menu_of_the_second": replace(two, menu_for=two.doses[1].id),
        "card_two_one_taken": home.card(home.dose(taken), home.dose(number=1)),
        "card_three_taken_skipped_open": home.card(*home.all_three(taken, skipped, pending)),
        "card_three_missed_not_asked_taken": home.card(*home.all_three(missed, not_asked, taken)),
        "card_three_all_taken": home.card(*home.all_three(taken, taken, taken)),
        "card_three_one_snoozed": home.card(home.snoozed(), *home.all_three(pending, pending)[1:]),
        "card_of_a_removed_medicine": home.card(),
        "card_read_abroad": replace(
            home.card(*home.all_three(taken, skipped, missed)), reader_zone=NEW_YORK
        ),
        "card_second_of_three": replace(two, part=1, number=2, count=3),
        "card_after_a_move": replace(
            home.card(*map(_moved, home.all_three(taken, skipped, missed))), home_zone=NEW_YORK
        ),
        "card_of_two_clocks": home.card(home.dose(), _due_in_paris(home.dose(number=1))),
        "card_taken_the_day_before": home.card(
            replace(home.dose(taken), taken_at=SLOT - timedelta(hours=9))
        ),
        "card_of_a_paused_medicine": replace(
            home.card(), put_off=[(home.dose(DoseStatus.CANCELLED), MedicineStatus.PAUSED)]
        ),
        "card_with_a_stopped_medicine": replace(
            home.card(home.dose()),
            put_off=[(home.dose(DoseStatus.CANCELLED, 1), MedicineStatus.STOPPED)],
        ),
    }
    return {name: partial(cards.slot_card, fact) for name, fact in facts.items()}


def _presses(home: _Home) -> Mapping[str, View]:
    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED)
    removed, missed = home.dose(DoseStatus.CANCELLED), home.dose(DoseStatus.MISSED)
    second = home.dose(DoseStatus.TAKEN, 1)
    soon = NOW + timedelta(minutes=10)

    def which(pressed: Sequence[DoseFacts], others: Sequence[DoseFacts]) -> View:
        outcome = WhichDose(pressed, others)
        later = NOW + timedelta(days=1)
        return partial(doses.which_dose, outcome, member=home.member, now=later)

    return {
        "press_taken": partial(doses.recorded, Recorded([taken], [])),
        "press_all_taken": partial(doses.recorded, Recorded([taken, second], [])),
        "press_all_taken_of_one_card": partial(doses.recorded, Recorded([taken, second], [], 2)),
        "press_all_taken_second": partial(doses.recorded, Recorded([], [taken], 1)),
        "press_skip": partial(doses.recorded, Recorded([skipped], [])),
        "press_taken_second": partial(doses.recorded, Recorded([], [taken])),
        "press_skip_second": partial(doses.recorded, Recorded([], [skipped])),
        "press_of_a_removed_medicine": partial(doses.recorded, Recorded([], [removed])),
        "press_snooze": partial(doses.snoozed, Snoozed(home.snoozed(), soon)),
        "press_snooze_beyond_the_window": partial(doses.snoozed, Snoozed(home.dose(), None)),
        "press_snooze_of_a_taken_dose": partial(doses.snoozed, Snoozed(taken, None)),
        "press_snooze_of_a_missed_dose": partial(doses.snoozed, Snoozed(missed, None)),
        "press_answered": partial(doses.shown, home.dose(DoseStatus.TAKEN)),
        "press_answered_open_again": partial(doses.shown, home.dose()),
        "press_undo": partial(doses.undone_toast, TakenBack(taken, home.dose(), False)),
        "press_undo_of_a_correction": partial(doses.undone_toast, TakenBack(skipped, taken, True)),
        **{f"press_undo_{name}": view for name, view in _recorded_otherwise(home).items()},
        "press_on_yesterdays_card": which([missed], [home.dose(number=1)]),
        "press_on_yesterdays_card_of_two": which([missed, home.dose(DoseStatus.MISSED, 1)], []),
    }


def _recorded_otherwise(home: _Home) -> Mapping[str, View]:
    by = home.words.ben
    undone = [Record("undone", NOW, NOW, by, None, None, LONDON)]

    def shown(status: DoseStatus, records: Sequence[Record] = ()) -> View:
        details = EntryDetails(home.dose(status), records, can_be_corrected=False)
        return partial(doses.recorded_otherwise, details, member=home.member)

    return {
        "of_another_record": shown(DoseStatus.TAKEN),
        "of_what_was_undone": shown(DoseStatus.PENDING, undone),
        "of_what_the_reader_undid": shown(
            DoseStatus.PENDING, [replace(undone[0], by_id=home.member.user_id)]
        ),
        "of_an_extra_that_was_undone": shown(DoseStatus.CANCELLED, undone),
        "of_an_open_dose": shown(DoseStatus.PENDING),
        "of_a_missed_dose": shown(DoseStatus.MISSED),
    }


def _undo(home: _Home) -> Mapping[str, View]:
    at = NOW - timedelta(minutes=5)
    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED, 1)
    recorded = LastAction(PERSON_ID, ActionKind.RECORDED, at, doses=[taken, skipped])
    before = replace(taken, taken_at=NOW - timedelta(minutes=90))
    corrected = LastAction(
        PERSON_ID, ActionKind.CORRECTED, at, doses=[taken], log_id=ANNA_ID, put_back=before
    )

    def changed(kind: ActionKind) -> LastAction:
        action = LastAction(PERSON_ID, kind, NOW - timedelta(hours=3))
        if kind.startswith("appointment."):
            return replace(action, appointment=home.appointment)
        if kind.startswith("person."):
            return replace(action, person=home.person)
        return replace(action, medicine=home.saved)

    def ask(action: LastAction) -> View:
        return partial(undo.ask_last, action, member=home.member, now=NOW)

    def undone(outcome: Undone) -> View:
        return partial(undo.undone, outcome, member=home.member, now=NOW)

    kinds = [kind for kind in ActionKind if "." in kind]
    family = home.words.family
    elsewhere = [FamilyFacts(PERSON_ID, family, (home.words.ben,)), FamilyFacts(BEN_ID, family)]
    pause = Pause(NOW, NOW + timedelta(days=3), silences_appointments=False)
    return {
        "undo_asked_two": ask(recorded),
        "undo_asked_at_once": ask(replace(recorded, at=NOW, doses=[taken])),
        "undo_asked_correction": ask(corrected),
        **{f"undo_asked_{kind.replace('.', '_')}": ask(changed(kind)) for kind in kinds},
        "undo_appointment_added": undone(Undone(changed(ActionKind.APPOINTMENT_ADDED))),
        "undo_appointment_moved": undone(
            Undone(changed(ActionKind.APPOINTMENT_MOVED), appointment=home.appointment)
        ),
        "undo_pause_of_person": undone(
            Undone(changed(ActionKind.PERSON_RESUMED), person=replace(home.person, pause=pause))
        ),
        "undo_asked_below_a_message": partial(undo.ask, recorded, member=home.member, now=NOW),
        "undo_asked_in_another_family": ask(replace(recorded, elsewhere=elsewhere)),
        "undo_in_one_of_two_families": partial(
            undo.undone,
            Undone(recorded, [home.dose()]),
            member=replace(home.member, has_other_families=True),
            now=NOW,
        ),
        "undo_kept": partial(undo.kept),
        "undo_one": undone(Undone(recorded, [home.dose()])),
        "undo_two": undone(Undone(recorded, [home.dose(), home.dose(number=1)])),
        "undo_too_late_to_ask": undone(Undone(recorded, [home.dose(DoseStatus.MISSED)])),
        "undo_extra": undone(Undone(recorded, [home.dose(DoseStatus.CANCELLED)])),
        "undo_correction": undone(Undone(corrected, [before])),
        "undo_correction_to_skipped": undone(Undone(corrected, [skipped])),
        "undo_medicine": undone(Undone(changed(ActionKind.ADDED))),
        "undo_edit": undone(Undone(changed(ActionKind.EDITED), medicine=home.saved)),
        "undo_refill": undone(Undone(changed(ActionKind.REFILLED), medicine=home.saved)),
    }


def _today(home: _Home) -> Mapping[str, View]:
    pending, later = home.dose(), NOW + timedelta(hours=12)
    states = home.all_three(DoseStatus.TAKEN, DoseStatus.SKIPPED, DoseStatus.MISSED)
    evening = replace(pending, local=later.replace(tzinfo=None), due_at=later)
    not_asked = home.dose(DoseStatus.NOT_ASKED)
    before = NOW - timedelta(days=1)
    left_over = replace(not_asked, local=before.replace(tzinfo=None), due_at=before)
    viewer = replace(home.member, role=Role.VIEWER)
    miller = FamilyFacts(BEN_ID, home.words.other_family, (home.words.ben,))
    namesake = replace(miller, id=ANNA_ID, company=(home.words.anna, home.words.person))
    two = [pending, replace(pending, id=BEN_ID, medication_id=BEN_ID, dosage="81 mg")]

    def screen(
        *entries: PersonToday,
        member: Member = home.member,
        planned: Sequence[OccurrenceFacts] = (),
        elsewhere: Sequence[OpenElsewhere] = (),
    ) -> View:
        return partial(
            today.today,
            entries,
            appointments={home.person.id: planned},
            member=member,
            now=NOW,
            elsewhere=elsewhere,
        )

    return {
        "today_nobody": screen(),
        "today_nothing_due": screen(PersonToday(home.person, ())),
        "today_one_person": screen(
            PersonToday(home.person, [*states, not_asked, home.snoozed(), pending, evening])
        ),
        "today_after_a_move": screen(
            PersonToday(
                replace(home.person, zone=NEW_YORK),
                [_moved(dose) for dose in (*states, pending, left_over)],
            )
        ),
        "today_second_page": partial(
            today.today,
            [PersonToday(home.person, [pending] * 30)],
            appointments={},
            member=home.member,
            now=NOW,
            number=1,
        ),
        "today_with_yesterday": screen(PersonToday(home.person, [left_over, pending])),
        "today_several_people": screen(
            PersonToday(home.person, [pending, evening]),
            PersonToday(home.other_person, [pending]),
        ),
        "today_more_than_fits": screen(PersonToday(home.person, [pending] * 200)),
        "today_more_people_than_fit": screen(*[PersonToday(home.person, [pending, evening])] * 120),
        "today_with_appointments": screen(
            PersonToday(home.person, [pending]),
            planned=[home.appointment, replace(home.appointment, driver=home.words.ben)],
        ),
        "today_with_another_family": screen(
            PersonToday(home.person, [pending]), elsewhere=[OpenElsewhere(miller, 2)]
        ),
        "today_with_families_of_one_name": screen(
            elsewhere=[OpenElsewhere(miller, 1), OpenElsewhere(namesake, 1)]
        ),
        "today_on_two_days": screen(
            PersonToday(home.person, [pending]),
            PersonToday(replace(home.other_person, zone=ZoneInfo("Pacific/Honolulu")), ()),
        ),
        "today_two_of_one_name": screen(PersonToday(home.person, two)),
        "today_for_a_viewer": screen(PersonToday(home.person, [pending]), member=viewer),
    }


def _appointments(home: _Home) -> Mapping[str, View]:
    one, series, words = home.appointment, home.series, home.words
    viewer = replace(home.member, role=Role.VIEWER)
    in_tokyo = replace(home.member, zone=ZoneInfo("Asia/Tokyo"))
    over = replace(one, starts_at=NOW - timedelta(hours=3), ends_at=NOW - timedelta(hours=2))
    told = replace(over, outcome=words.other_person, outcome_by=words.ben, outcome_at=NOW)
    unknown = replace(one, details=replace(one.details, doctor=DoctorNamed(words.ben)))
    first_monday = Recurrence(
        Frequency.MONTHLY, by_day=(ByDay(Weekday.MONDAY, Nth.FIRST),), count=10
    )
    conflicts = (
        Conflict(
            words.medicine, words.person, LONDON, one.starts_at, one.ends_at, False, driver=None
        ),
        Conflict(
            words.medicine,
            words.other_person,
            LONDON,
            one.starts_at.replace(hour=0),
            one.starts_at.replace(hour=0) + timedelta(days=2),
            True,
            driver=words.anna,
        ),
    )
    in_london = replace(one, home_zone=NEW_YORK, conflicts=_in_london(conflicts))
    midnight = one.starts_at.replace(hour=0, minute=0) + timedelta(days=6)
    whole_day = replace(
        one,
        details=replace(one.details, is_all_day=True, duration=timedelta(days=1)),
        starts_at=midnight,
        ends_at=midnight + timedelta(days=1),
    )
    several_days = replace(
        whole_day,
        details=replace(
            whole_day.details, duration=timedelta(days=14), remind_before=(10_080, 1_440, 60)
        ),
        starts_at=midnight + timedelta(days=10),
        ends_at=midnight + timedelta(days=24),
    )
    over_night = replace(one, ends_at=one.starts_at + timedelta(hours=10))
    soon = replace(one, starts_at=NOW + timedelta(minutes=40), ends_at=NOW + timedelta(minutes=100))
    too_soon = replace(soon, starts_at=NOW + timedelta(minutes=9))

    def screen(facts: OccurrenceFacts, member: Member = home.member) -> View:
        return partial(appointments.screen, facts, member=member, now=NOW)

    def listed(
        *items: OccurrenceFacts,
        number: int = 0,
        has_more: bool = False,
        is_past: bool = False,
        member: Member = home.member,
    ) -> View:
        page = OccurrencePage(items, number, has_more, is_past)
        return partial(appointments.appointments, page, member=member, now=NOW)

    cancelled = replace(one, status=OccurrenceStatus.CANCELLED)
    # In Tokyo it is the next day already, and in New York the same: by place, then by instant.
    in_new_york = replace(one, zone=NEW_YORK, person=words.other_person)
    of_tokyo = replace(one, zone=ZoneInfo("Asia/Tokyo"), person=words.ben)
    around_the_world = [
        replace(of_tokyo, starts_at=one.starts_at.replace(day=23, hour=23)),
        one,
        replace(in_new_york, starts_at=one.starts_at.replace(hour=23)),
        replace(of_tokyo, starts_at=one.starts_at.replace(hour=16)),
        replace(one, starts_at=one.starts_at.replace(day=25, hour=9)),
    ]
    changed = {
        "saved": appointments.saved,
        "moved": appointments.moved,
        "changed": appointments.changed,
        "changed_meanwhile": appointments.changed_meanwhile,
    }
    body = Screen("📅")
    return {
        "appointment": screen(one),
        "appointment_series": screen(series),
        "appointment_changed_and_some_are_gone": partial(
            appointments.changed,
            series,
            member=home.member,
            now=NOW,
            gone=[NOW + timedelta(days=count) for count in range(1, 9)],
        ),
        "undo_asked_of_a_whole_series": partial(
            undo.ask,
            LastAction(
                UUID(int=7),
                ActionKind.APPOINTMENT_CANCELLED,
                NOW,
                appointment=series,
                before={"reach": "all"},
                lasting="doctor.added",
            ),
            member=home.member,
            now=NOW,
        ),
        "appointment_monthly": screen(replace(one, recurrence=first_monday)),
        "appointment_without_end": screen(replace(one, recurrence=Recurrence(Frequency.WEEKLY, 2))),
        "appointment_for_a_viewer": screen(series, viewer),
        "appointment_read_in_tokyo": screen(one, in_tokyo),
        "appointment_driven_by_another": screen(replace(one, driver_id=BEN_ID, driver=words.ben)),
        "appointment_with_conflicts": screen(replace(one, conflicts=conflicts)),
        "appointment_with_an_unknown_doctor": screen(unknown),
        "appointment_cancelled": screen(cancelled),
        "appointment_all_day": screen(whole_day),
        "appointment_of_several_days": screen(several_days),
        "appointment_over_night": screen(over_night),
        "appointment_soon": screen(soon),
        "appointment_too_soon": screen(too_soon),
        "appointment_will_remind": partial(appointments.will_remind, body),
        "appointments_of_days": listed(over_night, whole_day, several_days),
        "appointment_cut": screen(replace(series, status=OccurrenceStatus.CUT)),
        "appointment_over": screen(over),
        "appointment_over_and_told": screen(told),
        "appointment_over_without_a_word": screen(replace(told, outcome=None)),
        **{
            f"appointment_{name}": partial(view, one, member=home.member, now=NOW)
            for name, view in changed.items()
        },
        "appointment_cancelled_toast": partial(appointments.called_off, body),
        "appointment_restored_toast": partial(appointments.restored, body),
        "appointment_driving": partial(appointments.driving, one, body),
        "appointment_driving_every_time": partial(
            appointments.driving, replace(one, conflicts=conflicts), body, is_every=True
        ),
        "appointment_not_driving": partial(appointments.not_driving, None),
        "appointment_noted": partial(appointments.noted, None),
        "appointment_outcome_saved": partial(appointments.outcome_saved, one, member=home.member),
        "appointments_none": listed(),
        "appointments_none_past": listed(is_past=True),
        "appointments": listed(one, replace(series, starts_at=one.starts_at), cancelled),
        "appointments_by_several_clocks": listed(*around_the_world),
        "appointments_by_several_clocks_read_in_tokyo": listed(*around_the_world, member=in_tokyo),
        "appointments_second_page": listed(one, number=1, has_more=True),
        "appointments_past": listed(told, is_past=True, has_more=True),
        "appointments_for_a_viewer": listed(one, member=replace(viewer, zone=in_tokyo.zone)),
        "appointments_no_calendar": partial(appointments.no_calendar),
        "appointment_of_one_who_moved": screen(in_london),
        "appointment_of_one_who_moved_read_there": screen(
            in_london, replace(home.member, zone=NEW_YORK)
        ),
        "appointment_all_day_of_one_who_moved": screen(replace(whole_day, home_zone=NEW_YORK)),
        "appointments_of_one_who_moved": listed(
            in_london, replace(over_night, home_zone=NEW_YORK), one
        ),
        **_appointments_left(home, in_london, replace(series, home_zone=NEW_YORK)),
    }


def _in_london(conflicts: Sequence[Conflict]) -> Sequence[Conflict]:
    """Of somebody who lives elsewhere by now, and again on other days."""
    return [replace(each, home_zone=NEW_YORK, comes_again=True) for each in conflicts]


def _appointments_left(home: _Home, *found: OccurrenceFacts) -> Mapping[str, View]:
    button = Button("1", Callback(Verb.FLOW, argument="1.x").encode())

    def ask(facts: Sequence[OccurrenceFacts]) -> View:
        return partial(
            appointments_left.ask,
            home.words.person,
            count=len(facts),
            place=appointments_left.places(facts),
            zone=NEW_YORK,
            shown=appointments_left.lines(facts, member=home.member, now=NOW),
            buttons=[button, button],
        )

    def followed(*facts: OccurrenceFacts, stayed: int) -> View:
        return partial(
            appointments_left.followed,
            Followed(facts, stayed),
            zone=NEW_YORK,
            member=home.member,
            now=NOW,
        )

    return {
        "appointments_left": ask(found[:1]),
        "appointments_left_many": ask(found * 4),
        "appointments_left_stay": partial(appointments_left.stay, "London"),
        "appointments_left_followed": followed(*found, stayed=0),
        "appointments_left_followed_by_some": followed(found[0], stayed=2),
        "appointments_left_none": followed(stayed=0),
        "appointments_left_none_any_more": partial(appointments_left.none_left),
    }


def _appointment_questions(home: _Home) -> Mapping[str, View]:
    words = home.words
    button = Button("1", Callback(Verb.FLOW, argument="1.x").encode())
    rows = ((button,),)
    day = date(2026, 12, 3)
    parts = appointments.part_labels()
    return {
        "appointment_ask_title": partial(appointments.ask_title),
        "appointment_ask_day": partial(appointments.ask_day, words.medicine, rows),
        "appointment_ask_time": partial(
            appointments.ask_time, words.medicine, day, today=NOW.date(), buttons=rows
        ),
        "appointment_ask_time_of_a_series": partial(
            appointments.ask_time, words.medicine, None, today=NOW.date(), buttons=rows
        ),
        "appointment_ask_day_by_place": partial(
            appointments.by_place, appointments.ask_day(words.medicine, rows), NEW_YORK.key
        ),
        "appointment_ask_repeat": partial(appointments.ask_repeat, words.medicine, rows),
        "appointment_ask_which_doctor": partial(appointments.ask_which_doctor, words.ben, [button]),
        "appointment_confirm": partial(
            appointments.confirm,
            home.series.details,
            person=words.person,
            when=appointments.planned_words(
                datetime(2026, 12, 3, 9),
                home.series.details,
                None,
                zone=LONDON,
                today=NOW.date(),
            ),
            reminder=appointments.reminder_line(
                home.series.reminders_ahead(now=NOW), is_set=True, is_all_day=False
            ),
            buttons=rows,
        ),
        "appointment_ask_reach_to_move": partial(
            appointments.ask_reach, words.medicine, [button], to_call_off=False
        ),
        "appointment_ask_reach_of_what_was_typed": partial(
            appointments.ask_reach,
            words.medicine,
            [button],
            to_call_off=False,
            typed=words.medicine,
        ),
        "appointment_ask_reach_of_change": partial(
            appointments.ask_reach_of_change, words.medicine, [button]
        ),
        "appointment_ask_reach_to_cancel": partial(
            appointments.ask_reach,
            words.medicine,
            appointments.call_off_buttons(home.series, member=home.member),
            to_call_off=True,
        ),
        "appointment_ask_what_to_change": partial(
            appointments.ask_what_to_change, words.medicine, [button, button, button]
        ),
        **{
            f"appointment_ask_new_{part}": partial(
                appointments.ask_part, part, words.medicine, rows
            )
            for part in parts
        },
        **{
            f"appointment_review_repetition_{name}": partial(
                appointments.review_repetition,
                words.medicine,
                now="every Wednesday until 28 July 2027",
                then=then,
                once_on=NOW.date(),
                buttons=[button] * 3,
            )
            for name, then in (("later", "every Wednesday"), ("once", None))
        },
        "appointment_ask_days": partial(appointments.ask_days, words.medicine, [button] * 4),
        "appointment_ask_outcome": partial(appointments.ask_outcome, words.medicine, words.person),
        "people_ask_own_place": partial(people.ask_own_place, [button]),
        "people_own_clock_set": partial(people.own_clock_set, LONDON, now=NOW),
    }


def _lists(home: _Home) -> Mapping[str, View]:
    words, details = home.words, home.series.details
    button = Button("1", Callback(Verb.FLOW, argument="1.x").encode())
    rows = ((button,),)
    one = add_list.Shown(
        words.other_person,
        add_list.appointment_words(
            details, person=words.person, when="★ 1", reminder=appointments.all_day_label()
        ),
    )
    stray = Misunderstood(Problem.TIME_IN_TITLE, words.family)
    unclear = add_list.Shown(words.other_person, "", reason=misunderstood(stray))
    is_open = add_list.Shown(words.other_person, "", reason=add_list.open_words("day"))
    same = add_list.Shown(words.other_person, one.words, same=words.dosage)
    question = appointments.ask_day(words.medicine, rows)
    return {
        "list_entries": partial(add_list.entries, (one, unclear, is_open, same), rows),
        "list_entries_that_do_not_all_fit": partial(add_list.entries, (one,), rows, left=2),
        "list_about_one": partial(
            add_list.about_one,
            question,
            number=2,
            count=3,
            line=words.medicine,
            last=(button, button),
        ),
        "list_type_anew": partial(add_list.type_anew, words.medicine, number=2, keep=button),
        "list_tap_or_type": partial(add_list.tap_or_type),
        "list_tap_or_type_instead": partial(add_list.tap_or_type, words.medicine),
        "list_saved_appointments": partial(
            add_list.saved_appointments,
            (home.appointment, home.series),
            member=home.member,
            now=NOW,
        ),
        "list_saved_medicines": partial(
            add_list.saved_medicines, (home.saved, home.saved), member=home.member, now=NOW
        ),
    }


def _appointment_notices(home: _Home) -> Mapping[str, View]:
    one, series, words = home.appointment, home.series, home.words
    day_before = one.starts_at - timedelta(days=1)
    over = replace(one, outcome=words.other_person, outcome_by=words.ben, outcome_at=NOW)

    def notice(*items: AppointmentItem, **changed: object) -> View:
        facts = AppointmentFacts(
            family_id=FAMILY_ID,
            person=words.person,
            now=day_before,
            items=items,
            reader_id=ANNA_ID,
            reader_role=Role.CAREGIVER,
            reader_zone=None,
            is_repeat=False,
            is_late=False,
        )
        return partial(appointment_notices.notice, replace(facts, **changed))  # type: ignore[arg-type]

    remind, tell = AppointmentItem(Step.REMIND, one), Step.TELL
    ask, outcome = Step.ASK_DRIVER, AppointmentItem(Step.ASK_OUTCOME, one)
    cancelled = replace(one, status=OccurrenceStatus.CANCELLED)
    return {
        "notice_appointment": notice(remind),
        "notice_appointment_series": notice(AppointmentItem(Step.REMIND, series)),
        "notice_two_appointments": notice(remind, AppointmentItem(Step.REMIND, series)),
        "notice_appointment_late": notice(remind, is_late=True, is_repeat=True),
        "notice_appointment_begun": notice(remind, now=one.starts_at + timedelta(minutes=5)),
        "notice_appointment_all_day": notice(
            AppointmentItem(
                Step.REMIND, replace(one, details=replace(one.details, is_all_day=True))
            )
        ),
        "notice_appointment_read_where_it_is_another_day": notice(
            remind, reader_zone=ZoneInfo("Asia/Tokyo"), now=one.starts_at - timedelta(hours=20)
        ),
        "notice_appointment_read_a_day_later": notice(remind, now=one.starts_at),
        "notice_appointment_read_in_tokyo": notice(remind, reader_zone=ZoneInfo("Asia/Tokyo")),
        "notice_appointment_of_one_who_moved": notice(
            AppointmentItem(Step.REMIND, replace(one, home_zone=NEW_YORK)), reader_zone=NEW_YORK
        ),
        "notice_outcome_of_one_who_moved": notice(
            AppointmentItem(Step.ASK_OUTCOME, replace(one, home_zone=NEW_YORK))
        ),
        "notice_appointment_for_a_viewer": notice(remind, reader_role=Role.VIEWER),
        "notice_appointment_soon": notice(AppointmentItem(Step.SOON, one)),
        "notice_appointment_moved": notice(AppointmentItem(tell, one)),
        "notice_appointment_cancelled": notice(AppointmentItem(tell, cancelled)),
        "notice_who_drives": notice(AppointmentItem(ask, one)),
        "notice_who_drives_found": notice(
            AppointmentItem(ask, replace(one, driver_id=BEN_ID, driver=words.ben))
        ),
        "notice_how_did_it_go": notice(outcome),
        "notice_how_did_it_go_for_a_viewer": notice(outcome, reader_role=Role.VIEWER),
        "notice_how_it_went": notice(AppointmentItem(Step.ASK_OUTCOME, over)),
        "notice_reminder_of_what_is_over": notice(
            AppointmentItem(Step.REMIND, over), now=over.ends_at
        ),
    }


def _change_notices(home: _Home) -> Mapping[str, View]:
    words, one = home.words, home.appointment

    def told(action: str, **given: object) -> ToldChange:
        change = ToldChange(
            id=MEDICINE_IDS[0],
            action=action,
            by=words.anna,
            concern=ChangeConcern.QUIET,
            subject_id=MEDICINE_IDS[1],
            is_undo=action.endswith((".removed", ".put_back")),
            is_undone=False,
            name=words.medicine,
            person_name=words.person,
        )
        return replace(change, **given)  # type: ignore[arg-type]

    def notice(*items: ToldChange, **changed: object) -> View:
        facts = ChangesFacts(
            family_id=FAMILY_ID,
            items=items,
            more=0,
            now=NOW,
            reader_id=BEN_ID,
            reader_zone=None,
            hears=True,
            is_repeat=False,
        )
        return partial(changes.changed, replace(facts, **changed))  # type: ignore[arg-type]

    def of_appointment(action: str, **given: object) -> ToldChange:
        return told(action, appointment=one, **given)

    medicine = home.saved
    until = NOW + timedelta(days=1)
    paused = replace(medicine, status=MedicineStatus.PAUSED, resumes_at=until)
    stopped = replace(medicine, status=MedicineStatus.STOPPED)
    was = Content(words.medicine, medicine.dosage, medicine.schedule)
    resting = replace(home.person, pause=Pause(NOW, until, silences_appointments=True))
    own = ChangeConcern.OWN
    driven = replace(one, driver_id=BEN_ID, driver=words.ben)
    gone = replace(one, status=OccurrenceStatus.CANCELLED)
    of_medicine = {
        "added": medicine,
        "restored": medicine,
        "paused": paused,
        "stopped": stopped,
        "put_back": medicine,
    }
    of_appointments = (
        *("added", "edited", "repeated", "clock_changed", "restored"),
        *("driver_found", "driver_lost", "put_back"),
    )
    return {
        **{
            f"changes_medicine_{action}": notice(told(f"medication.{action}", medicine=facts))
            for action, facts in of_medicine.items()
        },
        "changes_medicine_edited": notice(told("medication.edited", medicine=medicine, was=was)),
        "changes_medicine_removed": notice(told("medication.removed")),
        "changes_person_paused": notice(told("person.paused", person=resting)),
        "changes_person_resumed": notice(told("person.resumed", person=home.person)),
        "changes_person_put_back": notice(told("person.put_back", person=resting)),
        **{
            f"changes_appointment_{action}": notice(of_appointment(f"appointment.{action}"))
            for action in of_appointments
        },
        "changes_appointment_removed": notice(told("appointment.removed")),
        "changes_appointment_moved": notice(
            of_appointment("appointment.moved", was_at=NOW + timedelta(days=1))
        ),
        "changes_appointment_cancelled": notice(
            told("appointment.cancelled", appointment=gone), reader_zone=PARIS
        ),
        "changes_undone": notice(of_appointment("appointment.moved", is_undone=True)),
        "changes_undone_addition": notice(told("medication.added", is_undone=True)),
        "changes_own_drive": notice(
            told("appointment.edited", appointment=driven, concern=own), hears=False
        ),
        "changes_own_drive_cancelled": notice(
            told("appointment.cancelled", appointment=gone, concern=own)
        ),
        "changes_own_drive_lost": notice(of_appointment("appointment.repeated", concern=own)),
        "changes_of_a_minute": notice(
            told("medication.added", medicine=medicine),
            told("medication.edited", medicine=medicine, was=was),
            of_appointment("appointment.moved", subject_id=MEDICINE_IDS[2]),
            of_appointment("appointment.edited", subject_id=MEDICINE_IDS[2]),
            told("appointment.restored", appointment=home.series, subject_id=MEDICINE_IDS[3]),
            is_repeat=True,
        ),
        "changes_of_a_long_list": notice(told("medication.added", medicine=medicine), more=7),
        "changes_wanted_toast": partial(changes.heard, wanted=True),
        "changes_not_wanted_toast": partial(changes.heard, wanted=False),
    }


def _calendar_files(home: _Home) -> Mapping[str, View]:
    words = home.words
    start = datetime(2026, 11, 24, 14, 30)
    entry = CalendarEntry(
        uid=f"{PERSON_ID}@carecircle",
        sequence=3,
        title=words.medicine,
        person=words.person,
        zone=LONDON,
        starts_at=start,
        duration=timedelta(hours=1),
        recurrence=Recurrence(Frequency.WEEKLY, by_day=(ByDay(Weekday.TUESDAY),)),
        exceptions=[
            Deviation(
                start.replace(day=30, tzinfo=UTC) + timedelta(days=1),
                datetime(2026, 12, 2, 11, tzinfo=UTC),
                is_cancelled=False,
            )
        ],
        is_cancelled=False,
        doctor=words.ben,
        phone="+442079460018",
        place=words.family,
        bring=words.dosage,
        note=words.other_person,
    )
    gone = replace(entry, is_cancelled=True)
    return {
        "calendar_file": partial(
            calendar_files.calendar_file, [entry], name="appointment", now=NOW
        ),
        "calendar_file_of_what_is_cancelled": partial(
            calendar_files.calendar_file, [gone], name="appointment", now=NOW
        ),
        "calendar_update": partial(
            calendar_files.calendar_update, CalendarFacts([gone, entry], NOW)
        ),
        "calendar_update_of_what_is_cancelled": partial(
            calendar_files.calendar_update, CalendarFacts([gone], NOW)
        ),
    }


def _of_one_name(doctor: DoctorFacts, words: Words) -> Sequence[DoctorFacts]:
    """Told apart by what for, by number, by whose, by address; the last two by nothing."""
    there = [replace(doctor, id=UUID(int=number)) for number in range(6)]
    there[0] = replace(there[0], specialty=words.dosage)
    there[1] = replace(there[1], phone="+442079460019")
    there[2] = replace(there[2], person=words.other_person, address=None)
    there[3] = replace(there[3], address=None)
    return there


def _doctors(home: _Home) -> Mapping[str, View]:
    words, doctor, member = home.words, home.doctor, home.member
    button = Button("1", Callback(Verb.FLOW, argument="1.x").encode())
    viewer, body = replace(member, role=Role.VIEWER), Screen("👩")
    bare = replace(doctor, specialty=None, phone=None, address=None, note=None)

    def listed(*found: DoctorFacts, page: int = 0, member: Member = member) -> View:
        return partial(doctors.doctors, found, page=page, member=member)

    return {
        "doctors_none": listed(),
        "doctors": listed(doctor, bare, replace(doctor, person=words.other_person)),
        "doctors_of_one_name": listed(*_of_one_name(doctor, words)),
        "doctors_second_page": listed(*[doctor] * 25, page=1),
        "doctors_for_a_viewer": listed(doctor, member=viewer),
        "doctor": partial(doctors.doctor_screen, doctor, member=member),
        "doctor_removed": partial(
            doctors.doctor_screen, replace(bare, is_removed=True), member=member
        ),
        "doctor_for_a_viewer": partial(doctors.doctor_screen, doctor, member=viewer),
        "doctor_saved": partial(doctors.saved, doctor, member=member),
        "doctor_changed": partial(doctors.changed, doctor, member=member),
        "doctor_removed_toast": partial(doctors.removed, body),
        "doctor_restored_toast": partial(doctors.restored, body),
        "doctor_ask_name": partial(doctors.ask_name),
        "doctor_ask_specialty": partial(doctors.ask_specialty, words.ben, button),
        "doctor_ask_phone": partial(doctors.ask_phone, words.ben, button),
        "doctor_ask_country": partial(
            doctors.ask_country,
            words.ben,
            [_choice(doctors.phone_label(phone)) for phone in ("+351213425678", "+442134256789")],
            button,
        ),
        "doctor_ask_same": partial(
            doctors.ask_same,
            doctors.in_short(doctor),
            name=words.ben,
            person=words.person,
            buttons=[button],
        ),
        "doctor_ask_what_to_change": partial(
            doctors.ask_what_to_change, words.ben, [button, button, button]
        ),
        **{
            f"doctor_ask_new_{part}": partial(doctors.ask_part, part, words.ben, button)
            for part in doctors.part_labels()
        },
    }


def _families(home: _Home) -> Mapping[str, View]:
    words = home.words
    members = [
        MemberFacts(ANNA_ID, words.anna, Role.ADMIN, has_started=True, has_blocked=False),
        MemberFacts(BEN_ID, words.ben, Role.CAREGIVER, has_started=True, has_blocked=True),
        MemberFacts(BEN_ID, words.ben, Role.VIEWER, has_started=False, has_blocked=False),
        MemberFacts(ANNA_ID, words.person, Role.RECIPIENT, has_started=True, has_blocked=False),
    ]
    persons = [
        PersonSummary(words.person, "Europe/London"),
        PersonSummary(words.other_person, "America/Argentina/Buenos_Aires"),
    ]
    others = [FamilyFacts(BEN_ID, words.other_family)]
    overview = FamilyOverview(FAMILY_ID, words.family, members, persons, others, can_invite=True)
    two = [(PERSON_ID, words.person), (BEN_ID, words.other_person)]
    alike = [
        FamilyFacts(FAMILY_ID, words.family, (words.ben, words.person)),
        FamilyFacts(BEN_ID, words.family, (words.other_person,)),
        FamilyFacts(ANNA_ID, words.family.upper()),
    ]
    link = {role: NewInvitation(words.family, role, "AbCdEfGhIjKlMnOpQrStUv", NOW) for role in Role}
    return {
        "family": partial(families.overview, overview),
        "family_for_a_viewer": partial(families.overview, replace(overview, can_invite=False)),
        "family_just_founded": partial(
            families.overview,
            replace(overview, members=members[:1], people=(), others=()),
        ),
        "family_of_many": partial(
            families.overview,
            replace(overview, members=members * 50, people=persons * 50, others=others * 150),
        ),
        "family_name_asked": partial(families.ask_family_name),
        "family_founded": partial(families.founded, home.family),
        "family_switched": partial(families.switched, home.family, others=others),
        "family_switched_to_a_namesake": partial(families.switched, alike[0], others=alike[1:]),
        "family_of_namesakes": partial(
            families.overview, replace(overview, company=alike[0].company, others=alike[1:])
        ),
        "invite_role_asked": partial(families.ask_role, FAMILY_ID),
        "invite_person_asked": partial(families.ask_who_is_invited, FAMILY_ID, two),
        "invite_many_people_asked": partial(families.ask_who_is_invited, FAMILY_ID, two * 60),
        "invite_unknown_role": partial(families.unknown_role, words.person),
        **{
            f"invitation_as_{role}": partial(
                families.invitation, link[role], bot_username="carecircle_bot"
            )
            for role in Role
        },
        **{
            f"joined_as_{role}": partial(families.joined, Joined(home.family, role))
            for role in Role
        },
    }


def _medicines(home: _Home) -> Mapping[str, View]:
    words, saved = home.words, home.saved
    weekly = WallClock(
        (time(9),),
        date(2026, 12, 1),
        date(2027, 1, 3),
        Weekly(frozenset({Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY})),
    )

    save, change, cancel = map(
        _choice,
        (conversations.save_label(), conversations.change_label(), conversations.cancel_label()),
    )
    presets = [_choice(label) for label in medicines.schedule_presets().values()]
    parts = [*map(_choice, medicines.part_labels().values()), cancel]
    persons = [_choice(words.person), _choice(words.other_person)]
    return {
        "addmed_whose": partial(conversations.ask_whose, persons),
        "addmed_name": partial(medicines.ask_medicine_name),
        "addmed_dosage": partial(medicines.ask_dosage, words.medicine),
        "addmed_when": partial(medicines.ask_schedule, words.medicine, presets, so_far=""),
        "addmed_what_time": partial(
            medicines.ask_schedule, words.medicine, (), so_far=words.dosage
        ),
        "addmed_confirm": partial(
            medicines.confirm,
            name=words.medicine,
            dosage=Dosage(words.dosage),
            schedule=weekly,
            person=words.person,
            zone=LONDON,
            buttons=(save, change, cancel),
        ),
        "addmed_change": partial(medicines.ask_what_to_change, words.medicine, parts),
        "addmed_change_without_name": partial(medicines.ask_what_to_change, None, parts),
        "addmed_tap_a_button": partial(conversations.tap_a_button),
        "addmed_tap_a_button_instead": partial(conversations.tap_a_button, words.medicine),
        "addmed_saved": partial(medicines.saved, saved, now=NOW, member=home.member),
        "addmed_saved_for_later": partial(
            medicines.saved,
            replace(saved, schedule=weekly, first_due_at=datetime(2026, 12, 2, 9, tzinfo=UTC)),
            now=NOW,
            member=home.member,
        ),
        "addmed_saved_without_a_dose": partial(
            medicines.saved, replace(saved, first_due_at=None), now=NOW, member=home.member
        ),
        "addmed_saved_as_needed": partial(
            medicines.saved, replace(saved, schedule=AS_NEEDED), now=NOW, member=home.member
        ),
        "addmed_same": partial(
            medicines.ask_same,
            medicines.in_short(saved),
            name=words.medicine,
            existing_name=words.medicine,
            person=words.person,
            both=_choice(medicines.both_label()),
            change=change,
            cancel=cancel,
        ),
        "addmed_alike": partial(
            medicines.ask_same,
            medicines.in_short(saved),
            name=words.other_family,
            existing_name=words.medicine,
            person=words.person,
            both=_choice(medicines.different_label()),
            change=change,
            cancel=cancel,
        ),
        "addmed_removed": partial(medicines.removed, words.medicine),
        "addmed_what_time_with_buttons": partial(
            medicines.ask_schedule,
            words.medicine,
            [_choice("08:00"), _choice("12:00"), _choice("20:00")],
            so_far=words.dosage,
        ),
        "addmed_interval": partial(
            medicines.ask_interval,
            words.medicine,
            [_choice(medicines.hours_label(hours)) for hours in (4, 6, 8)],
            _choice(medicines.unknown_label()),
        ),
        "addmed_most": partial(
            medicines.ask_most,
            words.medicine,
            [_choice("2"), _choice("4")],
            _choice(medicines.unknown_label()),
        ),
        **_changes_of_a_medicine(home, weekly),
    }


def _changes_of_a_medicine(home: _Home, weekly: WallClock) -> Mapping[str, View]:
    words, today = home.words, NOW.date()
    save, change, cancel = map(
        _choice,
        (conversations.save_label(), conversations.change_label(), conversations.cancel_label()),
    )
    one, half = Dosage("1 tablet", Decimal(1), "tablet"), Dosage("½", Decimal("0.5"), "tablet")
    both = replace(weekly, times=(time(8), time(22)), dosages=(one, half), days=Daily())
    old = Content(words.medicine, Dosage(words.dosage), weekly)
    new = Content(words.medicine, Dosage(words.dosage), replace(both, ends_on=None))
    presets = medicines.change_presets(keeps_days=True, keeps_hours=True)
    places = [
        Place("t0", one, (time(8),)),
        Place("s1", half, (time(8), time(20)), step=2),
    ]
    labels = [
        *map(medicines.place_label, places),
        medicines.all_label(),
        medicines.strength_label(Dosage(words.dosage)),
    ]
    buttons = [_choice(label) for label in labels]
    return {
        "changemed_dosage": partial(
            medicines.ask_new_dosage,
            words.medicine,
            medicines.amount_now(Dosage(words.dosage), both, zone=LONDON, today=today),
        ),
        "changemed_when": partial(
            medicines.ask_new_schedule,
            words.medicine,
            medicines.schedule_now(weekly, zone=LONDON, today=today),
            [_choice(label) for label in presets.values()],
        ),
        "changemed_times": partial(
            medicines.ask_times, words.medicine, [_choice("06:00, 14:00"), _choice("06:00")]
        ),
        "changemed_which": partial(
            medicines.ask_which_amount, words.medicine, buttons, is_about_times=False
        ),
        "changemed_which_step": partial(
            medicines.ask_which_amount, words.medicine, buttons[:2], is_about_times=True
        ),
        "changemed_each": partial(medicines.ask_amount_each, words.medicine, buttons[:2]),
        "changemed_review": partial(
            medicines.review,
            old,
            new,
            concerns=tuple(Concern),
            person=words.person,
            zone=LONDON,
            today=today,
            buttons=(save, change, cancel),
        ),
        "changemed_nothing": partial(medicines.nothing_changed, home.saved, now=NOW),
    }


def _meds(home: _Home) -> Mapping[str, View]:
    words, saved = home.words, home.saved
    viewer = replace(home.member, role=Role.VIEWER)
    line = MedicineLine(
        id=saved.id,
        person_id=PERSON_ID,
        person=words.person,
        zone=LONDON,
        name=words.medicine,
        dosage=Dosage(words.dosage),
        schedule=saved.schedule,
        status=MedicineStatus.ACTIVE,
        resumes_at=None,
    )
    theirs = replace(line, person_id=ANNA_ID, person=words.other_person, schedule=AS_NEEDED)
    back = datetime(2026, 12, 1, tzinfo=UTC)
    paused = replace(line, status=MedicineStatus.PAUSED, resumes_at=back)
    lines = [
        line,
        paused,
        replace(paused, resumes_at=None),
        theirs,
        replace(theirs, status=MedicineStatus.STOPPED),
    ]

    def listed(lines: Sequence[MedicineLine], page: int = 0) -> View:
        return partial(meds.medicines, lines, page=page, member=home.member, now=NOW)

    def shown(details: MedicineDetails, member: Member = home.member) -> View:
        return partial(meds.medicine, details, member=member, now=NOW)

    details = MedicineDetails(home.outlook, home.stock)
    due = home.open_dose
    late = replace(
        due,
        due_at=SLOT - timedelta(hours=9),
        snoozed_until=NOW + timedelta(minutes=8),
    )
    still_open = replace(saved, open_doses=[late, due])
    unmeasured = replace(
        home.stock, forecast=Forecast(Lasts.UNMEASURED), unmeasured=home.saved.dosage
    )
    needed = replace(home.outlook, medicine=replace(saved, schedule=AS_NEEDED), limit=4)
    quiet = replace(saved, status=MedicineStatus.PAUSED, resumes_at=back, first_due_at=None)
    over = replace(saved, status=MedicineStatus.STOPPED, first_due_at=None)
    screen = Screen("…")
    larger = replace(due, becomes=Dosage("2 tablets", Decimal(2), "tablet"))

    def open_changed(*, changed: Sequence[DoseFacts], answered: Sequence[DoseFacts]) -> View:
        return partial(
            meds.open_changed,
            saved,
            changed=changed,
            answered=answered,
            edit_id=MEDICINE_IDS[9],
            member=home.member,
            now=NOW,
        )

    def changed(*doses: OpenDose) -> View:
        return partial(meds.changed, replace(saved, open_doses=doses), member=home.member, now=NOW)

    return {
        "meds_none": listed([]),
        "meds_one_person": listed([line]),
        "meds_two_people": listed(lines),
        "meds_second_page": listed([line] * 25, page=1),
        "med": shown(details),
        "med_open": shown(replace(details, outlook=replace(home.outlook, medicine=still_open))),
        "med_without_a_measure": shown(MedicineDetails(home.outlook, unmeasured)),
        "med_never_given": shown(replace(details, outlook=replace(home.outlook, last=None))),
        "med_as_needed": shown(MedicineDetails(needed, home.stock)),
        "med_paused": shown(replace(details, outlook=replace(home.outlook, medicine=quiet))),
        "med_stopped": shown(replace(details, outlook=replace(home.outlook, medicine=over))),
        "med_for_a_viewer": shown(details, viewer),
        "meds_paused_with_person": listed([replace(paused, is_paused_with_person=True), theirs]),
        "med_paused_with_person": shown(
            replace(
                details,
                outlook=replace(home.outlook, medicine=replace(quiet, is_paused_with_person=True)),
            )
        ),
        "changed": partial(meds.changed, saved, member=home.member, now=NOW),
        "changed_with_an_open_dose": changed(larger),
        "changed_with_two_open_doses": changed(replace(larger, due_at=late.due_at), larger),
        "changed_hours_with_an_open_dose": changed(replace(due, is_rescheduled=True)),
        "changed_open": open_changed(changed=[home.dose()], answered=[]),
        "changed_open_answered": open_changed(changed=[], answered=[home.dose(DoseStatus.TAKEN)]),
        "changed_open_of_another_change": partial(meds.open_dose_of_another_change, saved),
        "changed_meanwhile": partial(meds.changed_meanwhile, saved, now=NOW),
        "stopped": partial(meds.stopped, screen, over, now=NOW),
        "stopped_while_open": partial(
            meds.stopped, screen, replace(over, called_off=[due]), now=NOW
        ),
        "restored": partial(meds.restored, screen),
        "resumed": partial(meds.resumed, screen, saved, now=NOW),
        "resumed_of_a_course_that_is_over": partial(
            meds.resumed, screen, _over_since(saved), now=NOW
        ),
        "med_paused_beyond_its_course": shown(
            replace(
                details,
                outlook=replace(
                    home.outlook,
                    medicine=replace(_over_since(quiet), resumes_at=None),
                ),
            )
        ),
    }


def _over_since(medicine: MedicineFacts) -> MedicineFacts:
    """A course that ended yesterday."""
    course = WallClock((time(8),), date(2026, 11, 20), date(2026, 11, 22))
    return replace(medicine, schedule=course, first_due_at=None)


def _pauses(home: _Home) -> Mapping[str, View]:
    words, saved = home.words, home.saved
    until = datetime(2026, 11, 27, tzinfo=UTC)
    quiet = replace(
        saved,
        status=MedicineStatus.PAUSED,
        resumes_at=until,
        first_due_at=until + timedelta(hours=8),
    )
    course_ends = date(2026, 11, 25)
    course = WallClock((time(8),), date(2026, 11, 23), course_ends)
    over = replace(quiet, schedule=course, first_due_at=None)
    pause = Pause(NOW, until, silences_appointments=True)
    person = replace(home.person, pause=pause)
    without_end = replace(home.person, pause=Pause(NOW, None, silences_appointments=False))
    as_needed = replace(quiet, schedule=AsNeeded(date(2026, 11, 23)), first_due_at=None)
    both = PersonPaused(person, [quiet, over], [saved])
    ends = PauseEndsFacts(FAMILY_ID, person, until, NOW, [words.medicine] * 2, None)
    choices = [_choice(label) for label in pauses.pause_choices().values()]
    of_appointments = [_choice(label) for label in pauses.appointment_labels().values()]

    def asked(*, is_person: bool, is_change: bool) -> View:
        return partial(
            pauses.ask_until_when,
            words.person,
            is_person=is_person,
            is_change=is_change,
            choices=choices,
        )

    def running(
        shown: tuple[datetime | None, str | None] | None,
        end: date | None = None,
        *,
        never_ends: bool = False,
    ) -> View:
        labels = pauses.running_labels(runs=shown is not None).values()
        return partial(
            pauses.ask_about_running,
            words.person,
            shown,
            zone=LONDON,
            now=NOW,
            new_end=end,
            never_ends=never_ends,
            buttons=[_choice(label) for label in labels],
        )

    def course_asked(days: int, *, by: int, labels: Sequence[str]) -> View:
        return partial(
            pauses.ask_course,
            name=words.medicine,
            person=words.person,
            state=pauses.course_state(MedicineStatus.PAUSED, until, zone=LONDON, now=NOW),
            zone=LONDON,
            days=days,
            schedule=course,
            changed=replace(course, ends_on=course_ends + timedelta(days=by)),
            buttons=[_choice(label) for label in labels],
        )

    def course_longer(days: int) -> View:
        ends_on = course_ends + timedelta(days=days)
        labels = pauses.lengthen_label(ends_on), pauses.keep_label()
        return course_asked(days, by=days, labels=labels)

    over_now = pauses.course_state(MedicineStatus.ACTIVE, None, zone=LONDON, now=NOW)
    stopped = pauses.course_state(MedicineStatus.STOPPED, None, zone=LONDON, now=NOW)

    def noticed(facts: PauseEndsFacts) -> View:
        return partial(pauses.pause_ends, facts)

    def paused(facts: MedicineFacts) -> View:
        return partial(pauses.paused, facts, member=home.member, now=NOW)

    def person_paused(facts: PersonPaused) -> View:
        return partial(pauses.person_paused, facts, member=home.member, now=NOW)

    later = replace(person, pause=replace(pause, until=until + timedelta(days=3)))
    return {
        "pause_what": partial(
            pauses.ask_what,
            [
                _choice(pauses.everything_label(words.person)),
                _choice(pauses.medicine_label(words.medicine, None)),
                _choice(pauses.medicine_label(words.medicine, words.other_person)),
            ],
        ),
        "pause_nothing": partial(pauses.nothing_to_pause),
        "pause_asked": asked(is_person=False, is_change=False),
        "pause_asked_for_person": asked(is_person=True, is_change=False),
        "pause_asked_for_longer": asked(is_person=True, is_change=True),
        "pause_has_passed": partial(pauses.end_impossible, is_too_far=False),
        "pause_too_long": partial(pauses.end_impossible, is_too_far=True),
        "pause_runs": running((until, None)),
        "pause_runs_with_person": running((until, words.person), date(2026, 11, 28)),
        "pause_runs_open_with_person": running((None, words.person)),
        "pause_runs_and_is_to_be_open": running((until, None), never_ends=True),
        "pause_runs_no_more": running(None),
        "pause_runs_no_more_until": running(None, date(2026, 11, 28)),
        "pause_runs_no_more_open": running(None, never_ends=True),
        "pause_left": partial(pauses.left),
        "pause_appointments": partial(
            pauses.ask_appointments, words.person, date(2026, 11, 27), of_appointments
        ),
        "pause_appointments_without_end": partial(
            pauses.ask_appointments, words.person, None, of_appointments
        ),
        "pause_appointments_beyond_a_course": partial(
            pauses.ask_appointments,
            words.person,
            date(2026, 11, 27),
            of_appointments,
            stay=[(words.medicine, course_ends), (words.medicine, None)],
        ),
        "pause_appointments_beyond_all_courses": partial(
            pauses.ask_appointments,
            words.person,
            date(2026, 11, 27),
            of_appointments,
            stay=[(words.medicine, course_ends)],
            is_all=True,
        ),
        "pause_course": course_longer(3),
        "pause_course_of_a_day": course_longer(1),
        "pause_course_without_end": course_asked(
            2, by=2, labels=[pauses.lengthen_label(None), pauses.keep_label()]
        ),
        "pause_course_shorter": course_asked(
            0,
            by=-1,
            labels=[
                pauses.shorten_label(date(2026, 11, 24)),
                pauses.keep_longer_label(course_ends),
            ],
        ),
        "pause_course_shorter_without_end": course_asked(
            0, by=-1, labels=[pauses.shorten_label(None), pauses.keep_longer_label(None)]
        ),
        "pause_course_gone": partial(pauses.course_gone, words.medicine, over_now, is_longer=True),
        "pause_course_gone_stopped": partial(
            pauses.course_gone, words.medicine, stopped, is_longer=False
        ),
        "pause_course_gone_removed": partial(
            pauses.course_gone, words.medicine, None, is_longer=True
        ),
        "pause_course_changed": partial(
            pauses.course_changed, words.medicine, over_now, is_edited=False
        ),
        "pause_course_edited": partial(
            pauses.course_changed, words.medicine, over_now, is_edited=True
        ),
        "pause_course_all_right": partial(Screen, "…", ((_choice(pauses.all_right_label()),),)),
        "pause_course_kept": partial(pauses.course_kept, course_ends),
        "pause_course_kept_without_end": partial(pauses.course_kept, None),
        "pause_course_lengthened": partial(pauses.course_changed_to, saved, is_longer=True),
        "pause_course_shortened": partial(pauses.course_changed_to, saved, is_longer=False),
        "paused": paused(quiet),
        "paused_while_open": paused(replace(quiet, called_off=[home.open_dose])),
        "paused_beyond_its_course": paused(over),
        "paused_without_return": paused(replace(quiet, resumes_at=None, first_due_at=None)),
        "paused_without_return_of_a_course": paused(replace(over, resumes_at=None)),
        "paused_of_a_course_that_is_over": paused(_over_since(quiet)),
        "paused_person": person_paused(both),
        "paused_person_all_resumes": person_paused(PersonPaused(person, [quiet], [])),
        "paused_person_nothing_resumes": person_paused(
            PersonPaused(
                person,
                [over, replace(as_needed, schedule=replace(AS_NEEDED, ends_on=course_ends))],
                [],
            )
        ),
        "paused_person_beside_what_is_paused": person_paused(PersonPaused(person, [], [quiet])),
        "paused_person_without_end_of_a_course": person_paused(
            PersonPaused(without_end, [replace(over, resumes_at=None)], [])
        ),
        "paused_person_while_open": person_paused(
            PersonPaused(person, [replace(saved, called_off=[home.open_dose])], [])
        ),
        "paused_person_as_needed": person_paused(PersonPaused(person, [as_needed], [])),
        "paused_person_without_end": person_paused(PersonPaused(without_end, [saved], [])),
        "paused_person_not": partial(pauses.not_paused_screen, home.person),
        "resumed_person": partial(pauses.person_resumed, both, now=NOW),
        "resumed_nothing": partial(
            pauses.person_resumed, PersonPaused(home.person, [], []), now=NOW
        ),
        "resumed_person_beyond_a_course": partial(
            pauses.person_resumed,
            PersonPaused(home.person, [saved, _over_since(saved)], []),
            now=NOW,
        ),
        "resumed_medicine": partial(pauses.medicine_resumed, saved, now=NOW),
        "resumed_medicine_beyond_its_course": partial(
            pauses.medicine_resumed, _over_since(saved), now=NOW
        ),
        "resumed_medicine_open": partial(
            pauses.medicine_resumed,
            replace(
                saved,
                open_doses=[replace(home.open_dose, due_at=NOW - timedelta(minutes=5))],
            ),
            now=NOW,
        ),
        "resumed_stopped_meanwhile": partial(pauses.stopped_meanwhile, Screen("…")),
        "notice_pause_ends": noticed(ends),
        "notice_pause_ends_beyond_a_course": noticed(
            replace(ends, medicines=[words.medicine], over=[words.medicine])
        ),
        "notice_pause_ends_tomorrow": noticed(replace(ends, now=until - timedelta(hours=5))),
        "notice_pause_ends_read_where_it_is_another_day": noticed(
            replace(ends, now=until - timedelta(hours=5), reader_zone=ZoneInfo("Asia/Tokyo"))
        ),
        "notice_pause_ends_as_planned": noticed(replace(ends, kept_by=words.ben)),
        "notice_pause_ended": noticed(
            replace(ends, person=home.person, now=until + timedelta(hours=1))
        ),
        "notice_pause_ended_early": noticed(replace(ends, person=home.person)),
        "notice_pause_longer": noticed(replace(ends, person=later)),
        "notice_pause_open": noticed(replace(ends, person=without_end)),
        "notice_pause_kept_toast": partial(pauses.kept),
    }


def _stock(home: _Home) -> Mapping[str, View]:
    words, saved, have = home.words, home.saved, home.stock
    refilled = Refilled(saved, have, Decimal(2))
    one_less = replace(have, forecast=Forecast(Lasts.RUNS_OUT, 1, NOW + timedelta(days=1), False))
    low = replace(have, amount=Decimal(2), forecast=Forecast(Lasts.RUNS_OUT, 2, NOW))
    item = RefillItem(saved.id, words.medicine, low, is_low=True)
    none_left = replace(have, amount=Decimal(0), forecast=Forecast(Lasts.RUNS_OUT, 0))
    items = [
        item,
        replace(item, stock=none_left),
        replace(item, stock=replace(low, promised_by=words.ben)),
        replace(item, stock=have, is_low=False),
        replace(item, stock=low, is_low=False, is_given=False),
    ]
    notice = RefillFacts(FAMILY_ID, words.person, LONDON, NOW, items)
    added = TypedAmount(Decimal("10.5"), None)
    boxes = TypedAmount(
        Decimal(61),
        None,
        parts=((Decimal(2), Decimal(28)), (Decimal(1), Decimal(5))),
    )
    measure = Measure(Decimal("0.5"), Decimal(100), "mg")
    strength = replace(
        saved, dosage=Dosage(words.dosage, Decimal(100), "mg")
    )  # the stock is counted in tablets
    over = replace(have, amount=Decimal(-2), forecast=Forecast(Lasts.RUNS_OUT, 0))

    def answer(outcome: Refilled, typed: TypedAmount = added) -> View:
        return partial(stock.refilled, outcome, typed, member=home.member, now=NOW)

    def lasting(kind: Lasts, days: int | None = None, last_at: datetime | None = None) -> View:
        unlike = replace(have, forecast=Forecast(kind, days, last_at))
        return answer(Refilled(saved, unlike))

    unclear = replace(have, forecast=Forecast(Lasts.NO_GUESS), promised_by=words.ben)
    unknown = replace(have, forecast=Forecast(Lasts.UNMEASURED), unmeasured=strength.dosage)
    paused = replace(saved, status=MedicineStatus.PAUSED)
    question = partial(
        stock.ask_per_dose,
        words.medicine,
        dosage=words.dosage,
        unit="tablet",
        choices=[_choice("½"), _choice("1")],
    )
    return {
        "refill_which": partial(stock.ask_which, [_choice(words.medicine)], typed=words.medicine),
        "refill_amount": partial(stock.ask_amount, words.medicine),
        "refill_per_dose": partial(question, understood=stock.understood(boxes, "tablet")),
        "per_dose": partial(question, not_now=_choice(stock.not_now_label())),
        "per_dose_of_pieces": partial(question, unit="piece"),
        "per_dose_not_now": partial(stock.not_measured),
        "per_dose_said_first": partial(stock.measured_first),
        "per_dose_meanwhile": partial(stock.measured_meanwhile),
        "measured": partial(
            stock.measured,
            Refilled(strength, replace(have, measure=measure)),
            member=home.member,
            now=NOW,
        ),
        "refilled": answer(refilled),
        "refilled_by_boxes": answer(refilled, boxes),
        "refilled_from_below_none": answer(Refilled(saved, low, Decimal("-8.5"))),
        "refilled_below_none": answer(Refilled(saved, over, Decimal(-4))),
        "refilled_without_an_end": answer(Refilled(saved, unclear)),
        "refilled_without_a_measure": answer(Refilled(strength, unknown)),
        "refilled_for_a_part_of_a_day": answer(Refilled(saved, one_less)),
        "refilled_for_not_even_a_dose": answer(
            Refilled(saved, replace(have, forecast=Forecast(Lasts.RUNS_OUT, 0)))
        ),
        "refilled_for_not_even_a_day": answer(
            Refilled(saved, replace(have, forecast=Forecast(Lasts.RUNS_OUT, 0, NOW, False)))
        ),
        "refilled_to_the_end": lasting(Lasts.TO_THE_END, last_at=NOW + timedelta(days=60)),
        "refilled_to_the_end_as_needed": lasting(Lasts.TO_THE_END),
        "refilled_with_nothing_to_come": lasting(Lasts.NOTHING_TO_COME),
        "refilled_to_none_with_nothing_to_come": answer(
            Refilled(
                saved, replace(none_left, forecast=Forecast(Lasts.NOTHING_TO_COME)), Decimal(2)
            ),
            TypedAmount(Decimal(0), None, Stocked.COUNTED),
        ),
        "refilled_for_years_as_needed": answer(
            Refilled(
                replace(saved, schedule=AS_NEEDED),
                replace(have, forecast=Forecast(Lasts.FOR_YEARS)),
            )
        ),
        "refilled_for_years": lasting(Lasts.FOR_YEARS),
        "refilled_by_a_guess": lasting(Lasts.ABOUT, 9),
        "refilled_by_a_guess_of_hours": lasting(Lasts.ABOUT, 0),
        "refilled_while_paused": answer(Refilled(paused, replace(have, forecast=NOT_RECKONED))),
        "refilled_to_none": answer(
            Refilled(saved, none_left, Decimal(2)), TypedAmount(Decimal(0), None, Stocked.COUNTED)
        ),
        "refilled_by_less": answer(
            Refilled(saved, low, Decimal(4)), TypedAmount(Decimal(2), None, Stocked.FEWER)
        ),
        "refill_days_set": partial(stock.refill_days_set, refilled),
        "refill_days_set_of_what_nobody_counted": partial(
            stock.refill_days_set,
            Refilled(saved, replace(have, amount=None, unit=None, forecast=NOT_RECKONED)),
        ),
        "refill_days_set_of_what_is_low": partial(stock.refill_days_set, Refilled(saved, low)),
        "refill_promised": partial(stock.promised, Refilled(saved, unclear)),
        "notice_refill": partial(stock.notice, notice),
        "notice_refill_of_what_is_there_again": partial(
            stock.notice, replace(notice, items=items[3:])
        ),
    }


def _intakes(home: _Home) -> Mapping[str, View]:
    words = home.words
    taken = home.dose(DoseStatus.TAKEN)
    extra = replace(taken, is_scheduled=False)

    reader = intakes.Reader(words.family, None, NOW)
    abroad = replace(reader, zone=ZoneInfo("America/New_York"))
    other = intakes.OtherClock(taken.id, NOW - timedelta(hours=5))

    def given(outcome: Recorded, clock: intakes.OtherClock | None = None) -> View:
        member = replace(home.member, zone=abroad.zone) if clock else home.member
        return partial(
            intakes.given, outcome, person=words.person, member=member, now=NOW, other=clock
        )

    def confirm(
        outlook: Outlook, reader: intakes.Reader = reader, known: Sequence[str] = ()
    ) -> View:
        changes = intakes.changed_since(outlook, reader=reader, known=known) if known else ()
        return partial(
            intakes.confirm, outlook, reader=reader, changes=changes, corrects=bool(known)
        )

    between = replace(
        home.outlook,
        at=NOW - timedelta(hours=1),
        following=home.intake(NOW - timedelta(minutes=20)),
        limit=4,
        interval=timedelta(hours=4),
        doubts=frozenset(Doubt) - {Doubt.EXTRA},
        medicine=replace(home.saved, schedule=replace(AS_NEEDED, ends_on=AS_NEEDED.starts_on)),
        added_at=NOW - timedelta(minutes=30),
        given=Dosage(words.dosage, Decimal(2), "tablet"),
        count=Decimal("4.5"),
        counts_for=home.dose(),
    )
    seen = replace(between, intakes=[home.intake(NOW - timedelta(minutes=20))])
    slip = replace(between, given=Dosage(words.dosage, Decimal(20), "g"), count=Decimal(40))
    unit = replace(between, given=Dosage(words.dosage, Decimal(5), "ml"), count=Decimal(1))
    return {
        "give_tap_which": partial(intakes.tap_which),
        "give_which": partial(
            intakes.ask_which,
            [_choice(words.medicine)],
            typed=words.medicine,
            given="🕗 07:20",
        ),
        "give_nothing": partial(intakes.nothing_to_give),
        "given": given(Recorded([taken], [])),
        "given_extra": given(Recorded([extra], [])),
        "given_already": given(Recorded([], [taken])),
        "given_by_another_clock": given(Recorded([taken], []), other),
        "give_confirm": confirm(
            replace(home.outlook, doubts=frozenset({Doubt.EXTRA}), following=None)
        ),
        "give_confirm_first": confirm(replace(home.outlook, last=None)),
        "give_confirm_between": confirm(between, abroad),
        "correct_confirm": confirm(seen, known=["one that was undone"]),
        "give_slip": partial(intakes.ask_slip, slip),
        "give_slip_unit": partial(intakes.ask_slip, unit),
        "give_count": partial(intakes.ask_count, unit),
        "give_which_dose": partial(intakes.which_one, between, reader=reader),
        "give_when": partial(intakes.ask_when, words.medicine, lacks_time=""),
        "give_when_this_morning": partial(
            intakes.ask_when, words.medicine, lacks_time="this morning"
        ),
        "give_another_time": partial(intakes.ask_another_time, words.medicine),
        "give_amount": partial(
            intakes.ask_amount, words.medicine, Dosage(words.dosage), given="🕗 07:20"
        ),
        "my_clock_is_to_come": partial(intakes.is_to_come),
        "my_clock_of_another_record": partial(intakes.is_settled_otherwise),
    }


def _history(home: _Home) -> Mapping[str, View]:
    words = home.words
    taken = replace(home.dose(DoseStatus.TAKEN), note=words.dosage, given=words.dosage)
    states = home.all_three(DoseStatus.SKIPPED, DoseStatus.MISSED, DoseStatus.NOT_ASKED)
    entries = [Entry(taken, words.person, is_corrected=True)]
    entries += [Entry(dose, words.other_person, is_corrected=False) for dose in states]

    def page(shown: HistoryPage) -> View:
        return partial(history.history, shown, member=home.member, now=NOW, verb=Verb.HISTORY)

    def record(
        status: str,
        by: str,
        given: str | None = None,
        note: str | None = None,
        *,
        step: RecordStep = RecordStep.RECORDED,
        is_replaced: bool = False,
    ) -> Record:
        return Record(status, NOW, NOW, by, given, note, LONDON, step, is_replaced)

    corrected, put_back = RecordStep.CORRECTED, RecordStep.PUT_BACK
    records = [
        record("taken", words.anna, is_replaced=True),
        record("undone", words.anna),
        record("skipped", words.ben, note=words.dosage, is_replaced=True),
        record("taken", words.anna, words.dosage, step=corrected, is_replaced=True),
        record("skipped", words.ben, note=words.dosage, step=put_back, is_replaced=True),
        record("taken", words.ben, words.dosage, step=corrected),
    ]
    put_back_record = [record("skipped", words.ben, step=corrected, is_replaced=True)]
    put_back_record.append(record("taken", words.ben, step=put_back))
    skipped_record = [record("skipped", words.ben, step=corrected)]
    moved = [_moved(replace(taken, note=None)), *map(_moved, states)]

    def entry(details: EntryDetails) -> View:
        return partial(history.entry, details, member=home.member, now=NOW, may_record=True)

    labels = history.correction_labels
    return {
        "history_empty": page(HistoryPage([], 0, has_older=False)),
        "history": page(HistoryPage(entries, 0, has_older=True)),
        "history_of_a_person": page(HistoryPage(entries[:1], 2, has_older=True, of=words.person)),
        "history_entry": entry(EntryDetails(taken, records, can_be_corrected=True)),
        "history_after_a_move": page(
            HistoryPage([Entry(dose, words.person, is_corrected=False) for dose in moved], 0, False)
        ),
        "history_entry_after_a_move": entry(
            EntryDetails(moved[0], records[:1], can_be_corrected=True)
        ),
        "history_entry_put_back": entry(EntryDetails(taken, put_back_record, True)),
        "history_entry_corrected_to_skipped": entry(EntryDetails(states[0], skipped_record, True)),
        "history_entry_missed": entry(EntryDetails(states[1], [], can_be_corrected=False)),
        "correct_what": partial(
            history.ask_what_to_correct,
            words.medicine,
            [_choice(label) for label in labels(is_taken=True).values()],
        ),
        "correct_what_of_a_skipped_one": partial(
            history.ask_what_to_correct,
            words.medicine,
            [_choice(label) for label in labels(is_taken=False).values()],
        ),
        "correct_time": partial(history.ask_time),
        "correct_amount": partial(history.ask_amount, words.dosage),
        "correct_reason": partial(history.ask_reason, _choice(history.no_reason_label())),
        "correct_note": partial(history.ask_note),
        "corrected": partial(
            history.corrected, taken, person=words.person, member=home.member, now=NOW
        ),
        "corrected_to_skipped": partial(
            history.corrected, states[0], person=words.person, member=home.member, now=NOW
        ),
    }


def _elsewhere(home: _Home) -> Mapping[str, View]:
    words = home.words
    there = elsewhere.medicine_there(
        words.medicine, people=[words.other_person], family=words.other_family
    )
    of_two = elsewhere.medicine_there(
        words.medicine, people=[words.other_person, words.person], family=words.family
    )
    person = elsewhere.person_there(words.other_person, family=words.other_family)
    screen = Screen("…")
    stay = _choice(elsewhere.stay_label())

    def offered(*sentences: str, command: str, buttons: Sequence[Button]) -> View:
        typed = f"/{command} {words.medicine}"
        return partial(elsewhere.offer, sentences, typed=typed, buttons=[*buttons, stay])

    def at(command: str, family: str | None = None) -> Button:
        return _choice(elsewhere.there_label(command, family=family))

    return {
        "elsewhere_give": offered(there, command="give", buttons=[at("give")]),
        "elsewhere_refill_in_two": offered(
            there,
            of_two,
            command="refill",
            buttons=[at("refill", words.other_family), at("refill", words.family)],
        ),
        "elsewhere_person": offered(person, command="history", buttons=[at("history")]),
        "elsewhere_add": offered(
            person, elsewhere.only_reads(there), command="addmed", buttons=[at("addmed")]
        ),
        "elsewhere_pause": offered(there, command="pause", buttons=[at("pause")]),
        "elsewhere_only_reads": partial(elsewhere.only_told, "…", [elsewhere.only_reads(there)]),
        "elsewhere_done": partial(
            elsewhere.done_there, screen, family=words.other_family, here=words.family
        ),
        "elsewhere_has_left": partial(elsewhere.has_left, words.other_family),
    }


def _people(home: _Home) -> Mapping[str, View]:
    name = home.words.person
    cities = [_choice("London, United Kingdom"), _choice("London, Canada")]
    return {
        "addperson_name": partial(people.ask_person_name),
        "addperson_place": partial(people.ask_place, name, ()),
        "addperson_which_place": partial(people.ask_place, name, cities),
        "addperson_added": partial(people.added, PersonAdded(home.person, home.words.family)),
        "people_none": partial(people.people, [], member=home.member, now=NOW),
        "people": partial(
            people.people, [home.person, home.other_person], member=home.member, now=NOW
        ),
        "people_paused": partial(
            people.people,
            [replace(home.person, pause=Pause(NOW, None, silences_appointments=True))],
            member=home.member,
            now=NOW,
        ),
        "people_for_a_viewer": partial(
            people.people, [home.person], member=replace(home.member, role=Role.VIEWER), now=NOW
        ),
        "person_alike": partial(
            people.ask_alike, name, name=home.words.other_person, buttons=cities
        ),
        "person_new_name": partial(people.ask_new_name, name),
        "person_renamed": partial(people.renamed, home.person),
        "person_moved": partial(people.moved, home.person, now=NOW),
    }


def _late(home: _Home) -> Mapping[str, View]:
    words = home.words
    reader = intakes.Reader(words.family, None, NOW)
    abroad = replace(reader, zone=NEW_YORK)
    missed = [home.dose(DoseStatus.MISSED, number) for number in range(2)]
    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED, 1)
    too_soon = replace(
        home.outlook,
        interval=timedelta(hours=4),
        doubts=frozenset({Doubt.TOO_SOON}),
        medicine=replace(home.saved, schedule=AS_NEEDED),
    )

    def outlook(*doses: DoseFacts, answered: Sequence[DoseFacts] = ()) -> LateOutlook:
        at = {dose.id: SLOT for dose in doses}
        return LateOutlook(doses, answered, at, outlooks=(), early=(), together=(), seen=1)

    def ask(facts: LateOutlook, reader: intakes.Reader = reader) -> View:
        return partial(late.ask_when, facts, person=words.person, reader=reader)

    def confirm(facts: LateOutlook, reader: intakes.Reader = reader) -> View:
        return partial(late.confirm, facts, person=words.person, reader=reader)

    def recorded(outcome: Recorded) -> View:
        return partial(late.recorded, outcome, person=words.person, member=home.member, now=NOW)

    one = outlook(missed[0])
    later = replace(missed[0], id=MEDICINE_IDS[3], due_at=SLOT + timedelta(hours=1))
    return {
        "late_when": ask(one),
        "late_when_two": ask(outlook(*missed)),
        "late_when_abroad": ask(one, abroad),
        "late_when_one_was_answered": ask(outlook(missed[0], answered=[skipped])),
        "late_when_all_were_answered": ask(outlook(answered=[taken, skipped])),
        "late_time": partial(late.ask_time, lacks_time="", has_options=False),
        "late_time_of_several": partial(late.ask_time, lacks_time="", has_options=True),
        "late_time_this_morning": partial(
            late.ask_time, lacks_time=words.medicine, has_options=False
        ),
        "late_confirm_abroad": confirm(one, abroad),
        "late_confirm_too_soon": confirm(replace(one, outlooks=[too_soon])),
        "late_confirm_early": confirm(
            replace(one, at={missed[0].id: SLOT - timedelta(days=1)}, early=[missed[0]])
        ),
        "late_confirm_together": confirm(
            replace(outlook(missed[0], later), together=[missed[0], later])
        ),
        "late_recorded": recorded(Recorded([taken], [])),
        "late_recorded_two": recorded(Recorded([taken, home.dose(DoseStatus.TAKEN, 1)], [])),
        "late_recorded_one_was_answered": recorded(Recorded([taken], [skipped])),
        "late_recorded_none": recorded(Recorded([], [taken])),
    }


def _notices(home: _Home) -> Mapping[str, View]:
    words = home.words

    def summary(
        *doses: DoseFacts,
        was_asked: bool,
        may_record: bool = True,
        more: int = 0,
        now: datetime = NOW,
    ) -> View:
        facts = SummaryFacts(
            MEDICINE_IDS[20],
            FAMILY_ID,
            words.person,
            doses,
            was_asked,
            now,
            may_record=may_record,
            more=more,
        )
        return partial(notices.summary, facts)

    missed = [home.dose(DoseStatus.MISSED, number) for number in range(3)]
    not_asked = [home.dose(DoseStatus.NOT_ASKED, number) for number in range(3)]
    answered = home.all_three(DoseStatus.TAKEN, DoseStatus.SKIPPED, DoseStatus.MISSED)
    tuesdays = replace(
        missed[0],
        id=MEDICINE_IDS[3],
        due_at=SLOT + timedelta(days=1),
        local=(SLOT + timedelta(days=1)).replace(tzinfo=None),
    )

    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED)
    earlier = replace(taken, taken_at=NOW - timedelta(minutes=90))
    half, noted = replace(earlier, given=words.dosage), replace(taken, note=words.other_person)
    extra = replace(taken, is_scheduled=False)

    def changed(*pairs: tuple[DoseFacts, DoseFacts, ChangeKind]) -> View:
        items = [RecordChange(dose, record, kind, words.ben) for dose, record, kind in pairs]
        return partial(records.changed, RecordChangedFacts(words.person, items))

    corrected, undone = ChangeKind.CORRECTED, ChangeKind.UNDONE
    return {
        "record_corrected": changed((taken, earlier, corrected)),
        "record_corrected_amount": changed((replace(taken, given="2"), half, corrected)),
        "record_corrected_to_skipped": changed((skipped, taken, corrected)),
        "record_corrected_to_taken": changed((taken, skipped, corrected)),
        "record_with_a_note": changed((noted, taken, corrected)),
        "record_without_a_note": changed((taken, noted, corrected)),
        "record_after_a_move": changed((_moved(taken), _moved(earlier), corrected)),
        "record_undone": changed((home.dose(), taken, undone)),
        "records_undone": changed((home.dose(), taken, undone), (extra, half, undone)),
        "record_put_back": changed((taken, taken, ChangeKind.PUT_BACK)),
        "record_of_ones_own": changed((taken, taken, ChangeKind.OWN)),
        "record_correction_undone": changed((taken, skipped, ChangeKind.CORRECTION_UNDONE)),
        "record_correction_withdrawn": changed((taken, skipped, ChangeKind.CORRECTION_WITHDRAWN)),
        "record_undone_oneself": changed((home.dose(), taken, ChangeKind.OWN)),
        "notice_missed_after_a_move": summary(_moved(missed[0]), was_asked=True),
        "notice_missed_one": summary(missed[0], was_asked=True),
        "notice_missed_three": summary(*missed, was_asked=True),
        "notice_missed_told_on_the_next_day": summary(
            missed[0], was_asked=True, now=NOW + timedelta(days=1)
        ),
        "notice_missed_answered": summary(*answered, was_asked=True),
        "notice_missed_for_a_viewer": summary(*answered, was_asked=True, may_record=False),
        "notice_not_asked_one": summary(not_asked[0], was_asked=False),
        "notice_not_asked_three": summary(*not_asked, was_asked=False),
        "notice_not_asked_answered": summary(taken, was_asked=False),
        "notice_not_asked_two_days": summary(missed[0], tuesdays, was_asked=False),
        "notice_missed_many": summary(*missed, was_asked=True, more=177),
        "notice_closed": partial(family_notices.closed),
        **{
            f"notice_joined_as_{role}": partial(
                family_notices.joined, JoinedFacts(words.ben, role, words.family)
            )
            for role in Role
        },
    }


def _superseded(home: _Home) -> Mapping[str, CareCircleError]:
    ben, name = home.words.ben, home.words.medicine
    actions = [
        *("medication.edited", "medication.paused", "medication.stopped", "medication.restored"),
        *("stock.refilled", "stock.counted", "appointment.moved", "appointment.cancelled"),
        *("appointment.restored", "appointment.driver_found", "appointment.driver_lost"),
        *("person.paused", "person.resumed"),
    ]
    skipped = home.dose(DoseStatus.SKIPPED)
    states = [skipped, home.dose(), home.dose(DoseStatus.CANCELLED)]
    by_ben = {
        f"superseded_{action}".replace(".", "_"): ActionSuperseded(action, name, ben)
        for action in actions
    }
    undone = {
        f"undone_by_another_{dose.status}": ActionSuperseded(UNDONE, name, ben, dose)
        for dose in states
    }
    return {
        **by_ben,
        **undone,
        "superseded_correction": ActionSuperseded("corrected", name, ben, skipped),
        "superseded_record": ActionSuperseded("recorded", name, ben, skipped),
        "superseded_record_by_oneself": ActionSuperseded("corrected", name, None, skipped),
        "undone_by_oneself": ActionSuperseded(UNDONE, name, None),
        "superseded_by_oneself": ActionSuperseded("medication.edited", name, None),
    }


def _refusals(home: _Home) -> Mapping[str, View]:
    errors = {
        "no_family": NoFamily(),
        "nobody_cared_for": NobodyCaredFor(),
        "not_found": NotFound(),
        "appointment_in_past": AppointmentInPast(NOW, LONDON),
        "appointment_over": AppointmentOver(),
        "appointment_cancelled": AppointmentCancelled(),
        "appointment_changed": AppointmentChanged(),
        "time_does_not_exist": TimeDoesNotExist(
            datetime(2027, 3, 28, 1, 30), datetime(2027, 3, 28, 2, 30)
        ),
        "taken_by_another": TakenByAnother(home.words.ben),
        "viewer_records": NotAllowed(Action.RECORD_DOSE, Role.VIEWER),
        "recipient_records_of_others": NotAllowed(Action.RECORD_DOSE, Role.RECIPIENT),
        "viewer_adds_medicine": NotAllowed(Action.CHANGE_MEDICINES, Role.VIEWER),
        "caregiver_invites": NotAllowed(Action.INVITE, Role.CAREGIVER),
        "invitation_unknown": InvitationUnknown(),
        "invitation_used": InvitationUsed(),
        "invitation_expired": InvitationExpired(NOW),
        "already_member": AlreadyMember(home.words.family),
        "already_exists": AlreadyExists(home.words.person),
        **{f"family_full_of_{held}": FamilyFull(held, MOST_HELD[held]) for held in Held},
        "nothing_to_undo": NothingToUndo(),
        "nothing_recorded": NothingRecorded(),
        "too_late_to_undo": TooLateToUndo(),
        **_superseded(home),
        "same_medicine": SameMedicine(home.saved),
        "alike_medicine": AlikeMedicine(home.saved),
        "alike_name": AlikeName(home.words.person),
        "alike_doctor": AlikeDoctor(BEN_ID),
        "changed_meanwhile": ChangedMeanwhile(home.saved),
        "time_not_possible": TimeNotPossible(),
        "stock_unit_differs": StockUnitDiffers("tablet"),
        "stock_unit_is_pieces": StockUnitDiffers("piece"),
        "per_dose_unknown": PerDoseUnknown(home.saved.dosage, "tablet"),
        "less_left": LessLeft(Decimal(3), "tablet"),
        "less_left_of_none": LessLeft(Decimal(-3), "tablet"),
        "less_left_of_what_nobody_counted": LessLeft(None, "tablet"),
        "nothing_to_pause": NothingToPause(home.words.person),
        "pause_runs": PauseRuns(home.words.person),
        "not_paused": NotPaused(home.words.person),
        "pause_end_impossible": PauseEndImpossible(is_too_far=False),
        "pause_end_too_far": PauseEndImpossible(is_too_far=True),
        "stopped_meanwhile": StoppedMeanwhile(home.words.medicine),
        "not_possible": AlreadyApplied(),
    }
    unclear = Misunderstood(Problem.UNKNOWN_WORDS, home.words.medicine)
    return {
        **{
            f"refused_{name}": partial(refusals.refuse, error, is_press=False)
            for name, error in errors.items()
        },
        **{
            f"refused_press_{name}": partial(refusals.refuse, error, is_press=True)
            for name, error in errors.items()
        },
        "refused_rest_of_list": partial(
            refusals.family_full, FamilyFull(Held.MEDICINE, MOST_HELD[Held.MEDICINE])
        ),
        "refused_unclear": partial(refusals.refuse, unclear, is_press=False),
        "refused_slow_down": partial(refusals.slow_down),
        "refused_in_private": partial(refusals.in_private, "carecircle_bot"),
        "refused_forgetful": partial(refusals.forgetful),
        "refused_old_button": partial(refusals.old_button),
        "refused_apology": partial(refusals.apology, "4711"),
    }


def _start(home: _Home) -> Mapping[str, View]:
    words = home.words
    return {
        "start_welcome": partial(start.welcome, name=words.anna),
        "start_welcome_back": partial(start.welcome_back, name=words.anna, family=words.family),
        "help_without_a_family": partial(start.help_text, has_family=False),
        "help": partial(start.help_text, has_family=True),
        "help_unknown_command": partial(start.unknown_command),
    }


def _conversations(words: Words) -> Mapping[str, View]:
    ids = (FAMILY_ID, MEDICINE_IDS[0], "addmed")
    go_on = Button(conversations.go_on_label(), Callback(Verb.CONTINUE, *ids).encode())
    forget = Button(conversations.forget_label(), Callback(Verb.FORGET, *ids).encode())
    question = medicines.ask_dosage(words.medicine)
    return {
        "conversation_unexpected": partial(conversations.unexpected),
        "conversation_unexpected_words": partial(conversations.unexpected, words.medicine),
        "edited_ask": partial(
            edited.ask,
            f"added: 💊 {escape(words.medicine)}",
            typed=f"/addmed {words.medicine} {words.dosage} at 22:00",
            buttons=[
                _choice(label)
                for label in (
                    edited.redo_label(),
                    edited.undo_label(),
                    edited.change_label(),
                    edited.leave_label(),
                )
            ],
        ),
        "edited_left": partial(edited.left),
        "edited_needs_questions": partial(edited.needs_questions),
        "edited_cannot_undo": partial(edited.cannot_undo, f"/addperson {words.person}"),
        "edited_changed_since": partial(
            edited.changed_since,
            escape(f"{words.ben} has stopped {words.medicine} since."),
            typed=f"/addmed {words.medicine}",
        ),
        "edited_was_answer": partial(edited.was_answer, words.dosage),
        "edited_unknown": partial(edited.unknown),
        "conversation_please_type": partial(conversations.please_type),
        "conversation_expired": partial(conversations.expired),
        "conversation_expired_screen": partial(conversations.expired_screen),
        "conversation_expired_button": partial(conversations.expired_button),
        "conversation_expired_can_continue": partial(conversations.expired, go_on=go_on),
        "conversation_left_not_saved": partial(
            conversations.left, question, conversations.Unfinished.NOT_SAVED, go_on
        ),
        "conversation_left_not_recorded": partial(
            conversations.left, question, conversations.Unfinished.NOT_RECORDED, go_on
        ),
        "conversation_left_not_changed": partial(
            conversations.left, question, conversations.Unfinished.NOT_CHANGED, go_on
        ),
        "conversation_left_notice": partial(
            conversations.left_notice,
            f"{words.medicine} {words.dosage}",
            go_on=go_on,
            forget=forget,
        ),
        "conversation_continued": partial(conversations.continued),
        "conversation_forgotten": partial(
            conversations.forgotten, conversations.Unfinished.NOT_SAVED
        ),
        "conversation_too_old": partial(conversations.too_old, "addmed"),
        "conversation_cannot_continue": partial(conversations.cannot_continue),
        "conversation_answered_before": partial(conversations.answered_before),
        "conversation_nothing_to_cancel": partial(conversations.nothing_to_cancel),
        "conversation_cancelled": partial(conversations.cancelled),
    }


def _choice(label: str) -> Button:
    """A button as flows make them."""
    return Button(label, Callback(Verb.FLOW, FAMILY_ID, PERSON_ID, "1.0").encode())
