"""What is known of an appointment that is not saved yet, its questions, and what answers add to it.

`/addappt` asks about one, a pasted list about several: both ask and understand alike.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, Reply
from bot.conversation.whose import People, ask_whose, index_of, read_people, take_whose, to_persons
from bot.features.appointments.flows import when_questions as questions
from bot.features.appointments.flows.known_doctors import list_known_doctors
from bot.features.appointments.views import appointment_lines, draft_questions, time_labels
from bot.grammar.appointment_times.parts import When
from bot.grammar.appointment_times.resolution import hour_is_over, which_night
from bot.grammar.clock_times import later_half, nights_of
from bot.grammar.commands.appointments import (
    PartialAppointment,
    understand_appointment,
    understand_change,
)
from bot.grammar.dates import spelt
from bot.grammar.known_doctors import KnownDoctor, match_doctors
from bot.grammar.people import Person, which_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.remarks import parse_title
from bot.grammar.tokens import fold_spaces, matchable
from bot.intake.request import Request
from bot.ui.answer import Screen
from bot.ui.words.repeats import repeat_words
from domain.appointments.appointments import (
    DURATION,
    REMIND_BEFORE,
    Details,
    DoctorNamed,
    NewAppointment,
    check_start,
)
from domain.appointments.errors import AppointmentInPast, TimeDoesNotExist
from domain.appointments.ladder import reminders_of
from domain.appointments.recurrences import Frequency, Recurrence
from domain.local_time import resolve_local

_RULES = {
    "w1": Recurrence(Frequency.WEEKLY),
    "w2": Recurrence(Frequency.WEEKLY, interval=2),
    "m1": Recurrence(Frequency.MONTHLY),
}

# What is wrong about a day or an hour is asked for anew; anything else is shown before it is saved.
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
    }
)
ABOUT_PEOPLE = frozenset({Problem.UNKNOWN_PERSON, Problem.TWO_PEOPLE, Problem.WHICH_PERSON})
ALL_DAY = timedelta(days=1)
_ALL_DAY_CHOICE = "all"


def is_asked_again(problem: Misunderstood) -> bool:
    """Whether a question of its own settles what is wrong."""
    return problem.problem in _ASKED_AGAIN


@dataclass(frozen=True)
class Draft:
    """What is known so far; goes to Redis and back between two questions.

    `days` and `times` are all that it could be; `other_half`, `offered` and `is_midnight` are as in
    :class:`~bot.grammar.whens.When`, where no night is chosen yet. `line` is what was
    typed at first, while it is not known for whom: it is read again then. `doctors` are those that
    the typed name could mean.
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
    has_rhythm: bool = False  # how often is settled
    minutes: int | None = None
    is_all_day: bool = False
    remind_before: tuple[int, ...] | None = None  # None: as usual
    doctor: str | None = None
    doctor_id: str | None = None
    doctors: tuple[tuple[str, ...], ...] = ()  # id, name, label
    place: str | None = None
    bring: str | None = None
    note: str | None = None
    is_certain: bool = True
    month: str | None = None
    today: str = ""
    now: str = ""
    start: str = ""

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for several in ("days", "times", "offered"):
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
        """The rhythm that is shown and saved, once it is known when it begins (naive local)."""
        rule = self.recurrence
        return rule.with_shorter_months(start) if rule else None

    @property
    def details(self) -> Details:
        """Raises Misunderstood as long as there is no title."""
        if self.title is None:
            raise Misunderstood(Problem.TITLE_MISSING)
        usual = ALL_DAY if self.is_all_day else DURATION
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
            remind_before=REMIND_BEFORE if self.remind_before is None else self.remind_before,
        )

    @property
    def step(self) -> str:
        """The first thing that is still to be asked."""
        if self.person is None:
            return "person"
        if self.title is None:
            return "title"
        if len(self.days) != 1 and (self.days or not self.is_anchored):
            return "day"
        if len(self.times) != 1:
            return "time"
        if self.is_guided and not self.has_rhythm:
            return "repeat"
        if len(self.doctors) > 1:
            return "doctor"
        return "confirm"

    def at(self, when: When) -> "Draft":
        """With what was said of the time; what was not said stays."""
        draft = replace(self, is_certain=self.is_certain and not when.is_doubtful)
        if when.days or (when.problem is not None and not when.times):
            draft = replace(draft, days=tuple(day.isoformat() for day in when.days))
        if when.times:
            draft = replace(
                draft,
                times=_as_typed(when.times),
                other_half=f"{when.other_half:%H:%M}" if when.other_half else None,
                offered=(),
                is_midnight=when.is_midnight,
            )
            if draft.is_all_day != when.is_all_day:  # hours are no length of days
                draft = replace(draft, is_all_day=when.is_all_day, minutes=None)
        if when.problem is not None and when.problem.problem is Problem.HOUR_IS_OVER:
            draft = replace(draft, times=())
        if when.offered:
            draft = replace(draft, times=(), offered=_as_typed(when.offered))
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
        """With the nights that midnight of its day can be, unless which one *was_asked* by now."""
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
        """Whether its days are the two nights of one."""
        return self.is_midnight and questions.are_nights(_days_of(self.days))

    def changed(self, typed: PartialAppointment) -> "Draft":
        """With what was said of it once it was shown; what was not said stays."""
        draft = self.at(typed.when)
        if typed.person is not None:
            draft = replace(draft, person=index_of(self.people, typed.person))
        if typed.doctor is not None:
            only = typed.doctors[0] if len(typed.doctors) == 1 else None
            draft = replace(
                draft,
                doctor=only.name if only else typed.doctor,
                doctor_id=str(only.id) if only else None,
                doctors=tuple((str(d.id), d.name, d.label) for d in typed.doctors)
                if not only
                else (),
            )
        before = typed.remind_before
        return replace(
            draft,
            place=typed.place or draft.place,
            bring=typed.bring or draft.bring,
            note=typed.note or draft.note,
            remind_before=draft.remind_before if before is None else before,
        )

    def understood(self, typed: PartialAppointment) -> "Draft":
        """With what a line said."""
        person = index_of(self.people, typed.person)
        draft = replace(self, person=self.person if person is None else person)
        draft = draft.at(typed.when)
        only = typed.doctors[0] if len(typed.doctors) == 1 else None
        return replace(
            draft,
            title=typed.title,
            doctor=only.name if only else typed.doctor,
            doctor_id=str(only.id) if only else None,
            doctors=() if only else _doctors_of(typed),
            place=typed.place,
            bring=typed.bring,
            note=typed.note,
            remind_before=typed.remind_before,
            has_rhythm=True,
            is_certain=draft.is_certain
            and (typed.problem is None or typed.problem.problem in _ASKED_AGAIN),
            line=self.line if draft.person is None else "",
        )

    def first_start(self, *, now: datetime) -> datetime:
        """The local start. Raises Misunderstood where the rhythm gives none."""
        local_now = now.astimezone(self.zone).replace(tzinfo=None)
        clock = time.fromisoformat(self.times[0])
        day = date.fromisoformat(self.days[0]) if self.days else local_now.date()
        start, rule = datetime.combine(day, clock), self.recurrence
        if rule is None:
            return start
        if start <= local_now and not self.days:
            start += timedelta(days=1)
        first = rule.first_from(start) if self.is_anchored else start
        if first is None or (rule.until is not None and first > rule.until):
            raise Misunderstood(Problem.NO_OCCURRENCE, repeat_words(rule, first=day))
        return first

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


