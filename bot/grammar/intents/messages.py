"""What a whole message says: one thing, several, or one beside words that can't be read."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.grammar.intents.broadly import read_broadly
from bot.grammar.intents.clauses import read_clause
from bot.grammar.intents.kinds import (
    CalledOff,
    Drives,
    Gave,
    GaveDue,
    Intent,
    Moved,
    NoRecord,
    RunsCommand,
    SaysDanger,
    Skipped,
    SmallTalk,
    Unsaid,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.questions import MayBeGiven
from bot.grammar.intents.requests import MOST_REQUESTS, ways_to_split
from bot.grammar.intents.sentences import read_sentence

Read = Callable[[str], Intent | None]


@dataclass(frozen=True, slots=True)
class Message:
    """Each thing that is said, with its words; and what is `left` of the message, which nothing is
    done with.
    """

    said: Sequence[tuple[str, Intent]] = ()
    left: str = ""


def read_message(text: str, known: Known, read: Read) -> Message:
    """What *text* says, a part of it as *read* understands it. What only sounds like a record, and
    all that is said in the same breath, is none; but in "she says her head hurts, gave her the
    paracetamol" only the first half is somebody else's word. What is said beside a record is its
    note.
    """
    read = cache(read)
    said = _requests(text, read)
    is_quoted = any(
        isinstance(intent, NoRecord) and intent.why is Unsaid.QUOTED for _words, intent in said
    )
    if said and not is_quoted:
        return _partly_given(text, said, read) or Message(said, _left(text, said))
    clause = read_clause(text, known, read)
    if clause is None or (is_quoted and not isinstance(clause.intent, Gave | GaveDue | Skipped)):
        broad = None if said else read_broadly(read_sentence(text, known))
        return Message(said if broad is None else [(text, broad)])
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
    r"(?i)[,.]+ *(?=(?:(?:her|his|the) )?last (?:one|dose|time)\b"
    r"|(?:she|he|i|we)\b.*\b(?:had|gave|took)\b)"
)


def _left(text: str, said: Sequence[tuple[str, Intent]]) -> str:
    """What stands beside something that is asked or offered, and is no part of it."""
    if _is_about_a_visit(said):
        return _but(text)
    is_may = any(isinstance(intent, MayBeGiven) for _words, intent in said)
    return _REPORT.split(text, maxsplit=1)[-1] if is_may and _REPORT.search(text) else ""


def _partly_given(text: str, said: Sequence[tuple[str, Intent]], read: Read) -> Message | None:
    """ "She had her tablet, but not the drops yet": what was given, and the rest is left out."""
    intent = said[0][1]
    if not isinstance(intent, NoRecord) or intent.why is not Unsaid.NEGATED:
        return None
    first, *rest = re.split(r"(?i)[, ]+(?=but\b)", text, maxsplit=1)
    given = read(first) if rest else None
    return Message([(first, given)], rest[0]) if isinstance(given, Gave | GaveDue) else None


def _is_about_a_visit(said: Sequence[tuple[str, Intent]]) -> bool:
    return any(isinstance(intent, Drives | Moved | CalledOff) for _words, intent in said)


def _is_beside(intent: Intent) -> bool:
    """Whether it says nothing where something else is said."""
    return isinstance(intent, SmallTalk) or intent == RunsCommand("help")


def _requests(text: str, read: Read) -> Sequence[tuple[str, Intent]]:
    whole = read(text)
    if isinstance(whole, SaysDanger):
        return [(text, whole)]
    for parts in ways_to_split(text):
        each_said = [_requests(part, read) for part in parts]
        found = [pair for said in each_said for pair in said]
        if not all(each_said) or len(found) > MOST_REQUESTS:
            continue
        if any(isinstance(intent, NoRecord) for _words, intent in found):
            break
        found = [pair for pair in found if not _is_beside(pair[1])] or found[:1]
        if len({intent for _words, intent in found}) == len(found):
            return found
    return [] if whole is None else [(text, whole)]
