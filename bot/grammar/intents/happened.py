"""What people say has happened: something was given, left out, or picked up.

A sentence is only read as one of these if all of its words are: what stays over has to be an amount
or a time.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from bot.grammar.intents.amounts import CLOCK, NUMBER, clock_in, left_over, pills
from bot.grammar.intents.kinds import (
    Gave,
    GaveDue,
    Intent,
    Refilled,
    Skipped,
    WentTo,
)
from bot.grammar.intents.questions import Part
from bot.grammar.intents.sentences import Sentence
from bot.grammar.words.loading import load_expressions, load_patterns, load_words

_STATEMENTS, _HAPPENED = "statements", "happened"
_BEFORE_NOON = re.compile(r"\bbefore (noon|midday|lunch|lunchtime|dinner|supper)\b")
_HOURS_BEFORE = {"noon": 12, "midday": 12, "lunch": 13, "lunchtime": 13, "dinner": 18, "supper": 18}
_FROM_WHERE = re.compile(r"\b(?:from|at) (?:the )?[a-z']{3,}\b")  # "from boots"


def read_happened(sentence: Sentence) -> Intent | None:
    """What *sentence* says has happened; None if it says nothing of the kind."""
    if sentence.is_question:
        return None
    for section, build in (
        ("skipped", _skipped),
        ("told to skip", _skipped),
        ("refilled", _refilled),
        ("counted", _counted),
        ("gave", _gave),
    ):
        for pattern in load_patterns(_STATEMENTS)[section]:
            match = pattern.search(sentence.text)
            found = None if match is None else build(sentence, match)
            if found is not None:
                return found
    return _after_reason(sentence) or _went(sentence)


def read_partly(sentence: Sentence) -> Intent | None:
    """ "Gave metformin but couldn't find the warfarin": the first half; the rest is its note."""
    if sentence.is_question:
        return None
    for pattern in load_patterns(_STATEMENTS)["gave but"]:
        match = pattern.search(sentence.text)
        rest = None if match is None else left_over(match["rest"].split())
        count = 0 if match is None else match["rest"].split().count("medx")
        if match is not None and rest is not None and count:
            first = sentence.text[: match.start("note")].count(" ")
            note = " ".join(filter(None, sentence.origins[first:]))
            when = _as_typed(sentence, rest)
            return Gave(sentence.mentions[:count], when, sentence.person_id, note=note)
    return None


def _after_reason(sentence: Sentence) -> Intent | None:
    """ "She's got a headache, gave her 1 paracetamol": what was given, and the rest as its note."""
    words = sentence.text.split()
    if words[0] in load_words("starts"):
        return None
    for at, word in enumerate(words[:_LONGEST_REASON]):
        if word in _TURNS:
            return None
        begins = (
            word in {"gave", "given", "took"}
            or (word in {"did", "had"} and words[at - 1 : at] == ["and"])
            or (word in {"had", "has"} and {*words[at + 1 : at + 2]} <= {"taken", "had"})
            or (word == "had" and words[at - 1] == "is")  # "she's had"
            or (word == "give" and "now" in words)
            or (word == "medx" and "given" in words[at:])
        )
        if at and begins and "medx" not in words[:at] and _is_clause(words[:at]):
            rest = replace(sentence, text=" ".join(words[at:]), origins=sentence.origins[at:])
            for pattern in load_patterns(_STATEMENTS)["gave"]:
                match = pattern.search(rest.text)
                found = None if match is None else _gave(rest, match)
                if isinstance(found, Gave | GaveDue):
                    until = at
                    while until and words[until - 1] in _LEADS_TO | {"is"}:
                        until -= 1
                    said = " ".join(filter(None, sentence.origins[:until]))
                    note = "; ".join(filter(None, [said, found.note]))
                    return replace(found, note=note)
    return None


def _is_clause(words: Sequence[str]) -> bool:
    """Whether they say something by themselves, and aren't who did it: "my neighbour"."""
    while words and words[-1] in _LEADS_TO - {"and"}:
        words = words[:-1]
    is_joined = len(words) > 1 and words[-1] == "and"
    return is_joined or bool(_IN_REASONS & set(words[:-1]))


