"""Several lines after one `/addappt` or `/addmed`: several entries, shown together, saved at once.

All of them are shown first. What a line leaves open is marked, and asked when it is tapped; what
nobody understands is quoted with the reason, and is not saved until it is typed anew.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from bot.conversation.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.conversation.whose import People, load_people, read_people
from bot.features.overview.flows.list_entries import KINDS, Entry, Kind, NotSaved, Reader
from bot.features.overview.views import add_list as views
from bot.grammar.commands.entry_lists import lines_of, to_entries
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Button, Screen
from bot.ui.misunderstandings import misunderstood
from bot.ui.refusals import family_full
from domain.database.scope import Scope
from domain.family.errors import FamilyFull, NobodyCaredFor
from domain.several import attempt

_LEAVE_OUT, _BACK = "leave", "back"
_MOST_PEOPLE = 4  # more are asked about one by one
_NUMBERED = re.compile(r"\s*(\d{1,2})(?:\s*[.):])?\s+(\S.*)", re.DOTALL)


@dataclass(frozen=True)
class Listed:
    """The list as far as it is known; `at` is the entry that is asked about or typed anew."""

    kind: str
    people: People
    entries: tuple[Entry, ...]
    at: int = 0

    @classmethod
    def read(cls, stored: Data) -> "Listed":
        entries = tuple(Entry.read(entry) for entry in stored["entries"])
        return cls(stored["kind"], read_people(stored["people"]), entries, stored["at"])

    def write(self) -> Data:
        return asdict(self)

    @property
    def of(self) -> Kind[Any]:
        return KINDS[self.kind]

    @property
    def entry(self) -> Entry:
        return self.entries[self.at]

    @property
    def shown(self) -> Sequence[views.Shown]:
        """Those that one message holds: the others come when these are saved or dropped."""
        shown = []
        for entry in self.entries:
            reason = self._reason(entry)
            words = "" if reason else self.of.words(entry, self.people)
            shown.append(views.Shown(entry.line, words, reason, entry.same))
        return shown[: views.how_many_fit(shown)]

    def _reason(self, entry: Entry) -> str | None:
        """Why it cannot be saved as it is (HTML)."""
        if entry.reason is not None:
            return misunderstood(entry.reason)
        question = self.of.question(entry)
        return None if question is None else views.open_words(question)

    @property
    def asks_whose(self) -> bool:
        """Whether several of them are for somebody who is still to be named."""
        asked = sum(self.of.question(entry) == "person" for entry in self.entries)
        return asked > 1 and len(self.people) <= _MOST_PEOPLE

    @property
    def savable(self) -> Sequence[Entry]:
        """What the list shows as understood, and what may be saved beside what is there."""
        return [
            entry
            for entry in self.entries[: len(self.shown)]
            if entry.problem is None and entry.same is None and self.of.question(entry) is None
        ]

    def with_entry(self, entry: Entry) -> "Listed":
        entries = tuple(entry if each.key == entry.key else each for each in self.entries)
        return replace(self, entries=entries)

    def without(self, number: int) -> "Listed":
        entries = (*self.entries[:number], *self.entries[number + 1 :])
        return replace(self, entries=entries, at=0)


def is_list(text: str | None) -> bool:
    return len(lines_of(text or "")) > 1


async def begin(request: Request, kind_name: str) -> Answer:
    """A command with several lines behind it."""
    kind = KINDS[kind_name]
    request.scope.require(kind.action)
    people = await load_people(request.scope)
    if not people:
        raise NobodyCaredFor
    read = await kind.reader(request, people)
    found = await _read_entries(lines_of(request.text or ""), kind, read)
    entries = tuple(replace(entry, key=number) for number, entry in enumerate(found))
    return _next(request, None, Listed(kind_name, people, entries))


async def _read_entries(lines: Sequence[str], kind: Kind[Any], read: Reader) -> Sequence[Entry]:
    """The entries that *lines* make. Each line takes its time to read, alone and with those around
    it, and others have their turn in between.
    """
    known: dict[str, Entry] = {}

    def entry(line: str) -> Entry:
        if line not in known:
            raise _NotRead(line)
        return known[line]

    while True:
        try:
            texts = to_entries(
                lines,
                is_whole=lambda line: kind.is_whole(entry(line)),
                is_rest=lambda line: kind.is_rest(entry(line)),
            )
            return [entry(text) for text in texts]
        except _NotRead as unread:
            known[unread.line] = read(unread.line, 0)
            await asyncio.sleep(0)


class _NotRead(Exception):
    """What *line* says has to be known before it can be told which lines belong together."""

    def __init__(self, line: str) -> None:
        super().__init__()
        self.line = line


def _ask(data: Data, choice: Choice) -> Screen:
    listed = Listed.read(data)
    question = listed.of.ask(listed.entry, listed.people, choice)
    return views.about_one(
        question,
        number=listed.at + 1,
        count=len(listed.entries),
        line=listed.entry.line,
        last=(
            choice(views.leave_out_label(), _LEAVE_OUT),
            choice(views.back_label(), _BACK),
        ),
    )


async def _take_answer(request: Request, running: Conversation, reply: Reply) -> Answer:
    listed = Listed.read(running.data)
    if reply.choice == _LEAVE_OUT:
        return _next(request, running, listed.without(listed.at))
    if reply.choice == _BACK:
        return _next(request, running, listed)
    turned = listed.of.turned(listed.people, listed.entry, reply)
    if turned is not None:
        return FLOW.turn(request, running, listed.with_entry(turned).write())
    text = reply.text or ""
    retyped = await _retyped(request, listed, text) if _NUMBERED.fullmatch(text) else None
    if retyped is not None:
        return _next(request, running, retyped)
    try:
        entry, problem = await listed.of.take(request, listed.people, listed.entry, reply)
    except Misunderstood:
        retyped = await _retyped(request, listed, text)
        if retyped is None:
            raise
        return _next(request, running, retyped)
    first = None if problem is None else Screen(misunderstood(problem))
    return _next(request, running, listed.with_entry(entry), first=first, is_asked_on=True)


async def _retyped(request: Request, listed: Listed, text: str) -> Listed | None:
    """With a whole line instead of an answer: of the entry that is asked about, or of another that
    it begins with the number of. None where *text* is no whole line.
    """
    numbered, at = _NUMBERED.fullmatch(text), listed.at
    if numbered is not None and 1 <= int(numbered[1]) <= len(listed.entries):
        at, text = int(numbered[1]) - 1, numbered[2]
    read = await listed.of.reader(request, listed.people)
    entry = read(" ".join(lines_of(text)), listed.entries[at].key)
    return listed.with_entry(entry) if listed.of.is_whole(entry) else None


def _show(data: Data, choice: Choice) -> Screen:
    listed = Listed.read(data)
    shown = listed.shown
    rows = [
        (
            *_way_on(listed, entry, number, choice),
            choice(views.change_label(number), f"c{number}"),
            choice(views.drop_label(number), f"x{number}"),
        )
        for number, entry in enumerate(listed.entries[: len(shown)], start=1)
    ]
    if listed.asks_whose:
        everybody = enumerate(listed.people)
        whose = [choice(views.all_for_label(name), f"p{at}") for at, (_, name, _) in everybody]
        rows.append(tuple(whose))
    last = [choice(conversations.cancel_label(), "cancel")]
    count = len(listed.savable)
    if count:
        label = views.save_label(count, is_all=count == len(listed.entries))
        last.insert(0, choice(label, "save"))
    return views.entries(shown, (*rows, tuple(last)), left=len(listed.entries) - len(shown))


def _way_on(listed: Listed, entry: Entry, number: int, choice: Choice) -> Iterator[Button]:
    """What an entry needs that cannot be saved as it is, where a tap can give it."""
    if entry.same is not None:
        yield choice(views.both_label(number), f"b{number}")
    question = listed.of.question(entry)
    if question is not None:
        yield choice(views.answer_label(number, question), f"a{number}")


async def _take_list(request: Request, running: Conversation, reply: Reply) -> Answer:
    listed = Listed.read(running.data)
    key = reply.choice or ""
    match key[:1], key[1:]:
        case "a" | "b" | "c" | "x" as what, number if number.isdecimal():
            return _change(request, running, listed, what, int(number) - 1)
        case "p", number if number.isdecimal():
            return await _all_for(request, running, listed, Reply(choice=number))
        case "s", _:
            return await _save(request, running, listed)
        case "c", _:
            return cancelled(running.flow_id)
    numbered = _NUMBERED.fullmatch(reply.text or "")
    if numbered is None or not 1 <= int(numbered[1]) <= len(listed.entries):
        return views.tap_or_type(reply.text or "").and_send(FLOW.question(running))
    listed = replace(listed, at=int(numbered[1]) - 1)
    return await _typed_anew(request, running, listed, numbered[2])


async def _all_for(
    request: Request, running: Conversation, listed: Listed, person: Reply
) -> Answer:
    """Every entry that is for somebody who was not named is for that one."""
    for entry in listed.entries:
        if listed.of.question(entry) == "person":
            changed, _ = await listed.of.take(request, listed.people, entry, person)
            listed = listed.with_entry(changed)
    return _next(request, running, listed)


def _change(request: Request, running: Conversation, listed: Listed, what: str, at: int) -> Answer:
    if what == "x":
        return _next(request, running, listed.without(at))
    if what == "b":
        entry = listed.entries[at]
        entry = replace(entry, same=None, beside=(*entry.beside, entry.same_id))
        return _next(request, running, listed.with_entry(entry))
    listed = replace(listed, at=at)
    if what == "a":
        return _next(request, running, listed, is_asked_on=True)
    return FLOW.go_on(request, running, "change", listed.write())


def _ask_anew(data: Data, choice: Choice) -> Screen:
    listed = Listed.read(data)
    return views.type_anew(
        listed.entry.line, number=listed.at + 1, keep=choice(views.keep_label(), "keep")
    )


async def _take_anew(request: Request, running: Conversation, reply: Reply) -> Answer:
    listed = Listed.read(running.data)
    if reply.choice is not None:
        return _next(request, running, listed)
    retyped = await _retyped(request, listed, reply.text or "")
    if retyped is not None:
        return _next(request, running, retyped)
    return await _typed_anew(request, running, listed, reply.text or "")


async def _typed_anew(request: Request, running: Conversation, listed: Listed, text: str) -> Answer:
    key = listed.entry.key
    read = await listed.of.reader(request, listed.people)
    entry = read(" ".join(lines_of(text)), key)
    return _next(request, running, listed.with_entry(entry))


async def _save(request: Request, running: Conversation, listed: Listed) -> Answer:
    """All that can be saved, in this transaction; the rest goes on being asked about. Raises
    FamilyFull where there is no room for any.
    """
    kind, saved, left = listed.of, [], []
    savable = {entry.key for entry in listed.savable}
    full: FamilyFull | None = None
    for entry in listed.entries:
        if entry.key not in savable or full is not None:
            left.append(entry)
            continue
        flow_id = uuid5(running.flow_id, str(entry.key))
        try:
            work = partial(_save_one, request, listed, entry, flow_id=flow_id)
            saved.append(await attempt(request.scope, work))
        except NotSaved as refused:
            left.append(refused.entry)
        except FamilyFull as error:
            full = error
            left.append(entry)
    if not saved:
        if full is not None:
            raise full
        return _next(request, running, replace(listed, entries=tuple(left)))
    said = list(await kind.saved(request, saved))
    if full is not None:
        said.append(family_full(full))
    if not left:
        return finished(running, Answer(send=tuple(said)))
    rest = _next(request, running, replace(listed, entries=tuple(left), at=0))
    return replace(rest, send=(*said, *rest.send))


async def _save_one(
    request: Request, listed: Listed, entry: Entry, _scope: Scope, *, flow_id: UUID
) -> Any:
    return await listed.of.save(request, listed.people, entry, flow_id=flow_id)


async def _as_of_now(request: Request, data: Data) -> Data:
    return _refreshed(request, Listed.read(data)).write()


def _refreshed(request: Request, listed: Listed) -> Listed:
    now = request.scope.clock.now()
    entries = [listed.of.refreshed(listed.people, each, now=now) for each in listed.entries]
    return replace(listed, entries=tuple(entries))


def name_draft(data: Data) -> str | None:
    """The lines that were typed, on one (no HTML)."""
    return views.lines_in_short([entry["line"] for entry in data["entries"]])


FLOW = Flow(
    "addlist",
    {
        "ask": Step(_ask, _take_answer),
        "list": Step(_show, _take_list, _as_of_now),
        "change": Step(_ask_anew, _take_anew),
    },
)


def _next(
    request: Request,
    running: Conversation | None,
    listed: Listed,
    *,
    first: Screen | None = None,
    is_asked_on: bool = False,
) -> Answer:
    """The list; of nothing, the end. Where it *is_asked_on*, as long as there is one, the question
    about the entry that is in hand.
    """
    if not listed.entries:
        return cancelled(running.flow_id) if running else Answer()
    listed = _refreshed(request, listed)
    is_open = is_asked_on and listed.of.question(listed.entry) is not None
    step, data = "ask" if is_open else "list", listed.write()
    if running is None:
        return FLOW.begin(request, step, data, first=first)
    return FLOW.go_on(request, running, step, data, first=first)
