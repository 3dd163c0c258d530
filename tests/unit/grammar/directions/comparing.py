"""Whether what was read is what was meant: by its doses, its times' moments, its limits and notes.

Schedules are compared by the doses that they make, because one regimen can be written as several
shapes: "every day from tomorrow" and "every day", if today's hour is over.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation
from domain.medicines.schedules.occurrences import occurrences_between
from domain.medicines.schedules.spans import last_day_of
from tests.unit.grammar.directions.notation import LONDON, NOW, TODAY, Meaning, unit_of

_FROM = NOW - timedelta(seconds=1)  # a dose may be due this very minute
_NEAR, _FAR = timedelta(days=40), timedelta(days=1200)
_MANY = 60  # doses in the near future: then the far one is only sampled
_FORMS = {"tablet", "tablets", "tabs", "tab", "capsule", "capsules", "caps", "cream", "gel"}
_FORMS |= {"ointment", "injection", "inhaler", "spray", "drops", "eye", "pen", "patch", "patches"}
_FORMS |= {"solution", "suspension", "liquid", "syrup", "powder", "sachets", "lotion", "pessaries"}
_FORMS |= {"suppositories", "nebules", "nebuliser", "mouthwash", "oral"}
_SAME_PART = {
    PartOfDay.BREAKFAST: PartOfDay.MORNING,
    PartOfDay.LUNCH: PartOfDay.NOON,
    PartOfDay.DINNER: PartOfDay.EVENING,
}
# Words of doing say nothing that the schedule doesn't, so a note may leave them out.
_FILLING = frozenset(
    {
        "take",
        "takes",
        "give",
        "have",
        "use",
        "to",
        "be",
        "the",
        "a",
        "an",
        "and",
        "of",
        "it",
        "with",
    }
)
_SPELT = {"po": "mouth orally", "sl": "tongue", "pc": "food meals", "ac": "food meals"}


def same_name(meant: str, read: str | None, *, strength: str = "") -> bool:
    """Whether names are the same but for case, a form of the medicine, and the strength behind."""
    return read is not None and _stem(read) in {_stem(meant), _stem(f"{meant} {strength}")}


def has_name(meant: str, read: str | None) -> bool:
    """Whether the name that was read has the one that was meant among other words."""
    words = re.findall(r"\w+", (read or "").casefold())
    return set(re.findall(r"\w+", meant.casefold())) <= set(words)


def _stem(name: str) -> str:
    words = re.sub(r"[\s,.:;]+(?=\s|$)", " ", name).casefold().split()
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    return "".join(words)


def same_amount(meant: Dosage | None, read: Dosage | None) -> bool:
    if meant is None or read is None:
        return meant is read
    if meant.amount is None:
        return _letters(meant.words) == _letters(read.words)
    if read.amount is None:  # "10 mg/5 ml, 5 ml": kept as words that can't be counted
        amount = rf"(?<![\d.,-]){re.escape(_in_digits(meant.words))}"
        return re.search(amount, _in_digits(read.words)) is not None
    return _value(meant) == _value(read)


def _value(dosage: Dosage) -> tuple[Decimal | None, str | None, Decimal | None]:
    unit = None if dosage.unit is None else unit_of(dosage.unit)
    return dosage.amount, unit, dosage.most


def _in_digits(words: str) -> str:
    """ "one to two tablets" as "1-2tablet"."""
    digits = {"one": "1", "two": "2", "three": "3", "or": "-", "to": "-", "–": "-"}
    found = [digits.get(word, word) for word in re.findall(r"–|[^\s–]+", words.casefold())]
    return (
        re.sub(r"(?<=\d)\s*-\s*(?=\d)", "-", " ".join(found))
        .replace(", ", ";")
        .replace(" ", "")
        .rstrip("s")
    )


def _letters(words: str) -> str:
    return (
        re.sub(r"[^\w.,%/]+", "", words.casefold().replace("×", "x")).strip(".,").removesuffix("s")
    )


def same_schedule(meant: Schedule, read: Schedule, *, limit_is_optional: bool = False) -> bool:
    """Whether they have the same doses to come, for the same moments, within the same limits. Their
    amounts are compared by :func:`same_doses`.
    """
    match meant, read:
        case AsNeeded(), AsNeeded():
            has_limit = meant.max_per_day == read.max_per_day
            has_limit = has_limit or (limit_is_optional and read.max_per_day is None)
            same = (meant.min_interval, meant.starts_on, meant.ends_on)
            return has_limit and same == (read.min_interval, read.starts_on, read.ends_on)
        case (AsNeeded(), _) | (_, AsNeeded()):
            return False
        case Elapsed(), Elapsed() if meant.from_last_intake or read.from_last_intake:
            same_kind = meant.from_last_intake == read.from_last_intake
            lengths = {
                None if each.ends_at is None else each.ends_at - each.starts_at
                for each in (meant, read)
            }
            return same_kind and meant.every == read.every and len(lengths) == 1
        case (Elapsed(), Elapsed()):
            return meant.every == read.every and _same_keys(meant, read)
        case (Elapsed(), _) | (_, Elapsed()):
            return False
    return _same_moments(meant, read) and _same_keys(meant, read)


def _same_keys(meant: Schedule, read: Schedule) -> bool:
    return meant == read or all(one == other for one, other in _doses_in_windows(meant, read))


def same_doses(meant: Meaning, schedule: Schedule, dosage: Dosage | None) -> bool:
    """Whether each dose has the amount that was meant."""
    if isinstance(schedule, AsNeeded | Elapsed):
        return same_amount(meant.dosage, dosage)
    until = NOW + _NEAR
    if isinstance(schedule, Steps | Combined) or isinstance(meant.schedule, Steps | Combined):
        until = NOW + 6 * _NEAR
    pairs = zip(
        occurrences_between(meant.schedule, LONDON, _FROM, until),
        occurrences_between(schedule, LONDON, _FROM, until),
        strict=True,
    )
    of_doses = [(one.dosage or meant.dosage, other.dosage or dosage) for one, other in pairs]
    if not of_doses:
        of_doses = [(meant.dosage, dosage)]
    return all(same_amount(one, other) for one, other in dict.fromkeys(of_doses))


def _doses_in_windows(one: Schedule, other: Schedule) -> Iterator[tuple[list[str], list[str]]]:
    """The keys of doses of both in the near and the far future."""
    schedules = (one, other)

    def keys(after: timedelta, until: timedelta) -> tuple[list[str], list[str]]:
        first, second = (
            [each.key for each in occurrences_between(schedule, LONDON, _FROM + after, NOW + until)]
            for schedule in schedules
        )
        return first, second

    near = keys(timedelta(), _NEAR)
    yield near
    if len(near[0]) < _MANY and len(near[1]) < _MANY:
        yield keys(_NEAR, _FAR)
        return
    for days in (90, 180, 365, 730):
        yield keys(timedelta(days=days), timedelta(days=days + 10))
    for schedule in schedules:
        end = last_day_of(schedule, LONDON)
        if end is not None:
            days = (end - TODAY).days
            yield keys(timedelta(days=days - 3), timedelta(days=days + 5))


def _plans(schedule: Schedule) -> tuple[WallClock, ...]:
    match schedule:
        case WallClock():
            return (schedule,)
        case Steps(steps=plans) | Combined(plans=plans):
            return plans
        case _:
            return ()


def _same_moments(meant: Schedule, read: Schedule) -> bool:
    ours, theirs = (
        {
            (at, moment)
            for plan in _plans(schedule)
            for at, moment in zip(
                plan.times, plan.moments or (None,) * len(plan.times), strict=True
            )
        }
        for schedule in (meant, read)
    )
    return all(
        any(at == other and _fits(moment, theirs_too) for other, theirs_too in theirs)
        for at, moment in ours
    ) and all(
        any(at == other and _fits(ours_too, moment) for other, ours_too in ours)
        for at, moment in theirs
    )


def _fits(meant: Moment | None, read: Moment | None) -> bool:
    """Whether *read* says no other moment of the day than *meant* does: "at breakfast" is "in the
    morning" and "with breakfast", noon is 12:00.
    """
    if meant is None or read is None:
        known = meant or read
        return known is None or (known.part, known.relation) == (PartOfDay.NOON, Relation.AT)
    if meant == read:
        return True
    at = {Relation.AT, Relation.WITH}
    if meant.part is read.part:
        return {meant.relation, read.relation} <= at
    same = _SAME_PART.get(meant.part, meant.part) is _SAME_PART.get(read.part, read.part)
    return same and meant.relation is read.relation is Relation.AT


def notes_are_kept(meant: str, read: str | None) -> bool:
    """Whether every word that counts of a note that was *meant* was *read*."""
    kept = _note_words(read or "")
    return all(
        word in kept or any(other in kept for other in _SPELT.get(word, "").split())
        for word in _note_words(meant)
    )


def _note_words(note: str) -> set[str]:
    return set(re.findall(r"[\w'½/-]+", note.casefold())) - _FILLING


def strength_is_kept(strength: str, *readings: str | None) -> bool:
    """Whether the strength ("500 mg") stands somewhere in what was read."""
    kept = " ".join(_letters(reading or "") for reading in readings)
    return _letters(strength) in kept
