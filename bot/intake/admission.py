"""Decides whether to act on an update: pure rules about what is known before it is handled."""

from dataclasses import dataclass
from enum import Enum, auto

from bot.grammar.first_words import find_invitation
from bot.redis.rate_limit import Verdict
from bot.ui.presses.conversation import OfFlow
from bot.ui.presses.press import Press, UnreadableCallback
from bot.ui.presses.registry import decode

START = "start"  # whose payload is an invitation, and the only command answered in groups


class UpdateKind(Enum):
    """What kind of update came in."""

    COMMAND = auto()  # also an edited message that isn't handled again: it answers no question
    MESSAGE = auto()
    PRESS = auto()
    EVENT = auto()  # something that happened to the chat and gets no answer


@dataclass(frozen=True)
class Arrival:
    """A parsed update. `name` is the key of its rate limit, None if it has no limit: a press may
    record a dose. `text` is what follows the command, or the whole message. In a group, it
    `is_to_us` if it names the bot or replies to it.
    """

    kind: UpdateKind
    is_private: bool
    name: str | None = None
    text: str | None = None
    press: Press | None = None
    is_to_us: bool = False

    @property
    def is_limited(self) -> bool:
        return self.name is not None

    @property
    def command(self) -> str | None:
        return self.name if self.kind is UpdateKind.COMMAND else None

    @property
    def presents_invitation(self) -> bool:
        """Whether it holds what may be the secret of an invitation."""
        if self.command == START:
            return bool(self.text)
        is_message = self.kind is UpdateKind.MESSAGE and self.text is not None
        return is_message and find_invitation(self.text or "") is not None

    @property
    def may_answer_a_question(self) -> bool:
        """Whether it could answer a conversation's open question."""
        return self.kind is UpdateKind.MESSAGE or isinstance(self.press, OfFlow)

    @property
    def concerns_conversations(self) -> bool:
        """Whether the running conversation matters for it."""
        return self.kind is UpdateKind.COMMAND or self.may_answer_a_question


class Decision(Enum):
    """What to do with an update."""

    HANDLE = auto()
    IGNORE = auto()
    SLOW_DOWN = auto()  # answered once, then ignored
    FAMILY_SLOW_DOWN = auto()  # the same, where it's all of them together
    GO_PRIVATE = auto()  # family matters don't belong in groups
    ANSWER_BY_BUTTON = auto()  # nor is anything recorded there that is only said
    PRESS_IN_PRIVATE = auto()  # nor what this button shows
    CONVERSATIONS_UNAVAILABLE = auto()  # without Redis, nobody knows which question it answers


def admit(arrival: Arrival, verdict: Verdict | None, *, knows_questions: bool = True) -> Decision:
    """What to do with *arrival*. *verdict* is the rate limiter's (None if not limited);
    *knows_questions* is false while the running conversation can't be loaded.
    """
    if verdict is Verdict.REFUSED_FIRST:
        return Decision.SLOW_DOWN
    if verdict is Verdict.FAMILY_REFUSED_FIRST:
        return Decision.FAMILY_SLOW_DOWN
    if verdict is not None and verdict is not Verdict.ALLOWED:
        return Decision.IGNORE
    press = arrival.press
    if press is not None and not arrival.is_private and not press.is_for_groups:
        return Decision.PRESS_IN_PRIVATE
    if arrival.command == START and not arrival.is_private:
        return Decision.HANDLE
    if arrival.is_limited and not arrival.is_private:
        if arrival.kind is UpdateKind.COMMAND:
            return Decision.GO_PRIVATE
        return Decision.ANSWER_BY_BUTTON if arrival.is_to_us else Decision.IGNORE
    if arrival.may_answer_a_question and not knows_questions:
        return Decision.CONVERSATIONS_UNAVAILABLE
    return Decision.HANDLE


def read_press(data: str | None) -> Press | None:
    """The pressed button; None if the bot doesn't know it, or no longer does."""
    try:
        return decode(data or "")
    except UnreadableCallback:
        return None
