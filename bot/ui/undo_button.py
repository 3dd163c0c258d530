"""Undo, below a message that says what was done."""

from bot.ui.answer import Button
from bot.ui.callbacks import Callback, Verb
from bot.ui.wording import _


def undo_button(*, entries: int = 1) -> Button:
    """It is about what its message says, and nothing that is done later: :mod:`bot.intake.menus`
    puts in which action that is. Of several *entries* it takes back the last one first.
    """
    count = str(entries) if entries > 1 else ""
    return Button(_("↩️ Undo"), Callback(Verb.UNDO_ACTION, argument=count).encode())
