"""`/appts`, the screen of an appointment with its buttons, and the family's calendar.

A button about driving knows where it was pressed: delivery edits a reminder, a handler a screen.
"""

from bot.features.appointments.flows.add_appointment import file_of
from bot.features.appointments.flows.screens import occurrence_screen
from bot.features.appointments.views import (
    appointment_lists,
    change_questions,
    confirmations,
)
from bot.features.appointments.views.calendar_files import calendar_file
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.appointments import (
    AddReminder,
    AppointmentsPage,
    CallOff,
    Drive,
    NothingToNote,
    PastAppointmentsPage,
    RestoreAppointment,
    ShowAppointment,
    ShowCalendar,
    ShowSeries,
    StopDriving,
    Where,
)
from domain.access import Action
from domain.appointments.attendance import become_driver, record_outcome, stop_driving
from domain.appointments.calendars import list_entries
from domain.appointments.changes.cancelling import cancel_occurrence, restore_occurrence
from domain.appointments.changes.edits import add_reminder
from domain.appointments.changes.locking import Reach
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lists import list_past, list_series, list_upcoming
from domain.appointments.occurrences.lookups import get_occurrence

FARTHEST_PAGE = 1_000


async def appts(request: Request) -> Answer:
    """`/appts`"""
    return Answer(send=(await _list(request, page=0, is_past=False),))


async def turn_page(request: Request) -> Answer:
    """Earlier and Later in the upcoming list, and the way back to it from an appointment."""
    page = request.pressed(AppointmentsPage).page
    return Answer(edit=await _list(request, page=page, is_past=False))


async def turn_past_page(request: Request) -> Answer:
    page = request.pressed(PastAppointmentsPage).page
    return Answer(edit=await _list(request, page=page, is_past=True))


async def show(request: Request) -> Answer:
    press = request.pressed(ShowAppointment)
    screen = occurrence_screen(request, await get_occurrence(request.scope, press.occurrence_id))
    if press.in_new_message:
        return Answer(send=(screen,))
    return Answer(edit=screen)


async def show_series(request: Request) -> Answer:
    """The dates of a series."""
    press = request.pressed(ShowSeries)
    found = await list_series(request.scope, press.appointment_id, page=press.page)
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    return Answer(edit=appointment_lists.series(found, member=member, now=now))


async def start_driving(request: Request) -> Answer:
    """ "I'll drive", this time or every time."""
    press = request.pressed(Drive)
    is_every = press.where is Where.EVERY_TIME
    facts = await become_driver(request.scope, press.occurrence_id, whole_series=is_every)
    return confirmations.driving(facts, _edited(request, press.where, facts), is_every=is_every)


async def give_up_driving(request: Request) -> Answer:
    """ "I can't drive after all", this time or every time."""
    press = request.pressed(StopDriving)
    is_every = press.where is Where.EVERY_TIME
    facts = await stop_driving(request.scope, press.occurrence_id, whole_series=is_every)
    return confirmations.not_driving(_edited(request, press.where, facts))


async def call_off(request: Request) -> Answer:
    """Call it off. For a series, ask which occurrences."""
    press = request.pressed(CallOff)
    facts = await get_occurrence(request.scope, press.occurrence_id)
    if facts.recurrence is not None and press.reach is None:
        member = request.scope.require(Action.CHANGE_APPOINTMENTS)
        buttons = change_questions.call_off_buttons(facts, member=member)
        return Answer(
            edit=change_questions.ask_reach(facts.details.title, buttons, to_call_off=True)
        )
    reach = press.reach or Reach.THIS
    facts = await cancel_occurrence(request.scope, press.occurrence_id, reach=reach)
    return confirmations.called_off(occurrence_screen(request, facts))


async def restore_appointment(request: Request) -> Answer:
    facts = await restore_occurrence(
        request.scope, request.pressed(RestoreAppointment).occurrence_id
    )
    return confirmations.restored(occurrence_screen(request, facts))


async def also_remind(request: Request) -> Answer:
    """Also remind shortly before."""
    press = request.pressed(AddReminder)
    facts = await add_reminder(request.scope, press.occurrence_id, minutes=press.minutes)
    return confirmations.will_remind(occurrence_screen(request, facts))


async def nothing_to_note(request: Request) -> Answer:
    """Nothing to note about how it went."""
    press = request.pressed(NothingToNote)
    facts = await record_outcome(request.scope, press.occurrence_id, None)
    return confirmations.noted(_edited(request, press.where, facts))


async def calendar(request: Request) -> Answer:
    """The calendar file of one appointment."""
    occurrence_id = request.pressed(ShowCalendar).occurrence_id
    facts = await get_occurrence(request.scope, occurrence_id)
    return Answer(send=(await file_of(request, facts),))


async def family_calendar(request: Request) -> Answer:
    """The whole family's calendar file."""
    entries = await list_entries(request.scope)
    if not entries:
        return appointment_lists.no_calendar(member=request.scope.require(Action.READ))
    return Answer(send=(calendar_file(entries, name="family", now=request.scope.clock.now()),))


async def _list(request: Request, *, page: int, is_past: bool) -> Screen:
    member = request.scope.require(Action.READ)
    farthest = min(page, FARTHEST_PAGE)
    found = await (list_past if is_past else list_upcoming)(request.scope, page=farthest)
    return appointment_lists.appointments(found, member=member, now=request.scope.clock.now())


def _edited(request: Request, where: Where, facts: OccurrenceFacts) -> Screen | None:
    if where is Where.REMINDER:
        return None
    return occurrence_screen(request, facts)
