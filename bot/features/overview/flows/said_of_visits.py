"""What is said of appointments: that they move, who drives, and how they went. Nothing here writes
anything.
"""

import re
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID

from bot.features.appointments.flows import ask_driver, move_appointment, outcome
from bot.features.appointments.flows.screens import occurrence_screen
from bot.features.overview.flows.family_reader import list_ahead
from bot.features.overview.flows.named_days import is_on_named_day, names_day
from bot.features.overview.views import said as views
from bot.grammar.dates import MONTH_NAMES, WEEKDAYS
from bot.grammar.intents.kinds import AsksToDrive, CalledOff, Drives
from bot.grammar.intents.nearest import Likely, Nearest
from bot.grammar.words.loading import load_rewrites
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.length import MAX_SCREENS
from domain.access import Action, may
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lists import list_past
from domain.family.families import get_overview

_RECENT = timedelta(days=7)


async def move(request: Request, ids: Collection[UUID], when: str) -> Answer:
    """Where "the clinic moved her bloodwork to Monday" moves it. Days that the text names before
    "to" are those of the appointment, the others where it goes.
    """
    before, *after = _WHERE_TO.split(request.text or "", maxsplit=1)
    found = await _occurrences(request, ids, None, None, before if after else "")
    if len(found) == 1:
        return await move_appointment.begin_said(request, found[0].id, _moment(when, found[0]))
    return _pages(request, found, views.move_it())


def _moment(when: str, facts: OccurrenceFacts) -> str:
    """The words *when* as a question about the new time reads them: "back a week" is a date, with
    the time of before.
    """
    for expression, meant in load_rewrites("appointment_lines")["dates in words"]:
        when = expression.sub(meant, when)
    when = _TWELVE.sub("12:00", _HOUR_FIRST.sub(r"\g<day> at \g<hour>", when))
    when, keeps_time = _SAME_TIME.subn("", when)
    local = facts.starts_at.astimezone(facts.zone)
    shift = _SHIFT.fullmatch(when)
    if shift is not None:
        count = _COUNTS.get(shift["count"]) or int(shift["count"])
        is_sooner = "earlier" in when or "sooner" in when or "forward" in when
        local += count * _UNITS[shift["unit"][0]] * (-1 if is_sooner else 1)
        when = f"{local.day} {MONTH_NAMES[local.month - 1]} {local.year}"
        keeps_time = True
    if keeps_time:
        return f"{when} {local:%H:%M}"
    return f"at {when}" if _NUMBER.fullmatch(when) else when


_WHERE_TO = re.compile(r"(?i)\b(?:to|until|till|for)\b")
_HOUR_FIRST = re.compile(  # "12 on thursday"
    r"(?i)^(?:at )?(?P<hour>\d{1,2}(?:[:.]\d\d)?(?: ?[ap]m)?|noon|midday) (?:on )?"
    r"(?P<day>(?:this |next )?(?:\w+day|tomorrow|today)(?: \d{1,2}(?:st|nd|rd|th)?(?: \w+)?)?)$"
)
_TWELVE = re.compile(r"\b12$")  # no appointment is at midnight
_SAME_TIME = re.compile(r",? ?(?:but )?(?:at )?(?:the )?same (?:time|hour)$")
_SHIFT = re.compile(
    r"(?:(?:back|forward|on|by|out) )*(?P<count>half an|a|an|one|two|three|four|\d{1,2}) "
    r"(?P<unit>weeks?|days?|hours?|minutes?|mins?)(?: (?:later|earlier|sooner|back|forward))?"
)
_COUNTS = {"half an": 0.5, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4}
_UNITS = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


async def call_off(request: Request, intent: CalledOff) -> Answer:
    """The appointments that are meant, with Call it off."""
    found = await _occurrences(request, intent.appointment_ids, intent.weekday, None)
    return _pages(request, found, views.call_it_off())