def _as_typed(times: Sequence[time]) -> tuple[str, ...]:
    return tuple(f"{each:%H:%M}" for each in times)


def _days_of(stored: Sequence[str]) -> Sequence[date]:
    return [date.fromisoformat(day) for day in stored]


def _times_of(stored: Sequence[str]) -> Sequence[time]:
    return [time.fromisoformat(each) for each in stored]


def _ask_title(_data: Data, _choice: Choice) -> Screen:
    return draft_questions.ask_title()


def _ask_day(data: Data, choice: Choice) -> Screen:
    today = date.fromisoformat(data["today"])
    month = date.fromisoformat(data["month"]) if data["month"] else questions.first_of_month(today)
    candidates = _days_of(data["days"])
    buttons = questions.day_buttons(
        choice,
        today=today,
        month=month,
        candidates=candidates,
        are_nights=bool(data.get("is_midnight")) and questions.are_nights(candidates),
    )
    return draft_questions.ask_day(data["title"], buttons)


def _ask_time(data: Data, choice: Choice) -> Screen:
    candidates, offered = _times_of(data["times"]), _times_of(data.get("offered", ()))
    return draft_questions.ask_time(
        data["title"],
        date.fromisoformat(data["days"][0]) if data["days"] else None,
        today=date.fromisoformat(data["today"]),
        buttons=(
            *questions.time_buttons(choice, candidates, offered=offered),
            (choice(time_labels.all_day_label(), _ALL_DAY_CHOICE),),
        ),
    )


