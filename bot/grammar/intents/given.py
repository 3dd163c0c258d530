"""What was given: a frame that is filled from left to right with what, how much and when. Whatever
else is said becomes the note, if it can stand there and turns nothing around.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from bot.grammar.intents.accounts import turns
from bot.grammar.intents.amounts import (
    NUMBER,
    clock_in,
    left_over,
    may_stay,
    pills,
)
from bot.grammar.intents.kinds import Gave, GaveDue, Intent
from bot.grammar.intents.questions import Part
from bot.grammar.intents.sentences import Sentence, parts_of
from bot.grammar.past_times.moments import find_moment
from bot.grammar.tokens import tokenize
from bot.grammar.words.loading import load_expressions, load_lines

_HAPPENED = "happened"
_NOON = 12
_HOURS_BEFORE = {"noon": 12, "midday": 12, "lunch": 13, "lunchtime": 13, "dinner": 18, "supper": 18}
_OF_PARTS = {"morning": Part.MORNING, "noon": Part.NOON, "afternoon": Part.AFTERNOON}
_OF_PARTS |= {"evening": Part.EVENING, "tonight": Part.EVENING, "night": Part.NIGHT}


def read_given(sentence: Sentence, match: re.Match[str]) -> Intent | None:
    """What the `rest` (and `more`) of *match* say was given; `by` is who gave it."""
    said = match.groupdict()
    more = said.get("more") or ""
    others = pattern_of("exception").sub("", more).split()
    if "medx" in others and others[0] != "and":
        return None  # "metformin done, bisoprolol at 9"
    words = f"{said['rest']} {more}".strip()
    words = pattern_of("last of them").sub("", pattern_of("too").sub("", words))
    words = pattern_of("due then").sub("", words)
    words, but_not = _without_exception(sentence, words)
    # Of what is named, "given to mum 11am" says when.
    words, due_hours = (words, ()) if "medx" in words.split() else without_due_hour(words)
    words, late, how_late = _lateness(words)
    words, reading = _without_reading(sentence, words)
    words, note = _without_note(sentence, words)
    by = typed_of(sentence, said.get("by") or "")
    note = "" if pattern_of("says nothing").fullmatch(note) else note
    note = "; ".join(filter(None, [by, said.get("late"), how_late, note, reading]))
    parts = tuple(parts_of(words))
    everything, due = pattern_of("everything"), pattern_of("due")
    is_all = bool(everything.search(words)) and "medx" not in words
    before = None
    if is_all:
        words = due.sub("", words)
        bound = pattern_of("before noon").search(words)
        if bound is not None:
            before, words = _HOURS_BEFORE[bound[1]], pattern_of("before noon").sub("", words)
        words = everything.sub("pills", words)
    is_of_pills = bool(pills().search(words)) or is_all
    rest = left_over(words.split())
    mentions = tuple(each for each in sentence.mentions if not set(each) & set(but_not))
    if rest is None or not (mentions or is_of_pills or is_it(words)):
        return None
    if but_not and (mentions or not is_of_pills):
        return None
    if is_of_pills and not mentions and pattern_of("some of").search(words):
        return None
    is_of_two = len(sentence.person_ids) > 1 and sentence.text.split().count("personx") > 1
    if is_of_two and not pattern_of("both of them").search(sentence.text):
        return None  # "gave Harold his, Joan's are at 9"
    is_of_night = {*parts} == {Part.EVENING, Part.NIGHT} and "last night" in words
    if len(parts) > 1 and not mentions and not is_of_night:
        return None  # "the evening tablets this morning"; of last night, they are the same
    giver = _giver(sentence)
    is_own = bool(pattern_of("own").search(sentence.text))
    is_own = is_own and not pattern_of("to somebody").search(sentence.text)
    vague = pattern_of("vague time").search(note)
    is_vague = vague is not None and not clock_in(rest) and not {"now"} & {*rest}
    asked = f" at {vague[0]}" if vague is not None and is_vague else ""  # which is no hour
    if mentions:
        each = [f"{as_time(sentence, words)}{asked}".strip() for words in _of_each(words, sentence)]
        if len(each) != len(mentions):
            return None
        when, *others = each
        is_same = not any(other != when for other in others)
        said_of = ("", tuple(each)) if not is_same else (when, ())
        person = _only_one(sentence)
        return Gave(mentions, said_of[0], person, is_own, note, said_of[1], late, giver)
    when = as_time(sentence, rest)
    part = next(iter(parts), None)
    if set(rest) and set(rest) <= _OF_PARTS.keys() | {"this", "in", "the", "today"}:
        # "Everything this morning": those of the morning, and no hour.
        named = next((_OF_PARTS[word] for word in rest if word in _OF_PARTS), None)
        part, when = part or named, "" if named else when
    if part is None and not clock_in(rest):
        part = _vague_part(sentence.text)
    if not is_of_pills or pattern_of("only one").search(words):
        when = " ".join(word for word in when.split() if word not in words_of("one of them"))
        found = GaveDue(_only_one(sentence), None, when, is_own=is_own, is_it=True, note=note)
        return replace(found, late=late, by=giver)
    found = GaveDue(
        _only_one(sentence), part, when, before, is_all=is_all, is_own=is_own, note=note
    )
    return replace(found, but_not=but_not, due_hours=due_hours, late=late, by=giver)


def _only_one(sentence: Sentence) -> UUID | None:
    """Whom it was given to, if that is one: not of "given to both, Mum ate well"."""
    return None if pattern_of("to both").search(sentence.text) else sentence.person_id


def _giver(sentence: Sentence) -> UUID | None:
    """The member who gave it: "Anna did my eye drops", "metformin given by Ben"."""
    said = pattern_of("by a member").search(sentence.text)
    return sentence.member_ids[0] if said and len(sentence.member_ids) == 1 else None


def _vague_part(text: str) -> Part | None:
    """ "When she got up", "with lunch"."""
    parts = {"vague morning": Part.MORNING, "vague noon": Part.NOON, "vague evening": Part.EVENING}
    return next((parts[each] for each in parts if pattern_of(each).search(text)), None)


def _of_each(words: str, sentence: Sentence) -> Iterator[list[str]]:
    """What is said of each medicine: "2 paracetamol and 1 metformin at 9". A number right before a
    name is of that, what follows a name is of it, and a time that only one has is of all beside it.
    """
    counts, spoken = iter(sentence.mention_counts), words.split()
    items: list[tuple[int, list[str]]] = []
    ahead: list[str] = []
    for at, word in enumerate(spoken):
        if word == "medx":
            items.append((next(counts, 1), [*ahead, word]))
            ahead = []
        elif _is_of_next(spoken, at):
            ahead.append(word)
        elif items:
            items[-1][1].append(word)
        else:
            ahead.append(word)
    items = items or [(len(sentence.mentions), [])]
    items[-1][1].extend(ahead)
    kept = [(count, left_over(each) or []) for count, each in items]
    if len(kept) == 1:
        yield from [kept[0][1]] * kept[0][0]
        return
    split = [_split(each) for _count, each in kept]
    for at, (amount, own) in enumerate(split):
        later = [other for _amount, other in split[at + 1 :] if other]
        sooner = [other for _amount, other in split[:at] if other]
        time = own or (later or sooner[::-1] or [[]])[0]
        for _each in range(kept[at][0]):
            yield [*amount, *time]


def _is_of_next(words: Sequence[str], at: int) -> bool:
    """Whether all from here to the next medicine says how much of it: "2 of her", "half a"."""
    rest = words[at:]
    if (
        "medx" not in rest
        or "medx" not in words[:at]
        or words[at - 1] in words_of("before an hour")
    ):
        return False
    between = rest[: rest.index("medx")]
    is_counted = any(NUMBER.fullmatch(word) or word == "a" for word in between)
    return is_counted and all(
        NUMBER.fullmatch(word) or word in words_of("how much") for word in between
    )


def _split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """How much, and when."""
    line = tokenize(" ".join(words))
    start = find_moment(line.tokens)
    amount, time = line.tokens[:start], line.tokens[start:]
    return line.typed(amount).split(), line.typed(time).split()


def as_time(sentence: Sentence, words: Sequence[str]) -> str:
    """The words of amount and time as they were typed, and as one types them behind a name."""
    kept = list(words)
    if "now" in kept and clock_in(kept):
        kept.remove("now")  # "given now, 8.40"
    days = iter(
        origin
        for word, origin in zip(sentence.text.split(), sentence.origins, strict=True)
        if word == "dayx"
    )
    when = " ".join(next(days, word) if word == "dayx" else word for word in kept)
    when = pattern_of("hour alone").sub(r"\1 at \2", when)
    return f"at {when}" if pattern_of("begins with an hour").match(when) else when


def _without_exception(sentence: Sentence, words: str) -> tuple[str, tuple[UUID, ...]]:
    """ "Everything except the metformin": without it, and what it is."""
    found = pattern_of("exception").search(words)
    if found is None:
        return words, ()
    before = words[: found.start()].split().count("medx")
    count = found[0].split().count("medx")
    counts = sentence.mention_counts
    first, until = sum(counts[:before]), sum(counts[: before + count])
    but_not = tuple(each for mention in sentence.mentions[first:until] for each in mention)
    rest = f"{words[: found.start()].strip()} {words[found.end() :].strip()}"
    return rest.strip(), but_not


def without_due_hour(words: str, section: str = "due hour") -> tuple[str, tuple[int, ...]]:
    """ "Her 9 o'clock one" is the one due then, at nine or at 21:00."""
    words = pattern_of("of an hour").sub(r"\1 one", words)  # "done her 8 o'clock"
    found = pattern_of(section).search(words)
    if found is None:
        return words, ()
    hour, half = int(found["hour"]), found["half"] or ""
    hours: tuple[int, ...] = (hour, (hour + _NOON) % (2 * _NOON))
    if half in {"am", "pm"}:
        hours = (hour % _NOON + _NOON * (half == "pm"),)
    elif hour > _NOON:
        hours = (hour,)
    return f"{words[: found.start()]}{found['what']}{words[found.end() :]}", hours


def _lateness(words: str) -> tuple[str, int | None, str]:
    """How many minutes after its time it was given, or before, if it says so and names no hour; and
    the words that say so.
    """
    for section in ("late", "late by", "early"):
        found = pattern_of(section).search(words)
        others = [] if found is None else (words[: found.start()] + words[found.end() :]).split()
        if found is None or "now" in others or clock_in(others) or "ago" in others:
            continue
        count = _COUNTS.get(found["count"]) or float(found["count"])
        minutes = round(count * (60 if found["unit"].startswith("h") else 1))
        rest = f"{words[: found.start()].strip()} {words[found.end() :].strip()}".strip()
        return rest, -minutes if section == "early" else minutes, found[0].strip()
    return words, None, ""


_COUNTS = {"a": 1, "an": 1, "half an": 0.5, "half a": 0.5, "quarter of an": 0.25, "one": 1}
_COUNTS |= {"two": 2, "three": 3, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30}
_COUNTS |= {"forty": 40, "forty five": 45}


def _without_reading(sentence: Sentence, words: str) -> tuple[str, str]:
    """ "Ramipril given, BP 98/60": the reading counts nothing of what was given."""
    found = pattern_of("reading beside").search(words)
    if found is None:
        return words, ""
    return words[: found.start()], typed_of(sentence, found[0].strip())


def _without_note(sentence: Sentence, words: str) -> tuple[str, str]:
    """ "Ramipril at 8, she had breakfast first": what was given, and the rest as it was typed."""
    kept = words.split()
    for end in range(len(kept), 0, -1):
        head, tail = kept[:end], kept[end:]
        said = load_expressions("turns")["harmless"].sub("", " ".join(tail))
        if tail and (not _begins_note(head, tail) or any(map(_counts_too, said.split()))):
            continue
        if pattern_of("hour in words").search(" ".join(tail)):
            continue  # "with my breakfast at quarter past nine"
        names = {"medx", "it", "them", "that"} & set(head) or pills().search(" ".join(head))
        names = names or pattern_of("everything").search(" ".join(head))
        if names and left_over(_as_pills(head)) is not None:
            return " ".join(head), " ".join(sentence.origins[-len(tail) :]) if tail else ""
    plain = without_asides(words)
    asides = [found[0].strip() for found in pattern_of("asides").finditer(words)]
    note = " ".join(each for each in asides if each not in {"tho", "though"})
    if left_over(_as_pills(plain.split())) is None:
        return _sorted_out(sentence, words) or (plain, note)
    return plain, note


def _begins_note(head: Sequence[str], tail: Sequence[str]) -> bool:
    """Whether a note may begin there."""
    first, reasons = tail[0], words_of("in reasons")
    if first not in words_of("begins a note"):
        return False
    if first == "and" and not reasons & {*tail[1:]} and tail[1:2] not in _SUBJECTS:
        return False  # "and vitamin d": another medicine, which nobody knows
    if first in {"late", "early"} and head[-1] in words_of("lengths"):
        return False  # "an hour late" is all one
    if first in {"her", "his", "their"} and not reasons & {*tail}:
        return False  # "her head" is whom or what it was for; "her sugar was low" is a note
    # And so is "half an hour late" all one.
    return not (first in {"a", "an"} and head[-1] in {"half", "quarter", "of"})


_SUBJECTS = [["she"], ["he"], ["i"], ["we"], ["it"], ["they"], ["then"]]


def _sorted_out(sentence: Sentence, words: str) -> tuple[str, str] | None:
    """ "Her metformin with a bit of jam at 7.45": a note may stand anywhere behind what was given,
    if it neither turns it around nor counts. None if there is another word.
    """
    spoken = words.split()
    if pattern_of("a reason").search(words):
        return None  # "as I'm leaving at 5", whose hour isn't when it was given
    notes: set[int] = set()
    for at, word in enumerate(spoken):
        if may_stay(word):
            continue
        notes.add(at)
        before = at - 1
        while before >= 0 and spoken[before] in words_of("joins a note"):
            notes.add(before)
            before -= 1
    for at in range(1, len(spoken) - 1):
        if {at - 1, at + 1} <= notes and spoken[at] in words_of("joins a note"):
            notes.add(at)
    named = [at for at, word in enumerate(spoken) if word == "medx" or pills().fullmatch(word)]
    if not notes or not named or max(named) > min(notes):
        return None
    if any(at - 1 in notes and _counts_too(word) for at, word in enumerate(spoken)):
        return None  # "and the white one"
    head = [word for at, word in enumerate(spoken) if at not in notes]
    note = " ".join(spoken[at] for at in sorted(notes))
    is_turned = turns(note, "in a note") or turns(note, "to others")
    if is_turned or any(map(_counts_too, note.split())) or left_over(head) is None:
        return None
    return " ".join(head), typed_of(sentence, note)


def typed_of(sentence: Sentence, words: str) -> str:
    """The *words* with the names that were typed."""
    origins = dict(zip(sentence.text.split(), sentence.origins, strict=True))
    return " ".join(origins.get(word) or word for word in words.split())


def _as_pills(words: Sequence[str]) -> list[str]:
    """Without what says how much of everything: "everything that was due before noon"."""
    text = pattern_of("before noon").sub("", pattern_of("due").sub("", " ".join(words)))
    return pattern_of("everything").sub("pills", text).split()


def _counts_too(word: str) -> bool:
    """Whether a word of a note may say how much, or names a medicine."""
    return word == "medx" or bool(NUMBER.fullmatch(word)) or any(map(str.isdecimal, word))


def is_it(words: str) -> bool:
    """ "It" and "them", which name nothing."""
    return words.split()[:1] in (["it"], ["them"], ["that"])


def without_asides(words: str) -> str:
    """Without what says nothing about what was given: "with a bit of yoghurt"."""
    return pattern_of("asides").sub("", words)


def pattern_of(section: str) -> re.Pattern[str]:
    """A *section* of happened.txt as one expression."""
    return load_expressions(_HAPPENED)[section]


@lru_cache
def words_of(section: str) -> frozenset[str]:
    """A *section* of happened.txt as single words."""
    return frozenset(" ".join(load_lines(_HAPPENED)[section]).split())
