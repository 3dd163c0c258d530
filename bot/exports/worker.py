"""Makes the files of exports, and sends them: gathered a page in a transaction, packed in a thread.

One at a time in each process. Whatever happens, whoever asked gets the file or hears that it didn't
work: an export whose process died is claimed by another one once its lease has run out.
"""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.exports.gathering import MOST_DOSES, Gathering
from bot.features.overview.views.leaving import export as views
from bot.ops.supervisor import Tasks
from bot.telegram_api.calls import TelegramApi, reason
from bot.telegram_api.limits import Limiter
from bot.telegram_api.messages import edit_screen, seconds_to_wait, send_file, send_screen
from bot.telegram_api.transport import File, NotSent
from bot.ui.answer import Screen
from bot.ui.wording import speaking
from domain.database.requests import as_dispatch, as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import CareCircleError, NotFound
from domain.events import Event
from domain.models.delivery import ExportStatus, Lane
from domain.overview.export import reading, requests
from domain.overview.export.facts import Reader
from domain.overview.export.requests import MOST_ATTEMPTS, ClaimedExport, ExportRequested
from domain.set_asides import describe

log = logging.getLogger(__name__)

T = TypeVar("T")

LEASE = timedelta(seconds=60)
RENEW_SECONDS = 15.0
AWAY_SECONDS = 2.0
SEND_SECONDS = 300.0


class _GoneElsewhere(Exception):
    """The export isn't this process's any more."""


class _TooLarge(Exception):
    """Telegram wouldn't take the file."""


class Exports:
    """Makes exports while :meth:`run` runs."""

    def __init__(
        self, database: Database, api: TelegramApi, *, limiter: Limiter, owner: UUID
    ) -> None:
        self._database = database
        self._api = api
        self._limiter = limiter
        self._owner = owner
        self._wanted = asyncio.Event()
        self._renewals = Tasks("export lease")
        database.subscribe(self._on_event)

    def nudge(self) -> None:
        """Look for exports now, also for those whose process died."""
        self._wanted.set()

    def _on_event(self, event: Event) -> None:
        if isinstance(event, ExportRequested):
            self.nudge()

    async def run(self) -> None:
        """Make what is asked for until cancelled."""
        while True:
            self._wanted.clear()
            try:
                claimed = await self._claim()
            except Exception as error:
                log.warning("exports unreadable: %s", describe(error))
                await asyncio.sleep(AWAY_SECONDS)
                continue
            if claimed is not None:
                await self._make(claimed)
                continue
            await self._wanted.wait()

    async def _claim(self) -> ClaimedExport | None:
        return await self._database.run(
            lambda scope: requests.claim(scope, owner=self._owner, lease=LEASE), as_dispatch()
        )

    async def _make(self, claimed: ClaimedExport) -> None:
        """Make it and send it, or note what became of it."""
        try:
            async with self._renewed(claimed):
                export = _Export(self._database, self._api, self._limiter, claimed, self._owner)
                delay = await export.make()
                if delay is not None:
                    asyncio.get_running_loop().call_later(delay.total_seconds(), self.nudge)
        except _GoneElsewhere:
            log.info("export taken over: export=%s", claimed.id)
        except Exception as error:
            log.error("export failed: export=%s %s", claimed.id, describe(error))
            await asyncio.sleep(AWAY_SECONDS)  # its lease runs out, and it's tried again

    @asynccontextmanager
    async def _renewed(self, claimed: ClaimedExport) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                await asyncio.sleep(RENEW_SECONDS)
                with suppress(Exception):
                    await self._database.run(
                        lambda scope: requests.extend_lease(
                            scope, claimed.id, owner=self._owner, lease=LEASE
                        ),
                        as_dispatch(),
                    )

        renewing = self._renewals.start(renew())
        try:
            yield
        finally:
            renewing.cancel()


