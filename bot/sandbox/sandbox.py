"""The sandbox as a whole: a Bot API server, its page, and people to control."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Self

from aiohttp import web

from bot.sandbox.bot_api.faults import Drop, Fault, Faults, error_for
from bot.sandbox.bot_api.limits import LimitKeeper, Limits
from bot.sandbox.bot_api.methods import BotApi
from bot.sandbox.bot_api.server import MAX_UPLOAD, BotApiServer, Call
from bot.sandbox.group import GroupRoom
from bot.sandbox.page.routes import Page
from bot.sandbox.person import Person
from bot.sandbox.world.store import NullStore, SqliteStore
from bot.sandbox.world.world import World
from domain.clock import Clock

HOST = "127.0.0.1"
"""Nothing else: whoever reaches the sandbox may be anybody in it."""


class Sandbox:
    """A local Telegram: ``start`` it, point a bot at ``api_url`` with ``token``, add people.

    With *folder* everything survives the process; without, it is kept in memory. *token* defaults
    to one that stays the same for a folder. ``limits=None`` lifts Telegram's limits.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        bot_username: str = "carecircle_sandbox_bot",
        token: str | None = None,
        clock: Clock | None = None,
        limits: Limits | None = Limits(),  # noqa: B008 -- frozen
    ) -> None:
        store = NullStore() if folder is None else SqliteStore(folder / "sandbox.sqlite3")
        self._world = World(store, clock or Clock(), bot_username=bot_username, token=token)
        self._faults = Faults()
        self._server = BotApiServer(
            self._world, BotApi(self._world, LimitKeeper(limits)), self._faults
        )
        self._page = Page(self._world)
        self._people: dict[int, Person] = {}
        self._runner: web.AppRunner | None = None
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback; 0 picks a free port. Raises OSError if the port is taken."""
        app = web.Application(client_max_size=MAX_UPLOAD)
        self._server.add_routes(app)
        self._page.add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, HOST, port, backlog=1024)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening and close the folder; the sandbox can't be started again."""
        self._world.updates.end_poll()
        self._page.end_streams()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        self._world.store.close()

    # For the bot.

    @property
    def api_url(self) -> str:
        """The value for ``TELEGRAM_API_URL``."""
        return f"http://{HOST}:{self._port}"

    @property
    def page_url(self) -> str:
        """The page with all phones."""
        return f"{self.api_url}/"

    @property
    def token(self) -> str:
        return self._world.token

    @property
    def bot_username(self) -> str:
        return self._world.bot_username

    # For tests.

    @property
    def people(self) -> Sequence[Person]:
        """Everybody with a phone, including those from before a restart."""
        return [self.person(account_id) for account_id in self._world.accounts]

    @property
    def calls(self) -> Sequence[Call]:
        """The bot's latest calls, oldest first."""
        return list(self._server.calls)

    @property
    def unconfirmed_updates(self) -> int:
        """How many updates the bot has not confirmed with an offset."""
        return len(self._world.updates)

    def add_person(self, name: str, *, language_code: str = "en") -> Person:
        """A new person with an empty phone, who has not pressed Start."""
        return self.person(self._world.add_account(name, language_code=language_code).id)

    def add_group(self, title: str, *members: Person, topics: tuple[str, ...] = ()) -> GroupRoom:
        """A new group of these people; the first of them adds the bot. With *topics* it's a
        forum.
        """
        accounts = [self._world.accounts[person.id] for person in members]
        return GroupRoom(self._world, self._world.create_group(title, accounts, topics=topics))

    def person(self, account_id: int) -> Person:
        """The person with this Telegram id. Raises KeyError if there is none."""
        if account_id not in self._people:
            self._people[account_id] = Person(self._world, self._world.accounts[account_id])
        return self._people[account_id]

    def fail_next(
        self,
        method: str = "*",
        *,
        status: int | None = None,
        description: str | None = None,
        retry_after: int = 1,
        drop: Drop | None = None,
        delay: float = 0,
        results: Sequence[Any] = (),
        body: str | None = None,
        share: float = 1,
        chat: Person | GroupRoom | None = None,
        times: int | None = 1,
    ) -> None:
        """Make the next *times* calls of *method* ("*": any) fail; None: until ``heal``. With
        *chat*, only calls into that chat; with *share*, only that share of them, at random.

        After *delay* seconds the call is refused with *status*, or its connection breaks before or
        after it took effect, or it returns the one element of *results* instead of its result, or
        *body* instead of JSON; with none of these it is merely slow.
        """
        error = None
        if status is not None:
            error = error_for(status, description=description, retry_after=retry_after)
        self._faults.plan(
            method,
            Fault(
                delay=delay,
                error=error,
                drop=drop,
                results=results,
                body=body,
                share=share,
                chat_id=chat.id if chat else None,
                times=times,
            ),
        )

    def only(self, methods: Collection[str], *, status: int = 400) -> None:
        """Answer everything but *methods* with an error, until ``heal``."""
        refusal = error_for(status, description=None, retry_after=1)
        self._faults.only(frozenset(methods), refusal)

    def heal(self) -> None:
        """Remove all planned faults."""
        self._faults.clear()

    def faults_struck(self, method: str) -> int:
        """How many calls of *method* met a planned fault."""
        return self._faults.struck[method]
