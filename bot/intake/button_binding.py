"""Completes buttons that a handler can't complete.

Like every other button, a command as a button belongs to the family its message is about, even
after a switch. Undo, and whatever continues from it, carries the id of the action that its message
reports.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from bot.ui.answer import Answer, Button, Screen
from bot.ui.presses.medicines import ChangeOpenDoses
from bot.ui.presses.overview import RunCommand, UndoAction
from bot.ui.presses.press import NOWHERE
from bot.ui.presses.registry import decode
from bot.ui.presses.subjects import OfAction
from domain.database.scope import Act
from domain.overview.own_actions import UNDOABLE

_UNFINISHED = tuple(kind.verb for kind in (RunCommand, UndoAction, ChangeOpenDoses))


def bind_buttons(answer: Answer, family_id: UUID, acts: Sequence[Act] = ()) -> Answer:
    """*answer* with its command buttons bound to a family and its Undo bound to the last of *acts*,
    the actions recorded for it. If nothing was recorded there is nothing to undo, so that button is
    removed.
    """
    done = next((act.id for act in reversed(acts) if act.action in UNDOABLE), None)
    return replace(
        answer,
        send=tuple(_screen(screen, family_id, done) for screen in answer.send),
        edit=_screen(answer.edit, family_id, done) if answer.edit is not None else None,
    )


def _screen(screen: Screen, family_id: UUID, done: UUID | None) -> Screen:
    if not any(_is_unfinished(button) for row in screen.keyboard for button in row):
        return screen
    rows = (_row(row, family_id, done) for row in screen.keyboard)
    return replace(screen, keyboard=tuple(row for row in rows if row))


def _row(row: Sequence[Button], family_id: UUID, done: UUID | None) -> tuple[Button, ...]:
    finished = (_button(button, family_id, done) for button in row)
    return tuple(button for button in finished if button is not None)


def _button(button: Button, family_id: UUID, done: UUID | None) -> Button | None:
    if not _is_unfinished(button):
        return button
    press = decode(button.data or "")
    if press.family_id != NOWHERE:
        return button
    if isinstance(press, OfAction):
        if done is None:
            return None
        press = replace(press, action_id=done)
    return replace(button, data=replace(press, family_id=family_id).encode())


def _is_unfinished(button: Button) -> bool:
    return button.data is not None and button.data.startswith(_UNFINISHED)
