"""What is known about an intake while `/give` asks about it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Data
from bot.grammar.commands.intakes import TypedAmount
from bot.grammar.past_times.parts import TypedMoment
from domain.medicines.dosages import Dosage
from domain.medicines.facts import MedicineFacts, MedicineLine
from domain.medicines.records.intakes import Giving


@dataclass(frozen=True, slots=True)
class Rest:
    """What comes after a medicine: the ids that each may be with its words, and what `then` are
    called. All of it was `said_at` that time (ISO), from which "half an hour ago" counts.
    """

    queue: tuple[tuple[str, str], ...] = ()
    then: tuple[str, ...] = ()
    is_said: bool = False
    note: str = ""
    said_at: str | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            tuple((ids, words) for ids, words in data.get("queue", ())),
            tuple(data.get("then", ())),
            bool(data.get("is_said")),
            str(data.get("note", "")),
            data.get("said_at"),
        )


@dataclass(frozen=True)
class Draft:
    """What is known so far; stored in Redis between two questions.

    `dosage`, `number` and `times` are the amount as typed. `said` are the words about the time,
    read by the person's clock or, with `is_mine`, by the member's. `at` is fixed as soon as a
    question is asked, so that it stays what was meant however long the answer takes. `known` are
    the intakes that the question has shown, `queue` the medicines that come after this one, with
    their words, and `then` what they are called. What `is_said` in own words is shown before it is
    recorded, with the `note` that the rest of the sentence makes.
    """

    id: str
    name: str
    person: str
    zone: str
    usual: Mapping[str, Any]
    dosage: Mapping[str, Any] | None = None
    number: str | None = None
    times: str | None = None
    asks_amount: bool = False
    said: str = ""
    is_by_clock: bool = False
    is_mine: bool = False
    at: str | None = None
    options: tuple[str, ...] = ()
    lacks_time: str = ""
    asks_time: bool = False
    count: str | None = None
    dose_id: str | None = None
    is_extra: bool = False
    is_no_slip: bool = False
    seen: int | None = None
    known: tuple[str, ...] = ()
    queue: tuple[tuple[str, str], ...] = ()
    then: tuple[str, ...] = ()
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    is_said: bool = False
    note: str = ""
    said_at: str | None = None

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for several in ("options", "known", "then"):
            data[several] = tuple(data.get(several, ()))
        for pairs in ("queue", "buttons"):
            data[pairs] = tuple((first, second) for first, second in data[pairs])
        return cls(**data)

    @classmethod
    def of(
        cls,
        medicine: MedicineFacts | MedicineLine,
    ) -> Self:
        return cls(
            id=str(medicine.id),
            name=medicine.name,
            person=medicine.person,
            zone=medicine.zone.key,
            usual=medicine.dosage.to_json(),
        )

    def write(self) -> Data:
        return asdict(self)

    @property
    def given(self) -> Dosage | None:
        if (self.dosage, self.number, self.times) == (None, None, None):
            return None
        typed = TypedAmount(
            Dosage.from_json(self.dosage) if self.dosage else None,
            Decimal(self.number) if self.number else None,
            Decimal(self.times) if self.times else None,
        )
        return typed.of(Dosage.from_json(self.usual))

    def with_amount(self, typed: TypedAmount) -> "Draft":
        return replace(
            self,
            dosage=typed.dosage.to_json() if typed.dosage else None,
            number=str(typed.number) if typed.number is not None else None,
            times=str(typed.times) if typed.times is not None else None,
            asks_amount=False,
            count=None,
            is_no_slip=False,
            seen=None,
        )

    def with_moment(self, typed: TypedMoment) -> "Draft":
        return replace(
            self,
            said=typed.words,
            at=typed.at.isoformat() if typed.at else None,
            options=tuple(option.isoformat() for option in typed.options),
            lacks_time=typed.words if typed.lacks_time else "",
            asks_time=typed.at is None,
            is_by_clock=typed.is_by_clock,
            dose_id=None,
            is_extra=False,
            seen=None,
        )

    def to_giving(self) -> Giving:
        return Giving(
            at=datetime.fromisoformat(self.at) if self.at else None,
            zone=ZoneInfo(self.zone),
            given=self.given,
            count=Decimal(self.count) if self.count else None,
            dose_id=UUID(self.dose_id) if self.dose_id else None,
            is_extra=self.is_extra,
            is_no_slip=self.is_no_slip,
            seen=self.seen,
            is_said=self.is_said,
            note=self.note or None,
        )
