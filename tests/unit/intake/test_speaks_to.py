"""What is said to the bot in a group, and what the group says among itself."""

from datetime import UTC, datetime

import pytest
from telegram import Chat, Message, Update, User

from bot.intake.admission import Arrival, UpdateKind
from bot.intake.incoming import is_among_others, speaks_to

ANNA = User(1, "Anna", is_bot=False)
BOT = User(2, "CareCircle", is_bot=True, username="carecircle_bot")
OTHER = User(3, "Weather", is_bot=True, username="weather_bot")
GROUP = Chat(-5, Chat.GROUP)
AT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def said(text: str, *, to: User | None = None) -> Update:
    before = None if to is None else Message(7, AT, GROUP, from_user=to, text="…")
    return Update(
        1, message=Message(8, AT, GROUP, from_user=ANNA, text=text, reply_to_message=before)
    )


@pytest.mark.parametrize(
    ("update", "is_to_us"),
    [
        (said("what's due?"), False),
        (said("what's due, @carecircle_bot?"), True),
        (said("@CareCircle_Bot what's due"), True),
        (said("done", to=BOT), True),
        (said("rain?", to=OTHER), False),
        (said("ok", to=ANNA), False),
        (Update(1), False),
    ],
)
def test_only_what_is_said_to_us_is_ours(update: Update, is_to_us: bool) -> None:
    assert speaks_to(update, "carecircle_bot") is is_to_us


@pytest.mark.parametrize(
    ("update", "kind", "is_theirs"),
    [
        (said("/start"), UpdateKind.COMMAND, False),
        (said("/start@carecircle_bot now"), UpdateKind.COMMAND, False),
        (said("/start@CareCircle_Bot"), UpdateKind.COMMAND, False),
        (said("/start@weather_bot"), UpdateKind.COMMAND, True),
        (said("lovely day"), UpdateKind.MESSAGE, True),
        (said("done", to=BOT), UpdateKind.MESSAGE, False),
        (said("somebody has joined"), UpdateKind.EVENT, True),
        (Update(1), UpdateKind.PRESS, False),
    ],
)
def test_what_a_group_says_among_itself_is_left_alone(
    update: Update, kind: UpdateKind, is_theirs: bool
) -> None:
    is_to_us = speaks_to(update, "carecircle_bot")
    arrival = Arrival(kind, is_private=False, name="x", is_to_us=is_to_us)
    assert is_among_others(update, arrival, "carecircle_bot") is is_theirs
