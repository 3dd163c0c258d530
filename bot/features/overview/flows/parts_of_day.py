"""Which hours people mean by a part of the day."""

from collections.abc import Mapping

from bot.grammar.clock_times import PARTS_OF_DAY, PartOfDay
from bot.grammar.intents.questions import Part

_HOURS: Mapping[Part, PartOfDay] = {
    Part.MORNING: PartOfDay((4, 11)),
    Part.NOON: PartOfDay((11, 14)),
    Part.AFTERNOON: PARTS_OF_DAY["afternoon"],
    Part.EVENING: PartOfDay((16, 22)),
    # "Tonight" begins where the evening does; nobody asks about the small hours of before.
    Part.NIGHT: PartOfDay((17, 4)),
}


def holds(part: Part, hour: int) -> bool:
    """Whether *hour* belongs to that *part* of the day."""
    return _HOURS[part].holds(hour)


def is_usually(part: Part, hour: int) -> bool:
    """Whether what is taken at that *hour* is taken "at night": other than tonight's, that isn't in
    the evening.
    """
    return PARTS_OF_DAY["night"].holds(hour) if part is Part.NIGHT else holds(part, hour)
