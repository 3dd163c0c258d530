"""Finding the current record in a dose's log."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row


def find_standing(rows: Sequence[Row[Any]]) -> Row[Any]:
    """The current record among *rows* (of one dose, oldest first): the newest that isn't undone and
    isn't an undo itself. After a correction is undone, that's not the newest row, which only
    repeats what somebody else may have recorded.
    """
    taken_back = {row.undoes_id for row in rows}
    standing = [row for row in rows if row.undoes_id is None and row.id not in taken_back]
    return standing[-1]
