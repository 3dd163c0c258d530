"""What `/addmed` asks about a new medicine: person, name, dosage and schedule, and whether what it
shows is right.
"""

from contextlib import suppress
from dataclasses import replace

from bot.conversation import pasted_lists
from bot.conversation.engine import AbandonPolicy, Flow, Reply, Step, finished
from bot.conversation.people import ask_person, renewing_people, take_person
from bot.features.medicines.flows.content import content_changes as parts
from bot.features.medicines.flows.content import (
    differing_amounts,
    guards,
    persons_day,
    questions,
    saving,
)
from bot.features.medicines.flows.content.amount_answers import is_more, read_more
from bot.features.medicines.flows.content.differing_amounts import A_CYCLE, Amounts
from bot.features.medicines.flows.content.medicine_draft import OFFERED, Draft, describe_draft
from bot.features.medicines.flows.content.new_schedules import CYCLING, VARYING
from bot.features.medicines.flows.content.notes import take_note
from bot.features.medicines.flows.content.pasted_medicines import PASTED_MEDICINES
from bot.features.medicines.flows.content.questions import sentence_about
from bot.features.medicines.flows.content.unkept import (
    Take,
    listening,
    misread,
    refusing,
    said_by,
    unkept_of,
    with_amount,
)
from bot.features.medicines.views.content import new_medicines
from bot.features.medicines.views.content.medicine_notes import Note
from bot.grammar.commands.change_words import read_new_name
from bot.grammar.commands.medicine_pieces import has_rule_of_steps
from bot.grammar.commands.medicines import PartialMedicine, understand_medicine
from bot.grammar.dosages import parse_dosage
from bot.grammar.medicine_names import parse_medicine_name
from bot.grammar.people import find_person
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.clauses import names_steps
from bot.grammar.schedules.parsing import LONGEST_SCHEDULE
from bot.grammar.strengths import strength_in
from bot.grammar.tokens import tokenize
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from domain.access import Action
from domain.medicines.dosages import Dosage
from domain.medicines.errors import DayTimesChanged, SameMedicine, TimesOfDayClash
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.changes import Change


