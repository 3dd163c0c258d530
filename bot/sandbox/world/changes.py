"""Changes on people's phones, as their listeners get them."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.world.records import Bubble


@dataclass(frozen=True, slots=True)
class Toast:
    """The answer to a press, as the presser's phone shows it."""

    text: str
    # Has to be dismissed instead of fading.
    alert: bool
    url: str | None
    query_id: str


@dataclass(frozen=True, slots=True)
class Change:
    """Something that a phone now shows.

    *kind*: ``message`` (new or edited), ``deleted``, ``toast``, ``account``, ``group``, ``typing``
    or ``bot`` (the menu or the name, for everybody; *chat_id* is 0).
    """

    kind: str
    chat_id: int
    message: Bubble | None = None
    message_id: int = 0
    toast: Toast | None = None


Listener = Callable[[Change], None]
