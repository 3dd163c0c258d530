"""Screens about pauses."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.features.medicines.views import (
    pause_ends,
)
from bot.features.medicines.views.pausing import course_questions, outcomes, pause_questions
from bot.ui.answer import Screen
from domain.family.running_pauses import Pause
from domain.medicines.dosages import Dosage
from domain.medicines.facts import MedicineFacts
from domain.medicines.pauses.notices import PauseEndsFacts
from domain.medicines.pauses.paused_people import PausedPerson
from domain.medicines.schedules.kinds import AsNeeded, WallClock
from domain.models.medicines import MedicineStatus
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import AS_NEEDED, FAMILY_ID, LONDON, NOW, Home, View
from tests.unit.views.screens.medicines.content import over_since


def pause_screens(home: Home) -> Mapping[str, View]:
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
    both = PausedPerson(person, [quiet, over], [saved])
    (second, strength), (third, _) = words.others
    resumed = PausedPerson(
        home.person,
        [saved, replace(saved, name=second, dosage=Dosage(strength), schedule=course)],
        [replace(quiet, name=third)],
    )
    ends = PauseEndsFacts(FAMILY_ID, person, until, NOW, [words.medicine] * 2, None)
    choices = [choice(label) for label in pause_questions.pause_choices().values()]
    of_appointments = [choice(label) for label in pause_questions.appointment_labels().values()]

    def asked(*, is_person: bool, is_change: bool) -> View:
        return partial(
            pause_questions.ask_until_when,
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
        is_person: bool = True,
    ) -> View:
        labels = pause_questions.running_labels(
            runs=shown is not None, new_end=end, never_ends=never_ends
        ).values()
        return partial(
            pause_questions.ask_about_running,
            words.person if is_person else words.medicine,
            shown,
            zone=LONDON,
            now=NOW,
            new_end=end,
            never_ends=never_ends,
            is_person=is_person,
            buttons=[choice(label) for label in labels],
        )

    def course_asked(days: int, *, by: int, labels: Sequence[str]) -> View:
        return partial(
            course_questions.ask_course,
            name=words.medicine,
            person=words.person,
            state=course_questions.course_state(MedicineStatus.PAUSED, until, zone=LONDON, now=NOW),
            zone=LONDON,
            days=days,
            schedule=course,
            changed=replace(course, ends_on=course_ends + timedelta(days=by)),
            buttons=[choice(label) for label in labels],
        )

    def course_longer(days: int) -> View:
        ends_on = course_ends + timedelta(days=days)
        labels = (
            course_questions.lengthen_label(ends_on),
            course_questions.keep_label(course_ends, new_end=ends_on),
        )
        return course_asked(days, by=days, labels=labels)

    over_now = course_questions.course_state(MedicineStatus.ACTIVE, None, zone=LONDON, now=NOW)
    stopped = course_questions.course_state(MedicineStatus.STOPPED, None, zone=LONDON, now=NOW)

    def noticed(facts: PauseEndsFacts) -> View:
        return partial(pause_ends.pause_ends, facts)

    def paused(facts: MedicineFacts) -> View:
        return partial(outcomes.paused, facts, member=home.member, now=NOW)

    def person_paused(facts: PausedPerson) -> View:
        return partial(outcomes.person_paused, facts, member=home.member, now=NOW)

    later = replace(person, pause=replace(pause, until=until + timedelta(days=3)))
    return {
        "pause_what": partial(
            pause_questions.ask_what,
            [
                choice(pause_questions.everything_label(words.person)),
                choice(pause_questions.medicine_label(words.medicine, None)),
                choice(pause_questions.medicine_label(words.medicine, words.other_person)),
            ],
        ),
        "pause_nothing": partial(pause_questions.nothing_to_pause),
        "pause_asked": asked(is_person=False, is_change=False),
        "pause_asked_for_person": asked(is_person=True, is_change=False),
        "pause_asked_for_longer": asked(is_person=True, is_change=True),
        "pause_has_passed": partial(pause_questions.end_impossible, is_too_far=False),
        "pause_too_long": partial(pause_questions.end_impossible, is_too_far=True),
        "pause_runs": running((until, None)),
        "pause_runs_of_medicine": running((until, None), is_person=False),
        "pause_runs_with_person": running(
            (until, words.person), date(2026, 11, 28), is_person=False
        ),
        "pause_runs_open_with_person": running((None, words.person), is_person=False),
        "pause_runs_and_is_to_be_open": running((until, None), never_ends=True),
        "pause_runs_no_more": running(None),
        "pause_runs_no_more_of_medicine": running(None, is_person=False),
        "pause_runs_no_more_until": running(None, date(2026, 11, 28)),
        "pause_runs_no_more_open": running(None, never_ends=True),
        "pause_left": partial(pause_questions.nothing_changed),
        "pause_appointments": partial(
            pause_questions.ask_appointments, words.person, date(2026, 11, 27), of_appointments
        ),
        "pause_appointments_without_end": partial(
            pause_questions.ask_appointments, words.person, None, of_appointments
        ),
        "pause_sure": partial(
            pause_questions.ask_sure,
            words.medicine,
            date(2026, 11, 27),
            is_person=False,
            button=choice(pause_questions.pause_label()),
        ),
        "pause_sure_of_a_person": partial(
            pause_questions.ask_sure,
            words.person,
            None,
            is_person=True,
            button=choice(pause_questions.pause_label()),
        ),
        "pause_appointments_beyond_a_course": partial(
            pause_questions.ask_appointments,
            words.person,
            date(2026, 11, 27),
            of_appointments,
            stay=[(words.medicine, course_ends), (words.medicine, None)],
        ),
        "pause_appointments_beyond_all_courses": partial(
            pause_questions.ask_appointments,
            words.person,
            date(2026, 11, 27),
            of_appointments,
            stay=[(words.medicine, course_ends)],
            is_all=True,
        ),
        "pause_course": course_longer(3),
        "pause_course_of_a_day": course_longer(1),
        "pause_course_into_another_year": course_longer(40),
        "pause_course_without_end": course_asked(
            2,
            by=2,
            labels=[
                course_questions.lengthen_label(None),
                course_questions.keep_label(None, new_end=None),
            ],
        ),
        "pause_course_shorter": course_asked(
            0,
            by=-1,
            labels=[
                course_questions.shorten_label(date(2026, 11, 24)),
                course_questions.keep_longer_label(course_ends),
            ],
        ),
        "pause_course_shorter_without_end": course_asked(
            0,
            by=-1,
            labels=[course_questions.shorten_label(None), course_questions.keep_longer_label(None)],
        ),
        "pause_course_gone": partial(
            course_questions.course_gone, words.medicine, over_now, is_longer=True
        ),
        "pause_course_gone_stopped": partial(
            course_questions.course_gone, words.medicine, stopped, is_longer=False
        ),
        "pause_course_gone_removed": partial(
            course_questions.course_gone, words.medicine, None, is_longer=True
        ),
        "pause_course_changed": partial(
            course_questions.course_changed, words.medicine, over_now, is_edited=False
        ),
        "pause_course_edited": partial(
            course_questions.course_changed, words.medicine, over_now, is_edited=True
        ),
        "pause_course_all_right": partial(
            Screen, "…", ((choice(course_questions.all_right_label()),),)
        ),
        "pause_course_kept": partial(course_questions.course_kept, course_ends),
        "pause_course_kept_without_end": partial(course_questions.course_kept, None),
        "pause_course_lengthened": partial(
            course_questions.course_changed_to, saved, is_longer=True
        ),
        "pause_course_shortened": partial(
            course_questions.course_changed_to, saved, is_longer=False
        ),
        "paused": paused(quiet),
        "paused_while_open": paused(replace(quiet, called_off=[home.open_dose])),
        "paused_beyond_its_course": paused(over),
        "paused_without_return": paused(replace(quiet, resumes_at=None, first_due_at=None)),
        "paused_without_return_of_a_course": paused(replace(over, resumes_at=None)),
        "paused_of_a_course_that_is_over": paused(over_since(quiet)),
        "paused_person": person_paused(both),
        "paused_person_all_resumes": person_paused(PausedPerson(person, [quiet], [])),
        "paused_person_nothing_resumes": person_paused(
            PausedPerson(
                person,
                [over, replace(as_needed, schedule=replace(AS_NEEDED, ends_on=course_ends))],
                [],
            )
        ),
        "paused_person_beside_what_is_paused": person_paused(PausedPerson(person, [], [quiet])),
        "paused_person_without_end_of_a_course": person_paused(
            PausedPerson(without_end, [replace(over, resumes_at=None)], [])
        ),
        "paused_person_while_open": person_paused(
            PausedPerson(person, [replace(saved, called_off=[home.open_dose])], [])
        ),
        "paused_person_as_needed": person_paused(PausedPerson(person, [as_needed], [])),
        "paused_person_without_end": person_paused(PausedPerson(without_end, [saved], [])),
        "paused_person_not": partial(outcomes.not_paused_screen, home.person),
        "resumed_person": partial(outcomes.person_resumed, resumed, now=NOW),
        "resumed_nothing": partial(
            outcomes.person_resumed, PausedPerson(home.person, [], []), now=NOW
        ),
        "resumed_person_beyond_a_course": partial(
            outcomes.person_resumed,
            PausedPerson(home.person, [saved, over_since(saved)], []),
            now=NOW,
        ),
        "resumed_medicine": partial(outcomes.medicine_resumed, saved, now=NOW),
        "resumed_medicine_beyond_its_course": partial(
            outcomes.medicine_resumed, over_since(saved), now=NOW
        ),
        "resumed_medicine_open": partial(
            outcomes.medicine_resumed,
            replace(
                saved,
                open_doses=[replace(home.open_dose, due_at=NOW - timedelta(minutes=5))],
            ),
            now=NOW,
        ),
        "resumed_stopped_meanwhile": partial(outcomes.stopped_meanwhile, Screen("…")),
        "notice_pause_ends": noticed(ends),
        "notice_pause_ends_without_names": noticed(
            replace(ends, ended_courses=[words.medicine], hides_names=True)
        ),
        "notice_pause_ends_beyond_a_course": noticed(
            replace(ends, medicines=[words.medicine], ended_courses=[words.medicine])
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
        "notice_pause_kept_toast": partial(pause_ends.kept),
    }
