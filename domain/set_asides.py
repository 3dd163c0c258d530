"""Work that fails for one row is set aside, so that it blocks nothing else.

Queries for work skip rows that are set aside. They are retried a few times with growing delays;
after that they wait for an operator, who sees them in ``carecircle doctor``.
"""

import traceback
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from domain.database.scope import Scope
from domain.models import SetAside, new_id

# Delays after the first failure, the second, and so on. After the last one, only an operator
# retries.
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 600, 1440))
_OURS = [Path(__file__).resolve().parents[1] / name for name in ("bot", "domain")]
FORGOTTEN_AFTER = timedelta(days=1)  # without another failure since the retry


class Work(StrEnum):
    """Kinds of work that are done for one row at a time when a whole batch fails."""

    DOSE = "dose"  # a step of the ladder
    APPOINTMENT = "appointment"  # reminders of an occurrence
    STOCK = "stock"  # checking whether a medicine is running out
    PAUSE = "pause"  # announcing the end of a pause, and ending it
    EXPANSION = "expansion"  # making a medicine's doses
    SERIES = "series"  # making an appointment's occurrences
    DIGEST = "digest"  # a member's morning digest or evening summary
    INVITATION = "invitation"  # deleting one that expired long ago
    NOTIFICATION = "notification"  # deleting an old one


@dataclass(frozen=True)
class Subject:
    """The row that work is done for."""

    family_id: UUID
    id: UUID


def is_free(work: Work, subject: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether the row isn't set aside for this kind of work, or is due for a retry."""
    return ~(
        select(literal(1))
        .where(
            SetAside.kind == work,
            SetAside.subject_id == subject,
            or_(SetAside.retry_at.is_(None), SetAside.retry_at > func.clock_now()),
        )
        .exists()
    )


async def set_aside(scope: Scope, work: Work, subject: Subject, *, reason: str) -> int:
    """Set a row aside; returns how many times its work has failed. Runs as the dispatcher."""
    failures = SetAside.failures + 1
    added = insert(SetAside).values(
        id=new_id(),
        family_id=subject.family_id,
        kind=work,
        subject_id=subject.id,
        reason=reason,
        failed_at=func.clock_now(),
        retry_at=func.clock_now() + RETRIES[0],
    )
    later = case(
        *((failures == number, delay) for number, delay in enumerate(RETRIES, 1)),
        else_=None,
    )
    count: int = (
        await scope.connection.execute(
            added.on_conflict_do_update(
                index_elements=[SetAside.kind, SetAside.subject_id],
                set_={
                    "failures": func.least(failures, len(RETRIES) + 1),
                    "reason": added.excluded.reason,
                    "failed_at": func.clock_now(),
                    "retry_at": func.clock_now() + later,
                },
            ).returning(SetAside.failures)
        )
    ).scalar_one()
    return count


def describe(error: BaseException) -> str:
    """An error's type and where it was raised, not its message, which may quote a family."""
    return f"{type(error).__name__} at {_place(error.__traceback__)}"


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    if not frames:
        return "an unknown place"
    # Prefer a frame of our own code: a line inside a library doesn't tell who called it.
    ours = [f for f in frames if any(folder in Path(f.filename).parents for folder in _OURS)]
    last = (ours or frames)[-1]
    return f"{Path(last.filename).name}:{last.lineno} in {last.name}"
