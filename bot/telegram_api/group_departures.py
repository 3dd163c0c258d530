"""Leaves groups that no family uses, and says so before. The timer is in PostgreSQL: any replica
may look, and a group that one of them began to leave is tried again ten minutes later.
"""

import logging
from collections.abc import Callable

from telegram.error import BadRequest, ChatMigrated, Forbidden, TelegramError

from bot.ops.supervisor import Tasks
from bot.telegram_api.calls import TelegramApi
from bot.telegram_api.limits import Limiter
from bot.telegram_api.messages import send_screen
from bot.ui.answer import Screen
from bot.ui.wording import speaking
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.family.group import stays
from domain.family.group.stays import Departure
from domain.models.delivery import Lane
from domain.set_asides import describe

log = logging.getLogger(__name__)

AT_ONCE = 20


class GroupDepartures:
    """Leaves when :meth:`look` is called. *say_goodbye* is what the bot says before."""

    def __init__(
        self,
        database: Database,
        api: TelegramApi,
        limiter: Limiter,
        *,
        say_goodbye: Callable[[], Screen],
    ) -> None:
        self._database = database
        self._api = api
        self._limiter = limiter
        self._say_goodbye = say_goodbye
        self._running = Tasks("group departures")

    def look(self) -> None:
        """Leave in the background whatever is to be left, unless that is running already."""
        if not self._running.are_running:
            self._running.start(self.leave_due())

    async def close(self) -> None:
        await self._running.end()

    async def leave_due(self) -> None:
        """Leave the groups whose time is over."""
        try:
            departures = await self._database.run(
                lambda scope: stays.claim_departures(scope, limit=AT_ONCE), as_dispatch()
            )
            for departure in departures:
                await self._leave(departure)
        except Exception as error:
            log.warning("leaving groups failed: %s", describe(error))

    async def _leave(self, departure: Departure) -> None:
        chat_id = departure.chat_id
        await self._limiter.acquire(Lane.DIGESTS, self._database.clock.now(), chat_id)
        try:
            with speaking(departure.language_code):
                goodbye = self._say_goodbye()
            try:
                await send_screen(self._api, goodbye, chat_id=chat_id)
            except (Forbidden, BadRequest, ChatMigrated):
                log.info("goodbye refused")  # it may not write there; it leaves all the same
            try:
                await self._api.call("leaveChat", {"chat_id": chat_id})
            except (Forbidden, BadRequest, ChatMigrated):
                log.info("group already left")
        except TelegramError as error:
            log.warning("leaving a group failed, retrying: %s", type(error).__name__)
            return
        finally:
            self._limiter.release(chat_id)
        await self._database.run(lambda scope: stays.end_stay(scope, chat_id), as_dispatch())
