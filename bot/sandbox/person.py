"""People that a test controls: each has a phone, types, taps, and looks at the screen."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from bot.sandbox.bot_api.methods import described, document
from bot.sandbox.errors import Json
from bot.sandbox.world.changes import Change, Toast
from bot.sandbox.world.records import Account, Bubble
from bot.sandbox.world.world import World

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds that a test waits for the bot by default: far longer than anything should take."""


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: *data* goes to the bot, *url* opens a link."""

    text: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a phone showed it at that moment."""

    id: int
    text: str
    # The HTML that the bot sent; None for plain text and for people's messages.
    html: str | None
    buttons: tuple[tuple[Button, ...], ...]
    from_bot: bool
    edited: bool
    silent: bool
    # {"voice": {…}}, {"document": {…}}, …
    attachment: Json
    # Links in the text, in order, including those behind words.
    links: tuple[str, ...]
    # The topic, in a group that has topics.
    thread_id: int | None
    # Unix time.
    date: int
    # Increases with every change on any phone.
    revision: int

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of its buttons, row by row."""
        return tuple(button.text for row in self.buttons for button in row)


class Person:
    """Somebody with a phone in the sandbox. Created by :meth:`Sandbox.add_person`.

    A label or a fragment matches anything that contains it, so that an emoji beside "Taken" doesn't
    matter; an exact match takes precedence.
    """

    def __init__(self, world: World, account: Account) -> None:
        self._world = world
        self._account = account
        self._since = 0
        self._heard = asyncio.Event()
        self.toasts: list[Toast] = []
        world.listen(self._listen, chat_id=account.id)

    def __repr__(self) -> str:
        return f"<{self.name} ({self.id})>"

    @property
    def id(self) -> int:
        """Telegram id of the person, and of their chat with the bot."""
        return self._account.id

    @property
    def name(self) -> str:
        return self._account.first_name

    @property
    def messages(self) -> list[Message]:
        """The messages on this phone, newest last."""
        return [shown(bubble) for bubble in self._world.chats[self.id].values()]

    @property
    def last(self) -> Message:
        """The newest message. Raises LookupError on an empty phone."""
        for bubble in self._newest_first():
            return shown(bubble)
        raise LookupError(f"{self.name}'s phone shows nothing")

    # Actions.

    async def send(self, text: str, *, reply_to: Message | None = None) -> Message:
        """Type something, in reply to a message or not. If it is too long for one message, the
        last one is returned.
        """
        self._act()
        about = self._bubble(reply_to) if reply_to is not None else None
        return shown(self._world.says(self._account, text, reply_to=about)[-1])

    async def forward(self, text: str) -> Message:
        """Pass on what somebody else wrote."""
        self._act()
        return shown(self._world.forwards(self._account, text))

    async def start(self, payload: str = "") -> Message:
        """Press Start."""
        self._act()
        return shown(self._world.starts(self._account, payload))

    async def open_link(self, url: str) -> Message:
        """Open a link to the bot (an invitation). Raises ValueError for any other link."""
        self._act()
        return shown(self._world.follows(self._account, url))

    async def edit(self, message: Message, text: str) -> Message:
        """Edit one's own message. With the same text, it is an update without a change, which
        Telegram sometimes sends.
        """
        self._act()
        bubble = self._bubble(message)
        self._world.rewrites(self._account, bubble, text)
        return shown(bubble)

    async def send_voice(self, *, seconds: int = 3) -> Message:
        return self._send_attachment(voice_message(self._world, seconds=seconds))

    async def send_document(self, name: str, content: bytes) -> Message:
        file = self._world.keep_file(
            name=name, content_type="application/octet-stream", content=content
        )
        return self._send_attachment({"document": document(file)})

    async def send_contact(self, first_name: str, phone_number: str) -> Message:
        contact = {"first_name": first_name, "phone_number": phone_number}
        return self._send_attachment({"contact": contact})

    async def send_photo(self) -> Message:
        return self._send_attachment(photo(self._world))

    async def send_sticker(self) -> Message:
        return self._send_attachment(sticker(self._world))

    async def press(
        self, label: str, *, message: Message | None = None, timeout: float = PATIENCE
    ) -> Toast:
        """Tap a button, in *message* or in the newest message that has it.

        Returns the bot's answer. Raises LookupError if there is no such button, and TimeoutError if
        the bot doesn't answer within *timeout* seconds. A link button opens its link.
        """
        bubble, button = self._button(label, message)
        self._act()
        if "url" in button:
            self._world.follows(self._account, button["url"])
            return Toast(text="", alert=False, url=button["url"], query_id="")
        query = self._world.presses(self._account, bubble, button["callback_data"])
        return await self._answer_to(query.id, timeout)

    async def press_altered(
        self, data: str, *, message: Message | None = None, timeout: float = PATIENCE
    ) -> Toast:
        """Send *data* as if a button had it, as a modified app could."""
        bubble = self._bubble(message or self.last)
        self._act()
        query = self._world.asks(self._account, bubble, data)
        return await self._answer_to(query.id, timeout)

    def tap(self, label: str, *, message: Message | None = None) -> str:
        """Tap without waiting for the answer; returns the id of the callback query."""
        bubble, button = self._button(label, message)
        self._act()
        return self._world.presses(self._account, bubble, button["callback_data"]).id

    async def press_elsewhere(
        self, bubble: Bubble, data: str, *, is_altered: bool = False, timeout: float = PATIENCE
    ) -> Toast:
        """Tap a button in a group; see :class:`bot.sandbox.group.GroupRoom`."""
        press = self._world.asks if is_altered else self._world.presses
        self._act()
        return await self._answer_to(press(self._account, bubble, data).id, timeout)

    def download(self, message: Message) -> bytes:
        """The document or photo of a message. Raises LookupError if it has none."""
        *_, described = message.attachment.get("photo") or [message.attachment.get("document")]
        file = self._world.file(described["file_id"]) if described else None
        if file is None:
            raise LookupError("that message has no document")
        return file.content

    def block(self) -> None:
        self._act()
        self._world.blocks(self._account, blocked=True)

    def unblock(self) -> None:
        self._act()
        self._world.blocks(self._account, blocked=False)

    # Observations.

    async def sees(
        self, fragment: str, *, after: Message | None = None, timeout: float = PATIENCE
    ) -> Message:
        """Wait for a message of the bot, new or edited, that contains *fragment*.

        Considers anything since this person's last action; with *after*, only changes later than
        that message. The TimeoutError it may raise shows the phone's screen.
        """
        since = self._since if after is None else after.revision

        def look() -> Message | None:
            for bubble in self._newest_first():
                if bubble.from_bot and bubble.revision > since and fragment in bubble.text:
                    return shown(bubble)
            return None

        return await self._wait_for(look, what=f"“{fragment}”", timeout=timeout)

    # Inside.

    def _listen(self, change: Change) -> None:
        if change.toast is not None:
            self.toasts.append(change.toast)
        self._heard.set()

    def _act(self) -> None:
        self._since = self._world.revision

    def _send_attachment(self, attachment: Json) -> Message:
        self._act()
        return shown(self._world.sends(self._account, attachment))

    def _newest_first(self) -> Iterator[Bubble]:
        return reversed(self._world.chats[self.id].values())

    def _bubble(self, message: Message) -> Bubble:
        bubble = self._world.find_bubble(self.id, message.id)
        if bubble is None:
            raise LookupError(f"message {message.id} is no longer on {self.name}'s phone")
        return bubble

    def _button(self, label: str, message: Message | None) -> tuple[Bubble, Json]:
        bubbles = self._newest_first() if message is None else iter([self._bubble(message)])
        for bubble in bubbles:
            buttons = [button for row in bubble.keyboard for button in row]
            matching = [button for button in buttons if label in button["text"]]
            matching.sort(key=lambda button: button["text"] != label)
            if matching:
                return bubble, matching[0]
        raise LookupError(f"no button “{label}” on {self.name}'s phone:\n{self._screen()}")

    async def _answer_to(self, query_id: str, timeout: float) -> Toast:
        def look() -> Toast | None:
            return next((toast for toast in self.toasts if toast.query_id == query_id), None)

        return await self._wait_for(look, what="an answer to the press", timeout=timeout)

    async def _wait_for(self, look: Callable[[], T | None], *, what: str, timeout: float) -> T:
        try:
            async with asyncio.timeout(timeout):
                while (found := look()) is None:
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            raise TimeoutError(
                f"{self.name} did not see {what} within {timeout:g} s but:\n{self._screen()}"
            ) from None
        return found

    def _screen(self) -> str:
        lines = []
        for message in self.messages[-8:]:
            lines.append(f"  {'bot' if message.from_bot else self.name}: {message.text}")
            lines += [
                f"    [{'] ['.join(button.text for button in row)}]" for row in message.buttons
            ]
        return "\n".join(lines) or "  (nothing)"


def voice_message(world: World, *, seconds: int) -> Json:
    """A voice message as the Bot API represents it, without any sound."""
    file = world.keep_file(name="voice.oga", content_type="audio/ogg", content=b"OggS")
    return {"voice": {**described(file), "duration": seconds, "mime_type": "audio/ogg"}}


def photo(world: World) -> Json:
    file = world.keep_file(name="photo.jpg", content_type="image/jpeg", content=b"\xff\xd8\xff\xd9")
    return {"photo": [{**described(file), "width": 90, "height": 60}]}


def sticker(world: World) -> Json:
    file = world.keep_file(name="sticker.webp", content_type="image/webp", content=b"RIFF")
    return {
        "sticker": {
            **described(file),
            "type": "regular",
            "width": 512,
            "height": 512,
            "is_animated": False,
            "is_video": False,
            "emoji": "👍",
        }
    }


def shown(bubble: Bubble) -> Message:
    """A message as it is shown now."""
    return Message(
        id=bubble.message_id,
        text=bubble.text,
        html=bubble.source,
        buttons=tuple(
            tuple(
                Button(button["text"], button.get("callback_data"), button.get("url"))
                for button in row
            )
            for row in bubble.keyboard
        ),
        from_bot=bubble.from_bot,
        edited=bubble.edited_at is not None,
        silent=bubble.silent,
        attachment=bubble.attachment,
        links=tuple(_links(bubble)),
        thread_id=bubble.thread_id,
        date=bubble.date,
        revision=bubble.revision,
    )


def _links(bubble: Bubble) -> Iterator[str]:
    units = bubble.text.encode("utf-16-le")
    for entity in bubble.entities:
        if entity["type"] == "text_link":
            yield entity["url"]
        elif entity["type"] == "url":
            begin = entity["offset"] * 2
            yield units[begin : begin + entity["length"] * 2].decode("utf-16-le")
