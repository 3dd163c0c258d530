"""What a long run has to account for: the tables, held against the server's record."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from tests.invariants import Violation, find_violations
from tests.soak.people import TAKES_ALL, Answer, People
from tests.soak.record import About, Accepted, ServerRecord
from tests.town import Town

_DOSES = """
    SELECT id, care_recipient_id, due_at, window_ends_at, status FROM doses
    WHERE due_at >= :since AND due_at < :until AND status <> 'cancelled'
"""
_COPIES = """
    SELECT u.telegram_id, n.care_recipient_id, n.slot_at, n.kind, n.id, n.message_id
    FROM notifications n JOIN users u ON u.id = n.user_id
    WHERE n.kind IN ('slot_card', 'missed', 'not_asked')
"""
_FAILED = """
    SELECT 'message: ' || status || ': ' || coalesce(reason, '') AS what, count(*) AS times
    FROM notifications WHERE status IN ('failed', 'unreachable') GROUP BY 1
    UNION ALL SELECT 'update set aside: ' || coalesce(reason, ''), count(*)
    FROM inbound_updates WHERE status = 'set_aside' GROUP BY 1
    UNION ALL SELECT 'row set aside: ' || kind || ': ' || reason, count(*)
    FROM set_asides GROUP BY 1
"""
_STORED = "SELECT update_id FROM inbound_updates"
# A dose whose medicine was given within an hour is asked about, not recorded.
_GIVEN_SHORTLY_BEFORE = """
    SELECT d.id FROM doses d WHERE EXISTS (
        SELECT 1 FROM doses o WHERE o.medication_id = d.medication_id AND o.id <> d.id
          AND o.status = 'taken' AND o.resolved_at > d.due_at - interval '1 hour'
          AND o.due_at < d.due_at)
"""


@dataclass
class Account:
    """What became of the doses of a day."""

    doses: int = 0
    states: Counter[str] = field(default_factory=Counter)
    cards: int = 0
    #: Messages that reached a phone twice; how many of them didn't say so.
    repeats: int = 0
    unmarked: int = 0
    #: Messages on phones that the tables don't know, with buttons that ask.
    orphans: int = 0
    #: Messages that say that something failed.
    apologies: int = 0
    presses: int = 0
    dropped_presses: int = 0
    lost: list[str] = field(default_factory=list)
    double: list[Violation] = field(default_factory=list)
    broken: list[Violation] = field(default_factory=list)
    set_aside: Counter[str] = field(default_factory=Counter)

    @property
    def is_well(self) -> bool:
        """Whether nothing is lost, doubled, or broken; repeats are judged by their share."""
        wrong = (self.lost, self.double, self.broken, self.unmarked, self.apologies, self.set_aside)
        return not any(wrong)

    @property
    def share_of_repeats(self) -> float:
        return self.repeats / self.cards if self.cards else 0.0


async def check(
    town: Town, record: ServerRecord, people: People, *, since: datetime, until: datetime
) -> Account:
    """Hold the doses due in [since, until) against what the server accepted."""
    account = Account()
    doses = await town.rows(_DOSES, since=since, until=until)
    account.doses, account.apologies = len(doses), record.apologies
    account.states.update(dose.status for dose in doses)
    _find_unasked(account, doses, record)
    await _count_copies(account, town, record)
    await _check_presses(account, town, people)
    for violation in await find_violations(town.wiring.database_url, town.clock):
        if violation.invariant == 1:
            account.double.append(violation)
        elif violation.invariant in (2, 8):
            account.lost.append(f"{violation.rule}: {violation.row}")
        else:
            account.broken.append(violation)
    account.set_aside.update({row.what: row.times for row in await town.rows(_FAILED)})
    return account


def _find_unasked(account: Account, doses: Sequence[Row[Any]], record: ServerRecord) -> None:
    """A dose is lost if no card of its slot was accepted in its window, or if it is still open."""
    first: dict[tuple[UUID | None, datetime | None], datetime] = {}
    for (_, about), copies in record.copies.items():
        key = (about.person_id, about.at)
        first[key] = min(first.get(key, copies[0].at), copies[0].at)
    for dose in doses:
        asked_at = first.get((dose.care_recipient_id, dose.due_at))
        if asked_at is None or asked_at > dose.window_ends_at:
            account.lost.append(f"nobody was asked: {dose.id} {dose.due_at} {dose.status}")
        elif dose.status in ("pending", "not_asked"):
            account.lost.append(f"{dose.status} in the end: {dose.id} {dose.due_at}")


async def _count_copies(account: Account, town: Town, record: ServerRecord) -> None:
    """Each notification is to reach its phone once; whatever comes again says that it may be a
    repeat. Of those that Telegram accepted without saying as what, we know no id.
    """
    owed: Counter[tuple[int, About]] = Counter()
    known: set[tuple[int, int]] = set()
    for row in await town.rows(_COPIES):
        is_card = row.kind == "slot_card"
        about = About(row.care_recipient_id, row.slot_at) if is_card else About(summary_id=row.id)
        owed[row.telegram_id, about] += 1
        known.add((row.telegram_id, row.message_id))
    for (chat_id, about), copies in record.copies.items():
        account.cards += len(copies)
        account.repeats += max(0, len(copies) - owed[chat_id, about])
        unmarked = sum(not copy.is_marked for copy in copies)
        account.unmarked += max(0, unmarked - owed[chat_id, about])
        account.orphans += sum(_is_orphan(town, copy, known) for copy in copies)


def _is_orphan(town: Town, copy: Accepted, known: set[tuple[int, int]]) -> bool:
    bubble = town.sandbox._world.find_bubble(copy.chat_id, copy.message_id)
    return (
        (copy.chat_id, copy.message_id) not in known
        and bubble is not None
        and bool(bubble.keyboard)
    )


async def _check_presses(account: Account, town: Town, people: People) -> None:
    """What somebody pressed is recorded, unless Telegram had dropped the press."""
    stored = {row.update_id for row in await town.rows(_STORED)}
    doses = {row.id: row for row in await town.rows(_DOSES, since=_EVER, until=_NEVER)}
    asked_about = {row.id for row in await town.rows(_GIVEN_SHORTLY_BEFORE)}
    account.presses = len(people.presses)
    for press in people.presses:
        if press.update_id not in stored:
            account.dropped_presses += 1
            continue
        if press.answer not in TAKES_ALL | {Answer.ONE}:
            continue
        for dose_id in press.takes:
            dose = doses[dose_id]
            is_in_time = press.at + _ANSWERED_WITHIN < dose.window_ends_at
            if dose.status != "taken" and is_in_time and dose_id not in asked_about:
                account.lost.append(f"pressed, and {dose.status}: {dose_id} {dose.due_at}")


_ANSWERED_WITHIN = timedelta(minutes=5)
_EVER = datetime.fromisoformat("2000-01-01T00:00Z")
_NEVER = datetime.fromisoformat("2100-01-01T00:00Z")
