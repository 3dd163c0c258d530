"""Limits that are kept as notes, because they are amounts: "max 8 tablets a day"."""

import re

from bot.grammar.labels.beside_times import joined
from bot.grammar.tokens import tokenize
from bot.grammar.units import name_of_unit
from domain.medicines.dosages import Dosage
from domain.medicines.schedule_changes.changes import Change


def is_limit(note: str) -> bool:
    return bool(_LIMIT.match(note))


def is_limit_of_things(notes: str, dosage: Dosage) -> bool:
    """Whether a limit among the *notes* counts what is given: "max 8 tablets", not "max 240 mg"."""
    words = {name_of_unit(token.word.lstrip("0123456789.,")) for token in tokenize(notes).tokens}
    return dosage.unit in words


def notes_beside(
    before: str, change: Change, text: str, *, is_other_limit: bool = False
) -> str | None:
    """The notes so far beside other limits, typed as *text*: "max 8 tablets a day" is none of them
    any more where another such limit is typed, or none, or a number of doses that makes another
    number of tablets.
    """
    units = (token.word.lstrip("0123456789.,") for token in tokenize(text).tokens)
    is_in_amounts = change.max_per_day is not None and any(name_of_unit(unit) for unit in units)
    is_replaced = is_in_amounts or change.has_no_max or is_other_limit
    is_apart = change.min_interval is not None or change.has_no_min_interval
    notes = [
        each
        for each in before.split("; ")
        if not (is_replaced and is_limit(each)) and not (is_apart and each.endswith("apart"))
    ]
    return joined(*notes, text if is_in_amounts else None)


_LIMIT = re.compile(
    r"(?i)(?:do |must )?(?:max|not more|no more|up to|at most|not exceed|never exceed|don't exceed)"
)
