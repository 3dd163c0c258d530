"""Correct, on a card or in the history: when it was taken, how much, whether at all, a note."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from uuid import UUID

from bot.conversation.engine import (
    AbandonPolicy,
    Choice,
    Data,
    Flow,
    Reply,
    Step,
    cancel_button,
    finished,
)
from bot.features.medicines.flows.giving.correction_draft import Draft
from bot.features.medicines.flows.giving.questions import ask_count, take_amount
from bot.features.medicines.flows.giving.two_clocks import (
    clock_button,
    has_two_clocks,
    parse_time,
    parts_of_time,
    reader_of,
    time_buttons,
    zone_of,
)
from bot.features.medicines.flows.screens import entry_screen
from bot.features.medicines.views import history as views
from bot.features.medicines.views.giving import confirmations, given_intakes, intake_questions
from bot.grammar.commands.intakes import (
    LONGEST_LINE,
    TypedAmount,
    parse_amount,
    parse_remark,
    read_intake,
)
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import tokenize
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen
from bot.ui.buttons import in_rows
from bot.ui.conversations import Unfinished
from bot.ui.presses.doses import Correct, CorrectToMyClock
from domain.access import Action
from domain.family.people import get_person
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import RESOLVED, DoseFacts, get_dose
from domain.medicines.errors import NothingRecorded
from domain.medicines.records.corrections import Correction, check_correctable, correct_dose, review
from domain.medicines.records.intakes import (
    Confirm,
    ConfirmSlip,
    HowManyDoses,
    HowMuch,
    Question,
    WhichOne,
    is_recordable,
)
from domain.models.medicines import DoseStatus


async def begin(request: Request) -> Answer:
    """The Correct button."""
    dose_id = request.pressed(Correct).dose_id
    draft = await _draft(request, await check_correctable(request.scope, dose_id))
    return FLOW.begin_in_place(request, "what", draft.write())


async def _shown_before(request: Request, data: Data) -> Screen:
    return await entry_screen(request, UUID(Draft.read(data).id))


async def begin_my_clock(request: Request) -> Answer:
    """ "I meant my clock", under a record: use the time on the button."""
    member = request.scope.require(Action.READ)
    press = request.pressed(CorrectToMyClock)
    at, dose = press.at, await get_dose(request.scope, press.dose_id)
    if dose.status not in RESOLVED:
        raise NothingRecorded
    if dose.status is not DoseStatus.TAKEN or dose.resolved_by_id != member.user_id:
        return given_intakes.record_changed_since()
    if not is_recordable(at, request.scope.clock.now()):
        return given_intakes.still_in_future()
    draft = await _draft(request, await check_correctable(request.scope, dose.id))
    answer = await _record_or_ask(request, replace(draft, taken_at=at.isoformat()), None)
    return replace(answer, closes=True)


async def _draft(request: Request, dose: DoseFacts) -> Draft:
    person = await get_person(request.scope, dose.care_recipient_id)
    return Draft.of(dose, person=person.name)


def _ask_what(data: Data, choice: Choice) -> Screen:
    labels = views.correction_labels(is_taken=data["is_taken"])
    buttons = [choice(words, key) for key, words in labels.items()]
    buttons.append(cancel_button(choice))
    return views.ask_what_to_correct(data["name"], person=data["person"], buttons=buttons)


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    match reply.choice:
        case "time" | "take":
            return FLOW.advance(request, running, "time", running.data)
        case "amount":
            return FLOW.advance(request, running, "amount", running.data)
        case "skip" | "reason":
            return FLOW.advance(request, running, "reason", running.data)
        case "note":
            return FLOW.advance(request, running, "note", running.data)
        case _:
            return await _take_words(request, running, reply.text or "")


async def _take_words(request: Request, running: Conversation, text: str) -> Answer:
    """Take a time, an amount or both, typed before they were asked for."""
    draft = Draft.read(running.data)
    typed = read_intake(
        tokenize(text[:LONGEST_LINE]), zone=zone_of(request, draft), now=request.scope.clock.now()
    )
    is_unread = typed.time_problem or typed.amount_problem or not (typed.amount or typed.moment)
    if is_unread or not draft.is_taken:
        return conversations.tap_a_button(text).and_ask(FLOW.question(running))
    if typed.amount is not None:
        draft = _with_amount(draft, typed.amount)
    if typed.moment is not None:
        return await _take_typed_time(request, running, draft, typed.time_words)
    return await _record_or_ask(request, draft, running)


def _ask_time(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    if draft.lacks_time:
        return intake_questions.ask_when(
            draft.name, person=draft.person, lacks_time=draft.lacks_time
        )
    if not draft.options:
        return views.ask_time(draft.name, person=draft.person)
    buttons = [choice(words, key) for key, words in draft.buttons]
    screen = intake_questions.ask_when(draft.name, person=draft.person, lacks_time="")
    return Screen(screen.text, in_rows(buttons))


async def _refresh_time(request: Request, data: Data) -> Data:
    """Update the labels, which are relative to now."""
    draft = Draft.read(data)
    return replace(draft, buttons=time_buttons(request, draft)).write()


async def _take_time(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "other":
            draft = replace(draft, options=(), lacks_time="")
            return FLOW.advance(request, running, "time", draft.write())
        case str() as key:
            at = request.scope.clock.now().isoformat() if key == "now" else draft.options[int(key)]
            draft = replace(draft, taken_at=at, seen=None)
            return await _record_or_ask(request, draft, running)
        case None:
            return await _take_typed_time(request, running, draft, reply.text or "")


async def _take_typed_time(
    request: Request, running: Conversation, draft: Draft, text: str
) -> Answer:
    typed = parse_time(request, draft, text)
    draft = replace(
        draft,
        **parts_of_time(typed),
        taken_at=typed.at.isoformat() if typed.at else None,
        seen=None,
    )
    if typed.at is None:
        draft = replace(draft, buttons=time_buttons(request, draft))
        return FLOW.advance(request, running, "time", draft.write())
    return await _record_or_ask(request, draft, running)


def _ask_amount(data: Data, choice: Choice) -> Screen:
    name, person, planned = data["name"], data["person"], Dosage.from_json(data["amount"])
    if planned.most is None:
        return views.ask_amount(name, person=person, dosage=data["dosage"])
    labels = intake_questions.amount_labels(planned)
    buttons = [*(choice(words, key) for key, words in labels.items()), cancel_button(choice)]
    return views.ask_amount_of(name, person=person, dosage=planned.words, buttons=buttons)


async def _take_amount(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    if reply.choice is not None:
        typed = take_amount(Dosage.from_json(draft.amount), reply.choice)
        return await _record_or_ask(request, _with_amount(draft, typed), running)
    return await _record_or_ask(
        request, _with_amount(draft, parse_amount(reply.text or "")), running
    )


def _with_amount(draft: Draft, typed: TypedAmount) -> Draft:
    given = typed.of(Dosage.from_json(draft.amount))
    return replace(draft, given=given.to_json(), count=None, is_no_slip=False, seen=None)


async def _take_count(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    if reply.choice is not None:
        return await _record_or_ask(request, replace(draft, count=reply.choice), running)
    typed = parse_amount(reply.text or "")
    if typed.number is None:
        raise Misunderstood(Problem.NO_STOCK_AMOUNT, (reply.text or "").strip())
    return await _record_or_ask(request, replace(draft, count=str(typed.number)), running)


def _ask_slip(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    labels = intake_questions.slip_labels(str(draft.given["words"]) if draft.given else "")
    buttons = [choice(words, key) for key, words in labels.items()]
    buttons.append(cancel_button(choice))
    return Screen(draft.text, in_rows(buttons))


async def _take_slip(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "really":
            return await _record_or_ask(request, replace(draft, is_no_slip=True), running)
        case "amount":
            return FLOW.advance(request, running, "amount", draft.write())
        case _:
            return await _take_amount(request, running, reply)


def _ask_confirm(data: Data, choice: Choice) -> Screen:
    draft = Draft.read(data)
    rows = [(choice(confirmations.correct_label(), "yes"),)]
    rows += [(choice(words, key),) for key, words in draft.buttons]
    rows.append((cancel_button(choice),))
    return Screen(draft.text, tuple(rows))


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running.data)
    match reply.choice:
        case "yes":
            return await _record_or_ask(request, draft, running)
        case "clock":
            draft = replace(draft, is_mine=not draft.is_mine, lacks_time="")
            return await _take_typed_time(request, running, draft, draft.said)
        case _:
            # What is typed under the question is another time.
            return await _take_typed_time(request, running, draft, reply.text or "")


def _ask_reason(_data: Data, choice: Choice) -> Screen:
    return views.ask_reason(choice(views.no_reason_label(), "none"))


async def _take_reason(request: Request, running: Conversation, reply: Reply) -> Answer:
    reason = None if reply.choice else parse_remark(reply.text or "")
    skipped = Correction(status=DoseStatus.SKIPPED, note=reason)
    return await _correct(request, running, Draft.read(running.data), skipped)


def _ask_note(_data: Data, _choice: Choice) -> Screen:
    return views.ask_note()


async def _take_note(request: Request, running: Conversation, reply: Reply) -> Answer:
    noted = Correction(note=parse_remark(reply.text or ""))
    return await _correct(request, running, Draft.read(running.data), noted)


async def _record_or_ask(request: Request, draft: Draft, running: Conversation | None) -> Answer:
    """Correct the record, or ask first what has to be asked. If the typed time is a different
    moment by the member's own clock, both are shown.
    """
    if draft.seen is None and draft.taken_at and has_two_clocks(request, draft):
        question = await review(request.scope, UUID(draft.id), draft.correction)
        if isinstance(question, Confirm):
            return FLOW.ask(request, running, "confirm", _show(request, draft, question).write())
    return await _correct(request, running, draft, draft.correction)


async def _correct(
    request: Request, running: Conversation | None, draft: Draft, correction: Correction
) -> Answer:
    outcome = await correct_dose(request.scope, UUID(draft.id), correction)
    if not isinstance(outcome, DoseFacts):
        return FLOW.ask(
            request, running, _STEPS[type(outcome)], _show(request, draft, outcome).write()
        )
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    answer = views.corrected(outcome, person=draft.person, member=member, now=now)
    return finished(running, answer)


_STEPS: Mapping[type[Question], str] = {
    WhichOne: "confirm",
    HowManyDoses: "count",
    HowMuch: "amount",
    ConfirmSlip: "slip",
    Confirm: "confirm",
}


def _show(request: Request, draft: Draft, question: Question) -> Draft:
    """With the question as the database has it now, and what it shows."""
    outlook, reader = question.outlook, reader_of(request)
    is_changed = draft.seen is not None and draft.seen != outlook.seen
    buttons: tuple[tuple[str, str], ...] = ()
    match question:
        case HowManyDoses():
            text = intake_questions.ask_count(outlook).text
        case HowMuch(of=of):
            draft, text = replace(draft, amount=of.to_json(), dosage=of.words, given=None), ""
        case ConfirmSlip():
            text = intake_questions.ask_slip(outlook).text
        case _:
            changes = (
                confirmations.changed_since(outlook, reader=reader, known=draft.known)
                if is_changed
                else ()
            )
            text = confirmations.confirm(
                outlook, reader=reader, changes=changes, corrects=True
            ).text
            if has_two_clocks(request, draft):
                buttons = (clock_button(request, draft),)
    return replace(
        draft,
        seen=outlook.seen if isinstance(question, Confirm) else None,
        known=tuple(str(intake.id) for intake in outlook.intakes),
        text=text,
        buttons=buttons,
    )


def _refresh_for(kind: type[Question]) -> Callable[[Request, Data], Awaitable[Data]]:
    async def refresh(request: Request, data: Data) -> Data:
        """The question as the database has it now. If another one is due by now, the answer leads
        to it.
        """
        draft = Draft.read(data)
        question = await review(request.scope, UUID(draft.id), draft.correction)
        return _show(request, draft, question).write() if isinstance(question, kind) else data

    return refresh


async def _renew(request: Request, data: Data) -> Data:
    await check_correctable(request.scope, UUID(data["id"]))
    return data


FLOW = Flow(
    "correcting",
    {
        "what": Step(_ask_what, _take_what),
        "time": Step(_ask_time, _take_time, _refresh_time),
        "amount": Step(_ask_amount, _take_amount),
        "count": Step(ask_count, _take_count),
        "slip": Step(_ask_slip, _take_slip, _refresh_for(ConfirmSlip)),
        "confirm": Step(_ask_confirm, _take_confirm, _refresh_for(Confirm)),
        "reason": Step(_ask_reason, _take_reason, keeps_words=True),
        "note": Step(_ask_note, _take_note, keeps_words=True),
    },
    abandon_policy=AbandonPolicy("history", Unfinished.NOT_RECORDED, renew=_renew),
    shown_before=_shown_before,
)
