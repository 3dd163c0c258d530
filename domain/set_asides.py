"""Work that failed for one row is set aside: it waits by itself and holds up nobody else.

Whoever looks for work leaves out what is set aside. It is tried again a few times, more and more
rarely; then it waits for an operator, who sees it in ``carecircle doctor``.
"""

import traceback
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, func, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from domain.database.scope import Scope
from domain.models import SetAside, new_id

# After the first failure, the second, and so on; after the last of these an operator has to look.
RETRIES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 600, 1440))
_OURS = [Path(__file__).resolve().parents[1] / name for name in ("bot", "domain")]
_FORGOTTEN_AFTER = timedelta(days=1)  # without another failure since it was tried again


class Work(StrEnum):
    """What is done for one row at a time where it fails for many."""

    DOSE = "dose"  # a step of the ladder
    APPOINTMENT = "appointment"  # telling of an occurrence
    STOCK = "stock"  # checking what runs out
    PAUSE = "pause"  # telling of its end, and ending it
    EXPANSION = "expansion"  # making a medicine's doses
    SERIES = "series"  # making an appointment's occurrences


@dataclass(frozen=True)
class Subject:
    """A row that work is done for."""

    family_id: UUID
    id: UUID


def is_free(work: Work, subject: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Whether the row is not set aside for this kind of work (any more)."""
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
    """Let the row wait; returns how often its work has failed. As the dispatcher."""
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


async def forget_recovered(scope: Scope) -> int:
    """Forget what was tried again and has not failed since. As the dispatcher."""
    return await scope.execute(
        delete(SetAside).where(SetAside.retry_at < func.clock_now() - _FORGOTTEN_AFTER)
    )


def describe(error: BaseException) -> str:
    """The type of an error and where it was raised, without its words: these may quote what a
    family wrote.
    """
    return f"{type(error).__name__} at {_place(error.__traceback__)}"


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    if not frames:
        return "an unknown place"
    # Ours, if it passed through our code: of a library's own line nobody learns who called it.
    ours = [f for f in frames if any(folder in Path(f.filename).parents for folder in _OURS)]
    last = (ours or frames)[-1]
    return f"{Path(last.filename).name}:{last.lineno} in {last.name}"
