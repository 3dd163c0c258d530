"""Parts of a person's day in words, beside the clock time that they are now."""

from collections.abc import Mapping, Sequence
from datetime import time

from bot.ui.wording import _, listed
from bot.ui.words.times import length_words
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation


def moment_in_words(moment: Moment) -> str:
    """ "before breakfast", "30 minutes before breakfast", "at bedtime"."""
    words = _names(moment.relation)[moment.part]
    if moment.distance is None:
        return words
    return _("{length} {moment}").format(length=length_words(moment.distance), moment=words)


def times_in_words(times: Sequence[time], moments: Sequence[Moment | None] | None) -> str:
    """ "at 08:00 and 20:00", "before breakfast (07:30) and at 20:00"."""
    if moments is None or not any(moments):
        return _("at {times}").format(times=listed([clock(at) for at in times]))
    return listed(
        [
            _("at {times}").format(times=clock(at))
            if moment is None
            else _("{moment} ({time})").format(moment=moment_in_words(moment), time=clock(at))
            for at, moment in zip(times, moments, strict=True)
        ]
    )


def clock(at: time) -> str:
    return f"{at:%H:%M}"


def _names(relation: Relation) -> Mapping[PartOfDay, str]:
    match relation:
        case Relation.AT:
            return {
                PartOfDay.MORNING: _("in the morning"),
                PartOfDay.BREAKFAST: _("at breakfast"),
                PartOfDay.NOON: _("at noon"),
                PartOfDay.LUNCH: _("at lunch"),
                PartOfDay.AFTERNOON: _("in the afternoon"),
                PartOfDay.DINNER: _("at dinner"),
                PartOfDay.EVENING: _("in the evening"),
                PartOfDay.BEDTIME: _("at bedtime"),
            }
        case Relation.BEFORE:
            return {
                PartOfDay.MORNING: _("before the morning"),
                PartOfDay.BREAKFAST: _("before breakfast"),
                PartOfDay.NOON: _("before noon"),
                PartOfDay.LUNCH: _("before lunch"),
                PartOfDay.AFTERNOON: _("before the afternoon"),
                PartOfDay.DINNER: _("before dinner"),
                PartOfDay.EVENING: _("before the evening"),
                PartOfDay.BEDTIME: _("before bedtime"),
            }
        case Relation.WITH:
            return {
                **_names(Relation.AT),
                PartOfDay.BREAKFAST: _("with breakfast"),
                PartOfDay.LUNCH: _("with lunch"),
                PartOfDay.DINNER: _("with dinner"),
            }
        case Relation.AFTER:
            return {
                PartOfDay.MORNING: _("after the morning"),
                PartOfDay.BREAKFAST: _("after breakfast"),
                PartOfDay.NOON: _("after noon"),
                PartOfDay.LUNCH: _("after lunch"),
                PartOfDay.AFTERNOON: _("after the afternoon"),
                PartOfDay.DINNER: _("after dinner"),
                PartOfDay.EVENING: _("after the evening"),
                PartOfDay.BEDTIME: _("after bedtime"),
            }