def _ask_repeat(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key) for key, words in draft_questions.repeat_labels().items()]
    return draft_questions.ask_repeat(data["title"], (tuple(buttons[:2]), tuple(buttons[2:])))


def _ask_doctor(data: Data, choice: Choice) -> Screen:
    buttons = [choice(doctor[-1], str(n)) for n, doctor in enumerate(data["doctors"])]
    buttons.append(choice(draft_questions.just_the_name_label(), "name"))
    return draft_questions.ask_which_doctor(data["doctor"] or "", buttons)


ASK: Mapping[str, Callable[[Data, Choice], Screen]] = {
    "person": ask_whose,
    "title": _ask_title,
    "day": _ask_day,
    "time": _ask_time,
    "repeat": _ask_repeat,
    "doctor": _ask_doctor,
}
"""By the name of the step: the question, from the data of a draft."""


@dataclass(frozen=True)
class Answered:
    """A draft with what an answer said, and what is wrong about that."""

    draft: Draft
    problem: Misunderstood | None = None


async def answer(request: Request, draft: Draft, step: str, reply: Reply) -> Answered:
    """Take *reply* to the question of *step*. Raises Misunderstood for what is no answer at all."""
    match step:
        case "person":
            return await _person(request, draft, reply)
        case "title":
            return await _title(request, draft, reply)
        case "repeat" if reply.choice is not None:
            rule = _RULES.get(reply.choice)
            text = rule.to_rfc5545(draft.zone) if rule else None
            return Answered(replace(draft, rule=text, is_anchored=False, has_rhythm=True))
        case "time" if reply.choice == _ALL_DAY_CHOICE:
            return Answered(draft.at(When(times=(time.min,), is_all_day=True, duration=ALL_DAY)))
        case "doctor":
            return Answered(_doctor(draft, reply))
        case _:
            hint = {"day": "on", "time": "at"}.get(step, "")
            when = questions.take_when(
                request, reply, zone=draft.zone, hint=hint, is_day_known=step == "time"
            )
            was_asked = draft.asks_night and reply.choice is not None
            found = draft.at(when).with_night(was_asked=was_asked, now=request.scope.clock.now())
            problem = when.problem or found.problem
            if problem is None:
                return _with_later_half(found.draft, now=request.scope.clock.now())
            return replace(found, problem=problem)


async def _person(request: Request, draft: Draft, reply: Reply) -> Answered:
    try:
        number = take_whose(draft.people, reply)
    except Misunderstood:
        early = None if draft.line else await _typed_early(request, draft, reply.text or "")
        if early is None:
            raise
        return early
    draft = replace(draft, person=number)
    if not draft.line:
        return Answered(draft)
    typed = await understand(request, draft, draft.line)
    draft = replace(draft.understood(typed), person=number, line="")
    is_settled = typed.problem is not None and typed.problem.problem is Problem.UNKNOWN_PERSON
    return Answered(draft, None if is_settled else typed.problem)


