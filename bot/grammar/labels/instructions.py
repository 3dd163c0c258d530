"""Takes what a label says beside name, amounts and times out of a line: how something is taken,
what for, and remarks in brackets.

What is taken out is kept as typed. Nothing is taken out of a name: only what follows the first
amount, or is a phrase of several words.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile, takewhile

from bot.grammar.clock_times import PARTS_OF_DAY, looks_like_a_time
from bot.grammar.dates import WEEKDAYS
from bot.grammar.labels.phrases import (
    DOING,
    HOW,
    LONGEST,
    OF_CONDITIONS,
    REASON_ENDS,
    REASONS,
    WAYS,
)
from bot.grammar.labels.turning import CHANGING, STOPPING
from bot.grammar.tokens import Line, Token, words_of

_FORMS = frozenset(
    [
        "drops",
        "tablets",
        "tablet",
        "pills",
        "pill",
        "capsules",
        "cream",
        "ointment",
        "spray",
        "medicine",
        "syrup",
        "gel",
        "patches",
    ]
)
_MOST_REASON_WORDS = 5
_NEEDED = {"needed", "required", "necessary", "prn"}
_JOINTS = {",", "-", ":", ".", ";"}


@dataclass(frozen=True, slots=True)
class Remarks:
    """The rest of a line, with its `instructions` and the `reason` as typed; None for none."""

    tokens: tuple[Token, ...]
    instructions: str | None = None
    reason: str | None = None


def take_remarks(
    line: Line, *, amount_at: int | None, is_said_otherwise: Callable[[Sequence[Token]], bool]
) -> Remarks:
    """Split *line*, whose first amount is at *amount_at*. Words in brackets are a remark unless
    they *are said otherwise*, as part of a schedule.
    """
    taking = _Taking(line, amount_at, is_said_otherwise)
    while taking.at < len(line.tokens):
        taking.take_one()
    notes, reasons = "; ".join(taking.notes), "; ".join(taking.reasons)
    return Remarks(_tidied(taking.kept), notes or None, reasons or None)


class _Taking:
    """Goes through a line once; the tokens before `at` are kept, or are notes or reasons."""

    def __init__(
        self,
        line: Line,
        amount_at: int | None,
        is_said_otherwise: Callable[[Sequence[Token]], bool],
    ) -> None:
        self._line = line
        self._amount_at = amount_at
        self._is_said_otherwise = is_said_otherwise
        self.at = 1
        self.kept: list[Token] = list(line.tokens[:1])
        self.notes: list[str] = []
        self.reasons: list[str] = []

    def take_one(self) -> None:
        tokens, at = self._line.tokens, self.at
        if used := _bracketed(tokens, at):
            self._take_bracketed(tokens[at : at + used])
        elif self._is_after_amount and (used := _conditional(tokens, at)):
            self.notes.append(self._line.typed(tokens[at : at + used]).strip(" .,;"))
        elif self._is_after_amount and (used := _forbidden(tokens, at)):
            self.notes.append(self._line.typed(tokens[at : at + used]).rstrip("."))
        elif (used := self._how_ahead()) > 0:
            self.notes.append(self._line.typed(tokens[at : at + used]))
        elif (used := self._reason_ahead()) > 0:
            start = at + (tokens[at].word == "for")
            self.reasons.append(self._line.typed(tokens[start : at + used]).rstrip("."))
        elif used := _to_be_done(tokens, at):
            pass  # says nothing
        elif _is_doing(tokens, at, is_after_amount=self._is_after_amount):
            used = 1
        else:
            used = 1
            self.kept.append(tokens[at])
        self.at += used

    @property
    def _is_after_amount(self) -> bool:
        return self._amount_at is not None and self.at > self._amount_at

    def _take_bracketed(self, inside: Sequence[Token]) -> None:
        bare = _without_brackets(inside)
        if self._is_after_amount and _conditional(bare, 0) == len(bare):
            self.notes.append(self._line.typed(inside).strip("()[]"))
        elif self._is_said_otherwise(bare):
            self.kept += bare
        elif not _is_remark(bare):
            self.kept += bare  # "(4 mg on Sundays)" is none
        elif self._is_after_amount:
            self.notes.append(self._line.typed(inside).strip("()[]"))
        else:
            self.kept += inside  # "Potassium (Sando-K)"

    def _how_ahead(self) -> int:
        """How many tokens say how it is taken. A verb that names the way belongs to them: "inject
        under the skin", "inhale".
        """
        tokens, at = self._line.tokens, self.at
        if _is_negated(tokens, at):
            return 0  # "not on the same day as methotrexate" is not "on the same day"
        is_verb = not tokens[at].is_quoted and tokens[at].word in WAYS
        if is_verb and _is_doing(tokens, at, is_after_amount=self._is_after_amount):
            return 1 + _how(tokens, at + 1)
        used = _how(tokens, at)
        return used if used > 1 or self._is_after_amount else 0

    def _reason_ahead(self) -> int:
        is_of_name = self.at == 1 and self._line.tokens[0].word in _FORMS  # "Drops for eyes"
        return 0 if is_of_name else _reason(self._line.tokens, self.at)


_NOT = {"not", "don't", "dont", "never", "avoid", "no", "without", "nor"}
_CLAUSE_ENDS = (",", ".", ";")
_FORBIDDEN = {
    "lie",
    "lay",
    "bend",
    "stop",
    "skip",
    "take",
    "give",
    "use",
    "drive",
    "drink",
    "eat",
    "mix",
    "swallow",
    "apply",
    "combine",
}
_LONGEST_CLAUSE = 16


def _is_negated(tokens: Sequence[Token], at: int) -> bool:
    """Whether the clause up to *at* says "not"; a phrase that begins with it says so itself."""
    for token in reversed(tokens[max(0, at - _LONGEST_CLAUSE) : at]):
        if token.word == "," or token.raw.endswith(_CLAUSE_ENDS):
            return False
        if token.word in _NOT and not token.is_quoted:
            return True
    return False


def _forbidden(tokens: Sequence[Token], at: int) -> int:
    """ "Do not take with milk": how many tokens the clause takes; 0 for none, or if it says how
    much or when.
    """
    words = words_of(tokens[at:], _LONGEST_CLAUSE)
    opening = 2 if words[:2] == ["do", "not"] else 1
    says_not = words[:2] == ["do", "not"] or words[:1] in (["don't"], ["dont"], ["never"])
    verb = words[opening : opening + 1]
    if not says_not or not verb or verb[0].rstrip(".") not in _FORBIDDEN:
        return 0
    used = 0
    for token in tokens[at : at + _LONGEST_CLAUSE]:
        if token.word == "," or token.is_quoted:
            break
        used += 1
        word = token.word.rstrip(".;")
        named = word.removesuffix("s")
        if word[:1].isdecimal() or named in WEEKDAYS or named in PARTS_OF_DAY or word in _COUNTED:
            return 0
        if token.raw.endswith((".", ";")):
            break
    return used


_COUNTED = {"more", "than", "exceed", "until", "after", "before", "daily", "twice", "once"}


_IF = frozenset({"if", "when", "unless", "once"})
_MORE = frozenset({"increase", "repeat", "take", "give", "be", "use", "go"})
_HELP = frozenset({"911", "999", "112", "000", "111", "doctor", "gp"})
#: What such a clause begins with, and what follows that.
_OF_CONDITIONS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(OF_CONDITIONS, _IF),
    **dict.fromkeys(("hold", "withhold", "skip", "omit"), _IF | {"for"}),
    **dict.fromkeys(("may", "can"), _MORE),
    **dict.fromkeys(("call", "phone", "ring", "see"), _HELP),
    "repeat": frozenset({"after", "if"}),
    **dict.fromkeys(("recheck", "check", "monitor"), frozenset({"inr", "bloods", "bp", "levels"})),
    "only": frozenset({"if", "when"}),
    "if": frozenset({"no"}),
}


def _says_not_to(words: Sequence[str], last: str) -> bool:
    """ "Don't give if", "do not take unless"."""
    match [*words, last]:
        case ["do", "not", verb, "if" | "when" | "unless"] if verb in _FORBIDDEN:
            return True
        case ["don't" | "dont" | "never" | "not", verb, "if" | "when" | "unless", _]:
            return verb in _FORBIDDEN
        case _:
            return False


_DOSE = {"dose", "doses", "it", "the"}
_STEPS = {"increase", "increasing", "increased", "reduce", "reducing", "decrease"}
_LONGEST_STEP = 8


def is_conditional_step(tokens: Sequence[Token], at: int) -> bool:
    """ "Increase to 20 ml if needed", which is up to whoever gives it, and no step."""
    for token in tokens[at : at + _LONGEST_STEP]:
        if token.word in {",", "then", "after", "for"} or token.is_quoted:
            return False
        if token.word in {"if", "unless"}:
            return True
        if token.raw.endswith((".", ";")):
            return False
    return False


def _conditional(tokens: Sequence[Token], at: int) -> int:
    """ "Hold for HR < 60", "may increase to 4 tablets if needed", "call 911 if no better": how many
    tokens the clause takes; 0 for none, or where it says how long or at what hour.
    """
    words = words_of(tokens[at:], 6)
    words = [*words[:1], *dropwhile(_DOSE.__contains__, words[1:])]  # "double the dose if"
    first, following, third, unit, *_ = (*words[:4], "", "", "", "")
    says_not = _says_not_to((first, following, third), unit)
    is_step = first in _STEPS and following in {"to", "by"} and is_conditional_step(tokens, at)
    if following not in _OF_CONDITIONS.get(first, ()) and not (says_not or is_step):
        return 0
    if following == "for" and third[:1].isdecimal():
        return 0  # "hold for 3 days"
    if following == "after" and unit.rstrip(".,") not in {"min", "mins", "minutes"}:
        return 0  # "repeat after 7 days" is a dose
    used = 0
    for token in tokens[at : at + _LONGEST_CLAUSE]:
        if token.word in {",", "then"} or token.is_quoted or looks_like_a_time(token):
            break
        used += 1
        if token.raw.endswith((".", ";")):
            break
    return used


def _to_be_done(tokens: Sequence[Token], at: int) -> int:
    """ "to be taken": how many tokens, 0 for none."""
    match words_of(tokens[at:], 3):
        case ["to", "be", done] if done in DOING or done.endswith(("ed", "en")):
            return 3
        case _:
            return 0


def _is_doing(tokens: Sequence[Token], at: int, *, is_after_amount: bool) -> bool:
    """ "take", "apply" and the like, after the amount or right before it."""
    if tokens[at].is_quoted or tokens[at].word.rstrip(":") not in DOING:
        return False
    following = tokens[at + 1 : at + 2]
    return is_after_amount or any(each.is_quoted or each.word[:1].isdecimal() for each in following)


def _bracketed(tokens: Sequence[Token], at: int) -> int:
    """How many tokens a remark in brackets takes, 0 for none: "(80 mg total)"."""
    first = tokens[at]
    opening = first.raw[:1]
    if first.is_quoted or opening not in {"(", "["}:
        return 0
    closing = ")" if opening == "(" else "]"
    for end in range(at, min(len(tokens), at + 40)):
        if not tokens[end].is_quoted and closing in tokens[end].raw:
            return end - at + 1
    return 0


def _is_remark(tokens: Sequence[Token]) -> bool:
    """Whether words in brackets say nothing about how much, when, or whether at all."""
    words = {token.word.rstrip(".,") for token in tokens}
    if words & {"total", "x", "="} and not words & (STOPPING | CHANGING):
        return True  # "(80 mg total)", "(2 x 40 mg)"
    if tokens and _how(tokens, 0) == len(tokens):
        return True  # "(not on methotrexate day)"
    if words & _OF_CARE and not words & (STOPPING | CHANGING | _OF_AMOUNTS):
        return True  # "(GP to check bloods in 2 weeks)"
    has_number = any(character.isdecimal() for word in words for character in word)
    names = {word.removesuffix("s") for word in words}
    says_when = bool(names & (WEEKDAYS.keys() | PARTS_OF_DAY.keys() | _OF_AMOUNTS))
    return not (has_number or says_when or words & (STOPPING | CHANGING))


_OF_CARE = {"bloods", "blood", "check", "checked", "review", "reviewed", "gp", "clinic", "nurse"}
_OF_CARE |= {"monitor", "monitored", "call", "phone", "ring", "see", "dr", "doctor", "pharmacist"}
_OF_AMOUNTS = {
    "half",
    "dose",
    "tablet",
    "capsule",
    "twice",
    "once",
    "daily",
    "week",
    "day",
    "month",
}


def _without_brackets(tokens: Sequence[Token]) -> list[Token]:
    bare = [
        Token(token.raw.strip("()[]"), token.word.strip("()[]").rstrip("."), token.start, token.end)
        for token in tokens
    ]
    return [token for token in bare if token.word]


def _how(tokens: Sequence[Token], at: int) -> int:
    """How many tokens the longest phrase about how it is taken takes at *at*."""
    if at >= len(tokens):
        return 0
    expressions = HOW.get("" if tokens[at].is_quoted else tokens[at].word.strip("()"))
    if not expressions:
        return 0
    words = words_of(tokens[at:], LONGEST)
    text = "".join(f"{word} " for word in words)
    ends = [match.end() for each in expressions if (match := each.match(text))]
    return text[: max(ends)].count(" ") if ends else 0


def _reason(tokens: Sequence[Token], at: int) -> int:
    """ "for pain", "for high blood pressure", "if in pain": how many tokens, 0 for none."""
    words = words_of(tokens[at:], _MOST_REASON_WORDS + 1)
    if words and words[0] in REASONS and at and tokens[at - 1].word in _NEEDED:
        found = list(takewhile(lambda word: word in REASONS | {"or", "and"}, words))
        while found and found[-1] in {"or", "and"}:
            found.pop()
        return len(found) + _above(words, len(found))  # "prn pain or sob"
    if not words or words[0] != "for":
        return 0
    end = 0
    for n, word in enumerate(words[1:], start=1):
        if word in REASONS or (end == n - 1 and end and word in REASON_ENDS):
            end = n
        elif end:
            if word not in {"and", "or", "&", "/"}:
                break
        elif n > 3 or word[:1].isdecimal() or word in _JOINTS:
            break
    return end + 1 + _above(words, end + 1) if end else 0


def _above(words: Sequence[str], at: int) -> int:
    """ "over 38", ">101", of a fever: how many words."""
    match [*words[at : at + 2], "", ""][:2]:
        case ["over" | "above" | ">", number] if number[:1].isdecimal():
            return 2
        case [word, _] if word[:1] == ">" and word[1:2].isdecimal():
            return 1
        case _:
            return 0


def _tidied(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Without joints that what was taken out has left behind: ", ,"."""
    kept: list[Token] = []
    for token in tokens:
        is_joint = token.word in _JOINTS and not token.is_quoted
        if is_joint and (not kept or (kept[-1].word in _JOINTS and not kept[-1].is_quoted)):
            continue
        kept.append(token)
    while kept and kept[-1].word in _JOINTS and not kept[-1].is_quoted:
        kept.pop()
    return tuple(kept)
