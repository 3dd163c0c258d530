"""What a whole message says: one thing, several, or one beside words that can't be read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.grammar.intents.accounts import account_for, turns
from bot.grammar.intents.broadly import read_broadly
from bot.grammar.intents.clauses import read_clause
from bot.grammar.intents.kinds import (
    AsksAdvice,
    CalledOff,
    Danger,
    Drives,
    Gave,
    GaveDue,
    Intent,
    Moved,
    NoRecord,
    OffTopic,
    RunsCommand,
    SaysDanger,
    SaysDirection,
    Skipped,
    SmallTalk,
    Unsaid,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.questions import MayBeGiven, WasItGiven, WhatIsPlanned, WhoIsInFamily
from bot.grammar.intents.reading import begins_like_question
from bot.grammar.intents.requests import MOST_REQUESTS, each_counted, ways_to_split
from bot.grammar.intents.sentences import read_sentence
from bot.grammar.intents.typed import as_typed
from bot.grammar.words.loading import load_openings, load_words

Read = Callable[[str], Intent | None]


@dataclass(frozen=True, slots=True)
class Message:
    """Each thing that is said, with its words; what is `left` of the message, which nothing is
    done with; and what of its words has no place in what is said, and is `unplaced`.
    """

    said: Sequence[tuple[str, Intent]] = ()
    left: str = ""
    unplaced: str = ""


def read_message(text: str, known: Known, read: Read) -> Message:
    """What *text* says, a part of it as *read* understands it. What only sounds like a record, and
    all that is said in the same breath, is none; but in "she says her head hurts, gave her the
    paracetamol" only the first half is somebody else's word. What is said beside a record is its
    note. What may be turned around by words that have no place in it is not said at all.
    """
    message = _read_message(text, known, read)
    accounts = [account_for(words, intent, known) for words, intent in message.said]
    each_said = list(zip(message.said, accounts, strict=True))
    said: Sequence[tuple[str, Intent]] = [
        (words, _as_typed(intent, text))
        for (words, intent), account in each_said
        if not account.is_turned
    ]
    if not said:
        return Message()
    turned = [words for (words, _intent), account in each_said if account.is_turned]
    left = "; ".join(filter(None, [*turned, message.left]))
    said = _each_once(_of_one_visit(_of_the_same(said, known)), known)
    if any(isinstance(intent, MayBeGiven | WasItGiven | AsksAdvice) for _words, intent in said):
        said = sorted(said, key=lambda pair: pair[1] == OffTopic(is_of_health=True))
    beside = [account.unplaced for (_, each), account in each_said if _is_direction(each)]
    left = "; ".join(filter(None, [left, *beside]))
    unplaced = "; ".join(
        account.unplaced
        for (_, each), account in each_said
        if account.unplaced and not _is_direction(each)
    )
    unplaced = unplaced or message.unplaced
    return Message(said, left, "" if unplaced in left else as_typed(unplaced, text))


def _is_direction(intent: Intent) -> bool:
    return isinstance(intent, SaysDirection)


def _of_the_same(said: Sequence[tuple[str, Intent]], known: Known) -> Sequence[tuple[str, Intent]]:
    """ "Can she have codeine? Had one at 7": one of what has just been asked about."""
    asked = next((each.medicine_ids for _, each in said if isinstance(each, MayBeGiven)), ())

    def of_what_is_asked(words: str, intent: Intent) -> Intent:
        if not asked or not isinstance(intent, Gave) or len(intent.mentions) != 1:
            return intent
        if read_sentence(words, known).names_medicine:
            return intent
        return replace(intent, mentions=(asked,))

    return [(words, of_what_is_asked(words, intent)) for words, intent in said]


def _of_one_visit(said: Sequence[tuple[str, Intent]]) -> Sequence[tuple[str, Intent]]:
    """ "When is the dentist, and who is taking me?": the dentist's page says both."""
    named = [each for _, each in said if isinstance(each, WhatIsPlanned) and each.appointment_ids]

    def is_of_it(intent: Intent) -> bool:
        asks_more = isinstance(intent, WhatIsPlanned) and not intent.appointment_ids
        return asks_more and getattr(intent, "weekday", None) is None

    return [(words, each) for words, each in said if not (named and is_of_it(each))]


