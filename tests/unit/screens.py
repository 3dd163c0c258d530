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

from bot.grammar.problems import Misunderstood, Problem
from bot.views import (
    appointment_notices,
    appointments,
    calendar_files,
    cards,
    conversations,
    doctors,
    doses,
    families,
    history,
    intakes,
    medicines,
    meds,
    notices,
    pauses,
    people,
    refusals,
    start,
    stock,
    today,
    undo,
)
from bot.views.answer import Answer, Button, Screen
from bot.views.callbacks import Callback, Verb
from domain.access import Action, Role
from domain.appointments import Conflict, Details, DoctorNamed, OccurrenceFacts, OccurrencePage
from domain.calendars import CalendarEntry, Deviation
from domain.cards import (
    AppointmentFacts,
    AppointmentItem,
    CardFacts,
    JoinedFacts,
    PauseEndsFacts,
    RefillFacts,
    RefillItem,
    SummaryFacts,
)
from domain.care_recipients import Pause, Person, PersonAdded
from domain.database import Member
from domain.doctors import DoctorFacts
from domain.dosages import Dosage
from domain.doses import DoseFacts, DoseStatus, PersonToday, Recorded, Snoozed, WhichDose
from domain.errors import (
    AlreadyApplied,
    AlreadyExists,
    AlreadyMember,
    AppointmentCancelled,
    AppointmentChanged,
    AppointmentInPast,
    AppointmentOver,
    ChangedMeanwhile,
    InvitationExpired,
    InvitationUnknown,
    InvitationUsed,
    NobodyCaredFor,
    NoFamily,
    NotAllowed,
    NotFound,
    NothingToPause,
    NothingToUndo,
    NotPaused,
    NotTheLastAction,
    PauseEndImpossible,
    PauseRuns,
    PerDoseUnknown,
    SameMedicine,
    StockUnitDiffers,
    StoppedMeanwhile,
    TakenByAnother,
    TimeDoesNotExist,
    TimeNotPossible,
    TooLateToUndo,
)
from domain.families import (
    FamilyFacts,
    FamilyOverview,
    Joined,
    MemberFacts,
    NewInvitation,
    PersonSummary,
)
from domain.history import Entry, EntryDetails, HistoryPage, Record
from domain.intakes import Intake, Outlook
from domain.ladder import Step
from domain.medicine_details import MedicineDetails
from domain.medicines import MedicineFacts, MedicineLine, MedicineStatus
from domain.occurrences import OccurrenceStatus
from domain.pauses import PersonPaused
from domain.recurrences import ByDay, Frequency, Nth, Recurrence
from domain.schedules import AsNeeded, WallClock, Weekday, Weekly
from domain.stock import Refilled, Stock
from domain.undo import ActionKind, LastAction, Undone

View: TypeAlias = "partial[Answer] | partial[Screen]"

LONDON = ZoneInfo("Europe/London")
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
    def outlook(self) -> Outlook:
        return Outlook(
            medicine=self.saved,
            at=NOW,
            last=Intake(NOW - timedelta(hours=3, minutes=10), self.words.anna, self.words.dosage),
            others=2,
            limit=None,
            next_at=NOW + timedelta(hours=2, minutes=50),
            is_too_soon=True,
            is_too_many=False,
            candidates=(),
            seen=1,
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
            per_dose=None,
            refill_days=7,
            runs_out_at=NOW + timedelta(days=6),
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
        **_calendar_files(home),
        **_doctors(home),
        **_notices(home),
        **_refusals(home),
        **_start(home),
        **_conversations(),
    }


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
        "press_undo": partial(doses.undone_toast, [home.dose()]),
        "press_on_yesterdays_card": which([missed], [home.dose(number=1)]),
        "press_on_yesterdays_card_of_two": which([missed, home.dose(DoseStatus.MISSED, 1)], []),
    }


