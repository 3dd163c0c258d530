"""What people type after `/adddoctor`, and phone numbers."""

from zoneinfo import ZoneInfo

import pytest

from bot.grammar.commands.doctors import understand_doctor
from bot.grammar.phones import country_of, parse_phone, parse_phones, split_line
from bot.grammar.problems import Misunderstood, Problem
from tests.unit.grammar.family import DAD, LONDON, MUM

LISBON, ROME, BERLIN = (ZoneInfo(f"Europe/{city}") for city in ("Lisbon", "Rome", "Berlin"))


def test_a_number_without_its_country_is_taken_where_it_is_valid_for_the_person_only() -> None:
    there = parse_phones("213 425 678", zones=[LISBON, LONDON])
    assert (there.numbers, there.is_sure) == (("+351213425678",), True)
    asked = parse_phones("213 425 678", zones=[LONDON, LISBON])
    assert not asked.is_sure
    assert asked.numbers[0] == "+351213425678"
    assert not any(number.startswith("+44") for number in asked.numbers)
    both = parse_phones("030 901820", zones=[BERLIN, ROME])
    assert (both.numbers, both.is_sure) == (("+4930901820", "+39030901820"), False)
    for text in ("+351 213 425 678", "00351 213 425 678"):
        typed = parse_phones(text, zones=[LONDON, LISBON])
        assert (typed.numbers, typed.is_sure) == (("+351213425678",), True)
    with pytest.raises(Misunderstood):
        parse_phones("call me", zones=[LONDON, LISBON])


@pytest.mark.parametrize(
    ("text", "first"), [("415-555-2671", "+14155552671"), ("030/901820", "+4930901820")]
)
def test_what_is_no_number_of_the_familys_country_is_never_made_one(text: str, first: str) -> None:
    found = parse_phones(text, zones=[LONDON])
    assert not found.is_sure
    assert found.numbers[0] == first
    assert not any(number.startswith("+44") for number in found.numbers)
    with pytest.raises(Misunderstood) as refused:
        parse_phone(text, zone=LONDON)
    assert refused.value.problem is Problem.PHONE_IMPOSSIBLE


@pytest.mark.parametrize(
    ("text", "extension"),
    [
        ("020 7946 0018 x 12", "12"),
        ("020 7946 0018 x12", "12"),
        ("020 7946 0018 ext. 12", "12"),
        ("020 7946 0018 extension 12", "12"),
        ("Tel. 020 7946 0018", None),
        ("Phone: 020 7946 0018", None),
    ],
)
def test_extensions_and_labels(text: str, extension: str | None) -> None:
    [line] = split_line(text)
    found = parse_phones(line, zones=[LONDON])
    assert (found.numbers, found.is_sure) == (("+442079460018",), True)
    assert found.extension == extension


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