async def drive(request: Request, intent: Drives) -> Answer:
    """The appointments that somebody wants to drive to, or can't."""
    found = await _occurrences(request, intent.appointment_ids, intent.weekday, intent.days)
    text = request.text or ""
    says_when = intent.weekday is not None or intent.days is not None or names_day(text)
    if not (intent.appointment_ids or says_when) and _NAMES_WHERE.search(text):
        return views.nothing_planned()  # "to the memory clinic", of which there is none
    if not intent.gives_up:
        return _pages(request, found, views.drive())
    mine = [each for each in found if each.driver_id == request.scope.user_id]
    if not mine and _SOMEBODY_ELSE.search(text):
        return await _ask_somebody(request, found, ())
    return _pages(request, mine or found, views.stop_driving() if mine else views.not_driving())


_NAMES_WHERE = re.compile(
    r"(?i)\bto (?:the |her |his |their )?(?!(?:do|drive|take|it|that|there)\b)[a-z]{3,}"
)
_SOMEBODY_ELSE = re.compile(r"(?i)\b(?:some|any)(?:one|body)(?: else)?\b")


async def is_so_already(request: Request, nearest: Nearest) -> bool:
    """Whether the next appointment of that name is on the day that a button would move it to, or
    whoever would stop driving there doesn't drive.
    """
    named = [
        each for each in await list_ahead(request.scope) if each.details.title == nearest.about
    ]
    if nearest.kind == Likely.NO_DRIVE:
        return not any(each.driver_id == request.scope.user_id for each in named)
    day = WEEKDAYS.get(nearest.how.casefold().strip())
    local = [each.starts_at.astimezone(each.zone) for each in named[:1]]
    return day is not None and any(each.weekday() == day.value for each in local)


async def ask_to_drive(request: Request, intent: AsksToDrive) -> Answer:
    """Whom shall I ask? Of oneself, and where somebody drives, the pages."""
    found = await _occurrences(request, intent.appointment_ids, intent.weekday, intent.days)
    if intent.member_id == request.scope.user_id:
        return _pages(request, found, views.drive())
    member_ids = [] if intent.member_id is None else [intent.member_id]
    return await _ask_somebody(request, found, member_ids)


async def _ask_somebody(
    request: Request, found: Sequence[OccurrenceFacts], member_ids: Collection[UUID]
) -> Answer:
    """Of the appointments without a driver; without *member_ids* everybody else who may drive."""
    is_free = [each for each in found if each.driver is None and each.is_planned]
    if not is_free:
        return _pages(request, found, views.is_driven())
    overview = await get_overview(request.scope)
    asked = [
        each
        for each in overview.members
        if (each.user_id in member_ids or (not member_ids and may(each.role, Action.DRIVE)))
        and each.user_id != request.scope.user_id
    ]
    if not asked:
        return _pages(request, is_free, views.nobody_else())
    return ask_driver.begin(request, is_free, {each.user_id: each.name for each in asked})


async def note_outcome(request: Request, words: str) -> Answer | None:
    """What was said as the note of the one appointment of the last days that it names."""
    now, said = request.scope.clock.now(), words.casefold()
    past = await list_past(request.scope)
    named = [
        each
        for each in past.items
        if each.is_planned and now - each.ends_at < _RECENT and _names(each, said)
    ]
    return await outcome.begin_said(request, named[0]) if len(named) == 1 else None


def _names(facts: OccurrenceFacts, said: str) -> bool:
    doctor = facts.details.doctor
    names = [facts.details.title, doctor.name if doctor else "", facts.details.place or ""]
    words = {word.removesuffix("s") for name in names for word in name.casefold().split()}
    return said.removesuffix("s") in words


async def _occurrences(
    request: Request,
    ids: Collection[UUID],
    weekday: int | None,
    days: int | None,
    said: str | None = None,
) -> Sequence[OccurrenceFacts]:
    """The next occurrences with these ids, or any, on that day, which *said* may name too."""
    now, found = request.scope.clock.now(), []
    said = request.text or "" if said is None else said
    for each in await list_ahead(request.scope):
        local, today = each.starts_at.astimezone(each.zone).date(), now.astimezone(each.zone).date()
        is_then = weekday in {None, local.weekday()} and days in {None, (local - today).days}
        if is_then and is_on_named_day(said, local) and (not ids or each.id in ids):
            found.append(each)
    return found


def _pages(request: Request, found: Sequence[OccurrenceFacts], words: str) -> Answer:
    if not found:
        return views.nothing_planned()
    pages = [occurrence_screen(request, each) for each in found[:MAX_SCREENS]]
    return views.to_tap(words, pages)
