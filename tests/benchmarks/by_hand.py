"""A Taken press written by hand: PTB's Bot on aiohttp, an asyncpg pool, SQL as text.

What a good engineer would write for this one journey and nothing else: as few statements as there
are things to say, no layers, no second language, no fault tolerance beyond the inbox. It leaves the
tables as CareCircle leaves them, and the phones too.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg
from sqlalchemy.engine import make_url
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Update
from telegram.constants import ParseMode

from bot.telegram_api.transport import AiohttpRequest
from bot.ui.presses.arguments import CardOfSlot
from bot.ui.presses.doses import OpenMenu, ShowRecord, Take, TakeAll, UndoRecord
from bot.ui.presses.registry import decode
from domain.models import new_id

CONNECTIONS = 10
AT_ONCE = 32
GATHER_SECONDS = 0.02

SET_DISPATCH = "SELECT set_config('role', 'carecircle_dispatch', true)"

SET_SCOPE = """
    SELECT set_config('role', 'carecircle_app', true), set_config('app.family_id', $1, true),
           set_config('app.telegram_id', $2, true), set_config('app.update_id', $3, true)
"""

KEEP = """
    INSERT INTO inbound_updates (update_id, chat_id, payload, leased_by, leased_until)
    SELECT update_id, chat_id, payload, $4, now() + interval '15 seconds'
    FROM unnest($1::bigint[], $2::bigint[], $3::jsonb[]) AS new (update_id, chat_id, payload)
    ON CONFLICT (update_id) DO NOTHING
"""

MEMBER = """
    SELECT u.id, m.role FROM family_members m JOIN users u ON u.id = m.user_id
    WHERE u.telegram_id = $1 AND m.family_id = $2 AND m.left_at IS NULL
"""

TAKE = """
    WITH resolved AS (
        UPDATE doses
        SET status = 'taken', resolved_at = now(), taken_at = now(), taken_timezone = timezone,
            resolved_by_id = $2,
            next_action_at = NULL, ladder_step = NULL
        WHERE id = $1 AND status IN ('pending', 'missed', 'not_asked')
        RETURNING id, family_id, medication_id, care_recipient_id, due_at, medication_name,
                  timezone
    ), logged AS (
        INSERT INTO medication_logs
               (id, family_id, medication_id, dose_id, action_id, status, timestamp, timezone,
                recorded_by_id)
        SELECT $3, family_id, medication_id, id, $4, 'taken', now(), timezone, $2 FROM resolved
    ), stamped AS (
        UPDATE medications m SET last_logged_at = now() FROM resolved r WHERE m.id = r.medication_id
    ), audited AS (
        INSERT INTO audit_events
               (id, family_id, actor_id, action, subject_type, subject_id, before, after)
        SELECT $5, family_id, $2, 'dose.taken', 'dose', id, '{"status": "pending"}',
               '{"status": "taken"}'
        FROM resolved
    ), cards AS (
        UPDATE notifications n SET wanted_version = n.wanted_version + 1, menu_dose_id = NULL
        FROM resolved r
        WHERE n.care_recipient_id = r.care_recipient_id AND n.slot_at = r.due_at
          AND n.kind = 'slot_card' AND n.status IN ('pending', 'sent')
    )
    SELECT care_recipient_id, due_at, medication_name FROM resolved
"""

WHO_TOOK = """
    SELECT d.medication_name, d.resolved_at, u.name, c.timezone
    FROM doses d JOIN users u ON u.id = d.resolved_by_id
                 JOIN care_recipients c ON c.id = d.care_recipient_id
    WHERE d.id = $1
"""

APPLIED = """
    UPDATE inbound_updates SET status = 'applied', answer = $2
    WHERE update_id = $1 AND status = 'open'
