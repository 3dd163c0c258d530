"""Which row of a dose's log stands: what the dose was made by, and who recorded that."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row


def find_standing(rows: Sequence[Row[Any]]) -> Row[Any]:
    """The newest of *rows* (those of one dose, the oldest first) that nobody has taken back, and
    that takes back none itself. It is not the newest row where a correction was undone: that only
    repeats what somebody else may have recorded.
    """
    taken_back = {row.undoes_id for row in rows}
    standing = [row for row in rows if row.undoes_id is None and row.id not in taken_back]
    return standing[-1]
