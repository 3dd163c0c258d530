"""`/today`, its pages, and its Taken buttons."""

from dataclasses import replace

from bot.features.medicines.handlers.doses import taken_or_ask
from bot.features.overview.views import today as today_views
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.overview import TakeToday, TodayPage
from domain.access import Action, may
from domain.appointments.occurrences.lists import list_day
from domain.family.people import find_own_person
from domain.medicines.doses.today import list_today
from domain.medicines.records import presses
from domain.overview import elsewhere


async def today(request: Request) -> Answer:
    return Answer(send=(await _today(request, page=0),))


async def turn_today(request: Request) -> Answer:
    """Show another page in the same message."""
    return Answer(edit=await _today(request, page=request.pressed(TodayPage).page))


async def take_today(request: Request) -> Answer:
    """Record a dose from the list of today, and redraw that page."""
    press = request.pressed(TakeToday)
    outcome = await presses.record_taken(request.scope, [press.dose_id])
    answer = await taken_or_ask(request, outcome)
    if outcome.late or outcome.to_choose or outcome.too_soon:
        return answer
    return replace(answer, edit=await _today(request, page=press.page))


async def _today(request: Request, *, page: int) -> Screen:
    people = await list_today(request.scope)
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    days = {entry.person.id: now.astimezone(entry.person.zone).date() for entry in people}
    planned = await list_day(request.scope, days)
    records_own = not may(member.role, Action.RECORD_DOSE)
    return today_views.today(
        people,
        appointments=planned,
        member=member,
        now=now,
        number=page,
        elsewhere=await elsewhere.list_open(request.scope),
        own=await find_own_person(request.scope) if records_own else None,
    )
