"""What a whole message says: one thing, several, or one beside words that can't be read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from bot.grammar.intents.clauses import read_clause
from bot.grammar.intents.kinds import (
    Gave,
    GaveDue,
    Intent,
    NoRecord,
    RunsCommand,
    SaysDanger,
    Skipped,
    SmallTalk,
    Unsaid,
)
from bot.grammar.intents.known import Known
from bot.grammar.intents.requests import MOST_REQUESTS, ways_to_split

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
        return Message(said)
    clause = read_clause(text, known, read)
    if clause is None or (is_quoted and not isinstance(clause.intent, Gave | GaveDue | Skipped)):
        return Message(said)
    match clause.intent:
        case Gave(note="") | GaveDue(note="") as gave:
            return Message([(clause.words, replace(gave, note=clause.left))])
        case Skipped(reason="") as skipped:
            return Message([(clause.words, replace(skipped, reason=clause.left))])
    return Message([(clause.words, clause.intent)], clause.left)


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
