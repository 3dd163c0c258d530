"""What people type, and what they mean by it. The meanings are the issue's, not the grammar's."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.walk.reckoning import DAY, on_wall

MINUTE = timedelta(minutes=1)
# A clock time so little ahead is now: watches differ. Between the two either is right.
SURELY_NOW, MAYBE_NOW = 5 * MINUTE, 10 * MINUTE
# So far ahead that the one of yesterday can be meant.
FAR_AHEAD = timedelta(hours=12)


@dataclass(frozen=True)
class When:
    """Words about a moment. What is recorded at once is one of `instants`, or nothing is, if one
    `must_ask`.
    """

    words: str
    instants: Sequence[datetime] = ()
    must_ask: bool = False

    @property
    def is_now(self) -> bool:
        return self.words in {"", "now", "just now"}

    def means(self, at: datetime) -> bool:
        return any(abs(at - instant) <= MINUTE for instant in self.instants)


def some_time(rng: random.Random, now: datetime, zone: ZoneInfo) -> When:
    """What somebody might say of when it was."""
    here = now.astimezone(zone)
    match rng.randrange(9):
        case 0 | 1:
            return When("", (now,))
        case 2:
            return When(rng.choice(["just now", "now"]), (now,))
        case 3:
            words, ago = rng.choice(
                [
                    ("half an hour ago", 30),
                    ("an hour ago", 60),
                    ("10 minutes ago", 10),
                    ("2 hours ago", 120),
                    ("90 minutes ago", 90),
                ]
            )
            return When(words, (now - ago * MINUTE,))
        case 4:
            clock = f"{rng.randrange(24):02}:{rng.choice((0, 30)):02}"
            return _of_yesterday(f"yesterday {clock}", clock, now, zone)
        case 5 if here.hour >= 6:
            return _of_yesterday("last night at 10", "22:00", now, zone)
        case _:
            away = rng.choice((-180, -61, -20, -5, -1, 0, 2, 4, 6, 15, 40, 95, 300, 800))
            at = here + (away + rng.randrange(-1, 2)) * MINUTE
            return clock_time(f"{at:%H:%M}", now=now, zone=zone)


def clock_time(clock: str, *, now: datetime, zone: ZoneInfo) -> When:
    """ "at 07:55": today's if it is over, now if it is minutes ahead, yesterday's where today's is
    far, and else a question.
    """
    words = f"at {clock}"
    today = now.astimezone(zone).date()
    at, before = on_wall(today, clock, zone), on_wall(today - DAY, clock, zone)
    if _is_unclear(at, clock, zone) or _is_unclear(before, clock, zone):
        return When(words, (at, at + timedelta(hours=1), before, now))
    ahead = at - now
    if ahead <= timedelta(0):
        return When(words, (at,))
    if ahead <= SURELY_NOW:
        return When(words, (now,))
    if ahead <= MAYBE_NOW:
        return When(words, (now,))
    if ahead < FAR_AHEAD:
        return When(words, (), must_ask=True)
    return When(words, (before,))


def _of_yesterday(words: str, clock: str, now: datetime, zone: ZoneInfo) -> When:
    yesterday = now.astimezone(zone).date() - DAY
    at = on_wall(yesterday, clock, zone)
    if _is_unclear(at, clock, zone):
        return When(words, (at, at + timedelta(hours=1)))
    return When(words, (at,))


def _is_unclear(at: datetime, clock: str, zone: ZoneInfo) -> bool:
    """Whether that clock time comes twice that day, or not at all."""
    local = at.astimezone(zone)
    later = (at + timedelta(hours=1)).astimezone(zone)
    return f"{local:%H:%M}" != clock or f"{later:%H:%M}" == clock


@dataclass(frozen=True)
class Remedy:
    """A medicine that somebody takes: how it is typed, and what must stand in the tables then."""

    name: str
    line: str
    amount: Decimal
    unit: str
    rhythm: Mapping[str, Any]
    # Other amounts, and how many doses as set they are (None: another unit, which is asked about).
    others: Sequence[tuple[str, Decimal | None]] = ()
    thing: str = "tablets"


def _tablets(name: str, rhythm: str, **schedule: Any) -> Remedy:
    others = (("2 tablets", Decimal(2)), ("½ tablet", Decimal("0.5")), ("3 tablets", Decimal(3)))
    line = f"{name} 1 tablet {rhythm}"
    return Remedy(name, line, Decimal(1), "tablet", schedule, others)


def _milligrams(name: str, amount: int, rhythm: str, **schedule: Any) -> Remedy:
    others = (
        (f"{2 * amount} mg", Decimal(2)),
        (f"{amount // 2} mg", Decimal(amount // 2) / amount),
        ("2 tablets", None),
        (f"{amount * 40} mg", Decimal(40)),
    )
    return Remedy(name, f"{name} {amount} mg {rhythm}", Decimal(amount), "mg", schedule, others)


def _days(pattern: str, **parts: Any) -> dict[str, Any]:
    return {"pattern": pattern, **parts}


_EVERY_DAY = _days("daily", every=1)

# Every rhythm of the glossary. Names are unlike each other: whoever sounds alike is asked about.
REMEDIES: Sequence[Remedy] = (
    _milligrams("Para", 500, "as needed, 4 hours apart, max 4", kind="as_needed", max_per_day=4),
    _tablets("Ramipril", "at 08:00", days=_EVERY_DAY, times=["08:00"]),
    _milligrams("Metformin", 850, "at 08:00 and 18:00", times=["08:00", "18:00"]),
    _milligrams(
        "Zyloric", 100, "every monday at 09:00", days=_days("weekly", weekdays=[0], every=1)
    ),
    _tablets("Eisen", "every 2 days at 09:00", days=_days("daily", every=2), times=["09:00"]),
    _tablets(
        "Vigantol",
        "every 2 weeks on friday at 10:00",
        days=_days("weekly", weekdays=[4], every=2),
    ),
    _tablets("Fosamax", "on the 1st and 15th at 07:00", days=_days("monthly", days=[1, 15])),
    _tablets("Cilest", "21 days on 7 off at 21:00", days=_days("cycle", days_on=21, days_off=7)),
    _milligrams("Amoxi", 500, "at 08:00 and 20:00 for 5 days", times=["08:00", "20:00"]),
    Remedy(
        "Decortin",
        "Decortin 20 mg for 3 days, then 10 mg for 3 days at 09:00",
        Decimal(20),
        "mg",
        {"kind": "steps"},
    ),
    Remedy(
        "Warfarin",
        "Warfarin 1 tablet at 08:00 and ½ tablet at 22:00",
        Decimal(1),
        "tablet",
        {"times": ["08:00", "22:00"]},
    ),
    # What the label says.
    _tablets("Toprol", "before breakfast", times=["07:30"]),
    _tablets("Hydroxo", "every 3 months at 10:00 from tomorrow"),
    _tablets(
        "Imurek",
        "first monday of the month at 09:00 with food for gout",
        days=_days("monthly_weekdays", weekdays=[0], places=[1], every=1),
    ),
    Remedy(
        "Lanoxin",
        "Lanoxin 2 tablets mon-fri and 1 tablet sat, sun at 18:00",
        Decimal(2),
        "tablet",
        {"kind": "combined"},
    ),
    Remedy(
        "Jodid",
        "Jodid 100 mg and 50 mg on alternate days at 19:00",
        Decimal(100),
        "mg",
        {"kind": "combined"},
    ),
    _milligrams("Codein", 30, "every 8 hours", kind="elapsed", every_minutes=480),
    _tablets(
        "Novalgin", "every 6 hours after the last dose", kind="elapsed", from_last_intake=True
    ),
    _milligrams("Buscopan", 10, "as needed", kind="as_needed"),
)


@dataclass(frozen=True)
class Retyping:
    """What is typed to change a part, and which parts it names."""

    part: str  # of the buttons: When, How much
    words: str
    names: frozenset[str] = field(default_factory=frozenset)


def some_change(rng: random.Random, now: datetime, zone: ZoneInfo) -> Retyping:
    today = now.astimezone(zone)
    clock = f"{rng.randrange(6, 23):02}:{rng.choice((0, 15, 30)):02}"
    until = today.date() + rng.randrange(4, 40) * DAY
    return rng.choice(
        [
            Retyping("When", f"at {clock}", frozenset({"times"})),
            Retyping("When", f"at {clock}", frozenset({"times"})),
            Retyping("When", "every tuesday", frozenset({"days"})),
            Retyping("When", "every 3 days", frozenset({"days"})),
            Retyping("When", f"until {until.day} {until:%B} {until.year}", frozenset({"ends"})),
            Retyping("When", "every 6 hours", frozenset({"every"})),
            Retyping("When", "as needed", frozenset({"kind"})),
            Retyping("How much", "2 tablets", frozenset({"dosage"})),
            Retyping("How much", "½ tablet", frozenset({"dosage"})),
            Retyping("How much", "250 mg", frozenset({"dosage"})),
            Retyping("name", f"Neo{rng.randrange(100, 999)}", frozenset({"name"})),
        ]
    )


def named_by(label: str) -> frozenset[str]:
    """Which parts a button of the question *When?* names."""
    words = {
        ("Mornings", "Evenings", "Twice", "Three times", ":"): {"times"},
        ("weekdays", "second day", "week", "month", "days on"): {"days"},
        ("bedtime", "meal"): {"times"},
        ("Every 8 hours",): {"every", "kind"},
        ("As needed",): {"kind"},
    }
    return frozenset(
        part for each, parts in words.items() if any(w in label for w in each) for part in parts
    )


def parts_of(medicine: Mapping[str, Any]) -> Mapping[str, Any]:
    """A medicine by the parts that people name."""
    schedule = medicine["schedule"]
    steps = schedule.get("steps") or schedule.get("plans") or [schedule]
    return {
        "name": medicine["name"],
        "dosage": (medicine["dosage"], [_amounts_of(step) for step in steps]),
        "kind": schedule["kind"],
        "times": [step.get("times") for step in steps],
        "days": [step.get("days") for step in steps],
        "ends": [(step.get("ends_on"), step.get("ends_at")) for step in steps],
        "starts": [step.get("starts_on") for step in steps],
        "every": (schedule.get("every_minutes"), schedule.get("from_last_intake")),
        "limits": (schedule.get("min_interval_minutes"), schedule.get("max_per_day")),
    }


def _amounts_of(step: Mapping[str, Any]) -> Sequence[str]:
    """Each amount once: where there are more hours, the same one is given more often."""
    return sorted({dosage["words"] for dosage in step.get("dosages") or ()})
