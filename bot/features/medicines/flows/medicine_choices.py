"""Medicines to choose from, as a conversation stores them: `choices`, each with id and label."""

from collections.abc import Sequence
from datetime import datetime

from bot.conversation.engine import Choice, Data
from bot.grammar.known_medicines import KnownMedicine
from bot.ui.answer import Button
from bot.ui.distinct_labels import medicine_labels
from domain.database.scope import Scope
from domain.medicines.facts import MedicineLine
from domain.medicines.reading import list_medicines
from domain.models.medicines import MedicineStatus

MAX_CHOICES = 30


async def list_not_stopped(scope: Scope) -> Sequence[MedicineLine]:
    """Stopped medicines aren't offered; they have to be restored first."""
    return not_stopped(await list_medicines(scope))


def not_stopped(lines: Sequence[MedicineLine]) -> Sequence[MedicineLine]:
    return [line for line in lines if line.status is not MedicineStatus.STOPPED]


def choices(lines: Sequence[MedicineLine], *, now: datetime) -> list[list[str]]:
    several = len({line.person_id for line in lines}) > 1
    shown = lines[:MAX_CHOICES]
    labels = medicine_labels(shown, with_person=several, now=now)
    return [[str(line.id), label] for line, label in zip(shown, labels, strict=True)]


def choice_buttons(data: Data, choice: Choice) -> Sequence[Button]:
    return [choice(label, str(number)) for number, (_id, label) in enumerate(data["choices"])]


def offered(data: Data, lines: Sequence[MedicineLine]) -> Sequence[MedicineLine]:
    """Those of *lines* that the question offers."""
    ids = {key for key, _label in data["choices"]}
    return [line for line in lines if str(line.id) in ids]


def narrowed(data: Data, named: Sequence[KnownMedicine]) -> list[list[str]]:
    """Only the choices that were *named*. They share a name, so only a button can tell which."""
    ids = {str(medicine.id) for medicine in named}
    return [each for each in data["choices"] if each[0] in ids]


def lines_of(
    named: Sequence[KnownMedicine], lines: Sequence[MedicineLine]
) -> Sequence[MedicineLine]:
    ids = {medicine.id for medicine in named}
    return [line for line in lines if line.id in ids]
