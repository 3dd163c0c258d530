"""`/settings`, and its buttons."""

from dataclasses import replace
from datetime import timedelta

from bot.features.family.views import family_settings as family_views
from bot.features.family.views import settings as views
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.family import (
    HideNames,
    SetFamilyLadder,
    SetHearing,
    SetHourCycle,
    SetWindow,
    ShowHearing,
)
from bot.ui.wording import count_hours
from domain.access import Action
from domain.errors import NotFound
from domain.family.group.reading import find_group
from domain.family.settings import hearing as hearings
from domain.family.settings import hours
from domain.family.settings.ladder import set_family_ladder
from domain.family.settings.overview import get_settings
from domain.family.settings.test_message import send_test
from domain.medicines.changes import windows
from domain.medicines.ladders import get_window


async def settings(request: Request) -> Answer:
    return Answer(send=(await own_screen(request),))


async def family_settings(request: Request) -> Answer:
    """What holds for the whole family."""
    return Answer(edit=await family_screen(request))


async def set_ladder(request: Request) -> Answer:
    """What happens when nobody answers, for all medicines that have no ladder of their own."""
    plan = request.pressed(SetFamilyLadder).plan
    await set_family_ladder(request.scope, plan)
    return family_views.ladder_set(await family_screen(request), plan)


async def set_window(request: Request) -> Answer:
    """How long an unanswered dose is asked about."""
    window = timedelta(hours=request.pressed(SetWindow).hours)
    await windows.set_window(request.scope, window)
    return family_views.window_set(await family_screen(request), window)


async def hearing(request: Request) -> Answer:
    """What the reader hears about a person."""
    person_id = request.pressed(ShowHearing).person_id
    member = request.scope.require(Action.READ)
    for each in await hearings.list_hearing(request.scope):
        if each.person_id == person_id:
            return Answer(edit=views.hearing(each, member=member))
    raise NotFound


async def set_hearing(request: Request) -> Answer:
    press = request.pressed(SetHearing)
    chosen = await hearings.set_hearing(request.scope, press.person_id, press.hears)
    return views.hearing_set(await own_screen(request), chosen)


async def set_hour_cycle(request: Request) -> Answer:
    """How the reader's clock shows hours."""
    cycle = request.pressed(SetHourCycle).cycle
    await hours.set_hour_cycle(request.scope, cycle)
    count_hours(cycle)
    scope = request.scope
    scope.member = replace(scope.require(Action.READ), hour_cycle=cycle)
    return Answer(edit=await own_screen(request))


async def hide_names(request: Request) -> Answer:
    """Whether the reader's reminders say what is taken."""
    hidden = request.pressed(HideNames).hidden
    await hours.set_hides_names(request.scope, hidden=hidden)
    return views.names_hidden(await own_screen(request), hidden=hidden)


async def test(request: Request) -> Answer:
    await send_test(request.scope)
    return views.test_on_its_way()


async def own_screen(request: Request) -> Screen:
    member = request.scope.require(Action.READ)
    return views.settings(await get_settings(request.scope), member=member)


async def family_screen(request: Request) -> Screen:
    member = request.scope.require(Action.READ)
    facts, window = await get_settings(request.scope), await get_window(request.scope)
    group = await find_group(request.scope)
    return family_views.family_settings(facts, window, group, member=member)
