"""One part of a medicine in place of another: "10pm instead of 6pm", "1 spray, not 2", "not
fridays, mondays"; and one dose of the day left out: "no noon dose".

What stands for the old part has to be a part of the medicine, or nothing is read here.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import MEALS, PARTS_OF_DAY, read_time
from bot.grammar.commands.schedule_changes import parse_change
from bot.grammar.dates import WEEKDAYS, parse_date
from bot.grammar.dosages import parse_dosage, read_number_only
from bot.grammar.durations import read_days
from bot.grammar.problems import Misunderstood
from bot.grammar.strengths import split_strength
from bot.grammar.tokens import tokenize
from domain.local_time import Weekday
from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import (
    STRENGTH,
    own_dosages,
    places_of,
    strength_of,
)
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedules.clock_times import times_of
from domain.medicines.schedules.days import Daily, Weekly
from domain.medicines.schedules.kinds import Combined, Elapsed, WallClock
from domain.medicines.schedules.moments import Moment

_SWAPS = [
    re.compile(rf"(?i)^(?:{form})$")
    for form in (
        r"(?P<new>.+?),? (?:instead of|rather than|in place of) (?P<old>.+)",
        r"(?:(?:change|move|switch|make|put) )?(?P<old>.+?) (?:becomes|to) (?P<new>.+)",
        r"not (?P<old>[^,]+?)(?:, (?:but )?| but )(?P<new>.+)",
        r"(?P<new>.+?),? (?:and )?not (?P<old>.+)",
        r"(?:(?:make|move|and) )?(?:the )?(?P<old>[^ ]+) (?:one|dose)(?: to| at)? (?P<new>.+)",
        r"(?:make|change|put) (?P<old>[^ ]+) (?P<new>.+)",
    )
]
_LEFT_OUT = re.compile(
    r"(?i)^(?:and |also )?(?:not|no|without|skip|drop|remove|leave out|cancel|omit)"
    r"(?: the| at| in the| a)? (?P<old>[^ ]+(?: [ap]m)?)(?: one| dose| tablet)?$"
)
_BESIDE = re.compile(r"(?i)^(?:the |at |on |in the |every )+|(?: one| dose| o'clock)+$")
_ORDINALS = {"first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "last": -1}


@dataclass(frozen=True)
class _Swap:
    old: str
    new: str
    content: Content
    zone: ZoneInfo
    now: datetime


def read_swap(text: str, *, content: Content, zone: ZoneInfo, now: datetime) -> Change | None:
    """The change that *text* is, if it names a part of the medicine that another takes the place
    of, and only one kind of part can be meant; None otherwise.
    """
    bare = text.strip().rstrip(".!")
    first = _first_amount(bare, content, zone=zone, now=now)
    if first is not None:
        return first
    left_out = _LEFT_OUT.match(bare)
    if left_out is not None:
        return _without(_Swap(left_out["old"], "", content, zone, now))
    for form in _SWAPS:
        match = form.match(bare)
        if match is None:
            continue
        swap = _Swap(_bare(match["old"]), _bare(match["new"]), content, zone, now)
        found = [change for read in _KINDS if (change := read(swap)) is not None]
        if len(found) == 1:
            return found[0]
    return None


_FIRST = re.compile(
    r"(?i)^(?:no,? )?(?:(?:it |she |he )?(?:start|begin)(?:s|ing)? (?:with|on|at) (?:the )?)?"
    r"(?P<amount>[\d.½¼]+ ?[a-zµ]+)(?P<first> first)?(?: ?,? ?(?:on |from )?(?P<day>.+))?$"
)


def _first_amount(text: str, content: Content, *, zone: ZoneInfo, now: datetime) -> Change | None:
    """ "Start with 100 mcg tomorrow", of 75 mcg and 100 mcg in turn; None for anything else."""
    match, schedule = _FIRST.match(text), content.schedule
    if match is None or not isinstance(schedule, Combined) or not _SAYS_FIRST.search(text):
        return None
    plans = schedule.plans
    in_turn = all(
        plan.days == Daily(len(plans)) and len(set(plan.dosages or ())) == 1 for plan in plans
    )
    amounts = [plan.dosages[0].words for plan in plans if plan.dosages]
    try:
        words = parse_dosage(match["amount"]).words
        today = now.astimezone(zone).date()
        begins = parse_date(match["day"], today=today) if match["day"] else None
    except Misunderstood:
        return None
    if not in_turn or amounts.count(words) != 1:
        return None
    begins = begins or min(plan.starts_on for plan in plans)
    at = amounts.index(words)
    turned = [*plans[at:], *plans[:at]]
    later = [replace(each, starts_on=begins + timedelta(days=n)) for n, each in enumerate(turned)]
    return Change(combined=Combined(tuple(later)))


_SAYS_FIRST = re.compile(r"(?i)\b(?:start|begin|first)")


def _bare(words: str) -> str:
    return _BESIDE.sub("", _BESIDE.sub("", words.strip()))


def _times(swap: _Swap) -> Change | None:
    """One time of day for another."""
    times = times_of(swap.content.schedule, zone=swap.zone, now=swap.now)
    at = None if isinstance(swap.content.schedule, Elapsed) else _place(swap.old, swap)
    new = None if at is None else _clock_time(swap.new, times[at])
    if at is None or new is None or new in times:
        return None
    changed = [*times[:at], new, *times[at + 1 :]]
    schedule = swap.content.schedule
    if not isinstance(schedule, WallClock):
        return Change(times=tuple(changed)) if sorted(changed) == changed else None
    moments = list(schedule.moments or [None] * len(times))
    moments[at] = None
    return _with_times(changed, moments, schedule.dosages)


def _without(swap: _Swap) -> Change | None:
    """All times of day but one."""
    schedule = swap.content.schedule
    at = _place(_bare(swap.old), swap) if isinstance(schedule, WallClock) else None
    if at is None or not isinstance(schedule, WallClock) or len(schedule.times) == 1:
        return None
    if schedule.dosages is not None:
        return None  # "10 units at 8am" leaves the other times as they are

    times = [each for n, each in enumerate(schedule.times) if n != at]
    moments = list(schedule.moments or [None] * len(schedule.times))
    del moments[at]
    return _with_times(times, moments, None)


def _with_times(
    times: Sequence[time], moments: Sequence[Moment | None], dosages: Sequence[Dosage] | None
) -> Change:
    order = sorted(range(len(times)), key=lambda n: times[n])
    in_order = tuple(moments[n] for n in order)
    return Change(
        times=tuple(times[n] for n in order),
        moments=in_order if any(in_order) else None,
        dosages=None if dosages is None else tuple(dosages[n] for n in order),
    )


def _place(words: str, swap: _Swap) -> int | None:
    """Which of the times of day *words* name: "6pm", "evening", "second"."""
    times = times_of(swap.content.schedule, zone=swap.zone, now=swap.now)
    word = words.casefold()
    if word in _ORDINALS and len(times) > max(1, _ORDINALS[word]):
        return _ORDINALS[word] % len(times)
    moments = getattr(swap.content.schedule, "moments", None) or [None] * len(times)
    hours = PARTS_OF_DAY.get(word) or MEALS.get(word.removesuffix("time"))
    readings = _readings(words)
    tests: Sequence[Callable[[int], bool]] = (
        lambda n: moments[n] is not None and moments[n].part == word.removesuffix("time"),
        lambda n: times[n] in readings,
        lambda n: hours is not None and hours.holds(times[n].hour),
    )
    for test in tests:
        found = [n for n in range(len(times)) if test(n)]
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _readings(words: str) -> tuple[time, ...]:
    tokens = tokenize(words).tokens
    with suppress(Misunderstood):
        typed = read_time(tokens, is_expected=True, is_after_at=True)
        if typed is not None and typed.tokens_used == len(tokens):
            return typed.readings
    return ()


def _clock_time(words: str, old: time) -> time | None:
    """Of "7:30", the one in the half of the day in which the *old* time is."""
    readings = _readings(words) or _readings(words.rpartition(" at ")[2])
    if len(readings) > 1:
        readings = tuple(at for at in readings if (at.hour < _NOON) == (old.hour < _NOON))
    return readings[0] if len(readings) == 1 else None


_NOON = 12


def _amounts(swap: _Swap) -> Change | None:
    """One amount for another, or one strength."""
    content = swap.content
    own = own_dosages(content.schedule)
    if own:
        places = places_of(content, today=swap.now.astimezone(swap.zone).date())
        meant = [each for each in places if each.amount and _is(swap.old, each.amount)]
        if len(meant) == 1 and meant[0].amount:
            return _change_to(swap.new, meant[0].amount, place=meant[0].key)
        strength = strength_of(content)
        if meant or strength is None or not _is(swap.old, strength):
            return None
        return _change_to(swap.new, strength, place=STRENGTH)
    for part in filter(None, split_strength(content.dosage)):
        if _is(swap.old, part):
            return _change_to(swap.new, part)
    return None


def _change_to(words: str, amount: Dosage, *, place: str | None = None) -> Change | None:
    new = _amount(words, amount)
    return None if new is None else Change(dosage=new, place=place)


def _amount_at(swap: _Swap) -> Change | None:
    """ "Make dinner 12 units": one amount of several times."""
    times = times_of(swap.content.schedule, zone=swap.zone, now=swap.now)
    at = _place(swap.old, swap) if len(times) > 1 else None
    with suppress(Misunderstood):
        amount = parse_dosage(swap.new)
        return None if at is None else Change(dosage=amount, times=(times[at],))
    return None


def _is(words: str, amount: Dosage) -> bool:
    found = _amount(words, amount)
    return found is not None and (found.amount, found.unit) == (amount.amount, amount.unit)


def _amount(words: str, like: Dosage) -> Dosage | None:
    """An amount as typed; a bare number is of the same unit as *like*."""
    tokens = tokenize(words).tokens
    if len(tokens) == 1 and read_number_only(tokens[0]) and like.unit is not None:
        unit = like.words.split()[-1] if " " in like.words else like.unit
        words = f"{words} {unit}"
    with suppress(Misunderstood):
        return parse_dosage(words)
    return None


def _weekdays(swap: _Swap) -> Change | None:
    """One weekday for another."""
    days = getattr(swap.content.schedule, "days", None)
    old, new = _days_in(swap.old), _days_in(swap.new)
    if not isinstance(days, Weekly) or not old or not new or not old <= days.weekdays:
        return None
    return Change(weekdays=days.weekdays - old | new)


def _days_in(words: str) -> frozenset[Weekday]:
    """The weekdays of *words*, if they are nothing else."""
    named = [word for word in re.split(r"[,\s&]+|\band\b", words.casefold()) if word not in _ON]
    found = [WEEKDAYS[word] for word in named if word in WEEKDAYS]
    return frozenset(found) if len(found) == len(named) else frozenset()


_ON = {"", "on", "and", "every", "the"}


def _lengths(swap: _Swap) -> Change | None:
    """ "2 weeks instead of 4", of what lasts so long."""
    schedule = swap.content.schedule
    if not isinstance(schedule, WallClock) or schedule.ends_on is None:
        return None
    new = read_days(tokenize(swap.new.removeprefix("for ")).tokens)
    unit = swap.new.split()[-1]
    old = swap.old.removeprefix("for ")
    before = read_days(tokenize(old if " " in old else f"{old} {unit}").tokens)
    lasts = (schedule.ends_on - schedule.starts_on).days + (schedule.last_at is None)
    if new is None or before is None or before[0] != lasts:
        return None
    with suppress(Misunderstood):
        words = f"for {swap.new.removeprefix('for ')}"
        return parse_change(words, schedule=schedule, zone=swap.zone, now=swap.now)
    return None


_KINDS: Sequence[Callable[[_Swap], Change | None]] = (
    _times,
    _amounts,
    _amount_at,
    _weekdays,
    _lengths,
)
