"""What other times of a person's day move, worded for every question about them."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from bot.ui.answer import Screen
from bot.ui.refusals import times_of_day_clash
from bot.ui.wording import _, escape, listed
from bot.ui.words.regimens.parts_of_day import time_in_words
from domain.medicines.changes.day_times import MovedMedicine
from domain.medicines.errors import TimesOfDayClash
from domain.medicines.schedules.moments import USUAL_TIMES, PartOfDay

_OFFERED = tuple(timedelta(minutes=minutes) for minutes in (-60, -30, 0, 30, 60, 90))
_ANY_DAY = date(2000, 1, 2)


def day_times_label() -> str:
    return _("🕗 Times of day")


def times_around(part: PartOfDay) -> Sequence[time]:
    """The usual time of a part of the day and those around it, to offer as buttons."""
    usual = datetime.combine(_ANY_DAY, USUAL_TIMES[part])
    return [(usual + by).time() for by in _OFFERED]


def moves_in_words(moved: Sequence[MovedMedicine]) -> Sequence[str]:
    """ "Levothyroxine moves from 07:30 to 07:00." for each (no HTML)."""
    return [
        _("{name} moves {times}.").format(name=each.name, times=listed(_steps(each.times)))
        for each in moved
    ]


def _steps(times: Sequence[tuple[time, time]]) -> Sequence[str]:
    words = _("from {old} to {new}")
    return [words.format(old=time_in_words(old), new=time_in_words(new)) for old, new in times]


def changed_meanwhile(name: str) -> Screen:
    words = _(
        "⚠️ Somebody has changed {name}'s day or medicines in the meantime. Please check again:"
    )
    return Screen(words.format(name=escape(name)))


def clash(error: TimesOfDayClash) -> Screen:
    """Which medicine can't follow; nothing was changed."""
    return Screen(escape(times_of_day_clash(error)))
