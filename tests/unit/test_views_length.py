"""Whatever there is to say fits into what Telegram takes: 4,096 characters and 100 buttons."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import unescape
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from bot.views.answer import Screen
from bot.views.cards import slot_card
from bot.views.notices import summary
from bot.views.today import today
from domain.access import Role
from domain.cards import CardFacts, SummaryFacts
from domain.care_recipients import Person
from domain.database import Member
from domain.doses import DoseFacts, DoseStatus, PersonToday

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def many(count: int, status: DoseStatus) -> Sequence[DoseFacts]:
    """Doses with the longest names there can be, which escaping makes longer still."""
    return [
        DoseFacts(
            id=uuid4(),
            medication_id=uuid4(),
            care_recipient_id=uuid4(),
            name="<" * 80,
            dosage="🙂" * 80,
            zone=LONDON,
            local=NOW.replace(tzinfo=None),
            due_at=NOW,
            window_ends_at=NOW + timedelta(hours=2),
            status=status,
            resolved_at=NOW,
            resolved_by="&" * 80,
            resolved_by_id=None,
            snoozed_until=None,
            snoozed_by=None,
        )
        for _ in range(count)
    ]


def card(doses: Sequence[DoseFacts]) -> Screen:
    facts = CardFacts(
        family_id=uuid4(),
        care_recipient_id=uuid4(),
        person="&" * 80,
        zone=LONDON,
        slot_at=NOW,
        doses=doses,
        is_repeat=True,
        is_late=True,
        is_escalated=True,
    )
    return slot_card(facts)


def notice(doses: Sequence[DoseFacts]) -> Screen:
    return summary(SummaryFacts(person="&" * 80, zone=LONDON, doses=doses, was_asked=False))


def list_of_today(doses: Sequence[DoseFacts]) -> Screen:
    member = Member(uuid4(), "Anna", uuid4(), "&" * 80, Role.ADMIN)
    people = [PersonToday(Person(uuid4(), "&" * 80, LONDON), doses) for _ in range(5)]
    return today(people, appointments={}, member=member, now=NOW)


@pytest.mark.parametrize("screen", [card, notice, list_of_today])
@pytest.mark.parametrize("status", [DoseStatus.PENDING, DoseStatus.TAKEN, DoseStatus.MISSED])
@pytest.mark.parametrize("count", [1, 12, 200])
def test_it_fits_however_many_doses_there_are(screen, status, count) -> None:  # type: ignore[no-untyped-def]
    shown = screen(many(count, status))
    seen = unescape(re.sub(r"</?\w+>", "", shown.text))
    assert len(seen.encode("utf-16-le")) // 2 <= 4_096
    assert sum(map(len, shown.keyboard)) <= 100
    for row in shown.keyboard:
        for button in row:
            assert len((button.data or "").encode()) <= 64


def test_what_is_left_out_is_counted() -> None:
    shown = card(many(200, DoseStatus.PENDING))
    listed = shown.text.count("• ")
    assert f"… and {200 - listed} more" in shown.text
    assert shown.keyboard[0][0].label == "✅ All taken"
