"""What becomes of an update before anybody acts on it."""

from dataclasses import replace
from uuid import UUID

import pytest

from bot.intake.admission import Arrival, Decision, UpdateKind, admit, read_press
from bot.redis.rate_limit import Verdict
from bot.ui.presses.arguments import Picked
from bot.ui.presses.conversation import Choose
from bot.ui.presses.doses import Take
from bot.ui.presses.family import FamilySettings

SOMETHING = UUID(int=1)
COMMAND = Arrival(UpdateKind.COMMAND, is_private=True, name="today", text="")
MESSAGE = Arrival(UpdateKind.MESSAGE, is_private=True, name="message", text="100 mg")
TAKEN = Arrival(
    UpdateKind.PRESS, is_private=True, press=Take(family_id=SOMETHING, dose_id=SOMETHING)
)
CHOICE = Choose(flow_id=SOMETHING, pick=Picked(1, "yes"))
ANSWER = Arrival(UpdateKind.PRESS, is_private=True, press=CHOICE)
SETTINGS = Arrival(UpdateKind.PRESS, is_private=True, press=FamilySettings(family_id=SOMETHING))
EVENT = Arrival(UpdateKind.EVENT, is_private=True)


def in_group(arrival: Arrival) -> Arrival:
    return replace(arrival, is_private=False)


@pytest.mark.parametrize(
    ("arrival", "verdict", "decision"),
    [
        (COMMAND, Verdict.ALLOWED, Decision.HANDLE),
        (MESSAGE, Verdict.ALLOWED, Decision.HANDLE),
        (TAKEN, None, Decision.HANDLE),
        (ANSWER, None, Decision.HANDLE),
        (EVENT, None, Decision.HANDLE),
        (COMMAND, Verdict.REFUSED_FIRST, Decision.SLOW_DOWN),
        (MESSAGE, Verdict.REFUSED_FIRST, Decision.SLOW_DOWN),
        (COMMAND, Verdict.FAMILY_REFUSED_FIRST, Decision.FAMILY_SLOW_DOWN),
        (COMMAND, Verdict.REFUSED_SILENT, Decision.IGNORE),
        (MESSAGE, Verdict.REFUSED_SILENT, Decision.IGNORE),
    ],
)
def test_whoever_asks_too_much_is_told_once(
    arrival: Arrival, verdict: Verdict | None, decision: Decision
) -> None:
    assert admit(arrival, verdict) is decision


@pytest.mark.parametrize(
    ("arrival", "verdict", "decision"),
    [
        (COMMAND, Verdict.ALLOWED, Decision.GO_PRIVATE),
        (MESSAGE, Verdict.ALLOWED, Decision.IGNORE),  # a group talks about other things, too
        (replace(MESSAGE, is_to_us=True), Verdict.ALLOWED, Decision.ANSWER_BY_BUTTON),
        (COMMAND, Verdict.REFUSED_FIRST, Decision.SLOW_DOWN),
        (replace(COMMAND, name="start"), Verdict.ALLOWED, Decision.HANDLE),  # binds it
        (replace(COMMAND, name="start"), Verdict.REFUSED_FIRST, Decision.SLOW_DOWN),
        (TAKEN, None, Decision.HANDLE),
        (ANSWER, None, Decision.PRESS_IN_PRIVATE),
        (SETTINGS, None, Decision.PRESS_IN_PRIVATE),  # a modified app can press anything anywhere
    ],
)
def test_what_families_type_is_not_for_groups(
    arrival: Arrival, verdict: Verdict | None, decision: Decision
) -> None:
    assert admit(in_group(arrival), verdict) is decision


@pytest.mark.parametrize(
    ("arrival", "decision"),
    [
        (COMMAND, Decision.HANDLE),  # it needs no conversation
        (MESSAGE, Decision.CONVERSATIONS_UNAVAILABLE),
        (TAKEN, Decision.HANDLE),  # a dose counts whatever Redis knows
        (ANSWER, Decision.CONVERSATIONS_UNAVAILABLE),
    ],
)
def test_an_answer_needs_to_know_its_question(arrival: Arrival, decision: Decision) -> None:
    verdict = Verdict.ALLOWED if arrival.is_limited else None
    assert admit(arrival, verdict, knows_questions=False) is decision


def test_only_commands_and_what_may_be_an_answer_concern_conversations() -> None:
    concerned = [each.concerns_conversations for each in (COMMAND, MESSAGE, ANSWER, TAKEN, EVENT)]
    assert concerned == [True, True, True, False, False]
    assert (COMMAND.command, MESSAGE.command) == ("today", None)


def test_a_press_is_never_limited() -> None:
    assert not TAKEN.is_limited


@pytest.mark.parametrize("data", [None, "", "tk", "zz" + "A" * 44, "what is this"])
def test_an_unknown_button_is_no_press(data: str | None) -> None:
    assert read_press(data) is None


def test_a_known_button_is_read() -> None:
    assert read_press(CHOICE.encode()) == CHOICE


@pytest.mark.parametrize(
    ("arrival", "presents"),
    [
        (replace(COMMAND, name="start", text="AbCdEfGhIjKlMnOpQrStUvWxYz012345"), True),
        (replace(COMMAND, name="start", text=""), False),
        (replace(COMMAND, text="AbCdEfGhIjKlMnOpQrStUvWxYz012345"), False),
        (replace(MESSAGE, text="https://t.me/bot?start=AbCdEfGhIjKlMnOpQrStUv"), True),
        (replace(MESSAGE, text=None), False),
        (MESSAGE, False),
        (TAKEN, False),
    ],
)
def test_what_may_be_the_secret_of_an_invitation_is_noticed(
    arrival: Arrival, presents: bool
) -> None:
    assert arrival.presents_invitation is presents
