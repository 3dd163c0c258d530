"""`/start` in a group, the buttons below it, and the group in the family's settings."""

from bot.features.family.handlers.settings import family_screen
from bot.features.family.views import groups as views
from bot.intake.request import Request
from bot.ui.answer import Answer
from bot.ui.presses.family import (
    BindGroup,
    OfferGroup,
    SetGroupNames,
    SetGroupReceives,
    UnbindGroup,
)
from domain.access import Action
from domain.errors import NotFound
from domain.family.group import reading
from domain.family.group.reading import GroupChat
from domain.reminders import family_group


async def start(request: Request) -> Answer:
    """`/start` in a group: whether a family of the sender should use it. What follows the command
    is for private chats.
    """
    families = await reading.list_bindable(request.scope, _chat(request).chat_id)
    here = next((family for family in families if family.is_here), None)
    if not families:
        return views.only_admins()
    if here is not None:
        return views.already_here(here.name)
    if len(families) > 1:
        return views.ask_which(families)
    return Answer(send=(views.offer(families[0], hidden=False),))


async def offer(request: Request) -> Answer:
    """A family was chosen, or whether cards should have names."""
    family = await reading.get_bindable(request.scope, _chat(request).chat_id)
    return Answer(edit=views.offer(family, hidden=request.pressed(OfferGroup).hidden))


async def bind(request: Request) -> Answer:
    use = request.pressed(BindGroup).use
    bound = await family_group.bind_group(
        request.scope, _chat(request), receives=use.receives, hides_names=use.hides_names
    )
    return views.bound(bound.group, member=request.scope.require(Action.MANAGE_FAMILY))


async def decline(request: Request) -> Answer:
    request.scope.require(Action.MANAGE_FAMILY)
    _chat(request)
    return views.declined()


async def set_receives(request: Request) -> Answer:
    press = request.pressed(SetGroupReceives)
    group = await family_group.set_receives(request.scope, press.group_id, press.receives)
    return views.receives_set(await family_screen(request), group)


async def set_names(request: Request) -> Answer:
    press = request.pressed(SetGroupNames)
    group = await family_group.set_hides_names(request.scope, press.group_id, hidden=press.hidden)
    return views.names_set(await family_screen(request), group)


async def unbind(request: Request) -> Answer:
    await family_group.unbind_group(request.scope, request.pressed(UnbindGroup).group_id)
    return views.unbound(await family_screen(request))


def _chat(request: Request) -> GroupChat:
    """The group. Raises NotFound in private chats: a modified app can press anything anywhere."""
    if request.chat is None:
        raise NotFound
    return request.chat
