"""What is known about an appointment that isn't saved yet.

`/addappt` asks about one, a pasted list about several. Both ask and parse in the same way.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Data
from bot.conversation.people import People, index_of, read_people, to_persons
from bot.features.appointments.flows import when_questions as questions
from bot.grammar.appointment_times.parts import When
from bot.grammar.appointment_times.resolution import which_night
from bot.grammar.clock_times import nights_of
from bot.grammar.commands.appointments import PartialAppointment
from bot.grammar.dates import spelt
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.ui.wording import listed
from bot.ui.words.repeats import repeat_words
from domain.appointments.details import (
    DEFAULT_DURATION,
    DEFAULT_REMIND_BEFORE,
    Details,
    DoctorNamed,
    NewAppointment,
)
from domain.appointments.recurrences import Recurrence

# A problem with a day or a time is asked about again. Any other is shown before saving.
_ASKED_AGAIN = frozenset(
    {
        Problem.TITLE_MISSING,
        Problem.AM_OR_PM,
        Problem.NO_SUCH_TIME,
        Problem.CONTRADICTION,
        Problem.HOUR_IS_OVER,
        Problem.WHICH_NIGHT,
        Problem.DATE_AMBIGUOUS,
        Problem.DATE_UNREADABLE,
        Problem.DATE_TOO_FAR,
        Problem.NO_SUCH_DATE,
        Problem.DAY_IS_OVER,
        Problem.DAY_VAGUE,
        Problem.WEEKDAY_DIFFERS,
        Problem.EVERY_WEEK,
        Problem.HOURS_OR_DATE,
        Problem.END_BEFORE_START,
        Problem.REPEATS_TOO_OFTEN,
        Problem.REPEATS_TOO_RARELY,
        Problem.REPEAT_AMBIGUOUS,
        Problem.HOURS_OR_WINDOW,
        Problem.WEEKDAYS_MISSING,
    }
)
# What can mean two things, each of which is a button.
_CHOSEN = {
    Problem.REPEAT_AMBIGUOUS: "rhythm",
    Problem.EXCEPTION_UNREADABLE: "rhythm",
    Problem.HOURS_OR_WINDOW: "window",
}
ALL_DAY = timedelta(days=1)


def is_asked_again(problem: Misunderstood) -> bool:
    """Whether one of our own questions resolves the problem."""
    return problem.problem in _ASKED_AGAIN


@dataclass(frozen=True)
class Draft:
    """What is known so far; stored in Redis between two questions.

    `days` and `times` are all candidates; `other_half`, `offered` and `is_midnight` are as in
    :class:`~bot.grammar.appointment_times.parts.When`, before a night is chosen. `line` is what was
    first typed, kept until the person is known and then read again. `doctors` are those that the
    typed name could mean. `meant` is what can be typed instead of words that can mean several
    things: `meant_words`, of the kind `meant_kind`, in `meant_line`, which is a whole line with a
    title if it `is_meant_whole`. What `is_said` in own words is shown before it is saved.
    """

    people: People
    line: str = ""
    is_guided: bool = False
    person: int | None = None
    title: str | None = None
    days: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    other_half: str | None = None
    offered: tuple[str, ...] = ()
    is_midnight: bool = False
    rule: str | None = None
    is_anchored: bool = False
    has_rhythm: bool = False  # whether the repetition is settled
    minutes: int | None = None
    is_all_day: bool = False
    remind_before: tuple[int, ...] | None = None  # None: the default
    doctor: str | None = None
    doctor_id: str | None = None
    doctors: tuple[tuple[str, ...], ...] = ()  # id, name, label
    place: str | None = None
    bring: str | None = None
    note: str | None = None
    meant: tuple[str, ...] = ()
    meant_words: str = ""
    meant_kind: str = ""
    meant_line: str = ""
    is_meant_whole: bool = False
    is_certain: bool = True
    is_said: bool = False
    month: str | None = None
    today: str = ""
    now: str = ""
    start: str = ""

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for several in ("days", "times", "offered", "meant"):
            data[several] = tuple(data.get(several, ()))
        data["doctors"] = tuple(tuple(doctor) for doctor in data["doctors"])
        before = data.get("remind_before")
        data["remind_before"] = None if before is None else tuple(before)
        return cls(**{**data, "people": read_people(data["people"])})

    def write(self) -> Data:
        return asdict(self)

    @property
    def persons(self) -> Sequence[Person]:
        return to_persons(self.people)

    @property
    def chosen(self) -> Person | None:
        return None if self.person is None else self.persons[self.person]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.people[self.person or 0][2])

    @property
    def recurrence(self) -> Recurrence | None:
        return Recurrence.from_rfc5545(self.rule, self.zone) if self.rule else None

    def rhythm_from(self, start: datetime) -> Recurrence | None:
        """The recurrence that is shown and saved, once its start is known (naive local)."""
        rule = self.recurrence
        return rule.with_shorter_months(start) if rule else None

    @property
    def details(self) -> Details:
        """Raises Misunderstood while there is no title."""
        if self.title is None:
            raise Misunderstood(Problem.TITLE_MISSING)
        usual = ALL_DAY if self.is_all_day else DEFAULT_DURATION
        doctor = None
        if self.doctor:
            doctor = DoctorNamed(self.doctor, UUID(self.doctor_id) if self.doctor_id else None)
        return Details(
            title=self.title,
            duration=timedelta(minutes=self.minutes) if self.minutes else usual,
            is_all_day=self.is_all_day,
            doctor=doctor,
            place=self.place,
            bring=self.bring,
            note=self.note,
            remind_before=DEFAULT_REMIND_BEFORE
            if self.remind_before is None
            else self.remind_before,
        )

    @property
    def step(self) -> str:
        """The first question that is still open."""
        if self.person is None:
            return "person"
        if self.title is None:
            return "title"
        if self.meant:
            return "meant"
        if len(self.days) != 1 and (self.days or not self.is_anchored):
            return "day"
        if len(self.times) != 1:
            return "time"
        if self.is_guided and not self.has_rhythm:
            return "repeat"
        if len(self.doctors) > 1:
            return "doctor"
        return "confirm"

    def asked_about(
        self, problem: Misunderstood | None, *, line: str, is_whole: bool = False
    ) -> "Draft":
        """A copy that asks next what was meant, if *problem* offers several things for words in
        *line*. The answer takes their place, so that the rest of the line still counts.
        """
        if problem is None or problem.problem not in _CHOSEN or not problem.suggestions:
            return self
        return replace(
            self,
            meant=problem.suggestions,
            meant_words=problem.words,
            meant_kind=_CHOSEN[problem.problem],
            meant_line=line,
            is_meant_whole=is_whole,
        )

    def with_when(self, when: When) -> "Draft":
        """A copy with the typed time. What wasn't typed stays. Raises Misunderstood for days that
        are left out of something that doesn't repeat.
        """
        known = self.recurrence
        if when.except_on and when.rule is None:
            if known is None:
                raise Misunderstood(Problem.EXCEPTION_OF_ONE, spelt(when.except_on[0]))
            when = replace(
                when, rule=known.except_for(when.except_on), is_anchored=self.is_anchored
            )
        draft = replace(self, is_certain=self.is_certain and not when.is_doubtful)
        if when.days or (when.problem is not None and not when.times):
            draft = replace(draft, days=tuple(day.isoformat() for day in when.days))
        if when.times:
            draft = replace(
                draft,
                times=stored_times(when.times),
                other_half=f"{when.other_half:%H:%M}" if when.other_half else None,
                offered=(),
                is_midnight=when.is_midnight,
            )
            if draft.is_all_day != when.is_all_day:  # hours are no length of days
                draft = replace(draft, is_all_day=when.is_all_day, minutes=None)
        if when.problem is not None and when.problem.problem is Problem.HOUR_IS_OVER:
            draft = replace(draft, times=())
        if when.offered:
            draft = replace(draft, times=(), offered=stored_times(when.offered))
        if when.rule is not None:
            draft = replace(
                draft,
                rule=when.rule.to_rfc5545(self.zone),
                is_anchored=when.is_anchored,
                has_rhythm=True,
            )
        if when.duration is not None:
            draft = replace(draft, minutes=int(when.duration.total_seconds()) // 60)
        return draft

    def with_night(self, *, was_asked: bool, now: datetime) -> "Answered":
        """A copy with both nights that midnight of its day can mean, unless *was_asked*
        which one.
        """
        if not self.is_midnight or self.rule is not None or len(self.days) != 1:
            return Answered(self)
        if was_asked:
            return Answered(replace(self, is_midnight=False))
        local_now = now.astimezone(self.zone).replace(tzinfo=None)
        nights = nights_of(date.fromisoformat(self.days[0]), local_now=local_now)
        draft = replace(self, days=tuple(night.isoformat() for night in nights) or self.days)
        if len(nights) < 2:
            return Answered(replace(draft, is_midnight=False))
        return Answered(draft, which_night(nights))

    @property
    def asks_night(self) -> bool:
        """Whether its days are the two nights of one day."""
        return self.is_midnight and questions.are_nights(read_days(self.days))

    def with_changes(self, typed: PartialAppointment) -> "Draft":
        """A copy with what was typed after it was shown. What wasn't typed stays."""
        draft = self.with_when(typed.when)
        if typed.person is not None:
            draft = replace(draft, person=index_of(self.people, typed.person))
        if typed.doctor is not None:
            only = typed.doctors[0] if len(typed.doctors) == 1 else None
            draft = replace(
                draft,
                doctor=only.name if only else typed.doctor,
                doctor_id=str(only.id) if only else None,
                doctors=() if only else stored_doctors(typed),
            )
        before = typed.remind_before
        return replace(
            draft,
            place=typed.place or draft.place,
            bring=typed.bring or draft.bring,
            note=typed.note or draft.note,
            remind_before=draft.remind_before if before is None else before,
        )

    def with_line(self, typed: PartialAppointment) -> "Draft":
        """A copy with what a line said."""
        person = index_of(self.people, typed.person)
        draft = replace(self, person=self.person if person is None else person)
        draft = draft.with_when(typed.when)
        only = typed.doctors[0] if len(typed.doctors) == 1 else None
        return replace(
            draft,
            title=typed.title,
            doctor=only.name if only else typed.doctor,
            doctor_id=str(only.id) if only else None,
            doctors=() if only else stored_doctors(typed),
            place=typed.place,
            bring=typed.bring,
            note=typed.note,
            remind_before=typed.remind_before,
            has_rhythm=True,
            meant=(),
            is_certain=draft.is_certain
            and (typed.problem is None or typed.problem.problem in _ASKED_AGAIN),
            line=self.line if draft.person is None else "",
        )

    def first_start(self, *, now: datetime) -> datetime:
        """The local start. Raises Misunderstood if the recurrence has no occurrence."""
        local_now = now.astimezone(self.zone).replace(tzinfo=None)
        clock = time.fromisoformat(self.times[0])
        day = date.fromisoformat(self.days[0]) if self.days else local_now.date()
        start, rule = datetime.combine(day, clock), self.recurrence
        if rule is None:
            return start
        if start <= local_now and not self.days:
            start += timedelta(days=1)
        first = rule.first_from(start) if self.is_anchored or rule.except_on else start
        if first is None or (rule.until is not None and first > rule.until):
            raise Misunderstood(Problem.NO_OCCURRENCE, repeat_words(rule, first=day))
        return first

    def without_missed_exceptions(self, start: datetime) -> "Answered":
        """A copy without the exceptions on which it doesn't take place anyway; those can't be what
        was meant.
        """
        rule = self.rhythm_from(start)
        missed = rule.list_missed_exceptions(start) if rule else ()
        if not missed or rule is None or self.recurrence is None:
            return Answered(self)
        kept = self.recurrence.including(missed).to_rfc5545(self.zone)
        words = listed([spelt(day) for day in missed])
        problem = Misunderstood(Problem.EXCEPTION_MISSES, words)
        return Answered(replace(self, rule=kept, is_certain=False), problem)

    def to_new(self, *, now: datetime) -> NewAppointment:
        person = self.chosen
        if person is None or person.id is None:
            raise Misunderstood(Problem.TITLE_MISSING)
        start = self.first_start(now=now)
        return NewAppointment(
            person_id=person.id,
            details=self.details,
            start=start,
            recurrence=self.rhythm_from(start),
        )


def stored_times(times: Sequence[time]) -> tuple[str, ...]:
    return tuple(f"{each:%H:%M}" for each in times)


def read_days(stored: Sequence[str]) -> Sequence[date]:
    return [date.fromisoformat(day) for day in stored]


def read_times(stored: Sequence[str]) -> Sequence[time]:
    return [time.fromisoformat(each) for each in stored]


@dataclass(frozen=True)
class Answered:
    """A draft with an answer applied, and what is wrong with that answer."""

    draft: Draft
    problem: Misunderstood | None = None


def stored_doctors(typed: PartialAppointment) -> tuple[tuple[str, ...], ...]:
    return tuple((str(d.id), d.name, d.label) for d in typed.doctors)
