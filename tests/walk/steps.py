"""What one step of a walk is: done, meant, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from bot.sandbox import Button, GroupRoom, Message, Person
from bot.ui.presses.appointments import (
    AppointmentsPage,
    PastAppointmentsPage,
    ShowAppointment,
    ShowCalendar,
    ShowSeries,
)
from bot.ui.presses.contacts import ContactsPage, DoctorsPage, ShowContact
from bot.ui.presses.conversation import Choose
from bot.ui.presses.doses import (
    CloseMenu,
    CorrectToMyClock,
    OpenMenu,
    ShowRecord,
    Skip,
    Take,
    TakeAll,
    TakeAllInSummary,
    TakeExactly,
    TakeNamedDoses,
)
from bot.ui.presses.history import FamilyHistory, MedicineHistory, PersonHistory, ShowEntry
from bot.ui.presses.medicines import Give, MedicinesPage, ShowMedicine
from bot.ui.presses.overview import Keep, RunCommand, TakeToday
from bot.ui.presses.press import Press, UnreadableCallback
from bot.ui.presses.registry import decode
from tests.walk.sayings import (
    When,
)
from tests.walk.snapshot import Row, Snapshot, differences, normal

# What records that something was given, or was not, by one tap.
RECORDING = {
    *(Take, TakeToday, TakeExactly, TakeAll, TakeNamedDoses),
    *(TakeAllInSummary, Skip, Choose, Give, CorrectToMyClock),
}
# Neither of these may change what is recorded or planned, whoever presses them.
HARMLESS = {
    *(OpenMenu, CloseMenu, ShowRecord, MedicinesPage, ShowMedicine, FamilyHistory, ShowEntry),
    *(MedicineHistory, PersonHistory, AppointmentsPage, ShowAppointment, ShowSeries),
    *(PastAppointmentsPage, DoctorsPage, ContactsPage, ShowContact, Keep, ShowCalendar, RunCommand),
}


@dataclass(frozen=True)
class Fault:
    """What is not as it should be; *kind* is the same for faults of one kind."""

    kind: str
    words: str


class Found(Exception):
    """The walk has found faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(f"[{fault.kind}] {fault.words}" for fault in faults))
        self.faults = faults


@dataclass
class Intent:
    """What a walker means by what they have begun. `names` are the parts that may change (None: all
    of them).
    """

    what: str
    medicine_id: UUID | None = None
    when: When | None = None
    count: Decimal | None = Decimal(1)
    must_ask: bool = False
    records: bool = False
    names: frozenset[str] | None = frozenset()


FREE = Intent("anything", names=None, records=True)


@dataclass(frozen=True)
class Step:
    """What somebody did: typed `text`, or pressed `button` of `message`, which is in a group if
    there is a `room`.
    """

    who: Person
    text: str = ""
    message: Message | None = None
    button: Button | None = None
    room: GroupRoom | None = None

    @property
    def press(self) -> Press | None:
        if self.button is None or self.button.data is None:
            return None
        try:
            return decode(self.button.data)
        except UnreadableCallback:
            return None

    def __str__(self) -> str:
        if self.button is None:
            return f"{self.who.name}: {self.text}"
        first = self.message.text.split("\n", maxsplit=1)[0] if self.message else ""
        where = " in the group" if self.room else ""
        return f"{self.who.name} taps “{self.button.text}” on “{first}”{where}"


@dataclass(frozen=True)
class Outcome:
    before: Snapshot
    after: Snapshot
    said: Sequence[Message]
    """What is new or edited on the phone of who acted."""
    new_logs: Sequence[Row]

    @property
    def is_changed(self) -> bool:
        until = self.before.at + timedelta(hours=20)
        return bool(differences(normal(self.before, until=until), normal(self.after, until=until)))
