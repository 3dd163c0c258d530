"""Handlers of updates that aren't handled as what they are: what is said instead, if anything."""

from collections.abc import Mapping

from bot.intake.admission import Decision
from bot.intake.request import Handler, Request
from bot.ui import floods, refusals
from bot.ui.answer import Answer


async def ignore(_: Request) -> Answer:
    return Answer()


async def old_button(_: Request) -> Answer:
    return refusals.old_button()


async def _slow_down(_: Request) -> Answer:
    return floods.slow_down()


async def _family_slow_down(_: Request) -> Answer:
    return floods.family_slow_down()


async def _in_private(request: Request) -> Answer:
    return refusals.in_private(request.bot_username)


async def _conversations_unavailable(_: Request) -> Answer:
    return refusals.conversations_unavailable()


INSTEAD: Mapping[Decision, Handler] = {
    Decision.IGNORE: ignore,
    Decision.SLOW_DOWN: _slow_down,
    Decision.FAMILY_SLOW_DOWN: _family_slow_down,
    Decision.GO_PRIVATE: _in_private,
    Decision.CONVERSATIONS_UNAVAILABLE: _conversations_unavailable,
}
