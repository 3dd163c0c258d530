"""Other hours for a course that keeps its last day: it is said when a dose is lost or gained."""

from datetime import UTC, datetime

import pytest

from bot.features.medicines.flows.content.change_context import ChangeContext
from bot.grammar.commands.medicines import understand_medicine
from domain.medicines.facts import Content
from tests.unit.grammar.family import LONDON, MUM

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "answer", "doses"),
    [
        ("Prednisolone 40 mg at 22:00 for 5 days", "08:00", (5, 4)),
        ("Prednisolone 40 mg at 08:00 for 5 days", "22:00", (5, 6)),
        ("Prednisolone 40 mg at 22:00 for 3 days, then 20 mg for 3 days", "08:00", (6, 5)),
        ("Prednisolone 40 mg at 22:00 for 5 days", "20:00", None),
        ("Prednisolone 40 mg at 22:00 for 5 days", "08:00 for 5 days", None),
        ("Prednisolone 40 mg at 22:00 for 5 days", "08:00 and 22:00", (10, 9)),
        ("Prednisolone 40 mg at 22:00 for 5 days", "fridays", (5, 1)),
        ("Keflex 500 mg at 08:00 and 20:00 for 14 doses", "every other day", (14, 7)),
        ("Depakote 2 tablets mondays at 09:00 for 4 weeks", "tuesdays", (4, 5)),
        ("Prednisolone 40 mg at 22:00", "08:00", None),
    ],
)
def test_what_other_hours_make_of_a_course(
    line: str, answer: str, doses: tuple[int, int] | None
) -> None:
    typed = understand_medicine(line, people=[MUM], now=NOW)
    assert typed.name
    assert typed.dosage
    assert typed.schedule
    context = ChangeContext(Content(typed.name, typed.dosage, typed.schedule), LONDON, NOW)
    change = context.read(answer)
    changed = context.apply([change])
    assert isinstance(changed, Content)
    assert context.other_number_of_doses(change, changed) == doses
