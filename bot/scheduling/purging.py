"""Deletes what nobody keeps any more: families whose time has come, a batch in a transaction, so
that nobody waits for it; and exports of last week.
"""

import logging
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from domain.database.requests import as_dispatch, as_purger
from domain.database.unit_of_work import Database
from domain.overview.export import requests
from domain.overview.leaving import purge, traces

log = logging.getLogger(__name__)

FAMILIES_AT_ONCE = 100
MOST_INTERRUPTIONS = 10


async def purge_families(database: Database) -> None:
    """Delete every family whose time has come. One that can't be deleted delays no other."""
    await database.run(traces.forget_chats, as_dispatch())
    await database.run(requests.delete_old, as_dispatch())
    await database.run(purge.schedule_empty_families, as_dispatch())
    due = await database.run(lambda scope: purge.find_due(scope, FAMILIES_AT_ONCE), as_dispatch())
    for family_id in due:
        try:
            await _purge(database, family_id)
        except Exception as error:
            log.error("purge failed: family=%s error=%s", family_id, type(error).__name__)


async def _purge(database: Database, family_id: UUID) -> None:
    if not await database.run(
        lambda scope: purge.begin_purge(scope, family_id), as_purger(family_id)
    ):
        return
    rows = interrupted = 0
    while True:
        try:
            deleted = await database.run(purge.purge_batch, as_purger(family_id))
        except IntegrityError:
            # What came due meanwhile refers to what was to be deleted now: it goes first.
            interrupted += 1
            if interrupted > MOST_INTERRUPTIONS:
                raise
            continue
        if not deleted:
            break
        rows += deleted
    log.info("family purged: family=%s rows=%d", family_id, rows)