async def _typed_early(request: Request, draft: Draft, line: str) -> Answered | None:
    """All of it, typed at the question whose it is: the line stands, and that is still asked unless
    the line says it. None where it says no time: then it may be a name nobody has.
    """
    typed = await understand(request, draft, line)
    if typed.title is None or typed.when == When():
        return None
    draft = replace(draft, line=line, is_guided=False).understood(typed)
    return Answered(
        draft, typed.problem or which_person(draft.persons) if draft.line else typed.problem
    )


async def _title(request: Request, draft: Draft, reply: Reply) -> Answered:
    """A title alone, or all of it at once."""
    text = reply.text or ""
    typed = await understand(request, draft, text)
    if typed.title is None and typed.problem is None:
        draft = draft.changed(typed)
        if typed.when == When():
            parse_title(text)
        return Answered(draft, Misunderstood(Problem.TITLE_MISSING))
    if typed.title is None:
        # "Sunday club": whoever is asked for a title gives one, but what it says of time is shown.
        draft = replace(draft, title=parse_title(text), is_certain=False)
        return Answered(draft, Misunderstood(Problem.TIME_IN_TITLE, text))
    has_when = typed.when != When()
    is_clear = typed.problem is None or typed.problem.problem in _ASKED_AGAIN
    draft = replace(
        draft.changed(typed),
        title=typed.title,
        is_guided=not has_when,
        has_rhythm=draft.has_rhythm or has_when,
        is_certain=draft.is_certain and is_clear,
    )
    return Answered(draft, typed.problem)


def _doctors_of(typed: PartialAppointment) -> tuple[tuple[str, ...], ...]:
    return tuple((str(d.id), d.name, d.label) for d in typed.doctors)


def _doctor(draft: Draft, reply: Reply) -> Draft:
    if reply.choice == "name":
        return replace(draft, doctors=())
    if reply.choice is None:
        words = matchable(fold_spaces(reply.text or ""))
        named = [doctor for doctor in draft.doctors if words in map(matchable, doctor[1:])]
        if len(named) != 1:
            labels = tuple(doctor[-1] for doctor in draft.doctors)
            raise Misunderstood(Problem.WHICH_DOCTOR, reply.text or "", suggestions=labels)
        [[doctor_id, name, *_label]] = named
    else:
        doctor_id, name, *_label = draft.doctors[int(reply.choice)]
    return replace(draft, doctor=name, doctor_id=doctor_id, doctors=())


def turned(draft: Draft, reply: Reply) -> Draft | None:
    """With another month of the calendar on its buttons; None if the reply was something else."""
    if questions.is_blank(reply):
        return draft
    month = questions.month_turned_to(reply, today=date.fromisoformat(draft.today))
    return None if month is None else replace(draft, month=month.isoformat())


def ready(draft: Draft, *, now: datetime) -> Answered:
    """A draft of which everything is known, with its start; without its time where nothing can be
    then.
    """
    try:
        start = draft.first_start(now=now)
        check_start(start, draft.zone, now=now, is_all_day=draft.is_all_day)
    except Misunderstood as problem:
        return Answered(without_time(draft, problem), problem)
    except (AppointmentInPast, TimeDoesNotExist) as error:
        refused = to_problem(error)
        found = _with_later_half(draft, now=now)
        if found.problem is not None:
            return found
        return Answered(without_time(draft, refused), refused)
    return Answered(replace(draft, start=start.isoformat()))


