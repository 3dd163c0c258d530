"""Screens about appointments, and the questions that /addappointment asks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.appointments.views import (
    appointment_lines,
    appointment_lists,
    appointment_screen,
    attendance_questions,
    change_questions,
    confirmations,
    draft_questions,
)
from bot.features.family.views import appointments_left, people
from bot.features.overview.views import undo
from bot.ui.answer import Button, Screen
from bot.ui.presses.arguments import Pick
from bot.ui.presses.conversation import Choose
from bot.ui.presses.press import NOWHERE
from domain.access import Role
from domain.appointments.changes.clocks import MovedToHomeZone
from domain.appointments.details import DoctorNamed
from domain.appointments.occurrences.facts import Conflict, OccurrenceFacts, OccurrencePage
from domain.appointments.recurrences import ByDay, Frequency, Nth, Recurrence
from domain.database.scope import Member
from domain.local_time import Weekday
from domain.models.appointments import OccurrenceStatus
from domain.overview.own_actions import ActionKind, LastAction
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import BEN_ID, LONDON, NEW_YORK, NOW, Home, View


def appointment_screens(home: Home) -> Mapping[str, View]:
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
    in_london = replace(one, home_zone=NEW_YORK, conflicts=_told_in_london(conflicts))
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
        return partial(appointment_screen.screen, facts, member=member, now=NOW)

    def listed(
        *items: OccurrenceFacts,
        number: int = 0,
        has_more: bool = False,
        is_past: bool = False,
        member: Member = home.member,
    ) -> View:
        page = OccurrencePage(items, number, has_more, is_past)
        return partial(appointment_lists.appointments, page, member=member, now=NOW)

    def dates(
        *items: OccurrenceFacts,
        number: int = 0,
        has_more: bool = False,
        member: Member = home.member,
    ) -> View:
        page = OccurrencePage(items, number, has_more, is_past=False)
        return partial(appointment_lists.series, page, member=member, now=NOW)

    week = timedelta(weeks=1)
    cancelled_one = replace(
        series,
        starts_at=series.starts_at + week,
        ends_at=series.ends_at + week,
        status=OccurrenceStatus.CANCELLED,
    )
    moved = replace(
        series,
        starts_at=series.starts_at + 2 * week + timedelta(hours=26),
        ends_at=series.ends_at + 2 * week + timedelta(hours=26),
        moved_from=series.starts_at + 2 * week,
    )
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
        "saved": confirmations.saved,
        "moved": confirmations.moved,
        "changed": confirmations.changed,
        "changed_meanwhile": confirmations.changed_meanwhile,
    }
    body = Screen("📅")
    return {
        "appointment": screen(one),
        "appointment_series": screen(series),
        "appointment_changed_and_some_are_gone": partial(
            confirmations.changed,
            series,
            member=home.member,
            now=NOW,
            gone=[NOW + timedelta(days=count) for count in range(1, 9)],
        ),
        "undo_asked_of_a_whole_series": partial(
            undo.ask_last,
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
        "appointment_will_remind": partial(confirmations.will_remind, body),
        "appointments_of_days": listed(over_night, whole_day, several_days),
        "appointment_cut": screen(replace(series, status=OccurrenceStatus.CUT)),
        "appointment_over": screen(over),
        "appointment_over_and_told": screen(told),
        "appointment_over_without_a_word": screen(replace(told, outcome=None)),
        **{
            f"appointment_{name}": partial(view, one, member=home.member, now=NOW)
            for name, view in changed.items()
        },
        "appointment_cancelled_toast": partial(confirmations.called_off, body),
        "appointment_restored_toast": partial(confirmations.restored, body),
        "appointment_driving": partial(confirmations.driving, one, body),
        "appointment_driving_every_time": partial(
            confirmations.driving, replace(one, conflicts=conflicts), body, is_every=True
        ),
        "appointment_not_driving": partial(confirmations.not_driving, None),
        "appointment_noted": partial(confirmations.noted, None),
        "appointment_ask_whom": partial(
            attendance_questions.ask_whom,
            [words.anna, words.ben],
            buttons=[choice(attendance_questions.ask_label(one, now=NOW))],
        ),
        "appointment_driver_asked": partial(
            attendance_questions.driver_asked, [words.ben], one, member=home.member, now=NOW
        ),
        "appointment_outcome_saved": partial(
            attendance_questions.outcome_saved, one, member=home.member
        ),
        "appointments_none": listed(),
        "appointments_none_past": listed(is_past=True),
        "appointments": listed(one, replace(series, starts_at=one.starts_at), cancelled),
        "appointments_by_several_clocks": listed(*around_the_world),
        "appointments_by_several_clocks_read_in_tokyo": listed(*around_the_world, member=in_tokyo),
        "appointments_of_a_series": listed(one, series, moved),
        "appointment_dates": dates(series, cancelled_one, moved),
        "appointment_dates_second_page": dates(series, number=1, has_more=True, member=in_tokyo),
        "appointments_second_page": listed(one, number=1, has_more=True),
        "appointments_past": listed(told, is_past=True, has_more=True),
        "appointments_for_a_viewer": listed(one, member=replace(viewer, zone=in_tokyo.zone)),
        "appointments_no_calendar": partial(appointment_lists.no_calendar, member=home.member),
        "appointment_of_one_who_moved": screen(in_london),
        "appointment_of_one_who_moved_read_there": screen(
            in_london, replace(home.member, zone=NEW_YORK)
        ),
        "appointment_all_day_of_one_who_moved": screen(replace(whole_day, home_zone=NEW_YORK)),
        "appointments_of_one_who_moved": listed(
            in_london, replace(over_night, home_zone=NEW_YORK), one
        ),
        **screens_of_appointments_left(home, in_london, replace(series, home_zone=NEW_YORK)),
    }


def _told_in_london(conflicts: Sequence[Conflict]) -> Sequence[Conflict]:
    """Of somebody who lives elsewhere by now, and again on other days."""
    return [replace(each, home_zone=NEW_YORK, comes_again=True) for each in conflicts]


def screens_of_appointments_left(home: Home, *found: OccurrenceFacts) -> Mapping[str, View]:
    button = Button("1", Choose(flow_id=NOWHERE, pick=Pick(1, "x")).encode())

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
            MovedToHomeZone(facts, stayed),
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


def appointment_question_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    button = Button("1", Choose(flow_id=NOWHERE, pick=Pick(1, "x")).encode())
    rows = ((button,),)
    day = date(2026, 12, 3)
    parts = change_questions.part_labels()
    return {
        "appointment_ask_title": partial(draft_questions.ask_title),
        "appointment_ask_person": partial(
            draft_questions.with_title, draft_questions.ask_title(), words.medicine
        ),
        "appointment_ask_day": partial(draft_questions.ask_day, words.medicine, rows),
        "appointment_ask_time": partial(
            draft_questions.ask_time, words.medicine, day, today=NOW.date(), buttons=rows
        ),
        "appointment_ask_time_of_a_series": partial(
            draft_questions.ask_time, words.medicine, None, today=NOW.date(), buttons=rows
        ),
        "appointment_ask_day_by_place": partial(
            draft_questions.with_zone_note,
            draft_questions.ask_day(words.medicine, rows),
            NEW_YORK.key,
        ),
        "appointment_ask_meant": partial(
            draft_questions.ask_meant, words.medicine, words.family, [button, button]
        ),
        "appointment_ask_repeat": partial(draft_questions.ask_repeat, words.medicine, rows),
        "appointment_ask_which_doctor": partial(
            draft_questions.ask_which_doctor, words.ben, [button]
        ),
        "appointment_confirm": partial(
            draft_questions.confirm,
            home.series.details,
            person=words.person,
            when=draft_questions.planned_words(
                datetime(2026, 12, 3, 9),
                home.series.details,
                None,
                zone=LONDON,
                today=NOW.date(),
            ),
            reminder=appointment_lines.reminder_line(
                home.series.reminders_ahead(now=NOW), is_set=True, is_all_day=False
            ),
            buttons=rows,
        ),
        "appointment_sure_to_move": partial(
            change_questions.ask_sure_to_move,
            words.medicine,
            datetime(2026, 11, 24, 10),
            datetime(2026, 11, 27, 16, 30),
            today=NOW.date(),
            is_all_day=False,
            place="Europe/London",
            button=button,
        ),
        "appointment_ask_reach_to_move": partial(
            change_questions.ask_reach, words.medicine, [button], to_call_off=False
        ),
        "appointment_ask_reach_of_what_was_typed": partial(
            change_questions.ask_reach,
            words.medicine,
            [button],
            to_call_off=False,
            typed=words.medicine,
        ),
        "appointment_ask_reach_of_change": partial(
            change_questions.ask_reach_of_change, words.medicine, [button]
        ),
        "appointment_ask_reach_to_cancel": partial(
            change_questions.ask_reach,
            words.medicine,
            change_questions.call_off_buttons(home.series, member=home.member),
            to_call_off=True,
        ),
        "appointment_ask_what_to_change": partial(
            change_questions.ask_what_to_change, words.medicine, [button, button, button]
        ),
        **{
            f"appointment_ask_new_{part}": partial(
                change_questions.ask_part, part, words.medicine, rows
            )
            for part in parts
        },
        **{
            f"appointment_review_repetition_{name}": partial(
                change_questions.review_repetition,
                words.medicine,
                now="every Wednesday until 28 July 2027",
                then=then,
                once_on=NOW.date(),
                buttons=[button] * 3,
            )
            for name, then in (("later", "every Wednesday"), ("once", None))
        },
        "appointment_ask_days": partial(change_questions.ask_days, words.medicine, [button] * 4),
        "appointment_ask_whether": partial(
            attendance_questions.ask_whether,
            words.medicine,
            words.person,
            words.ben,
            buttons=[choice(attendance_questions.save_label())],
        ),
        "appointment_ask_outcome": partial(
            attendance_questions.ask_outcome, words.medicine, words.person
        ),
        "people_ask_own_place": partial(people.ask_own_place, [button]),
        "people_own_clock_set": partial(people.own_clock_set, LONDON, now=NOW),
    }
