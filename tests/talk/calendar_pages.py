"""The calendars of phones as a page: for each person the coming weeks, day by day."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from zoneinfo import ZoneInfo

from tests.phone_calendar import Entry

WEEKS = 5
_STYLE = """
body { font: 13px sans-serif; display: flex; gap: 16px; margin: 12px; }
table { border-collapse: collapse; table-layout: fixed; width: 425px; }
td { border: 1px solid #ddd; height: 56px; vertical-align: top; padding: 2px; overflow: hidden; }
p { background: #d7ebff; border-radius: 4px; margin: 1px 0; padding: 1px 3px; font-size: 11px; }
"""


def month_pages(calendars: Mapping[str, Sequence[Entry]], zone: ZoneInfo) -> str:
    """Side by side, as HTML; times by the clock of *zone*."""
    tables = "".join(_table(name, shown, zone) for name, shown in calendars.items())
    return f"<style>{_STYLE}</style>{tables}"


def _table(name: str, shown: Sequence[Entry], zone: ZoneInfo) -> str:
    starts = [entry.starts_at.astimezone(zone).date() for entry in shown]
    first = min(starts, default=date(2026, 6, 1))
    monday = first - timedelta(days=first.weekday())
    days = [monday + timedelta(days=number) for number in range(7 * WEEKS)]
    cells = [f"<td>{day:%-d %b}{_entries(day, shown, zone)}</td>" for day in days]
    rows = ["".join(cells[at : at + 7]) for at in range(0, len(cells), 7)]
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"<div><b>{escape(name)}'s calendar</b><table>{body}</table></div>"


def _entries(day: date, shown: Sequence[Entry], zone: ZoneInfo) -> str:
    return "".join(
        f"<p>{entry.starts_at.astimezone(zone):%H:%M} {escape(entry.title)}"
        f" {escape(entry.place)}</p>"
        for entry in shown
        if entry.starts_at.astimezone(zone).date() == day
    )
