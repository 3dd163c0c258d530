"""The bot's answer to one update, as plain values.

An answer is stored in the same transaction as the effect it reports, so that it is sent even if the
process dies in between. Every part of it therefore converts to JSON and back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.ui.length import MAX_SHOWN, length


@dataclass(frozen=True)
class Button:
    """Carries either `data` for the bot (at most 64 bytes, see :mod:`bot.ui.presses`) or a
    `url`.
    """

    label: str
    data: str | None = None
    url: str | None = None


Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True)
class Document:
    """A text file sent with a message."""

    name: str
    content: str


@dataclass(frozen=True)
class Screen:
    """One message: Telegram HTML and its buttons. With a document, the text is its caption; so it
    is with a `qr_code`, a picture of that link. An `is_silent` message arrives without a sound.
    """

    text: str
    keyboard: Keyboard = ()
    document: Document | None = None
    is_silent: bool = False
    qr_code: str | None = None

    @property
    def has_attachment(self) -> bool:
        """Whether it's no message of text: that can't become one by an edit, nor the reverse."""
        return self.document is not None or self.qr_code is not None

    def after(self, sentence: "Screen") -> tuple["Screen", ...]:
        """*sentence* followed by this screen: one message if *sentence* is only text and
        both fit.
        """
        together = f"{sentence.text}\n\n{self.text}"
        if sentence.keyboard or sentence.has_attachment or length(together) > MAX_SHOWN:
            return (sentence, self)
        return (replace(self, text=together),)


@dataclass(frozen=True)
class Answer:
    """`toast` answers a press (as an `alert`, it has to be dismissed); `send` holds new messages;
    `edit` replaces the pressed message, and `closes` only removes its buttons. Cards are never
    edited this way: they show their wanted state, see :mod:`domain.delivery.shown_messages`.

    `conversation` is the person's guided conversation after this update, as JSON of
    :mod:`bot.intake.conversation`. What `is_small_talk` is sent at most once an hour. What
    `is_wrong_invitation` counts as a guess, and is sent a few times an hour. `spoken` are the ids
    of what it is about, for the next ten minutes; {} where that is over.
    """

    toast: str | None = None
    alert: bool = False
    send: tuple[Screen, ...] = ()
    edit: Screen | None = None
    closes: bool = False
    conversation: dict[str, Any] | None = None
    is_small_talk: bool = False
    is_wrong_invitation: bool = False
    spoken: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        stored: dict[str, Any] = {}
        if self.toast is not None:
            stored["toast"] = self.toast
        if self.alert:
            stored["alert"] = True
        if self.send:
            stored["send"] = [_screen_to_json(screen) for screen in self.send]
        if self.edit is not None:
            stored["edit"] = _screen_to_json(self.edit)
        if self.closes:
            stored["closes"] = True
        if self.conversation is not None:
            stored["conversation"] = self.conversation
        if self.is_small_talk:
            stored["is_small_talk"] = True
        if self.is_wrong_invitation:
            stored["is_wrong_invitation"] = True
        if self.spoken is not None:
            stored["spoken"] = dict(self.spoken)
        return stored

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Answer":
        return cls(
            toast=stored.get("toast"),
            alert=stored.get("alert", False),
            send=tuple(_screen_from_json(screen) for screen in stored.get("send", ())),
            edit=_screen_from_json(stored["edit"]) if "edit" in stored else None,
            closes=stored.get("closes", False),
            conversation=stored.get("conversation"),
            is_small_talk=stored.get("is_small_talk", False),
            is_wrong_invitation=stored.get("is_wrong_invitation", False),
            spoken=stored.get("spoken"),
        )

    def in_place(self) -> "Answer":
        """Its first message in the place of the pressed one, where that would only be closed."""
        if not self.closes or self.edit or not self.send or self.send[0].has_attachment:
            return self
        return replace(self, send=self.send[1:], edit=self.send[0], closes=False)

    def and_send(self, *screens: Screen) -> "Answer":
        return replace(self, send=(*self.send, *screens))

    def and_ask(self, question: Screen) -> "Answer":
        """Sends *question* right after the last message of this answer."""
        *before, last = self.send
        return replace(self, send=(*before, *question.after(last)))


def say(text: str, keyboard: Keyboard = ()) -> Answer:
    """An answer of one message."""
    return Answer(send=(Screen(text, keyboard),))


def _screen_to_json(screen: Screen) -> dict[str, Any]:
    stored: dict[str, Any] = {"text": screen.text, "keyboard": _keyboard_to_json(screen.keyboard)}
    if screen.document is not None:
        stored["document"] = [screen.document.name, screen.document.content]
    if screen.is_silent:
        stored["is_silent"] = True
    if screen.qr_code is not None:
        stored["qr_code"] = screen.qr_code
    return stored


def _screen_from_json(stored: dict[str, Any]) -> Screen:
    document = Document(*stored["document"]) if "document" in stored else None
    return Screen(
        stored["text"],
        _keyboard_from_json(stored["keyboard"]),
        document,
        is_silent=stored.get("is_silent", False),
        qr_code=stored.get("qr_code"),
    )


def _keyboard_to_json(keyboard: Keyboard) -> list[list[list[str | None]]]:
    return [[[button.label, button.data, button.url] for button in row] for row in keyboard]


def _keyboard_from_json(stored: list[list[list[Any]]]) -> Keyboard:
    return tuple(tuple(Button(*button) for button in row) for row in stored)
