"""Messages that nobody asked for: who has joined."""

from bot.features.family.views.families import role_name
from bot.ui.answer import Screen
from bot.ui.wording import _, escape
from domain.access import Role
from domain.overview.cards import JoinedFacts


def joined(facts: JoinedFacts) -> Screen:
    return Screen(
        _("👋 {name} has joined the family <b>{family}</b>. Their role: {role}.").format(
            name=escape(facts.name),
            family=escape(facts.family_name),
            role=role_name(Role(facts.role)),
        )
    )
