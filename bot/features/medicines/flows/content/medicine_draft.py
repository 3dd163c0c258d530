"""What is known about a new medicine while `/addmed` asks about it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time
from typing import Any, Self

from bot.conversation.engine import Data
from bot.conversation.people import People, index_of, named_for, read_people, to_persons
from bot.features.medicines.flows.content import content_changes as parts
from bot.features.medicines.flows.content import guards
from bot.features.medicines.flows.content.change_context import ChangeContext
from bot.features.medicines.flows.content.new_schedules import (
    LONGEST_TRIED,
    PRESETS,
    TypedSchedule,
    fitting_words,
    named_lack,
    read_direction,
    read_schedule,
)
from bot.features.medicines.views.content import new_medicines
from bot.grammar.commands.medicines import PartialMedicine
from bot.grammar.labels.beside_times import joined
from bot.grammar.labels.lines import check_notes
from bot.grammar.labels.short_forms import SpelledOut
from bot.grammar.names import long_words
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.likely import likely_schedules
from bot.grammar.schedules.parsing import says_as_much_as_refused
from bot.grammar.strengths import strength_before
from bot.redis.conversations import Conversation
from domain.medicines.dosages import THINGS, Dosage
from domain.medicines.facts import Content, MedicineFacts, NewMedicine
from domain.medicines.schedule_changes.amounts import own_dosages
from domain.medicines.schedules.kinds import schedule_from_json
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes, PartOfDay
from domain.medicines.schedules.moments_of_schedules import parts_of, retimed
from domain.medicines.schedules.problems import InvalidSchedule

OFFERED = {Problem.WHICH_NIGHT, Problem.HOUR_IS_OVER, Problem.HOURS_RANGE}
OFFERED |= {Problem.NUMBER_OR_HOUR, Problem.FIRST_DAY_OR_WEEKLY, Problem.STEP_OR_INSTEAD}
OFFERED |= {Problem.WHICH_STEPS, Problem.AS_WELL_OR_INSTEAD}


@dataclass(frozen=True)
class Draft:
    """What is known so far; stored in Redis between two questions.

    `line` is what was first typed, kept until the person is known and then read again, because the
    person's zone says what "today" is. `same` is what they already take with this or a similar name
    (`same_name`, `same_id`); `beside` are those that the new one is different from. `guard` says
    which limits of an as-needed medicine were already asked for. `change` is a change that waits
    for the answer to `question`. `lacks` names the problem of `schedule_so_far`, and `times` are
    words that would complete it. `refused` are words about when it is due that could not be read.
    `offered` are likely schedules, as one would type them; `differing` is what was tapped so far of
    amounts that differ. `unread` is a line that could not be read as a whole, and `heard` are the
    answers since. `spelled_out` are short forms as typed and what they were read as. `day` has the
    times of the person's day that were asked for on account of this medicine, to be saved with it;
    `day_by_hand`: the usual ones don't suit; `moves` says which other medicines move with them.
    `shown_at` is when the question was put, as ISO in UTC; `before` what a change changed. Who
    `insists` has answered with less than was typed before.
    """

    people: People
    line: str = ""
    person: int | None = None
    name: str | None = None
    dosage: Mapping[str, Any] | None = None
    schedule: Mapping[str, Any] | None = None
    schedule_so_far: str = ""
    lacks: str = ""
    refused: str = ""
    same: str | None = None
    same_name: str = ""
    same_id: str = ""
    beside: tuple[str, ...] = ()
    guard: str = ""
    change: Mapping[str, Any] | None = None
    question: Mapping[str, Any] | None = None
    times: Sequence[str] = ()
    offered: Sequence[str] = ()
    differing: Mapping[str, Any] | None = None
    instructions: str | None = None
    reason: str | None = None
    unread: str = ""
    heard: Sequence[str] = ()
    spelled_out: Sequence[Sequence[str]] = ()
    day: Mapping[str, str] = field(default_factory=dict)
    day_by_hand: bool = False
    moves: Sequence[str] = ()
    shown_at: str = ""
    before: str = ""
    insists: bool = False

    @classmethod
    def read(cls, conversation: Conversation) -> Self:
        return cls.from_data(conversation.data)

    @classmethod
    def from_data(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        data.pop("is_another", None)  # written by an older version
        beside = tuple(data.get("beside", ()))
        return cls(**{**data, "people": read_people(data["people"]), "beside": beside})

    def write(self) -> Data:
        return asdict(self)

    @property
    def persons(self) -> Sequence[Person]:
        return to_persons(self.people)

    @property
    def chosen(self) -> Person | None:
        return None if self.person is None else self.persons[self.person]

    @property
    def step(self) -> str:
        """The first question that is still open."""
        if self.person is None:
            return "person"
        if self.name is None:
            return "name"
        if self.dosage is None:
            return "dosage"
        if self.schedule is None:
            return "schedule"
        if self.question is not None:
            return str(self.question["step"])
        if self.guard != "done" and guards.needs_guard(self.content):
            return self.guard or "interval"
        if self.guard == "most":
            return "most"
        if self.unknown_parts:
            return "daytimes" if self.day_by_hand else "day"
        return "same" if self.same else "confirm"

    @property
    def said_times(self) -> Mapping[PartOfDay, time]:
        """The times that were asked for on account of this medicine."""
        return DayTimes.from_json(self.day).named

    @property
    def day_times(self) -> DayTimes:
        """The person's day, with what was said about it meanwhile."""
        known = self.chosen.day if self.chosen else USUAL_DAY
        return DayTimes({**known.named, **self.said_times})

    @property
    def unknown_parts(self) -> Sequence[PartOfDay]:
        """The parts of the day on which it hangs, and of which nobody has said when they are."""
        if self.schedule is None:
            return ()
        known = self.day_times.named
        return [part for part in parts_of(schedule_from_json(self.schedule)) if part not in known]

    def for_person(self, number: int | None) -> "Draft":
        """A copy for that person; what was said about another one's day is forgotten."""
        if number == self.person:
            return self
        return replace(self, person=number, day={}, day_by_hand=False, moves=(), same=None)

    def saying(self, times: Mapping[PartOfDay, time]) -> "Draft":
        """A copy in which the person's day has these times."""
        return replace(self, day=DayTimes({**self.said_times, **times}).to_json())

    def timed(self) -> "Draft":
        """A copy whose moments have the times of the person's day. Raises Misunderstood if two
        doses would be due at once, or one on another day.
        """
        if self.schedule is None or self.person is None:
            return self
        schedule = schedule_from_json(self.schedule)
        try:
            return replace(self, schedule=retimed(schedule, self.day_times).to_json())
        except InvalidSchedule as error:
            words = ", ".join(f"{at:%H:%M}" for at in self.said_times.values())
            raise Misunderstood(Problem.TIMES_OF_DAY_MEET, words) from error

    @property
    def content(self) -> Content:
        """Name, dosage and schedule, once they're known."""
        if not (self.name and self.dosage and self.schedule):
            raise Misunderstood(Problem.SCHEDULE_MISSING)
        dosage, schedule = Dosage.from_json(self.dosage), schedule_from_json(self.schedule)
        return Content(self.name, dosage, schedule, self.instructions, self.reason)

    def context(self, now: datetime) -> ChangeContext:
        """What a change is read against. Raises Misunderstood while the person isn't known."""
        if self.chosen is None:
            raise Misunderstood(Problem.WHICH_PERSON)
        return ChangeContext(self.content, self.chosen.zone, now, self.day_times)

    def changed(self, content: Content) -> "Draft":
        """A copy with another content; what was asked about the previous one is settled."""
        return replace(
            self,
            name=content.name,
            dosage=content.dosage.to_json(),
            schedule=content.schedule.to_json(),
            instructions=content.instructions,
            reason=content.reason,
            change=None,
            question=None,
            same=None,
            spelled_out=(),
        )

    def understood(self, typed: PartialMedicine) -> "Draft":
        """A copy with what a line said."""
        return replace(
            self,
            person=index_of(self.people, typed.person),
            name=typed.name,
            dosage=typed.dosage.to_json() if typed.dosage else None,
            schedule=typed.schedule.to_json() if typed.schedule else None,
            schedule_so_far=typed.schedule_so_far if typed.schedule is None else "",
            lacks=typed.lacks.name if typed.lacks else "",
            refused=typed.refused,
            line=self.line if typed.person is None else "",
            unread=self.unread or (self.line.removeprefix("/addmed ") if typed.is_unread else ""),
            instructions=joined(self.instructions, typed.instructions),
            reason=typed.reason or self.reason,
        ).spelling_out(typed.spelled_out)

    def hearing(self, words: str) -> "Draft":
        """A copy that knows an answer."""
        return replace(self, heard=(*self.heard, words)) if self.unread else self

    def keeping(self, words: str) -> "Draft":
        """A copy with *words* as a note. Raises Misunderstood if the notes are too long."""
        instructions = joined(self.instructions, words)
        check_notes(instructions, self.reason)
        return replace(self, instructions=instructions, unread="")

    def said(self, typed: TypedSchedule) -> "Draft":
        """A copy with what was said about when it is due. Raises Misunderstood if the notes are too
        long together.
        """
        instructions = joined(self.instructions, typed.instructions)
        check_notes(instructions, typed.reason)
        own = () if typed.schedule is None else own_dosages(typed.schedule)
        is_counted = self.amount is not None and self.amount.unit in THINGS
        if own and is_counted and own[0].unit not in THINGS:
            # "6 tablets", and then steps of 30 mg and less.
            return replace(self, dosage=own[0].to_json()).said(typed)
        return replace(
            self,
            schedule=None if typed.schedule is None else typed.schedule.to_json(),
            schedule_so_far=typed.so_far,
            lacks=typed.lacks.name if typed.lacks else "",
            refused="",
            instructions=instructions,
            reason=typed.reason or self.reason,
            offered=(),
        ).spelling_out(typed.spelled_out)

    def spelling_out(self, found: Sequence[SpelledOut]) -> "Draft":
        """A copy that shows how short forms were read."""
        more = [(each.typed, each.meaning) for each in found if each.to_confirm]
        known = [(typed, meaning) for typed, meaning in self.spelled_out]
        return replace(self, spelled_out=[list(each) for each in dict.fromkeys(known + more)])

    def offering(self, problem: Misunderstood | None, now: datetime) -> "Draft":
        """A copy with the alternatives to what is not possible, or can mean two things, and with
        what a misspelt schedule is likely meant to be.
        """
        if problem is not None and problem.problem in OFFERED:
            refused = self.schedule_so_far or self.refused  # the answer that is typed says it, too
            offering = replace(self, schedule_so_far="", refused=refused)
            return replace(offering, offered=offering.readable(problem.suggestions, now))
        if problem is None or self.schedule or self.schedule_so_far:
            return replace(self, offered=())
        likely = likely_schedules(self.refused, problem)
        return replace(self, offered=self.readable(likely, now))

    def read_schedule(self, words: str, now: datetime, *, says_all: bool) -> TypedSchedule:
        """What was said so far and *words* make; with *says_all*, nothing that was refused is
        missing. Raises Misunderstood.
        """
        if self.chosen is None:
            raise Misunderstood(Problem.WHICH_PERSON)
        return read_schedule(
            words,
            so_far=self.schedule_so_far,
            zone=self.chosen.zone,
            now=now,
            day=self.day_times,
            dosage=self.amount,
            refused=self.refused,
            says_all=says_all,
        )

    def read_direction(self, text: str, now: datetime, *, says_all: bool) -> PartialMedicine | None:
        """A whole direction that was typed where only the times were asked for, like "2 tablets
        every morning"; with *says_all*, all that was refused is in it. None if it isn't one.
        """
        if self.schedule_so_far or self.chosen is None:
            return None
        strength = strength_before(text, self.amount)
        says_less = not says_as_much_as_refused(f"{strength} {text}", refused=self.refused)
        if self.refused and says_less and not says_all:
            return None
        amount = None if says_all else self.amount
        return read_direction(
            text, name=self.name, strength=strength, amount=amount, person=self.chosen, now=now
        )

    @property
    def says_when(self) -> bool:
        return bool(self.schedule or self.schedule_so_far or self.refused)

    @property
    def amount(self) -> Dosage | None:
        return None if self.dosage is None else Dosage.from_json(self.dosage)

    def named(self, text: str) -> str:
        """The line that an answer completes: with the name, unless it says that again."""
        is_named = text.casefold().startswith(long_words(self.name))
        return text if is_named else f'"{self.name}" {text}'

    def readable(self, words: Sequence[str], now: datetime) -> Sequence[str]:
        """Those of *words* that make a schedule, or that an answer can complete."""
        fresh, found = replace(self, schedule_so_far=""), []
        for each in words:
            with suppress(Misunderstood):
                if len(each) <= LONGEST_TRIED:
                    if fresh.read_direction(each, now, says_all=True) is None:
                        fresh.read_schedule(each, now, says_all=True)
                    found.append(each)
        return found

    def with_times(self, now: datetime) -> "Draft":
        """A copy with the times of day that complete the schedule, offered as buttons."""
        so_far, person = self.schedule_so_far, self.chosen
        if not so_far or person is None:
            return replace(self, times=())
        fitting = fitting_words(
            so_far,
            named_lack(self.lacks),
            times=parts.times_choices(day=self.day_times),
            zone=person.zone,
            now=now,
            day=self.day_times,
            dosage=self.amount,
        )
        return replace(self, times=fitting)

    def tapped(self, choice: str) -> str:
        """What a button about when it is due says, as one would type it."""
        match choice[:1], choice[1:]:
            case "t", number if number.isdecimal():
                return self.times[int(number)]
            case "o", number if number.isdecimal():
                return self.offered[int(number)]
            case _:
                return PRESETS[choice]

    def to_new_medicine(self) -> NewMedicine:
        person = self.chosen
        if not (person and person.id and self.name and self.dosage and self.schedule):
            raise Misunderstood(Problem.SCHEDULE_MISSING)
        return NewMedicine(
            person_id=person.id,
            name=self.name,
            dosage=Dosage.from_json(self.dosage),
            schedule=schedule_from_json(self.schedule),
            instructions=self.instructions,
            reason=self.reason,
        )

    def beside_existing(self, existing: MedicineFacts) -> "Draft":
        """A copy that asks about the existing medicine with this or a similar name."""
        return replace(
            self,
            same=new_medicines.in_short(existing),
            same_name=existing.name,
            same_id=str(existing.id),
        )


def describe_draft(data: Data) -> str | None:
    """The medicine as far as it's known (no HTML); None if it doesn't have a name yet."""
    if not data["name"]:
        return None
    dosage = Dosage.from_json(data["dosage"]) if data["dosage"] else None
    schedule = schedule_from_json(data["schedule"]) if data["schedule"] else None
    what = new_medicines.draft_in_short(data["name"], dosage, schedule)
    return named_for(what, data["people"], data["person"])
