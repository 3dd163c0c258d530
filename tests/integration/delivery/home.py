"""Who looks after Mum, and what the outbox owes them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, text

from domain.database.requests import as_dispatch, as_family
from domain.database.unit_of_work import Database
from domain.delivery import claims, outcomes
from domain.delivery.claims import ClaimedNotification
from domain.delivery.messages import Message
from domain.delivery.outcomes import Sent
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineFacts
from domain.medicines.records import recording
from domain.models.medicines import DoseStatus
from domain.overview import kinds
from tests import factories
from tests.databases import without_walls
from tests.factories import LEASE, Account


@dataclass(frozen=True)
class Home:
    """Anna and Ben look after Mum, whose aspirin is due now; nothing was sent yet."""

    family: FamilyFacts
    anna: Account
    ben: Account
    mum: Person
    aspirin: MedicineFacts
    dose: DoseFacts


async def claim(
    database: Database,
    *,
    most: int = 100,
    lease: timedelta = LEASE,
    owner: UUID | None = None,
    busy: Collection[UUID] = (),
) -> Sequence[ClaimedNotification]:
    """As a process of its own, unless another *owner* is named."""
    return await database.run(
        lambda scope: claims.claim(
            scope, limit=most, lease=lease, owner=owner or uuid4(), busy=busy
        ),
        as_dispatch(),
    )


async def record_sent(database: Database, *claimed: ClaimedNotification, version: int = 1) -> bool:
    sent = [
        Sent(c.id, c.chat_id, 100 + number, version, (c.id,)) for number, c in enumerate(claimed)
    ]
    return await database.run(lambda scope: outcomes.record_sent(scope, sent), as_dispatch())


async def take(database: Database, home: Home) -> None:
    await factories.acting(
        database,
        home.anna,
        lambda scope: recording.record_doses(scope, [home.dose.id], status=DoseStatus.TAKEN),
    )


async def read(database: Database, home: Home, notification_id: UUID) -> Message:
    return await database.run(
        lambda scope: kinds.read_message(scope, notification_id), as_family(home.family.id)
    )


async def rows(database_url: str, where: str = "kind = 'slot_card'") -> list[Row[Any]]:
    async with without_walls(database_url) as connection:
        found = await connection.execute(
            text(
                f"SELECT n.*, u.name FROM notifications n JOIN users u ON u.id = n.user_id"
                f" WHERE {where} ORDER BY u.name"
            )
        )
        return list(found.all())
