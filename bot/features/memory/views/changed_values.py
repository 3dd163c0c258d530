"""What a change replaced, and what by: "08:00 → 09:00", one line for each value that differs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.appointments.views.appointment_lines import duration_words, reminders_words
from bot.features.family.views.families import role_name
from bot.features.family.views.settings import level_in_words
from bot.ui.length import shorten
from bot.ui.wording import _, escape, listed
from bot.ui.words.amounts import amount_in_words
from bot.ui.words.dose_times import zone_words
from bot.ui.words.ladders import button_words
from bot.ui.words.regimens.parts_of_day import part_name
from bot.ui.words.regimens.schedules import BEGUN, schedule_in_words
from bot.ui.words.repeats import repeat_words
from bot.ui.words.times import clock_time, length_words, named_day, show_clock
from domain.access import Role
from domain.appointments.recurrences import Recurrence
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.kinds import schedule_from_json
from domain.medicines.schedules.moments import PartOfDay
from domain.memory.change_log import LoggedChange
from domain.models.family import Hears, LadderPlan

_LONGEST = 200  # of one value
_MOST = 6  # values of one change


@dataclass(frozen=True)
class _Reading:
    """How the values of one change are read: by whose clock, and with which names."""

    names: Mapping[UUID, str]
    zone: ZoneInfo
    today: date


def changed_values(
    change: LoggedChange, *, names: Mapping[UUID, str], zone: ZoneInfo, now: datetime
) -> Sequence[str]:
    """The values that differ (HTML); one of both where the other isn't known."""
    reading = _Reading(names, zone, now.astimezone(zone).date())
    before, after = _pair(change)
    lines = []
    for name in dict.fromkeys([*before, *after]):
        words = _values().get(name)
        if words is None or before.get(name) == after.get(name):
            continue
        was, becomes = (_in_words(words, side, name, reading) for side in (before, after))
        if was == becomes:
            continue
        lines.append(_line(was, becomes))
    return lines[:_MOST]


def _line(was: str | None, becomes: str | None) -> str:
    if becomes is None:
        return _("before: {value}").format(value=was)
    if was is None:
        return becomes
    return _("{before} → {after}").format(before=was, after=becomes)


def _pair(change: LoggedChange) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The values before and after. Of an appointment they are kept by its rows."""
    before, after = dict(change.before), dict(change.after)
    if "occurrences" in before:
        became = before.get("became", {})
        opened = before["occurrences"].get(str(before.get("occurrence_id")), {})
        was = {**before.get("appointment", {}), **opened}
        becomes = {**became.get("appointment", {}), **became.get("occurrence", {})}
        if "starts_at" in opened:  # of a series, the date that was changed says it better
            was.pop("scheduled_at", None)
            becomes.pop("scheduled_at", None)
        return was, becomes
    if change.action.startswith("stock."):
        before, after = _with_stock(before), _with_stock(after)
    if change.action.endswith((".added", ".deleted", ".brought_back")):
        return {}, {}  # the sentence says it all
    before.pop("resumes_at", None)  # that it's over is said by the status
    if after.get("resumes_at") is None:
        after.pop("resumes_at", None)
    for side in (before, after):
        side.update(side.pop("day_times", None) or {})
    return before, after


def _with_stock(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("stock") is not None and values.get("stock_unit"):
        return {**values, "amount_there": (values["stock"], values["stock_unit"])}
    return {**values, "amount": values["stock"]} if values.get("stock") is not None else values


def _in_words(
    words: Callable[[Any, _Reading], str], values: Mapping[str, Any], name: str, reading: _Reading
) -> str | None:
    """None where it isn't known; "nothing" where it was empty."""
    if name not in values:
        return None
    value = values[name]
    if value == [] and name == "user_ids":
        return _("nobody")
    if value is None or value in ("", []):
        return _("nothing")
    return escape(shorten(words(value, reading), to=_LONGEST))


def _values() -> Mapping[str, Callable[[Any, _Reading], str]]:
    """What is shown, by its name in the audit; anything else isn't for people."""
    plain = dict.fromkeys(
        (
            *("name", "title", "place", "bring", "note", "doctor_name", "specialty", "address"),
            "relation",
            *("instructions", "reason", "given", "nickname", "amount"),
        ),
        _text,
    )
    moments = dict.fromkeys(("starts_at", "scheduled_at", "taken_at"), _moment)
    parts = dict.fromkeys((part.value for part in PartOfDay), _text)
    return {
        **plain,
        **moments,
        **{part: _part_reader(part) for part in parts},
        "resumes_at": _until,
        "dosage": lambda value, _reading: Dosage.from_json(value).words,
        "schedule": _schedule,
        "status": _status,
        "timezone": lambda value, _reading: zone_words(ZoneInfo(value)),
        "role": lambda value, _reading: role_name(Role(value)),
        "ladder": lambda value, _reading: button_words(LadderPlan(value)),
        "window_minutes": lambda value, _reading: length_words(timedelta(minutes=value)),
        "hears": lambda value, _reading: level_in_words(Hears(value)),
        "phone": lambda value, _reading: str(value),
        "user_ids": _members,
        "driver_id": lambda value, reading: _members([value], reading),
        "recurrence": _repeats,
        "duration_minutes": lambda value, _reading: duration_words(timedelta(minutes=value)),
        "remind_before": lambda value, _reading: _reminders(value),
        "own_remind_before": lambda value, _reading: _reminders(value),
        "amount_there": lambda value, _reading: amount_in_words(Decimal(value[0]), value[1]),
    }


def _text(value: Any, _reading: _Reading) -> str:
    return str(value)


def _part_reader(part: str) -> Callable[[Any, _Reading], str]:
    def words(value: Any, _reading: _Reading) -> str:
        return _("{part} {time}").format(
            part=part_name(PartOfDay(part)), time=show_clock(time.fromisoformat(value))
        )

    return words


def _moment(value: str, reading: _Reading) -> str:
    at = datetime.fromisoformat(value)
    day = named_day(at.astimezone(reading.zone).date(), today=reading.today)
    return _("{day}, {clock}").format(day=day, clock=clock_time(at, reading.zone))


def _until(value: str, reading: _Reading) -> str:
    day = datetime.fromisoformat(value).astimezone(reading.zone).date()
    return _("until {day}").format(day=named_day(day, today=reading.today))


def _schedule(value: Any, reading: _Reading) -> str:
    return schedule_in_words(schedule_from_json(value), zone=reading.zone, today=BEGUN)


def _status(value: str, _reading: _Reading) -> str:
    return {
        "active": _("active"),
        "paused": _("paused"),
        "stopped": _("stopped"),
        "pending": _("nothing recorded"),
        "taken": _("taken"),
        "skipped": _("skipped"),
        "missed": _("missed"),
        "not_asked": _("not asked"),
        "planned": _("planned"),
        "cancelled": _("called off"),
        "cut": _("called off"),
    }.get(value, str(value))


def _members(value: Sequence[str], reading: _Reading) -> str:
    found = [reading.names.get(UUID(each)) or _("former member") for each in value]
    return listed(found)


def _repeats(value: str, reading: _Reading) -> str:
    return repeat_words(Recurrence.from_rfc5545(value, reading.zone), first=reading.today)


def _reminders(value: Sequence[int]) -> str:
    return _("reminders {times} before").format(times=reminders_words(value))
