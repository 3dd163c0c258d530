"""`/give`: what was given, when, how much, and whether it is meant after what others gave."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, Flow, Reply, Step, cancelled, finished
from bot.features.medicines.flows.named_medicines import as_typed, name_after_amount, name_all
from bot.features.medicines.flows.two_clocks import (
    is_other_clock,
    option_buttons,
    parse_time,
    reader_of,
    zone_of,
)
from bot.features.medicines.views import intakes as views
from bot.grammar.commands.intakes import LONGEST_LINE, TypedAmount, parse_amount, read_intake
from bot.grammar.known_medicines import KnownMedicine
from bot.grammar.past_times.moments import parse_moment
from bot.grammar.past_times.parts import TypedMoment
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import tokenize
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Button, Screen
from bot.ui.apart import medicine_labels
from bot.ui.misunderstandings import misunderstood
from domain.access import Action
from domain.database import Scope
from domain.medicines.dosages import Dosage
from domain.medicines.doses.doses import DoseFacts, Recorded
from domain.medicines.facts import MedicineLine
from domain.medicines.medications import get_medication, list_medicines
from domain.medicines.records.intakes import (
    Confirm,
    ConfirmSlip,
    Giving,
    HowManyDoses,
    Question,
    WhichOne,
    give,
    is_recordable,
    review,
)
from domain.models.medicines import MedicineStatus

MOST_CHOICES = 30


@dataclass(frozen=True)
class Draft:
    """What is known of an intake so far; goes to Redis and back between two questions.

    `dosage`, `number`, `times` are the amount as typed; `said` are the words about the time, read
    by the clock of the person or (`is_mine`) of the member. `at` is fixed as soon as a question is
    asked: however long the answer takes, it is what was meant. `known` are the intakes that the
    question has shown, `queue` the medicines that come after this one, with their words.
    """

    id: str
    name: str
    person: str
    zone: str
    usual: Mapping[str, Any]
    dosage: Mapping[str, Any] | None = None
    number: str | None = None
    times: str | None = None
    asks_amount: bool = False
    said: str = ""
    is_by_clock: bool = False
    is_mine: bool = False
    at: str | None = None
    options: tuple[str, ...] = ()
    lacks_time: str = ""
    asks_time: bool = False
    count: str | None = None
    dose_id: str | None = None
    is_extra: bool = False
    is_no_slip: bool = False
    seen: int | None = None
    known: tuple[str, ...] = ()
    queue: tuple[tuple[str, str], ...] = ()
    text: str = ""
    buttons: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, stored: Data) -> Self:
        data: dict[str, Any] = dict(stored)
        for several in ("options", "known"):
            data[several] = tuple(data[several])
        for pairs in ("queue", "buttons"):
            data[pairs] = tuple((first, second) for first, second in data[pairs])
        return cls(**data)

    def write(self) -> Data:
        return asdict(self)

    @property
    def given(self) -> Dosage | None:
        if (self.dosage, self.number, self.times) == (None, None, None):
            return None
        typed = TypedAmount(
            Dosage.from_json(self.dosage) if self.dosage else None,
            Decimal(self.number) if self.number else None,
            Decimal(self.times) if self.times else None,
        )
        return typed.of(Dosage.from_json(self.usual))

    def with_amount(self, typed: TypedAmount) -> "Draft":
        return replace(
            self,
            dosage=typed.dosage.to_json() if typed.dosage else None,
            number=str(typed.number) if typed.number is not None else None,
            times=str(typed.times) if typed.times is not None else None,
            asks_amount=False,
            count=None,
            is_no_slip=False,
            seen=None,
        )

    def with_moment(self, typed: TypedMoment) -> "Draft":
        return replace(
            self,
            said=typed.words,
            at=typed.at.isoformat() if typed.at else None,
            options=tuple(option.isoformat() for option in typed.options),
            lacks_time=typed.words if typed.lacks_time else "",
            asks_time=typed.at is None,
            is_by_clock=typed.is_by_clock,
            dose_id=None,
            is_extra=False,
            seen=None,
        )

    def to_giving(self) -> Giving:
        return Giving(
            at=datetime.fromisoformat(self.at) if self.at else None,
            given=self.given,
            count=Decimal(self.count) if self.count else None,
            dose_id=UUID(self.dose_id) if self.dose_id else None,
            is_extra=self.is_extra,
            is_no_slip=self.is_no_slip,
            seen=self.seen,
        )


async def begin(request: Request) -> Answer:
    """`/give [NAME [AMOUNT] [at TIME] [for PERSON]]`, also `2 NAME`, `NAME and NAME`."""
    request.scope.require(Action.READ)
    lines, now = await _given_now(request.scope), request.scope.clock.now()
    if not lines and not request.text:
        return views.nothing_to_give()
    if not request.text:
        return FLOW.begin(request, "which", {"choices": choices(lines, now=now)})
    items = name_all(request.text, lines)
    first, rest = items[0]
    if len(first) > 1:
        same = {medicine.id for medicine in first}
        found = [line for line in lines if line.id in same]
        data = {
            "choices": choices(found, now=now),
            "rest": rest,
            "said_at": now.isoformat(),
            "given": _given(request, rest, found),
        }
        return FLOW.begin(request, "which", data)
    queue = tuple((str(medicines[0].id), words) for medicines, words in items[1:])
    return await _start(request, _line(lines, first[0].id), rest, queue=queue)


def _given(request: Request, rest: str, lines: Sequence[MedicineLine]) -> str:
    """When *rest* says that one of the *lines* was given, where that is the same for all."""
    one, reader = lines[0], reader_of(request)
    if any((line.person_id, line.zone) != (one.person_id, one.zone) for line in lines):
        return ""
    typed = read_intake(tokenize(rest), zone=one.zone, now=reader.now)
    at = typed.moment.at if typed.moment else None
    return views.given_line(at, person=one.person, zone=one.zone, reader=reader)


async def begin_button(request: Request) -> Answer:
    """Give now, on a medicine's screen."""
    request.scope.require(Action.READ)
    medicine = await get_medication(request.scope, request.subject_id)
    draft = Draft(
        id=str(medicine.id),
        name=medicine.name,
        person=medicine.person,
        zone=medicine.zone.key,
        usual=medicine.dosage.to_json(),
    )
    return await _go(request, draft, None)


