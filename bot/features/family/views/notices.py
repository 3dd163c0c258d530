"""Notices about the family: who has joined, and that the reader has left."""

from bot.features.family.views.families import role_name
from bot.ui.answer import Button, Screen
from bot.ui.length import label
from bot.ui.presses.family import RemoveMember
from bot.ui.wording import _, escape
from bot.ui.words.times import show_clock
from domain.access import Role
from domain.family.alarms import AlarmFacts
from domain.family.joined_notice import JoinedFacts


def closed() -> Screen:
    """Replaces the messages of a family that the reader has left."""
    return Screen(_("You're not in this family any more."))


def alarm(facts: AlarmFacts) -> Screen:
    """Somebody in the family has called for help."""
    time = "" if facts.zone is None else show_clock(facts.called_at.astimezone(facts.zone))
    head = _("🚨 <b>{name} needs help now</b> (family {family}).")
    if time:
        head = _("🚨 {time}: <b>{name} needs help now</b> (family {family}).")
    lines = [
        head.format(name=escape(facts.name), family=escape(facts.family_name), time=time),
        _("{name} wrote to me that somebody may be in danger. Please call {name}.").format(
            name=escape(facts.name)
        ),
    ]
    return Screen("\n".join(lines))


def joined(facts: JoinedFacts) -> Screen:
    """For the admins; whoever made the invitation reads that it was theirs."""
    lines = [
        _("👋 {name} has joined the family <b>{family}</b>. Their role: {role}.").format(
            name=escape(facts.name),
            family=escape(facts.family_name),
            role=role_name(Role(facts.role)),
        )
    ]
    if facts.by_reader:
        lines.append(_("They used your invitation."))
    elif facts.invited_by is not None:
        lines.append(_("{name} had invited them.").format(name=escape(facts.invited_by)))
    if not facts.may_remove:
        return Screen("\n".join(lines))
    remove = RemoveMember(family_id=facts.family_id, user_id=facts.user_id)
    words = label(_("🚪 Remove {name}").format(name=facts.name))
    return Screen("\n".join(lines), ((Button(words, remove.encode()),),))
