"""`/give`: what was given, when and how much, and whether to record it despite earlier intakes."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.conversation.engine import AbandonPolicy, Data, Flow, Reply, Step, finished
from bot.features.medicines.flows.giving.clock_doubts import other_clock, times_to_tap
from bot.features.medicines.flows.giving.intake_draft import Draft, Rest
from bot.features.medicines.flows.giving.questions import (
    ask_amount,
    ask_confirm,
    ask_count,
    ask_dose,
    ask_slip,
    ask_time,
    ask_which,
    given_line_of,
    refresh_for,
    refresh_time,
    show,
    take_amount,
)
from bot.features.medicines.flows.giving.two_clocks import parse_time, reader_of, zone_of
from bot.features.medicines.flows.medicine_choices import (
    choices,
    lines_of,
    list_not_stopped,
    narrowed,
    offered,
)
from bot.features.medicines.flows.named_medicines import as_typed, name_after_amount, name_all
from bot.features.medicines.views.giving import given_intakes, intake_questions, readers
from bot.grammar.commands.intakes import (
    LONGEST_LINE,
    TypedAmount,
    parse_amount,
    read_intake,
    read_remark,
)
from bot.grammar.known_medicines import KnownMedicine
from bot.grammar.past_times.moments import parse_moment
from bot.grammar.past_times.parts import TypedMoment
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import tokenize
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from domain.access import Action
from domain.medicines.dosages import Dosage
from domain.medicines.facts import MedicineFacts, MedicineLine
from domain.medicines.reading import get_medication
from domain.medicines.records.intakes import (
    Confirm,
    ConfirmSlip,
    HowManyDoses,
    HowMuch,
    Question,
    WhichOne,
    give,
)
from domain.medicines.records.recording import Recorded


async def begin(request: Request) -> Answer:
    """`/give [NAME [AMOUNT] [at TIME] [for PERSON]]`, also `2 NAME`, `NAME and NAME`."""
    request.scope.require(Action.READ)
    lines, now = await list_not_stopped(request.scope), request.scope.clock.now()
    if not lines and not request.text:
        return intake_questions.nothing_to_give()
    if not request.text:
        return FLOW.begin(request, "which", {"choices": choices(lines, now=now)})
    items = [(lines_of(named, lines), rest) for named, rest in name_all(request.text, lines)]
    return await begin_named(request, items)


async def begin_named(
    request: Request, items: Sequence[tuple[Sequence[MedicineLine], str]], *, note: str = ""
) -> Answer:
    """Each of *items* with what was said about it. Several lines: which of them is asked. The
    *note* is kept with each record.
    """
    queue = tuple((" ".join(str(line.id) for line in lines), words) for lines, words in items)
    then = tuple(lines[0].name for lines, _words in items)
    said_at = request.scope.clock.now().isoformat()
    found, rest = items[0]
    draft = Rest(queue[1:], then[1:], request.is_said, read_remark(note), said_at)
    return await _which_or_start(request, found, rest, draft)


async def _which_or_start(
    request: Request, found: Sequence[MedicineLine], words: str, rest: Rest
) -> Answer:
    if len(found) == 1:
        return await _start(request, found[0], words, rest=rest)
    now = request.scope.clock.now()
    data = {
        "choices": choices(found, now=now),
        "rest": words,
        "given": given_line_of(request, words, found),
        "zones": {str(line.id): line.zone.key for line in found},
        **asdict(rest),
    }
    return FLOW.begin(request, "which", data)


async def begin_medicine(request: Request, medicine: MedicineFacts) -> Answer:
    """Give now, the usual amount."""
    return await _record_or_ask(request, Draft.of(medicine), None)


async def _start(
    request: Request,
    line: MedicineLine,
    words: str,
    running: Conversation | None = None,
    *,
    said_in: str | None = None,
    rest: Rest,
) -> Answer:
    """The medicine is known. Read what was said about it, by the clock of the zone *said_in*, and
    record or ask.
    """
    draft = replace(Draft.of(line), **asdict(rest))
    draft = replace(draft, zone=said_in or draft.zone)
    now = request.scope.clock.now()
    now = datetime.fromisoformat(rest.said_at) if rest.said_at else now
    typed = read_intake(tokenize(words), zone=ZoneInfo(draft.zone), now=now)
    if draft.is_said and typed.amount is not None:
        try:
            typed = replace(typed, amount=typed.amount.said_of(line.dosage))
        except Misunderstood as unclear:
            typed = replace(typed, amount=None, amount_problem=unclear)
    draft = replace(
        draft,
        asks_amount=typed.amount_problem is not None,
        asks_time=typed.time_problem is not None,
    )
    if typed.amount is not None:
        draft = draft.with_amount(typed.amount)
    if typed.moment is not None:
        draft = draft.with_moment(typed.moment)
        draft = replace(draft, buttons=times_to_tap(request, draft))
    problem = typed.time_problem or typed.amount_problem
    first = Screen(misunderstood(problem)) if problem else None
    return await _record_or_ask(request, draft, running, first=first)


async def _record_or_ask(
    request: Request,
    draft: Draft,
    running: Conversation | None,
    *,
    first: Screen | None = None,
) -> Answer:
    """Record it, or ask first what has to be asked."""
    if draft.asks_time:
        return FLOW.ask(request, running, "time", draft.write(), first=first)
    if draft.asks_amount:
        return _ask_for_amount(request, running, draft, first=first)
    outcome = await give(request.scope, UUID(draft.id), draft.to_giving())
    if isinstance(outcome, Recorded):
        answer = _recorded(request, draft, outcome)
        if draft.queue:
            return await _continue_queue(request, draft, answer)
        return finished(running, answer)
    shown = show(request, draft, outcome)
    return FLOW.ask(request, running, _STEPS[type(outcome)], shown.write(), first=first)


_STEPS: Mapping[type[Question], str] = {
    WhichOne: "dose",
    HowManyDoses: "count",
    HowMuch: "amount",
    ConfirmSlip: "slip",
    Confirm: "confirm",
}


def _ask_for_amount(
    request: Request,
    running: Conversation | None,
    draft: Draft,
    *,
    first: Screen | None = None,
) -> Answer:
    given = readers.given_line(
        datetime.fromisoformat(draft.at) if draft.at else None,
        person=draft.person,
        zone=ZoneInfo(draft.zone),
        reader=reader_of(request),
    )
    return FLOW.ask(request, running, "amount", replace(draft, text=given).write(), first=first)


async def _continue_queue(request: Request, draft: Draft, answer: Answer) -> Answer:
    """Confirm what was recorded, then go on with the next medicine of the line."""
    lines = await list_not_stopped(request.scope)
    (ids, words), *queue = draft.queue
    found = [line for line in lines if str(line.id) in ids.split()]
    if not found:
        return answer
    rest = replace(Rest.of(draft.write()), queue=tuple(queue), then=draft.then[1:])
    following = await _which_or_start(request, found, words, rest)
    return replace(following, send=(*answer.send, *following.send), closes=True)


def _recorded(request: Request, draft: Draft, outcome: Recorded) -> Answer:
    member = request.scope.require(Action.READ)
    return given_intakes.given(
        outcome,
        person=draft.person,
        member=member,
        now=request.scope.clock.now(),
        other=other_clock(request, draft, outcome.recorded),
    )


async def _take_which(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    lines = await list_not_stopped(request.scope)
    rest = str(data.get("rest", ""))
    if reply.choice is not None:
        chosen = data["choices"][int(reply.choice)][0]
    else:
        named, amount = name_after_amount(reply.text or "", offered(data, lines))
        rest = " ".join(filter(None, (amount, as_typed(named.rest), rest)))
        if len(named.medicines) > 1:
            return _which_of(request, running, named.medicines, rest)
        chosen = str(named.medicines[0].id)
    line = next((line for line in lines if str(line.id) == chosen), None)
    if line is None:
        return FLOW.advance(request, running, "which", data)
    said_in = data.get("zones", {}).get(str(line.id))
    return await _start(
        request,
        line,
        rest,
        running,
        said_in=said_in,
        rest=Rest.of(data),
    )


def _which_of(
    request: Request, running: Conversation, medicines: Sequence[KnownMedicine], rest: str
) -> Answer:
    """Several have that name, so only a button can tell. Keep what else was typed."""
    data: dict[str, Any] = {**running.data, "choices": narrowed(running.data, medicines)}
    data["rest"] = rest
    data.setdefault("said_at", request.scope.clock.now().isoformat())
    return FLOW.advance(request, running, "which", data, first=intake_questions.tap_which().send[0])


async def _take_time(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "other":
            draft = replace(draft, options=(), lacks_time="", buttons=())
            return FLOW.advance(request, running, "time", draft.write())
        case "clock":
            return await _take_other_clock(request, running, draft)
        case str() as key:
            at = request.scope.clock.now().isoformat() if key == "now" else draft.options[int(key)]
            return await _record_or_ask(
                request, replace(draft, at=at, asks_time=False, seen=None), running
            )
        case None:
            typed = parse_time(request, draft, reply.text or "")
            return await _take_typed_time(request, running, draft, typed)


async def _take_typed_time(
    request: Request, running: Conversation, draft: Draft, typed: TypedMoment
) -> Answer:
    draft = draft.with_moment(typed)
    draft = replace(draft, buttons=times_to_tap(request, draft))
    return await _record_or_ask(request, draft, running)


async def _take_other_clock(request: Request, running: Conversation, draft: Draft) -> Answer:
    """Switch to the other clock. Raises Misunderstood if the time is still ahead by that one."""
    draft = replace(draft, is_mine=not draft.is_mine)
    zone, now = zone_of(request, draft), request.scope.clock.now()
    typed = parse_moment(draft.said, zone=zone, now=now)
    return await _take_typed_time(request, running, draft, typed)


async def _take_amount(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "usual":
            return await _record_or_ask(request, draft.with_amount(TypedAmount()), running)
        case str() as key:
            amount = take_amount(Dosage.from_json(draft.usual), key)
            return await _record_or_ask(request, draft.with_amount(amount), running)
        case _:
            return await _record_or_ask(
                request, draft.with_amount(parse_amount(reply.text or "")), running
            )


async def _take_count(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    count = Decimal(reply.choice) if reply.choice else _number(reply.text or "")
    return await _record_or_ask(request, replace(draft, count=str(count)), running)


def _number(text: str) -> Decimal:
    typed = parse_amount(text)
    number = typed.number if typed.number is not None else typed.times
    if number is None:
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, text.strip())
    return number


async def _take_slip(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "really":
            return await _record_or_ask(request, replace(draft, is_no_slip=True), running)
        case "amount":
            return _ask_for_amount(request, running, draft)
        case _:
            return await _record_or_ask(
                request, draft.with_amount(parse_amount(reply.text or "")), running
            )


async def _take_dose(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "extra":
            return await _record_or_ask(request, replace(draft, is_extra=True), running)
        case str() as number:
            dose_id, _words = draft.buttons[int(number)]
            return await _record_or_ask(request, replace(draft, dose_id=dose_id), running)
        case None:
            return await _changed(request, running, draft, reply.text or "")


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "yes":
            return await _record_or_ask(request, draft, running)
        case "time":
            draft = replace(draft, asks_time=True, options=(), lacks_time="", buttons=())
            return FLOW.advance(request, running, "time", draft.write())
        case "amount":
            return _ask_for_amount(request, running, draft)
        case "clock":
            return await _take_other_clock(request, running, draft)
        case _:
            return await _changed(request, running, draft, reply.text or "")


async def _changed(request: Request, running: Conversation, draft: Draft, text: str) -> Answer:
    """Typed text changes the question's time, amount or both."""
    typed = read_intake(
        tokenize(text[:LONGEST_LINE]), zone=zone_of(request, draft), now=request.scope.clock.now()
    )
    problem = typed.time_problem or typed.amount_problem
    if problem is not None:
        raise problem
    if typed.amount is not None:
        draft = draft.with_amount(typed.amount)
    if typed.moment is not None:
        return await _take_typed_time(request, running, draft, typed.moment)
    return await _record_or_ask(request, draft, running)


async def _renew(request: Request, data: Data) -> Data:
    request.scope.require(Action.READ)
    if "id" in data:
        await get_medication(request.scope, UUID(data["id"]))
    return data


FLOW = Flow(
    "giving",
    {
        "which": Step(ask_which, _take_which),
        "time": Step(ask_time, _take_time, refresh_time),
        "amount": Step(ask_amount, _take_amount),
        "count": Step(ask_count, _take_count),
        "slip": Step(ask_slip, _take_slip, refresh_for(ConfirmSlip)),
        "dose": Step(ask_dose, _take_dose, refresh_for(WhichOne)),
        "confirm": Step(ask_confirm, _take_confirm, refresh_for(Confirm)),
    },
    abandon_policy=AbandonPolicy("give", Unfinished.NOT_RECORDED, renew=_renew),
)