_LEADS_TO = {"and", "so", "i", "we", "she", "he", "personx", "have", "has"}
_LONGEST_REASON = 10  # words
_REASON_WORDS = (
    "is has got had was were in and so because very quite hurts woke felt feels asked complained"
)
_IN_REASONS = frozenset(_REASON_WORDS.split())
_TURN_WORDS = """
    no said says told tells who what how where forgot later tomorrow instead wish must need needs
    going can claims swears heard apparently reckons wrote thinks thought believe guess suppose
    because text forwarded neither nobody hopefully hoping sure worried afraid lost
    if when whether unless once after before until should could would may might let tell ask please
    want wants remember think hope maybe not never will shall
"""
_TURNS = frozenset(_TURN_WORDS.split())


def _went(sentence: Sentence) -> Intent | None:
    for pattern in load_patterns(_STATEMENTS)["went"]:
        match = pattern.search(sentence.text)
        if match is not None:
            at = sentence.text[: match.start("what")].count(" ")
            return WentTo(sentence.origins[at])
    return None


def _gave(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    said = match.groupdict()
    words = _TOO.sub("", " ".join(filter(None, [said["rest"], said.get("more")])))
    words, but_not = _without_exception(sentence, words)
    words, due_hours = _without_due_hour(words)
    words, note = _without_note(sentence, words)
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
    is_of_pills = bool(pills().search(words)) or is_all
    rest = left_over(words.split())
    mentions = tuple(each for each in sentence.mentions if not set(each) & set(but_not))
    if rest is None or not (mentions or is_of_pills or _is_it(words)):
        return None
    if but_not and not is_all and not is_of_pills:
        return None
    is_own = bool(re.search(r"\bmy\b", sentence.text)) and not re.search(
        r"\b(?:gave|given|administered)\b", sentence.text
    )
    if "now" in rest and clock_in(rest):
        rest.remove("now")  # "given now, 8.40"
    when = _HOUR_ALONE.sub(r"\1 at \2", _as_typed(sentence, rest))
    when = f"at {when}" if _BEGINS_WITH_HOUR.match(when) else when
    if mentions and but_not:
        return None
    if mentions:
        return Gave(mentions, when, sentence.person_id, is_own=is_own, note=note)
    part = None if is_all and sentence.part is None else sentence.part
    if set(rest) and set(rest) <= _OF_PARTS.keys() | {"this", "in", "the", "today"}:
        # "Everything this morning": those of the morning, and no hour.
        named = next((_OF_PARTS[word] for word in rest if word in _OF_PARTS), None)
        part, when = part or named, "" if named else when
    if not is_of_pills:
        return GaveDue(sentence.person_id, None, when, is_own=is_own, is_it=True, note=note)
    found = GaveDue(sentence.person_id, part, when, before, is_all=is_all, is_own=is_own, note=note)
    return replace(found, but_not=but_not, due_hours=due_hours)


_TOO = re.compile(r"(?<=medx) (?:too|also|as)$")  # "well" is left out of every sentence
_HOUR_ALONE = re.compile(  # "1 sachet 9 oclock"
    r"\b((?!at\b|about\b|around\b|past\b|to\b|last\b|tonight\b|yesterday\b|today\b)[a-z]{3,})"
    r" (\d{1,2}(?:[:.]\d\d)? ?(?:oclock|am|pm))\b"
)
_BEGINS_WITH_HOUR = re.compile(r"\d{1,2}(?:[:.]\d\d)? ?oclock\b")
_OF_PARTS = {"morning": Part.MORNING, "noon": Part.NOON, "afternoon": Part.AFTERNOON}
_OF_PARTS |= {"evening": Part.EVENING, "tonight": Part.EVENING, "night": Part.NIGHT}


def _without_exception(sentence: Sentence, words: str) -> tuple[str, tuple[UUID, ...]]:
    """ "Everything except the metformin": without it, and what it is."""
    found = _EXCEPT.search(words)
    if found is None or "medx" not in found[0]:
        return words, ()
    count = found[0].split().count("medx")
    but_not = tuple(each for mention in sentence.mentions[-count:] for each in mention)
    return words[: found.start()].strip(), but_not


_EXCEPT = re.compile(r"\b(?:except(?: for)?|apart from|but not|all but|bar) (?:[a-z]+ )*?medx.*$")


def _without_due_hour(words: str) -> tuple[str, tuple[int, ...]]:
    """ "Her 9 o'clock one" is the one due then, at nine or at 21:00."""
    words = _OF_AN_HOUR.sub(r"\1 one", words)  # "done her 8 o'clock"
    found = _DUE_HOUR.search(words)
    if found is None:
        return words, ()
    hour, half = int(found["hour"]), found["half"] or ""
    hours: tuple[int, ...] = (hour, (hour + _NOON) % (2 * _NOON))
    if half in {"am", "pm"}:
        hours = (hour % _NOON + _NOON * (half == "pm"),)
    elif hour > _NOON:
        hours = (hour,)
    return f"{words[: found.start()]}{found['what']}{words[found.end() :]}", hours


_NOON = 12
_DUE_HOUR = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-3])(?:[:.]00)? ?(?P<half>am|pm|oclock|o'clock) "
    r"(?P<what>ones?|pills?|tablets?|dose|medicines?|lot)\b"
)
_OF_AN_HOUR = re.compile(r"(?<=\b)((?:her|his|my|personx) \d{1,2} ?(?:am|pm|oclock))$")