def choices(lines: Sequence[MedicineLine], *, now: datetime) -> list[list[str]]:
    """Medicines as a conversation keeps them: id and label."""
    several = len({line.person_id for line in lines}) > 1
    shown = lines[:MOST_CHOICES]
    labels = medicine_labels(shown, with_person=several, now=now)
    return [[str(line.id), label] for line, label in zip(shown, labels, strict=True)]


async def _given_now(scope: Scope) -> Sequence[MedicineLine]:
    """Stopped ones are not offered: restore them first."""
    return [
        line for line in await list_medicines(scope) if line.status is not MedicineStatus.STOPPED
    ]


def _line(lines: Sequence[MedicineLine], medication_id: UUID) -> MedicineLine:
    return next(line for line in lines if line.id == medication_id)


async def _start(
    request: Request,
    line: MedicineLine,
    rest: str,
    running: Conversation | None = None,
    *,
    queue: tuple[tuple[str, str], ...] = (),
    said_at: datetime | None = None,
) -> Answer:
    """The medicine is known: read what was said of it (now, or *said_at*), and record it or ask."""
    draft = Draft(
        id=str(line.id),
        name=line.name,
        person=line.person,
        zone=line.zone.key,
        usual=line.dosage.to_json(),
        queue=queue,
    )
    now = said_at or request.scope.clock.now()
    typed = read_intake(tokenize(rest), zone=line.zone, now=now)
    draft = replace(
        draft,
        asks_amount=typed.amount_problem is not None,
        asks_time=typed.time_problem is not None,
    )
    if typed.amount is not None:
        draft = draft.with_amount(typed.amount)
    if typed.moment is not None:
        draft = draft.with_moment(typed.moment)
        draft = replace(draft, buttons=_time_buttons(request, draft))
    problem = typed.time_problem or typed.amount_problem
    first = Screen(misunderstood(problem)) if problem else None
    return await _go(request, draft, running, first=first)


async def _go(
    request: Request,
    draft: Draft,
    running: Conversation | None,
    *,
    first: Screen | None = None,
) -> Answer:
    """Record it, or ask first what is to be asked."""
    if draft.asks_time:
        return _ask(request, running, "time", draft, first=first)
    if draft.asks_amount:
        return _ask_for_amount(request, running, draft, first=first)
    outcome = await give(request.scope, UUID(draft.id), draft.to_giving())
    if isinstance(outcome, Recorded):
        answer = _recorded(request, draft, outcome)
        if draft.queue:
            return await _and_the_next(request, draft, answer)
        return answer if running is None else finished(running, answer)
    shown = _show(request, draft, outcome)
    return _ask(request, running, _STEPS[type(outcome)], shown, first=first)