def _undo(home: _Home) -> Mapping[str, View]:
    at = NOW - timedelta(minutes=5)
    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED, 1)
    recorded = LastAction(PERSON_ID, ActionKind.RECORDED, at, doses=[taken, skipped])
    corrected = LastAction(PERSON_ID, ActionKind.CORRECTED, at, doses=[taken], log_id=ANNA_ID)

    def changed(kind: ActionKind) -> LastAction:
        action = LastAction(PERSON_ID, kind, NOW - timedelta(hours=3))
        if kind.startswith("appointment."):
            return replace(action, appointment=home.appointment)
        if kind.startswith("person."):
            return replace(action, person=home.person)
        return replace(action, medicine=home.saved)

    def ask(action: LastAction) -> View:
        return partial(undo.ask, action, member=home.member, now=NOW)

    def undone(outcome: Undone) -> View:
        return partial(undo.undone, outcome, now=NOW)

    kinds = [kind for kind in ActionKind if "." in kind]
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
        "undo_kept": partial(undo.kept),
        "undo_one": undone(Undone(recorded, [home.dose()])),
        "undo_two": undone(Undone(recorded, [home.dose(), home.dose(number=1)])),
        "undo_too_late_to_ask": undone(Undone(recorded, [home.dose(DoseStatus.MISSED)])),
        "undo_extra": undone(Undone(recorded, [home.dose(DoseStatus.CANCELLED)])),
        "undo_correction": undone(Undone(corrected, [taken])),
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

    def screen(
        *entries: PersonToday,
        member: Member = home.member,
        planned: Sequence[OccurrenceFacts] = (),
    ) -> View:
        of_mum = {home.person.id: planned}
        return partial(today.today, entries, appointments=of_mum, member=member, now=NOW)

    return {
        "today_nobody": screen(),
        "today_nothing_due": screen(PersonToday(home.person, ())),
        "today_one_person": screen(
            PersonToday(home.person, [*states, not_asked, home.snoozed(), pending, evening])
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
        Conflict(words.medicine, words.person, LONDON, one.starts_at, driver=None),
        Conflict(words.medicine, words.other_person, LONDON, one.starts_at, driver=words.anna),
    )

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
        "appointment_monthly": screen(replace(one, recurrence=first_monday)),
        "appointment_without_end": screen(replace(one, recurrence=Recurrence(Frequency.WEEKLY, 2))),
        "appointment_for_a_viewer": screen(series, viewer),
        "appointment_read_in_tokyo": screen(one, in_tokyo),
        "appointment_driven_by_another": screen(replace(one, driver_id=BEN_ID, driver=words.ben)),
        "appointment_with_conflicts": screen(replace(one, conflicts=conflicts)),
        "appointment_with_an_unknown_doctor": screen(unknown),
        "appointment_cancelled": screen(cancelled),
        "appointment_cut": screen(replace(series, status=OccurrenceStatus.CUT)),
        "appointment_over": screen(over),
        "appointment_over_and_told": screen(told),
        "appointment_over_without_a_word": screen(replace(told, outcome=None)),
        **{
            f"appointment_{name}": partial(view, one, member=home.member, now=NOW)
            for name, view in changed.items()
        },
        "appointment_cancelled_toast": partial(appointments.cancelled, body),
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
        "appointments_second_page": listed(one, number=1, has_more=True),
        "appointments_past": listed(told, is_past=True, has_more=True),
        "appointments_for_a_viewer": listed(one, member=replace(viewer, zone=in_tokyo.zone)),
        "appointments_no_calendar": partial(appointments.no_calendar),
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
        "appointment_ask_repeat": partial(appointments.ask_repeat, words.medicine, rows),
        "appointment_ask_which_doctor": partial(appointments.ask_which_doctor, words.ben, [button]),
        "appointment_confirm": partial(
            appointments.confirm,
            words.medicine,
            person=words.person,
            when=appointments.when_words(datetime(2026, 12, 3, 9), None, today=NOW.date()),
            others=[words.ben, words.family],
            buttons=rows,
        ),
        "appointment_ask_reach_to_move": partial(
            appointments.ask_reach, words.medicine, [button], to_cancel=False
        ),
        "appointment_ask_reach_to_cancel": partial(
            appointments.ask_reach,
            words.medicine,
            appointments.cancel_buttons(home.series, member=home.member),
            to_cancel=True,
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
        "appointment_ask_outcome": partial(appointments.ask_outcome, words.medicine, words.person),
        "people_ask_own_place": partial(people.ask_own_place, [button]),
        "people_own_clock_set": partial(people.own_clock_set, LONDON, now=NOW),
    }


def _appointment_notices(home: _Home) -> Mapping[str, View]:
    one, series, words = home.appointment, home.series, home.words
    told_at = one.starts_at - timedelta(days=1)
    over = replace(one, outcome=words.other_person, outcome_by=words.ben, outcome_at=NOW)

    def notice(*items: AppointmentItem, **changed: object) -> View:
        facts = AppointmentFacts(
            family_id=FAMILY_ID,
            person=words.person,
            told_at=told_at,
            now=told_at,
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
        "notice_appointment_begun": notice(remind, told_at=one.starts_at + timedelta(minutes=5)),
        "notice_appointment_read_in_tokyo": notice(remind, reader_zone=ZoneInfo("Asia/Tokyo")),
        "notice_appointment_for_a_viewer": notice(remind, reader_role=Role.VIEWER),
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
    }


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
        "doctor_ask_same": partial(
            doctors.ask_same, words.ben, person=words.person, buttons=[button]
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
        "family_switched": partial(families.switched, home.family),
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
        _choice, (medicines.save_label(), medicines.change_label(), medicines.cancel_label())
    )
    presets = [_choice(label) for label in medicines.schedule_presets().values()]
    parts = [*map(_choice, medicines.part_labels().values()), cancel]
    persons = [_choice(words.person), _choice(words.other_person)]
    return {
        "addmed_whose": partial(medicines.ask_whose, persons),
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
        "addmed_tap_a_button": partial(medicines.tap_a_button),
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
            person=words.person,
            both=_choice(medicines.both_label()),
            change=change,
            cancel=cancel,
        ),
        "addmed_removed": partial(medicines.removed, words.medicine),
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
    needed = replace(home.outlook, medicine=replace(saved, schedule=AS_NEEDED), limit=4)
    quiet = replace(saved, status=MedicineStatus.PAUSED, resumes_at=back, first_due_at=None)
    over = replace(saved, status=MedicineStatus.STOPPED, first_due_at=None)
    screen = Screen("…")
    return {
        "meds_none": listed([]),
        "meds_one_person": listed([line]),
        "meds_two_people": listed(lines),
        "meds_second_page": listed([line] * 25, page=1),
        "med": shown(details),
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
        "changed": partial(meds.changed, saved, now=NOW),
        "changed_meanwhile": partial(meds.changed_meanwhile, saved, now=NOW),
        "stopped": partial(meds.stopped, screen),
        "restored": partial(meds.restored, screen),
    }


def _pauses(home: _Home) -> Mapping[str, View]:
    words, saved = home.words, home.saved
    until = datetime(2026, 11, 27, tzinfo=UTC)
    quiet = replace(
        saved,
        status=MedicineStatus.PAUSED,
        resumes_at=until,
        first_due_at=until + timedelta(hours=8),
    )
    course = WallClock((time(8),), date(2026, 11, 23), date(2026, 11, 25))
    over = replace(quiet, schedule=course, first_due_at=None)
    pause = Pause(NOW, until, silences_appointments=True)
    person = replace(home.person, pause=pause)
    without_end = replace(home.person, pause=Pause(NOW, None, silences_appointments=False))
    both = PersonPaused(person, [quiet, over], [saved])
    ends = PauseEndsFacts(FAMILY_ID, person, until, NOW, [words.medicine] * 2, None)
    choices = [_choice(label) for label in pauses.pause_choices().values()]
    no = _choice(pauses.keep_label())
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
        shown: tuple[datetime | None, bool] | None,
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

    def course_asked(days: int) -> View:
        return partial(
            pauses.ask_course,
            name=words.medicine,
            person=words.person,
            zone=LONDON,
            days=days,
            schedule=course,
            longer=replace(course, ends_on=date(2026, 11, 25 + days)),
            yes=_choice(pauses.lengthen_label(date(2026, 11, 25 + days))),
            no=_choice(pauses.keep_label()),
        )

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
        "pause_runs": running((until, False)),
        "pause_runs_with_person": running((None, True), date(2026, 11, 28)),
        "pause_runs_and_is_to_be_open": running((until, False), never_ends=True),
        "pause_runs_no_more": running(None),
        "pause_left": partial(pauses.left),
        "pause_appointments": partial(
            pauses.ask_appointments, words.person, date(2026, 11, 27), of_appointments
        ),
        "pause_appointments_without_end": partial(
            pauses.ask_appointments, words.person, None, of_appointments
        ),
        "pause_course": course_asked(3),
        "pause_course_of_a_day": course_asked(1),
        "pause_course_gone": partial(pauses.course_gone, words.medicine, no),
        "pause_course_kept": partial(pauses.course_kept),
        "pause_course_lengthened": partial(pauses.lengthened, saved),
        "paused": paused(quiet),
        "paused_beyond_its_course": paused(over),
        "paused_without_return": paused(replace(quiet, resumes_at=None, first_due_at=None)),
        "paused_person": person_paused(both),
        "paused_person_without_end": person_paused(PersonPaused(without_end, [saved], [])),
        "paused_person_not": partial(pauses.not_paused_screen, home.person),
        "resumed_person": partial(pauses.person_resumed, both, now=NOW),
        "resumed_nothing": partial(
            pauses.person_resumed, PersonPaused(home.person, [], []), now=NOW
        ),
        "resumed_medicine": partial(pauses.medicine_resumed, saved, now=NOW),
        "resumed_stopped_meanwhile": partial(pauses.stopped_meanwhile, Screen("…")),
        "notice_pause_ends": noticed(ends),
        "notice_pause_ends_tomorrow": noticed(replace(ends, now=until - timedelta(hours=5))),
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
    refilled = Refilled(saved, have)
    item = RefillItem(saved.id, words.medicine, Decimal(6), "tablet", 3, None, is_low=True)
    items = [
        item,
        replace(item, amount=Decimal(0), days_left=0),
        replace(item, promised_by=words.ben),
        replace(item, is_low=False),
    ]

    def answer(outcome: Refilled) -> View:
        return partial(stock.refilled, outcome, member=home.member, now=NOW)

    unclear = replace(have, runs_out_at=None, promised_by=words.ben)
    return {
        "refill_which": partial(stock.ask_which, [_choice(words.medicine)]),
        "refill_amount": partial(stock.ask_amount, words.medicine),
        "refill_per_dose": partial(stock.ask_per_dose, words.dosage, [_choice("½"), _choice("1")]),
        "refilled": answer(refilled),
        "refilled_without_an_end": answer(Refilled(saved, unclear)),
        "refilled_to_none": answer(Refilled(saved, replace(have, amount=Decimal(0)))),
        "refill_days_set": partial(stock.refill_days_set, refilled),
        "refill_promised": partial(stock.promised, Refilled(saved, unclear)),
        "notice_refill": partial(stock.notice, RefillFacts(FAMILY_ID, words.person, items)),
    }


def _intakes(home: _Home) -> Mapping[str, View]:
    words = home.words
    taken = home.dose(DoseStatus.TAKEN)
    extra = replace(taken, is_scheduled=False)

    def given(outcome: Recorded) -> View:
        return partial(intakes.given, outcome, member=home.member, now=NOW)

    return {
        "give_which": partial(intakes.ask_which, [_choice(words.medicine)]),
        "give_nothing": partial(intakes.nothing_to_give),
        "given": given(Recorded([taken], [])),
        "given_extra": given(Recorded([extra], [])),
        "given_already": given(Recorded([], [taken])),
    }


def _history(home: _Home) -> Mapping[str, View]:
    words = home.words
    taken = replace(home.dose(DoseStatus.TAKEN), note=words.dosage, given=words.dosage)
    states = home.all_three(DoseStatus.SKIPPED, DoseStatus.MISSED, DoseStatus.NOT_ASKED)
    entries = [Entry(taken, words.person, is_corrected=True)]
    entries += [Entry(dose, words.other_person, is_corrected=False) for dose in states]

    def page(shown: HistoryPage) -> View:
        return partial(history.history, shown, member=home.member, now=NOW, verb=Verb.HISTORY)

    records = [
        Record("taken", NOW, NOW, words.anna, None, None),
        Record("undone", NOW, NOW, words.anna, None, None),
        Record("skipped", NOW, NOW, words.ben, None, words.dosage),
        Record("taken", NOW, NOW, words.ben, words.dosage, None),
    ]

    def entry(details: EntryDetails) -> View:
        return partial(history.entry, details, member=home.member, now=NOW, may_record=True)

    labels = history.correction_labels
    return {
        "history_empty": page(HistoryPage([], 0, has_older=False)),
        "history": page(HistoryPage(entries, 0, has_older=True)),
        "history_of_a_person": page(HistoryPage(entries[:1], 2, has_older=True, of=words.person)),
        "history_entry": entry(EntryDetails(taken, records, can_be_corrected=True)),
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
        "corrected": partial(history.corrected, taken, now=NOW),
        "corrected_to_skipped": partial(history.corrected, states[0], now=NOW),
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
        "person_new_name": partial(people.ask_new_name, name),
        "person_renamed": partial(people.renamed, home.person),
        "person_moved": partial(people.moved, home.person, now=NOW),
    }


def _notices(home: _Home) -> Mapping[str, View]:
    words = home.words
    three = [home.dose(number=number) for number in range(3)]

    def summary(count: int, *, was_asked: bool) -> View:
        facts = SummaryFacts(words.person, LONDON, (three * 60)[:count], was_asked)
        return partial(notices.summary, facts)

    return {
        "notice_missed_one": summary(1, was_asked=True),
        "notice_missed_three": summary(3, was_asked=True),
        "notice_not_asked_one": summary(1, was_asked=False),
        "notice_not_asked_three": summary(3, was_asked=False),
        "notice_missed_many": summary(180, was_asked=True),
        **{
            f"notice_joined_as_{role}": partial(
                notices.joined, JoinedFacts(words.ben, role, words.family)
            )
            for role in Role
        },
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
        "nothing_to_undo": NothingToUndo(),
        "not_the_last_action": NotTheLastAction(),
        "too_late_to_undo": TooLateToUndo(),
        "same_medicine": SameMedicine(home.saved),
        "changed_meanwhile": ChangedMeanwhile(home.saved),
        "time_not_possible": TimeNotPossible(),
        "stock_unit_differs": StockUnitDiffers("tablet"),
        "stock_unit_is_pieces": StockUnitDiffers("piece"),
        "per_dose_unknown": PerDoseUnknown(home.saved, "tablet"),
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


def _conversations() -> Mapping[str, View]:
    return {
        "conversation_unexpected": partial(conversations.unexpected),
        "conversation_please_type": partial(conversations.please_type),
        "conversation_expired": partial(conversations.expired),
        "conversation_expired_screen": partial(conversations.expired_screen),
        "conversation_expired_button": partial(conversations.expired_button),
        "conversation_answered_before": partial(conversations.answered_before),
        "conversation_nothing_to_cancel": partial(conversations.nothing_to_cancel),
        "conversation_cancelled": partial(conversations.cancelled),
    }


def _choice(label: str) -> Button:
    """A button as flows make them."""
    return Button(label, Callback(Verb.FLOW, FAMILY_ID, PERSON_ID, "1.0").encode())
