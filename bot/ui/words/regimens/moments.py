"""The part of the day at which something is given, in words."""

from collections.abc import Callable, Mapping

from bot.ui.wording import _
from bot.ui.words.times import length_words
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation


def moment_in_words(moment: Moment) -> str:
    """ "before breakfast", "30 minutes after dinner", "at bedtime"."""
    words = _WORDS[moment.relation](moment.part)
    if moment.distance is None:
        return words
    return _("{length} {moment}").format(length=length_words(moment.distance), moment=words)


def _at(part: PartOfDay) -> str:
    return {
        PartOfDay.MORNING: _("in the morning"),
        PartOfDay.BREAKFAST: _("at breakfast"),
        PartOfDay.NOON: _("at noon"),
        PartOfDay.LUNCH: _("at lunch"),
        PartOfDay.AFTERNOON: _("in the afternoon"),
        PartOfDay.DINNER: _("at dinner"),
        PartOfDay.EVENING: _("in the evening"),
        PartOfDay.BEDTIME: _("at bedtime"),
    }[part]


def _with(part: PartOfDay) -> str:
    meals = {
        PartOfDay.BREAKFAST: _("with breakfast"),
        PartOfDay.LUNCH: _("with lunch"),
        PartOfDay.DINNER: _("with dinner"),
    }
    return meals.get(part) or _at(part)


def _before(part: PartOfDay) -> str:
    return {
        PartOfDay.MORNING: _("before the morning"),
        PartOfDay.BREAKFAST: _("before breakfast"),
        PartOfDay.NOON: _("before noon"),
        PartOfDay.LUNCH: _("before lunch"),
        PartOfDay.AFTERNOON: _("before the afternoon"),
        PartOfDay.DINNER: _("before dinner"),
        PartOfDay.EVENING: _("before the evening"),
        PartOfDay.BEDTIME: _("before bedtime"),
    }[part]


def _after(part: PartOfDay) -> str:
    return {
        PartOfDay.MORNING: _("after the morning"),
        PartOfDay.BREAKFAST: _("after breakfast"),
        PartOfDay.NOON: _("after noon"),
        PartOfDay.LUNCH: _("after lunch"),
        PartOfDay.AFTERNOON: _("after the afternoon"),
        PartOfDay.DINNER: _("after dinner"),
        PartOfDay.EVENING: _("after the evening"),
        PartOfDay.BEDTIME: _("after bedtime"),
    }[part]


_WORDS: Mapping[Relation, Callable[[PartOfDay], str]] = {
    Relation.AT: _at,
    Relation.BEFORE: _before,
    Relation.WITH: _with,
    Relation.AFTER: _after,
}
