"""The cards of a burst sent by hand: an asyncpg pool, aiohttp, SQL as text.

What a good engineer would write for these cards and nothing else: as few statements as the walls
between families allow, no limits, nothing that could have been sent before, one language. It leaves
the cards on the phones and in the tables as CareCircle leaves them.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import asyncpg
from sqlalchemy.engine import make_url

from tests.benchmarks.by_hand import CONNECTIONS, SET_DISPATCH, SET_SCOPE, Slot, render

AT_ONCE = 100
WORKERS = 2  # one reads while the other sends

CLAIM = """
    WITH open AS (
        SELECT id, user_id FROM notifications
        WHERE status = 'pending' AND (leased_until IS NULL OR leased_until < now())
        ORDER BY lane, deadline_at LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    UPDATE notifications n SET leased_by = $2, leased_until = now() + interval '30 seconds'
    FROM open JOIN users u ON u.id = open.user_id
    WHERE n.id = open.id
    RETURNING n.id, n.family_id, u.telegram_id
"""

CARDS = """
    SELECT n.id AS card_id, n.slot_at, n.care_recipient_id, d.id, d.medication_name, d.dosage,
           d.status, d.resolved_at, NULL AS resolved_by, c.name AS person, c.timezone
    FROM notifications n
    JOIN care_recipients c ON c.id = n.care_recipient_id
    JOIN doses d ON d.care_recipient_id = n.care_recipient_id AND d.due_at = n.slot_at
    WHERE n.id = ANY($1) AND d.status <> 'cancelled'
    ORDER BY d.medication_name, d.id
"""

SENT = """
    UPDATE notifications n
    SET status = 'sent', chat_id = sent.chat_id, message_id = sent.message_id, sent_at = now(),
        shown_version = n.wanted_version, shown_dose_ids = sent.dose_ids::uuid[],
        leased_until = NULL
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[])
         AS sent (id, chat_id, message_id, dose_ids)
    WHERE n.id = sent.id
"""


async def send_all(*, token: str, api_url: str, database_url: str) -> None:
    """Send every card that is to be sent."""
    url = make_url(database_url)
    owner = uuid4()
    async with (
        asyncpg.create_pool(
            host=url.query.get("host") or url.host,
            port=url.port or 5432,
            user=url.username,
            password=url.password,
            database=url.database,
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
        ) as pool,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session,
    ):

        async def work() -> None:
            while claimed := await _claim(pool, owner):
                by_family = defaultdict(list)
                for card in claimed:
                    by_family[card["family_id"]].append(card)
                sent = await asyncio.gather(
                    *(send_cards(family_id, cards) for family_id, cards in by_family.items())
                )
                await _record(pool, [each for cards in sent for each in cards])

        async def send_cards(family_id: UUID, cards: Sequence[Any]) -> Sequence[tuple[Any, ...]]:
            chats = {card["id"]: card["telegram_id"] for card in cards}
            doses = defaultdict(list)
            for dose in await _read(pool, family_id, list(chats)):
                doses[dose["card_id"]].append(dose)
            return await asyncio.gather(
                *(send(family_id, chats[card_id], found) for card_id, found in doses.items())
            )

        async def send(family_id: UUID, chat_id: int, doses: Sequence[Any]) -> tuple[Any, ...]:
            slot = Slot(family_id, doses[0]["care_recipient_id"], doses[0]["slot_at"])
            words, keyboard = render(slot, doses)
            body = {
                "chat_id": chat_id,
                "text": words,
                "parse_mode": "HTML",
                "reply_markup": keyboard.to_dict(),
                "link_preview_options": {"is_disabled": True},
            }
            async with session.post(f"{api_url}/bot{token}/sendMessage", json=body) as answer:
                message_id = json.loads(await answer.read())["result"]["message_id"]
            dose_ids = "{" + ",".join(str(dose["id"]) for dose in doses) + "}"
            return doses[0]["card_id"], chat_id, message_id, dose_ids

        await asyncio.gather(*(work() for _ in range(WORKERS)))


async def _claim(pool: Any, owner: UUID) -> Sequence[Any]:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(SET_DISPATCH)
        claimed: Sequence[Any] = await connection.fetch(CLAIM, AT_ONCE // WORKERS, owner)
        return claimed


async def _read(pool: Any, family_id: UUID, card_ids: Sequence[UUID]) -> Sequence[Any]:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(SET_SCOPE, str(family_id), "", "")
        doses: Sequence[Any] = await connection.fetch(CARDS, card_ids)
        return doses


async def _record(pool: Any, sent: Sequence[tuple[Any, ...]]) -> None:
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(SET_DISPATCH)
        await connection.execute(SENT, *(list(column) for column in zip(*sent, strict=True)))
