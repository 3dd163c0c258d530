"""Whom `/today` offers Taken to."""

from uuid import uuid4

import pytest

from bot.features.overview.views.today import today
from domain.access import Role
from domain.database.scope import Member
from domain.family.people import Person
from domain.medicines.doses.today import PersonToday
from domain.models.medicines import DoseStatus
from tests.unit.views.test_length import LONDON, NOW, many


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        (Role.ADMIN, ["Joan", "Harold"]),
        (Role.CAREGIVER, ["Joan", "Harold"]),
        (Role.RECIPIENT, ["Joan"]),
        (Role.VIEWER, []),
    ],
)
def test_taken_is_offered_for_what_the_reader_may_record(role: Role, offered: list[str]) -> None:
    joan, harold = (Person(uuid4(), name, LONDON) for name in ("Joan", "Harold"))
    people = [PersonToday(each, many(1, DoseStatus.PENDING)) for each in (joan, harold)]
    member = Member(uuid4(), "Joan", uuid4(), "Us", role)
    shown = today(people, appointments={}, member=member, now=NOW, own=joan.id)
    words = [button.label for row in shown.keyboard for button in row if "Taken" in button.label]
    assert [each.split(" ")[1] for each in words] == offered
