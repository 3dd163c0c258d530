"""What people say has happened: something was given, left out, or picked up.

A sentence is only read as one of these if all of its words are: what stays over has to be an amount
or a time.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.grammar.intents.amounts import CLOCK, NUMBER, clock_in, left_over, pills
from bot.grammar.intents.given import (
    as_time,
    is_it,
    pattern_of,
    read_given,
    typed_of,
    without_asides,
    without_due_hour,
    words_of,
)
from bot.grammar.intents.kinds import (
    Gave,
    GaveDue,
    Intent,
    Refilled,
    Skipped,
    WentTo,
)
from bot.grammar.intents.sentences import Sentence
from bot.grammar.words.loading import load_rewrites, load_words, patterns_within

_STATEMENTS = "statements"


def read_happened(sentence: Sentence) -> Intent | None:
    """What *sentence* says has happened; None if it says nothing of the kind."""
    if sentence.is_question:
        return None
    for section, build in (
        ("skipped", _skipped),
        ("told to skip", _told_to_skip),
        ("not had", _not_had),
        ("refilled", _refilled),
        ("counted", _counted),
        ("lost", _lost),
        ("gave", read_given),
    ):
        for pattern in patterns_within(_STATEMENTS, section, sentence.text):
            match = pattern.search(sentence.text)
            found = None if match is None else build(sentence, match)
            if found is not None:
                return found
    return _after_reason(sentence) or _went(sentence)


def read_partly(sentence: Sentence) -> Intent | None:
    """ "Gave metformin but couldn't find the warfarin": the first half; the rest is its note."""
    if sentence.is_question:
        return None
    for pattern in patterns_within(_STATEMENTS, "gave but", sentence.text):
        match = pattern.search(sentence.text)
        rest = None if match is None else left_over(match["rest"].split())
        count = 0 if match is None else match["rest"].split().count("medx")
        if match is not None and rest is not None and count:
            first = sentence.text[: match.start("note")].count(" ")
            note = " ".join(filter(None, sentence.origins[first:]))
            when = as_time(sentence, rest)
            return Gave(sentence.mentions[:count], when, sentence.person_id, note=note)
    return None


def _after_reason(sentence: Sentence) -> Intent | None:
    """ "She's got a headache, gave her 1 paracetamol": what was given, and the rest as its note."""
    words = sentence.text.split()
    if words[0] in load_words("starts"):
        return None
    for at, word in enumerate(words[:_LONGEST_REASON]):
        if word in words_of("turns a reason"):
            return None
        begins = (
            word in {"gave", "given", "took"}
            or (word in {"did", "had"} and words[at - 1 : at] == ["and"])
            or (word in {"had", "has"} and {*words[at + 1 : at + 2]} <= {"taken", "had"})
            or (word == "had" and words[at - 1] == "is")  # "she's had"
            or (word == "give" and "now" in words)
            or (word == "medx" and "given" in words[at:])
        )
        is_it = words[at + 1 : at + 2] in (["it"], ["them"]) and len(sentence.mentions) == 1
        is_named = "medx" in words[:at]
        if at and begins and (is_it or not is_named) and (is_named or _is_clause(words[:at])):
            rest = replace(sentence, text=" ".join(words[at:]), origins=sentence.origins[at:])
            for pattern in patterns_within(_STATEMENTS, "gave", rest.text):
                match = pattern.search(rest.text)
                found = None if match is None else read_given(rest, match)
                if isinstance(found, Gave | GaveDue):
                    until = at
                    while until and words[until - 1] in words_of("leads to") | {"is"}:
                        until -= 1
                    said = " ".join(filter(None, sentence.origins[:until]))
                    note = "; ".join(filter(None, [said, found.note]))
                    return replace(found, note=note)
    return None


def _is_clause(words: Sequence[str]) -> bool:
    """Whether they say something by themselves, and aren't who did it: "my neighbour"."""
    while words and words[-1] in words_of("leads to") - {"and"}:
        words = words[:-1]
    is_joined = len(words) > 1 and words[-1] == "and"
    return is_joined or bool(words_of("in reasons") & set(words[:-1]))


_LONGEST_REASON = 10  # words


