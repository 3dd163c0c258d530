"""`/start`, `/help`, `/family`, `/invite`, joining by a link, and the links that are out."""

from bot.features.family.views import families as views
from bot.features.family.views import start as start_views
from bot.features.family.views.joining import open_invitations as invitation_views
from bot.intake.request import Request
from bot.ui.answer import Answer, Screen
from bot.ui.presses.family import (
    AskToRevokeInvitation,
    InvitationsPage,
    Invite,
    InvitePerson,
    RevokeInvitation,
    SwitchFamily,
)
from domain.access import Action, Role
from domain.family import families, unreachable, users
from domain.family.errors import NobodyCaredFor
from domain.family.invitations import open_ones
from domain.family.membership.menus import MenuShown
from domain.family.membership.pages import get_member
from domain.family.people import list_people
from domain.overview import elsewhere


async def start(request: Request) -> Answer:
    """`/start [payload]`: a payload is an invitation. Strangers without one are led on by
    :mod:`bot.features.overview.flows.first_minute`.
    """
    if request.text:
        return await _join(request, request.text)
    member = request.scope.require(Action.READ)
    return start_views.welcome_back(name=request.name, family=member.family_name, role=member.role)


async def help_(request: Request) -> Answer:
    """`/help`. For whoever gets big, simple reminders it's as short as these; the menu of commands
    of somebody who is cared for is set again, in case it was not set then.
    """
    member = request.scope.member
    if member is not None and member.role is Role.RECIPIENT:
        request.scope.publish(MenuShown(member.user_id))
        if (await get_member(request.scope, member.user_id)).has_big_cards:
            return start_views.big_help(person=request.name)
    return start_views.help_text(role=None if member is None else member.role)


async def family(request: Request) -> Answer:
    return views.overview(await elsewhere.get_overview_told_apart(request.scope))


async def switch_family(request: Request) -> Answer:
    switched, *others = await elsewhere.switch_family(
        request.scope, request.pressed(SwitchFamily).family_id
    )
    return views.switched(switched, others=others)


async def invite(request: Request) -> Answer:
    """`/invite [ROLE]`"""
    member = request.scope.require(Action.INVITE)
    typed = (request.text or "").strip()
    if typed.lower() not in set(Role):
        return views.ask_role(member.family_id, typed=typed)
    return await _invite_as(request, Role(typed.lower()))


async def invite_as(request: Request) -> Answer:
    """A button of `/invite`."""
    return await _invite_as(request, request.pressed(Invite).role)


async def invite_person(request: Request) -> Answer:
    """The person to invite was chosen."""
    person_id = request.pressed(InvitePerson).person_id
    made = await families.invite(request.scope, Role.RECIPIENT, care_recipient_id=person_id)
    return views.invitation(made, bot_username=request.bot_username)


async def invitations(request: Request) -> Answer:
    """A page of the invitations that are still open."""
    page = request.pressed(InvitationsPage).page
    return Answer(edit=await _invitations_screen(request, page=page))


async def ask_to_revoke(request: Request) -> Answer:
    """One of them was tapped."""
    member = request.scope.require(Action.MANAGE_MEMBERS)
    invitation_id = request.pressed(AskToRevokeInvitation).invitation_id
    found = await open_ones.get_open(request.scope, invitation_id)
    now = request.scope.clock.now()
    return Answer(edit=invitation_views.ask_to_revoke(found, member=member, now=now))


async def revoke_invitation(request: Request) -> Answer:
    invitation_id = request.pressed(RevokeInvitation).invitation_id
    is_news = await open_ones.revoke(request.scope, invitation_id)
    return invitation_views.revoked(await _invitations_screen(request), is_news=is_news)


async def blocked(request: Request) -> Answer:
    """The person has blocked the bot: the admins of each of their families hear it."""
    if not await users.set_blocked(request.scope, blocked=True):
        return Answer()
    for family_id in await unreachable.list_own_families(request.scope):
        if await request.scope.enter_family(family_id) is not None:
            await unreachable.tell_admins(request.scope)
    return Answer()


async def unblocked(request: Request) -> Answer:
    """The person has unblocked the bot: what the admins have been told is so no more."""
    if await users.set_blocked(request.scope, blocked=False):
        for family_id in await unreachable.list_own_families(request.scope):
            if await request.scope.enter_family(family_id) is not None:
                await unreachable.tell_that_reachable_again(request.scope)
    return Answer()


async def _join(request: Request, token: str) -> Answer:
    return views.joined(await families.redeem_invitation(request.scope, token))


async def _invitations_screen(request: Request, *, page: int = 0) -> Screen:
    member = request.scope.require(Action.MANAGE_MEMBERS)
    found = await open_ones.list_open(request.scope, page=page)
    return invitation_views.invitations(found, member=member, now=request.scope.clock.now())


async def _invite_as(request: Request, role: Role) -> Answer:
    member = request.scope.require(Action.INVITE)
    if role is not Role.RECIPIENT:
        made = await families.invite(request.scope, role)
        return views.invitation(made, bot_username=request.bot_username)
    people = await list_people(request.scope)
    if not people:
        raise NobodyCaredFor
    if len(people) > 1:
        return views.ask_who_is_invited(member.family_id, [(p.id, p.name) for p in people])
    made = await families.invite(request.scope, role, care_recipient_id=people[0].id)
    return views.invitation(made, bot_username=request.bot_username)