def _each_once(said: Sequence[tuple[str, Intent]], known: Known) -> Sequence[tuple[str, Intent]]:
    """ "All her tablets, and I did her drops": the drops are none of the tablets. What is said of
    something that was given right before is its note: "she took it all", "she ate her breakfast".
    """
    named = tuple(
        mention[0]
        for _words, intent in said
        if isinstance(intent, Gave)
        for mention in intent.mentions
        if len(mention) == 1
    )
    kept: list[tuple[str, Intent]] = []
    for words, intent in said:
        given = kept[-1][1] if kept else None
        is_of_it = bool(_OF_IT.search(words))
        is_same = isinstance(intent, GaveDue) and is_of_it and isinstance(given, Gave)
        if isinstance(intent, Gave) and is_of_it:
            is_same = not read_sentence(words, known).names_medicine  # "and he swallowed it"
        is_remark = intent == OffTopic(is_of_health=True) and not turns(words, "in a note")
        if isinstance(given, Gave | GaveDue) and (is_same or is_remark):
            note = "; ".join(filter(None, [given.note, words]))
            kept[-1] = (kept[-1][0], replace(given, note=note))
        elif isinstance(intent, GaveDue):
            kept.append((words, replace(intent, but_not=(*intent.but_not, *named))))
        else:
            kept.append((words, intent))
    return kept


_OF_IT = re.compile(r"(?i)\bit\b")


def _as_typed(intent: Intent, text: str) -> Intent:
    """Notes as they stand in *text*."""
    match intent:
        case Gave(note=str(note)) | GaveDue(note=str(note)) if note:
            return replace(intent, note=as_typed(note, text))
        case Skipped(reason=str(reason)) if reason:
            return replace(intent, reason=as_typed(reason, text))
    return intent


def _read_message(text: str, known: Known, read: Read) -> Message:
    read = cache(read)
    is_short = len(text) <= _LONGEST
    following = load_openings("turns")["of the next one"].search(text) if is_short else None
    if following is not None and following.start():
        given = _read_message(text[: following.start()], known, read)
        if given.said and all(isinstance(intent, Gave) for _words, intent in given.said):
            return replace(given, left=following[0].strip(" ,.;:-"))
    if is_short and (others := _not_yet(text, known, read)):
        return others
    said = _requests(text, read)
    is_quoted = any(
        isinstance(intent, NoRecord) and intent.why is Unsaid.QUOTED for _words, intent in said
    )
    is_aside = bool(said) and all(isinstance(intent, OffTopic) for _words, intent in said)
    if said and not is_quoted and not is_aside:
        return _partly_given(text, said, known, read) or Message(said, _left(text, said))
    clause = read_clause(text, known, read)
    if clause is None or (
        (is_quoted or is_aside) and not isinstance(clause.intent, Gave | GaveDue | Skipped)
    ):
        sentence = read_sentence(text, known)
        broad = None if said else read_broadly(sentence)
        is_page = isinstance(broad, WhatIsPlanned) and not sentence.is_question
        is_page = is_page and sentence.text.split()[0] not in load_words("starts")
        return Message(said if broad is None else [(text, broad)], unplaced=text if is_page else "")
    match clause.intent:
        case Gave(note="") | GaveDue(note="") as gave:
            return Message([(clause.words, replace(gave, note=clause.left))])
        case Skipped(reason="") as skipped:
            return Message([(clause.words, replace(skipped, reason=clause.left))])
    return Message([(clause.words, clause.intent)], clause.left)


_BUT = re.compile(r"(?i)[, ]+(?=(?:but|except|unless)\b)")


def _but(text: str) -> str:
    """What restricts it, and nobody could read: "I can take him, but can't bring him back"."""
    return _BUT.split(text, maxsplit=1)[-1] if _BUT.search(text) else ""


_REPORT = re.compile(
    r"(?i)[,.?!;]+ *(?=(?:(?:her|his|the) )?last (?:one|dose|time)\b"
    r"|(?:she|he|i|we)\b.*\b(?:had|gave|took)\b)"
)


def _left(text: str, said: Sequence[tuple[str, Intent]]) -> str:
    """What stands beside something that is asked or offered, and is no part of it."""
    if _is_about_a_visit(said):
        return _but(text)
    is_may = any(isinstance(intent, MayBeGiven) for _words, intent in said)
    is_may = is_may and not any(isinstance(intent, Gave) for _words, intent in said)
    return _REPORT.split(text, maxsplit=1)[-1] if is_may and _REPORT.search(text) else ""


