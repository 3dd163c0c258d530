"""Ways of writing several amounts: "1-0-1", "½-0-½", "10-0-8 units", "alternating 5 mg and 7.5 mg",
"reduce to".

They are put into the words that the readers of amounts know.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.grammar.clock_times import NAMED, looks_like_a_time
from bot.grammar.dates import WEEKDAYS
from bot.grammar.dosages import quantity_ends
from bot.grammar.labels.cycles import with_cycles
from bot.grammar.labels.instructions import is_conditional_step
from bot.grammar.labels.numbered_days import with_lengths
from bot.grammar.labels.phrases import DOING
from bot.grammar.labels.short_forms import SpelledOut
from bot.grammar.labels.tables import amounts_in, is_strength_at, with_parts_joined, without_tables
from bot.grammar.problems import Misunderstood
from bot.grammar.schedule_parts.counts import UNITS
from bot.grammar.tokens import Token, words_of
from bot.grammar.units import name_of_unit
from domain.medicines.dosages import THINGS

_NEXT = (
    ("reduce", "to"),
    ("reducing", "to"),
    ("reduced", "to"),
    ("decrease", "to"),
    ("decreasing", "to"),
    ("down", "to"),
    ("increase", "to"),
    ("increasing", "to"),
    ("followed", "by"),
    ("after", "that"),
    ("and", "thereafter"),
    ("thereafter",),
    ("afterwards",),
    ("subsequently",),
)
_ALTERNATING = (
    ("alternating", "with"),
    ("alternating", "between"),
    ("alternately",),
    ("in", "alternation"),
    ("alternating", "days"),
    ("alternating", "daily"),
    ("on", "alternate", "days"),
    ("alternate", "days"),
    ("alternate",),
    ("one", "day"),
    ("the", "next", "day"),
    ("the", "next"),
    ("next", "day"),
    ("the", "other", "day"),
    ("the", "other"),
    ("the", "following", "day"),
)
#: "alternate days" after two amounts, but not in "every other day" of one.
_MARKS = {"alternating", "alternately", "alternation", "alternate"}


def spell_out_patterns(
    tokens: Sequence[Token],
) -> tuple[tuple[Token, ...], tuple[SpelledOut, ...]]:
    """The *tokens* with such patterns in words, and the tables that were spelled out."""
    kept = _with_days_of_parts(with_cycles(_without_stop(_by_weekday(tokens))))
    kept = _with_units(with_parts_joined(with_lengths(_with_then(kept))))
    kept, tables = without_tables(kept)
    return _with_alternation(kept), tables


def _with_days_of_parts(tokens: Sequence[Token]) -> Sequence[Token]:
    """ "Alternate mornings", "every second evening": every other day, in the morning."""
    kept: list[Token] = []
    for at, token in enumerate(tokens):
        part = "" if token.is_quoted or not at else token.word.removesuffix("s")
        if part in _PARTS and tokens[at - 1].word in _EVERY_OTHER:
            kept[-1] = replace(tokens[at - 1], raw="other", word="other")
            if kept[-2:-1] and kept[-2].word != "every":
                kept.insert(-1, replace(tokens[at - 1], raw="every", word="every"))
            kept.append(replace(token, raw=part, word=part))
        else:
            kept.append(token)
    return kept


_PARTS = {"morning", "afternoon", "evening"}
_EVERY_OTHER = {"alternate", "second", "2nd"}


def _with_then(tokens: Sequence[Token]) -> tuple[Token, ...]:
    kept: list[Token] = []
    at = 0
    while at < len(tokens):
        used = _phrase(tokens, at, _NEXT) if at else 0
        if at and tokens[at - 1].word in {"may", "can"}:
            used = 0  # "may increase to 4 tablets" is no step
        if used and is_conditional_step(tokens, at):
            used = 0
        if not used:
            kept.append(tokens[at])
        # "Thereafter" may end it, or stand before a remark.
        elif (
            kept[-1].word != "then"
            and tokens[at + used : at + used + 1]
            and not (tokens[at + used].raw.startswith("("))
        ):
            kept.append(replace(tokens[at], raw="then", word="then"))
        at += used or 1
    return tuple(kept)


_COUNTS = {"one", "two", "three", "four", "half", "½", "1", "2", "3", "4", "1½", "1-2", "2-3"}
_BEFORE_COUNTS = DOING | {"and", "&", "+", ",", "then", "plus", "or", "-", "."}
_AFTER_COUNTS = {
    "every",
    "in",
    "at",
    "with",
    "before",
    "after",
    "once",
    "twice",
    "daily",
    "a",
    "each",
}
_AFTER_COUNTS |= {"three", "four", "to", "on", "as", "when", "if", "nightly", "morning", "night"}
_AFTER_COUNTS |= {"mane", "nocte", "when", "3", "4", "up", "now", "by"}


def _with_units(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """ "20 mg tablets, take one at night": one tablet."""
    form = _form_of(tokens)
    if form is None:
        return _without_ones(tokens)
    form_at, unit = form
    kept: list[Token] = []
    for at, token in enumerate(tokens):
        kept.append(token)
        if at <= form_at or token.is_quoted or token.word not in _COUNTS:
            continue
        before = tokens[at - 1].word.rstrip(":.")
        following = tokens[at + 1].word if at + 1 < len(tokens) else "at"
        is_count = before in _BEFORE_COUNTS or at == form_at + 1
        if is_count and following in _AFTER_COUNTS and not _is_how_often(tokens, at):
            several = token.word not in {"one", "1", "half", "½"}
            word = f"{unit}s" if several else unit
            kept.append(replace(token, raw=word, word=word))
    return tuple(kept)


def _without_ones(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """ "20 mg, one at night", "10mg 1 at 8am & 1 at 8pm": one of a strength is that dose itself."""
    strength = next((at for at in range(1, len(tokens)) if is_strength_at(tokens, at)), None)
    if strength is None:
        return tuple(tokens)
    behind = tokens[strength + 1 :]
    counts_things = any(name_of_unit(token.word.rstrip(".,")) in THINGS for token in behind)
    if counts_things or any(map(_is_another_count, behind, [*behind[1:], _NOTHING])):
        return tuple(tokens)
    ones = [
        at
        for at in range(strength + 1, len(tokens) - 1)
        if tokens[at].word in _COUNTS
        and not tokens[at].is_quoted
        and (at == strength + 1 or tokens[at - 1].word.rstrip(":.") in _BEFORE_COUNTS)
        and tokens[at + 1].word in _AFTER_COUNTS | _SHORT_HOW_OFTEN
        and not _is_how_often(tokens, at)
    ]
    if not ones or any(tokens[at].word not in {"one", "1"} for at in ones):
        return tuple(tokens)
    return tuple(token for at, token in enumerate(tokens) if at not in ones)


def _is_another_count(token: Token, following: Token) -> bool:
    """ "two", "half"; not "2 weeks"."""
    is_length = UNITS.get(following.word.rstrip(".,;")) is not None or following.word == "times"
    return token.word in _COUNTS - {"one", "1"} and not is_length


_NOTHING = Token("", "", 0, 0)
_SHORT_HOW_OFTEN = {"od", "bd", "tds", "qds", "om", "on"}


def _is_how_often(tokens: Sequence[Token], at: int) -> bool:
    """ "one a day" is an amount; "four times" and "2 to 3 weeks" are none."""
    words = words_of(tokens[at + 1 :], 2)
    return words[:1] == ["to"] and words != ["to", "be"]


def _form_of(tokens: Sequence[Token]) -> tuple[int, str] | None:
    """Where the form stands after a strength ("20 mg tablets"), and its singular."""
    for at in range(2, len(tokens)):
        if tokens[at].is_quoted or name_of_unit(tokens[at - 1].word) in {None, *THINGS}:
            glued = re.fullmatch(
                r"[\d.,]+([a-zµμ]+)(?:/[\d.]*h(?:rs?|ours?)?)?", tokens[at - 1].word
            )
            if glued is None or name_of_unit(glued[1]) in {None, *THINGS}:
                continue
        unit = name_of_unit(tokens[at].word.rstrip(".:"))
        if unit in _FORMS:
            return at, unit
    return None


_FORMS = {"tablet", "capsule", "caplet", "sachet", "suppository", "pessary", "patch", "lozenge"}


def _by_weekday(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """ "Mon 3mg Tue 4mg Wed 3mg": 3 mg on Mon and Wed, 4 mg on Tue."""
    at = next((n for n in range(1, len(tokens)) if _day_and_amount(tokens, n)), None)
    if at is None:
        return tuple(tokens)
    days: dict[tuple[str, ...], list[Token]] = {}
    amounts: dict[tuple[str, ...], tuple[Token, ...]] = {}
    start, count = at, 0
    while found := _day_and_amount(tokens, at):
        amount = tuple(tokens[at + 1 : found])
        key = tuple(token.word for token in amount)
        days.setdefault(key, []).append(tokens[at])
        amounts.setdefault(key, amount)
        count, at = count + 1, found
        at += at < len(tokens) and tokens[at].word in {",", "and"}
    if count < 2:
        return tuple(tokens)
    written: list[Token] = []
    for key, amount in amounts.items():
        comma = replace(amount[0], raw=",", word=",")
        written += [*([comma] if written else []), *amount, *days[key]]
    return (*tokens[:start], *written, *tokens[at:])


def _day_and_amount(tokens: Sequence[Token], at: int) -> int | None:
    """Where "Mon 3mg" at *at* ends; None if there is none."""
    if at >= len(tokens) or tokens[at].is_quoted or tokens[at].word.rstrip(":") not in WEEKDAYS:
        return None
    try:
        return quantity_ends(tokens, at + 1)
    except Misunderstood:
        return None


def _without_stop(tokens: Sequence[Token]) -> Sequence[Token]:
    """ "for 5 days, then stop": the end has been given already."""
    words = [token.word for token in tokens]
    if words[-1:] != ["stop"] or not {"day", "days", "week", "weeks"} & set(words):
        return tokens
    end = len(tokens) - 1
    while end > 1 and words[end - 1] in {"then", ",", "and"}:
        end -= 1
    is_after_length = words[end - 1] in {"day", "days", "week", "weeks"} and end < len(tokens) - 1
    return tokens[:end] if is_after_length else tokens


def _with_alternation(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Two amounts that alternate, with one word for it after the last amount."""
    words = [token.word for token in tokens if not token.is_quoted]
    is_told = bool(_MARKS & set(words)) or "one day , " in f"{' '.join(words)} ".replace(",", " ,")
    is_told = is_told or ("one day" in " ".join(words) and "next" in words)
    amounts = amounts_in(tokens) if is_told else []
    if len(amounts) < 2:
        return tokens
    if not (_MARKS - {"alternate"}) & set(words) and _count_times(tokens) > 1:
        return tokens  # "2 tablets at 14:00 and 1 at 20:00, on alternate days"
    if {"then", "for"} & {t.word for t in tokens[amounts[0].end : amounts[-1].start]}:
        return tokens  # "25 mg on alternate days for 2 weeks, then 25 mg daily"
    kept: list[Token] = []
    mark: Token | None = None
    at = 0
    while at < len(tokens):
        used = _phrase(tokens, at, _ALTERNATING) if at else 0
        if not used and at and tokens[at].word == "alternating":
            used = 1
        if used:
            mark = tokens[at]
            if kept and kept[-1].word not in {",", "and"} and amounts[-1].start > at:
                kept.append(replace(tokens[at], raw="and", word="and"))
        else:
            kept.append(tokens[at])
        at += used or 1
    if mark is not None:
        kept.append(replace(mark, raw="alternating", word="alternating"))
    while len(kept) > 1 and kept[1].word == "and":
        kept.pop(1)
    return tuple(kept)


def _count_times(tokens: Sequence[Token]) -> int:
    found = 0
    for at, token in enumerate(tokens):
        is_amount = at + 1 < len(tokens) and name_of_unit(tokens[at + 1].word) is not None
        is_time = looks_like_a_time(token) and not is_amount
        found += is_time or token.word in NAMED or token.word in {"bedtime", "night"}
    return found


def _phrase(tokens: Sequence[Token], at: int, phrases: Sequence[tuple[str, ...]]) -> int:
    """How many tokens the longest of *phrases* takes at *at*, 0 for none."""
    used = 0
    for phrase in phrases:
        ahead = tokens[at : at + len(phrase)]
        matches = tuple(token.word for token in ahead) == phrase
        if matches and not any(token.is_quoted for token in ahead):
            used = max(used, len(phrase))
    return used
