"""A talk performed: each line done by the people in it, and what their phones show afterwards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from zoneinfo import ZoneInfo

from bot.grammar.people import parse_place
from bot.grammar.problems import Misunderstood
from bot.sandbox import GroupRoom, Message, Person
from tests import town as towns
from tests.phone_calendar import Entry, PhoneCalendar
from tests.talk import script
from tests.talk.phones import Phones, Seen, in_words
from tests.talk.script import (
    Blocks,
    Bot,
    Edits,
    Expects,
    Family,
    Group,
    Line,
    Moment,
    Newcomer,
    Numbered,
    OpensCalendar,
    OpensLink,
    Passes,
    Removes,
    Says,
    Stranger,
    Tables,
    Taps,
)
from tests.talk.stage import Stage
from tests.talk.tables import in_short

# Long enough that a family is there before its talk begins.
BEFOREHAND = timedelta(minutes=15)
DEFAULT_ZONE = "Europe/London"
CALENDAR_SHOWS = timedelta(days=35)


class TalkFailed(AssertionError):
    """A phone does not show what a line says that it does, or something else is wrong."""


def begins_at(talk: Sequence[Numbered]) -> tuple[datetime, ZoneInfo]:
    """When the talk begins (aware), and by whose clock it goes on. Raises UnreadableLine."""
    first = talk[0].line if talk else None
    if not isinstance(first, Family) or first.at is None or first.at.day is None:
        raise script.UnreadableLine(
            'a talk begins with a family and a day: family "Us": Anna (admin); Mum in London;'
            " at 2026-06-01 07:40"
        )
    place = first.people[0][1] if first.people else DEFAULT_ZONE
    try:
        zone = parse_place(place).zone
    except Misunderstood as problem:
        words = ", ".join(problem.suggestions) or "a zone: Europe/London"
        raise script.UnreadableLine(f"where is {place}? Say {words}") from None
    return datetime.combine(first.at.day, first.at.clock, zone), zone


@dataclass
class Performance:
    """Goes through a talk on *stage*; *tell* gets each line that is to be read."""

    stage: Stage
    zone: ZoneInfo
    tell: Callable[[str], None]
    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, GroupRoom] = field(default_factory=dict)
    phones: Phones = field(default_factory=Phones)
    _last_speaker: str | None = None
    _changed: list[Seen] = field(default_factory=list)

    async def perform(self, numbered: Numbered) -> None:
        """Raises TalkFailed, with the number of the line."""
        self.tell(f"{self._clock()}  {numbered.typed}")
        try:
            await self._do(numbered.line)
        except (TalkFailed, LookupError, TimeoutError, ValueError, script.UnreadableLine) as error:
            raise TalkFailed(f"line {numbered.number}, “{numbered.typed}”: {error}") from error
        if errors := self.stage.errors.lines:
            self.stage.errors.lines = []
            raise TalkFailed(f"line {numbered.number}: the bot logged {errors}")

    async def _do(self, line: Line) -> None:
        if isinstance(line, Expects):
            self._check(line)
            return
        if isinstance(line, Tables):
            for each in await in_short(self.stage):
                self.tell(f"      {each}")
            return
        if isinstance(line, OpensCalendar):
            self._open_calendar(line)
            return
        self._changed = []
        match line:
            case Family():
                await self._gather(line)
            case Stranger(name=name):
                self._meet_stranger(name)
            case Group(name=name, members=members):
                group = self.stage.town.group(name, *(self._person(who) for who in members))
                self.groups[name] = group
                self.phones.add(group)
            case Removes(who=who, where=where):
                self._group(where).remove_bot(self._person(who))
            case Passes(by=by):
                await self._let_pass(self.stage.now + by)
            case Moment():
                await self._let_pass(line.after(self.stage.now.astimezone(self.zone)))
            case Bot():
                if line.stops:
                    await self.stage.town.stop_bot()
                if line.starts:
                    await self.stage.town.start_bot()
                    await self.stage.catch_up()
            case Says() | Taps() | Edits() | Blocks() | OpensLink():
                await self._act(line)
        await self.stage.settled()
        self._look()

    async def _act(self, line: Says | Taps | Edits | Blocks | OpensLink) -> None:
        person = self._person(line.who)
        self._last_speaker = line.who
        await self.stage.forget_rates()
        match line:
            case OpensLink(whose=whose, back=back):
                await person.open_link(_links_on(self._person(whose))[back])
            case Says(text=text, on=on, where=str(where), is_anonymous=is_anonymous):
                group = self._group(where)
                about = None if on is None else _newest(group, on)
                await group.send(person, text, reply_to=about, is_anonymous=is_anonymous)
            case Taps(label=label, on=on, where=str(where)):
                group = self._group(where)
                there = None if on is None else _newest(group, on)
                group.tap(person, label, message=there)
            case Says(text=text, on=on):
                about = None if on is None else _newest(person, on)
                await person.send(text, reply_to=about)
            case Taps(label=label, on=on):
                message = None if on is None else _newest(person, on)
                person.tap(label, message=message)
            case Edits(old=old, text=text):
                own = [m for m in person.messages if not m.from_bot and old in m.text]
                if not own:
                    raise LookupError(f"{person.name} has not typed “{old}”")
                await person.edit(own[-1], text)
            case Blocks(is_blocked=True):
                person.block()
            case Blocks():
                person.unblock()

    async def _let_pass(self, instant: datetime) -> None:
        async for _moment in self.stage.move_to(instant):
            self._look(with_clock=True)

    def _look(self, *, with_clock: bool = False) -> None:
        """Tell what has changed on the phones."""
        seen = self.phones.changes()
        if seen and with_clock:
            self.tell(f"  {self._clock()}")
        width = max((len(name) for name in self.people), default=0)
        for each in seen:
            first, *rest = each.lines
            self.tell(f"      {each.who:{width}} {first}")
            for line in rest:
                self.tell(f"      {'':{width}} {line}")
        self._changed += seen

    def _check(self, line: Expects) -> None:
        if line.nobody:
            for person in self.phones.people:
                for message in person.messages:
                    if message.from_bot and line.text in in_words(message):
                        raise TalkFailed(f"{person.name}'s phone shows:\n{in_words(message)}")
            return
        who = line.who or self._last_speaker
        if who is None:
            raise script.UnreadableLine("nobody has said anything yet")
        shown = [seen.words for seen in self._changed if seen.who == who]
        if line.anywhere:
            screen = self.groups[who] if who in self.groups else self._person(who)
            shown = [in_words(m) for m in screen.messages if m.from_bot]
        if not any(line.text in words for words in shown):
            raise TalkFailed(f"{who} sees:\n" + ("\n—\n".join(shown[-6:]) or "(nothing new)"))

    def _open_calendar(self, line: OpensCalendar) -> None:
        shown = [
            f"{entry.starts_at.astimezone(self.zone):%-d %b %H:%M} {entry.title} {entry.place}"
            for entry in self.calendar_of(line.who)
        ]
        for each in shown:
            self.tell(f"      {line.who} 🗓 {each}")
        for each, expected in zip_longest(shown[: len(line.next)], line.next, fillvalue=""):
            if expected not in each:
                raise TalkFailed(f"{line.who}'s calendar shows:\n" + "\n".join(shown))

    def calendar_of(self, name: str) -> Sequence[Entry]:
        """What a phone's calendar shows of the coming weeks; every file was opened."""
        person, calendar = self._person(name), PhoneCalendar(self.zone)
        for message in person.messages:
            if "document" in message.attachment:
                calendar.open(person.download(message).decode())
        now = self.stage.now
        shown = calendar.shown(now, now + CALENDAR_SHOWS)
        return [entry for entry in shown if entry.starts_at > now]

    def _group(self, name: str) -> GroupRoom:
        if name not in self.groups:
            raise script.UnreadableLine(f"what group is {name}?")
        return self.groups[name]

    def _person(self, name: str) -> Person:
        if name not in self.people:
            raise script.UnreadableLine(f"who is {name}?")
        return self.people[name]

    def _clock(self) -> str:
        return f"{self.stage.now.astimezone(self.zone):%a %d %b %H:%M:%S}"

    # How a family comes together, by the bot's own commands.

    async def _gather(self, family: Family) -> None:
        begins = family.at.after(self.stage.now.astimezone(self.zone)) if family.at else None
        first, *others = family.members
        admin = await self._meet(first)
        await admin.send(f"/newfamily {family.name}")
        await admin.sees("You've created the family")
        for newcomer in others:
            invited = await self._meet(newcomer)
            await invited.open_link(await towns.invite(admin, newcomer.role))
            await invited.sees("Welcome to the family")
        for name, place in family.people:
            await towns.add_person(admin, name, place)
        for newcomer in family.members:
            if newcomer.place is not None:
                await _live_in(self._person(newcomer.name), newcomer.place)
        await self.stage.settled()
        if begins is not None:
            async for _moment in self.stage.move_to(begins):
                pass
        self.phones.changes()  # how a family comes together is not what the talk is about

    def _meet_stranger(self, name: str) -> Person:
        person = self.stage.town.person(name)
        self.people[name] = person
        self.phones.add(person)
        return person

    async def _meet(self, newcomer: Newcomer) -> Person:
        if newcomer.name not in self.people:
            person = self._meet_stranger(newcomer.name)
            await person.start()
            await person.sees("Hello")
        return self.people[newcomer.name]


async def _live_in(member: Person, place: str) -> None:
    await member.send("/people")
    await member.sees("")
    await member.press("My time zone")
    await member.send(place)
    await member.sees("I've set your time zone to")


def _newest(person: Person | GroupRoom, fragment: str) -> Message:
    for message in reversed(person.messages):
        if message.from_bot and fragment in message.text:
            return message
    raise LookupError(f"{person.name} has no message with “{fragment}”")


def _links_on(person: Person) -> Sequence[str]:
    """Newest first."""
    return [link for message in reversed(person.messages) for link in message.links]
