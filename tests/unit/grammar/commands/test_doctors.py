"""What people type after `/adddoctor`, and phone numbers."""

from zoneinfo import ZoneInfo

import pytest

from bot.grammar.commands.doctors import country_of, parse_phone, parse_phones, understand_doctor
from bot.grammar.problems import Misunderstood
from tests.unit.grammar.family import DAD, LONDON, MUM


def test_a_number_without_its_country_is_one_for_each_country_that_has_such() -> None:
    lisbon, rome = ZoneInfo("Europe/Lisbon"), ZoneInfo("Europe/Rome")
    known = [LONDON, lisbon, rome]
    assert parse_phones("213 425 678", zones=[LONDON, lisbon]) == (
        "+44213425678",
        "+351213425678",
    )
    assert parse_phones("+351 213 425 678", zones=known) == ("+351213425678",)
    assert parse_phones("351213425678", zones=[LONDON, lisbon]) == ("+351213425678",)
    with pytest.raises(Misunderstood):
        parse_phones("call me", zones=known)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("020 7946 0018", "+442079460018"),
        ("+351 213 425 678", "+351213425678"),
        ("0044 20 7946 0018", "+442079460018"),
        ("tel:+442079460018", "+442079460018"),
    ],
)
def test_phone_numbers(text: str, phone: str) -> None:
    assert parse_phone(text, zone=LONDON) == phone


@pytest.mark.parametrize("text", ["", "none at all", "020 CALL ME", "12", "+1", "1" * 40])
def test_no_phone_numbers(text: str) -> None:
    with pytest.raises(Misunderstood):
        parse_phone(text, zone=LONDON)


def test_countries_of_zones() -> None:
    assert country_of(ZoneInfo("Europe/Lisbon")) == "PT"
    assert country_of(ZoneInfo("Etc/UTC")) is None


def test_a_doctor_on_one_line() -> None:
    found = understand_doctor(
        "Dr Clara Nunes, eye doctor, 020 7946 0018, Harley Street 1, London for Dad",
        people=[MUM, DAD],
        zone=LONDON,
    )
    assert (found.name, found.specialty) == ("Dr Clara Nunes", "eye doctor")
    assert (found.phone, found.person) == ("+442079460018", DAD)
    assert found.address == "Harley Street 1, London"
    wrong = understand_doctor("Weber, cardiologist, 020 CALL 7946 00", people=[MUM], zone=LONDON)
    assert wrong.problem is not None
    assert (wrong.name, wrong.specialty, wrong.phone) == ("Weber", "cardiologist", None)
