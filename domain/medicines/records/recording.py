"""Recording doses as taken or skipped, in one statement.

A dose is resolved once. Whoever comes second is told who was first, and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from domain.access import Action, may
from domain.database.scope import Act, Scope
from domain.delivery import dose_messages
from domain.errors import NotAllowed, NotFound
from domain.events import NotificationsQueued
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import (
    ONE_DOSE,
    OPEN,
    SELECT_BY_ID,
    UNANSWERED,
    DoseFacts,
    fetch_doses,
    list_doses,
)
from domain.medicines.expansion.re_expansion import follow_intakes
from domain.medicines.records.spacing import (
    IS_CLOSE,
    SAME_MEDICINE,
    SPACING,
    SpacingWarning,
    TooSoon,
    list_too_soon,
)
from domain.medicines.stock.measures import stock_use_sql
from domain.models import new_id
from domain.models.medicines import DoseStatus

_IN_TIME = [DoseStatus.PENDING]


@dataclass(frozen=True)
class Recorded:
    """The outcome of a press: what it `recorded`, and what somebody had `already` recorded.

    `left_open` is how many more doses of the slot are open but not on the pressed message. Neither
    `late` nor `to_choose` are recorded. The window of the former has ended, so we have to ask when
    they were taken; see :mod:`domain.medicines.records.late`. The latter are to be a range, so
    somebody has to say how much it was. Neither are those that would come `too_soon`.
    """

    recorded: Sequence[DoseFacts]
    already: Sequence[DoseFacts]
    left_open: int = 0
    late: Sequence[DoseFacts] = ()
    to_choose: Sequence[DoseFacts] = ()
    too_soon: Sequence[TooSoon] = ()


# One statement: lock the doses, resolve those that are open, log, take from the stock, audit. Locks
# are taken in the order of ids, so that two "All taken" don't deadlock. Resolved doses are locked
# too, so that nobody undoes one before the member is told who was first. The time is when the lock
# was acquired, so that log rows are in their true order; it depends on the locked rows because
# PostgreSQL may otherwise evaluate a clock earlier. A dose given exactly when it was due was given
# in the zone of that time, wherever the person lives now. The stock may go below zero, so that an
# undo or a correction gives back exactly what was taken.
#
# Whether it would come too soon is seen as of when the statement began. If the medicine was
# recorded between that and its lock, nothing is written and the rows say `is_overtaken`: another
# statement sees it all, for nobody else records the medicine while it is locked.
_RECORD = text(f"""
    WITH target AS MATERIALIZED (
        SELECT d.id, d.medication_id, d.status AS before, ids.log_id, ids.audit_id, ids.movement_id,
               CASE WHEN CAST(:taken_at AS timestamptz) = d.due_at THEN d.timezone
                    ELSE c.timezone END AS timezone, {SPACING} AS spacing,
               same.ids AS same_ids, same.logged_at
        FROM doses d {SAME_MEDICINE}
        JOIN care_recipients c ON c.id = d.care_recipient_id
        JOIN unnest(CAST(:dose_ids AS uuid[]), CAST(:log_ids AS uuid[]), CAST(:audit_ids AS uuid[]),
                    CAST(:movement_ids AS uuid[]))
             AS ids (dose_id, log_id, audit_id, movement_id) ON ids.dose_id = d.id
        WHERE d.family_id = :family_id
          AND (:anybodys OR c.user_id = :user_id)
        ORDER BY d.id
        FOR UPDATE OF d
    ), medicine AS MATERIALIZED (
        SELECT m.id, m.stock, m.stock_unit, m.stock_per_dose, m.stock_dose_amount,
               m.stock_dose_unit, m.dosage, m.dosage_amount, m.dosage_unit, m.last_logged_at,
               m.schedule ->> 'from_last_intake' = 'true' AS follows_intakes
        FROM (SELECT DISTINCT unnest(t.same_ids) AS id FROM target t
              WHERE t.before = ANY(CAST(:open AS text[]))) AS same
        JOIN medications m ON m.id = same.id
        ORDER BY m.id
        FOR UPDATE OF m
    ), moment AS (
        SELECT clock_now() + (clock_timestamp() - statement_timestamp()) AS at,
               :warns AND EXISTS (
                   SELECT FROM target t
                   WHERE t.before = ANY(CAST(:open AS text[])) AND t.logged_at IS DISTINCT FROM
                         (SELECT array_agg(m.last_logged_at ORDER BY m.id) FROM medicine m
                          WHERE m.id = ANY(t.same_ids))) AS is_overtaken
        FROM (SELECT count(*) FROM medicine) AS locked
    ), resolved AS (
        UPDATE doses d
        SET status = :status, resolved_by_id = :user_id, next_action_at = NULL, ladder_step = NULL,
            resolved_at = moment.at, given = CAST(:given AS text), note = CAST(:note AS text),
            dose_count = CAST(:dose_count AS numeric),
            taken_at = CASE WHEN :status = 'taken'
                            THEN coalesce(CAST(:taken_at AS timestamptz), moment.at) END,
            taken_timezone = CASE WHEN :status = 'taken' THEN t.timezone END
        FROM target t, moment
        WHERE d.id = t.id AND t.before = ANY(CAST(:open AS text[]))
          AND (:status <> 'taken' OR d.most IS NULL OR CAST(:given AS text) IS NOT NULL)
          AND NOT moment.is_overtaken
          AND NOT (:warns AND EXISTS (
                SELECT FROM doses o WHERE o.medication_id = ANY(t.same_ids) AND {IS_CLOSE}
                  AND o.taken_at > moment.at - t.spacing AND o.taken_at <= moment.at
                  AND o.taken_at >= coalesce(CAST(:seen AS timestamptz), '-infinity')))
        RETURNING d.id, d.medication_id, d.care_recipient_id, d.due_at, d.resolved_at, d.taken_at,
                  coalesce(CAST(:amount AS numeric), d.amount, 1) AS amount,
                  coalesce(CAST(:unit AS text), d.unit, d.dosage) AS unit,
                  CASE WHEN CAST(:unit AS text) IS NOT NULL OR NOT d.is_scheduled
                       THEN d.dose_count END AS doses,
                  t.before, t.timezone, t.log_id, t.audit_id, t.movement_id
    ), logged AS (
        INSERT INTO medication_logs
               (id, family_id, medication_id, dose_id, action_id, status, timestamp, timezone,
                recorded_at, recorded_by_id, given, amount, unit, dose_count, note)
        SELECT log_id, :family_id, medication_id, id, :action_id, :status,
               coalesce(taken_at, resolved_at), timezone, resolved_at, :user_id,
               CAST(:given AS text), CAST(:amount AS numeric), CAST(:unit AS text),
               CAST(:dose_count AS numeric), CAST(:note AS text)
        FROM resolved
    ), taken AS (
        SELECT r.id, r.medication_id, r.movement_id,
               {stock_use_sql("r.amount", "r.unit", doses="r.doses", medication="m")} AS amount
        FROM resolved r JOIN medicine m ON m.id = r.medication_id
        WHERE m.stock IS NOT NULL AND :status = 'taken'
    ), moved AS (
        INSERT INTO stock_movements
               (id, family_id, medication_id, dose_id, change, reason, recorded_by_id)
        SELECT movement_id, :family_id, medication_id, id, -amount, 'taken', :user_id
        FROM taken WHERE amount > 0
    ), stamped AS (
        UPDATE medications m
        SET last_logged_at = moment.at,
            stock = m.stock - coalesce(
                (SELECT sum(t.amount) FROM taken t WHERE t.medication_id = m.id), 0)
        FROM (SELECT DISTINCT medication_id FROM resolved) AS r, moment
        WHERE m.id = r.medication_id
    ), audited AS (
        INSERT INTO audit_events
               (id, family_id, actor_id, action, subject_type, subject_id, before, after)
        SELECT audit_id, :family_id, :user_id, 'dose.' || :status, 'dose', id,
               jsonb_build_object('status', before),
               jsonb_build_object('status', CAST(:status AS text))
        FROM resolved
    )
    SELECT r.id, r.care_recipient_id, r.due_at, r.medication_id, r.before, m.follows_intakes,
           moment.is_overtaken
    FROM moment LEFT JOIN (resolved r JOIN medicine m ON m.id = r.medication_id) ON true
    WHERE moment.is_overtaken OR r.id IS NOT NULL
