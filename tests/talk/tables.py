"""What stands in the tables, in short: for people who read a talk."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from tests.talk.stage import Stage

_MEDICINES = """
SELECT m.name, m.dosage, m.status, m.resumes_at, m.stock, m.stock_unit,
       m.schedule ->> 'kind' AS kind, c.name AS person, c.timezone AS zone
FROM medications m JOIN care_recipients c ON c.id = m.care_recipient_id
WHERE m.deleted_at IS NULL ORDER BY c.name, m.name, m.created_at
"""

_DOSES = """
SELECT d.*, c.name AS person, u.name AS who FROM doses d
JOIN care_recipients c ON c.id = d.care_recipient_id
LEFT JOIN users u ON u.id = d.resolved_by_id
WHERE d.due_at > $1::timestamptz - interval '36 hours'
  AND d.due_at < $1::timestamptz + interval '24 hours'
ORDER BY coalesce(d.taken_at, d.due_at), d.id
"""

_LOGS = """
SELECT l.*, m.name, u.name AS who FROM medication_logs l
JOIN medications m ON m.id = l.medication_id JOIN users u ON u.id = l.recorded_by_id
ORDER BY l.recorded_at, l.id
"""

_APPOINTMENTS = """
SELECT o.starts_at, o.status, a.title, a.timezone, u.name AS driver
FROM appointment_occurrences o JOIN appointments a ON a.id = o.appointment_id
LEFT JOIN users u ON u.id = o.driver_id
WHERE a.deleted_at IS NULL AND o.starts_at > $1::timestamptz - interval '2 days'
ORDER BY o.starts_at LIMIT 10
"""


async def in_short(stage: Stage) -> Sequence[str]:
    lines = []
    for row in await stage.rows(_MEDICINES):
        stock = (
            ""
            if row["stock"] is None
            else f", {row['stock'].normalize():f} {row['stock_unit']} left"
        )
        back = f" until {_local(row['resumes_at'], row['zone'])}" if row["resumes_at"] else ""
        status = "" if row["status"] == "active" else f", {row['status']}{back}"
        what = f"{row['name']} {row['dosage']} ({row['kind']})"
        lines.append(f"medicine {what}, {row['person']}{status}{stock}")
    lines += [_dose(row) for row in await stage.rows(_DOSES, stage.now)]
    for row in await stage.rows(_LOGS):
        what = row["given"] or ""
        lines.append(
            f"log {row['name']} {row['status']} {_local(row['timestamp'], row['timezone'])} {what}"
            f" ×{row['dose_count'].normalize():f}, {row['who']}"
            + (" (corrects)" if row["corrects_id"] else "")
        )
    for row in await stage.rows(_APPOINTMENTS, stage.now):
        driver = f", {row['driver']} drives" if row["driver"] else ""
        lines.append(
            f"appointment {row['title']} {_local(row['starts_at'], row['timezone'])}"
            f" {row['status']}{driver}"
        )
    return lines


def _dose(row: Any) -> str:
    kind = "dose" if row["is_scheduled"] else "extra"
    words = f"{kind} {row['medication_name']} {row['dosage']}"
    words += f" due {_local(row['due_at'], row['timezone'])}"
    words += f" {row['status']}"
    if row["taken_at"]:
        words += f" {_local(row['taken_at'], row['taken_timezone'])} {row['given'] or ''}"
        words += f" ×{row['dose_count'].normalize():f}"
    if row["who"]:
        words += f" by {row['who']}"
    if row["next_action_at"]:
        words += f", {row['ladder_step']} {_local(row['next_action_at'], row['timezone'])}"
    return words


def _local(at: Any, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %d %b %H:%M}"
