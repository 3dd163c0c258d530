"""A regimen in five styles: as our own views write it, as a pharmacist, in Latin, in digits, and as
somebody types it on the phone. Empty where a style has no words for a regimen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import time

from bot.ui.words.regimens.schedules import dosage_in_words, schedule_in_words
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import Combined, Elapsed, Schedule, Steps, WallClock
from tests.unit.grammar.directions.notation import LONDON, Meaning
from tests.unit.grammar.directions.regimens import (
    Alternating,
    ByClock,
    ByHour,
    ByWeekday,
    Regimen,
    Taper,
    Waking,
    WhenNeeded,
    in_words,
    meanings_of,
)

_NUMBERS = {"½": "half a", "1": "ONE", "1½": "ONE AND A HALF", "2": "TWO", "3": "THREE"}
_NAMES = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_ORDINALS = {"1": "1st", "15": "15th", "28": "28th"}


def our_own(regimen: Regimen) -> str:
    """As our confirmations write it."""
    meaning = meanings_of(regimen)[0]
    schedule = meaning.schedule
    words = schedule_in_words(schedule, zone=LONDON) or ""
    if isinstance(schedule, Elapsed | WallClock) or meaning.dosage is not None:
        amount = meaning.dosage or Dosage("")
        words = f"{dosage_in_words(amount, schedule)} {words}"
    reason = f" for {meaning.reason}" if meaning.reason else ""
    return f"{meaning.name} {words}{reason}"


def meant_in(style: str, regimen: Regimen) -> list[Meaning]:
    """What it may be read as. Our own words have the clock time beside a part of the day, which
    then says nothing more: the clock time alone is right, too.
    """
    meanings = meanings_of(regimen)
    if style != "our own":
        return meanings
    return [*meanings, *(replace(each, schedule=_by_clock(each.schedule)) for each in meanings)]


def _by_clock(schedule: Schedule) -> Schedule:
    match schedule:
        case WallClock():
            return replace(schedule, moments=None)
        case Steps(steps=steps):
            return Steps(tuple(replace(step, moments=None) for step in steps))
        case Combined(plans=plans):
            return Combined(tuple(replace(plan, moments=None) for plan in plans))
        case _:
            return schedule


def pharmacy(regimen: Regimen) -> str:
    """ "Ramipril: take ONE tablet twice a day, in the morning and at night, for 7 days"."""
    name = f"{regimen.name}: take"
    match regimen:
        case ByClock() if regimen.has_one_amount:
            how_many = _pharmacy_amount(regimen.amounts[0], regimen.unit)
            whens = _listed([_at_pharmacy(each) for each in regimen.whens])
            often = _TIMES_A_DAY[len(regimen.whens) - 1] if not regimen.days else ""
            parts = [f"{name} {how_many} {often}".strip(), _pharmacy_days(regimen.days), whens]
            return ", ".join(part for part in [*parts, _for_days(regimen.course)] if part)
        case ByClock():
            each = [
                f"{_pharmacy_amount(amount, regimen.unit)} {_at_pharmacy(when)}"
                for amount, when in zip(regimen.amounts, regimen.whens, strict=True)
            ]
            parts = [f"{name} {_listed(each)}", _pharmacy_days(regimen.days)]
            return ", ".join(part for part in [*parts, _for_days(regimen.course)] if part)
        case ByWeekday(groups=groups, amounts=amounts):
            each = [
                f"{_pharmacy_amount(amount, regimen.unit)} on {_weekdays(group)}"
                for amount, group in zip(amounts, groups, strict=True)
            ]
            return f"{name} {_listed(each)}, {_at_pharmacy(regimen.when)}"
        case Alternating(amounts=(one, other), unit=unit):
            first, second = _pharmacy_amount(one, unit), _pharmacy_amount(other, unit)
            return f"{name} {first} alternating with {second} {_at_pharmacy(regimen.when)}"
        case Taper(steps=steps):
            each = [f"{mg} mg {_for_days(days)}".strip() for mg, days in steps]
            return f"{name} {', then '.join(each)}, {_at_pharmacy(regimen.when)}"
        case WhenNeeded():
            return f"{name} {_as_needed(regimen, 'when required', 'do not take more than')}"
        case ByHour(every=every, start=start):
            amount = _pharmacy_amount(regimen.amount, regimen.unit)
            words = f"{name} {amount} every {every} hours, starting at {_twelve(start)} today"
            return f"{words} {_for_days(regimen.course)}".strip()
        case Waking(every=every, first=first, last=last):
            amount = _pharmacy_amount(regimen.amount, regimen.unit)
            hours = "hour" if every == 1 else f"{every} hours"
            span = f"between {_twelve(f'{first:02}:00')} and {_twelve(f'{last:02}:00')}"
            return f"{name} {amount} every {hours} {span}"


def latin(regimen: Regimen) -> str:
    """ "Ramipril 1 tab po mane + nocte x7d"."""
    match regimen:
        case ByClock(course=course):
            ending = f"x{course}d" if course else ""
            days = _LATIN_DAYS.get(regimen.days, "")
            if regimen.days and not days:
                return ""
            if regimen.has_one_amount:
                whens = " + ".join(map(_at_latin, regimen.whens))
                often = ("od", "bd", "tds", "qds")[len(regimen.whens) - 1]
                amount = f"{in_words(regimen.amounts[0], regimen.unit)} po"
                return f"{regimen.name} {amount} {days or often} {whens} {ending}".strip()
            each = [
                f"{in_words(amount, regimen.unit)} {_at_latin(when)}"
                for amount, when in zip(regimen.amounts, regimen.whens, strict=True)
            ]
            return f"{regimen.name} {', '.join(each)} {days} {ending}".strip()
        case ByWeekday():
            return ""
        case Alternating(amounts=(one, other), unit=unit, when=when):
            first, second = in_words(one, unit), in_words(other, unit)
            return f"{regimen.name} {first} alt {second} {_at_latin(when)}"
        case Taper(steps=steps, when=when):
            each = [f"{mg}mg x{days}d" if days else f"{mg}mg" for mg, days in steps]
            return f"{regimen.name} {_at_latin(when)} {', '.join(each)}"
        case WhenNeeded(gap=gap, course=course):
            amount = in_words(regimen.amount, regimen.unit)
            words = f"{regimen.name} {amount} po"
            words += f" q{gap}h prn" if gap else " prn"
            words += f" {regimen.reason}" if regimen.reason else ""
            words += f", max {regimen.limit}/24h" if regimen.limit else ""
            return words + (f", x{course}d" if course else "")
        case ByHour(every=every, start=start, course=course):
            words = f"{regimen.name} {in_words(regimen.amount, regimen.unit)} po q{every}h"
            return f"{words} from {start}" + (f" x {course}/7" if course else "")
        case Waking():
            return ""


def in_digits(regimen: Regimen) -> str:
    """ "Ramipril tablets 1-0-1", for 7 days."""
    if not isinstance(regimen, ByClock) or regimen.days or regimen.unit not in {"tablet", "unit"}:
        return ""
    known = ("breakfast", "noon", "evening", "bedtime")
    if not set(regimen.whens) <= set(known):
        return ""
    given = dict(zip(regimen.whens, regimen.amounts, strict=True))
    digits = [given.get(when, "0") for when in known]
    if digits[-1] == "0":
        digits.pop()
    unit = "tablets" if regimen.unit == "tablet" else "units"
    return f"{regimen.name} {'-'.join(digits)} {unit} {_for_days(regimen.course)}".strip()


def chatty(regimen: Regimen) -> str:
    """ "ramipril 1 tablet mornings n bedtime for 7 days"."""
    name = regimen.name.lower()
    match regimen:
        case ByClock(course=course):
            days = _chatty_days(regimen.days)
            ending = f"for {course} days" if course else ""
            if regimen.has_one_amount:
                # "before breakfast and bedtime" could be before both.
                has_meals = any("-" in each for each in regimen.whens)
                at = _at_pharmacy if has_meals else _at_chatty
                whens = " and ".join(map(at, regimen.whens))
                parts = [in_words(regimen.amounts[0], regimen.unit), days, whens]
            else:
                each = [
                    f"{in_words(amount, regimen.unit)} {_at_chatty(when)}"
                    for amount, when in zip(regimen.amounts, regimen.whens, strict=True)
                ]
                parts = [*each, days]
            return " ".join(part for part in [name, *parts, ending] if part)
        case ByWeekday(groups=groups, amounts=(one, other), unit=unit):
            first, second = in_words(one, unit), in_words(other, unit)
            days = groups[0].replace(",", " ")
            return f"{name} {first} {days}, {second} other days, {_at_chatty(regimen.when)}"
        case Alternating(amounts=(one, other), unit=unit):
            first, second = in_words(one, unit), in_words(other, unit)
            return f"{name} {first} one day {second} the next {_at_chatty(regimen.when)}"
        case Taper(steps=steps):
            each = [f"{mg}mg for {days} days" if days else f"{mg}mg" for mg, days in steps]
            return f"{name} {_at_chatty(regimen.when)} {' then '.join(each)}"
        case WhenNeeded():
            return f"{name} {_as_needed(regimen, 'if needed', 'no more than')}"
        case ByHour(every=every, start=start, course=course):
            words = f"{name} {in_words(regimen.amount, regimen.unit)} every {every}h"
            return f"{words} from {_twelve(start)}" + (f" for {course} days" if course else "")
        case Waking(every=every, first=first, last=last):
            words = f"{name} {in_words(regimen.amount, regimen.unit)} every {every} hrs"
            return f"{words} from {_twelve(f'{first:02}:00')} to {_twelve(f'{last:02}:00')}"


STYLES: Mapping[str, Callable[[Regimen], str]] = {
    "our own": our_own,
    "pharmacy": pharmacy,
    "latin": latin,
    "in digits": in_digits,
    "chatty": chatty,
}

_TIMES_A_DAY = ("once a day", "twice a day", "three times a day", "four times a day")
_LATIN_DAYS = {
    "2d": "alt days",
    "mon": "Mon",
    "mon,thu": "Mon/Thu",
    "mon,wed,fri": "MWF",
    "mon,tue,wed,thu,fri": "Mon-Fri",
    "sat,sun": "Sat/Sun",
}


def _as_needed(regimen: WhenNeeded, needed: str, no_more: str) -> str:
    words = f"{in_words(regimen.amount, regimen.unit)} {needed}"
    words += f" for {regimen.reason}" if regimen.reason else ""
    words += f", every {regimen.gap} hours" if regimen.gap else ""
    if regimen.limit and regimen.shown_limit == "times":
        words += f", {no_more} {regimen.limit} times a day"
    elif regimen.limit:
        most = regimen.limit * int(regimen.amount)
        words += f", {no_more} {in_words(str(most), regimen.unit)} in 24 hours"
    return words + (f", for {regimen.course} days" if regimen.course else "")


def _pharmacy_amount(amount: str, unit: str) -> str:
    if unit != "tablet":
        return in_words(amount, unit)
    return f"{_NUMBERS[amount]} tablet{'' if amount in {'½', '1'} else 's'}"


def _pharmacy_days(days: str) -> str:
    pattern, _, every = days.partition("/")
    if not days:
        return ""
    if days == "2d":
        return "on alternate days"
    if days.endswith("d"):
        return f"every {days[:-1]} days"
    if days.endswith("off"):
        on, off = days.removesuffix("off").split("on")
        return f"for {on} days followed by {off} days off"
    if pattern.startswith("month:"):
        dates = _listed([f"the {_ORDINALS[day]}" for day in pattern[6:].split(",")])
        return f"every {every[:-1]} months on {dates}" if every else f"on {dates} of each month"
    if "-" in pattern:
        place, weekday = pattern.split("-")
        return f"on the {place} {_NAMES[weekday]} of every month"
    if every:
        return f"every {every[:-1]} weeks on {_weekdays(pattern)}"
    return f"on {_weekdays(pattern)}"


def _chatty_days(days: str) -> str:
    pattern, _, every = days.partition("/")
    if days == "2d":
        return "every other day"
    if days.endswith("off"):
        on, off = days.removesuffix("off").split("on")
        return f"{on} days on {off} off"
    if every == "2w":
        return f"every other {pattern}"
    if pattern.startswith("month:") or "-" in pattern or days.endswith("d") or every:
        return _pharmacy_days(days)
    return pattern.replace(",", " ")


def _weekdays(days: str) -> str:
    return _listed([_NAMES[day] for day in days.split(",")])


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _for_days(days: int | None) -> str:
    return f"for {days} days" if days else ""


def _twelve(at: str) -> str:
    """ "7.30am"; noon is 12pm."""
    clock = time.fromisoformat(at)
    minutes = f".{clock.minute:02}" if clock.minute else ""
    return f"{clock.hour % 12 or 12}{minutes}{'am' if clock.hour < 12 else 'pm'}"


def _meal(when: str) -> str:
    *distance, relation, meal = when.split("-")
    if not distance:
        return f"{relation} {meal}"
    length = {"30": "half an hour", "60": "an hour"}[distance[0]]
    return f"{length} {relation} {meal}"


def _at_pharmacy(when: str) -> str:
    if ":" in when:
        return f"at {_twelve(when)}"
    if "-" in when:
        return _meal(when)
    words = {"noon": "at midday", "bedtime": "at bedtime", "breakfast": "at breakfast"}
    return words.get(when, f"in the {when}")


def _at_latin(when: str) -> str:
    if ":" in when:
        return when.replace(":", "")
    if "-" in when:
        return _meal(when).replace("before", "ac").replace("after", "pc")
    return {"morning": "mane", "bedtime": "nocte"}.get(when, when)


def _at_chatty(when: str) -> str:
    if ":" in when:
        return _twelve(when)
    if "-" in when:
        return _meal(when)
    return {"bedtime": "bedtime", "noon": "lunchtime"}.get(when, when)
