"""How long before an appointment to remind people: "2 days and 2 hours before", "none"."""

from collections.abc import Sequence

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import Token, tokenize, words_of

_REMINDERS = {"remind", "reminder", "reminders"}
_NO = {"no", "without"}
_UNITS = {"minute": 1, "min": 1, "hour": 60, "h": 60, "hr": 60, "day": 1440, "week": 10080}


def parse_reminders(text: str) -> tuple[int, ...]:
    """ "2 days, 1 day and 2 hours before", as minutes before the appointment, the earliest reminder
    first. "none" means no reminders. Raises `Misunderstood`.
    """
    words = [t.word for t in tokenize(text[:200]).tokens if t.word not in {",", "and", "before"}]
    if words in (["none"], ["never"], ["no"]):
        return ()
    found: set[int] = set()
    for number, unit in zip(words[::2], words[1::2], strict=False):
        size = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
        count = {"a": "1", "an": "1", "one": "1", "two": "2"}.get(number, number)
        if size is None or not count.isdecimal() or len(count) > 5:
            raise Misunderstood(Problem.REMINDER_IMPOSSIBLE, f"{number} {unit}")
        found.add(int(count) * size)
    if len(words) % 2 or not found or not all(1 <= each <= 4 * 10080 for each in found):
        raise Misunderstood(Problem.REMINDER_IMPOSSIBLE, text.strip())
    if len(found) > 6:
        raise Misunderstood(Problem.REMINDER_IMPOSSIBLE, text.strip())
    return tuple(sorted(found, reverse=True))


def read_reminders(tokens: Sequence[Token]) -> tuple[tuple[int, ...], int]:
    """ "remind me 1 day and 2 hours before", "no reminder": the minutes, and how many tokens that
    takes.

    Raises `Misunderstood` for an impossible reminder.
    """
    words = words_of(tokens, 24)
    if words[:1] and words[0] in _NO and words[1:2] and words[1] in _REMINDERS:
        return (), 2
    if not words or words[0] not in _REMINDERS:
        return (), 0
    skip = 2 if words[1:2] in (["me"], ["us"], [":"]) else 1
    if "before" in words:
        end = words.index("before") + 1
    else:
        end = skip
        while end + 1 < len(words) and _is_length(words[end], words[end + 1]):
            end += 3 if words[end + 2 : end + 3] in (["and"], [","]) else 2
        end -= 1 if words[end - 1] in {"and", ","} else 0
    if end == skip:
        return (), 0  # "Remind Anna" is a title
    return parse_reminders(" ".join(words[skip:end])), end


def _is_length(number: str, unit: str) -> bool:
    is_number = number.isdecimal() or number in {"a", "an", "one", "two"}
    return is_number and unit.removesuffix("s") in _UNITS