_STEPS: Mapping[type[Question], str] = {
    WhichOne: "dose",
    HowManyDoses: "count",
    ConfirmSlip: "slip",
    Confirm: "confirm",
}


def _ask(
    request: Request,
    running: Conversation | None,
    step: str,
    draft: Draft,
    *,
    first: Screen | None = None,
) -> Answer:
    if running is None:
        return FLOW.begin(request, step, draft.write(), first=first)
    return FLOW.go_on(request, running, step, draft.write(), first=first)


def _ask_for_amount(
    request: Request,
    running: Conversation | None,
    draft: Draft,
    *,
    first: Screen | None = None,
) -> Answer:
    given = views.given_line(
        datetime.fromisoformat(draft.at) if draft.at else None,
        person=draft.person,
        zone=ZoneInfo(draft.zone),
        reader=reader_of(request),
    )
    return _ask(request, running, "amount", replace(draft, text=given), first=first)


async def _and_the_next(request: Request, draft: Draft, answer: Answer) -> Answer:
    """What was recorded, and then the next medicine of the line."""
    lines = await _given_now(request.scope)
    (medication_id, rest), *queue = draft.queue
    line = next((line for line in lines if str(line.id) == medication_id), None)
    if line is None:
        return answer
    following = await _start(request, line, rest, queue=tuple(queue))
    return replace(following, send=(*answer.send, *following.send), closes=True)


def _recorded(request: Request, draft: Draft, outcome: Recorded) -> Answer:
    member = request.scope.require(Action.READ)
    return views.given(
        outcome,
        person=draft.person,
        member=member,
        now=request.scope.clock.now(),
        other=_other_clock(request, draft, outcome.recorded),
    )


def _other_clock(
    request: Request, draft: Draft, recorded: Sequence[DoseFacts]
) -> views.OtherClock | None:
    """What the words would have meant by the member's own clock."""
    if not recorded or draft.is_mine or not _has_two_clocks(request, draft):
        return None
    at = _by_the_other(request, draft)
    if at in (None, recorded[0].taken_at) or not is_recordable(at, request.scope.clock.now()):
        return None
    return views.OtherClock(recorded[0].id, at)


def _by_the_other(request: Request, draft: Draft) -> datetime | None:
    """When it was by the clock that *draft* is not read by, if that is certain."""
    zone = zone_of(request, replace(draft, is_mine=not draft.is_mine))
    with suppress(Misunderstood):
        return parse_moment(draft.said, zone=zone, now=request.scope.clock.now()).at
    return None


def _has_two_clocks(request: Request, draft: Draft) -> bool:
    """Whether a time was typed that is another one by the member's own clock."""
    return draft.is_by_clock and is_other_clock(request, draft)


def _clock_button(request: Request, draft: Draft) -> tuple[str, str]:
    """I meant my clock: it may record at once, so it says when that is, where that is certain."""
    return "clock", views.clock_label(
        _by_the_other(request, draft),
        is_mine=draft.is_mine,
        person=draft.person,
        zone=ZoneInfo(draft.zone),
        reader=reader_of(request),
    )


def _show(request: Request, draft: Draft, question: Question) -> Draft:
    """With the question as the tables are now, and what it shows of them."""
    outlook, reader = question.outlook, reader_of(request)
    is_changed = draft.seen is not None and draft.seen != outlook.seen
    buttons: list[tuple[str, str]] = []
    match question:
        case WhichOne():
            text = views.which_one(outlook, reader=reader).text
            buttons = [
                (str(dose.id), views.dose_label(dose, now=reader.now))
                for dose in outlook.candidates
            ]
        case HowManyDoses():
            text = views.ask_count(outlook).text
        case ConfirmSlip():
            text = views.ask_slip(outlook).text
        case Confirm():
            changes = (
                views.changed_since(outlook, reader=reader, known=draft.known) if is_changed else ()
            )
            text = views.confirm(outlook, reader=reader, changes=changes, corrects=False).text
            if _has_two_clocks(request, draft):
                buttons = [_clock_button(request, draft)]
    return replace(
        draft,
        at=outlook.at.isoformat(),
        seen=outlook.seen if isinstance(question, Confirm) else None,
        known=tuple(str(intake.id) for intake in outlook.intakes),
        text=text,
        buttons=tuple(buttons),
    )


