"""How much may be sent: Telegram's limits, and how they are shared."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Budget:
    """How much may be sent. Seconds are the pause between two messages to the same chat."""

    per_second: float = 30
    #: Shares of that. The bulk never gets the answers' share, since answers come unannounced;
    #: answers get the bulk's share while none of it could be sent.
    kept_for_interactive: float = 5
    kept_for_bulk: float = 20
    per_chat_seconds: float = 1.0
    per_group_seconds: float = 3.0
    #: How many messages may be sent to a chat in a row before its pause counts: Telegram allows
    #: short bursts, and a card must not wait because somebody has just been chatting. Answers may
    #: go further than the bulk, so that the bulk never delays them.
    interactive_burst: int = 5
    bulk_burst: int = 3

    @classmethod
    def unlimited(cls) -> "Budget":
        """No limits, for benchmarks; a wait that Telegram's 429 asks for is still observed."""
        return cls(
            per_second=math.inf,
            kept_for_interactive=0,
            kept_for_bulk=0,
            per_chat_seconds=0,
            per_group_seconds=0,
        )

    @property
    def bulk_per_second(self) -> float:
        return self.per_second - self.kept_for_interactive

    def chat_seconds(self, chat_id: int) -> float:
        """Groups have negative ids."""
        return self.per_group_seconds if chat_id < 0 else self.per_chat_seconds
