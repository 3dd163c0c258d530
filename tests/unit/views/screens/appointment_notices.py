"""What the bot says by itself about appointments, and calendar files."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.features.appointments.views import appointment_notices, calendar_files
from domain.access import Role
from domain.appointments.calendars import CalendarEntry, Deviation
from domain.appointments.notices.calendar_updates import CalendarFacts
from domain.appointments.notices.reminders import AppointmentFacts, AppointmentItem
from domain.appointments.recurrences import ByDay, Frequency, Recurrence
from domain.local_time import Weekday
from domain.models.appointments import OccurrenceStatus
from domain.timers import Step
from tests.unit.views.screens.home import (
    ANNA_ID,
    BEN_ID,
    FAMILY_ID,
    LONDON,
    NEW_YORK,
    NOW,
    PERSON_ID,
    Home,
    View,
)


def appointment_notice_screens(home: Home) -> Mapping[str, View]:
    one, series, words = home.appointment, home.series, home.words
    day_before, afterwards = one.starts_at - timedelta(days=1), one.ends_at + timedelta(hours=1)
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
        "notice_appointment_late": notice(remind, is_late=True),
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
            AppointmentItem(Step.ASK_OUTCOME, replace(one, home_zone=NEW_YORK)), now=afterwards
        ),
        "notice_appointment_for_a_viewer": notice(remind, reader_role=Role.VIEWER),
        "notice_appointment_soon": notice(AppointmentItem(Step.SOON, one)),
        "notice_appointment_moved": notice(AppointmentItem(tell, one)),
        "notice_appointment_cancelled": notice(AppointmentItem(tell, cancelled)),
        "notice_who_drives": notice(AppointmentItem(ask, one)),
        "notice_who_drives_found": notice(
            AppointmentItem(ask, replace(one, driver_id=BEN_ID, driver=words.ben))
        ),
        "notice_how_did_it_go": notice(outcome, now=afterwards),
        "notice_how_did_it_go_for_a_viewer": notice(
            outcome, now=afterwards, reader_role=Role.VIEWER
        ),
        "notice_how_it_went": notice(AppointmentItem(Step.ASK_OUTCOME, over), now=afterwards),
        "notice_reminder_of_what_is_over": notice(
            AppointmentItem(Step.REMIND, over), now=over.ends_at
        ),
    }


def calendar_file_screens(home: Home) -> Mapping[str, View]:
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
