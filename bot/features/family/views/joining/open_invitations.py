"""Invitations that are still open: the list, and the question before one is revoked."""

from datetime import datetime
from uuid import UUID

from bot.features.family.views.families import role_name
from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import page_turns
from bot.ui.distinct_labels import family_name
from bot.ui.length import label
from bot.ui.presses.family import (
    AskToRevokeInvitation,
    InvitationsPage,
    RevokeInvitation,
)
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape
from bot.ui.words.times import clock_time, dated_day, length_words
from domain.access import Role
from domain.database.scope import Member
from domain.family.invitations.open_ones import OpenInvitation, OpenInvitations


def invitations(shown: OpenInvitations, *, member: Member, now: datetime) -> Screen:
    """A page of the open invitations; a tap on one asks whether to revoke it."""
    head = _("📨 <b>Open invitations</b> to the family {family}")
    lines = [head.format(family=escape(family_name(member)))]
    for one in shown.found:
        lines += ["", f"<b>{_as(one)}</b>", _made_by(one), _until(one, shown, now)]
    if shown.found:
        lines += ["", _("Tap one to revoke it.")]
    else:
        lines += ["", _("None. /invite makes one.")]

    def turn(page: int) -> InvitationsPage:
        return InvitationsPage(family_id=member.family_id, page=page)

    rows: list[tuple[Button, ...]] = [(_tap(one, member.family_id),) for one in shown.found]
    if not shown.found and shown.page:  # the last ones of a page have gone
        rows.append((Button(_("◀ Open invitations"), turn(0).encode()),))
    else:
        rows += page_turns(shown.page, turn, has_next=shown.has_next)
    rows.append((_family_button(member.family_id),))
    return Screen("\n".join(lines), tuple(rows))


def ask_to_revoke(shown: OpenInvitations, *, member: Member, now: datetime) -> Screen:
    [one] = shown.found
    family_id = member.family_id
    lines = [
        _("Revoke this invitation to the family <b>{family}</b>?").format(
            family=escape(family_name(member))
        ),
        "",
        f"<b>{_as(one)}</b>",
        _made_by(one),
        _until(one, shown, now),
        "",
        _("Its link won't work any more, for anybody."),
    ]
    revoke = RevokeInvitation(family_id=family_id, invitation_id=one.id)
    back = InvitationsPage(family_id=family_id)
    return Screen(
        "\n".join(lines),
        (
            (Button(_("🗑 Revoke it"), revoke.encode()),),
            (Button(_("◀ Open invitations"), back.encode()),),
        ),
    )


def revoked(body: Screen, *, is_news: bool) -> Answer:
    words = _("Revoked. The link doesn't work any more.")
    if not is_news:
        words = _("It's already revoked.")
    return Answer(toast=words, edit=body)


def _family_button(family_id: UUID) -> Button:
    return Button(_("👪 Family"), RunCommand(family_id=family_id, command="family").encode())


def _tap(one: OpenInvitation, family_id: UUID) -> Button:
    words = _("🗑 {role}, by {name}").format(role=_as_plain(one), name=one.made_by)
    if one.is_own:
        words = _("🗑 {role}, by you").format(role=_as_plain(one))
    press = AskToRevokeInvitation(family_id=family_id, invitation_id=one.id)
    return Button(label(words), press.encode())


def _as_plain(one: OpenInvitation) -> str:
    if one.role is Role.RECIPIENT and one.person:
        return _("for {person}").format(person=one.person)
    return role_name(one.role)


def _as(one: OpenInvitation) -> str:
    if one.role is Role.RECIPIENT and one.person:
        return _("For {person}, to record their own doses").format(person=escape(one.person))
    return _("As {role}").format(role=role_name(one.role))


def _made_by(one: OpenInvitation) -> str:
    if one.is_own:
        return _("Made by you")
    return _("Made by {name}").format(name=escape(one.made_by))


def _until(one: OpenInvitation, shown: OpenInvitations, now: datetime) -> str:
    if shown.zone is None:
        return _("Works for another {length}").format(length=length_words(one.expires_at - now))
    local = one.expires_at.astimezone(shown.zone)
    day = dated_day(local.date(), today=now.astimezone(shown.zone).date())
    return _("Works until {day}, {time}").format(
        day=day, time=clock_time(one.expires_at, shown.zone)
    )
