"""Whoever recorded something is told if somebody else undoes or corrects it: once, silently."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, text

from bot.features.medicines.views import history as history_views
from bot.features.medicines.views.records import changed
from bot.features.overview.views.undo import ask, undone
from bot.ui.presses.history import FamilyHistory
from bot.ui.words.undo import superseded
from domain.access import Action
from domain.database.requests import as_family
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.errors import NothingRecorded, RecordSuperseded
from domain.medicines.records import history, recording, undo
from domain.medicines.records.corrections import (
    Correction,
    RecordedWithin,
    UndoneRecord,
    correct_dose,
    undo_correction,
    undo_current_record,
)
from domain.medicines.records.history import RecordStep
from domain.medicines.records.notices import RecordChangedFacts, is_unchanged
from domain.models.medicines import DoseStatus
from domain.overview import kinds
from domain.overview.last_actions import find_action, find_last_action
from domain.overview.own_actions import ActionSuperseded
from domain.overview.undo import undo_action
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account
from tests.invariants import find_violations

TAKEN, SKIPPED = DoseStatus.TAKEN, DoseStatus.SKIPPED


@dataclass(frozen=True)
class Home:
    """Anna, Ben and Carl look after Mum; her aspirin of 08:00 is asked for, and it is 08:30."""

    database: Database
    url: str
    family: FamilyFacts
    anna: Account
    ben: Account
    carl: Account
    mum: Person
    dose: DoseFacts

    async def record(self, who: Account, *, minutes: int, status: DoseStatus = TAKEN) -> None:
        """That it was taken so many minutes after eight, or skipped."""
        at = self.dose.due_at + timedelta(minutes=minutes) if status is TAKEN else None
        await factories.acting(
            self.database,
            who,
            lambda scope: recording.record_doses(scope, [self.dose.id], status=status, taken_at=at),
        )

    async def correct(self, who: Account, *, minutes: int) -> None:
        correction = Correction(
            status=TAKEN, taken_at=self.dose.due_at + timedelta(minutes=minutes)
        )
        await factories.acting(
            self.database, who, lambda scope: correct_dose(scope, self.dose.id, correction)
        )

    async def undo(self, who: Account, dose_id: UUID | None = None) -> None:
        await factories.acting(
            self.database, who, lambda scope: undo.undo_doses(scope, [dose_id or self.dose.id])
        )

    async def undo_correction(self, who: Account) -> None:
        log_id = await self._last_log()
        await factories.acting(self.database, who, lambda scope: undo_correction(scope, log_id))

    async def take_back(self, who: Account, *, of: DoseFacts | None = None) -> UndoneRecord:
        """Undo, below the record that *of* shows; None: whatever stands."""
        recorded = None
        if of is not None and of.resolved_at is not None:
            recorded = RecordedWithin(of.resolved_at, timedelta(milliseconds=1))
        return await factories.acting(
            self.database,
            who,
            lambda scope: undo_current_record(scope, self.dose.id, recorded=recorded),
        )

    async def _last_log(self) -> UUID:
        rows = await self.query(
            "SELECT id FROM medication_logs ORDER BY recorded_at DESC, id DESC LIMIT 1"
        )
        found: UUID = rows[0].id
        return found

    async def query(self, sql: str) -> Sequence[Row[Any]]:
        async with without_walls(self.url) as connection:
            return (await connection.execute(text(sql))).all()

    async def told(self) -> list[tuple[str, str]]:
        """Who is told, and what their message would say now."""
        rows = await self.query(
            "SELECT n.id, u.name FROM notifications n JOIN users u ON u.id = n.user_id"
            " WHERE n.kind = 'record_changed' AND n.status IN ('pending', 'sent')"
            " ORDER BY n.slot_at, u.name"
        )
        messages = await self.database.run(
            lambda scope: kinds.read_messages(scope, [row.id for row in rows]),
            as_family(self.family.id),
        )
        by_id = {message.id: message.facts for message in messages}
        said = []
        for row in rows:
            facts = by_id[row.id]
            assert isinstance(facts, RecordChangedFacts)
            if not is_unchanged(facts):
                said.append((row.name, changed(facts).text))
        return said

    async def count(self) -> int:
        rows = await self.query("SELECT 1 FROM notifications WHERE kind = 'record_changed'")
        return len(rows)

    async def entry(self) -> history.EntryDetails:
        return await factories.acting(
            self.database, self.anna, lambda scope: history.get_entry(scope, self.dose.id)
        )

    async def carries_the_sign(self) -> bool:
        async def read(scope: Scope) -> str:
            member, now = scope.require(Action.READ), scope.clock.now()
            page = await history.list_history(scope)
            about = FamilyHistory(family_id=member.family_id)
            shown = history_views.history(page, member=member, now=now, about=about)
            return shown.text

        return ", corrected)" in await factories.acting(self.database, self.anna, read)


@pytest.fixture
async def home(database: Database, database_url: str) -> Home:
    anna = await factories.user(database)
    family = await factories.family(database, anna)
    ben, carl = [await factories.member(database, anna, name=name) for name in ("Ben", "Carl")]
    mum = await factories.person(database, anna)
    medicine = await factories.medicine(database, anna, mum)
    dose = await factories.asked_dose(database, family, medicine)
    move_to(database.clock, dose.due_at + timedelta(minutes=30))
    return Home(database, database_url, family, anna, ben, carl, mum, dose)


ABOUT = "your record of <b>Aspirin</b> for Mum, due Monday 08:00"


async def give(scope: Scope, medication_id: UUID) -> list[UUID]:
    recorded = await factories.give_surely(scope, medication_id)
    return [dose.id for dose in recorded.recorded]


async def test_whose_record_is_undone_is_told(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.undo(home.ben)
    assert await home.told() == [
        (
            "Anna",
            (
                f"↩️ Ben undid {ABOUT}. You'd recorded: given at 08:05."
                " Now nothing is recorded for it."
            ),
        )
    ]


async def test_whose_record_is_corrected_is_told_what_stands(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.correct(home.ben, minutes=12)
    assert await home.told() == [
        ("Anna", f"✏️ Ben corrected {ABOUT}: given at 08:12 instead of 08:05.")
    ]


async def test_ones_own_record_is_nobodys_news(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.correct(home.anna, minutes=12)
    await home.undo(home.anna)
    assert await home.count() == 0


async def test_what_changes_again_at_once_changes_the_message(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.correct(home.ben, minutes=12)
    await factories.deliver(home.database)
    await home.correct(home.ben, minutes=14)
    assert await home.count() == 1
    assert await home.told() == [
        ("Anna", f"✏️ Ben corrected {ABOUT}: given at 08:14 instead of 08:05.")
    ]
    [edit] = await home.query(
        "SELECT wanted_version > shown_version AS is_owed, status FROM notifications"
        " WHERE kind = 'record_changed'"
    )
    assert (edit.is_owed, edit.status) == (True, "sent")


async def test_a_message_that_has_failed_meanwhile_keeps_what_it_was_about(home: Home) -> None:
    second = await factories.medicine(home.database, home.anna, home.mum, name="Zinc")
    await home.record(home.anna, minutes=5)
    [other] = await factories.acting(home.database, home.anna, lambda scope: give(scope, second.id))
    await home.correct(home.ben, minutes=12)
    async with without_walls(home.url, keep=True) as connection:
        await connection.execute(
            text("UPDATE notifications SET status = 'failed' WHERE kind = 'record_changed'")
        )
    await home.undo(home.ben, other)
    [row] = await home.query("SELECT facts FROM notifications WHERE kind = 'record_changed'")
    assert set(row.facts["records"]) == {str(home.dose.id), str(other)}


async def test_everybody_whose_record_was_replaced_hears_what_stands(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.correct(home.ben, minutes=12)
    await home.correct(home.carl, minutes=20)
    assert await home.told() == [
        ("Anna", f"✏️ Carl corrected {ABOUT}: given at 08:20 instead of 08:05."),
        ("Ben", f"✏️ Carl corrected {ABOUT}: given at 08:20 instead of 08:12."),
    ]


async def test_what_was_put_back_before_it_was_said_is_not_said(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.correct(home.ben, minutes=12)
    await home.undo_correction(home.ben)
    assert await home.told() == []
    # Delivery closes it; changed once more, it is owed after all.
    async with without_walls(home.url, keep=True) as connection:
        await connection.execute(
            text(
                "UPDATE notifications SET status = 'obsolete', reason = 'put back',"
                " shown_version = wanted_version WHERE kind = 'record_changed'"
            )
        )
    await home.correct(home.ben, minutes=25)
    assert await home.told() == [
        ("Anna", f"✏️ Ben corrected {ABOUT}: given at 08:25 instead of 08:05.")
    ]


async def test_a_correction_of_a_correction_that_is_undone_leaves_the_first_ones_name(
    home: Home,
) -> None:
    await home.record(home.ben, minutes=0)
    await home.correct(home.anna, minutes=10)
    await home.correct(home.carl, minutes=20)
    await home.undo_correction(home.carl)
    assert await home.told() == [
        ("Ben", f"✏️ Anna corrected {ABOUT}: given at 08:10 instead of 08:00.")
    ]
    assert (await home.entry()).dose.resolved_by == "Anna"


async def test_what_is_put_back_stays_its_recorders(home: Home) -> None:
    await home.record(home.ben, minutes=0)
    before = (await home.entry()).dose
    await home.correct(home.anna, minutes=10)
    await home.undo_correction(home.anna)
    after = (await home.entry()).dose
    assert (after.resolved_by, after.resolved_at) == ("Ben", before.resolved_at)
    # Hence it is Ben who hears of what becomes of it, and not Anna.
    await home.undo(home.carl)
    assert await home.told() == [
        (
            "Ben",
            (
                f"↩️ Carl undid {ABOUT}. You'd recorded: given at 08:00."
                " Now nothing is recorded for it."
            ),
        )
    ]
    assert await find_violations(home.url, home.database.clock) == []


async def test_whose_correction_is_undone_is_told_what_stands(home: Home) -> None:
    await home.record(home.ben, minutes=0)
    await home.correct(home.anna, minutes=10)
    await home.undo_correction(home.carl)
    about = ABOUT.replace("record", "correction")
    assert await home.told() == [
        (
            "Anna",
            (
                f"↩️ Carl undid {about}. You'd corrected it to: given at 08:10."
                " It's back to what Ben recorded: given at 08:00."
            ),
        )
    ]


async def test_whoever_withdraws_their_correction_needs_no_news_of_it(home: Home) -> None:
    await home.record(home.ben, minutes=0)
    await home.correct(home.anna, minutes=10)
    await home.correct(home.carl, minutes=20)
    await home.undo_correction(home.carl)
    assert [name for name, _ in await home.told()] == ["Ben"]
    await home.take_back(home.anna)
    assert await home.told() == []


async def test_undo_takes_the_correction_back_and_then_the_record(home: Home) -> None:
    await home.record(home.ben, minutes=0)
    first = (await home.entry()).dose
    await home.correct(home.anna, minutes=10)
    corrected = (await home.entry()).dose
    outcome = await home.take_back(home.ben, of=corrected)
    assert outcome.is_correction
    assert (outcome.dose.status, outcome.dose.taken_at) == (TAKEN, first.taken_at)
    with pytest.raises(RecordSuperseded):  # a second tap
        await home.take_back(home.ben, of=corrected)
    outcome = await home.take_back(home.ben, of=first)
    assert (outcome.is_correction, outcome.dose.status) == (False, DoseStatus.PENDING)
    with pytest.raises(NothingRecorded):
        await home.take_back(home.ben)


async def test_a_correction_is_undone_only_while_it_stands(home: Home) -> None:
    await home.record(home.ben, minutes=0)
    await home.correct(home.anna, minutes=10)
    named = await factories.acting(home.database, home.anna, find_last_action)
    await home.correct(home.carl, minutes=20)

    async def look(scope: Scope) -> str:
        with pytest.raises(ActionSuperseded) as refused:
            await find_action(scope, named.id)
        return superseded(refused.value)

    said = await factories.acting(home.database, home.anna, look)
    assert said == "Carl has since corrected the record of Aspirin. It now says: given at 08:20."
    await home.undo_correction(home.carl)
    again = await factories.acting(
        home.database, home.anna, lambda scope: find_action(scope, named.id)
    )
    assert again.id == named.id
    await home.take_back(home.ben)
    said = await factories.acting(home.database, home.anna, look)
    assert said == "Ben has already undone that. It now says: given at 08:00."


async def test_several_undone_in_one_go_are_one_message(home: Home) -> None:
    medicine = await factories.medicine(
        home.database, home.anna, home.mum, name="Zinc", schedule=factories.daily("09:00")
    )
    second = await factories.asked_dose(home.database, home.family, medicine)
    await home.record(home.anna, minutes=5)
    await factories.acting(
        home.database,
        home.anna,
        lambda scope: recording.record_doses(scope, [second.id], status=TAKEN),
    )
    await home.undo(home.ben)
    await home.undo(home.ben, second.id)
    assert await home.count() == 1
    ((name, words),) = await home.told()
    assert name == "Anna"
    assert [line.split("</b>")[0] for line in words.splitlines()] == [
        "↩️ Ben undid your record of <b>Aspirin",
        "↩️ Ben undid your record of <b>Zinc",
    ]


async def test_later_it_is_another_message(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.undo(home.ben)
    await factories.deliver(home.database)
    home.database.clock.advance(timedelta(minutes=5))
    await home.record(home.anna, minutes=6)
    await home.undo(home.ben)
    assert await home.count() == 2


_LEAVE = """
    UPDATE family_members SET left_at = clock_now()
    WHERE user_id = (SELECT id FROM users WHERE name = 'Anna')