def _went(sentence: Sentence) -> Intent | None:
    for pattern in patterns_within(_STATEMENTS, "went", sentence.text):
        match = pattern.search(sentence.text)
        if match is not None:
            at = sentence.text[: match.start("what")].count(" ")
            return WentTo(sentence.origins[at])
    return None


def _skipped(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    said = match.groupdict()
    words = " ".join(filter(None, [said["rest"], said.get("more")]))
    words, due_hours = without_due_hour(words)
    if not due_hours:
        words, due_hours = without_due_hour(words, "due hour of a name")
    words, reason = _with_reason(words)
    rest = left_over(without_asides(words).split())
    is_of_pills = bool(pills().search(words)) or is_it(words)
    if rest is None or clock_in(rest) or not (sentence.mentions or is_of_pills):
        return None
    ids = tuple(each for mention in sentence.mentions for each in mention)
    reason = typed_of(sentence, reason)
    return Skipped(ids, sentence.person_id, sentence.part, reason, due_hours)


def _told_to_skip(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    """Of what is due today or tonight; what is said of another day, too, is no single dose."""
    found = _skipped(sentence, match)
    if not isinstance(found, Skipped):
        return found
    is_of_more = pattern_of("another day").search(match.string[match.start("rest") :])
    return None if is_of_more else replace(found, is_ahead=True)


def _not_had(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    """ "Forgot to give Joe his tablet last night": of a day that is over, there's nothing to wait
    for.
    """
    ids = tuple(each for mention in sentence.mentions for each in mention)
    if not ids and not pills().search(match["rest"]):
        return None
    reason = match.groupdict().get("reason") or ""
    reason = typed_of(sentence, reason)
    return Skipped(ids, sentence.person_id, sentence.part, reason, is_before=True)


def _with_reason(words: str) -> tuple[str, str]:
    """What was left out, and why: "this morning, bp was low"."""
    kept = words.split()
    for end in range(len(kept), 0, -1):
        head, tail = kept[:end], kept[end:]
        names = is_it(" ".join(head)) or "medx" in head or pills().search(" ".join(head))
        if head[-1] in words_of("leads on") or (tail and words_of("long times") & set(tail[:3])):
            continue
        if names and "medx" not in tail and left_over(head) is not None:
            is_on_purpose = bool(pattern_of("on purpose").fullmatch(" ".join(tail)))
            return " ".join(head), "" if is_on_purpose or not tail else " ".join(tail)
    return words, ""


def _refilled(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    kept = words_of("counts of stock")
    rest = " ".join(filter(None, [match["rest"], match.groupdict().get("more")]))
    for expression, number in load_rewrites("numbers")["of stock"]:
        rest = expression.sub(number, rest)
    said = pattern_of("of them").sub("", pattern_of("from where").sub("", rest))
    words = [each for each in said.split() if each not in words_of("says nothing of stock")]
    amount = [each for each in words if each not in {"medx", "personx", "more", "new"}]
    is_amount = all(
        each in kept or NUMBER.fullmatch(each) or CLOCK.fullmatch(each) or pills().search(each)
        for each in amount
    )
    has_number = any(NUMBER.fullmatch(each) for each in amount)
    if not is_amount or not has_number or len(sentence.mentions) != 1:
        return None
    return Refilled(sentence.mentions[0], " ".join(amount).strip().removesuffix(" of"))


def _counted(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    count = match.groupdict().get("count")
    if count is not None and len(sentence.mentions) == 1:
        return Refilled(sentence.mentions[0], f"= {count}")
    found = _refilled(sentence, match)
    if not isinstance(found, Refilled):
        return None
    return Refilled(found.medicine_ids, f"= {found.amount}")


def _lost(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    """ "Dropped one of her metformin on the floor": one less, which nobody took."""
    if len(sentence.mentions) != 1:
        return None
    return Refilled(sentence.mentions[0], f"-{_ONE.sub('1', match['count'])}")


_ONE = re.compile(r"an?\b")


def read_none_left(sentence: Sentence) -> Intent | None:
    """ "We're out of warfarin", "no senna left": as if somebody had counted none."""
    is_said = bool(patterns_within(_STATEMENTS, "none left", sentence.text))
    if sentence.is_question or not is_said or len(sentence.mentions) != 1:
        return None
    return Refilled(sentence.mentions[0], "= 0")


def names_pills(words: str) -> bool:
    return bool(pills().search(words))
