"""What screens should say, reckoned from the rows alone, by plain code of its own.

It reads the JSON of a schedule and knows the rules from the glossary, not from the domain.
"""

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from heapq import merge
from typing import Any
from zoneinfo import ZoneInfo

from tests.walk.snapshot import Row, Snapshot

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
OPEN = {"pending"}
FAR = timedelta(days=800)


@dataclass(frozen=True)
class Falls:
    """That a rule has a dose due then, of so much (None: the medicine's own dosage)."""

    at: datetime
    dosage: Mapping[str, Any] | None


def on_wall(day: date, clock: str, zone: ZoneInfo) -> datetime:
    """UTC of a local time. In a gap it is as much later, of two it is the first."""
    naive = datetime.combine(day, time.fromisoformat(clock))
    return naive.replace(tzinfo=zone, fold=0).astimezone(UTC)


def falls(
    schedule: Mapping[str, Any], zone: ZoneInfo, *, after: datetime, last_taken: datetime | None
) -> Iterator[Falls]:
    """What a rule gives after *after*, in order."""
    match schedule["kind"]:
        case "wall_clock":
            yield from _on_wall_clock(schedule, zone, after)
        case "steps":
            for step in schedule["steps"]:
                yield from _on_wall_clock(step, zone, after)
        case "combined":
            plans = [_on_wall_clock(plan, zone, after) for plan in schedule["plans"]]
            yield from merge(*plans, key=lambda fall: fall.at)
        case "elapsed":
            yield from _elapsed(schedule, after, last_taken)


def _on_wall_clock(schedule: Mapping[str, Any], zone: ZoneInfo, after: datetime) -> Iterator[Falls]:
    starts = date.fromisoformat(schedule["starts_on"])
    ends = date.fromisoformat(schedule["ends_on"]) if schedule["ends_on"] else None
    day = max(starts, after.astimezone(zone).date() - DAY)
    last = min(ends or date.max, (after + FAR).date())
    left_out = {date.fromisoformat(each) for each in schedule.get("except_on", ())}
    while day <= last:
        if _is_on(schedule["days"], starts, day) and day not in left_out:
            dosages = schedule["dosages"] or [None] * len(schedule["times"])
            for clock, dosage in zip(schedule["times"], dosages, strict=True):
                if day == ends and clock > schedule.get("last_at", "24:00"):
                    continue
                at = on_wall(day, clock, zone)
                if at > after:
                    yield Falls(at, dosage)
        day += DAY


def _is_on(days: Mapping[str, Any], starts: date, day: date) -> bool:
    gone = (day - starts).days
    match days["pattern"]:
        case "daily":
            return bool(gone % days["every"] == 0)
        case "weekly":
            first = next(
                d for n in range(7) if (d := starts + n * DAY).weekday() in days["weekdays"]
            )
            weeks = ((day - day.weekday() * DAY) - (first - first.weekday() * DAY)).days // 7
            return day.weekday() in days["weekdays"] and weeks % days["every"] == 0
        case "monthly":
            if not _is_nth_month(days, starts, day):
                return False
            length = calendar.monthrange(day.year, day.month)[1]
            return any(min(each, length) == day.day for each in days["days"])
        case "monthly_weekdays":
            length = calendar.monthrange(day.year, day.month)[1]
            place = -1 if day.day + 7 > length and -1 in days["places"] else (day.day - 1) // 7 + 1
            is_there = day.weekday() in days["weekdays"] and place in days["places"]
            return is_there and _is_nth_month(days, starts, day)
        case _:
            return bool(gone % (days["days_on"] + days["days_off"]) < days["days_on"])


def _is_nth_month(days: Mapping[str, Any], starts: date, day: date) -> bool:
    """Whether the month of *day* is one of every so many, from the first that has such a day."""
    every = days.get("every", 1)
    if every == 1:
        return True
    of_month = {**days, "every": 1}
    first = next(d for n in range(62) if _is_on(of_month, starts, d := starts + n * DAY))
    months = (day.year - first.year) * 12 + day.month - first.month
    return bool(months % every == 0)


