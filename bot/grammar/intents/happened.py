"""What people say has happened: something was given, left out, or picked up.

A sentence is only read as one of these if all of its words are: what stays over has to be an amount
or a time.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.grammar.intents.kinds import Gave, GaveDue, Intent, Refilled, Skipped, WentTo
from bot.grammar.intents.sentences import Sentence
from bot.grammar.words.loading import load_expressions, load_lines, load_patterns

_STATEMENTS, _HAPPENED = "statements", "happened"
_OF_PERSON = {"personx", "her", "him", "his", "my", "our", "their", "hers", "mine"}
_JOINTS = {"the", "both", "all", "of", "and", "to", "for", "a", "some", "with"}
_PARTS = {"morning", "noon", "lunchtime", "lunch", "afternoon", "evening", "night", "bedtime"}
_PARTS |= {"breakfast", "dinner", "supper", "mornings", "evenings", "nights"}
_NUMBER = re.compile(r"\d+(?:[.,/]\d+)?|[½¼¾]|one|two|three|four|five|six|half|couple")
_CLOCK = re.compile(r"\d{1,2}(?:[:.]\d\d)?(?:am|pm|h)?|\d{4}|\d+(?:[.,]\d+)?(?:mg|ml|g|mcg)?")
_BEFORE_NOON = re.compile(r"\bbefore (noon|midday|lunch|lunchtime|dinner|supper)\b")
_HOURS_BEFORE = {"noon": 12, "midday": 12, "lunch": 13, "lunchtime": 13, "dinner": 18, "supper": 18}
_FROM_WHERE = re.compile(r"\b(?:from|at) (?:the )?[a-z']{3,}\b")  # "from boots"
_REASONS = "because|cause|cos|coz|since|as|felt|feels|feeling|was|is|she|he|too|had|has|due to"
_BECAUSE = re.compile(rf"(?:on purpose|deliberately|intentionally)$|\b(?:{_REASONS}) .+$")


def read_happened(sentence: Sentence) -> Intent | None:
    """What *sentence* says has happened; None if it says nothing of the kind."""
    if sentence.is_question:
        return None
    for section, build in (
        ("skipped", _skipped),
        ("refilled", _refilled),
        ("counted", _counted),
        ("gave", _gave),
    ):
        for pattern in load_patterns(_STATEMENTS)[section]:
            match = pattern.search(sentence.text)
            found = None if match is None else build(sentence, match)
            if found is not None:
                return found
    return _went(sentence)


def _went(sentence: Sentence) -> Intent | None:
    for pattern in load_patterns(_STATEMENTS)["went"]:
        match = pattern.search(sentence.text)
        if match is not None:
            at = sentence.text[: match.start("what")].count(" ")
            return WentTo(sentence.origins[at])
    return None


def _gave(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    said = match.groupdict()
    words = without_asides(" ".join(filter(None, [said["rest"], said.get("more")])))
    everything = load_expressions(_HAPPENED)["everything"]
    due = load_expressions(_HAPPENED)["due"]
    is_all = bool(everything.search(words)) and "medx" not in words
    before = None
    if is_all:
        words = due.sub("", words)
        bound = _BEFORE_NOON.search(words)
        if bound is not None:
            before, words = _HOURS_BEFORE[bound[1]], _BEFORE_NOON.sub("", words)
        words = everything.sub("pills", words)
    is_of_pills = bool(_pills().search(words)) or is_all
    rest = _left_over(words.split())
    if rest is None or not (sentence.mentions or is_of_pills or _is_it(words)):
        return None
    is_own = bool(re.search(r"\bmy\b", sentence.text)) and not re.search(
        r"\b(?:gave|given|administered)\b", sentence.text
    )
    when = _as_typed(sentence, rest)
    if sentence.mentions:
        return Gave(sentence.mentions, when, sentence.person_id, is_own=is_own)
    part = None if is_all and sentence.part is None else sentence.part
    if not is_of_pills:
        return GaveDue(sentence.person_id, None, when, is_own=is_own, is_it=True)
    return GaveDue(sentence.person_id, part, when, before, is_all=is_all, is_own=is_own)


def _is_it(words: str) -> bool:
    return words.split()[:1] in (["it"], ["them"], ["that"])


def _skipped(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    words = match["rest"]
    because = _BECAUSE.search(words)
    reason = ""
    if because is not None:
        reason = because[0] if " " in because[0] and "purpose" not in because[0] else ""
        words = words[: because.start()]
    rest = _left_over(without_asides(words).split())
    is_of_pills = bool(_pills().search(words)) or _is_it(words)
    if rest is None or _clock_in(rest) or not (sentence.mentions or is_of_pills):
        return None
    ids = tuple(each for mention in sentence.mentions for each in mention)
    return Skipped(ids, sentence.person_id, sentence.part, reason)


def _refilled(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    kept = {"and", "+", "x", "of", "boxes", "box", "packs", "pack", "packets", "a", "more", "new"}
    said = _FROM_WHERE.sub("", match["rest"])
    words = [each for each in said.split() if each not in {"some", "the", "her", "his"}]
    amount = [each for each in words if each not in {"medx", "personx", "more", "new"}]
    is_amount = all(
        each in kept or _NUMBER.fullmatch(each) or _CLOCK.fullmatch(each) or _pills().search(each)
        for each in amount
    )
    has_number = any(_NUMBER.fullmatch(each) for each in amount)
    if not is_amount or not has_number or len(sentence.mentions) != 1:
        return None
    return Refilled(sentence.mentions[0], " ".join(amount).strip().removesuffix(" of"))


def _counted(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    found = _refilled(sentence, match)
    if not isinstance(found, Refilled):
        return None
    return Refilled(found.medicine_ids, f"= {found.amount}")


def without_asides(words: str) -> str:
    """Without what says nothing about what was given: "with a bit of yoghurt"."""
    return load_expressions(_HAPPENED)["asides"].sub("", words)


def _left_over(words: Sequence[str]) -> list[str] | None:
    """The words of amount and time among *words*; None if others stay over."""
    kept: list[str] = []
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        following = words[at + 1] if at + 1 < len(words) else ""
        is_counted = bool(_NUMBER.fullmatch(before)) or before in {"a", "half"}
        if word in {"medx", "it", "them", "that"} or word in _OF_PERSON:
            continue
        if _pills().fullmatch(word) and not (is_counted and before != "the"):
            continue
        if word in _PARTS and (_pills().fullmatch(following) or following == "medx"):
            continue
        if word in _JOINTS and word not in {"a", "to", "and"}:
            continue
        if word in {"and", "a", "to"} and not _belongs_to_a_time(words, at):
            continue
        kept.append(word)
    return kept if is_of_time(kept) else None


def _belongs_to_a_time(words: Sequence[str], at: int) -> bool:
    """ "a quarter to eight", "an hour and a half ago", "half a tablet"."""
    around = {*words[max(0, at - 1) : at], *words[at + 1 : at + 2]}
    return bool(around & {"quarter", "half", "hour", "eight", "ten", "twenty", "five"}) or bool(
        words[at] == "to" and at and _NUMBER.fullmatch(words[at - 1])
    )


def is_of_time(words: Sequence[str]) -> bool:
    """Whether all *words* are of a time or an amount."""
    return all(word in _allowed() or _CLOCK.fullmatch(word) for word in words)


def _clock_in(words: Sequence[str]) -> bool:
    return any(_CLOCK.fullmatch(word) for word in words)


def _as_typed(sentence: Sentence, words: Sequence[str]) -> str:
    """The *words* with the weekdays that were typed."""
    days = iter(
        origin
        for word, origin in zip(sentence.text.split(), sentence.origins, strict=True)
        if word == "dayx"
    )
    return " ".join(next(days, word) if word == "dayx" else word for word in words)


@lru_cache
def _allowed() -> frozenset[str]:
    return frozenset(" ".join(load_lines(_HAPPENED)["left over"]).split())


@lru_cache
def _pills() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{load_lines(_STATEMENTS)['macro pills'][0]})\b")