def _partly_given(
    text: str, said: Sequence[tuple[str, Intent]], known: Known, read: Read
) -> Message | None:
    """ "She had her tablet, but not the drops yet": what was given, and the rest is left out, if it
    is of another medicine.
    """
    intent = said[0][1]
    if not isinstance(intent, NoRecord) or intent.why is not Unsaid.NEGATED:
        return None
    first, *rest = _PARTLY.split(text, maxsplit=1)
    given = read(first) if rest else None
    if not isinstance(given, Gave | GaveDue):
        return None
    others = read_sentence(rest[0], known)
    is_same = {*others.medicine_ids} & {*read_sentence(first, known).medicine_ids}
    return (
        None
        if is_same or not others.says("turns", "of another")
        else Message([(first, given)], rest[0])
    )


_LONGEST = 400  # letters


def _not_yet(text: str, known: Known, read: Read) -> Message | None:
    """ "Gave Joe Keppra, omeprazole not yet": what was given, and the rest is left out, if it is of
    another medicine.
    """
    found = _NOT_YET.search(text)
    given = read(text[: found.start()]) if found else None
    if found is None or not isinstance(given, Gave):
        return None
    named = {each for mention in given.mentions for each in mention}
    others = {*read_sentence(found["rest"], known).medicine_ids}
    is_of_others = bool(others) and not others & named
    return Message([(text[: found.start()], given)], found["rest"]) if is_of_others else None


_NOT_YET = re.compile(
    r"(?i)[,.;] *(?:but )?(?P<rest>[^,.;]{3,60}?\b(?:not yet|not given|not done|not had|not taken|"
    r"still to (?:do|come|give)))[ .!]*$"
)
_PARTLY = re.compile(r"(?i)[, ]+(?=but\b)|[,.] *(?=(?:no|not|none)\b)")


def _is_about_a_visit(said: Sequence[tuple[str, Intent]]) -> bool:
    return any(isinstance(intent, Drives | Moved | CalledOff) for _words, intent in said)


def _takes_a_record_for_a_question(found: Sequence[tuple[str, Intent]]) -> bool:
    """ "Bisoprolol given 8:05, Metformin given 8:05 if Ben agrees": the second asks nothing."""
    is_list = any(isinstance(intent, Gave | GaveDue) for _words, intent in found)
    return is_list and any(
        isinstance(intent, WasItGiven) and not begins_like_question(words)
        for words, intent in found
    )


_GIVEN = re.compile(
    r"(?i)[,.;:!]+\s+|\s+(?:and|so|then)\s+(?=(?:(?:i|we)\s+)?(?:have\s+|'ve\s+)?(?:just\s+)?gave?n?\b)"
)


def _given_beside(text: str, read: Read) -> Sequence[tuple[str, Intent]]:
    """ "Joe had a seizure 10:15, gave lorazepam 1 mg": what was given beside words of danger, which
    are its note; nothing else counts there.
    """
    parts = [part.strip(" .") for part in _GIVEN.split(text) if part.strip(" .")]
    for part in parts if len(parts) > 1 else ():
        given = read(part)
        if isinstance(given, Gave):
            others = [other for other in parts if other != part and not turns(other, "in a note")]
            note = "; ".join(filter(None, [*others, given.note]))
            return [(part, replace(given, note=note))]
    return ()


def _is_beside(intent: Intent) -> bool:
    """Whether it says nothing where something else is said."""
    return isinstance(intent, SmallTalk) or intent == RunsCommand("help")


def _requests(text: str, read: Read) -> Sequence[tuple[str, Intent]]:
    whole = read(text)
    if whole == SaysDanger(Danger.EMERGENCY):
        return [(text, whole), *_given_beside(text, read)]
    if isinstance(whole, SaysDanger) or (isinstance(whole, Gave) and len(whole.mentions) > 1):
        return [(text, whole)]
    for parts in ways_to_split(text):
        each_said = [_requests(part, read) for part in parts]
        found = [pair for said in each_said for pair in said]
        if not all(each_said) or len(found) > MOST_REQUESTS:
            continue
        if any(isinstance(intent, NoRecord) for _words, intent in found):
            break
        if _takes_a_record_for_a_question(found):
            continue
        found = [pair for pair in found if not _is_beside(pair[1])] or found[:1]
        if len({intent for _words, intent in found}) == len(found):
            return found
        if found and all(each == found[0] or each[1] == WhoIsInFamily() for each in found):
            return found[:1]
    if whole is not None:
        return [(text, whole)]
    apart = [pair for part in each_counted(text) for pair in _requests(part, read)]
    return apart if len(apart) > 1 else []
