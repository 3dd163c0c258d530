"""A pasted list: each line is an entry, unless several lines together make one."""

import re
from collections.abc import Callable, Sequence

from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import fold_spaces, is_blank, strip_unsafe

MAX_ENTRIES = 20
_LONGEST_ENTRY = 4  # lines
_SHORT_LIST = 500  # characters: for a list this short, every way to split it is tried
# How people mark lists: with a dash, a dot, or numbers like 1. and 2).
_BULLET = re.compile(r"^\s*(?:[-–—•·*▪◦]|\d{1,2}[.)](?=\s))\s*")


def lines_of(text: str) -> Sequence[str]:
    """The lines that aren't blank, without their list markers."""
    lines = [fold_spaces(_BULLET.sub("", line)) for line in strip_unsafe(text).splitlines()]
    return [line for line in lines if not is_blank(line) or line.startswith("/")]


def to_entries(
    lines: Sequence[str],
    *,
    is_complete: Callable[[str], bool],
    is_continuation: Callable[[str], bool],
) -> Sequence[str]:
    """The entries of a list, each on one line. Raises `Misunderstood` for too many.

    A line that *is_complete* is an entry. Other lines are joined if together they make one
    ("Aspirin", "100 mg", "08:00"); one that *is_continuation* continues the entry before it
    ("with Dr Weber").
    """
    if len(lines) > MAX_ENTRIES * _LONGEST_ENTRY:
        raise Misunderstood(Problem.TOO_MANY_ENTRIES, str(len(lines)))
    # However long the list, joined lines cost about as much to parse as the lines on their own.
    room = _SHORT_LIST + sum(map(len, lines))
    entries: list[str] = []
    pending: list[str] = []
    for line in lines:
        # Lines further up than the longest entry are settled, so there's no need to read on.
        if len(entries) + len(pending) - _LONGEST_ENTRY >= MAX_ENTRIES:
            break
        if is_complete(line):
            entries += [*pending, line]
            pending = []
            continue
        if (
            entries
            and not pending
            and is_continuation(line)
            and is_complete(f"{entries[-1]} {line}")
        ):
            entries[-1] += f" {line}"
            continue
        pending.append(line)
        for start in range(len(pending) - 2, max(-1, len(pending) - 1 - _LONGEST_ENTRY), -1):
            together = " ".join(pending[start:])
            room -= len(together)
            if room >= 0 and is_complete(together):
                entries += [*pending[:start], together]
                pending = []
                break
    else:
        entries += pending
        if len(entries) <= MAX_ENTRIES:
            return entries
    raise Misunderstood(Problem.TOO_MANY_ENTRIES, str(len(lines)))