def _without_note(sentence: Sentence, words: str) -> tuple[str, str]:
    """ "Ramipril at 8, she had breakfast first": what was given, and the rest as it was typed."""
    kept = words.split()
    for end in range(len(kept), 0, -1):
        head, tail = kept[:end], kept[end:]
        if tail and (tail[0] not in _CLAUSES or any(map(_counts_too, tail))):
            continue
        if (
            tail[:1] == ["and"]
            and not _IN_REASONS & set(tail[1:])
            and tail[1:2] not in _SUBJECT_WORDS
        ):
            continue  # "and vitamin d": another medicine, which nobody knows
        if tail[:1] == ["late"] and head[-1] in _LENGTHS:
            continue  # "an hour late" is all one
        if tail[:1] in (["her"], ["his"], ["their"]) and not _IN_REASONS & set(tail):
            continue  # "her head" is whom or what it was for; "her sugar was low" is a note
        if tail[:1] in (["a"], ["an"]) and head[-1] in {"half", "quarter", "of"}:
            continue  # and so is "half an hour late"
        names = {"medx", "it", "them", "that"} & set(head) or pills().search(" ".join(head))
        names = names or load_expressions(_HAPPENED)["everything"].search(" ".join(head))
        if names and left_over(_as_pills(head)) is not None:
            return " ".join(head), " ".join(sentence.origins[-len(tail) :]) if tail else ""
    plain = without_asides(words)
    asides = [found[0].strip() for found in load_expressions(_HAPPENED)["asides"].finditer(words)]
    return plain, " ".join(each for each in asides if each not in {"tho", "though"})


def _as_pills(words: Sequence[str]) -> list[str]:
    """Without what says how much of everything: "everything that was due before noon"."""
    text = _BEFORE_NOON.sub("", load_expressions(_HAPPENED)["due"].sub("", " ".join(words)))
    return load_expressions(_HAPPENED)["everything"].sub("pills", text).split()


def _counts_too(word: str) -> bool:
    """Whether a word of a note may say how much, or names a medicine."""
    return word == "medx" or bool(NUMBER.fullmatch(word)) or word[:1].isdecimal()


