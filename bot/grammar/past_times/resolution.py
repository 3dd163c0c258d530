"""Resolves the typed parts of a moment against the clock.

The moment is in the past. One place, :func:`_without_a_day`, decides what a clock time without a
day means; anything uncertain is asked about, never guessed.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.grammar.clock_times import PartOfDay
from bot.grammar.past_times.parts import MomentParts, TypedMoment
from bot.grammar.problems import Misunderstood, Problem

LONGEST_AGO = timedelta(hours=48)
WATCHES_DIFFER = timedelta(minutes=5)  # a time that is this little ahead means now
HOURS_AGO = timedelta(hours=12)  # an unnamed yesterday is at most this long ago

_DAY = timedelta(days=1)
_LAST_NIGHT = PartOfDay((17, 5))
_DAY_BEGINS = 6  # o'clock: before this it is still the previous night
_NIGHT_BEGINS = 17  # o'clock: a "last night" from then until midnight was yesterday


def resolve_moment(said: MomentParts, *, words: str, zone: ZoneInfo, now: datetime) -> TypedMoment:
    """The moment before *now* that was meant. Raises `Misunderstood`."""
    if said.is_now:
        if (said.has_day and said.days_ago != 0) or said.times:
            raise Misunderstood(Problem.CONTRADICTION, words, suggestions=("now",))
        return TypedMoment(words, at=now)
    if said.ago is not None:
        if said.ago > LONGEST_AGO:
            raise Misunderstood(Problem.TOO_LONG_AGO, words)
        return TypedMoment(words, at=now - said.ago)
    if said.is_tonight and now.astimezone(zone).hour < _DAY_BEGINS:
        said = replace(said, is_tonight=False, is_last_night=True)
    if not said.times:
        return _without_a_time(said, words=words, zone=zone, now=now)
    readings = _in_part(said, words)
    if said.has_day:
        return _on_that_day(said, readings, words=words, zone=zone, now=now)
    return _without_a_day(readings, words=words, zone=zone, now=now)


def _without_a_time(said: MomentParts, *, words: str, zone: ZoneInfo, now: datetime) -> TypedMoment:
    """ "this morning", "yesterday": asks for the time."""
    if not (said.has_day or said.part):
        raise Misunderstood(Problem.NO_SUCH_TIME, words)
    days = _days(said, time(_NIGHT_BEGINS), today=now.astimezone(zone).date())
    begins = datetime.combine(days[0], time(said.part[0] if said.part else 0), tzinfo=zone)
    if begins > now:
        raise Misunderstood(Problem.TIME_TO_COME, words)
    if begins + _DAY < now - LONGEST_AGO:
        raise Misunderstood(Problem.TOO_LONG_AGO, words)
    return TypedMoment(words, is_by_clock=True, lacks_time=True)


def _in_part(said: MomentParts, words: str) -> Sequence[time]:
    """The readings within the part of the day that was named. Raises `Misunderstood`."""
    part = _LAST_NIGHT if said.is_last_night or said.is_tonight else said.part
    fitting = [at for at in said.times if part is None or part.holds(at.hour)]
    if not fitting:
        offered = tuple(f"{at:%H:%M}" for at in said.times)
        raise Misunderstood(Problem.CONTRADICTION, words, suggestions=offered)
    return fitting


def _on_that_day(
    said: MomentParts, readings: Sequence[time], *, words: str, zone: ZoneInfo, now: datetime
) -> TypedMoment:
    """What the readings mean on the day that was named."""
    today = now.astimezone(zone).date()
    found = [
        instant
        for reading in readings
        for day in _days(said, reading, today=today)
        for instant in _instants(datetime.combine(day, reading), zone)
    ]
    over = [min(at, now) for at in found if at <= now + WATCHES_DIFFER]
    if not over:
        raise Misunderstood(Problem.TIME_TO_COME, words)
    recent = [at for at in over if at >= now - LONGEST_AGO]
    if not recent:
        raise Misunderstood(Problem.TOO_LONG_AGO, words)
    return _of_options(recent, words)


def _days(said: MomentParts, reading: time, *, today: date) -> Sequence[date]:
    """The days that were meant, for a time of day."""
    is_evening = reading.hour >= _NIGHT_BEGINS
    if said.is_last_night:
        return [today - _DAY if is_evening else today]
    if said.is_tonight:
        return [today]
    if said.weekday is not None:
        return [today - timedelta(days=(today.weekday() - said.weekday) % 7)]
    if said.dated is not None:
        return [said.dated]
    return [today - timedelta(days=said.days_ago or 0)]


def _without_a_day(
    readings: Sequence[time], *, words: str, zone: ZoneInfo, now: datetime
) -> TypedMoment:
    """What a clock time without a day means at *now*:

    * today's, if it has passed;
    * now, if it is only minutes ahead, since watches differ;
    * yesterday's, if that was hours ago and today's is far off: 23:50 typed at 00:20;
    * otherwise it is unclear: 07:55 typed at 07:40 may be a slip, or yesterday's.

    For an hour that comes twice a day, the first of the *readings* is the literal one: if that is
    uncertain, so is the other (11:45 typed at 06:46).
    """
    certain: list[datetime] = []
    possible: list[datetime] = []
    today = now.astimezone(zone).date()
    for reading in readings:
        todays = _instants(datetime.combine(today, reading), zone)
        over = [min(at, now) for at in todays if at <= now + WATCHES_DIFFER]
        if over:
            certain += over
            continue
        yesterdays = _instants(datetime.combine(today - _DAY, reading), zone)
        is_hours_ago = now - yesterdays[-1] <= HOURS_AGO <= todays[0] - now
        (certain if is_hours_ago and not possible else possible).extend(yesterdays)
    if certain:
        return _of_options(certain, words)
    return TypedMoment(words, options=(now, *sorted(possible, reverse=True)), is_by_clock=True)


def _of_options(found: Sequence[datetime], words: str) -> TypedMoment:
    options = tuple(sorted(set(found)))
    if len(options) == 1:
        return TypedMoment(words, at=options[0], is_by_clock=True)
    return TypedMoment(words, options=options, is_by_clock=True)


def _instants(local: datetime, zone: ZoneInfo) -> Sequence[datetime]:
    """The instants (UTC) of a local time: two if the clocks go back over it. Raises `Misunderstood`
    if they go forward over it.
    """
    both = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    if both[0].astimezone(zone).replace(tzinfo=None) != local:
        instead = both[0].astimezone(zone)
        typed = f"{local:%H:%M}"
        raise Misunderstood(Problem.HOUR_SKIPPED, typed, suggestions=(f"{instead:%H:%M}",))
    return both[:1] if both[0] == both[1] else both