class _Export:
    """One export, from gathering to its outcome."""

    def __init__(
        self,
        database: Database,
        api: TelegramApi,
        limiter: Limiter,
        claimed: ClaimedExport,
        owner: UUID,
    ) -> None:
        self._database = database
        self._api = api
        self._limiter = limiter
        self._claimed = claimed
        self._owner = owner
        self._message_id = claimed.message_id

    async def make(self) -> timedelta | None:
        """None: it was sent, or won't be. Otherwise it's to be tried again after that time."""
        try:
            reader = await self._read(reading.read_reader)
        except CareCircleError:
            await self._end(views.not_there_any_more(), ExportStatus.FAILED)
            return None
        with speaking(reader.language_code, hours=reader.hour_cycle):
            if self._claimed.attempts > MOST_ATTEMPTS:
                await self._end(views.failed(), ExportStatus.FAILED)
                return None
            try:
                await self._gather_and_send(reader)
            except CareCircleError:  # they have left meanwhile
                await self._end(views.not_there_any_more(), ExportStatus.FAILED)
            except _TooLarge:
                await self._end(views.too_large(), ExportStatus.FAILED)
            except (Forbidden, ChatMigrated):
                await self._finish(ExportStatus.FAILED)
            except BadRequest as error:
                log.error("export rejected by Telegram: %s", reason(error))
                await self._end(views.failed(), ExportStatus.FAILED)
            except RetryAfter as error:
                delay = timedelta(seconds=seconds_to_wait(error))
                return await self._retry(delay, maybe_sent=False)
            except TelegramError as error:
                delay = timedelta(seconds=5 * self._claimed.attempts)
                return await self._retry(delay, maybe_sent=not isinstance(error, NotSent))
        return None

    async def _gather_and_send(self, reader: Reader) -> None:
        await self._show(views.gathering())
        with tempfile.TemporaryDirectory(prefix="carecircle-") as name:
            folder, target = Path(name) / "files", Path(name) / "packed.zip"
            folder.mkdir()
            gathering = Gathering(self._read, self._show, clock=self._database.clock)
            files = await gathering.gather(reader, folder)
            await self._show(views.packing())
            if await asyncio.to_thread(files.pack, target) > views.FILE_MEGABYTES * 1_000_000:
                raise _TooLarge
            content = await asyncio.to_thread(target.read_bytes)
        # Whoever has left while it was gathered doesn't get it.
        await self._read(reading.read_reader)
        await self._show(views.sending())
        if not await self._database.run(
            lambda scope: requests.begin_sending(
                scope, self._claimed.id, owner=self._owner, lease=LEASE
            ),
            as_dispatch(),
        ):
            raise _GoneElsewhere
        file = File(
            "document",
            views.file_name(self._database.clock.now()),
            content,
            mime_type="application/zip",
        )
        caption = views.caption(
            reader,
            is_cut_to=MOST_DOSES if gathering.is_cut else None,
            may_repeat=self._claimed.maybe_sent,
        )
        body = {"chat_id": self._claimed.chat_id}
        async with asyncio.timeout(SEND_SECONDS):
            await self._through(lambda: send_file(self._api, file, body=body, caption=caption))
        await self._finish(ExportStatus.SENT)
        with suppress(TelegramError):
            await self._show(views.sent())

    async def _read(self, read: Callable[[Scope], Awaitable[T]]) -> T:
        """Read as the member, whose membership is checked anew. Raises NotFound and NotAllowed."""

        async def in_family(scope: Scope) -> T:
            if await scope.enter_family(self._claimed.family_id) is None:
                raise NotFound
            return await read(scope)

        return await self._database.run(in_family, as_user(self._claimed.user_id))

    async def _show(self, screen: Screen) -> None:
        """Show in one message how far it is. Raises TelegramError if that can't be sent; what can't
        be edited stays as it was.
        """
        chat_id, message_id = self._claimed.chat_id, self._message_id
        if message_id is not None:
            with suppress(TelegramError):
                await self._through(
                    lambda: edit_screen(self._api, screen, chat_id=chat_id, message_id=message_id)
                )
            return
        sent = await self._through(lambda: send_screen(self._api, screen, chat_id=chat_id))
        self._message_id = sent
        await self._database.run(
            lambda scope: requests.note_message(scope, self._claimed.id, sent), as_dispatch()
        )

    async def _through(self, call: Callable[[], Awaitable[T]]) -> T:
        """*call*, within Telegram's limits."""
        chat_id = self._claimed.chat_id
        await self._limiter.acquire(Lane.DIGESTS, self._database.clock.now(), chat_id)
        try:
            result = await call()
            self._limiter.went_through(chat_id)
        except RetryAfter as error:
            self._limiter.pause(seconds_to_wait(error), chat_id)
            raise
        finally:
            self._limiter.release(chat_id)
        return result

    async def _end(self, screen: Screen, status: ExportStatus) -> None:
        """Say what became of it, and leave it at that."""
        if self._claimed.chat_id:
            with suppress(TelegramError):
                await self._show(screen)
        await self._finish(status)

    async def _finish(self, status: ExportStatus) -> None:
        """Keep trying while the database is away: otherwise it would be sent again."""
        while True:
            try:
                await self._database.run(
                    lambda scope: requests.finish(scope, self._claimed.id, status), as_dispatch()
                )
            except Exception as error:
                log.warning("export outcome not recorded, retrying: %s", describe(error))
                await asyncio.sleep(AWAY_SECONDS)
            else:
                return

    async def _retry(self, delay: timedelta, *, maybe_sent: bool) -> timedelta:
        was_sent = self._claimed.maybe_sent or maybe_sent
        await self._database.run(
            lambda scope: requests.retry_later(
                scope, self._claimed.id, delay=delay, maybe_sent=was_sent
            ),
            as_dispatch(),
        )
        return delay
