"""What phones show, and what of it has changed since one looked last."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.sandbox import GroupRoom, Message, Person


@dataclass(frozen=True)
class Seen:
    """One change on one phone, in the lines that tell it. `words` are what can be read there."""

    who: str
    lines: Sequence[str]
    words: str


class Phones:
    """Remembers what each phone, and each group, showed."""

    def __init__(self) -> None:
        self._people: list[Person | GroupRoom] = []
        self._shown: dict[int, dict[int, Message]] = {}
        self._toasts: dict[int, int] = {}

    @property
    def people(self) -> Sequence[Person | GroupRoom]:
        return self._people

    def add(self, person: Person | GroupRoom) -> None:
        self._people.append(person)
        self._shown[person.id] = {}
        self._toasts[person.id] = 0

    def changes(self) -> list[Seen]:
        """What has changed since the last call."""
        return [seen for person in self._people for seen in self._changes_of(person)]

    def _changes_of(self, person: Person | GroupRoom) -> Iterator[Seen]:
        before = self._shown[person.id]
        now = {message.id: message for message in person.messages if message.from_bot}
        self._shown[person.id] = now
        for message in now.values():
            seen = _difference(before.get(message.id), message)
            if seen:
                yield Seen(person.name, seen, in_words(message))
        for gone in before.keys() - now.keys():
            yield Seen(person.name, ["- deleted: " + _first_line(before[gone].text)], "")
        toasts = person.toasts[self._toasts[person.id] :]
        self._toasts[person.id] = len(person.toasts)
        for toast in toasts:
            if toast.text:
                sign = "‼" if toast.alert else "!"
                yield Seen(person.name, [f"{sign} {toast.text}"], toast.text)


def in_words(message: Message) -> str:
    """Everything that can be read on a message, its buttons and the name of its file included."""
    return "\n".join([message.text, *_attached(message), *_keyboard(message)])


def _difference(before: Message | None, now: Message) -> Sequence[str]:
    text, keyboard = [*now.text.split("\n"), *_attached(now)], _keyboard(now)
    if before is None:
        sign = "+🔕" if now.silent else "+"
        return [f"{sign} {text[0]}", *(f"  {line}" for line in (*text[1:], *keyboard))]
    if before.revision == now.revision:
        return []
    if before.text != now.text:
        return [f"~ {text[0]}", *(f"  {line}" for line in (*text[1:], *keyboard))]
    if _keyboard(before) != keyboard:
        about = f"~ “{_first_line(now.text)}”"
        if not keyboard:
            return [f"{about}: no buttons any more"]
        return [f"{about}: other buttons", *(f"  {line}" for line in keyboard)]
    return []


def _keyboard(message: Message) -> list[str]:
    return [" ".join(f"[{button.text}]" for button in row) for row in message.buttons]


def _attached(message: Message) -> list[str]:
    return [
        f"📎 {what.get('file_name', kind) if isinstance(what, dict) else kind}"
        for kind, what in message.attachment.items()
    ]


def _first_line(text: str) -> str:
    return text.split("\n", maxsplit=1)[0]
