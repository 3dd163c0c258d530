"""Buttons that several areas put below their messages."""

from uuid import UUID

from bot.ui.answer import Button
from bot.ui.callbacks import Callback, Verb
from bot.ui.wording import _


def undo_button(*, entries: int = 1) -> Button:
    """It is about what its message says, and nothing that is done later: :mod:`bot.intake.menus`
    puts in which action that is. Of several *entries* it takes back the last one first.
    """
    count = str(entries) if entries > 1 else ""
    return Button(_("↩️ Undo"), Callback(Verb.UNDO_ACTION, argument=count).encode())


def switch_button(family_id: UUID, words: str) -> Button:
    """*words*: the family, told apart from others of its name."""
    return Button(
        _("Switch to {family}").format(family=words),
        Callback(Verb.SWITCH_FAMILY, family_id).encode(),
    )
