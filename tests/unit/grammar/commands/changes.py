"""What becomes of a medicine when a change of it is typed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.grammar.commands.schedule_changes import parse_change
from bot.grammar.dosages import parse_dosage
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.comparison import Concern, list_concerns
from domain.medicines.schedule_changes.editing import apply_change
from domain.medicines.schedule_changes.questions import Question

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
TODAY = NOW.date()
ONE_TABLET, TWO_TABLETS = parse_dosage("1 tablet"), parse_dosage("2 tablets")


def change(old: Content, words: str, **answered: str) -> Content | Question:
    typed = parse_change(words, schedule=old.schedule, zone=LONDON, now=NOW)
    typed = typed.completed(Change(**answered))  # type: ignore[arg-type]
    return apply_change(old, typed, zone=LONDON, now=NOW)


def changed(old: Content, words: str, **answered: str) -> Content:
    new = change(old, words, **answered)
    assert isinstance(new, Content)
    return new


def concerns(old: Content, new: Content) -> set[Concern]:
    return set(list_concerns(old, new, zone=LONDON, now=NOW))
