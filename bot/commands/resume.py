"""``carecircle resume``: send from a database that was restored from a backup."""

from bot.commands.servers import reach_servers
from bot.settings import Settings
from domain.clock import Clock
from domain.database.engine import make_engine
from domain.database.requests import as_dispatch
from domain.database.unit_of_work import Database
from domain.delivery import restores


async def resume(settings: Settings) -> str:
    """Let what is due be sent. Returns what was done, in words."""
    async with reach_servers(settings) as addresses:
        database = Database(make_engine(addresses.serving, pool_size=1), clock=Clock())
        try:
            was_held = await database.run(restores.resume, as_dispatch())
        finally:
            await database.close()
    if was_held:
        return "From now on messages are sent from this database. A running bot begins in seconds."
    return "Nothing was held back: messages are sent from this database."