def _with_later_half(draft: Draft, *, now: datetime) -> Answered:
    """Where its hour is over, but may have been meant twelve hours later, that is offered."""
    if draft.rule is not None or draft.other_half is None:
        return Answered(draft)
    if len(draft.days) != 1 or len(draft.times) != 1:
        return Answered(draft)
    [day], [clock] = _days_of(draft.days), _times_of(draft.times)
    local_now = now.astimezone(draft.zone).replace(tzinfo=None)
    [other_half] = _times_of([draft.other_half])
    offered = later_half(day, other_half, local_now=local_now)
    if not offered or datetime.combine(day, clock) > local_now:
        return Answered(draft)
    draft = replace(draft, times=(), offered=_as_typed(offered))
    return Answered(draft, hour_is_over(f"{clock:%H:%M}", offered=offered))


def stamped(draft: Draft, *, now: datetime) -> Draft:
    """With the day and the minute at which it is shown."""
    today = now.astimezone(draft.zone).date()
    return replace(draft, today=today.isoformat(), now=now.isoformat())


def in_words(draft: Draft) -> tuple[str, str, bool]:
    """When it is, which reminders will come, and whether these are the usual ones, all of them; of
    a draft that is :func:`ready`.
    """
    # Without: a question that an earlier version of the program asked.
    now = datetime.fromisoformat(draft.now) if draft.now else datetime.min.replace(tzinfo=UTC)
    start, details = datetime.fromisoformat(draft.start), draft.details
    rule = draft.rhythm_from(start)
    when = draft_questions.planned_words(
        start,
        details,
        repeat_words(rule, first=start.date()) if rule else None,
        zone=draft.zone,
        today=date.fromisoformat(draft.today),
    )
    reminders = reminders_of(
        resolve_local(start, draft.zone),
        zone=draft.zone,
        remind_before=details.remind_before,
        is_all_day=details.is_all_day,
    )
    ahead = [each for each in reminders if each.at > now]
    is_usual = details.remind_before == REMIND_BEFORE and len(ahead) == len(reminders)
    reminder = appointment_lines.reminder_line(
        ahead,
        is_set=bool(details.remind_before),
        is_all_day=details.is_all_day,
    )
    return when, reminder, is_usual


def without_time(draft: Draft, problem: Misunderstood) -> Draft:
    """With what cannot be taken out, so that it is asked for anew."""
    if problem.problem is Problem.NO_OCCURRENCE:
        return replace(draft, rule=None, is_anchored=False, days=())
    if draft.rule is None and problem.problem is Problem.HOUR_IS_OVER:
        return replace(draft, days=(), times=draft.times if draft.is_all_day else ())
    return replace(draft, times=())


def to_problem(error: AppointmentInPast | TimeDoesNotExist) -> Misunderstood:
    """A time at which nothing can be, as something to type anew."""
    if isinstance(error, TimeDoesNotExist):
        clock = f"{error.local:%H:%M}"
        return Misunderstood(Problem.HOUR_SKIPPED, clock, suggestions=(f"{error.instead:%H:%M}",))
    local = error.starts_at.astimezone(error.zone)
    return Misunderstood(Problem.HOUR_IS_OVER, f"{spelt(local.date())} {local:%H:%M}")


async def understand(
    request: Request, draft: Draft, line: str, *, is_change: bool = False
) -> PartialAppointment:
    """Read a line about *draft*; where it *is_change*, as what is said of one that is shown."""
    doctors, now = await list_known_doctors(request.scope), request.scope.clock.now()
    return read_line(draft, line, doctors=doctors, now=now, is_change=is_change)


def read_line(
    draft: Draft,
    line: str,
    *,
    doctors: Sequence[KnownDoctor],
    now: datetime,
    is_change: bool = False,
) -> PartialAppointment:
    """As :func:`understand`, once the doctors are known."""
    person, persons = draft.person, draft.persons
    if is_change:
        typed = understand_change(line, people=persons, doctors=doctors, zone=draft.zone, now=now)
    else:
        zone = None if person is None else persons[person].zone
        typed = understand_appointment(line, people=persons, doctors=doctors, zone=zone, now=now)
    if typed.person is None and person is not None:
        own = match_doctors(typed.doctor, doctors, person=persons[person])
        return replace(typed, doctors=own)
    return typed
