"""What buttons carry: 64 bytes that come back from anywhere, from people's hands too."""

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ui.callbacks import (
    NOWHERE,
    Callback,
    UnreadableCallback,
    Verb,
    decode,
    decode_minute,
    decode_named,
    decode_slot,
    encode_minute,
    encode_named,
    encode_slot,
    to_base36,
)
from domain.access import Role
from domain.medicines.doses.ladder import SNOOZE_MINUTES

FAMILY = UUID("018f0000-0000-7000-8000-00000000000f")
DOSE = UUID("018f0000-0000-7000-8000-0000000000d0")
A_BUTTON = Callback(Verb.SNOOZE, FAMILY, DOSE, "30").encode()
ARGUMENTS = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-_", max_size=10)
CALLBACKS = st.builds(
    Callback,
    verb=st.sampled_from(Verb),
    family_id=st.uuids(allow_nil=True),
    subject_id=st.uuids(allow_nil=True),
    argument=ARGUMENTS,
)


@given(CALLBACKS)
def test_a_button_comes_back_as_it_was_sent(callback: Callback) -> None:
    assert decode(callback.encode()) == callback


@given(CALLBACKS)
def test_a_button_fits_into_64_bytes_of_plain_letters(callback: Callback) -> None:
    assert len(callback.encode().encode("ascii")) <= 56


def test_verbs_have_two_letters_and_differ() -> None:
    assert {len(verb) for verb in Verb} == {2}
    assert len({str(verb) for verb in Verb}) == len(Verb)


@pytest.mark.parametrize("argument", [*Role, *map(str, SNOOZE_MINUTES), "newfamily", "addperson"])
def test_what_our_buttons_need_to_say_fits_into_the_argument(argument: str) -> None:
    assert decode(Callback(Verb.MENU, argument=argument).encode()).argument == argument


@pytest.mark.parametrize("argument", ["elevenchars", "ö", "🙂", " ", "a b", "\n", "<", "٣"])
def test_what_does_not_fit_is_a_mistake_of_ours_and_fails_at_once(argument: str) -> None:
    with pytest.raises(ValueError, match="at most 10"):
        Callback(Verb.MENU, argument=argument).encode()


@pytest.mark.parametrize(
    "data",
    [
        "",
        "tk",
        "xx" + A_BUTTON[2:],
        "TK" + A_BUTTON[2:],
        A_BUTTON[:45],
        A_BUTTON[:2] + A_BUTTON[3:],
        A_BUTTON + "elevenmore",
        A_BUTTON[:46] + "a b",
        A_BUTTON[:46] + "é",
        A_BUTTON[:46] + "\ud800",
        A_BUTTON[:2] + "é" * 22 + A_BUTTON[24:],
        A_BUTTON[:2] + "=" * 22 + A_BUTTON[24:],
        A_BUTTON[:2] + "!" * 22 + A_BUTTON[24:],
        A_BUTTON[:20] + "====" + A_BUTTON[24:],
        "\x00" * 46,
        '{"verb": "tk"}',
        "null",
    ],
)
def test_what_is_none_of_our_buttons_is_unreadable(data: str) -> None:
    with pytest.raises(UnreadableCallback):
        decode(data)


def test_an_id_has_one_spelling_only() -> None:
    """22 characters have 4 bits more than an id: all but one spelling of them are somebody's."""
    last = A_BUTTON[23]
    assert last in "AQgw"
    for other in "BCDEFGHIJKLMNOP":
        spelled = A_BUTTON[:23] + other + A_BUTTON[24:]
        assert UUID(bytes=base64.urlsafe_b64decode(spelled[2:24] + "=="))  # Python would take it
        with pytest.raises(UnreadableCallback):
            decode(spelled)


@pytest.mark.parametrize("foreign", ["+", "/", "\n", " ", "."])
def test_base64_of_another_alphabet_is_unreadable(foreign: str) -> None:
    for position in range(2, 46):
        with pytest.raises(UnreadableCallback):
            decode(A_BUTTON[:position] + foreign + A_BUTTON[position + 1 :])


ANYTHING = st.text(st.characters(categories=None), max_size=70)


@given(
    ANYTHING | st.builds(lambda head, rest: A_BUTTON[:head] + rest, st.integers(0, 48), ANYTHING)
)
def test_anything_else_is_refused_with_one_error_only(data: str) -> None:
    try:
        callback = decode(data)
    except UnreadableCallback:
        return
    assert callback.encode() == data


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)))
def test_a_minute_comes_back_without_its_seconds(instant: datetime) -> None:
    minute = decode_minute(encode_minute(instant))
    assert minute == instant.replace(second=0, microsecond=0)
    assert minute.utcoffset() == timedelta(0)
    assert len(encode_minute(instant)) <= 10


@given(st.integers(min_value=0, max_value=10**15))
def test_base_36_is_what_python_reads(number: int) -> None:
    assert int(to_base36(number), 36) == number


@given(ANYTHING)
@example("zzzzzzzzzz")
@example("-1")
@example("1_0")
@example("٣")
@example(" 1")
@example("")
@example("9" * 5_000)
def test_what_is_no_minute_is_refused_with_one_error_only(argument: str) -> None:
    try:
        minute = decode_minute(argument)
    except UnreadableCallback:
        return
    assert encode_minute(minute) == argument.lstrip("0") or not argument.strip("0")


def test_nowhere_is_no_family() -> None:
    assert decode(Callback(Verb.MENU, argument="today").encode()).family_id == NOWHERE


MINUTES = st.datetimes(datetime(2026, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


@given(MINUTES, st.integers(0, 35))
def test_a_button_says_which_card_of_a_slot_it_is_on(minute: datetime, part: int) -> None:
    argument = encode_slot(minute, part)
    assert len(argument) <= 10
    assert decode_slot(argument) == (minute, part)
    assert (argument == encode_minute(minute)) == (part == 0)  # as those of cards that are out


@given(MINUTES, st.integers(0, 35), st.text("0123456789abcdef", min_size=4, max_size=4))
def test_a_yes_carries_which_doses_were_named(minute: datetime, part: int, digest: str) -> None:
    argument = encode_named(minute, part, digest)
    assert len(argument) <= 10
    assert decode_named(argument) == (minute, part, digest)
    assert decode_named(encode_minute(minute)) == (minute, 0, None)


@given(ANYTHING)
@example("abcde.")
@example("abcde.11")
@example("abcde.٣")
@example("abcde-1234")
def test_what_names_no_slot_is_refused_with_one_error_only(argument: str) -> None:
    for read in (decode_slot, decode_named):
        try:
            read(argument)
        except UnreadableCallback:
            continue
