"""Several lines after one command: several entries, shown together and saved at once.

All entries are shown first. Where a line leaves something open, its entry is marked, and asked
about when it is tapped. A line that nobody understands is quoted with the reason, and can't be
saved until it is retyped.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from bot.conversation.engine import (
    AbandonPolicy,
    Choice,
    Data,
    Flow,
    Reply,
    Step,
    cancel_button,
    cancelled,
    finished,
)
from bot.conversation.list_drafts import Listed
from bot.conversation.list_entries import Entry, Kind, NotSaved, read_entries
from bot.conversation.people import load_people
from bot.conversation.views import pasted_lists as views
from bot.grammar.commands.entry_lists import lines_of
from bot.grammar.problems import Misunderstood
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Button, Screen
from bot.ui.misunderstandings import misunderstood
from bot.ui.refusals import family_full
from domain.database.scope import Scope
from domain.family.errors import FamilyFull, NobodyCaredFor
from domain.savepoints import run_in_savepoint

_LEAVE_OUT, _BACK = "leave", "back"
_NUMBERED = re.compile(r"\s*(\d{1,2})(?:\s*[.):])?\s+(\S.*)", re.DOTALL)


def is_list(text: str | None) -> bool:
    return len(lines_of(text or "")) > 1


async def begin(request: Request, kind: Kind[Any]) -> Answer:
    """Start from a command followed by several lines, each an entry of *kind*."""
    return await PastedLists(kind).begin(request, kind)


class PastedLists:
    """The conversation about a pasted list whose entries are of one of *kinds*."""

    def __init__(self, *kinds: Kind[Any]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self.flow = Flow(
            "addlist",
            {
                "ask": Step(self._ask, self._take_answer),
                "list": Step(self._show, self._take_list, self._as_of_now),
                "change": Step(self._ask_to_retype, self._take_retyped),
            },
            abandon_policy=AbandonPolicy("meds", renew=self._renew, describe_draft=_describe_draft),
        )

    async def begin(self, request: Request, kind: Kind[Any]) -> Answer:
        request.scope.require(kind.action)
        people = await load_people(request.scope)
        if not people:
            raise NobodyCaredFor
        read = await kind.reader(request, people)
        found = await read_entries(lines_of(request.text or ""), kind, read)
        entries = tuple(replace(entry, key=number) for number, entry in enumerate(found))
        return self._next(request, None, Listed(kind, people, entries))

    def _read(self, data: Data) -> Listed:
        return Listed.read(data, self._kinds[data["kind"]])

    async def _renew(self, request: Request, data: Data) -> Data:
        request.scope.require(self._kinds[data["kind"]].action)
        return data

    async def _as_of_now(self, request: Request, data: Data) -> Data:
        return self._read(data).refreshed(request.scope.clock.now()).write()

    def _ask(self, data: Data, choice: Choice) -> Screen:
        listed = self._read(data)
        question = listed.kind.ask(listed.entry, listed.people, choice)
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

    async def _take_answer(self, request: Request, running: Conversation, reply: Reply) -> Answer:
        listed = self._read(running.data)
        if reply.choice == _LEAVE_OUT:
            return self._next(request, running, listed.without(listed.at))
        if reply.choice == _BACK:
            return self._next(request, running, listed)
        redrawn = listed.kind.redrawn(listed.people, listed.entry, reply)
        if redrawn is not None:
            return self.flow.redraw(request, running, listed.with_entry(redrawn).write())
        text = reply.text or ""
        retyped = await self._retyped(request, listed, text) if _NUMBERED.fullmatch(text) else None
        if retyped is not None:
            return self._next(request, running, retyped)
        try:
            entry, problem = await listed.kind.take(request, listed.people, listed.entry, reply)
        except Misunderstood:
            retyped = await self._retyped(request, listed, text)
            if retyped is None:
                raise
            return self._next(request, running, retyped)
        first = None if problem is None else Screen(misunderstood(problem))
        return self._next(request, running, listed.with_entry(entry), first=first, is_asked_on=True)

    async def _retyped(self, request: Request, listed: Listed, text: str) -> Listed | None:
        """The list after a whole line was typed instead of an answer: for the entry being asked
        about, or for the one whose number it starts with. None if *text* isn't a whole line.
        """
        numbered, at = _NUMBERED.fullmatch(text), listed.at
        if numbered is not None and 1 <= int(numbered[1]) <= len(listed.entries):
            at, text = int(numbered[1]) - 1, numbered[2]
        read = await listed.kind.reader(request, listed.people)
        entry = read(" ".join(lines_of(text)), listed.entries[at].key)
        return listed.with_entry(entry) if listed.kind.is_complete(entry) else None

    def _show(self, data: Data, choice: Choice) -> Screen:
        listed = self._read(data)
        shown = listed.shown
        rows = [
            (
                *_way_on(listed, entry, number, choice),
                choice(views.change_label(number), f"c{number}"),
                choice(views.drop_label(number), f"x{number}"),
            )
            for number, entry in enumerate(listed.entries[: len(shown)], start=1)
        ]
        if listed.asks_person:
            everybody = enumerate(listed.people)
            whose = [choice(views.all_for_label(person.name), f"p{at}") for at, person in everybody]
            rows.append(tuple(whose))
        last = [cancel_button(choice)]
        count = len(listed.savable)
        if count:
            label = views.save_label(count, is_all=count == len(listed.entries))
            last.insert(0, choice(label, "save"))
        return views.entries(shown, (*rows, tuple(last)), left=len(listed.entries) - len(shown))

    async def _take_list(self, request: Request, running: Conversation, reply: Reply) -> Answer:
        listed = self._read(running.data)
        key = reply.choice or ""
        match key[:1], key[1:]:
            case "a" | "b" | "c" | "x" as what, number if number.isdecimal():
                return self._change(request, running, listed, what, int(number) - 1)
            case "p", number if number.isdecimal():
                return await self._all_for(request, running, listed, Reply(choice=number))
            case "s", _:
                return await self._save(request, running, listed)
        numbered = _NUMBERED.fullmatch(reply.text or "")
        if numbered is None or not 1 <= int(numbered[1]) <= len(listed.entries):
            return views.tap_or_type(reply.text or "").and_ask(self.flow.question(running))
        listed = replace(listed, at=int(numbered[1]) - 1)
        return await self._replace_entry(request, running, listed, numbered[2])

    async def _all_for(
        self, request: Request, running: Conversation, listed: Listed, person: Reply
    ) -> Answer:
        """Assign every entry that doesn't say whom it is for to that person."""
        for entry in listed.entries:
            if listed.kind.question(entry) == "person":
                changed, _ = await listed.kind.take(request, listed.people, entry, person)
                listed = listed.with_entry(changed)
        return self._next(request, running, listed)

    def _change(
        self, request: Request, running: Conversation, listed: Listed, what: str, at: int
    ) -> Answer:
        if what == "x":
            return self._next(request, running, listed.without(at))
        if what == "b":
            entry = listed.entries[at]
            entry = replace(entry, same=None, beside=(*entry.beside, entry.same_id))
            return self._next(request, running, listed.with_entry(entry))
        listed = replace(listed, at=at)
        if what == "a":
            return self._next(request, running, listed, is_asked_on=True)
        return self.flow.advance(request, running, "change", listed.write())

    def _ask_to_retype(self, data: Data, choice: Choice) -> Screen:
        listed = self._read(data)
        return views.ask_to_retype(
            listed.entry.line, number=listed.at + 1, keep=choice(views.keep_label(), "keep")
        )

    async def _take_retyped(self, request: Request, running: Conversation, reply: Reply) -> Answer:
        listed = self._read(running.data)
        if reply.choice is not None:
            return self._next(request, running, listed)
        retyped = await self._retyped(request, listed, reply.text or "")
        if retyped is not None:
            return self._next(request, running, retyped)
        return await self._replace_entry(request, running, listed, reply.text or "")

    async def _replace_entry(
        self, request: Request, running: Conversation, listed: Listed, text: str
    ) -> Answer:
        key = listed.entry.key
        read = await listed.kind.reader(request, listed.people)
        entry = read(" ".join(lines_of(text)), key)
        return self._next(request, running, listed.with_entry(entry))

    async def _save(self, request: Request, running: Conversation, listed: Listed) -> Answer:
        """Save all entries that can be saved, in this transaction; the rest stays open. Raises
        FamilyFull if there is no room for any.
        """
        kind, saved, left = listed.kind, [], []
        savable = {entry.key for entry in listed.savable}
        full: FamilyFull | None = None
        for entry in listed.entries:
            if entry.key not in savable or full is not None:
                left.append(entry)
                continue
            flow_id = uuid5(running.flow_id, str(entry.key))
            try:
                work = partial(_save_one, request, listed, entry, flow_id=flow_id)
                saved.append(await run_in_savepoint(request.scope, work))
            except NotSaved as refused:
                left.append(refused.entry)
            except FamilyFull as error:
                full = error
                left.append(entry)
        if not saved:
            if full is not None:
                raise full
            return self._next(request, running, replace(listed, entries=tuple(left)))
        said = list(await kind.saved(request, saved))
        if full is not None:
            said.append(family_full(full))
        if not left:
            return finished(running, Answer(send=tuple(said)))
        rest = self._next(request, running, replace(listed, entries=tuple(left), at=0))
        return replace(rest, send=(*said, *rest.send))

    def _next(
        self,
        request: Request,
        running: Conversation | None,
        listed: Listed,
        *,
        first: Screen | None = None,
        is_asked_on: bool = False,
    ) -> Answer:
        """Show the list, or end if it is empty. With *is_asked_on*, first asks what is still open
        about the current entry.
        """
        if not listed.entries:
            return cancelled(running.flow_id) if running else Answer()
        listed = listed.refreshed(request.scope.clock.now())
        is_open = is_asked_on and listed.kind.question(listed.entry) is not None
        step = "ask" if is_open else "list"
        return self.flow.ask(request, running, step, listed.write(), first=first)


def _way_on(listed: Listed, entry: Entry, number: int, choice: Choice) -> Iterator[Button]:
    """The buttons that settle why an entry can't be saved as it is."""
    if entry.same is not None:
        yield choice(views.both_label(number), f"b{number}")
    question = listed.kind.question(entry)
    if question is not None:
        yield choice(views.answer_label(number, listed.kind.open_words(question)), f"a{number}")


async def _save_one(
    request: Request, listed: Listed, entry: Entry, _scope: Scope, *, flow_id: UUID
) -> Any:
    return await listed.kind.save(request, listed.people, entry, flow_id=flow_id)


def _describe_draft(data: Data) -> str | None:
    """The typed lines, joined into one (no HTML)."""
    return views.lines_in_short([entry["line"] for entry in data["entries"]])
