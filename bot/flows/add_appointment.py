"""`/addappt`: for whom, what, which day, what time, how often; then saved, with a calendar file."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.flows import when_questions as questions
from bot.flows.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.flows.whose import (
    People,
    ask_whose,
    index_of,
    load_people,
    named_for,
    read_people,
    take_whose,
    to_persons,
)
from bot.grammar.appointments import (
    KnownDoctor,
    PartialAppointment,
    match_doctors,
    parse_title,
    understand_appointment,
)
from bot.grammar.dates import spelt
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.whens import When
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.views import appointments as views
from bot.views import medicines as medicine_views
from bot.views.answer import Answer, Screen
from bot.views.calendar_files import calendar_file
from bot.views.misunderstandings import misunderstood
from bot.views.repeats import repeat_words
from domain.access import Action
from domain.appointments import (
    DURATION,
    Details,
    DoctorNamed,
    NewAppointment,
    OccurrenceFacts,
    add_appointment,
)
from domain.calendars import get_entries
from domain.doctors import list_doctors
from domain.errors import AppointmentInPast, NobodyCaredFor, TimeDoesNotExist
from domain.recurrences import Frequency, Recurrence

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
        Problem.DATE_AMBIGUOUS,
        Problem.DATE_UNREADABLE,
        Problem.DATE_TOO_FAR,
        Problem.NO_SUCH_DATE,
        Problem.DAY_IS_OVER,
        Problem.DAY_VAGUE,
        Problem.WEEKDAY_DIFFERS,
        Problem.EVERY_WEEK,
        Problem.REPEATS_TOO_OFTEN,
        Problem.REPEATS_TOO_RARELY,
    }
)
_ABOUT_PEOPLE = frozenset({Problem.UNKNOWN_PERSON, Problem.TWO_PEOPLE, Problem.WHICH_PERSON})


@dataclass(frozen=True)
class Draft:
    """What is known so far; goes to Redis and back between two questions.

    `days` and `times` are all that it could be. `line` is what was typed at first, while it is not
    known for whom: it is read again then. `doctors` are those that the typed name could mean.
    """

    people: People
    line: str = ""
    is_guided: bool = False
    person: int | None = None
    title: str | None = None
    days: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    rule: str | None = None
    is_anchored: bool = False
    has_rhythm: bool = False  # how often is settled
    minutes: int | None = None
    doctor: str | None = None
    doctor_id: str | None = None
    doctors: tuple[tuple[str, str], ...] = ()  # id, name
    place: str | None = None
    bring: str | None = None
    note: str | None = None
    is_certain: bool = True
    month: str | None = None
    today: str = ""
    start: str = ""

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for several in ("days", "times"):
            data[several] = tuple(data[several])
        data["doctors"] = tuple(tuple(doctor) for doctor in data["doctors"])
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
        draft = self
        if when.days or (when.problem is not None and not when.times):
            draft = replace(draft, days=tuple(day.isoformat() for day in when.days))
        if when.times:
            draft = replace(draft, times=tuple(f"{each:%H:%M}" for each in when.times))
        if when.problem is not None and when.problem.problem is Problem.HOUR_IS_OVER:
            draft = replace(draft, times=())
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
            doctors=tuple((str(d.id), d.name) for d in typed.doctors) if not only else (),
            place=typed.place,
            bring=typed.bring,
            note=typed.note,
            has_rhythm=True,
            is_certain=typed.problem is None or typed.problem.problem in _ASKED_AGAIN,
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
        if person is None or person.id is None or self.title is None:
            raise Misunderstood(Problem.TITLE_MISSING)
        doctor = None
        if self.doctor:
            doctor = DoctorNamed(self.doctor, UUID(self.doctor_id) if self.doctor_id else None)
        return NewAppointment(
            person_id=person.id,
            details=Details(
                title=self.title,
                duration=timedelta(minutes=self.minutes) if self.minutes else DURATION,
                doctor=doctor,
                place=self.place,
                bring=self.bring,
                note=self.note,
            ),
            start=self.first_start(now=now),
            recurrence=self.recurrence,
        )


async def begin(request: Request) -> Answer:
    """`/addappt [TITLE WHEN [with DOCTOR] [for PERSON]]`"""
    request.scope.require(Action.CHANGE_APPOINTMENTS)
    draft = Draft(people=await load_people(request.scope), line=request.text or "")
    if not draft.people:
        raise NobodyCaredFor
    only = 0 if len(draft.people) == 1 else None
    draft = replace(draft, person=only, is_guided=not draft.line)
    if not draft.line:
        return await _next(request, None, draft)
    typed = await _understand(request, draft, draft.line, person=only)
    return await _next(request, None, draft.understood(typed), problem=typed.problem)


async def _take_person(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    number = take_whose(draft.people, reply)
    draft = replace(draft, person=number)
    if not draft.line:
        return await _next(request, running, draft)
    typed = await _understand(request, draft, draft.line, person=number)
    draft = replace(draft.understood(typed), person=number, line="")
    is_settled = typed.problem is not None and typed.problem.problem is Problem.UNKNOWN_PERSON
    return await _next(request, running, draft, problem=None if is_settled else typed.problem)


def _ask_title(_data: Data, _choice: Choice) -> Screen:
    return views.ask_title()


async def _take_title(request: Request, running: Conversation, reply: Reply) -> Answer:
    """A title alone, or all of it at once."""
    draft = Draft.read(running.data)
    typed = await _understand(request, draft, reply.text or "", person=draft.person)
    if typed.title is None:
        draft = draft.at(typed.when)
        title = parse_title("" if typed.problem is None else reply.text or "")
        return await _next(request, running, replace(draft, title=title))
    draft = replace(draft, is_guided=typed.when == When())
    has_rhythm = draft.has_rhythm or typed.when != When()
    understood = replace(draft.understood(typed), has_rhythm=has_rhythm)
    return await _next(request, running, understood, problem=typed.problem)


def _ask_day(data: Data, choice: Choice) -> Screen:
    today = date.fromisoformat(data["today"])
    month = date.fromisoformat(data["month"]) if data["month"] else questions.first_of_month(today)
    candidates = [date.fromisoformat(day) for day in data["days"]]
    buttons = questions.day_buttons(choice, today=today, month=month, candidates=candidates)
    return views.ask_day(data["title"], buttons)


async def _take_day(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    if questions.is_blank(reply):
        return FLOW.turn(request, running, running.data)
    month = questions.month_turned_to(reply, today=_today(request, draft))
    if month is not None:
        return FLOW.turn(request, running, {**running.data, "month": month.isoformat()})
    when = questions.take_when(request, reply, zone=draft.zone, hint="on")
    return await _next(request, running, draft.at(when), problem=when.problem)


def _ask_time(data: Data, choice: Choice) -> Screen:
    candidates = [time.fromisoformat(each) for each in data["times"]]
    return views.ask_time(
        data["title"],
        date.fromisoformat(data["days"][0]) if data["days"] else None,
        today=date.fromisoformat(data["today"]),
        buttons=questions.time_buttons(choice, candidates),
    )


async def _take_time(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    when = questions.take_when(request, reply, zone=draft.zone, hint="at")
    draft = draft.at(when)
    return await _next(request, running, draft, problem=when.problem)


def _ask_repeat(data: Data, choice: Choice) -> Screen:
    buttons = [choice(words, key) for key, words in views.repeat_labels().items()]
    return views.ask_repeat(data["title"], (tuple(buttons[:2]), tuple(buttons[2:])))


async def _take_repeat(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    if reply.choice is not None:
        rule = _RULES.get(reply.choice)
        text = rule.to_rfc5545(draft.zone) if rule else None
        draft = replace(draft, rule=text, is_anchored=False, has_rhythm=True)
        return await _next(request, running, draft)
    when = questions.take_when(request, reply, zone=draft.zone)
    return await _next(request, running, draft.at(when), problem=when.problem)


def _ask_doctor(data: Data, choice: Choice) -> Screen:
    buttons = [choice(name, str(n)) for n, (_id, name) in enumerate(data["doctors"])]
    buttons.append(choice(views.just_the_name_label(), "name"))
    return views.ask_which_doctor(data["doctor"] or "", buttons)


async def _take_doctor(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    if reply.choice is None:
        raise Misunderstood(
            Problem.WHICH_DOCTOR,
            draft.doctor or "",
            suggestions=tuple(name for _id, name in draft.doctors),
        )
    if reply.choice == "name":
        draft = replace(draft, doctors=())
    else:
        doctor_id, name = draft.doctors[int(reply.choice)]
        draft = replace(draft, doctor=name, doctor_id=doctor_id, doctors=())
    return await _next(request, running, draft)


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    start = datetime.fromisoformat(data["start"])
    rule = draft.recurrence
    when = views.when_words(
        start,
        repeat_words(rule, first=start.date()) if rule else None,
        today=date.fromisoformat(data["today"]),
    )
    others = [each for each in (draft.doctor, draft.place, draft.bring, draft.note) if each]
    return views.confirm(
        data["title"],
        person=data["people"][data["person"]][1],
        when=when,
        others=others,
        buttons=(
            (
                choice(medicine_views.save_label(), "save"),
                choice(medicine_views.change_label(), "change"),
                choice(medicine_views.cancel_label(), "cancel"),
            ),
        ),
    )


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "save":
            return await _next(request, running, replace(draft, is_certain=True))
        case "change":
            # From the title on, with everything else kept until it is said anew.
            draft = replace(draft, title=None, days=(), times=(), rule=None, is_anchored=False)
            draft = replace(draft, has_rhythm=False, is_guided=True, is_certain=True)
            return await _next(request, running, draft)
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return medicine_views.tap_a_button().and_send(FLOW.question(running))


def name_draft(data: Data) -> str | None:
    """What was to be added, as far as it was said; None where nothing was (no HTML)."""
    draft = Draft.read(data)
    day = date.fromisoformat(draft.days[0]) if len(draft.days) == 1 else None
    clock = draft.times[0] if len(draft.times) == 1 else None
    if draft.title is None:
        return None
    what = views.draft_in_short(draft.title, day, clock)
    return named_for(what, draft.people, draft.person)


async def resume(request: Request, running: Conversation) -> Answer:
    """Ask again after hours: "tomorrow" may be today by now, and the time over."""
    draft, problem = Draft.read(running.data), None
    if running.step == "confirm":
        draft = replace(draft, is_certain=False)  # whatever it was, it waits for a yes
        start = datetime.combine(*_day_and_clock(draft)) if draft.rule is None else None
        local_now = request.scope.clock.now().astimezone(draft.zone).replace(tzinfo=None)
        if start is not None and start <= local_now:
            problem = Misunderstood(Problem.HOUR_IS_OVER, f"{spelt(start.date())} {start:%H:%M}")
            draft = _without_time(draft, problem)
    return await _next(request, running, draft, problem=problem)


def _day_and_clock(draft: Draft) -> tuple[date, time]:
    return date.fromisoformat(draft.days[0]), time.fromisoformat(draft.times[0])


FLOW = Flow(
    "addappt",
    {
        "person": Step(ask_whose, _take_person),
        "title": Step(_ask_title, _take_title),
        "day": Step(_ask_day, _take_day),
        "time": Step(_ask_time, _take_time),
        "repeat": Step(_ask_repeat, _take_repeat),
        "doctor": Step(_ask_doctor, _take_doctor),
        "confirm": Step(_ask_confirm, _take_confirm),
    },
)


async def _next(
    request: Request,
    running: Conversation | None,
    draft: Draft,
    *,
    problem: Misunderstood | None = None,
) -> Answer:
    """The next question, after a sentence about *problem*; or, once nothing is open, the end."""
    now = request.scope.clock.now()
    draft = replace(draft, today=_today(request, draft).isoformat())
    if draft.step == "confirm":
        try:
            draft = replace(draft, start=draft.first_start(now=now).isoformat())
            if draft.is_certain and problem is None:
                answer = await _save(request, draft, flow_id=running.flow_id if running else None)
                return answer if running is None else finished(running, answer)
        except Misunderstood as refused:
            draft, problem = _without_time(draft, refused), refused
    if draft.step == "person" and problem is not None and problem.problem not in _ABOUT_PEOPLE:
        problem = None  # the line is read again once it is known by whose clock
    first = _sentence(problem)
    if running is None:
        return FLOW.begin(request, draft.step, draft.write(), first=first)
    return FLOW.go_on(request, running, draft.step, draft.write(), first=first)


async def _save(request: Request, draft: Draft, *, flow_id: UUID | None) -> Answer:
    """Raises Misunderstood for a time at which nothing can be."""
    new = draft.to_new(now=request.scope.clock.now())
    try:
        facts = await add_appointment(request.scope, new, flow_id=flow_id)
    except (AppointmentInPast, TimeDoesNotExist) as error:
        raise to_problem(error) from error
    member = request.scope.require(Action.CHANGE_APPOINTMENTS)
    screen = views.saved(facts, member=member, now=request.scope.clock.now())
    return Answer(send=(screen, await file_of(request, facts)))


def to_problem(error: AppointmentInPast | TimeDoesNotExist) -> Misunderstood:
    """A time at which nothing can be, as something to type anew."""
    if isinstance(error, TimeDoesNotExist):
        clock = f"{error.local:%H:%M}"
        return Misunderstood(Problem.HOUR_SKIPPED, clock, suggestions=(f"{error.instead:%H:%M}",))
    local = error.starts_at.astimezone(error.zone)
    return Misunderstood(Problem.HOUR_IS_OVER, f"{spelt(local.date())} {local:%H:%M}")


async def file_of(request: Request, facts: OccurrenceFacts) -> Screen:
    """The message with the calendar file of an appointment."""
    entries = await get_entries(request.scope, facts.appointment_id)
    return calendar_file(entries, name="appointment", now=request.scope.clock.now())


def _without_time(draft: Draft, problem: Misunderstood) -> Draft:
    """With what cannot be taken out, so that it is asked for anew."""
    if problem.problem is Problem.NO_OCCURRENCE:
        return replace(draft, rule=None, is_anchored=False, days=())
    if draft.rule is None and problem.problem is Problem.HOUR_IS_OVER:
        return replace(draft, days=(), times=())
    return replace(draft, times=())


async def _understand(
    request: Request, draft: Draft, line: str, *, person: int | None
) -> PartialAppointment:
    persons = draft.persons
    doctors = [
        KnownDoctor(doctor.name, doctor.id, doctor.person_id)
        for doctor in await list_doctors(request.scope)
    ]
    typed = understand_appointment(
        line,
        people=persons,
        doctors=doctors,
        zone=None if person is None else persons[person].zone,
        now=request.scope.clock.now(),
    )
    if typed.person is None and person is not None:
        own = match_doctors(typed.doctor, doctors, person=persons[person])
        return replace(typed, doctors=own)
    return typed


def _today(request: Request, draft: Draft) -> date:
    return request.scope.clock.now().astimezone(draft.zone).date()


def _sentence(problem: Misunderstood | None) -> Screen | None:
    return None if problem is None else Screen(misunderstood(problem))
