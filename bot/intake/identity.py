"""Which user sent an update."""

from collections import OrderedDict
from uuid import UUID

from telegram import Chat, User

from domain.database.requests import as_newcomer
from domain.database.unit_of_work import Database
from domain.events import Event
from domain.family.users import Arrival, arrive, find_user
from domain.overview.leaving.erasure import UserErased

REMEMBERED = 10_000


class AccountForgotten(Exception):
    """The user that an account had was erased. By now it's another one's, or nobody's."""


class LastFamilies:
    """The family that each user's last update was about."""

    def __init__(self) -> None:
        self._known: OrderedDict[UUID, UUID] = OrderedDict()

    def find(self, user_id: UUID) -> UUID | None:
        return self._known.get(user_id)

    def remember(self, user_id: UUID, family_id: UUID) -> None:
        self._known[user_id] = family_id
        self._known.move_to_end(user_id)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


class Identities:
    """Users by Telegram account.

    An account keeps its user until that is erased, maybe by another replica: whoever acts as one
    who is gone raises :class:`AccountForgotten`. A change of name or language triggers a new
    lookup.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[Arrival, UUID] = OrderedDict()
        database.subscribe(self._on_event)

    async def identify(self, user: User, *, chat: Chat | None, is_arrival: bool) -> UUID | None:
        """The user's id. If there is none yet, creates the user on their *arrival*; otherwise
        returns None: a press of an old button, or blocking the bot, makes nobody known to us.
        """
        arrival = Arrival(
            telegram_id=user.id,
            name=user.full_name,
            language_code=user.language_code,
            is_private=chat is not None and chat.type == Chat.PRIVATE,
        )
        if arrival in self._known:
            self._known.move_to_end(arrival)
            return self._known[arrival]
        newcomer = as_newcomer(user.id)
        if not is_arrival:
            known = await self._database.run(lambda scope: find_user(scope, user.id), newcomer)
            if known is None:
                return None
        user_id = await self._database.run(lambda scope: arrive(scope, arrival), newcomer)
        self._known[arrival] = user_id
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return user_id

    def forget(self, telegram_id: int) -> None:
        """Look up this account anew the next time."""
        for arrival in [known for known in self._known if known.telegram_id == telegram_id]:
            del self._known[arrival]

    def _on_event(self, event: Event) -> None:
        if isinstance(event, UserErased):
            self.forget(event.telegram_id)
