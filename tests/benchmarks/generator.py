"""Any number of families, ten medicines and a weekly appointment each, by set-based statements."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from tests.town import open_to_owner

MEDICINES = 10
WEEKS = 10  # of a weekly appointment
BATCH = 5_000  # families in one transaction

# Ids are made of what a row is, so that each statement finds those of the others without asking.
_USER, _FAMILY = "md5('user' || n)::uuid", "md5('family' || n)::uuid"
_PERSON = "md5('person' || n)::uuid"
_MEDICINE = "md5('medicine' || n || '-' || m)::uuid"
_APPOINTMENT = "md5('appointment' || n)::uuid"
_FAMILIES = "generate_series(CAST(:first AS int), CAST(:last AS int)) n"

_STATEMENTS = (
    (
        f"INSERT INTO users (id, telegram_id, name, started_at)"
        f" SELECT {_USER}, n, 'Person ' || n, now() FROM {_FAMILIES}"
    ),
    (
        f"INSERT INTO families (id, name, created_by_id)"
        f" SELECT {_FAMILY}, 'Family ' || n, {_USER} FROM {_FAMILIES}"
    ),
    (
        f"INSERT INTO family_members (id, family_id, user_id, role)"
        f" SELECT md5('member' || n)::uuid, {_FAMILY}, {_USER}, 'admin' FROM {_FAMILIES}"
    ),
    f"UPDATE users SET current_family_id = {_FAMILY} FROM {_FAMILIES} WHERE users.id = {_USER}",
    (
        f"INSERT INTO care_recipients (id, family_id, name, timezone, created_by_id)"
        f" SELECT {_PERSON}, {_FAMILY}, 'Mum', 'Europe/London', {_USER} FROM {_FAMILIES}"
    ),
    f"""
    INSERT INTO medications
           (id, family_id, care_recipient_id, name, dosage, dosage_amount, dosage_unit, schedule,
            expanded_until, created_by_id)
    SELECT {_MEDICINE}, {_FAMILY}, {_PERSON}, 'Medicine ' || m, '1 tablet', 1, 'tablet',
           CASE m % 5
               WHEN 0 THEN jsonb_build_object(
                   'version', 2, 'kind', 'as_needed', 'starts_on', '2026-01-01', 'ends_on', NULL,
                   'min_interval_minutes', 360, 'max_per_day', 4)
               WHEN 1 THEN jsonb_build_object(
                   'version', 2, 'kind', 'elapsed', 'every_minutes', 480,
                   'starts_at', '2026-01-01T06:00:00+00:00', 'ends_at', NULL,
                   'from_last_intake', false)
               ELSE jsonb_build_object(
                   'version', 2, 'kind', 'wall_clock', 'times', jsonb_build_array('08:00', '20:00'),
                   'starts_on', '2026-01-01', 'ends_on', NULL, 'dosages', NULL,
                   'days', jsonb_build_object('pattern', 'daily', 'every', m % 3 + 1)) END,
           now() + interval '30 hours', {_USER}
    FROM {_FAMILIES}, generate_series(1, {MEDICINES}) m
    """,
    f"""
    INSERT INTO doses
           (id, family_id, medication_id, care_recipient_id, occurrence_key, due_at, window_ends_at,
            timezone, medication_name, dosage, amount, unit, next_action_at)
    SELECT md5('dose' || n || '-' || m || '-' || d)::uuid, {_FAMILY}, {_MEDICINE}, {_PERSON},
           to_char(date_trunc('day', now()) + d * interval '12 hours', 'YYYY-MM-DD"T"HH24:MI'),
           date_trunc('day', now()) + d * interval '12 hours',
           date_trunc('day', now()) + d * interval '12 hours' + interval '2 hours',
           'Europe/London', 'Medicine ' || m, '1 tablet', 1, 'tablet',
           date_trunc('day', now()) + d * interval '12 hours'
    FROM {_FAMILIES}, generate_series(1, {MEDICINES}) m, generate_series(0, 2) d
    """,
    f"""
    INSERT INTO appointments
           (id, family_id, care_recipient_id, title, scheduled_at, timezone, recurrence,
            expanded_until, created_by_id)
    SELECT {_APPOINTMENT}, {_FAMILY}, {_PERSON}, 'Physio', date_trunc('hour', now()),
           'Europe/London', 'FREQ=WEEKLY', now() + interval '366 days', {_USER}
    FROM {_FAMILIES}
    """,
    f"""
    INSERT INTO appointment_occurrences
           (id, family_id, appointment_id, care_recipient_id, occurrence_key, starts_at, ends_at,
            ladder_step, next_action_at)
    SELECT md5('occurrence' || n || '-' || w)::uuid, {_FAMILY}, {_APPOINTMENT}, {_PERSON},
           to_char(date_trunc('hour', now()) + w * interval '7 days', 'YYYY-MM-DD"T"HH24:MI'),
           date_trunc('hour', now()) + w * interval '7 days',
           date_trunc('hour', now()) + w * interval '7 days' + interval '1 hour',
           'remind', date_trunc('hour', now()) + w * interval '7 days'
    FROM {_FAMILIES}, generate_series(0, {WEEKS} - 1) w
    """,
)


async def make_families(url: str, *, first: int, last: int) -> None:
    """Families number *first* to *last*; person number n has the Telegram id n."""
    engine = create_async_engine(url)
    try:
        if first == 1:
            await open_to_owner(engine)
        for begin in range(first, last + 1, BATCH):
            async with engine.begin() as connection:
                await _make(connection, begin, min(begin + BATCH - 1, last))
        await _analyze(engine)
    finally:
        await engine.dispose()


async def _make(connection: AsyncConnection, first: int, last: int) -> None:
    for statement in _STATEMENTS:
        await connection.execute(text(statement), {"first": first, "last": last})


async def _analyze(engine: AsyncEngine) -> None:
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text("VACUUM ANALYZE"))
