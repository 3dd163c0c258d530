"""Holds back what the bot sends by itself while the database is one that was restored."""

import asyncio
import logging

from bot.ops.supervisor import Work
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import restores
from domain.set_asides import describe

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0


class RestoreHold:
    """People are answered meanwhile: what they tap and type happens now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looking = asyncio.Lock()
        self._is_open = False

    def until_resumed(self, work: Work) -> Work:
        """*work*, once messages may be sent from this database."""

        async def held() -> None:
            await self._wait()
            await work()

        return held

    async def _wait(self) -> None:
        async with self._looking:
            is_told = False
            while not self._is_open:
                try:
                    is_restored = await self._database.run(restores.is_restored, as_dispatch())
                except Exception as error:
                    log.warning("look for a restored database failed: %s", describe(error))
                    is_restored = True
                else:
                    if is_restored and not is_told:
                        is_told = True
                        log.error("database was restored: nothing is sent until carecircle resume")
                self._is_open = not is_restored
                if is_restored:
                    await asyncio.sleep(LOOK_SECONDS)
