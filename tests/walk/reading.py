"""What screens say, read back from their words: moments, amounts, the lines of a list.

The only place that knows wordings: when a sentence changes, it is here that the walk is taught it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTH = "|".join(MONTHS)
DATE = rf"(?:(?P<number>\d{{1,2}}) (?P<month>{_MONTH})(?: (?P<year>\d{{4}}))?)"
DAY = rf"(?P<near>today|tomorrow|yesterday)|(?:(?:{'|'.join(WEEKDAYS)}),? )?{DATE}"
MOMENT = re.compile(rf"(?:(?:{DAY}),? (?:at )?)?(?P<clock>\d\d:\d\d)", re.IGNORECASE)
_NEAR = {"yesterday": -1, "today": 0, "tomorrow": 1}
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}

SIGNS = {
    "✅": "taken",
    "⏭": "skipped",
    "⚠": "missed",
    "❔": "not_asked",
    "⏰": "pending",
    "🙋": "pending",
    "•": "pending",
}
_SIGN = r"(?P<sign>[✅⏭⚠❔⏰🙋•])\ufe0f?"


@dataclass(frozen=True)
class Said:
    """A moment as a screen says it; the day is None where only a clock time stands there."""

    day: date | None
    clock: str


_TWELVE = re.compile(r"\b(\d{1,2}):(\d\d) ([ap])m\b")
_HIDDEN = re.compile(r"\bMedicine [A-Z]\b")


def by_24_hours(text: str) -> str:
    """*text* as who reads a clock of 24 hours would see it."""

    def hour(found: re.Match[str]) -> str:
        later = 12 if found[3] == "p" else 0
        return f"{int(found[1]) % 12 + later:02}:{found[2]}"

    return _TWELVE.sub(hour, text)


def names(text: str, name: str) -> bool:
    """Whether it names that medicine, or hides all names."""
    return name in text or _HIDDEN.search(text) is not None


def moment_in(words: str, *, today: date) -> Said | None:
    """The first moment in *words*."""
    found = MOMENT.search(words)
    return None if found is None else Said(_day(found, today), found["clock"])


def date_in(words: str, *, today: date) -> date | None:
    """The first date in *words*; without a year it is the one that lies nearest ahead."""
    found = re.search(DATE, words)
    return None if found is None else _date(found, today)


def _day(found: re.Match[str], today: date) -> date | None:
    if found["near"]:
        return today + timedelta(days=_NEAR[found["near"].lower()])
    return _date(found, today) if found["number"] else None


def _date(found: re.Match[str], today: date) -> date:
    month = 1 + [name.lower() for name in MONTHS].index(found["month"].lower())
    year = int(found["year"] or today.year)
    return date(year, month, int(found["number"]))


def number_in(words: str) -> Decimal | None:
    """ "12 tablets", "2½", "½ tablet", "4.5"."""
    found = re.search(r"(-|−|minus )?(\d+(?:[.,]\d+)?)?\s?([½¼¾])?", words)
    for found in re.finditer(r"(-|−)?(?:(\d[\d,]*(?:\.\d+)?)\s?([½¼¾])?|([½¼¾]))", words):
        whole = Decimal((found[2] or "0").replace(",", ""))
        fraction = _FRACTIONS.get(found[3] or found[4] or "", Decimal(0))
        value = whole + fraction
        return -value if found[1] else value
    return None


def line_with(text: str, *beginnings: str) -> str | None:
    """The first line that begins with one of these, whatever signs stand before it."""
    for line in text.split("\n"):
        bare = line.lstrip("•⏰▶️📦💊🕑 ")
        if bare.lower().startswith(tuple(b.lower() for b in beginnings)):
            return bare
    return None


@dataclass(frozen=True)
class Listed:
    """A dose in a list: its state, when it was due (or given), and the rest of its line."""

    status: str
    said: Said
    rest: str


def doses_in(text: str, *, today: date) -> Sequence[Listed]:
    """The lines of `/today`: "✅ 08:00 Aspirin 100 mg (taken 08:05, recorded by Anna)"."""
    found = []
    for line in text.split("\n"):
        match = re.match(rf"{_SIGN}\s+(?P<rest>.*)", line)
        moment = MOMENT.match(match["rest"]) if match else None
        if match and moment:
            said = Said(_day(moment, today) or today, moment["clock"])
            found.append(Listed(SIGNS[match["sign"]], said, match["rest"][moment.end() :].strip()))
    return found


def entries_in(text: str, *, today: date) -> Sequence[Listed]:
    """The lines of `/history`, each under its day."""
    day: date | None = None
    found = []
    for line in text.split("\n"):
        match = re.match(rf"\d+\. {_SIGN}\s+(?P<clock>\d\d:\d\d)\s+(?P<rest>.*)", line)
        if match:
            said = Said(day, match["clock"])
            found.append(Listed(SIGNS[match["sign"]], said, match["rest"]))
            continue
        # "Today, Monday 23 November"
        named = re.sub(r"^(Today|Yesterday), ", "", line.strip())
        heading = re.fullmatch(DAY, named, re.IGNORECASE)
        if heading:
            day = _day(heading, today)
    return found


def parts_of_card(text: str) -> Sequence[tuple[str, str, str]]:
    """The lines of a slot card: state, the line itself, and the one in italics below it."""
    found: list[tuple[str, str, str]] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        match = re.match(rf"{_SIGN}\s+(?P<rest>.*)", line)
        if match and number > 0:
            below = lines[number + 1] if number + 1 < len(lines) else ""
            is_next = re.match(rf"{_SIGN}\s", below)
            found.append((SIGNS[match["sign"]], match["rest"], "" if is_next else below))
    return found


def is_misunderstood(text: str) -> bool:
    """Whether an answer says that something was not understood."""
    return bool(
        re.search(
            r"of what\?|isn't an amount|isn't a time of day|can't read"
            r"|I don't know|not sure what|tap one of|Did you mean /",
            text,
        )
    )


def same_amount(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one.get("amount") == other.get("amount") and one.get("unit") == other.get("unit")
