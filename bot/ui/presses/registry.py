"""All kinds of buttons by their verbs, to decode what somebody pressed."""

from collections.abc import Iterator, Mapping
from types import ModuleType

from bot.ui.presses import (
    appointments,
    contacts,
    conversation,
    doses,
    family,
    history,
    medicines,
    overview,
)
from bot.ui.presses.press import VERB_LENGTH, Press, Style, UnreadableCallback

_AREAS = (*(appointments, contacts, conversation, doses, family, history, medicines, overview),)


def _kinds_of(area: ModuleType) -> Iterator[type[Press]]:
    for kind in vars(area).values():
        if isinstance(kind, type) and issubclass(kind, Press) and kind.verb:
            yield kind


KINDS: Mapping[str, type[Press]] = {kind.verb: kind for area in _AREAS for kind in _kinds_of(area)}


def decode(data: str) -> Press:
    """Raises :class:`UnreadableCallback` for anything that :meth:`Press.encode` would not write."""
    kind = KINDS.get(data[:VERB_LENGTH])
    if kind is None:
        raise UnreadableCallback
    return kind.read(data)


def style_of(data: str) -> Style | None:
    """The style of the button with this *data*: green for Taken, red for removing something."""
    kind = KINDS.get(data[:VERB_LENGTH])
    return kind.style if kind is not None else None
