"""Days of the week: "tuesday and thursday", "mon-fri", "weekdays", "weekends"."""

import re
from collections.abc import Collection, Mapping, Sequence

from bot.grammar.cursor import Cursor
from bot.grammar.dates import WEEKDAYS
from domain.local_time import WEEKEND, WORKDAYS, Weekday

GROUPS: Mapping[str, Collection[Weekday]] = {
    **dict.fromkeys(("weekday", "weekdays", "workday", "workdays"), WORKDAYS),
    **dict.fromkeys(("weekend", "weekends"), WEEKEND),
    "mwf": (Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY),
}
_SEPARATORS = re.compile("[-/&+]")  # "mon/wed/fri", "mon-wed-fri"
JOINTS = {",", "and", "&"}
_UP_TO = {"-", "to", "through", "thru", "till"}  # "every monday until friday" has an end


def accept_weekdays(cursor: Cursor, *, joints: Collection[str] = JOINTS) -> tuple[Weekday, ...]:
    """Take the days at the cursor, joined by commas and "and", in the order of the week."""
    found: set[Weekday] = set()
    while True:
        begin = cursor.at
        if found:
            cursor.skip(joints)
        days = _accept_some(cursor)
        if not days:
            cursor.at = begin
            return tuple(sorted(found))
        found.update(days)


def _accept_some(cursor: Cursor) -> Collection[Weekday]:
    """A day, a group of days, or all from one to another."""
    if group := cursor.accept(GROUPS):
        return GROUPS[group]
    ends = cursor.peek().split("-")
    if len(ends) == 2 and all(name in WEEKDAYS for name in ends):
        cursor.at += 1
        return _between(WEEKDAYS[ends[0]], WEEKDAYS[ends[1]])
    names = _SEPARATORS.split(cursor.peek())
    if len(names) > 1 and all(name in WEEKDAYS for name in names):
        cursor.at += 1
        return [WEEKDAYS[name] for name in names]
    first = cursor.accept(WEEKDAYS)
    if not first:
        return ()
    if cursor.peek() in _UP_TO and cursor.peek(1) in WEEKDAYS:
        cursor.accept(_UP_TO)
        return _between(WEEKDAYS[first], WEEKDAYS[cursor.accept(WEEKDAYS)])
    return (WEEKDAYS[first],)


def _between(first: Weekday, last: Weekday) -> Sequence[Weekday]:
    return [Weekday((first + n) % 7) for n in range((last - first) % 7 + 1)]
