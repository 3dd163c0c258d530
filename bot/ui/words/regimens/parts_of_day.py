"""Words for the parts of a person's day and their times."""

from collections.abc import Collection
from datetime import time

from bot.ui.wording import _
from bot.ui.words.times import show_clock
from domain.medicines.schedules.moments import DayTimes, PartOfDay


def part_name(part: PartOfDay) -> str:
    match part:
        case PartOfDay.MORNING:
            return _("morning")
        case PartOfDay.BREAKFAST:
            return _("breakfast")
        case PartOfDay.NOON:
            return _("noon")
        case PartOfDay.LUNCH:
            return _("lunch")
        case PartOfDay.AFTERNOON:
            return _("afternoon")
        case PartOfDay.DINNER:
            return _("dinner")
        case PartOfDay.EVENING:
            return _("evening")
        case PartOfDay.BEDTIME:
            return _("bedtime")


def time_in_words(at: time) -> str:
    return show_clock(at)


def times_in_words(day: DayTimes, parts: Collection[PartOfDay]) -> str:
    """ "breakfast 07:30, bedtime 22:00 (assumed)", in the order of the day."""
    return ", ".join(_time_of_part(day, part) for part in PartOfDay if part in parts)


def _time_of_part(day: DayTimes, part: PartOfDay) -> str:
    words = _("{part} {time}")
    if part not in day.named:
        words = _("{part} {time} (assumed)")
    return words.format(part=part_name(part), time=time_in_words(day.at(part)))