""")  # noqa: S608 - constants of our own
_REFRESH_AND_SELECT = SELECT_BY_ID.add_cte(dose_messages.REFRESH_CARDS.cte("cards"))


async def record_doses(
    scope: Scope,
    dose_ids: Sequence[UUID],
    *,
    status: DoseStatus,
    taken_at: datetime | None = None,
    given: Dosage | None = None,
    dose_count: Decimal = ONE_DOSE,
    note: str | None = None,
    in_time_only: bool = False,
    warning: SpacingWarning | None = None,
    action_id: UUID | None = None,
) -> Recorded:
    """Record doses as taken or skipped by the acting member, at *taken_at* (UTC; None: now).
    *given* is the amount if it wasn't the planned one, and counts as *dose_count* doses as set. A
    dose that is to be a range isn't recorded as taken without it; it's returned as `to_choose`.

    *in_time_only* skips doses whose window has ended; they are returned as `already`. With
    *warning*, so do doses whose medicine was given too shortly before: as `too_soon`. Records with
    the same *action_id* are undone together. Raises NotFound if a dose isn't the family's, and
    NotAllowed if the member may not record it.
    """
    if given is not None and given.most is not None:
        raise ValueError("what was given is an amount, not a range")
    member = scope.require(Action.READ)
    count, action_id = len(dose_ids), action_id or new_id()
    values = {
        "dose_ids": list(dose_ids),
        "log_ids": [new_id() for _ in range(count)],
        "audit_ids": [new_id() for _ in range(count)],
        "movement_ids": [new_id() for _ in range(count)],
        "action_id": action_id,
        "family_id": member.family_id,
        "user_id": member.user_id,
        "anybodys": may(member.role, Action.RECORD_DOSE),
        "status": status,
        "open": _IN_TIME if in_time_only else OPEN,
        "taken_at": taken_at,
        "given": given.words if given else None,
        "amount": given.amount if given else None,
        "unit": given.unit if given else None,
        "dose_count": dose_count,
        "note": note,
        "warns": warning is not None,
        "seen": warning.seen_until if warning else None,
    }
    rows = await scope.rows(_RECORD, values)
    if any(row.is_overtaken for row in rows):
        rows = await scope.rows(_RECORD, values)
    follow = [row.medication_id for row in rows if row.follows_intakes]
    if follow and status is DoseStatus.TAKEN:
        await follow_intakes(scope, follow)
    recorded = {row.id for row in rows}
    if recorded:
        scope.acts.append(Act("recorded", action_id))
        # A separate statement also sees cards that were written while the first one waited for
        # locks.
        slots = {(row.care_recipient_id, row.due_at) for row in rows}
        doses = await fetch_doses(
            scope,
            _REFRESH_AND_SELECT,
            {"dose_ids": list(dose_ids), **dose_messages.slot_parameters(slots)},
        )
        were_late = [row.id for row in rows if row.before in UNANSWERED]
        await dose_messages.refresh_summaries(scope, were_late)
        scope.publish(NotificationsQueued())
    else:
        doses = list(await list_doses(scope, dose_ids))
    if len(doses) < len(set(dose_ids)):
        raise NotFound
    untouched = [dose for dose in doses if dose.id not in recorded]
    to_choose = [
        dose
        for dose in untouched
        if status is DoseStatus.TAKEN and given is None and dose.most is not None
        if dose.status in OPEN
    ]
    already = [dose for dose in untouched if dose not in to_choose]
    tried = _IN_TIME if in_time_only else OPEN
    too_soon: Sequence[TooSoon] = ()
    if warning is not None and (waiting := [dose for dose in already if dose.status in tried]):
        too_soon = await list_too_soon(scope, waiting)
        warned = {each.dose.id for each in too_soon}
        already = [dose for dose in already if dose.id not in warned]
    if any(dose.status in tried for dose in already):
        # Still open, but the statement skipped it: this member may not record it.
        raise NotAllowed(Action.RECORD_DOSE, member.role)
    return Recorded(
        [dose for dose in doses if dose.id in recorded],
        already,
        to_choose=tuple(to_choose),
        too_soon=too_soon,
    )