"""
_BLOCK = "UPDATE users SET blocked_at = clock_now() WHERE name = 'Anna'"


@pytest.mark.parametrize("gone", [_LEAVE, _BLOCK])
async def test_who_has_left_or_blocked_is_not_told(home: Home, gone: str) -> None:
    await home.record(home.anna, minutes=5)
    async with without_walls(home.url, keep=True) as connection:
        await connection.execute(text(gone))
    await home.undo(home.ben)
    assert await home.count() == 0


async def test_another_family_reads_nothing_of_it(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.undo(home.ben)
    eve = await factories.user(home.database, "Eve")
    others = await factories.family(home.database, eve, "Jones")
    [row] = await home.query("SELECT id FROM notifications WHERE kind = 'record_changed'")
    assert not await home.database.run(
        lambda scope: kinds.read_messages(scope, [row.id]), as_family(others.id)
    )


# What the history says of it.


async def test_what_was_replaced_is_struck_through_and_what_stands_is_not(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.correct(home.ben, minutes=12)
    await home.undo_correction(home.ben)
    details = await home.entry()
    assert [(record.step, record.is_replaced) for record in details.records] == [
        (RecordStep.RECORDED, True),
        (RecordStep.CORRECTED, True),
        (RecordStep.PUT_BACK, False),
    ]
    await home.undo(home.ben)
    details = await home.entry()
    assert [record.is_replaced for record in details.records] == [True, True, True, False]


async def test_the_sign_of_a_correction_goes_with_it(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    assert not await home.carries_the_sign()
    await home.correct(home.ben, minutes=12)
    assert await home.carries_the_sign()
    await home.undo_correction(home.ben)
    assert not await home.carries_the_sign()
    # A correction of a correction leaves the first one standing when it is undone.
    await home.correct(home.ben, minutes=12)
    await home.correct(home.carl, minutes=20)
    await home.undo_correction(home.carl)
    assert await home.carries_the_sign()
    await home.undo(home.ben)
    await home.record(home.anna, minutes=7)
    assert not await home.carries_the_sign()


async def test_undoing_a_correction_says_what_will_stand(home: Home) -> None:
    await home.record(home.anna, minutes=5)
    await home.correct(home.ben, minutes=12)

    async def question(scope: Scope) -> str:
        member, now = scope.require(Action.READ), scope.clock.now()
        return ask(await find_last_action(scope), member=member, now=now).send[0].text

    async def answer(scope: Scope) -> str:
        outcome = await undo_action(scope, (await find_last_action(scope)).id)
        member = scope.require(Action.READ)
        answer = undone(outcome, member=member, now=scope.clock.now())
        return answer.edit.text if answer.edit else ""

    asked = await factories.acting(home.database, home.ben, question)
    assert "taken at 08:12\nBack to: taken at 08:05\n" in asked
    answered = await factories.acting(home.database, home.ben, answer)
    assert answered == (
        "↩️ Undone. The record of Aspirin for Mum is again: taken at 08:05. (It had been changed to:"
        " taken at 08:12.)"
    )


async def test_a_skip_that_was_corrected_says_both(home: Home) -> None:
    await home.record(home.anna, minutes=0, status=SKIPPED)
    await home.correct(home.ben, minutes=12)
    assert await home.told() == [
        ("Anna", f"✏️ Ben corrected {ABOUT}: given at 08:12 instead of skipped.")
    ]
