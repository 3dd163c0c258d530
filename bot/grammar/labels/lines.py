"""A line as the readers of amounts and schedules need it: short forms and tables of amounts in
words, and remarks taken out.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from bot.grammar.dosages import find_dosages, parse_dosage, strengths_in
from bot.grammar.labels.hurried_forms import spell_out_hurried
from bot.grammar.labels.instructions import take_remarks
from bot.grammar.labels.patterns import spell_out_patterns
from bot.grammar.labels.short_forms import SpelledOut, spell_out
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedule_parts.reading import read_parts
from bot.grammar.tokens import Line, Token, relaid, tokenize
from domain.medicines.dosages import THINGS
from domain.medicines.facts import LONGEST_INSTRUCTIONS, LONGEST_REASON

# A message can have 4,096 characters, but no medicine needs that many.
LONGEST_LINE = 1000
MOST_WORDS = 150  # 480 words of two letters took a tenth of a second


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A *line* to read, with the `instructions` and the `reason` that it had, and the short forms
    that were spelled out.
    """

    line: Line
    instructions: str | None
    reason: str | None
    spelled_out: tuple[SpelledOut, ...]


def check_notes(instructions: str | None, reason: str | None) -> None:
    """Raises `Misunderstood` for notes that are too long to be kept, and for those that can't both
    be meant of every dose: "left eye; right eye".
    """
    for note, longest in ((instructions, LONGEST_INSTRUCTIONS), (reason, LONGEST_REASON)):
        if note is not None and len(note) > longest:
            raise Misunderstood(Problem.WORDS_TOO_LONG, note)
    known: dict[tuple[str, ...], str] = {}
    for note in (instructions or "").split("; "):
        said = note.casefold().split()
        plain = (word.removesuffix("s") for word in said if word not in _SAY_NOTHING)
        without = tuple("" if word in _OPPOSITES else word for word in plain)
        other = known.setdefault(without, note)
        if "" in without and other.casefold() != note.casefold():
            raise Misunderstood(Problem.NOTES_CONTRADICT, f"{other}; {note}")


_OPPOSITES = {"left", "right", "both", "each", "l", "r", "before", "after", "with", "without"}
_SAY_NOTHING = {"in", "into", "to", "the", "on", "only", "a", "of"}


#: Stands before the words of a schedule, since the first word of a line is part of a name.
_NAME = Token("", "", 0, 0, is_quoted=True)


def read_label(line: Line) -> LabelLine:
    """A line that begins with a name."""
    tokens, spelled = spell_out(spell_out_hurried(line.tokens))
    tokens, patterns = spell_out_patterns(_without_total(tokens))
    if tokens != line.tokens:
        line = relaid(tokens)
    remarks = take_remarks(line, amount_at=_first_amount(line), is_said_otherwise=_is_schedule)
    rest = line if remarks.tokens == line.tokens else relaid(remarks.tokens)
    return LabelLine(rest, remarks.instructions, remarks.reason, (*spelled, *patterns))


def _without_total(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """ "2.5 mg tablets, take 6 tablets (15 mg)": what the amount is together says nothing more."""
    at = next((n for n, token in enumerate(tokens) if n and token.raw[:1] == "("), None)
    end = None
    if at is not None and not tokens[at].is_quoted:
        closes = (n for n in range(at, len(tokens)) if tokens[n].raw.endswith(")"))
        end = next(closes, None)
    if at is None or end is None:
        return tuple(tokens)
    try:
        total = parse_dosage(" ".join(token.raw for token in tokens[at : end + 1]).strip("()"))
        before = find_dosages(relaid(tokens[:at]))
    except Misunderstood:
        return tuple(tokens)
    if not before or before[-1].end != at or before[-1].dosage.unit not in THINGS:
        return tuple(tokens)
    given, together = before[-1].dosage, (total.amount, total.unit)
    strengths = [*strengths_in(given.words), *(each.dosage for each in before[:-1])]
    is_same = any(
        together == (each.amount * given.amount, each.unit)
        for each in strengths
        if each.amount is not None and given.amount is not None
    )
    return (*tokens[:at], *tokens[end + 1 :]) if is_same else tuple(tokens)


def tokenize_direction(text: str) -> Line:
    """Raises `Misunderstood` for more than anybody types about a medicine: reading it would hold up
    everybody else.
    """
    if len(text) > LONGEST_LINE:
        raise Misunderstood(Problem.TOO_LONG)
    for said, meant in _SAID_OTHERWISE:
        text = said.sub(meant, text)
    line = tokenize(_amounts_first(text))
    if len(line.tokens) > MOST_WORDS:
        raise Misunderstood(Problem.TOO_LONG)
    return line


_A_TIME = r"\d{1,2}(?:[:.]\d\d)?\s?[ap]\.?m\b|\d{1,2}:\d\d\b|\bnoon\b"
_UNIT = r"(?:mg|mcg|g|ml|units?|u|iu|tabs?|tablets?|caps?|capsules?|puffs?|drops?)"
_AN_AMOUNT = rf"[\d.½¼]+\s?{_UNIT}\b"
_THING = r"(?:an?\s+)?(?:tab|cap|pill|ml|puff|unit|drop|sachet|spoon|tea|mg|mcg|scoop|patch)"
_COUNT = "one|two|three|four|five|[1-5]"
_AND_HALF = rf"(?<![:.\d])(?<!at\s)\b({_COUNT})\s+(?:and|&|\+|plus)\s+(?:half|½)(?=\s+{_THING})"
_DAYS_NAMED = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?(?:\s*(?:,|&|/|and)\s*|\b))+"


