"""Whether an update is acted on: pure rules on what is known of it before anybody does."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.redis.rate_limit import Verdict
from bot.ui.presses.conversation import OfFlow
from bot.ui.presses.press import Press, UnreadableCallback
from bot.ui.presses.registry import decode


class UpdateKind(Enum):
    """What came in."""

    COMMAND = auto()  # an edited message that is not read anew, too: it answers no question
    MESSAGE = auto()
    PRESS = auto()
    EVENT = auto()  # something that happened to the chat, and is not answered


@dataclass(frozen=True)
class Arrival:
    """What came in, parsed. `name` is what its rate is limited by, None where it is not: a press
    may be a dose. `text` follows the command, or is the message.
    """

    kind: UpdateKind
    is_private: bool
    name: str | None = None
    text: str | None = None
    press: Press | None = None

    @property
    def is_limited(self) -> bool:
        return self.name is not None

    @property
    def command(self) -> str | None:
        return self.name if self.kind is UpdateKind.COMMAND else None

    @property
    def may_answer_a_question(self) -> bool:
        """Whether it may be the reply to a conversation's open question."""
        return self.kind is UpdateKind.MESSAGE or isinstance(self.press, OfFlow)

    @property
    def concerns_conversations(self) -> bool:
        """Whether the running conversation makes a difference."""
        return self.kind is UpdateKind.COMMAND or self.may_answer_a_question


class Decision(Enum):
    """What becomes of an update."""

    HANDLE = auto()
    IGNORE = auto()
    SLOW_DOWN = auto()  # said once, then ignored
    GO_PRIVATE = auto()  # what families type is not for groups
    FORGETFUL = auto()  # nobody knows which question it answers


def admit(arrival: Arrival, verdict: Verdict | None, *, knows_questions: bool = True) -> Decision:
    """What becomes of *arrival*: *verdict* is that of its rate limit (None: not limited), and
    *knows_questions* is false while nobody knows which conversation is running.
    """
    if verdict is Verdict.REFUSED_FIRST:
        return Decision.SLOW_DOWN
    if verdict is not None and verdict is not Verdict.ALLOWED:
        return Decision.IGNORE
    if arrival.is_limited and not arrival.is_private:
        return Decision.GO_PRIVATE if arrival.kind is UpdateKind.COMMAND else Decision.IGNORE
    if arrival.may_answer_a_question and not knows_questions:
        return Decision.FORGETFUL
    return Decision.HANDLE


def read_press(data: str | None) -> Press | None:
    """The button that was pressed; None of one that the bot does not know (any more)."""
    try:
        return decode(data or "")
    except UnreadableCallback:
        return None