def _drawn_anew(kind: type[Question]) -> Callable[[Request, Data], Awaitable[Data]]:
    async def refresh(request: Request, data: Data) -> Data:
        """The question as the tables are now, also if nothing is in doubt any more. Where another
        one is to be asked by now, the answer leads to it.
        """
        draft = Draft.read(data)
        question = await review(request.scope, UUID(draft.id), draft.to_giving())
        return _show(request, draft, question).write() if isinstance(question, kind) else data

    return refresh


def _ask_which(data: Data, choice: Choice) -> Screen:
    return views.ask_which(
        [choice(name, str(number)) for number, (_id, name) in enumerate(data["choices"])],
        typed=data.get("rest", ""),
        given=data.get("given", ""),
    )


async def _take_which(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    lines = await _given_now(request.scope)
    rest = str(data.get("rest", ""))
    if reply.choice is not None:
        chosen = data["choices"][int(reply.choice)][0]
    else:
        offered = {key for key, _name in data["choices"]}
        named, amount = name_after_amount(
            reply.text or "", [line for line in lines if str(line.id) in offered]
        )
        rest = " ".join(filter(None, (amount, as_typed(named.rest), rest)))
        if len(named.medicines) > 1:
            return _which_of(request, running, named.medicines, rest)
        chosen = str(named.medicines[0].id)
    line = next((line for line in lines if str(line.id) == chosen), None)
    if line is None:
        return FLOW.go_on(request, running, "which", data)
    said_at = datetime.fromisoformat(data["said_at"]) if "said_at" in data else None
    return await _start(request, line, rest, running, said_at=said_at)


def _which_of(
    request: Request, running: Conversation, medicines: Sequence[KnownMedicine], rest: str
) -> Answer:
    """Only a button tells which of one name is meant; what was typed beside it stands."""
    named = {str(medicine.id) for medicine in medicines}
    data: dict[str, Any] = dict(running.data)
    data["choices"] = [each for each in data["choices"] if each[0] in named]
    data["rest"] = rest
    data.setdefault("said_at", request.scope.clock.now().isoformat())
    return FLOW.go_on(request, running, "which", data, first=views.tap_which().send[0])


def _ask_time(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    if draft.lacks_time:
        screen = views.ask_when(draft.name, lacks_time=draft.lacks_time)
        return _with_buttons(screen.text, [choice(conversations.cancel_label(), "cancel")])
    if not draft.buttons:
        screen = views.ask_another_time(draft.name)
    else:
        screen = views.ask_when(draft.name, lacks_time="")
    buttons = [choice(words, key) for key, words in draft.buttons]
    return _with_buttons(screen.text, [*buttons, choice(conversations.cancel_label(), "cancel")])


async def _refresh_time(request: Request, data: Data) -> Data:
    """The times that it can mean, in words reckoned from now."""
    draft = Draft.read(data)
    return replace(draft, buttons=_time_buttons(request, draft)).write()


def _time_buttons(request: Request, draft: Draft) -> tuple[tuple[str, str], ...]:
    buttons = option_buttons(request, draft)
    if buttons and _has_two_clocks(request, draft):
        buttons.append(_clock_button(request, draft))
    if buttons:
        buttons += list(views.time_labels().items())
    return tuple(buttons)


async def _take_time(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "cancel":
            return cancelled(running.flow_id)
        case "other":
            draft = replace(draft, options=(), lacks_time="", buttons=())
            return FLOW.go_on(request, running, "time", draft.write())
        case "clock":
            return await _by_the_other_clock(request, running, draft)
        case str() as key:
            at = request.scope.clock.now().isoformat() if key == "now" else draft.options[int(key)]
            return await _go(request, replace(draft, at=at, asks_time=False, seen=None), running)
        case None:
            typed = parse_time(request, draft, reply.text or "")
            return await _timed(request, running, draft, typed)


async def _timed(
    request: Request, running: Conversation, draft: Draft, typed: TypedMoment
) -> Answer:
    draft = draft.with_moment(typed)
    draft = replace(draft, buttons=_time_buttons(request, draft))
    return await _go(request, draft, running)


async def _by_the_other_clock(request: Request, running: Conversation, draft: Draft) -> Answer:
    """I meant my clock, and back. Raises Misunderstood where it is still to come by that one."""
    draft = replace(draft, is_mine=not draft.is_mine)
    zone, now = zone_of(request, draft), request.scope.clock.now()
    typed = parse_moment(draft.said, zone=zone, now=now)
    return await _timed(request, running, draft, typed)


def _ask_amount(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    usual = Dosage.from_json(draft.usual)
    screen = views.ask_amount(draft.name, usual, given=draft.text)
    buttons = [
        choice(views.usual_label(usual.words), "usual"),
        choice(conversations.cancel_label(), "cancel"),
    ]
    return _with_buttons(screen.text, buttons)


async def _take_amount(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "cancel":
            return cancelled(running.flow_id)
        case "usual":
            return await _go(request, draft.with_amount(TypedAmount()), running)
        case _:
            return await _go(request, draft.with_amount(parse_amount(reply.text or "")), running)


def _ask_count(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    numbers = [choice(words, key) for key, words in views.count_labels().items()]
    return Screen(draft.text, (tuple(numbers), (choice(conversations.cancel_label(), "cancel"),)))


async def _take_count(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    if reply.choice == "cancel":
        return cancelled(running.flow_id)
    count = Decimal(reply.choice) if reply.choice else _number(reply.text or "")
    return await _go(request, replace(draft, count=str(count)), running)


def _number(text: str) -> Decimal:
    typed = parse_amount(text)
    number = typed.number if typed.number is not None else typed.times
    if number is None:
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, text.strip())
    return number


def _ask_slip(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    labels = views.slip_labels(draft.given.words if draft.given else "")
    buttons = [choice(words, key) for key, words in labels.items()]
    return _with_buttons(draft.text, [*buttons, choice(conversations.cancel_label(), "cancel")])


async def _take_slip(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "cancel":
            return cancelled(running.flow_id)
        case "really":
            return await _go(request, replace(draft, is_no_slip=True), running)
        case "amount":
            return _ask_for_amount(request, running, draft)
        case _:
            return await _go(request, draft.with_amount(parse_amount(reply.text or "")), running)


def _ask_dose(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    buttons = [choice(words, str(n)) for n, (_id, words) in enumerate(draft.buttons)]
    buttons.append(choice(views.extra_label(), "extra"))
    buttons.append(choice(conversations.cancel_label(), "cancel"))
    return _with_buttons(draft.text, buttons)


async def _take_dose(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "cancel":
            return cancelled(running.flow_id)
        case "extra":
            return await _go(request, replace(draft, is_extra=True), running)
        case str() as number:
            dose_id, _words = draft.buttons[int(number)]
            return await _go(request, replace(draft, dose_id=dose_id), running)
        case None:
            return await _changed(request, running, draft, reply.text or "")


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    changes = [choice(words, key) for key, words in views.change_labels().items()]
    rows = [(choice(views.record_label(), "yes"),), tuple(changes)]
    rows += [(choice(words, key),) for key, words in draft.buttons]
    rows.append((choice(conversations.cancel_label(), "cancel"),))
    return Screen(draft.text, tuple(rows))


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "yes":
            return await _go(request, draft, running)
        case "time":
            draft = replace(draft, asks_time=True, options=(), lacks_time="", buttons=())
            return FLOW.go_on(request, running, "time", draft.write())
        case "amount":
            return _ask_for_amount(request, running, draft)
        case "clock":
            return await _by_the_other_clock(request, running, draft)
        case "cancel":
            return cancelled(running.flow_id)
        case _:
            return await _changed(request, running, draft, reply.text or "")


async def _changed(request: Request, running: Conversation, draft: Draft, text: str) -> Answer:
    """What is typed under a question changes what it is about: a time, an amount, or both."""
    typed = read_intake(
        tokenize(text[:LONGEST_LINE]), zone=zone_of(request, draft), now=request.scope.clock.now()
    )
    problem = typed.time_problem or typed.amount_problem
    if problem is not None:
        raise problem
    if typed.amount is not None:
        draft = draft.with_amount(typed.amount)
    if typed.moment is not None:
        return await _timed(request, running, draft, typed.moment)
    return await _go(request, draft, running)


def _with_buttons(text: str, buttons: Sequence[Button]) -> Screen:
    return Screen(text, tuple((button,) for button in buttons))


FLOW = Flow(
    "giving",
    {
        "which": Step(_ask_which, _take_which),
        "time": Step(_ask_time, _take_time, _refresh_time),
        "amount": Step(_ask_amount, _take_amount),
        "count": Step(_ask_count, _take_count),
        "slip": Step(_ask_slip, _take_slip, _drawn_anew(ConfirmSlip)),
        "dose": Step(_ask_dose, _take_dose, _drawn_anew(WhichOne)),
        "confirm": Step(_ask_confirm, _take_confirm, _drawn_anew(Confirm)),
    },
)
