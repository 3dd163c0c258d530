"""What the server of the long run has accepted: each message by what it is about."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from bot.sandbox.bot_api.server import Call
from bot.ui.presses.doses import HoldSlot, Take, TakeAll, TakeAllInSummary
from bot.ui.presses.press import Press
from bot.ui.presses.registry import decode
from tests.town import Town

REPEAT = "🔁 This may be a repeat"
APOLOGY = "Sorry"


@dataclass(frozen=True)
class About:
    """The slot of a card (person and minute), or the summary by its id."""

    person_id: UUID | None = None
    at: datetime | None = None
    summary_id: UUID | None = None


@dataclass(frozen=True)
class Accepted:
    """A message that the server took: into which chat, when by its clock (UTC), about what."""

    chat_id: int
    message_id: int
    at: datetime
    about: About
    is_marked: bool
    presses: Sequence[Press]


@dataclass
class ServerRecord:
    """Reads the server's calls as they come; it keeps only the latest ones itself."""

    town: Town
    #: Accepted messages about a slot or a summary, by chat and what they are about.
    copies: dict[tuple[int, About], list[Accepted]] = field(
        default_factory=lambda: defaultdict(list)
    )
    #: How many calls of each method were accepted.
    calls: Counter[str] = field(default_factory=Counter)
    #: Those that were refused, with why.
    refused: Counter[str] = field(default_factory=Counter)
    #: Messages that say that something failed.
    apologies: int = 0

    def read(self) -> Sequence[Accepted]:
        """The messages about doses that were accepted since it was last asked."""
        calls = self.town.sandbox._server.calls
        found = []
        while calls:
            call = calls.popleft()
            if call.error is not None:
                why = call.error.description[:50]
                self.refused[f"{call.method}: {call.error.code} {why}"] += 1
                continue
            self.calls[call.method] += 1
            self.apologies += APOLOGY in call.params.get("text", "")
            accepted = _read(call) if call.method == "sendMessage" else None
            if accepted is not None:
                self.copies[accepted.chat_id, accepted.about].append(accepted)
                found.append(accepted)
        return found


def _read(call: Call) -> Accepted | None:
    presses = list(presses_of(call.params.get("reply_markup")))
    about = next((about for press in presses if (about := _about(press)) is not None), None)
    if about is None:
        return None
    return Accepted(
        chat_id=call.params["chat_id"],
        message_id=call.result["message_id"],
        at=call.at,
        about=about,
        is_marked=REPEAT in call.params["text"],
        presses=presses,
    )


def presses_of(markup: Mapping[str, Any] | None) -> Iterator[Press]:
    """What the buttons of a message send."""
    for row in (markup or {}).get("inline_keyboard", ()):
        for button in row:
            if "callback_data" in button:
                yield decode(button["callback_data"])


def _about(press: Press) -> About | None:
    match press:
        case TakeAll() | HoldSlot():
            return About(press.person_id, press.card.at)
        case TakeAllInSummary():
            return About(summary_id=press.notification_id)
        case _:
            return None


def doses_of(accepted: Accepted) -> Sequence[UUID]:
    """The doses that have a Taken button of their own."""
    return [press.dose_id for press in accepted.presses if isinstance(press, Take)]