def _elapsed(
    schedule: Mapping[str, Any], after: datetime, last_taken: datetime | None
) -> Iterator[Falls]:
    every = timedelta(minutes=schedule["every_minutes"])
    at = datetime.fromisoformat(schedule["starts_at"])
    ends = datetime.fromisoformat(schedule["ends_at"]) if schedule["ends_at"] else None
    if schedule["from_last_intake"] and last_taken is not None and last_taken + every > at:
        at = (last_taken + every).replace(second=0, microsecond=0)
    if at <= after:
        at += every * ((after - at) // every + 1)
    while (ends is None or at < ends) and at < after + FAR:
        yield Falls(at, None)
        at += every


_USUAL = {
    "morning": "08:00",
    "breakfast": "08:00",
    "noon": "12:00",
    "lunch": "12:00",
    "afternoon": "15:00",
    "dinner": "18:00",
    "evening": "18:00",
    "bedtime": "22:00",
}


def out_of_tune(schedule: Mapping[str, Any], day_times: Mapping[str, str] | None) -> Sequence[str]:
    """Times of a schedule that are not those of the person's day on which they hang."""
    found = []
    for plan in schedule.get("steps") or schedule.get("plans") or [schedule]:
        pairs = zip(plan.get("times", ()), plan.get("moments") or (), strict=False)
        for clock, moment in pairs:
            if moment is None:
                continue
            at = (day_times or {}).get(moment["part"], _USUAL[moment["part"]])
            minutes = moment["minutes"] or 30
            away = {"before": -minutes, "after": minutes}.get(moment["relation"], 0)
            meant = datetime.combine(date(2000, 1, 2), time.fromisoformat(at))
            if f"{meant + timedelta(minutes=away):%H:%M}" != clock:
                found.append(f"{clock} for {moment}")
    return found


@dataclass(frozen=True)
class Reckoned:
    """What is true of one medicine."""

    medicine: Row
    zone: ZoneInfo
    tables_at: datetime
    opened: Sequence[Row]
    """Doses that are due by now and unanswered, in time."""
    next_at: datetime | None
    last: Row | None
    in_a_day: Sequence[Decimal]
    """Doses as set that were given in the last 24 hours: now, and a minute on, since a screen is
    looked at some moments later.
    """

    @property
    def is_as_needed(self) -> bool:
        return bool(self.medicine["schedule"]["kind"] == "as_needed")


def reckon(tables: Snapshot, medicine: Row) -> Reckoned:
    now = tables.at
    zone = ZoneInfo(tables.zone_of(medicine["care_recipient_id"]))
    doses = tables.doses_of(medicine["id"])
    pending = sorted((d for d in doses if d["status"] == "pending"), key=lambda d: d["due_at"])
    taken = sorted((d for d in doses if d["status"] == "taken"), key=lambda d: d["taken_at"])
    ahead = [d["due_at"] for d in pending if d["due_at"] > now]
    next_at = ahead[0] if ahead else _by_rule(medicine, zone, now=now, taken=taken)
    return Reckoned(
        medicine=medicine,
        zone=zone,
        tables_at=now,
        opened=[d for d in pending if d["due_at"] <= now],
        next_at=next_at,
        last=taken[-1] if taken else None,
        in_a_day=[_given_since(taken, now + later - DAY) for later in (timedelta(0), MINUTE)],
    )


def _given_since(taken: Sequence[Row], start: datetime) -> Decimal:
    counts = (d["dose_count"] for d in taken if start < d["taken_at"] <= start + DAY)
    return sum(counts, Decimal(0))


def is_given(medicine: Row) -> bool:
    """Whether anything of it is to come: it is not stopped, nor paused for good."""
    return medicine["status"] == "active" or (
        medicine["status"] == "paused" and medicine["resumes_at"] is not None
    )


def _by_rule(
    medicine: Row, zone: ZoneInfo, *, now: datetime, taken: Sequence[Row]
) -> datetime | None:
    """The first one beyond the rows: they are there for the coming day and a half."""
    if not is_given(medicine):
        return None
    found = next(_beyond(medicine, zone, now=now, taken=taken), None)
    return found.at if found else None


def _beyond(
    medicine: Row, zone: ZoneInfo, *, now: datetime, taken: Sequence[Row]
) -> Iterator[Falls]:
    moment = timedelta(microseconds=1)
    after = max(
        now,
        medicine["expanded_until"],
        *(at - moment for at in (medicine["doses_from"], medicine["resumes_at"]) if at),
    )
    last_taken = taken[-1]["taken_at"] if taken else None
    return falls(medicine["schedule"], zone, after=after, last_taken=last_taken)


@dataclass(frozen=True)
class Lasts:
    """How long a stock covers every dose: the local day of the last one that it does."""

    last_day: date | None
    days: int | None


def how_long(tables: Snapshot, medicine: Row) -> Lasts | None:
    """None where that is not to be foreseen: nothing counted, as needed, or it lasts to the end."""
    stock = medicine["stock"]
    if stock is None or stock <= 0 or medicine["schedule"]["kind"] == "as_needed":
        return None
    if not is_given(medicine):
        return None
    zone = ZoneInfo(tables.zone_of(medicine["care_recipient_id"]))
    now, doses = tables.at, tables.doses_of(medicine["id"])
    pending = sorted((d for d in doses if d["status"] == "pending"), key=lambda d: d["due_at"])
    taken = sorted((d for d in doses if d["status"] == "taken"), key=lambda d: d["taken_at"])
    last: datetime | None = None
    coming: list[tuple[datetime, Decimal | None]] = [
        (d["due_at"], _use(medicine, d["amount"], d["unit"])) for d in pending
    ]
    beyond = (
        (
            fall.at,
            _use(medicine, Decimal(str(fall.dosage["amount"])), fall.dosage["unit"])
            if fall.dosage and fall.dosage.get("amount") is not None
            else _use(medicine, medicine["dosage_amount"], medicine["dosage_unit"]),
        )
        for fall in _beyond(medicine, zone, now=now, taken=taken)
    )
    for at, use in _chained(coming, beyond):
        if use is None:
            return None
        stock -= use
        if stock < 0:
            break
        last = at
        if at > now + timedelta(days=700):
            return None
    else:
        return None  # to the end of the course
    if last is None:
        return Lasts(None, 0)
    today = now.astimezone(zone).date()
    first = coming[0][0].astimezone(zone).date() if coming else None
    last_day = last.astimezone(zone).date()
    has_today = first is not None and first <= today
    return Lasts(last_day, (last_day - today).days + (1 if has_today else 0))


def _chained(
    rows: Sequence[tuple[datetime, Decimal | None]],
    rest: Iterator[tuple[datetime, Decimal | None]],
) -> Iterator[tuple[datetime, Decimal | None]]:
    yield from rows
    yield from rest


def _use(medicine: Row, amount: Decimal | None, unit: str | None) -> Decimal | None:
    """How much of the stock that is, in its unit."""
    if amount is not None and unit == medicine["stock_unit"]:
        return amount
    per_dose: Decimal | None = medicine["stock_per_dose"]
    if amount is None or per_dose is None:
        return per_dose
    if unit != medicine["stock_dose_unit"]:
        return None
    use: Decimal = round(per_dose * amount / medicine["stock_dose_amount"], 4)
    return use