async def _take_person(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    try:
        number = take_person(draft.people, reply)
    except Misunderstood:
        # What was typed when asked for the person may be the rest of the line.
        text = reply.text or ""
        with_line = replace(draft, line=f"/addmed {text}")
        early = None if draft.line else _take_rest(request, running, with_line, text)
        if early is None:
            raise
        return early
    draft = draft.for_person(number)
    if not draft.line:
        return _next(request, running, draft)
    person = draft.persons[number]
    typed = understand_medicine(draft.line, people=[person], now=request.scope.clock.now())
    draft = replace(draft.understood(typed), person=number, line="")
    # The person is settled now, whatever name the line gave.
    is_settled = typed.problem is not None and typed.problem.problem is Problem.UNKNOWN_PERSON
    first = None if is_settled else sentence_about(typed.problem)
    draft = draft.offering(typed.problem, request.scope.clock.now())
    return _next(request, running, draft, first=first)


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    """A name alone, a whole line, or a list; or an amount, which is no name."""
    draft, text = Draft.read(running), reply.text or ""
    with suppress(Misunderstood):
        return _next(request, running, replace(draft, dosage=parse_dosage(text).to_json()))
    if pasted_lists.is_list(text):
        return await pasted_lists.begin(replace(request, text=text), PASTED_MEDICINES)
    return _take_rest(request, running, draft, text) or _next(
        request, running, replace(draft, name=parse_medicine_name(text))
    )


async def _take_dosage(request: Request, running: Conversation, reply: Reply) -> Answer:
    """The dosage, and perhaps the schedule."""
    draft, text = Draft.read(running), reply.text or ""
    try:
        dosage = parse_dosage(text)
    except Misunderstood as problem:
        if is_more(draft, text):
            return _take_more(request, running, draft, text, problem)
        more = _take_rest(request, running, draft, draft.named(text), is_answer=True)
        if more is None:
            raise
        return more
    draft, doubt = with_amount(draft, dosage, request.scope.clock.now())
    return _next(request, running, draft, first=sentence_about(doubt))


def _take_more(
    request: Request, running: Conversation, draft: Draft, text: str, problem: Misunderstood
) -> Answer:
    """Take "10 mg 9am", or "9am", where "weekly on mondays" was typed before: it completes those
    words. What of it can't be read leaves all of it open.
    """
    try:
        found, change, more = read_more(draft, text, problem, request.scope.clock.now())
        return _changed(request, running, found, change, words=more)
    except Misunderstood as unclear:
        draft = replace(draft, unread=draft.unread or text)
        return _next(request, running, draft, first=sentence_about(unclear))


def _take_rest(
    request: Request,
    running: Conversation,
    draft: Draft,
    text: str,
    *,
    is_answer: bool = False,
) -> Answer | None:
    """Take a line that says more than a name; None if it doesn't. Of an answer, all has to be
    understood: "125 micrograms or 62.5". Raises Misunderstood.
    """
    people = [draft.persons[draft.person]] if draft.person is not None else draft.persons
    typed = understand_medicine(f"/addmed {text}", people=people, now=request.scope.clock.now())
    if typed.name is None or not (typed.dosage or typed.schedule):
        return None
    if is_answer and typed.problem and typed.problem.problem is Problem.UNKNOWN_WORDS:
        raise typed.problem
    if is_answer and names_steps(text) and has_rule_of_steps(draft.unread):
        # Each step was said instead; how strong it is was not.
        draft = replace(draft, unread=strength_in(draft.unread), heard=())
    return _take_typed(request, running, draft, typed)


def _take_typed(
    request: Request, running: Conversation, draft: Draft, typed: PartialMedicine
) -> Answer:
    """Complete the draft with what was typed."""
    understood = draft.understood(typed)
    understood = replace(
        understood,
        person=draft.person if typed.person is None else understood.person,
        dosage=understood.dosage or draft.dosage,
        schedule=understood.schedule or draft.schedule,
    )
    problem = typed.problem
    first = None if problem is None or problem.problem.is_missing else sentence_about(problem)
    understood = understood.offering(problem, request.scope.clock.now())
    return _next(request, running, understood, first=first)


async def _take_schedule(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    if draft.chosen is None:
        return _next(request, running, draft)
    if reply.choice in {VARYING, CYCLING}:
        begun = A_CYCLE if reply.choice == CYCLING else Amounts()
        building = replace(draft, differing=begun.to_data())
        return FLOW.advance(request, running, "differ", building.write())
    words, is_offered = said_by(reply, draft, request.scope.clock.now())
    if len(words) > LONGEST_SCHEDULE:
        raise Misunderstood(Problem.TOO_LONG)
    draft = replace(draft.hearing(words), refused="") if is_offered else draft
    now = request.scope.clock.now()
    try:
        typed = draft.read_schedule(words, now, says_all=is_offered)
    except Misunderstood as problem:
        is_clear = problem.problem not in OFFERED
        whole = draft.read_direction(words, now, says_all=is_offered) if is_clear else None
        if whole is not None:
            return _take_typed(request, running, draft, whole)
        draft = refusing(draft, words, problem, now)
        return _next(request, running, draft, first=sentence_about(problem))
    return _next(request, running, replace(draft.said(typed), guard=""))


async def _take_differing(request: Request, running: Conversation, reply: Reply) -> Answer:
    """Amounts that differ. What is tapped becomes words, which are read like typed ones."""
    draft = Draft.read(running)
    said = Amounts.from_data(draft.differing or {})
    found = differing_amounts.take(said, reply, dosage=Dosage.from_json(draft.dosage or {}))
    if found is not None and not found.is_complete:
        building = replace(draft, differing=found.to_data())
        return FLOW.advance(request, running, "differ", building.write())
    running = replace(running, data=replace(draft, differing=None).write())
    words = reply if found is None else Reply(text=found.words)
    return await _take_schedule(request, running, words)


async def _take_limit(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    change, guard = guards.take(running.step, reply, draft.context(request.scope.clock.now()))
    return _changed(request, running, replace(draft, guard=guard), change)


def _changed(
    request: Request, running: Conversation, draft: Draft, change: Change | None, *, words: str = ""
) -> Answer:
    """The draft with the change applied, or the question what the change means. Raises
    Misunderstood.
    """
    if change is None:
        return _next(request, running, draft)
    context = draft.context(request.scope.clock.now())
    found = context.apply([change], words=words)
    if isinstance(found, Content):
        if found == context.content and words and parts.is_one_rhythm(found.schedule):
            return _next(request, running, draft, first=new_medicines.already_so(words))
        if found == context.content and words:
            raise Misunderstood(Problem.CHANGE_UNREADABLE, words)
        first = parts.warning(context, change, found)
        before = parts.in_words(context.content, context.zone)
        return _next(request, running, replace(draft.changed(found), before=before), first=first)
    step, needed = parts.data_of_question(found, day=draft.day_times)
    question = {"step": step, **needed}
    return _next(request, running, replace(draft, change=change.to_json(), question=question))


async def _take_words(request: Request, running: Conversation, reply: Reply) -> Answer:
    """Typed text changes the draft: "at 19:00", "4 hours apart, max 4", "for Dad"."""
    draft, text = Draft.read(running), reply.text or ""
    line = tokenize(text[:LONGEST_SCHEDULE])
    named = find_person(line, draft.persons)
    if named is not None:
        draft = replace(draft.for_person(draft.persons.index(named.person)), same=None)
        text = line.typed(line.tokens[: named.start] + line.tokens[named.end :])
        if not text:
            return _next(request, running, draft)
    if times := persons_day.times_said(draft, text):
        return _next(request, running, draft.saying(times))
    change = draft.context(request.scope.clock.now()).read(text)
    draft = replace(draft, guard="done") if change.removes_limits else draft
    return _changed(request, running, draft, change, words=text)


async def _take_new_dosage(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft, text = Draft.read(running), reply.text or ""
    change = draft.context(request.scope.clock.now()).read_dosage(text)
    return _changed(request, running, draft, change, words=text)


async def _take_new_schedule(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    context = draft.context(request.scope.clock.now())
    words = parts.words_of_when(reply, context)
    change = context.read_schedule(words)
    return _changed(request, running, replace(draft, guard=""), change, words=words)


async def _take_note(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    return _changed(request, running, draft, take_note(Note(running.step), reply))


async def _take_answer(request: Request, running: Conversation, reply: Reply) -> Answer:
    """The answer to the question what a change means."""
    draft = Draft.read(running)
    question, change = draft.question or {}, Change.from_json(draft.change or {})
    context = draft.context(request.scope.clock.now())
    change = parts.take_answer(running.step, question, reply, change, context)
    return _changed(request, running, draft, change, words=reply.text or "")


async def _take_day(request: Request, running: Conversation, reply: Reply) -> Answer:
    """When the parts of the day are on which the medicine hangs."""
    draft = Draft.read(running)
    if reply.choice == "other":
        return _next(request, running, replace(draft, day_by_hand=True))
    draft, first, change = await persons_day.said(request, draft, reply)
    if change is not None:
        return _changed(request, running, draft, change, words=reply.text or "")
    return _next(request, running, draft, first=first)


async def _take_confirm(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    match reply.choice:
        case "save":
            return await _save_in(request, running, draft)
        case "change":
            return FLOW.advance(request, running, "change", draft.write())
        case "keep":
            return _next(request, running, draft.keeping(unkept_of(draft)))
        case _:
            return await _take_words(request, running, reply)


async def _save_in(request: Request, running: Conversation, draft: Draft) -> Answer:
    """Save and end the conversation, unless the person already takes one with this or a similar
    name, or a dose that was promised has become due meanwhile.
    """
    draft, first = saving.caught_up(draft, request.scope.clock.now())
    if first is not None:
        return _next(request, running, draft, first=first)
    try:
        return finished(running, await saving.save(request, draft, flow_id=running.flow_id))
    except SameMedicine as same:
        return _next(request, running, draft.beside_existing(same.existing))
    except DayTimesChanged:
        draft, first = await persons_day.as_it_is_now(request, draft)
    except TimesOfDayClash as clash:
        draft, first = persons_day.to_ask_again(draft, clash)
    return _next(request, running, draft, first=first)


async def _take_same(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    match reply.choice:
        case "both":
            both = replace(draft, same=None, beside=(*draft.beside, draft.same_id))
            return await _save_in(request, running, both)
        case "change":
            return FLOW.advance(request, running, "change", replace(draft, same=None).write())
        case _:
            return await _take_words(request, running, reply)


async def _take_change(request: Request, running: Conversation, reply: Reply) -> Answer:
    draft = Draft.read(running)
    match reply.choice:
        case "name":
            draft = replace(draft, name=None)
        case "dosage":
            return FLOW.advance(request, running, "much", draft.write())
        case "schedule":
            return FLOW.advance(request, running, "when", draft.write())
        case "person":
            draft = draft.for_person(None)
        case Note.HOW | Note.WHY as note:
            return FLOW.advance(request, running, note, draft.write())
        case _:
            return await _take_words(request, running, reply)
    return _next(request, running, draft)


def _or_name(take: Take) -> Take:
    async def taken(request: Request, running: Conversation, reply: Reply) -> Answer:
        name = read_new_name(reply.text or "")
        named = replace(Draft.read(running), name=name, same=None)
        return (
            await take(request, running, reply) if name is None else _next(request, running, named)
        )

    return taken


FLOW = Flow(
    "addmed",
    listening(
        {
            "person": Step(ask_person, _take_person),
            "name": Step(questions.ask_name, _take_name),
            "dosage": Step(questions.ask_dosage, _or_name(_take_dosage)),
            "schedule": Step(questions.ask_schedule, _or_name(_take_schedule)),
            "differ": Step(differing_amounts.ask, _take_differing),
            "day": Step(questions.ask_day, _take_day),
            "daytimes": Step(questions.ask_day_times, _take_day),
            "same": Step(questions.ask_same, _take_same),
            "confirm": Step(questions.ask_confirm, _take_confirm, questions.shown_now),
            "change": Step(questions.ask_change, _take_change),
            "much": Step(questions.ask_new_dosage, _take_new_dosage),
            "when": Step(questions.ask_new_schedule, _take_new_schedule),
            "how": Step(questions.ask_how, _take_note, keeps_words=True),
            "why": Step(questions.ask_why, _take_note, keeps_words=True),
            "times": Step(questions.of_question(parts.ask_times), _take_answer),
            "which": Step(questions.of_question(parts.ask_which), _take_answer),
            "each": Step(questions.of_question(parts.ask_each), _take_answer),
            "interval": Step(guards.ask_interval, _take_limit),
            "most": Step(questions.ask_max_per_day, _take_limit),
        }
    ),
    misread=misread,
    abandon_policy=AbandonPolicy(
        "addmed", renew=renewing_people(Action.CHANGE_MEDICINES), describe_draft=describe_draft
    ),
)


def _next(
    request: Request, running: Conversation, draft: Draft, *, first: Screen | None = None
) -> Answer:
    draft = draft.timed().with_times(request.scope.clock.now())
    draft = replace(draft, shown_at=request.scope.clock.now().isoformat())
    return FLOW.advance(request, running, draft.step, draft.write(), first=first)
