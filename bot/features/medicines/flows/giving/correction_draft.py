"""What is known about a correction while it's asked about."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from bot.conversation.engine import Data
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.corrections import Correction
from domain.models.medicines import DoseStatus


@dataclass(frozen=True)
class Draft:
    """What to correct; stored in Redis between two questions.

    `amount` is the planned one. `said` are the words about the time, read in `zone`, where it was
    given, or, with `is_mine`, in the member's own. `known` are the intakes that the question has
    shown.
    """

    id: str
    name: str
    person: str
    dosage: str
    zone: str
    is_taken: bool
    amount: Mapping[str, Any]
    said: str = ""
    is_mine: bool = False
    lacks_time: str = ""
    options: tuple[str, ...] = ()
    taken_at: str | None = None
    given: Mapping[str, Any] | None = None
    count: str | None = None
    is_no_slip: bool = False
    seen: int | None = None
    known: tuple[str, ...] = ()
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for several in ("options", "known"):
            data[several] = tuple(data[several])
        data["buttons"] = tuple((key, words) for key, words in data["buttons"])
        return cls(**data)

    @classmethod
    def of(cls, dose: DoseFacts, *, person: str) -> Self:
        return cls(
            id=str(dose.id),
            name=dose.name,
            person=person,
            dosage=dose.dosage,
            zone=(dose.taken_zone or dose.zone).key,
            is_taken=dose.status is DoseStatus.TAKEN,
            amount=dose.planned.to_json(),
        )

    def write(self) -> Data:
        return asdict(self)

    @property
    def correction(self) -> Correction:
        return Correction(
            status=DoseStatus.TAKEN,
            taken_at=datetime.fromisoformat(self.taken_at) if self.taken_at else None,
            given=Dosage.from_json(self.given) if self.given else None,
            dose_count=Decimal(self.count) if self.count else None,
            is_no_slip=self.is_no_slip,
            seen=self.seen,
        )
