"""Buttons that several areas use, and their layout."""

from collections.abc import Callable, Sequence
from uuid import UUID

from bot.ui.answer import Button, Keyboard
from bot.ui.presses.family import SendTest, SwitchFamily
from bot.ui.presses.overview import UndoAction
from bot.ui.presses.press import Press
from bot.ui.wording import _
from domain.database.scope import Member


def undo_button(*, entries: int = 1) -> Button:
    """Undoes what its own message reports, never a later action: :mod:`bot.intake.button_binding`
    fills in the action. For several *entries* it undoes the last one first.
    """
    return Button(_("↩️ Undo"), UndoAction(entries=entries).encode())


def test_button(member: Member) -> Button:
    """A reminder to whoever taps it, to see whether it arrives."""
    return Button(_("🧪 Send me a test reminder"), SendTest(family_id=member.family_id).encode())


def switch_button(family_id: UUID, words: str) -> Button:
    """*words* name the family, made distinct from others of the same name."""
    return Button(
        _("Switch to {family}").format(family=words),
        SwitchFamily(family_id=family_id).encode(),
    )


def in_rows(buttons: Sequence[Button], *, of: int = 1) -> Keyboard:
    """Puts *of* buttons in each row."""
    return tuple(tuple(buttons[at : at + of]) for at in range(0, len(buttons), of))


def page_turns(
    page: int,
    turn: Callable[[int], Press],
    *,
    has_next: bool,
    words: tuple[str, str] | None = None,
) -> Keyboard:
    """A row with buttons to the pages before and after *page* (counted from 0), with the list's own
    *words*; no row if there are no other pages.
    """
    before, after = words or (_("Previous"), _("Next"))
    row = []
    if page > 0:
        row.append(Button(_("◀ {page}").format(page=before), turn(page - 1).encode()))
    if has_next:
        row.append(Button(_("{page} ▶").format(page=after), turn(page + 1).encode()))
    return (tuple(row),) if row else ()
