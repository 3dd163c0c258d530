"""A file with more exceptions than anybody makes, as a phone opens it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.features.appointments.views.calendar_files import calendar_file
from domain.appointments.calendars import CalendarEntry, Deviation
from domain.appointments.recurrences import Frequency, Recurrence
from tests.phone_calendar import PhoneCalendar

LONDON = ZoneInfo("Europe/London")
FIRST = datetime(2026, 11, 24, 8)
DAY = timedelta(days=1)


def at(day: int, hour: int) -> datetime:
    """UTC of *hour* by London's clock, so many days after the first."""
    return (FIRST.replace(hour=hour) + day * DAY).replace(tzinfo=LONDON).astimezone(UTC)


def test_five_hundred_exceptions_show_what_is_planned() -> None:
    called_off = [Deviation(at(n, 8), at(n, 8), is_cancelled=True) for n in range(300)]
    moved = [Deviation(at(n, 8), at(n, 11), is_cancelled=False) for n in range(300, 500)]
    entry = CalendarEntry(
        uid="series@carecircle",
        sequence=501,
        title="Dressing",
        person="Mum",
        zone=LONDON,
        starts_at=FIRST,
        duration=timedelta(minutes=30),
        recurrence=Recurrence(Frequency.DAILY, count=510),
        exceptions=[*called_off, *moved],
        is_cancelled=False,
        doctor=None,
        phone=None,
        place=None,
        bring=None,
        note=None,
    )
    file = calendar_file([entry], name="appointment", now=at(0, 7)).document
    assert file is not None
    phone = PhoneCalendar(LONDON)
    phone.open(file.content)
    shown = [each.starts_at for each in phone.shown(at(-1, 0), at(600, 0))]
    assert shown == [at(n, 11) for n in range(300, 500)] + [at(n, 8) for n in range(500, 510)]
