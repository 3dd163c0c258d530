"""The details screen of one medicine."""

from dataclasses import dataclass
from uuid import UUID

from domain.access import Action
from domain.database.scope import Scope
from domain.medicines.facts import MedicineFacts
from domain.medicines.records.outlook import Outlook, get_outlook
from domain.medicines.stock.levels import Stock, get_stock


@dataclass(frozen=True)
class MedicineDetails:
    """What the details screen shows."""

    outlook: Outlook
    stock: Stock

    @property
    def medicine(self) -> MedicineFacts:
        return self.outlook.medicine


async def get_details(scope: Scope, medication_id: UUID) -> MedicineDetails:
    """Three statements. Raises NotFound."""
    scope.require(Action.READ)
    outlook = await get_outlook(scope, medication_id)
    return MedicineDetails(outlook, await get_stock(scope, outlook.medicine))
