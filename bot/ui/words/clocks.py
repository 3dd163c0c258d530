"""A time of day, as the reader's clock shows it."""

from datetime import datetime, time

from babel.dates import format_time

from bot.ui.wording import hour_cycle, locale
from domain.models.family import HourCycle


def show_clock(at: time | datetime) -> str:
    """ "20:00", or "8:00 pm" for readers whose clock counts twelve hours."""
    if hour_cycle() is HourCycle.H23:
        return f"{at:%H:%M}"
    return format_time(time(at.hour, at.minute), "h:mm a", locale=locale())
