"""The position in the words of a schedule, and what has been read so far."""

from collections.abc import Sequence

from bot.grammar.clock_times import TypedTime
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.parts import MomentWord, ScheduleParts
from bot.grammar.tokens import Line, Token
from domain.local_time import WEEKEND, WORKDAYS

DAY_GROUPS = {
    "weekday": WORKDAYS,
    "weekdays": WORKDAYS,
    "workday": WORKDAYS,
    "workdays": WORKDAYS,
    "weekend": WEEKEND,
    "weekends": WEEKEND,
}
JOINING = {",", ":", "and", "&", "+", "at", "@", "on", "the", "-"}
EACH = {"every", "each"}
FROM = {"from", "starting", "start", "starts", "beginning"}
UNTIL = {"until", "till", "til", "through", "thru", "ending", "ends", "to"}
UNTIL_OF_TWO = {("up", "to"), ("last", "day"), ("last", "dose")}


class Cursor:
    """Points at a token; the tokens before it are in `parts`, and their times in `clock`."""

    def __init__(self, line: Line, tokens: Sequence[Token]) -> None:
        self.line = line
        self.tokens = tokens
        self.at = 0
        self.parts = ScheduleParts()
        self.clock: list[TypedTime | MomentWord] = []
        self.last_was_time = False
        self.has_times = False
        self.is_after_days = False  # times came before days: more of either would be guesswork

    @property
    def word(self) -> str:
        token = self.tokens[self.at]
        return "" if token.is_quoted else token.word

    def peek(self, ahead: int = 1) -> str:
        position = self.at + ahead
        if not 0 <= position < len(self.tokens) or self.tokens[position].is_quoted:
            return ""
        return self.tokens[position].word

    def set_once(self, part: str, value: object) -> None:
        if getattr(self.parts, part) not in {None, value}:
            raise self.contradiction()
        setattr(self.parts, part, value)

    def unknown(self) -> Misunderstood:
        """From the word that doesn't fit up to the next one that does."""
        end = self.at + 1
        known = JOINING - {"the"} | EACH | FROM | UNTIL | set(DAY_GROUPS) | {"for", "daily"}
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
