"""The position in the words of a schedule, and what has been read so far."""

from collections.abc import Sequence

from bot.grammar.clock_times import TypedTime
from bot.grammar.cursor import Cursor
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.rhythms.patterns import EVERY
from bot.grammar.rhythms.weekdays import GROUPS
from bot.grammar.schedule_parts.parts import DatedPart, MomentWord, ScheduleParts
from bot.grammar.tokens import Line, Token

JOINING = {",", ":", "and", "&", "+", "at", "@", "on", "the", "-"}
FROM = {"from", "starting", "start", "starts", "beginning", "begin", "begins", "commencing"}
UNTIL = {"until", "till", "til", "through", "thru", "ending", "ends", "to"}
UNTIL_OF_TWO = {("up", "to"), ("last", "day"), ("last", "dose")}


class ScheduleCursor(Cursor):
    """Points at a token; the tokens before it are in `parts`, and their times in `clock`."""

    def __init__(self, line: Line, tokens: Sequence[Token]) -> None:
        super().__init__(tokens)
        self.line = line
        self.parts = ScheduleParts()
        self.dated_parts: list[DatedPart] = []
        self.clock: list[TypedTime | MomentWord] = []
        self.last_was_time = False
        self.has_times = False
        self.is_after_days = False  # times came before days: more of either would be guesswork

    @property
    def word(self) -> str:
        return self.peek()

    def set_once(self, part: str, value: object) -> None:
        if getattr(self.parts, part) not in {None, value}:
            raise self.contradiction()
        setattr(self.parts, part, value)

    def unknown(self) -> Misunderstood:
        """From the word that doesn't fit up to the next one that does."""
        end = self.at + 1
        known = JOINING - {"the"} | EVERY | FROM | UNTIL | set(GROUPS) | {"for", "daily"}
        while (
            end < len(self.tokens)
            and self.tokens[end].word not in known
            and not self.tokens[end].word[:1].isdecimal()
        ):
            end += 1
        return Misunderstood(Problem.UNKNOWN_WORDS, self.line.typed(self.tokens[self.at : end]))

    def contradiction(self) -> Misunderstood:
        return Misunderstood(Problem.CONTRADICTION, self.line.typed(self.tokens))

    def other_times_on_other_days(self) -> Misunderstood:
        """ "monday 08:00, tuesday 09:00", "08:00 daily except sunday 10:00"."""
        return Misunderstood(Problem.ONE_RHYTHM, self.line.typed(self.tokens))
