"""Reads what messages say, together for all messages of a family that go out at the same time."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from bot.ops.supervisor import Tasks
from domain.database.failures import is_unavailable
from domain.database.requests import as_family
from domain.database.unit_of_work import Database
from domain.delivery.messages import Message
from domain.errors import NotFound
from domain.overview.kinds import read_messages


class MessageReader:
    """Reads messages in their own family's scope, right before they are sent.

    Nobody waits for others to join: requests within one iteration of the event loop share one
    transaction per family. That covers the copies of a card that was just answered.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wanted: dict[UUID, list[UUID]] = {}
        self._unreadable: dict[UUID, Exception] = {}
        self._tasks = Tasks("reading")
        self._reading: dict[UUID, asyncio.Task[Mapping[UUID, Message]]] = {}

    async def read(self, notification_id: UUID, *, family_id: UUID) -> Message:
        """What the notification says now. Raises NotFound, database errors, and whatever made it
        unreadable.
        """
        if family_id not in self._wanted:
            self._wanted[family_id] = []
            self._reading[family_id] = self._tasks.start(self._read(family_id), is_awaited=True)
        self._wanted[family_id].append(notification_id)
        messages = await asyncio.shield(self._reading[family_id])
        unreadable = self._unreadable.pop(notification_id, None)
        if unreadable is not None:
            raise unreadable
        if notification_id not in messages:
            raise NotFound
        return messages[notification_id]

    async def _read(self, family_id: UUID) -> Mapping[UUID, Message]:
        wanted = self._wanted.pop(family_id)
        del self._reading[family_id]
        try:
            found = await self._read_all(wanted, family_id)
        except Exception as error:
            if is_unavailable(error) or len(wanted) == 1:
                raise
            # One of them can't be read, which must not affect the others.
            found = [each for one in wanted for each in await self._read_alone(one, family_id)]
        return {message.id: message for message in found}

    async def _read_all(self, wanted: Sequence[UUID], family_id: UUID) -> Sequence[Message]:
        return await self._database.run(
            lambda scope: read_messages(scope, wanted), as_family(family_id)
        )

    async def _read_alone(self, wanted: UUID, family_id: UUID) -> Sequence[Message]:
        try:
            return await self._read_all([wanted], family_id)
        except Exception as error:
            if is_unavailable(error):
                raise
            self._unreadable[wanted] = error
            return []
