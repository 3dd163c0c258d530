"""Parts of the day and meals: "in the morning", "before breakfast and dinner", "half an hour after
lunch", "at bedtime".
"""

from collections.abc import Mapping
from datetime import timedelta

from bot.grammar.clock_times import MEALS, PARTS_OF_DAY
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.counts import length_ahead
from bot.grammar.schedule_parts.cursor import ScheduleCursor
from bot.grammar.schedule_parts.parts import MomentWord
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation

_PARTS: Mapping[str, PartOfDay] = {
    "morning": PartOfDay.MORNING,
    "waking": PartOfDay.MORNING,
    "afternoon": PartOfDay.AFTERNOON,
    "evening": PartOfDay.EVENING,
    "night": PartOfDay.BEDTIME,
    "noontime": PartOfDay.NOON,
    "breakfast": PartOfDay.BREAKFAST,
    "lunch": PartOfDay.LUNCH,
    "lunchtime": PartOfDay.LUNCH,
    "dinner": PartOfDay.DINNER,
    "dinnertime": PartOfDay.DINNER,
    "supper": PartOfDay.DINNER,
    "suppertime": PartOfDay.DINNER,
    "bed": PartOfDay.BEDTIME,
    "bedtime": PartOfDay.BEDTIME,
    "sleep": PartOfDay.BEDTIME,
    "sleeping": PartOfDay.BEDTIME,
}
#: Meals as hours for "tea", which is a drink, an afternoon meal or supper: it has no moment.
_VAGUE = {"tea", "teatime"}
_RELATIONS = {
    "before": Relation.BEFORE,
    "with": Relation.WITH,
    "during": Relation.WITH,
    "after": Relation.AFTER,
}
_LEADING = {"in", "at", "for", "every", "each", "by", "on"}
_ALL_MEALS = {"meal", "meals", "mealtime", "mealtimes"}
_HALF = (("half", "an", "hour"), ("half", "a", "hour"), ("half", "hour"), ("½", "hour"))
_HOUR = (("an", "hour"), ("one", "hour"))
_TWO_WORDS = {("evening", "meal"): "dinner", ("going", "to"): "", ("go", "to"): ""}


def read_moment(cursor: ScheduleCursor) -> bool:
    """every morning · at night · half an hour before breakfast and dinner · at bedtime."""
    distance, used = _distance(cursor)
    relation = _RELATIONS.get(cursor.peek(used) if used else cursor.word)
    if distance is not None and relation not in {Relation.BEFORE, Relation.AFTER}:
        return False
    leading = cursor.peek(used) if used else cursor.word
    if relation is not None or leading in _LEADING:
        used += 1
    while cursor.peek(used) in {
        "the",
        "each",
        "every",
        "your",
        "her",
        "his",
        "first",
        "thing",
        "in",
    }:
        if cursor.peek(used) == "in" and cursor.peek(used + 1) not in {"the", "morning"}:
            break
        used += 1
    name, name_used = _name(cursor, used)
    if (
        not name
        or cursor.word == "on"
        or (leading == "for" and name not in _ALL_MEALS | MEALS.keys())
    ):
        return False
    if name in _ALL_MEALS:
        cursor.parts.all_meals = relation or Relation.WITH
        cursor.at += used + name_used
        return True
    moment = _moment(name, relation, distance)
    _take(cursor, used + name_used, name, moment, is_suffix=leading in {"in", "at"})
    while moment is not None and relation is not None:
        more = _another(cursor)
        if more is None:
            break
        joint, name = more
        _take(cursor, joint + 1, name, _moment(name, relation, distance), is_suffix=False)
    return True


def _take(
    cursor: ScheduleCursor, used: int, name: str, moment: Moment | None, *, is_suffix: bool
) -> None:
    typed = cursor.line.typed(cursor.tokens[cursor.at : cursor.at + used])
    is_joined = cursor.peek(-1) in {"and", "&", "+"} or cursor.word in {"and", "&", "+"}
    hours = PARTS_OF_DAY.get(name) or MEALS.get(name) or MEALS.get(f"{name.removesuffix('time')}")
    if moment is not None and moment.part is PartOfDay.BEDTIME and hours is None:
        hours = MEALS["bed"]
    cursor.clock.append(MomentWord(typed, moment, hours, is_suffix, is_joined))
    cursor.at += used


def _distance(cursor: ScheduleCursor) -> tuple[timedelta | None, int]:
    """ "half an hour", "30 min", "1 hour": the time before or after, and the tokens it takes."""
    for phrases, length in ((_HALF, timedelta(minutes=30)), (_HOUR, timedelta(hours=1))):
        for phrase in phrases:
            if tuple(cursor.peek(n) for n in range(len(phrase))) == phrase:
                return length, len(phrase)
    ahead = length_ahead(cursor, 0)
    if ahead is None or cursor.peek(ahead[1]) not in {"before", "after"}:
        return None, 0
    return ahead


def _name(cursor: ScheduleCursor, at: int) -> tuple[str, int]:
    """The part of the day or the meal at *at*, singular, and the tokens it takes."""
    used = 0
    pair = (cursor.peek(at), cursor.peek(at + 1))
    if pair in _TWO_WORDS:
        named = _TWO_WORDS[pair]
        if named:
            return named, 2
        used = 2
    word = cursor.peek(at + used)
    if word in _ALL_MEALS | _PARTS.keys() | _VAGUE:
        return word, used + 1
    if word == "nightly":
        return "night", used + 1
    if word.removesuffix("s") in _PARTS.keys() - {"bed", "sleep"}:
        return word.removesuffix("s"), used + 1
    return "", 0


def _moment(name: str, relation: Relation | None, distance: timedelta | None) -> Moment | None:
    if name in _VAGUE:
        return None
    part = _PARTS[name]
    if part is PartOfDay.BEDTIME and relation is Relation.BEFORE and distance is None:
        relation = Relation.AT  # "before bed" is at bedtime
    if relation is Relation.WITH and name in PARTS_OF_DAY:
        relation = Relation.AT
    try:
        return Moment(part, relation or Relation.AT, distance)
    except ValueError as error:
        raise Misunderstood(Problem.INTERVAL_IMPOSSIBLE, name) from error


def _another(cursor: ScheduleCursor) -> tuple[int, str] | None:
    """ "and dinner", ", lunch and dinner", after "before breakfast": how many joints, and which."""
    if cursor.at >= len(cursor.tokens):
        return None
    joint = 0
    while cursor.peek(joint) in {",", "and", "&", "+"}:
        joint += 1
    name = cursor.peek(joint)
    meals = {"breakfast", "lunch", "dinner", "supper"}
    if name not in meals | ({"bed", "bedtime"} if joint else set()):
        return None
    return joint, name
