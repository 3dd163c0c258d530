"""Ways of writing several amounts: "1-0-1", "½-0-½", "10-0-8 units", "alternating 5 mg and 7.5 mg",
"reduce to".

They are put into the words that the readers of amounts know.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.grammar.clock_times import NAMED, looks_like_a_time
from bot.grammar.dates import WEEKDAYS
from bot.grammar.dosages import FoundDosage, find_dosages, quantity_ends
from bot.grammar.labels.cycles import with_cycles
from bot.grammar.labels.instructions import is_conditional_step
from bot.grammar.labels.numbered_days import with_lengths
from bot.grammar.labels.phrases import DOING
from bot.grammar.labels.short_forms import SpelledOut
from bot.grammar.problems import Misunderstood
from bot.grammar.tokens import Line, Token, relaid, words_of
from bot.grammar.units import name_of_unit
from domain.medicines.dosages import THINGS

# A date has leading zeros or a year.
_NUMBER = r"(?:0|[1-9]\d{0,2}(?:[.,]\d+)?|0[.,]\d+|\d*[½¼¾]|\d/\d)"
_TABLE = re.compile(rf"{_NUMBER}(?:-{_NUMBER}){{2,3}}")
_WHEN = ("in the morning", "at noontime", "in the evening", "at bedtime")

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
    kept = _with_units(_with_parts_joined(with_lengths(_with_then(kept))))
    kept, tables = _without_tables(kept)
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
        elif kept[-1].word != "then" and at + used < len(tokens):  # "thereafter" may end it
            kept.append(replace(tokens[at], raw="then", word="then"))
        at += used or 1
    return tuple(kept)


_COUNTS = {"one", "two", "three", "four", "half", "½", "1", "2", "3", "4", "1½", "1-2", "2-3"}
_BEFORE_COUNTS = DOING | {"and", ",", "then", "plus", "or", "-", "."}
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
        return tuple(tokens)
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


def unread_table(line: Line) -> int | None:
    """Where "1-0-2" stands that could not be spelled out, since nobody knows of what."""
    for at, token in enumerate(line.tokens):
        if at and not token.is_quoted and _TABLE.fullmatch(token.word):
            return at
    return None


def _without_tables(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], tuple[SpelledOut, ...]]:
    """ "Metformin 500 mg 1-0-1": in the morning and in the evening."""
    tokens = _with_tables_joined(tokens)
    for at in range(1, len(tokens)):
        if tokens[at].is_quoted or not _TABLE.fullmatch(tokens[at].word):
            continue
        amounts = tokens[at].word.split("-")
        following = tokens[at + 1].word if at + 1 < len(tokens) else ""
        unit, used = (following, 1) if name_of_unit(following) else ("", 0)
        taken = [
            (amount, when)
            for amount, when in zip(amounts, _WHEN, strict=False)
            if amount.strip("0.,") not in {"", "/"}
        ]
        if not taken:
            continue
        words = _words_of_table(tokens[:at], taken, unit)
        if words is None:
            continue
        spelled = SpelledOut(tokens[at].raw, words.replace("noontime", "noon"), to_confirm=True)
        written = [
            replace(tokens[at], raw=word, word=word.casefold())
            for word in words.replace(",", " ,").split()
        ]
        return (*tokens[:at], *written, *tokens[at + 1 + used :]), (spelled,)
    return tuple(tokens), ()


def _with_parts_joined(tokens: Sequence[Token]) -> Sequence[Token]:
    """ "1 morning, 1 evening" as "1-0-1-0"; "8 morning" may be the hour."""
    for at in range(2, len(tokens) - 3):
        if not _is_strength(tokens[at - 2], tokens[at - 1]):
            continue
        counts = ["0"] * len(_WHEN)
        last, end, found = -1, at, 0
        while end + 1 < len(tokens):
            end += end > at and tokens[end].word in {",", "and", "&", "+"}
            count, *rest = (token.word for token in (*tokens[end : end + 4], *(_END,) * 4)[:4])
            skip = 2 if rest[:2] == ["in", "the"] else rest[0] in {"at", "every"}
            if skip and tokens[at - 1].word in {"tablets", "tabs"}:
                break  # of which one is one tablet
            amount, place = _FEW.get(count), _PLACES.get(rest[skip].rstrip(","))
            if amount is None or place is None or place <= last or tokens[end].is_quoted:
                break
            counts[place], last, end, found = amount, place, end + skip + 2, found + 1
        if found > 1:
            raw = " ".join(token.raw for token in tokens[at:end])
            word = "-".join(counts)
            table = replace(tokens[at], raw=raw, word=word, end=tokens[end - 1].end)
            return (*tokens[:at], table, *tokens[end:])
    return tokens


def _is_strength(before: Token, token: Token) -> bool:
    """ "5mg", "5 mg", "5mg tablets"."""
    words = f"{before.word} {token.word}".removesuffix(" tablets").removesuffix(" tabs")
    return not token.is_quoted and bool(_STRENGTH.search(words))


_STRENGTH = re.compile(r"(?:^|[\d ])(?:mg|mcg|µg|g|micrograms?|milligrams?)$")
_END = Token("", "", 0, 0)
_FEW = {"1": "1", "one": "1", "2": "2", "two": "2", "3": "3", "three": "3", "½": "½", "half": "½"}
_PLACES = {"morning": 0, "mane": 0, "am": 0, "noon": 1, "midday": 1, "evening": 2}
_PLACES |= {"bedtime": 3, "night": 3, "nocte": 3}


def _with_tables_joined(tokens: Sequence[Token]) -> Sequence[Token]:
    """ "1 - 0 - 1" as one word."""
    for at in range(1, len(tokens) - 4):
        run = at
        while run + 2 < len(tokens) and tokens[run + 1].word == "-" and not tokens[run].is_quoted:
            run += 2
        word = "".join(token.word for token in tokens[at : run + 1])
        if run - at >= 4 and _TABLE.fullmatch(word):
            table = replace(tokens[at], raw=word, word=word, end=tokens[run].end)
            return (*tokens[:at], table, *tokens[run + 1 :])
    return tokens


def _words_of_table(
    before: Sequence[Token], taken: Sequence[tuple[str, str]], unit: str
) -> str | None:
    """The amounts of a table in words; None where they can hardly be amounts. They count what the
    dosage before it names; one of a strength is that dose itself.
    """
    dosage = _dosage_before(before)
    is_one_each = all(amount == "1" for amount, _ in taken)
    if not unit and is_one_each and dosage is not None:
        return " and ".join(when for _, when in taken)
    if not unit and dosage is None:
        return None  # of what?
    if not unit and dosage not in THINGS:
        unit = "tablet"
        if any(len(amount.strip("½¼¾")) > 1 or amount[0] in "56789" for amount, _ in taken):
            return None  # nobody takes eight tablets at once; it may be hours
    return ", ".join(f"{amount} {_plural(unit or dosage, amount)} {when}" for amount, when in taken)


def _plural(unit: str | None, amount: str) -> str:
    is_thing = unit in {"tablet", "capsule", "sachet", "drop", "puff", "unit", "patch"}
    return f"{unit}s" if is_thing and amount[:1] in "23456789" else f"{unit}"


def _dosage_before(tokens: Sequence[Token]) -> str | None:
    """The unit of the last amount in *tokens*."""
    for each in reversed(_amounts(tokens)):
        form = name_of_unit(tokens[each.end - 1].word)
        if each.start > 0 and (each.dosage.unit is not None or form in THINGS):
            return each.dosage.unit or form
    return None


def _with_alternation(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Two amounts that alternate, with one word for it after the last amount."""
    words = [token.word for token in tokens if not token.is_quoted]
    is_told = bool(_MARKS & set(words)) or "one day , " in f"{' '.join(words)} ".replace(",", " ,")
    is_told = is_told or ("one day" in " ".join(words) and "next" in words)
    amounts = _amounts(tokens) if is_told else []
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


def _amounts(tokens: Sequence[Token]) -> Sequence[FoundDosage]:
    """None where one of them has to be asked about."""
    try:
        return find_dosages(relaid(tokens))
    except Misunderstood:
        return []


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
