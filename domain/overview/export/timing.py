"""Schedules as FHIR R5 `Dosage` with `Timing` (https://hl7.org/fhir/R5/datatypes.html#Timing).

`Timing.repeat` says how often, on which weekdays and at what times of the day. What it can't say (a
day of the month, days on and off) is in `Dosage.text`, and the next doses are listed as events.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from domain.local_time import resolve_local
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.days import Cycle, Daily, Monthly, MonthlyWeekdays, Weekly
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
)

UCUM = "http://unitsofmeasure.org"
EVENTS = 31  # listed where the rule can't be said
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR, _MINUTE = timedelta(hours=1), timedelta(minutes=1)


def dosages_of(
    schedule: Schedule, dosage: Dosage, *, zone: ZoneInfo, text: str, now: datetime
) -> list[dict[str, Any]]:
    """The `Dosage` elements of a schedule; *text* says all of it in words. Those with the same
    `sequence` apply side by side, others one after the other.
    """
    match schedule:
        case WallClock():
            parts = [(1, schedule)]
        case Steps(steps=steps):
            parts = list(enumerate(steps, start=1))
        case Combined(plans=plans):
            parts = [(1, plan) for plan in plans]
        case Elapsed():
            return [_elapsed(schedule, dosage, text=text)]
        case AsNeeded():
            return [_as_needed(schedule, dosage, text=text)]
    return [
        {
            "sequence": sequence,
            "text": text,
            "timing": _timing(plan, times, zone=zone, now=now),
            **_amount(given),
        }
        for sequence, plan in parts
        for given, times in _by_dosage(plan, dosage)
    ]


def number(value: Decimal | float) -> int | float:
    """As JSON writes it."""
    return int(value) if value == int(value) else float(value)


def quantity(value: Decimal, unit: str) -> dict[str, Any]:
    return {"value": number(value), "unit": unit}


def _amount(dosage: Dosage) -> dict[str, Any]:
    if dosage.amount is None or dosage.unit is None:
        return {"patientInstruction": dosage.words}
    if dosage.most is not None:
        low, high = quantity(dosage.amount, dosage.unit), quantity(dosage.most, dosage.unit)
        return {"doseAndRate": [{"doseRange": {"low": low, "high": high}}]}
    return {"doseAndRate": [{"doseQuantity": quantity(dosage.amount, dosage.unit)}]}


def _by_dosage(plan: WallClock, usual: Dosage) -> Iterator[tuple[Dosage, Sequence[time]]]:
    """The times of a plan by what is given at them."""
    of_times = plan.dosages or (usual,) * len(plan.times)
    for dosage in dict.fromkeys(of_times):
        given = zip(plan.times, of_times, strict=True)
        yield dosage, [at for at, each in given if each == dosage]


def _timing(
    plan: WallClock, times: Sequence[time], *, zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    repeat: dict[str, Any] = {"boundsPeriod": _period(plan, zone)}
    is_exact = plan.last_at is None and not plan.except_on
    match plan.days:
        case Daily(every=every):
            repeat |= {"frequency": len(times), "period": every, "periodUnit": "d"}
        case Weekly(weekdays=weekdays, every=every):
            repeat |= {
                "frequency": len(times) * len(weekdays),
                "period": every,
                "periodUnit": "wk",
                "dayOfWeek": [_WEEKDAYS[day] for day in sorted(weekdays)],
            }
        case Monthly(days=days, every=every):
            count = len(times) * len(days)
            repeat |= {"frequency": count, "period": every, "periodUnit": "mo"}
            is_exact = False
        case MonthlyWeekdays(weekdays=weekdays, places=places, every=every):
            count = len(times) * len(weekdays) * len(places)
            repeat |= {"frequency": count, "period": every, "periodUnit": "mo"}
            is_exact = False
        case Cycle(days_on=days_on) as cycle:
            count = len(times) * days_on
            repeat |= {"frequency": count, "period": cycle.length, "periodUnit": "d"}
            is_exact = False
    repeat["timeOfDay"] = [at.strftime("%H:%M:%S") for at in times]
    if is_exact:
        return {"repeat": repeat}
    events = islice(_events(plan, set(times), zone=zone, now=now), EVENTS)
    listed = [at.isoformat() for at in events]
    return {"repeat": repeat, **({"event": listed} if listed else {})}


def _events(
    plan: WallClock, times: set[time], *, zone: ZoneInfo, now: datetime
) -> Iterator[datetime]:
    for day in plan.days_from(now.astimezone(zone).date()):
        for at in plan.times_on(day):
            if at in times:
                yield resolve_local(datetime.combine(day, at), zone).astimezone(zone)


def _period(plan: WallClock, zone: ZoneInfo) -> dict[str, str]:
    period = {"start": plan.starts_on.isoformat()}
    if plan.ends_on is not None:
        period["end"] = plan.ends_on.isoformat()
        if plan.last_at is not None:
            last = resolve_local(datetime.combine(plan.ends_on, plan.last_at), zone)
            period["end"] = last.astimezone(zone).isoformat()
    return period


def _every(length: timedelta) -> dict[str, Any]:
    if length % _HOUR == timedelta(0):
        return {"frequency": 1, "period": length // _HOUR, "periodUnit": "h"}
    return {"frequency": 1, "period": length // _MINUTE, "periodUnit": "min"}


def _elapsed(schedule: Elapsed, dosage: Dosage, *, text: str) -> dict[str, Any]:
    period = {"start": schedule.starts_at.isoformat()}
    if schedule.ends_at is not None:
        period["end"] = schedule.ends_at.isoformat()
    timing = {"repeat": {"boundsPeriod": period, **_every(schedule.every)}}
    return {"sequence": 1, "text": text, "timing": timing, **_amount(dosage)}


def _as_needed(schedule: AsNeeded, dosage: Dosage, *, text: str) -> dict[str, Any]:
    period = {"start": schedule.starts_on.isoformat()}
    if schedule.ends_on is not None:
        period["end"] = schedule.ends_on.isoformat()
    repeat: dict[str, Any] = {"boundsPeriod": period}
    if schedule.min_interval is not None:
        repeat |= _every(schedule.min_interval)
    found = {
        "sequence": 1,
        "text": text,
        "asNeeded": True,
        "timing": {"repeat": repeat},
        **_amount(dosage),
    }
    if schedule.max_per_day is not None:
        day = {"value": 24, "unit": "h", "system": UCUM, "code": "h"}
        most = {"value": schedule.max_per_day, "unit": "dose"}
        found["maxDosePerPeriod"] = [{"numerator": most, "denominator": day}]
    return found
