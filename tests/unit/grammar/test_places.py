"""Zones and cities as people type them."""

import pytest

from bot.grammar.places import Place, PlaceProblem, Unclear, find_place


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/London", "Europe/London"),
        ("europe/london", "Europe/London"),
        ("america/new york", "America/New_York"),
        ("America/New_York", "America/New_York"),
        ("US/Eastern", "US/Eastern"),
        ("UTC", "UTC"),
        ("new york", "America/New_York"),
        ("NYC", "America/New_York"),
        ("Paris", "Europe/Paris"),  # not the one in Texas
        ("Rome", "Europe/Rome"),
        ("Kiev", "Europe/Kyiv"),
        ("München", "Europe/Berlin"),
        ("munchen", "Europe/Berlin"),
        ("Москва", "Europe/Moscow"),
        ("القاهرة", "Africa/Cairo"),
        ("Sao Paulo", "America/Sao_Paulo"),
        ("Apia", "Pacific/Apia"),
        ("Lord Howe", "Australia/Lord_Howe"),
        ("London, United Kingdom", "Europe/London"),
        ("London, Canada", "America/Toronto"),
        ("london uk", "Europe/London"),
        ("Portland, Oregon", "America/Los_Angeles"),
        ("portland, me", "America/New_York"),
        ("Germany", "Europe/Berlin"),
        ("India", "Asia/Kolkata"),
        ("Jamaica", "America/Jamaica"),
        ("  Porto.\n", "Europe/Lisbon"),
    ],
)
def test_places_with_one_zone(typed: str, zone: str) -> None:
    found = find_place(typed)
    assert isinstance(found, Place)
    assert found.zone.key == zone


@pytest.mark.parametrize(
    ("typed", "choices"),
    [
        ("London", ["London, United Kingdom", "London, Canada"]),
        ("Birmingham", ["Birmingham, United Kingdom", "Birmingham, Alabama"]),
        ("portland", ["Portland, Oregon", "Portland, Maine"]),
        ("Valencia", ["Valencia, Venezuela", "Valencia, Spain", "Valencia, California"]),
        ("Portugal", ["Lisbon, Portugal", "Funchal, Portugal", "Ponta Delgada, Portugal"]),
    ],
)
def test_namesakes_in_other_zones_are_asked_about(typed: str, choices: list[str]) -> None:
    found = find_place(typed)
    assert isinstance(found, Unclear)
    assert found.problem is PlaceProblem.SEVERAL
    assert [place.label for place in found.nearest] == choices


@pytest.mark.parametrize("typed", ["London", "Birmingham", "Portland", "Spain", "Mexico", "Lisbn"])
def test_what_is_offered_can_be_typed(typed: str) -> None:
    found = find_place(typed)
    assert isinstance(found, Unclear)
    for place in found.nearest:
        assert find_place(place.label) == place


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("Europe/Londn", "Europe/London"),
        ("Lisbn", "Lisbon, Portugal"),
        ("Melborne", "Melbourne, Australia"),
        ("New Yrok", "New York City, New York"),
    ],
)
def test_the_nearest_places_are_offered_for_a_typo(typed: str, nearest: str) -> None:
    found = find_place(typed)
    assert isinstance(found, Unclear)
    assert found.problem is PlaceProblem.UNKNOWN
    assert nearest == found.nearest[0].label
    assert len(found.nearest) <= 5


@pytest.mark.parametrize("typed", ["CET", "est", "PST", "BST", "GMT", "UTC+1", "gmt -5", "+01:00"])
def test_abbreviations_and_offsets_do_not_say_when_clocks_change(typed: str) -> None:
    assert find_place(typed) == Unclear(PlaceProblem.NO_CITY)


@pytest.mark.parametrize("typed", ["Xyzzyq", "<b>", "🙂", "%s", "x" * 5000, "/", ",", "a, b, c"])
def test_nonsense_is_no_place(typed: str) -> None:
    found = find_place(typed)
    assert isinstance(found, Unclear)
    assert found.problem is PlaceProblem.UNKNOWN


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "."])
def test_nothing_is_no_place(typed: str) -> None:
    assert find_place(typed) == Unclear(PlaceProblem.NOTHING_TYPED)