_SUBJECT_WORDS = [["she"], ["he"], ["i"], ["we"], ["it"], ["they"], ["then"]]
_LENGTHS = {"hour", "hours", "minute", "minutes", "mins", "bit"}
_CLAUSE_WORDS = """
    she he i we it they but and bit a an all after before because cos as with without though tho
    forgot sorry late no so had was felt happily finally in for slightly eventually fine thanks
    thank just sorted good ate only his her their half
"""
_CLAUSES = frozenset(_CLAUSE_WORDS.split())


def _is_it(words: str) -> bool:
    return words.split()[:1] in (["it"], ["them"], ["that"])


def _skipped(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    words, due_hours = _without_due_hour(match["rest"])
    words, reason = _with_reason(words)
    rest = left_over(without_asides(words).split())
    is_of_pills = bool(pills().search(words)) or _is_it(words)
    if rest is None or clock_in(rest) or not (sentence.mentions or is_of_pills):
        return None
    ids = tuple(each for mention in sentence.mentions for each in mention)
    return Skipped(ids, sentence.person_id, sentence.part, reason, due_hours)


def _with_reason(words: str) -> tuple[str, str]:
    """What was left out, and why: "this morning, bp was low"."""
    kept = words.split()
    for end in range(len(kept), 0, -1):
        head, tail = kept[:end], kept[end:]
        names = _is_it(" ".join(head)) or "medx" in head or pills().search(" ".join(head))
        if head[-1] in _LEADS_ON or (tail and _OF_DAYS & set(tail[:3])):
            continue
        if names and "medx" not in tail and left_over(head) is not None:
            is_on_purpose = bool(_ON_PURPOSE.fullmatch(" ".join(tail)))
            return " ".join(head), "" if is_on_purpose else " ".join(tail)
    return words, ""


_OF_DAYS = {"week", "weeks", "month", "months", "days", "year"}
_LEADS_ON = {"this", "last", "the", "on", "at", "in", "a", "an", "for", "to", "and"}
_ON_PURPOSE = re.compile(r"(?:on purpose|deliberately|intentionally|this time)?")


def _refilled(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    kept = {"and", "+", "x", "of", "boxes", "box", "packs", "pack", "packets", "a", "more", "new"}
    said = _OF_THEM.sub("", _FROM_WHERE.sub("", match["rest"]))
    words = [each for each in said.split() if each not in _SAYS_NOTHING]
    amount = [each for each in words if each not in {"medx", "personx", "more", "new"}]
    is_amount = all(
        each in kept or NUMBER.fullmatch(each) or CLOCK.fullmatch(each) or pills().search(each)
        for each in amount
    )
    has_number = any(NUMBER.fullmatch(each) for each in amount)
    if not is_amount or not has_number or len(sentence.mentions) != 1:
        return None
    return Refilled(sentence.mentions[0], " ".join(amount).strip().removesuffix(" of"))


_OF_THEM = re.compile(r"(?<=\d) of (?:them|those)$")
_SAYS_NOTHING = {"some", "the", "her", "his", "another", "extra", "today", "yesterday", "this"}
_SAYS_NOTHING |= {"morning", "afternoon", "evening", "just", "now"}


def _counted(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    count = match.groupdict().get("count")
    if count is not None and len(sentence.mentions) == 1:
        return Refilled(sentence.mentions[0], f"= {count}")
    found = _refilled(sentence, match)
    if not isinstance(found, Refilled):
        return None
    return Refilled(found.medicine_ids, f"= {found.amount}")


def without_asides(words: str) -> str:
    """Without what says nothing about what was given: "with a bit of yoghurt"."""
    return load_expressions(_HAPPENED)["asides"].sub("", words)


def _as_typed(sentence: Sentence, words: Sequence[str]) -> str:
    """The *words* with the weekdays that were typed."""
    days = iter(
        origin
        for word, origin in zip(sentence.text.split(), sentence.origins, strict=True)
        if word == "dayx"
    )
    return " ".join(next(days, word) if word == "dayx" else word for word in words)


def names_pills(words: str) -> bool:
    return bool(pills().search(words))
