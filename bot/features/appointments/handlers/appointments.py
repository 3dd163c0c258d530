"""`/appts`, the screen of an appointment, its buttons, and the calendar of the family.

A button about driving says where it stands: a reminder is edited by its delivery, a screen here.
"""

from bot.features.appointments.flows.add_appointment import file_of
from bot.features.appointments.views import (
    appointment_buttons,
    appointment_lists,
    appointment_screen,
    change_questions,
    confirmations,
)
from bot.features.appointments.views.calendar_files import calendar_file
from bot.intake.request import Request
from bot.ui import callbacks
from bot.ui.answer import Answer, Screen
from domain.access import Action
from domain.appointments.attendance import drive, record_outcome, stop_driving
from domain.appointments.calendars import list_entries
from domain.appointments.changes.calling_off import cancel, restore
from domain.appointments.changes.edits import remind_before_too
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lists import list_past, list_series, list_upcoming
from domain.appointments.occurrences.lookups import get_occurrence

FARTHEST_PAGE = 1_000


async def appts(request: Request) -> Answer:
    """`/appts`"""
    return Answer(send=(await _list(request, page=0, is_past=False),))


async def turn_page(request: Request) -> Answer:
    """Earlier and Later of what is to come, and the way back from an appointment."""
    return Answer(edit=await _list(request, page=_number(request), is_past=False))


async def turn_past_page(request: Request) -> Answer:
    return Answer(edit=await _list(request, page=_number(request), is_past=True))


async def show(request: Request) -> Answer:
    screen = _screen(request, await get_occurrence(request.scope, request.subject_id))
    if request.pressed.argument == callbacks.NEW_MESSAGE:
        return Answer(send=(screen,))
    return Answer(edit=screen)


async def show_series(request: Request) -> Answer:
    """A series, opened for its dates."""
    page = _number(request)
    found = await list_series(request.scope, request.subject_id, page=page)
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    return Answer(edit=appointment_lists.series(found, member=member, now=now))


async def start_driving(request: Request) -> Answer:
    """ "I'll drive", this time or every time."""
    is_every = request.pressed.argument == appointment_buttons.EVERY_TIME
    facts = await drive(request.scope, request.subject_id, every=is_every)
    return confirmations.driving(facts, _edited(request, facts), is_every=is_every)


async def give_up_driving(request: Request) -> Answer:
    """ "I can't after all", this time or every time."""
    is_every = request.pressed.argument == appointment_buttons.EVERY_TIME
    facts = await stop_driving(request.scope, request.subject_id, every=is_every)
    return confirmations.not_driving(_edited(request, facts))


async def call_off(request: Request) -> Answer:
    """Call it off: of a series it is asked how much."""
    argument = request.pressed.argument
    facts = await get_occurrence(request.scope, request.subject_id)
    reaches = {reach.value: reach for reach in Reach}
    if facts.recurrence is not None and argument not in reaches:
        member = request.scope.require(Action.CHANGE_APPOINTMENTS)
        buttons = change_questions.call_off_buttons(facts, member=member)
        return Answer(
            edit=change_questions.ask_reach(facts.details.title, buttons, to_call_off=True)
        )
    facts = await cancel(request.scope, request.subject_id, reach=reaches.get(argument, Reach.THIS))
    return confirmations.called_off(_screen(request, facts))


async def bring_back(request: Request) -> Answer:
    facts = await restore(request.scope, request.subject_id)
    return confirmations.restored(_screen(request, facts))


async def remind_too(request: Request) -> Answer:
    """Remind of it shortly before as well."""
    argument = request.pressed.argument
    minutes = int(argument) if argument.isdecimal() else appointment_buttons.LAST_MINUTES
    facts = await remind_before_too(request.scope, request.subject_id, minutes=minutes)
    return confirmations.will_remind(_screen(request, facts))


async def all_fine(request: Request) -> Answer:
    """Nothing to note."""
    return confirmations.noted(
        _edited(request, await record_outcome(request.scope, request.subject_id, None))
    )


async def calendar(request: Request) -> Answer:
    """The calendar file of one appointment."""
    facts = await get_occurrence(request.scope, request.subject_id)
    return Answer(send=(await file_of(request, facts),))


async def family_calendar(request: Request) -> Answer:
    """The calendar file of the whole family."""
    entries = await list_entries(request.scope)
    if not entries:
        return appointment_lists.no_calendar()
    return Answer(send=(calendar_file(entries, name="family", now=request.scope.clock.now()),))


async def _list(request: Request, *, page: int, is_past: bool) -> Screen:
    member = request.scope.require(Action.READ)
    found = await (list_past if is_past else list_upcoming)(request.scope, page=page)
    return appointment_lists.appointments(found, member=member, now=request.scope.clock.now())


def _screen(request: Request, facts: OccurrenceFacts) -> Screen:
    member = request.scope.require(Action.READ)
    return appointment_screen.screen(facts, member=member, now=request.scope.clock.now())


def _edited(request: Request, facts: OccurrenceFacts) -> Screen | None:
    if request.pressed.argument == appointment_buttons.ON_REMINDER:
        return None
    return _screen(request, facts)


def _number(request: Request) -> int:
    argument = request.pressed.argument
    return min(int(argument), FARTHEST_PAGE) if argument.isdecimal() else 0