"""

SLOT = """
    SELECT d.id, d.medication_name, d.dosage, d.status, d.resolved_at, u.name AS resolved_by,
           c.name AS person, c.timezone
    FROM doses d JOIN care_recipients c ON c.id = d.care_recipient_id
                 LEFT JOIN users u ON u.id = d.resolved_by_id
    WHERE d.care_recipient_id = $1 AND d.due_at = $2 AND d.status <> 'cancelled'
    ORDER BY d.medication_name, d.id
"""

COPIES = """
    SELECT id, chat_id, message_id, wanted_version FROM notifications
    WHERE care_recipient_id = $1 AND slot_at = $2 AND kind = 'slot_card' AND status = 'sent'
"""

SHOWN = """
    UPDATE notifications n SET shown_version = greatest(n.shown_version, shown.version)
    FROM unnest($1::uuid[], $2::int[]) AS shown (id, version) WHERE n.id = shown.id
"""

DONE = """
    UPDATE inbound_updates
    SET status = 'done', payload = NULL, answer = NULL, leased_by = NULL, leased_until = NULL
    WHERE update_id = ANY($1)
"""


@dataclass(frozen=True)
class Slot:
    family_id: UUID
    care_recipient_id: UUID
    at: Any


class ByHand:
    """`async with ByHand(...)` answers presses until it is left, or until something goes wrong."""

    def __init__(self, *, token: str, api_url: str, database_url: str) -> None:
        self._bot = Bot(
            token,
            base_url=f"{api_url}/bot",
            request=AiohttpRequest(connection_pool_size=64),
            get_updates_request=AiohttpRequest(connection_pool_size=1),
        )
        self._url = make_url(database_url)
        self._pool: Any = None
        self._room = asyncio.Semaphore(AT_ONCE)
        self._last_of_chat: dict[int, asyncio.Task[None]] = {}
        self._done: list[int] = []
        self._shown: list[tuple[UUID, int]] = []
        self._group = asyncio.TaskGroup()
        self._endless: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._pool = await asyncpg.create_pool(
            host=self._url.query.get("host") or self._url.host,
            port=self._url.port or 5432,
            user=self._url.username,
            password=self._url.password,
            database=self._url.database,
            min_size=CONNECTIONS,
            max_size=CONNECTIONS,
        )
        await self._bot.initialize()
        await self._group.__aenter__()
        self._endless = [self._group.create_task(work) for work in (self._poll(), self._record())]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for task in self._endless:
            task.cancel()
        try:
            await self._group.__aexit__(kind, error, traceback)
        finally:
            await self._bot.shutdown()
            await self._pool.close()

    async def _poll(self) -> None:
        offset, owner = None, uuid4()
        while True:
            updates = await self._bot.get_updates(offset=offset, limit=100, timeout=25)
            if not updates:
                continue
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(SET_DISPATCH)
                await connection.execute(
                    KEEP,
                    [update.update_id for update in updates],
                    [_chat_id(update) for update in updates],
                    [json.dumps(update.to_dict()) for update in updates],
                    owner,
                )
            offset = updates[-1].update_id + 1
            for update in updates:
                chat_id = _chat_id(update)
                before = self._last_of_chat.get(chat_id)
                self._last_of_chat[chat_id] = self._group.create_task(self._handle(update, before))

    async def _handle(self, update: Update, before: asyncio.Task[None] | None) -> None:
        if before is not None:
            await before
        async with self._room:
            query = update.callback_query
            assert query is not None
            press = decode(query.data or "")
            assert isinstance(press, Take)
            toast, slot = await self._take(update, query.from_user.id, press)
            await self._bot.answer_callback_query(query.id, text=toast, show_alert=slot is None)
            if slot is not None:
                await self._edit_copies(slot)
            self._done.append(update.update_id)

    async def _take(self, update: Update, telegram_id: int, press: Take) -> tuple[str, Slot | None]:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                SET_SCOPE, str(press.family_id), str(telegram_id), str(update.update_id)
            )
            member = await connection.fetchrow(MEMBER, telegram_id, press.family_id)
            if member is None or member["role"] not in ("admin", "caregiver"):
                raise PermissionError("not a button of this person")
            taken = await connection.fetchrow(
                TAKE, press.dose_id, member["id"], new_id(), new_id(), new_id()
            )
            if taken is not None:
                toast = f"Taken: {taken['medication_name']}"
                slot = Slot(press.family_id, taken["care_recipient_id"], taken["due_at"])
            else:
                first = await connection.fetchrow(WHO_TOOK, press.dose_id)
                at = first["resolved_at"].astimezone(ZoneInfo(first["timezone"]))
                toast = f"{first['medication_name']}: given by {first['name']} at {at:%H:%M}."
                slot = None
            await connection.execute(APPLIED, update.update_id, json.dumps({"toast": toast}))
        return toast, slot

    async def _edit_copies(self, slot: Slot) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(SET_SCOPE, str(slot.family_id), "", "")
            doses = await connection.fetch(SLOT, slot.care_recipient_id, slot.at)
            copies = await connection.fetch(COPIES, slot.care_recipient_id, slot.at)
        text, keyboard = render(slot, doses)
        await asyncio.gather(
            *(
                self._bot.edit_message_text(
                    text,
                    chat_id=copy["chat_id"],
                    message_id=copy["message_id"],
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
                for copy in copies
            )
        )
        self._shown += [(copy["id"], copy["wanted_version"]) for copy in copies]

    async def _record(self) -> None:
        while True:
            await asyncio.sleep(GATHER_SECONDS)
            done, self._done = self._done, []
            shown, self._shown = self._shown, []
            if not done and not shown:
                continue
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(SET_DISPATCH)
                await connection.execute(SHOWN, [s[0] for s in shown], [s[1] for s in shown])
                await connection.execute(DONE, done)


def _chat_id(update: Update) -> int:
    assert update.effective_chat is not None
    return update.effective_chat.id


def render(slot: Slot, doses: Sequence[Any]) -> tuple[str, InlineKeyboardMarkup]:
    """The card as CareCircle shows it in English."""
    zone = ZoneInfo(doses[0]["timezone"])
    lines = [f"💊 <b>{escape(doses[0]['person'])}</b> · {slot.at.astimezone(zone):%H:%M}"]
    rows: dict[str, list[list[InlineKeyboardButton]]] = defaultdict(list)
    pending = [dose for dose in doses if dose["status"] == "pending"]
    if len(pending) > 1:
        data = TakeAll(
            family_id=slot.family_id, person_id=slot.care_recipient_id, card=CardOfSlot(slot.at)
        )
        rows["all"].append([InlineKeyboardButton("✅ All taken", callback_data=data.encode())])
    for dose in doses:
        what = f"{escape(dose['medication_name'])} {escape(dose['dosage'])}"
        name = f": {dose['medication_name']}" if len(doses) > 1 else ""
        if dose["status"] == "pending":
            lines.append(f"• {what}")
            take = Take(family_id=slot.family_id, dose_id=dose["id"]).encode()
            more = OpenMenu(family_id=slot.family_id, dose_id=dose["id"]).encode()
            rows["take"].append(
                [
                    InlineKeyboardButton(f"✅ Taken{name}", callback_data=take),
                    InlineKeyboardButton("⋯", callback_data=more),
                ]
            )
        else:
            at = dose["resolved_at"].astimezone(zone)
            lines.append(f"✅ {what}\nTaken {at:%H:%M}, recorded by {escape(dose['resolved_by'])}")
            show = ShowRecord(family_id=slot.family_id, dose_id=dose["id"]).encode()
            undo = UndoRecord(family_id=slot.family_id, dose_id=dose["id"]).encode()
            rows["undo"].append(
                [
                    InlineKeyboardButton(f"✓ {dose['resolved_by']}", callback_data=show),
                    InlineKeyboardButton(f"↩️ Undo{name}", callback_data=undo),
                ]
            )
    return "\n".join(lines), InlineKeyboardMarkup([*rows["all"], *rows["take"], *rows["undo"]])
