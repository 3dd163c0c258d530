"""The short forms of prescriptions, spelled out: "bd", "q8h", "x7d", "mane".

Some of them have killed people: "qd" was read as "qid", "u" as a zero. Lists of medication-safety
bodies (ISMP, NHS) warn of these. We read them, show them spelled out, and have them confirmed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.grammar.numbers import COUNTS
from bot.grammar.schedule_parts.frequencies import EYE_OR_DAY
from bot.grammar.tokens import Token
from bot.grammar.units import name_of_unit

_DROPS = {"drop", "drops", "gtt", "gtts"}
_SPELLED: Mapping[str, str] = {
    "od": "once a day",
    "o.d": "once a day",
    "qd": "once a day",
    "q.d": "once a day",
    "sid": "once a day",
    "bd": "twice a day",
    "b.d": "twice a day",
    "bid": "twice a day",
    "b.i.d": "twice a day",
    "tds": "3 times a day",
    "t.d.s": "3 times a day",
    "tid": "3 times a day",
    "t.i.d": "3 times a day",
    "qds": "4 times a day",
    "q.d.s": "4 times a day",
    "qid": "4 times a day",
    "q.i.d": "4 times a day",
    "qod": "every other day",
    "q.o.d": "every other day",
    "eod": "every other day",
    "qam": "every morning",
    "qpm": "every evening",
    "om": "every morning",
    "mane": "every morning",
    "nocte": "at bedtime",
    "noct": "at bedtime",
    "qhs": "at bedtime",
    "hs": "at bedtime",
    "h.s": "at bedtime",
    "q.h.s": "at bedtime",
    "qwk": "once a week",
    "qweek": "once a week",
    "prn": "as needed",
    "p.r.n": "as needed",
    "sos": "as needed",
    "ac": "before meals",
    "a.c": "before meals",
    "pc": "after meals",
    "p.c": "after meals",
    "stat": "now",
    "mwf": "mon wed fri",
    "m/w/f": "mon wed fri",
    "tts": "tue thu sat",
    "ou": "each eye",
    "os": "left eye",
}
#: Read as something else often enough that lists of medication safety advise against them.
_UNSAFE = frozenset(
    {
        "qd",
        "q.d",
        "qod",
        "q.o.d",
        "eod",
        "hs",
        "h.s",
        "qhs",
        "q.h.s",
        "sid",
        "od",
        "o.d",
        "tts",
        "ou",
        "os",
    }
)
_UNITS = {"u": "units", "iu": "IU"}

_EVERY = re.compile(r"q(?P<low>\d{1,2})(?:-(?P<high>\d{1,2}))?(?P<unit>h|hr|hrs|d|days?|w|wk|mo)?")
_FOR_DAYS = re.compile(r"x(?P<count>\d{1,3})(?P<unit>d|days?|w|wks?|weeks?|/7|/52|/12)")
_OF_SEVEN = re.compile(r"(?P<count>\d{1,3})/(?P<unit>7|52|12)")
_PERIODS = {"7": "days", "52": "weeks", "12": "months"}
_GLUED_UNITS = re.compile(r"(?P<number>\d+(?:[.,]\d+)?)u")
# Not "1,000": that is a thousand, or one.
_TRAILING_ZERO = re.compile(r"(?P<number>\d+)[.,]0{1,2}(?P<unit>[a-zµμ%]*)")
_NAKED = re.compile(r"[.,](?P<rest>\d+[a-zµμ%]*)")


_LIMITING = {"max", "max.", "maximum", "most", "than", "exceed", "exceeding", "to"}
_A_DAY = re.compile(r"(?P<amount>[\d.,]*)(?P<unit>[a-zµμ]*)/(?:day|d|24h|24hr|24hrs)")
_MEALS = {"breakfast", "lunch", "dinner", "supper", "bed", "bedtime"}
_LONGEST_OF_SEVEN = 14
_FOR = {"for", "x"}
_HOW_OFTEN = {"od", "bd", "tds", "qds", "daily", "day", "nocte", "mane", "tid", "bid", "qid"}
_BEFORE_DATES = {
    "until",
    "till",
    "til",
    "to",
    "from",
    "on",
    "the",
    "starting",
    "by",
    "ending",
    "day",
}


@dataclass(frozen=True, slots=True)
class SpelledOut:
    """A short form as typed, and what it was read as. One `to_confirm` is shown before saving."""

    typed: str
    meaning: str
    to_confirm: bool


def spell_out(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], tuple[SpelledOut, ...]]:
    """The *tokens* with short forms in words, and which ones there were. The first token begins a
    name and stays.
    """
    kept: list[Token] = list(tokens[:1])
    found: list[SpelledOut] = []
    is_for_eyes = any(token.word in _DROPS for token in tokens)
    at = 1
    while at < len(tokens):
        used, meaning, to_confirm = _short_form(tokens, at)
        if is_for_eyes and tokens[at].word in EYE_OR_DAY:
            meaning = None  # is asked about
        if meaning is None:
            kept.append(tokens[at])
            at += 1
            continue
        typed = " ".join(token.raw for token in tokens[at : at + used])
        found.append(SpelledOut(typed, meaning, to_confirm))
        kept += _as_tokens(meaning, tokens[at], tokens[at + used - 1])
        at += used
    return tuple(kept), tuple(found)


def _as_tokens(words: str, first: Token, last: Token) -> list[Token]:
    return [replace(first, raw=word, word=word.casefold(), end=last.end) for word in words.split()]


def _short_form(tokens: Sequence[Token], at: int) -> tuple[int, str | None, bool]:
    """How many tokens the short form at *at* takes, its meaning (None: there is none), and whether
    it has to be confirmed.
    """
    token = tokens[at]
    if token.is_quoted:
        return 1, None, False
    word = token.word
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    before = tokens[at - 1].word if at else ""
    if word[:1] == "@" and len(word) > 1:
        return 1, f"at {word[1:]}", False
    if word == "w/" or (word == "w" and following in {"food", "meals", "water", "milk", *_MEALS}):
        return 1, "with", False
    if word in {"am", "pm"} and not before[-1:].isdecimal():
        part = "morning" if word == "am" else "evening"
        return 1, part if before == "the" else f"in the {part}", before != "the"
    if _NUMBERED_COLON.fullmatch(word) and name_of_unit(word[:-1].lstrip("0123456789.,/")):
        return 1, f"{token.raw[:-1]} ,", False
    if word[:1] == "#" and word[1:].isdecimal():
        return 1, "", False  # how many were dispensed
    awake = [each.word for each in tokens[at : at + 5]]
    if awake[:1] == ["every"] and awake[2:3] in _HOURS and awake[3:] in _AWAKE:
        return 5, f"every {awake[1]} hours from 8am to 10pm", True
    a_day = None if following in _PATCHES else _A_DAY.fullmatch(word)
    is_strength = "24" in word and not _LIMITING & {each.word for each in tokens[:at]}
    if (
        a_day
        and not is_strength
        and (name_of_unit(a_day["unit"]) is not None or (a_day["amount"] and not a_day["unit"]))
    ):
        return 1, f"{a_day['amount']}{a_day['unit']} a day", False
    if word[-1:] == ":" and name_of_unit(word[:-1]) is not None:
        return 1, f"{word[:-1]} ,", False
    if word in {"ac", "a.c", "pc", "p.c"} and following in _MEALS:
        return 1, "before" if word[0] == "a" else "after", False
    if (
        word in {"ac", "pc"}
        and not following
        and any(each.word in {"ac", "pc", "before", "after"} for each in tokens[:at])
    ):
        return 1, None, False  # "4u ac breakfast, 6u ac" lacks its meal
    if word == "q" and following[:1].isdecimal():
        used, meaning = _every(f"q{following}", tokens, at + 1)
        return (used + 1, meaning, False) if meaning else (1, None, False)
    if _EVERY.fullmatch(word):
        used, meaning = _every(word, tokens, at)
        return used, meaning, False
    for_days = _FOR_DAYS.fullmatch(word)
    if for_days:
        unit = for_days["unit"].lstrip("/")
        period = _PERIODS.get(unit) or ("weeks" if unit.startswith("w") else "days")
        return 1, f"for {_counted(for_days['count'], period)}", False
    of_seven = _OF_SEVEN.fullmatch(word)
    if of_seven and (before in _BEFORE_DATES or (of_seven["unit"] == "12" and before not in _FOR)):
        return 1, None, False  # "until 25/12"
    is_long = of_seven is not None and int(of_seven["count"]) > _LONGEST_OF_SEVEN
    if of_seven and is_long and of_seven["unit"] == "7" and before not in _FOR | _HOW_OFTEN:
        return 1, None, False  # "21/7" may be 21 days on and 7 off
    if of_seven and name_of_unit(following) is None:
        # "7/7" is seven days, "1/52" a week; "1/12" of a tablet is nothing that anybody gives.
        period = _PERIODS[of_seven["unit"]]
        opening = "" if before in _FOR else "for "
        return 1, f"{opening}{_counted(of_seven['count'], period)}", True
    units = _GLUED_UNITS.fullmatch(word)
    if units:
        return 1, f"{units['number']} units", True
    if word in _UNITS and word == "u" and (before[:1].isdecimal() or before in COUNTS):
        return 1, "units", True
    zero = _TRAILING_ZERO.fullmatch(word)
    is_amount = zero and (zero["unit"] or following.isalpha())
    if zero and is_amount and not {following, zero["unit"]} & {"am", "pm", "h"}:
        return 1, f"{zero['number']}{zero['unit']}", True
    naked = _NAKED.fullmatch(word)
    if naked:
        return 1, f"0.{naked['rest']}", True
    if word == "more" and before[:1].isdecimal() and following in _PERIOD_NAMES:
        return 1, "", False  # "then 100 mg for 6 more days"
    if word in {"o'clock", "oclock"} and before.isdecimal():
        return 1, "", False
    if word == "o" and following == "clock" and before.isdecimal():
        return 2, "", False
    if _is_on_at_night(tokens, at):
        return 1, "at bedtime", True
    if word == "nte":
        return 1, "no more than", False
    if _FOR_COUNT.fullmatch(word) and following in _PERIOD_NAMES:
        return 2, f"for {_counted(word[1:], _PERIOD_NAMES[following])}", False
    if _is_twice_an_hour(tokens, at):
        return 3, f"{word}am and {word}pm", True
    if word == "cc" and not before[-1:].isdecimal():
        return 1, "with food", True
    is_counted = following in _TIMES_A_DAY or name_of_unit(following) is not None
    if word in _ROMAN and is_counted:
        return 1, _ROMAN[word], True
    if word == "q" and following in _PERIOD_NAMES:
        return 2, f"every {_PERIOD_NAMES[following].removesuffix('s')}", False
    if word in _SPELLED:
        return 1, _SPELLED[word], word in _UNSAFE
    return 1, None, False


def _is_twice_an_hour(tokens: Sequence[Token], at: int) -> bool:
    """ "8 and 8": in the morning and in the evening, and no amounts."""
    words = [token.word for token in tokens[at : at + 4]]
    if len(words) < _OF_TWO or words[1] not in {"and", "&", "+"} or words[0] != words[2]:
        return False
    is_amount = name_of_unit("".join(words[3:])) is not None
    return words[0].isdecimal() and _EARLIEST <= int(words[0]) <= _LATEST and not is_amount


_OF_TWO = 3  # words
_EARLIEST, _LATEST = 5, 11  # "1 and 1" may be tablets
_NUMBERED_COLON = re.compile(r"\d[\d.,/]*[a-zµμ]+:")
_HOURS = (["hours"], ["hrs"], ["hour"], ["h"])
_AWAKE = (["while", "awake"], ["when", "awake"])
_PATCHES = {"patch", "patches", "transdermal"}
_ROMAN = {"i": "1", "ii": "2", "iii": "3"}
_TIMES_A_DAY = frozenset(
    ["od", "bd", "tds", "qds", "tid", "bid", "qid", "nocte", "mane", "om", "prn"]
)


def _counted(count: str, period: str) -> str:
    return f"{count} {period.removesuffix('s') if count == '1' else period}"


_FOR_COUNT = re.compile(r"x\d{1,3}")
_PERIOD_NAMES = {
    **dict.fromkeys(("d", "day", "days"), "days"),
    **dict.fromkeys(("wk", "wks", "week", "weeks"), "weeks"),
    **dict.fromkeys(("mth", "mths", "month", "months"), "months"),
}


def _is_on_at_night(tokens: Sequence[Token], at: int) -> bool:
    """ "ON" is every night to those who write prescriptions, but not in "TAKE ON MONDAYS"."""
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    ends = not following or following in {",", ".", ";", "for", "x", "-", "prn"}
    ends = ends or following.startswith("(")
    ends = ends or bool(_OF_SEVEN.fullmatch(following))
    before = tokens[at - 1].word.lstrip("0123456789.,½¼¾")
    # "5 mg on", behind an amount, and nothing that it could be on.
    is_after_amount = tokens[at].word == "on" and name_of_unit(before) is not None
    return ends and (tokens[at].raw == "ON" or is_after_amount)


def _every(word: str, tokens: Sequence[Token], at: int) -> tuple[int, str | None]:
    """ "q8h", "q4-6h", "q 8 hours", "q2d": the tokens used from *at* on, and the words."""
    match = _EVERY.fullmatch(word)
    if match is None:
        return 1, None
    unit, used = match["unit"], 1
    if unit is None:
        following = tokens[at + 1].word if at + 1 < len(tokens) else ""
        if following not in {
            "h",
            "hr",
            "hrs",
            "hour",
            "hours",
            "d",
            "day",
            "days",
            "weeks",
            "week",
        }:
            return 1, None
        unit, used = following, 2
    name = {"h": "hours", "d": "days", "w": "weeks", "m": "months"}[unit[0]]
    count = match["low"] if match["high"] is None else f"{match['low']} - {match['high']}"
    return used, f"every {count} {name}"
