"""One's own hours, as they are typed."""

from datetime import time

import pytest

from bot.grammar.own_hours import parse_daily_time, parse_quiet_hours, says_off


@pytest.mark.parametrize(
    ("text", "is_morning", "at"),
    [
        ("7:30", True, time(7, 30)),
        ("7", True, time(7)),
        ("at 8 in the morning please", True, time(8)),
        ("half past eight", False, time(20, 30)),
        ("8", False, time(20)),
        ("9.15pm", False, time(21, 15)),
        ("20:00", False, time(20)),
        ("7am", False, time(7)),
        ("noon", True, time(12)),
        ("02:30", True, time(2, 30)),
    ],
)
def test_a_time_of_day(text: str, is_morning: bool, at: time) -> None:
    assert parse_daily_time(text, is_morning=is_morning) == at


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("22:00 to 7:00", (time(22), time(7))),
        ("10 to 7", (time(22), time(7))),
        ("10pm-7", (time(22), time(7))),
        ("22–6", (time(22), time(6))),
        ("from 9.30 pm until 6:45", (time(21, 30), time(6, 45))),
        ("between 13:00 and 15:00", (time(13), time(15))),
        ("1pm to 3pm", (time(13), time(15))),
        ("9 to 9", (time(21), time(9))),
        ("21:00 to 21:00", (time(21), time(21))),
    ],
)
def test_quiet_hours(text: str, hours: tuple[time, time]) -> None:
    assert parse_quiet_hours(text) == hours


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "25:00",
        "7:30 and aspirin",
        "8 9 10",
        "tomorrow at 8",
        "7 " * 100,
        "in 2 days",
    ],
)
def test_what_is_something_else(text: str) -> None:
    assert parse_quiet_hours(text) is None
    assert parse_daily_time(text, is_morning=True) is None


@pytest.mark.parametrize("text", ["off", "Never!", "none", " no ", "not at all."])
def test_off(text: str) -> None:
    assert says_off(text)
