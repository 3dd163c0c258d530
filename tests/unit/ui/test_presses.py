"""What buttons carry: 64 bytes that come back from anywhere, from people's hands too."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, get_type_hints
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.press_routes import PRESSES
from bot.ui.presses.appointments import Where
from bot.ui.presses.arguments import (
    CardOfSlot,
    Minute,
    NamedDoses,
    Pick,
    read_minute,
    recorded_at,
    to_base36,
    write_minute,
)
from bot.ui.presses.conversation import Choose
from bot.ui.presses.doses import (
    Below,
    ChosenBelow,
    SeenBefore,
    Snooze,
    TakeAll,
    TakeNamedDoses,
    UndoRecord,
)
from bot.ui.presses.family import GroupUse, HoursOf, Invite
from bot.ui.presses.history import FamilyHistory, Returning
from bot.ui.presses.medicines import REFILL_DAYS, MedicinesPage
from bot.ui.presses.overview import RunCommand
from bot.ui.presses.press import NOWHERE, Press, UnreadableCallback
from bot.ui.presses.registry import KINDS, decode
from bot.ui.presses.subjects import OfDose
from domain.access import Role
from domain.appointments.changes.locking import Reach
from domain.medicines.doses.choices import Choice
from domain.medicines.doses.ladder import SNOOZE_MINUTES
from domain.medicines.records.corrections import RecordedWithin
from domain.memory.removed import RemovedKind
from domain.models.family import Hears, HourCycle, LadderPlan
from domain.models.groups import Receives

FAMILY = UUID("018f0000-0000-7000-8000-00000000000f")
DOSE = UUID("018f0000-0000-7000-8000-0000000000d0")
A_BUTTON = Snooze(family_id=FAMILY, dose_id=DOSE, minutes=30).encode()
EIGHT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HEAD = 46  # verb and ids

WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-_", max_size=10)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2080, 1, 1), timezones=st.just(UTC))
MINUTES = INSTANTS.map(lambda at: at.replace(second=0, microsecond=0))
PARTS = st.integers(0, 35)
DIGESTS = st.text("0123456789abcdef", min_size=4, max_size=4)
CHOICES = st.builds(Choice, st.integers(0, 35), DIGESTS)
RECORDS = (
    st.none()
    | INSTANTS.map(recorded_at)
    | MINUTES.map(lambda at: RecordedWithin(at, timedelta(minutes=1)))
)
#: By field, or by type: every value that a button may have.
BY_NAME: Mapping[str, st.SearchStrategy[Any]] = {
    "minutes": st.sampled_from(SNOOZE_MINUTES),
    "days": st.sampled_from(REFILL_DAYS),
    "hours": st.sampled_from([1, 2, 3, 4]),
    "page": st.integers(0, 10**10 - 1),
    "shown_at": st.integers(0, 10**10 - 1),
    "entries": st.integers(1, 10**10 - 1),
    "command": WORDS,
    "checksum": st.integers(0, 2**32 - 1),
    "digest": WORDS,
    "step": st.sampled_from([1, 2, 3]),
    "flow": WORDS,
}
BY_TYPE: Mapping[Any, st.SearchStrategy[Any]] = {
    UUID: st.uuids(allow_nil=True),
    bool: st.booleans(),
    datetime: MINUTES,
    Role: st.sampled_from(Role),
    SeenBefore: st.builds(SeenBefore, MINUTES, st.none() | CHOICES),
    LadderPlan: st.sampled_from(LadderPlan),
    LadderPlan | None: st.none() | st.sampled_from(LadderPlan),
    Hears: st.sampled_from(Hears),
    HourCycle: st.sampled_from(HourCycle),
    HoursOf: st.sampled_from(HoursOf),
    GroupUse: st.sampled_from(GroupUse),
    Receives: st.sampled_from(Receives),
    Where: st.sampled_from(Where),
    Below: st.sampled_from(Below),
    Choice | None: st.none() | CHOICES,
    ChosenBelow: st.builds(ChosenBelow, CHOICES, st.sampled_from(Below)),
    RemovedKind: st.sampled_from(RemovedKind),
    Returning: st.builds(Returning, st.sampled_from(RemovedKind), st.booleans()),
    int | None: st.none() | st.integers(0, 10**9),
    Reach | None: st.none() | st.sampled_from(Reach),
    RecordedWithin | None: RECORDS,
    CardOfSlot: st.builds(CardOfSlot, MINUTES, PARTS),
    NamedDoses: st.builds(NamedDoses, MINUTES, PARTS, DIGESTS) | st.builds(NamedDoses, MINUTES),
    Pick: st.builds(
        Pick, st.integers(0, 35), st.text("abcdefghijklmnopqrstuvwxyz0123456789.-_", max_size=8)
    ),
}


def presses(kind: type[Press]) -> st.SearchStrategy[Press]:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]
    values = {name: BY_NAME[name] if name in BY_NAME else BY_TYPE[hints[name]] for name in names}
    return st.builds(kind, **values)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.__name__)
@settings(max_examples=25)
@given(data=st.data())
def test_a_button_comes_back_as_it_was_sent(kind: type[Press], data: st.DataObject) -> None:
    press = data.draw(presses(kind))
    written = press.encode()
    assert decode(written) == press
    assert decode(written).encode() == written
    assert len(written.encode("ascii")) <= 56


def test_verbs_have_two_letters_and_differ() -> None:
    named = [kind.verb for kind in kinds_of(Press) if kind.verb]
    assert {len(verb) for verb in named} == {2}
    assert len(set(named)) == len(named)


def kinds_of(kind: type[Press]) -> list[type[Press]]:
    return [kind, *(each for below in kind.__subclasses__() for each in kinds_of(below))]


def test_every_kind_is_known_and_has_a_handler() -> None:
    ours = {kind for kind in kinds_of(Press) if kind.verb and kind.__module__ != __name__}
    assert ours == set(KINDS.values()) == set(PRESSES)


@pytest.mark.parametrize("command", ["elevenchars", "ö", "🙂", " ", "a b", "\n", "<", "٣"])
def test_what_does_not_fit_is_a_mistake_of_ours_and_fails_at_once(command: str) -> None:
    with pytest.raises(ValueError, match="at most 10"):
        RunCommand(command=command).encode()


@pytest.mark.parametrize(
    "press",
    [
        Snooze(family_id=FAMILY, dose_id=DOSE, minutes=31),
        TakeNamedDoses(family_id=FAMILY, person_id=DOSE, named=NamedDoses(EIGHT, 1)),
        TakeNamedDoses(family_id=FAMILY, person_id=DOSE, named=NamedDoses(EIGHT, 1, "abc")),
        UndoRecord(
            family_id=FAMILY, dose_id=DOSE, record=RecordedWithin(EIGHT, timedelta(hours=1))
        ),
        MedicinesPage(family_id=FAMILY, page=10**10),
        Choose(flow_id=DOSE, pick=Pick(-1, "save")),
        Choose(flow_id=DOSE, pick=Pick(36, "eightlet")),
    ],
)
def test_what_cannot_be_read_again_is_not_written(press: Press) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever part it is
        press.encode()


def test_a_kind_that_carries_too_much_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="more fields than fit"):

        @dataclass(frozen=True, kw_only=True)
        class _OfTwoDoses(OfDose):
            other_dose_id: UUID

    with pytest.raises(TypeError, match="more fields than fit"):

        @dataclass(frozen=True, kw_only=True)
        class _OfTwoMinutes(OfDose):
            since: Minute
            until: Minute


@pytest.mark.parametrize(
    "data",
    [
        "",
        "tk",
        "xx" + A_BUTTON[2:],
        "SZ" + A_BUTTON[2:],
        A_BUTTON[:45],
        A_BUTTON[:2] + A_BUTTON[3:],
        A_BUTTON + "elevenmore",
        A_BUTTON[:HEAD] + "a b",
        A_BUTTON[:HEAD] + "é",
        A_BUTTON[:HEAD] + "\ud800",
        A_BUTTON[:2] + "é" * 22 + A_BUTTON[24:],
        A_BUTTON[:2] + "=" * 22 + A_BUTTON[24:],
        A_BUTTON[:2] + "!" * 22 + A_BUTTON[24:],
        A_BUTTON[:20] + "====" + A_BUTTON[24:],
        "\x00" * HEAD,
        '{"verb": "tk"}',
        "null",
    ],
)
def test_what_is_none_of_our_buttons_is_unreadable(data: str) -> None:
    with pytest.raises(UnreadableCallback):
        decode(data)


@pytest.mark.parametrize(
    ("kind", "argument"),
    [
        *((Snooze, argument) for argument in ("", "11", "010", "10.0", "-10", "1_0")),
        *((MedicinesPage, argument) for argument in ("00", "01", "-1", "x", "1.0")),
        *((FamilyHistory, argument) for argument in ("00", "01", "x")),
        *((Invite, argument) for argument in ("", "ADMIN", "emperor")),
        *((TakeAll, argument) for argument in ("", "abcde.", "abcde.0", "abcde.11", "0abcde")),
        *((TakeNamedDoses, argument) for argument in ("", "abcde-1234", "0bcde11234", "ABCDE")),
        *((UndoRecord, argument) for argument in ("0abcde", "0abcdefg", "MWUEMRPV")),
        *((Choose, argument) for argument in ("", "save", ".save", "01.save", "A.save", "1")),
    ],
)
def test_an_argument_that_we_would_not_write_is_unreadable(
    kind: type[Press], argument: str
) -> None:
    subject = "A" * 22
    with pytest.raises(UnreadableCallback):
        decode(kind.verb + A_BUTTON[2:24] + subject + argument)


@pytest.mark.parametrize(
    "kind",
    [kind for kind in KINDS.values() if {field.name for field in fields(kind)} == {"family_id"}],
    ids=lambda kind: kind.__name__,
)
def test_a_button_without_subject_or_argument_has_neither(kind: type[Press]) -> None:
    data = kind(family_id=FAMILY).encode()
    for altered in (data + "1", data[:24] + A_BUTTON[24:HEAD]):
        with pytest.raises(UnreadableCallback):
            decode(altered)


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
    for position in range(2, HEAD):
        with pytest.raises(UnreadableCallback):
            decode(A_BUTTON[:position] + foreign + A_BUTTON[position + 1 :])


ANYTHING = st.text(st.characters(categories=None), max_size=70)
OLD_SPELLINGS = {"0"}  # of a list's first page


@given(
    ANYTHING
    | st.builds(
        lambda kind, head, rest: kind.verb + A_BUTTON[2:head] + rest,
        st.sampled_from(list(KINDS.values())),
        st.integers(2, HEAD),
        ANYTHING | WORDS,
    )
)
def test_anything_else_is_refused_with_one_error_only(data: str) -> None:
    try:
        press = decode(data)
    except UnreadableCallback:
        return
    assert press.encode() == data or data[HEAD:] in OLD_SPELLINGS


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)))
def test_a_minute_comes_back_without_its_seconds(instant: datetime) -> None:
    minute = read_minute(write_minute(instant))
    assert minute == instant.replace(second=0, microsecond=0)
    assert minute.utcoffset() == timedelta(0)
    assert len(write_minute(instant)) <= 10


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
@example("abcde.")
@example("abcde.11")
@example("abcde.٣")
@example("abcde-1234")
def test_an_argument_that_says_nothing_is_refused_with_one_error_only(argument: str) -> None:
    for kind in KINDS.values():
        try:
            press = decode(kind.verb + A_BUTTON[2:HEAD] + argument)
        except UnreadableCallback:
            continue
        assert press.encode()[HEAD:] == argument or argument in OLD_SPELLINGS


def test_nowhere_is_no_family() -> None:
    assert decode(RunCommand(command="today").encode()).family_id == NOWHERE


@given(MINUTES)
def test_the_first_card_of_a_slot_is_named_as_those_of_cards_that_are_out(minute: datetime) -> None:
    press = TakeAll(family_id=FAMILY, person_id=DOSE, card=CardOfSlot(minute, 0))
    assert press.encode()[HEAD:] == write_minute(minute)


@given(INSTANTS)
def test_a_record_is_named_to_the_millisecond(at: datetime) -> None:
    record = recorded_at(at)
    assert record is not None
    assert record.has(at)
    assert not record.has(at + timedelta(milliseconds=1))
    assert not record.has(at - timedelta(milliseconds=1))