@pytest.mark.parametrize(
    ("text", "name", "specialty", "phone", "address"),
    [
        ("Dr Weber cardiologist 020 7946 0018", "Dr Weber", "cardiologist", "020 7946 0018", None),
        ("Dr Weber 020 7946 0018", "Dr Weber", None, "020 7946 0018", None),
        ("Dr Weber 020 7946 0018 cardiologist", "Dr Weber", "cardiologist", "020 7946 0018", None),
        ("Dr Weber cardiologist 030 901820", "Dr Weber", "cardiologist", "030 901820", None),
        ("Dr Weber, cardiologist, Tel. 030/901820", "Dr Weber", "cardiologist", "030/901820", None),
        ("Dr Weber eye doctor tel:02079460018", "Dr Weber", "eye doctor", "02079460018", None),
        (
            "Dr Weber (cardiologist) 020 7946 0018",
            "Dr Weber",
            "cardiologist",
            "020 7946 0018",
            None,
        ),
        ("St Mary's Surgery 020 7946 0018", "St Mary's Surgery", None, "020 7946 0018", None),
        ("St Mary's, 12 High Street, London", "St Mary's", None, None, "12 High Street, London"),
        ("Anna Weber dentist", "Anna Weber", "dentist", None, None),
        (
            "Dr Weber, cardiologist Tel 020 7946 0018",
            "Dr Weber",
            "cardiologist",
            "020 7946 0018",
            None,
        ),
        ("Dr Weber, GP, 415-555-2671", "Dr Weber", "GP", "415-555-2671", None),
        (
            "Dr Weber, GP, 020 7946 0018, Harley Street 1, London W1G 9QD",
            "Dr Weber",
            "GP",
            "020 7946 0018",
            "Harley Street 1, London W1G 9QD",
        ),
        (
            "Dr Weber, GP, Hauptstr. 12, 10115 Berlin",
            "Dr Weber",
            "GP",
            None,
            "Hauptstr. 12, 10115 Berlin",
        ),
    ],
)
def test_a_line_is_split_with_commas_or_without(
    text: str, name: str, specialty: str | None, phone: str | None, address: str | None
) -> None:
    found = understand_doctor(text, people=[MUM], zone=LONDON)
    assert (found.name, found.specialty, found.address) == (name, specialty, address)
    assert found.phone_words == (phone or "")
    assert found.problem is None
    assert found.is_clear


def test_what_may_be_a_specialty_is_asked() -> None:
    found = understand_doctor("Dr Anna Weber hearts 020 7946 0018", people=[MUM], zone=LONDON)
    assert (found.name, found.phone) == ("Dr Anna Weber hearts", "+442079460018")
    assert not found.is_clear


@pytest.mark.parametrize(
    "text",
    [
        "Dr Weber, GP, 020 7946 0018 ext. 12, 020 7946 0019",
        "Dr Weber, GP, 020 7946 0018 ext. 12 or 020 7946 0019",
        "Dr Weber GP Tel. 020 7946 0018 x12 Mobile 020 7946 0019",
        "Dr Weber, GP, 020 7946 0018, ext 12, +44 20 7946 0019",
        "Dr Weber, GP, 020 7946 0018 x 12 / 020 7946 0019",
    ],
)
def test_two_numbers_and_an_extension_are_all_kept(text: str) -> None:
    found = understand_doctor(text, people=[MUM], zone=LONDON)
    assert (found.name, found.specialty, found.address) == ("Dr Weber", "GP", None)
    assert (found.phone, found.extension) == ("+442079460018", "12")
    [other] = found.other_phones
    assert other.endswith("20 7946 0019")


def test_a_fax_is_no_phone_and_a_further_ending_is_kept() -> None:
    found = understand_doctor(
        "Dr Weber GP Fax 020 7946 0019 Tel 020 7946 0018", people=[MUM], zone=LONDON
    )
    assert (found.name, found.specialty, found.phone) == ("Dr Weber", "GP", "+442079460018")
    assert found.other_phones == ("fax 020 7946 0019",)
    found = understand_doctor("Dr Weber, GP, 020 7946 0018 / 0019", people=[MUM], zone=LONDON)
    assert (found.phone, found.other_phones) == ("+442079460018", ("0019",))


def test_a_number_for_emergencies_is_no_name() -> None:
    found = understand_doctor("Dr Weber 999", people=[MUM], zone=LONDON)
    assert (found.name, found.phone) == ("Dr Weber", None)
    assert found.problem is not None
    assert found.problem.words == "999"


def test_a_number_too_short_is_no_address() -> None:
    found = understand_doctor("Dr Weber, cardiologist, 123", people=[MUM], zone=LONDON)
    assert (found.specialty, found.phone, found.address) == ("cardiologist", None, None)
    assert found.problem is not None
    assert found.problem.words == "123"
    room = understand_doctor("Dr Weber, GP, +442079460018, 204", people=[MUM], zone=LONDON)
    assert (room.address, room.problem) == ("204", None)
