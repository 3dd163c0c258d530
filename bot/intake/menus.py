"""Commands as buttons act on the family that their message is about, like every other button: an
Undo below what was changed in one family must not offer what was done last in another.
"""

from dataclasses import replace
from uuid import UUID

from bot.views.answer import Answer, Button, Screen
from bot.views.callbacks import NOWHERE, Verb, decode


def bound_to(answer: Answer, family_id: UUID) -> Answer:
    """*answer* with its commands as buttons bound to a family."""
    return replace(
        answer,
        send=tuple(_screen(screen, family_id) for screen in answer.send),
        edit=_screen(answer.edit, family_id) if answer.edit is not None else None,
    )


def _screen(screen: Screen, family_id: UUID) -> Screen:
    if not any(_is_menu(button) for row in screen.keyboard for button in row):
        return screen
    rows = (tuple(_button(button, family_id) for button in row) for row in screen.keyboard)
    return replace(screen, keyboard=tuple(rows))


def _button(button: Button, family_id: UUID) -> Button:
    if not _is_menu(button):
        return button
    press = decode(button.data or "")
    if press.family_id != NOWHERE:
        return button
    return replace(button, data=replace(press, family_id=family_id).encode())


def _is_menu(button: Button) -> bool:
    return button.data is not None and button.data.startswith(Verb.MENU)
