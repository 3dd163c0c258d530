"""Screens about medicines: adding, changing and listing them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

from bot.features.medicines.views import (
    meds,
)
from bot.features.medicines.views.content import medicine_changes, new_medicines
from bot.ui import conversations
from bot.ui.answer import Screen
from domain.access import Role
from domain.database.scope import Member
from domain.local_time import Weekday
from domain.medicines.changes.adding import RemovedMedicine
from domain.medicines.details import MedicineDetails
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import Content, MedicineFacts, MedicineLine, OpenDose
from domain.medicines.schedule_changes.comparison import Concern
from domain.medicines.schedule_changes.questions import Place, Topic
from domain.medicines.schedules.days import Cycle, Daily, Monthly, Weekly
from domain.medicines.schedules.kinds import WallClock
from domain.medicines.schedules.moments import DayTimes, PartOfDay
from domain.medicines.stock.projection import Forecast, Lasts
from domain.models.medicines import DoseStatus, MedicineStatus
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import (
    ANNA_ID,
    AS_NEEDED,
    LONDON,
    MEDICINE_IDS,
    NOW,
    PERSON_ID,
    SLOT,
    Home,
    View,
)


def medicine_screens(home: Home) -> Mapping[str, View]:
    words, saved = home.words, home.saved
    weekly = WallClock(
        (time(9),),
        date(2026, 12, 1),
        date(2027, 1, 3),
        Weekly(frozenset({Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY})),
    )

    save, change, cancel = map(
        choice,
        (conversations.save_label(), conversations.change_label(), conversations.cancel_label()),
    )
    presets = [choice(label) for label in new_medicines.schedule_presets().values()]
    parts = [*map(choice, new_medicines.part_labels().values()), cancel]
    persons = [choice(words.person), choice(words.other_person)]
    return {
        "addmed_whose": partial(conversations.ask_person, persons),
        "addmed_name": partial(new_medicines.ask_medicine_name),
        "addmed_dosage": partial(new_medicines.ask_dosage, words.medicine),
        "addmed_when": partial(new_medicines.ask_schedule, words.medicine, presets, so_far=""),
        "addmed_when_meant": partial(
            new_medicines.ask_what_was_meant, words.medicine, [choice(words.dosage)]
        ),
        "addmed_when_in_other_words": partial(
            new_medicines.ask_in_other_words, words.medicine, words.dosage
        ),
        "addmed_what_time": partial(
            new_medicines.ask_schedule, words.medicine, (), so_far=words.dosage
        ),
        "addmed_confirm": partial(
            new_medicines.confirm,
            name=words.medicine,
            dosage=Dosage(words.dosage),
            schedule=weekly,
            person=words.person,
            zone=LONDON,
            buttons=(save, change, cancel),
        ),
        "addmed_confirm_with_words_left_out": partial(
            new_medicines.confirm,
            name=words.medicine,
            dosage=Dosage(words.dosage),
            schedule=weekly,
            person=words.person,
            zone=LONDON,
            buttons=(save, change, cancel),
            unkept=words.instructions,
            keep=choice(new_medicines.keep_label()),
        ),
        "addmed_confirm_after_a_change": partial(
            new_medicines.confirm,
            name=words.medicine,
            dosage=Dosage(words.dosage),
            schedule=weekly,
            person=words.person,
            zone=LONDON,
            buttons=(save, change, cancel),
            before=words.dosage,
        ),
        "addmed_later_end": partial(new_medicines.later_end, NOW.date()),
        "addmed_already_so": partial(new_medicines.already_so, words.medicine),
        "addmed_replaced_rhythm": partial(new_medicines.replaced_rhythm, Cycle(21, 7)),
        "addmed_other_number_of_doses": partial(new_medicines.other_number_of_doses, 5, 4),
        "addmed_due_meanwhile": partial(
            new_medicines.due_meanwhile, [NOW], person=words.person, zone=LONDON, now=NOW
        ),
        "addmed_change": partial(new_medicines.ask_what_to_change, words.medicine, parts),
        "addmed_change_without_name": partial(new_medicines.ask_what_to_change, None, parts),
        "addmed_tap_a_button": partial(conversations.tap_a_button),
        "addmed_tap_a_button_instead": partial(conversations.tap_a_button, words.medicine),
        "addmed_saved": partial(new_medicines.saved, saved, now=NOW, member=home.member),
        "addmed_saved_for_later": partial(
            new_medicines.saved,
            replace(saved, schedule=weekly, first_due_at=datetime(2026, 12, 2, 9, tzinfo=UTC)),
            now=NOW,
            member=home.member,
        ),
        "addmed_saved_without_a_dose": partial(
            new_medicines.saved, replace(saved, first_due_at=None), now=NOW, member=home.member
        ),
        "addmed_saved_as_needed": partial(
            new_medicines.saved, replace(saved, schedule=AS_NEEDED), now=NOW, member=home.member
        ),
        "addmed_same": partial(
            new_medicines.ask_same,
            new_medicines.in_short(saved),
            name=words.medicine,
            existing_name=words.medicine,
            person=words.person,
            both=choice(new_medicines.both_label()),
            change=change,
            cancel=cancel,
        ),
        "addmed_alike": partial(
            new_medicines.ask_same,
            new_medicines.in_short(saved),
            name=words.other_family,
            existing_name=words.medicine,
            person=words.person,
            both=choice(new_medicines.different_label()),
            change=change,
            cancel=cancel,
        ),
        "addmed_removed": partial(
            new_medicines.removed, RemovedMedicine(saved.name, saved.dosage, saved.schedule)
        ),
        "addmed_removed_with_times": partial(
            new_medicines.removed,
            RemovedMedicine(
                saved.name,
                saved.dosage,
                saved.schedule,
                person=words.person,
                parts={PartOfDay.BREAKFAST, PartOfDay.BEDTIME},
                day=DayTimes({PartOfDay.BEDTIME: time(21, 30)}),
            ),
        ),
        "addmed_what_time_with_buttons": partial(
            new_medicines.ask_schedule,
            words.medicine,
            [choice("08:00"), choice("12:00"), choice("20:00")],
            so_far=words.dosage,
        ),
        "addmed_interval": partial(
            medicine_changes.ask_interval,
            words.medicine,
            [choice(medicine_changes.hours_label(hours)) for hours in (4, 6, 8)],
            choice(medicine_changes.unknown_label()),
        ),
        "addmed_most": partial(
            medicine_changes.ask_max_per_day,
            words.medicine,
            [choice("2"), choice("4")],
            choice(medicine_changes.unknown_label()),
        ),
        **_medicine_change_screens(home, weekly),
    }


def _medicine_change_screens(home: Home, weekly: WallClock) -> Mapping[str, View]:
    words, today = home.words, NOW.date()
    save, change, cancel = map(
        choice,
        (conversations.save_label(), conversations.change_label(), conversations.cancel_label()),
    )
    one, half = Dosage("1 tablet", Decimal(1), "tablet"), Dosage("½", Decimal("0.5"), "tablet")
    both = replace(weekly, times=(time(8), time(22)), dosages=(one, half), days=Daily())
    old = Content(words.medicine, Dosage(words.dosage), weekly)
    new = Content(words.medicine, Dosage(words.dosage), replace(both, ends_on=None))
    presets = medicine_changes.change_presets(keeps_days=True, keeps_hours=True)
    places = [
        Place("t0", one, (time(8),)),
        Place("s1", half, (time(8), time(20)), step=2),
    ]
    labels = [
        *map(medicine_changes.place_label, places),
        medicine_changes.all_label(),
        medicine_changes.strength_label(Dosage(words.dosage)),
    ]
    buttons = [choice(label) for label in labels]
    days = Weekly(frozenset(Weekday(n) for n in range(5)))
    weekend = Weekly(frozenset({Weekday.SATURDAY, Weekday.SUNDAY}))
    plans = [
        medicine_changes.place_label(place)
        for place in (
            Place("p0", one, (time(8), time(22)), days=days),
            Place("p1", half, (time(10),), days=weekend, ends_on=date(2026, 12, 31)),
            Place("p2", None, (time(12),), days=Monthly(frozenset({1}))),
        )
    ]
    return {
        "changemed_dosage": partial(
            medicine_changes.ask_new_dosage,
            words.medicine,
            medicine_changes.amount_now(Dosage(words.dosage), both, zone=LONDON, today=today),
            person=words.person,
        ),
        "changemed_what": partial(
            new_medicines.ask_what_to_change,
            words.medicine,
            [*map(choice, new_medicines.part_labels().values())],
            person=words.person,
        ),
        "changemed_when": partial(
            medicine_changes.ask_new_schedule,
            words.medicine,
            medicine_changes.schedule_now(weekly, zone=LONDON, today=today),
            [choice(label) for label in presets.values()],
        ),
        "changemed_times": partial(
            medicine_changes.ask_times, words.medicine, [choice("06:00, 14:00"), choice("06:00")]
        ),
        "changemed_which": partial(
            medicine_changes.ask_which, words.medicine, buttons, about=Topic.AMOUNT
        ),
        "changemed_which_step": partial(
            medicine_changes.ask_which, words.medicine, buttons[:2], about=Topic.STEP_TIMES
        ),
        "changemed_which_times": partial(
            medicine_changes.ask_which,
            words.medicine,
            [*map(choice, plans), choice(medicine_changes.all_label())],
            about=Topic.TIMES,
        ),
        "changemed_which_days": partial(
            medicine_changes.ask_which, words.medicine, [*map(choice, plans)], about=Topic.DAYS
        ),
        "changemed_which_end": partial(
            medicine_changes.ask_which,
            words.medicine,
            [*map(choice, plans), choice(medicine_changes.all_label())],
            about=Topic.END,
        ),
        "changemed_each": partial(medicine_changes.ask_amount_each, words.medicine, buttons[:2]),
        "changemed_review": partial(
            medicine_changes.review,
            old,
            new,
            concerns=tuple(Concern),
            person=words.person,
            zone=LONDON,
            today=today,
            buttons=(save, change, cancel),
        ),
        "changemed_nothing": partial(new_medicines.nothing_changed, home.saved, now=NOW),
    }


def meds_screens(home: Home) -> Mapping[str, View]:
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

    def listed(lines: Sequence[MedicineLine], page: int = 0, member: Member = home.member) -> View:
        return partial(meds.medicines, lines, page=page, member=member, now=NOW)

    def shown(details: MedicineDetails, member: Member = home.member) -> View:
        may_record = member.role is not Role.VIEWER
        return partial(meds.medicine, details, member=member, now=NOW, may_record=may_record)

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
    called = replace(saved, nicknames=("white", "little yellow"))
    needed = replace(home.outlook, medicine=replace(saved, schedule=AS_NEEDED), limit=4)
    quiet = replace(saved, status=MedicineStatus.PAUSED, resumes_at=back, first_due_at=None)
    over = replace(saved, status=MedicineStatus.STOPPED, first_due_at=None)
    screen = Screen("…")
    larger = replace(due, becomes=Dosage("2 tablets", Decimal(2), "tablet"))

    def open_doses_changed(*, changed: Sequence[DoseFacts], answered: Sequence[DoseFacts]) -> View:
        return partial(
            meds.open_doses_changed,
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
        "meds_none_for_a_viewer": listed([], member=viewer),
        "meds_one_person": listed([line]),
        "meds_two_people": listed(lines),
        "meds_second_page": listed([line] * 25, page=1),
        "med": shown(details),
        "med_open": shown(replace(details, outlook=replace(home.outlook, medicine=still_open))),
        "med_without_a_measure": shown(MedicineDetails(home.outlook, unmeasured)),
        "med_nicknamed": shown(replace(details, outlook=replace(home.outlook, medicine=called))),
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
        "changed_open": open_doses_changed(changed=[home.dose()], answered=[]),
        "changed_open_answered": open_doses_changed(
            changed=[], answered=[home.dose(DoseStatus.TAKEN)]
        ),
        "changed_open_of_another_change": partial(meds.change_superseded, saved),
        "changed_meanwhile": partial(meds.changed_meanwhile, saved, now=NOW),
        "give_now_of_what_has_changed": partial(meds.has_changed, words.medicine, screen),
        "stopped": partial(meds.stopped, screen, over, now=NOW),
        "stopped_while_open": partial(
            meds.stopped, screen, replace(over, called_off=[due]), now=NOW
        ),
        "restored": partial(meds.restored, screen),
        "resumed": partial(meds.resumed, screen, saved, now=NOW),
        "resumed_of_a_course_that_is_over": partial(
            meds.resumed, screen, over_since(saved), now=NOW
        ),
        "med_paused_beyond_its_course": shown(
            replace(
                details,
                outlook=replace(
                    home.outlook,
                    medicine=replace(over_since(quiet), resumes_at=None),
                ),
            )
        ),
    }


def over_since(medicine: MedicineFacts) -> MedicineFacts:
    """A course that ended yesterday."""
    course = WallClock((time(8),), date(2026, 11, 20), date(2026, 11, 22))
    return replace(medicine, schedule=course, first_due_at=None)
