"""Groups that a test controls: people write and tap in them, and the test looks at them."""

import asyncio
from collections.abc import Iterator

from bot.sandbox.formatting import typed_text
from bot.sandbox.person import PATIENCE, Message, Person, shown
from bot.sandbox.world.changes import Change, Toast
from bot.sandbox.world.records import Bubble, Group
from bot.sandbox.world.world import World


class GroupRoom:
    """A group in the sandbox, with the bot in it. Created by :meth:`Sandbox.add_group`."""

    def __init__(self, world: World, group: Group) -> None:
        self._world = world
        self._group = group
        self._since = 0
        self._heard = asyncio.Event()
        #: Nobody's: a toast is on the phone of who has tapped.
        self.toasts: list[Toast] = []
        world.listen(self._listen, chat_id=group.id)

    @property
    def id(self) -> int:
        return self._group.id

    @property
    def name(self) -> str:
        return self._group.title

    @property
    def has_bot(self) -> bool:
        return self._group.bot_status in ("member", "restricted")

    @property
    def messages(self) -> list[Message]:
        """What everybody in it sees, newest last."""
        return [shown(bubble) for bubble in self._world.chats[self.id].values()]

    def topic(self, name: str) -> int:
        """The id of a topic. Raises LookupError."""
        for thread_id, called in self._group.topics.items():
            if called == name:
                return int(thread_id)
        raise LookupError(name)

    async def send(
        self,
        person: Person,
        text: str,
        *,
        topic: str | None = None,
        reply_to: Message | None = None,
        is_anonymous: bool = False,
    ) -> Message:
        """A member types something."""
        self._since = self._world.revision
        bubble = self._world.says_in_group(
            self._group,
            self._world.accounts[person.id],
            typed_text(text),
            thread_id=self.topic(topic) if topic is not None else None,
            reply_to=reply_to.id if reply_to is not None else None,
            is_anonymous=is_anonymous,
        )
        return shown(bubble)

    async def press(self, person: Person, label: str, *, message: Message | None = None) -> Toast:
        """A member taps a button, in *message* or in the newest message that has it; returns what
        only they see.
        """
        self._since = self._world.revision
        bubble, data = self._button(label, message)
        return await person.press_elsewhere(bubble, data)

    def tap(self, person: Person, label: str, *, message: Message | None = None) -> str:
        """Tap without waiting for the answer; returns the id of the callback query."""
        bubble, data = self._button(label, message)
        return self._world.presses(self._world.accounts[person.id], bubble, data).id

    async def press_altered(self, person: Person, data: str, *, message: Message) -> Toast:
        """Send *data* as if a button of *message* had it, as a modified app could."""
        bubble = self._world.chats[self.id][message.id]
        return await person.press_elsewhere(bubble, data, is_altered=True)

    async def sees(
        self, fragment: str, *, after: Message | None = None, timeout: float = PATIENCE
    ) -> Message:
        """Wait for a message of the bot, new or edited, that contains *fragment*, since the last
        action here or later than *after*.
        """
        since = self._since if after is None else after.revision

        def look() -> Message | None:
            for bubble in self._newest_first():
                if bubble.from_bot and bubble.revision > since and fragment in bubble.text:
                    return shown(bubble)
            return None

        try:
            async with asyncio.timeout(timeout):
                while (found := look()) is None:
                    self._heard.clear()
                    await self._heard.wait()
        except TimeoutError:
            said = "\n".join(f"  {message.text}" for message in self.messages[-8:])
            raise TimeoutError(f"the group did not see “{fragment}” but:\n{said}") from None
        return found

    # What becomes of it.

    def remove_bot(self, by: Person) -> None:
        self._world.removes_bot(self._group, self._world.accounts[by.id])

    def add_bot(self, by: Person) -> None:
        self._world.adds_bot(self._group, self._world.accounts[by.id])

    def silence_bot(self, by: Person, *, is_told: bool = True) -> None:
        self._world.silences_bot(self._group, self._world.accounts[by.id], is_told=is_told)

    def delete(self) -> None:
        self._world.deletes_group(self._group)

    def close_topic(self, name: str) -> None:
        self._world.closes_topic(self._group, self.topic(name))

    def upgrade(self, by: Person, *, is_told: bool = True) -> "GroupRoom":
        """The supergroup that it becomes."""
        account = self._world.accounts[by.id]
        new = self._world.upgrades_group(self._group, account, is_told=is_told)
        return GroupRoom(self._world, new)

    # Inside.

    def _listen(self, _: Change) -> None:
        self._heard.set()

    def _newest_first(self) -> Iterator[Bubble]:
        return reversed(self._world.chats[self.id].values())

    def _button(self, label: str, message: Message | None) -> tuple[Bubble, str]:
        bubbles = self._newest_first()
        if message is not None:
            bubbles = iter([self._world.chats[self.id][message.id]])
        for bubble in bubbles:
            for button in [button for row in bubble.keyboard for button in row]:
                if label in button["text"]:
                    return bubble, button["callback_data"]
        raise LookupError(f"no button “{label}” in the group")
