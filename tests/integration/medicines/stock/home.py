"""Anna, and the medicines of Mum that she counts."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text

from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.family.families import FamilyFacts
from domain.family.people import Person
from domain.medicines.changes.editing import edit_medication
from domain.medicines.details import MedicineDetails, get_details
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineFacts
from domain.medicines.records.corrections import Correction
from domain.medicines.records.intakes import Giving
from domain.medicines.records.recording import record_doses
from domain.medicines.schedules.kinds import Schedule
from domain.medicines.stock import levels, refills, stock_checks
from domain.medicines.stock.measures import Measure
from domain.medicines.stock.projection import Forecast
from domain.models.medicines import DoseStatus
from domain.overview import last_actions, undo
from tests import factories
from tests.databases import move_to, without_walls
from tests.factories import Account

TAKEN = DoseStatus.TAKEN


@dataclass(frozen=True)
class Home:
    database: Database
    url: str
    family: FamilyFacts
    anna: Account
    mum: Person

    async def add(
        self, name: str = "Aspirin", dosage: str = "1 tablet", schedule: Schedule | None = None
    ) -> MedicineFacts:
        return await factories.medicine(
            self.database, self.anna, self.mum, name=name, dosage=dosage, schedule=schedule
        )

    async def refill(
        self,
        medicine: MedicineFacts,
        amount: str,
        *,
        unit: str = "tablet",
        per_dose: str | None = None,
        is_count: bool = False,
    ) -> levels.Refilled:
        return await factories.acting(
            self.database,
            self.anna,
            lambda scope: refills.refill(
                scope,
                medicine.id,
                Decimal(amount),
                unit=unit,
                measure=Measure.of(medicine.dosage, Decimal(per_dose)) if per_dose else None,
                is_count=is_count,
            ),
        )

    async def asked(self, medicine: MedicineFacts) -> DoseFacts:
        return await factories.asked_dose(self.database, self.family, medicine)

    async def take(self, dose: DoseFacts, given: Dosage | None = None) -> None:
        await factories.acting(
            self.database,
            self.anna,
            lambda scope: record_doses(scope, [dose.id], status=TAKEN, given=given),
        )

    async def correct(self, dose: DoseFacts, correction: Correction) -> None:
        await factories.acting(
            self.database,
            self.anna,
            lambda scope: factories.correct_surely(scope, dose.id, correction),
        )

    async def give(self, medicine: MedicineFacts, *, at: datetime | None = None) -> None:
        """As `/give` with a yes to whatever is asked."""

        await factories.acting(
            self.database,
            self.anna,
            lambda scope: factories.give_surely(scope, medicine.id, Giving(at=at)),
        )

    async def change_dosage(self, medicine: MedicineFacts, words: str) -> MedicineFacts:
        dosage = factories.amount_of(words)
        return await factories.acting(
            self.database,
            self.anna,
            lambda scope: edit_medication(
                scope, medicine.id, version=medicine.version, dosage=dosage
            ),
        )

    async def undo(self) -> None:
        """`/undo`, confirmed."""

        async def work(scope: Scope) -> None:
            action = await last_actions.find_last_action(scope)
            await undo.undo_action(scope, action.id)

        await factories.acting(self.database, self.anna, work)

    async def event(self, action: str, *, column: str = "id") -> UUID:
        """The last one of that *action* in the audit."""
        async with without_walls(self.url) as connection:
            found: UUID = await connection.scalar(
                text(
                    f"SELECT {column} FROM audit_events WHERE action = :action"
                    " ORDER BY created_at DESC LIMIT 1"
                ),
                {"action": action},
            )
        return found

    async def details(self, medicine: MedicineFacts) -> MedicineDetails:
        return await factories.acting(
            self.database, self.anna, lambda scope: get_details(scope, medicine.id)
        )

    async def forecast(self, medicine: MedicineFacts) -> Forecast:
        return (await self.details(medicine)).stock.forecast

    async def next(self, medicine: MedicineFacts) -> datetime | None:
        return (await self.details(medicine)).medicine.first_due_at

    async def promise(self, medicine: MedicineFacts) -> None:
        await factories.acting(
            self.database, self.anna, lambda scope: refills.promise_refill(scope, medicine.id)
        )

    async def left(self, medicine: MedicineFacts) -> Decimal | None:
        """By the column; the ledger must say the same."""
        async with without_walls(self.url) as connection:
            row = (
                await connection.execute(
                    text(
                        "SELECT stock, (SELECT coalesce(sum(change), 0) FROM stock_movements s"
                        " WHERE s.medication_id = m.id) AS ledger FROM medications m WHERE id = :id"
                    ),
                    {"id": medicine.id},
                )
            ).one()
        assert (row.stock or 0) == row.ledger
        left: Decimal | None = row.stock
        return left

    async def notices(self) -> int:
        async with without_walls(self.url) as connection:
            count = await connection.scalar(
                text("SELECT count(*) FROM notifications WHERE kind = 'refill'")
            )
        return int(count or 0)

    async def check(self, moment: datetime) -> None:
        """What the alarm has done at that minute."""
        move_to(self.database.clock, moment)
        await factories.do_chore(
            self.database, lambda s: stock_checks.find_due(s, 9), stock_checks.check_stocks
        )