def _number(text: str) -> Fraction:
    """ "1/2", "½", "2.5"."""
    return Fraction({"½": "1/2", "¼": "1/4", "¾": "3/4"}.get(text, text))


_N = r"(?:1/[2-4]|3/4|\d+(?:\.\d+)?|[½¼¾])(?![/\d])"
_NO_DAY = r"(?<![\w.:/])(?<!day\s)(?<!days\s)(?<!week\s)(?<!weeks\s)(?<!omega\s)(?<!factor\s)"
_SAID_OTHERWISE: Sequence[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]] = [
    # "1 - 2 tablets"; "day 1 - 5 mg" is none.
    (
        re.compile(rf"(?i){_NO_DAY}({_N})\s+[-\u2013\u2014]\s+(?=({_N})\s*{_UNIT}\b)"),
        lambda found: f"{found[1]}-" if _number(found[1]) < _number(found[2]) else found[0],
    ),
    (re.compile(r"(?i)\b(?:at\s+)?last thing(?:\s+at\s+(?:night|nite|bedtime))?\b"), "at bedtime"),
    (re.compile(r"(?i)\bbed[-\s]time\b"), "bedtime"),
    (re.compile(r"(?i)\bbrekk(?:y|ie)\b"), "breakfast"),
    (re.compile(rf"(?i)\b(?:half|½|1/2)\s+(?:to|or)\s+(?:one|1)\b(?!\s*{_THING})"), "½-1 tablet"),
    (re.compile(r"(?i)\b12\s+(?=(?:noon|midday|midnight)\b)"), ""),  # no 12 mg at noon
    # What comes after something that nobody can foresee is as needed.
    (
        re.compile(
            r"(?i)^(?!.*\b(?:needed|prn)\b)(.*)(?=\bafter (?:each|every) loose (?:stool|motion))"
        ),
        r"\1as needed ",
    ),
    # Which the steps say that follow.
    (re.compile(rf"(?i)\b(?:titration|titrate|taper)[:,]?\s+(?=[\d.½]+\s?{_UNIT}\b)"), ""),
    # Of one tablet and half of another, of a patch of seven days that is changed on Thursdays.
    (
        re.compile(rf"(?i)(?<![:./\d])(\d)\s+(?:and|&)\s+(?:a\s+)?(?:half|½|1/2)(?=\s+{_THING})"),
        r"\1½",
    ),
    (re.compile(rf"(?i){_AND_HALF}"), r"\1 and a half"),
    (re.compile(rf"(?i)\bone[-\s]half(?:\s+of)?(?=\s+{_THING})"), "half"),
    (re.compile(r"(?i)\b\d{1,2}[-\s]day\s+(?=patch)"), ""),
    (
        # "Except Tue and Sat 2.5 mg": these days have another amount.
        re.compile(rf"(?i)\b(?:except|apart from)(?: on)?\s+({_DAYS_NAMED})\s+({_AN_AMOUNT})"),
        r"but \2 on \1",
    ),
    (
        re.compile(r"(?i)\b(patch(?:es)?)[,:]?\s+(?:to be )?changed?\s+(?=every|each|on|week)"),
        r"\1 ",
    ),
]


def _amounts_first(text: str) -> str:
    """ "200mg 8am, 400mg 8pm", for "8am 200mg, 8pm: 400mg": each amount before its time, if these
    are all that is said of times and amounts.
    """
    found = list(_TIME_AND_AMOUNT.finditer(text))
    rest = _TIME_AND_AMOUNT.sub(" ", text)
    if len(found) < _SEVERAL or _AMOUNT.search(rest) or _TIME.search(rest):
        return text
    if any(text[one.end() : other.start()].strip() for one, other in pairwise(found)):
        return text  # "8am 200 mg on mondays, 8pm 400 mg"
    before, after = text[: found[0].start()], text[found[-1].end() :]
    return before + ", ".join(f"{each['amount']} {each['time']}" for each in found) + after


_SEVERAL = 2
_TIME = re.compile(rf"(?i)(?:{_A_TIME})")
_AMOUNT = re.compile(rf"(?i)(?:{_AN_AMOUNT})")
_TIME_AND_AMOUNT = re.compile(
    rf"(?i)(?:\bat\s+)?\b(?P<time>{_A_TIME})(?:\s?[:=-]\s?|\s+)(?P<amount>{_AN_AMOUNT})"
    r"(?:\s?[,;]|\s+(?:and|&|\+|plus))?"
)


def read_words(text: str) -> LabelLine:
    """Words without a name: an answer, or a change. Raises `Misunderstood` for too many."""
    typed = tokenize_direction(text)
    label = read_label(Line(typed.text, (_NAME, *typed.tokens)))
    return LabelLine(
        relaid(label.line.tokens[1:]), label.instructions, label.reason, label.spelled_out
    )


def _first_amount(line: Line) -> int | None:
    if line.tokens and line.tokens[0] is _NAME:
        return -1
    try:
        found = find_dosages(line)
    except Misunderstood:
        return 1
    return found[0].start if found else None


def _is_schedule(tokens: Sequence[Token]) -> bool:
    """Whether words in brackets say when: "(in the morning)"."""
    try:
        parts = read_parts(relaid(tokens), tokens)
    except Misunderstood:
        return False
    return bool(parts.times or parts.moments or parts.beside_times())
