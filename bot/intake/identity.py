"""Which user sent an update."""

from collections import OrderedDict
from uuid import UUID

from telegram import Chat, User

from domain.database.requests import as_newcomer
from domain.database.unit_of_work import Database
from domain.family.users import Arrival, arrive

REMEMBERED = 10_000


class Identities:
    """Users by Telegram account.

    The cache can't be wrong: an account keeps its user forever, and a change of name or language
    triggers a new lookup.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[Arrival, UUID] = OrderedDict()

    async def identify(self, user: User, *, chat: Chat | None) -> UUID:
        """The user's id; creates the user if there is none yet."""
        arrival = Arrival(
            telegram_id=user.id,
            name=user.full_name,
            language_code=user.language_code,
            is_private=chat is not None and chat.type == Chat.PRIVATE,
        )
        if arrival in self._known:
            self._known.move_to_end(arrival)
            return self._known[arrival]
        user_id = await self._database.run(
            lambda scope: arrive(scope, arrival), as_newcomer(user.id)
        )
        self._known[arrival] = user_id
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return user_id
