"""Whatever there is to say fits into what Telegram takes: 4,096 characters and 100 buttons."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from bot.features.medicines.views.cards import slot_card
from bot.features.medicines.views.notices import summary
from bot.features.overview.views.today import today
from bot.ui.answer import Screen
from bot.ui.length import shown_length
from domain.access import Role
from domain.database.scope import Member
from domain.family.people import Person
from domain.family.running_pauses import Pause
from domain.medicines.doses.card_parts import DOSES_ON_A_CARD
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.slot_cards import CardFacts
from domain.medicines.doses.summaries import SummaryFacts
from domain.medicines.doses.today import PersonToday
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation
from domain.models.medicines import DoseStatus

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


def notice(doses: Sequence[DoseFacts], *, more: int = 0) -> Screen:
    facts = SummaryFacts(
        uuid4(), uuid4(), person="&" * 80, doses=doses, was_asked=False, now=NOW, more=more
    )
    return summary(facts)


def list_of_today(doses: Sequence[DoseFacts], *, number: int = 0) -> Screen:
    member = Member(uuid4(), "Anna", uuid4(), "&" * 80, Role.ADMIN)
    people = [PersonToday(Person(uuid4(), "&" * 80, LONDON), doses) for _ in range(5)]
    return today(people, appointments={}, member=member, now=NOW, number=number)


@pytest.mark.parametrize("screen", [card, notice, list_of_today])
@pytest.mark.parametrize("status", [DoseStatus.PENDING, DoseStatus.TAKEN, DoseStatus.MISSED])
@pytest.mark.parametrize("count", [1, 12, DOSES_ON_A_CARD])
def test_it_fits_however_many_doses_there_are(screen, status, count) -> None:  # type: ignore[no-untyped-def]
    shown = screen(many(count, status))
    seen = unescape(re.sub(r"</?\w+>", "", shown.text))
    assert len(seen.encode("utf-16-le")) // 2 <= 4_096
    assert sum(map(len, shown.keyboard)) <= 100
    for row in shown.keyboard:
        for button in row:
            assert len((button.data or "").encode()) <= 64


@pytest.mark.parametrize("screen", [card, notice, list_of_today])
@pytest.mark.parametrize("status", [DoseStatus.PENDING, DoseStatus.TAKEN, DoseStatus.MISSED])
@pytest.mark.parametrize("is_snoozed", [False, True])
def test_it_fits_whatever_the_labels_say(screen, status, is_snoozed) -> None:  # type: ignore[no-untyped-def]
    doses = [
        replace(
            dose,
            amount=Decimal(1),
            most=Decimal(5),
            unit="suppository",
            moment=Moment(PartOfDay.AFTERNOON, Relation.BEFORE, timedelta(minutes=359)),
            instructions="<&" * 150,
            snoozed_until=NOW + timedelta(hours=1) if is_snoozed else None,
            snoozed_by="&" * 80,
        )
        for dose in many(DOSES_ON_A_CARD, status)
    ]
    shown = screen(doses)
    assert shown_length(shown.text) <= 4_096
    assert sum(map(len, shown.keyboard)) <= 100


def test_a_notice_counts_what_has_no_room_on_it() -> None:
    shown = notice(many(DOSES_ON_A_CARD, DoseStatus.MISSED), more=9)
    assert "… and 9 more. /history shows them." in shown.text


@pytest.mark.parametrize("screen", [card, notice, list_of_today])
def test_every_dose_has_its_line_and_its_button(screen) -> None:  # type: ignore[no-untyped-def]
    shown = screen(many(DOSES_ON_A_CARD, DoseStatus.PENDING))
    assert shown.text.count("• ") == DOSES_ON_A_CARD
    assert "more" not in shown.text
    taken = [b for row in shown.keyboard for b in row if "Taken: " in b.label]
    assert len(taken) == DOSES_ON_A_CARD
    assert len({button.data for button in taken}) == DOSES_ON_A_CARD


@pytest.mark.parametrize("reader_zone", [None, ZoneInfo("Asia/Tokyo")])
def test_today_fits_of_people_who_are_paused_and_live_by_two_days(
    reader_zone: ZoneInfo | None,
) -> None:
    pause = Pause(NOW, NOW + timedelta(days=3), silences_appointments=True)
    zones = (LONDON, ZoneInfo("Pacific/Honolulu"))
    people = [
        PersonToday(Person(uuid4(), "&" * 80, zones[number % 2], pause), many(1, DoseStatus.TAKEN))
        for number in range(20)
    ]
    member = Member(uuid4(), "Anna", uuid4(), "&" * 80, Role.ADMIN, zone=reader_zone)
    shown = today(people, appointments={}, member=member, now=NOW)
    assert shown.text.count("Sunday 22 November") == 10
    assert shown_length(shown.text) <= 4_096


def test_the_pages_of_today_show_every_dose_once() -> None:
    doses = many(85, DoseStatus.PENDING)
    pages, number, pressed = [], 0, []
    while number < 50:
        shown = list_of_today(doses[:17], number=number)
        pages.append(shown)
        pressed += [b.data for row in shown.keyboard for b in row if "Taken: " in b.label]
        if not any("Next" in button.label for button in shown.keyboard[-1]):
            break
        number += 1
    assert len(pages) == 5
    assert [f"{n} of 5" in page.text for n, page in enumerate(pages, start=1)] == [True] * 5
    assert sum(page.text.count("• ") for page in pages) == len(pressed) == 85
