"""A talk as text: what each line means. Nothing happens here.

```
family "Us": Anna (admin), Ben (caregiver, New York); Mum in Europe/London; at 2026-06-01 07:40
stranger Cara                    somebody new, who is in no family
group "Smiths": Anna, Ben, Cara  a group, to which the first of them adds the bot
Anna in Smiths: /start           something that is typed there; Smiths> shows what is to be seen
Anna, anonymous, in Smiths: hi   the same, by an admin of the group who stays anonymous there
Anna taps "Taken" in Smiths      a button of the newest message there that has such a one
Anna removes the bot from Smiths
Cara opens Anna's link           the newest link on Anna's phone; link 2: the newest but one
Anna: /addmed Para 500 mg as needed, 4 hours apart, max 4
> Save?                         Anna's phone shows that, new or changed by the step before
Ben>> Para                      it stands somewhere on Ben's phone
!> Aspirin                      nobody's phone shows that, in whatever stands there
Anna taps "Save"                a button of the newest message that has such a one
Ben taps "Taken" on "Mum · 08:00"
Ben on "Mum · 08:00": done       a reply to the newest message that shows that; also in a group:
Ben on "Mum · 08:00" in Smiths: done
Anna edits "/addmed Para": /addmed Para 1 g
08:00                           when it is that the next time; also 08:00:25, Tuesday 08:00,
+3d 2h                          2026-06-04 08:00
bot stops                       bot starts, bot restarts
Ben blocks the bot              Ben unblocks the bot
tables                          what stands in the tables, in short
Ben's calendar                  what his phone's calendar shows, which has opened every file; or
Ben's calendar: 9 Jun 10:00 Physio | 16 Jun 10:00 Physio      which it shows next
# a remark
```

⏎ begins a new line in what is typed. Times are by the clock of the first person cared for.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class UnreadableLine(Exception):
    """A line of a talk is not in one of its forms."""


@dataclass(frozen=True)
class Newcomer:
    name: str
    role: str
    place: str | None


@dataclass(frozen=True)
class Family:
    name: str
    members: Sequence[Newcomer]
    people: Sequence[tuple[str, str]]
    """Those cared for, and where they live."""
    at: "Moment | None"


@dataclass(frozen=True)
class Stranger:
    name: str


@dataclass(frozen=True)
class Group:
    name: str
    members: Sequence[str]


@dataclass(frozen=True)
class Says:
    """`on`: in reply to the newest message that shows that. `where`: in that group."""

    who: str
    text: str
    on: str | None = None
    where: str | None = None
    is_anonymous: bool = False


@dataclass(frozen=True)
class OpensLink:
    """The newest link but *back* ones that the phone of *whose* shows."""

    who: str
    whose: str
    back: int


@dataclass(frozen=True)
class Removes:
    """Removes the bot from that group."""

    who: str
    where: str


@dataclass(frozen=True)
class Taps:
    who: str
    label: str
    on: str | None
    where: str | None = None


@dataclass(frozen=True)
class Edits:
    who: str
    old: str
    text: str


@dataclass(frozen=True)
class Blocks:
    who: str
    is_blocked: bool


@dataclass(frozen=True)
class Passes:
    """Time does."""

    by: timedelta


@dataclass(frozen=True)
class Moment:
    """The next one that is so: a day may be named, by its weekday or its date or both."""

    clock: time
    weekday: int | None = None
    day: date | None = None

    def after(self, now: datetime) -> datetime:
        """In the zone of *now*. Raises UnreadableLine where there is none any more."""
        day = self.day or now.date()
        for _ in range(8):
            found = datetime.combine(day, self.clock, now.tzinfo)
            if found > now and (self.weekday is None or day.weekday() == self.weekday):
                return found
            if self.day is not None:
                break
            day += timedelta(days=1)
        raise UnreadableLine(f"that moment is not ahead: it is {now:%A %Y-%m-%d %H:%M:%S}")


@dataclass(frozen=True)
class Bot:
    stops: bool
    starts: bool


@dataclass(frozen=True)
class Tables:
    pass


@dataclass(frozen=True)
class OpensCalendar:
    """What it shows *next* is that, as far as it is said."""

    who: str
    next: Sequence[str]


@dataclass(frozen=True)
class Expects:
    """*who*: None is whoever spoke last, or with *nobody* everybody."""

    text: str
    who: str | None
    nobody: bool
    anywhere: bool


Line: TypeAlias = (
    Family
    | Stranger
    | Group
    | Removes
    | OpensLink
    | Says
    | Taps
    | Edits
    | Blocks
    | Passes
    | Moment
    | Bot
    | Tables
    | OpensCalendar
    | Expects
)


@dataclass(frozen=True)
class Numbered:
    number: int
    typed: str
    line: Line


def read_talk(text: str) -> Sequence[Numbered]:
    """Raises UnreadableLine, with its number."""
    talk = []
    for number, typed in enumerate(text.splitlines(), start=1):
        stripped = typed.strip()
        if stripped and not stripped.startswith("#"):
            try:
                talk.append(Numbered(number, stripped, read_line(stripped)))
            except UnreadableLine as error:
                raise UnreadableLine(f"line {number}: {error}") from None
    return talk


def read_line(typed: str) -> Line:
    for pattern, make in _FORMS:
        if found := re.fullmatch(pattern, typed, re.IGNORECASE):
            return make(found)
    raise UnreadableLine(f"what is “{typed}”?")


def _family(found: re.Match[str]) -> Family:
    members = []
    for name, described in re.findall(r"\s*([^,()]+?)\s*\(([^()]*)\)\s*,?", found["members"]):
        role, _, place = (part.strip() for part in described.partition(","))
        members.append(Newcomer(name, role, place or None))
    people: list[tuple[str, str]] = []
    at = None
    for part in filter(None, (each.strip() for each in (found["rest"] or "").split(";"))):
        if part.startswith("at "):
            at = _moment_of(part.removeprefix("at "))
            continue
        for each in part.split(","):
            name, _, place = each.strip().partition(" in ")
            people.append((name, place or "Europe/London"))
    if not members or members[0].role != "admin":
        raise UnreadableLine("a family begins with its admin: “Anna (admin)”")
    return Family(found["name"], members, people, at)


_MOMENT = (
    rf"(?:(?P<weekday>{'|'.join(WEEKDAYS)})\s+)?(?:(?P<day>\d{{4}}-\d\d-\d\d)\s+)?"
    r"(?P<clock>\d\d:\d\d(?::\d\d)?)"
)


def _moment_of(words: str) -> Moment:
    found = re.fullmatch(_MOMENT, words.strip(), re.IGNORECASE)
    if found is None:
        raise UnreadableLine(f"“{words}” is no moment")
    return _moment(found)


def _moment(found: re.Match[str]) -> Moment:
    weekday = WEEKDAYS.index(found["weekday"].lower()) if found["weekday"] else None
    try:
        day = date.fromisoformat(found["day"]) if found["day"] else None
        clock = time.fromisoformat(found["clock"])
    except ValueError as error:
        raise UnreadableLine(str(error)) from None
    if day is not None and weekday not in (None, day.weekday()):
        raise UnreadableLine(f"{day} is a {WEEKDAYS[day.weekday()].capitalize()}")
    return Moment(clock, weekday, day)


_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def _passes(found: re.Match[str]) -> Passes:
    parts = re.findall(r"(\d+)\s*([dhms])", found["length"].lower())
    return Passes(timedelta(**{_UNITS[unit]: int(count) for count, unit in parts}))


def _expects(found: re.Match[str]) -> Expects:
    return Expects(
        found["text"],
        found["who"] or None,
        nobody=found["sign"] == "!>",
        anywhere=found["sign"] in (">>", "!>"),
    )


def _typed(text: str) -> str:
    return text.replace("⏎", "\n")


_WHO = r"(?P<who>(?!family\b|bot\b)[^\W\d_][\w .'’-]*?)"
_FORMS: Sequence[tuple[str, Callable[[re.Match[str]], Line]]] = [
    (rf"(?:{_WHO})?(?P<sign>!>|>>|>)\s*(?P<text>.+)", _expects),
    (r"family\s+\"(?P<name>[^\"]+)\":(?P<members>[^;]+)(?:;(?P<rest>.*))?", _family),
    (r"stranger\s+(?P<name>\w+)", lambda found: Stranger(found["name"])),
    (
        r"group\s+\"(?P<name>[^\"]+)\":(?P<members>.+)",
        lambda found: Group(found["name"], [who.strip() for who in found["members"].split(",")]),
    ),
    (
        rf"{_WHO}\s+removes the bot from\s+(?P<where>\w+)",
        lambda found: Removes(found["who"], found["where"]),
    ),
    (
        rf"{_WHO}\s+opens\s+(?P<whose>\w+)'s\s+link(?:\s+(?P<number>\d+))?",
        lambda found: OpensLink(found["who"], found["whose"], int(found["number"] or 1) - 1),
    ),
    (r"bot\s+stops", lambda _: Bot(stops=True, starts=False)),
    (r"bot\s+starts", lambda _: Bot(stops=False, starts=True)),
    (r"bot\s+restarts", lambda _: Bot(stops=True, starts=True)),
    (r"tables", lambda _: Tables()),
    (r"\+(?P<length>(?:\s*\d+\s*[dhms])+)", _passes),
    (_MOMENT, _moment),
    (
        (
            rf"{_WHO}\s+taps\s+\"(?P<label>[^\"]+)\"(?:\s+on\s+\"(?P<on>[^\"]+)\")?"
            r"(?:\s+in\s+(?P<where>\w+))?"
        ),
        lambda found: Taps(found["who"], found["label"], found["on"], found["where"]),
    ),
    (
        rf"{_WHO}\s+edits\s+\"(?P<old>[^\"]+)\":\s*(?P<text>.+)",
        lambda found: Edits(found["who"], found["old"], _typed(found["text"])),
    ),
    (
        rf"{_WHO}\s+on\s+\"(?P<on>[^\"]+)\"(?:\s+in\s+(?P<where>\w+))?:\s*(?P<text>.+)",
        lambda found: Says(found["who"], _typed(found["text"]), found["on"], found["where"]),
    ),
    (
        rf"{_WHO}'s calendar(?::\s*(?P<next>.+))?",
        lambda found: OpensCalendar(
            found["who"], [each.strip() for each in (found["next"] or "").split("|") if each]
        ),
    ),
    (rf"{_WHO}\s+blocks the bot", lambda found: Blocks(found["who"], is_blocked=True)),
    (rf"{_WHO}\s+unblocks the bot", lambda found: Blocks(found["who"], is_blocked=False)),
    (
        rf"{_WHO},\s+anonymous,\s+in\s+(?P<where>\w+):\s*(?P<text>.+)",
        lambda found: Says(
            found["who"], _typed(found["text"]), where=found["where"], is_anonymous=True
        ),
    ),
    (
        rf"{_WHO}\s+in\s+(?P<where>\w+):\s*(?P<text>.+)",
        lambda found: Says(found["who"], _typed(found["text"]), where=found["where"]),
    ),
    (
        rf"{_WHO}:\s*(?P<text>.+)",
        lambda found: Says(found["who"], _typed(found["text"])),
    ),
]
