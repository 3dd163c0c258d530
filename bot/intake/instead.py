"""What is answered instead of an update that isn't handled."""

from collections.abc import Mapping
from dataclasses import replace

from bot.intake.admission import Arrival, Decision, UpdateKind
from bot.intake.request import Handler, Request
from bot.ui import in_groups, refusals, turned_away
from bot.ui.answer import Answer
from domain.errors import NotInFamily

NOTHING = Answer()


async def ignore(_: Request) -> Answer:
    return NOTHING


async def _slow_down(_: Request) -> Answer:
    return turned_away.slow_down()


async def _family_slow_down(_: Request) -> Answer:
    return turned_away.family_slow_down()


async def _in_private(request: Request) -> Answer:
    return in_groups.in_private(request.bot_username)


async def _answer_by_button(request: Request) -> Answer:
    return in_groups.answer_by_button(request.bot_username)


async def _press_in_private(request: Request) -> Answer:
    return in_groups.press_in_private(request.bot_username)


async def _conversations_unavailable(_: Request) -> Answer:
    return refusals.conversations_unavailable()


async def old_button(_: Request) -> Answer:
    return turned_away.old_button()


def answer_stranger(arrival: Arrival) -> Answer:
    """For a press by somebody who has never written to the bot; nothing is stored of them."""
    if arrival.kind is not UpdateKind.PRESS:
        return NOTHING
    if arrival.is_private:
        return replace(turned_away.old_button(), closes=True)
    return refusals.refuse(NotInFamily(), is_press=True)


INSTEAD: Mapping[Decision, Handler] = {
    Decision.IGNORE: ignore,
    Decision.SLOW_DOWN: _slow_down,
    Decision.FAMILY_SLOW_DOWN: _family_slow_down,
    Decision.GO_PRIVATE: _in_private,
    Decision.ANSWER_BY_BUTTON: _answer_by_button,
    Decision.PRESS_IN_PRIVATE: _press_in_private,
    Decision.CONVERSATIONS_UNAVAILABLE: _conversations_unavailable,
}
