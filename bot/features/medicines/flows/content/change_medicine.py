"""Change, on a medicine: its name, dosage or schedule, from now on.

What is named changes, everything else stays. A change that adds or loses something is always shown
beside the current state and confirmed. Any other is saved at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

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
from bot.features.medicines.flows.content import alike, guards, persons_day
from bot.features.medicines.flows.content import content_changes as parts
from bot.features.medicines.flows.content.change_context import ChangeContext
from bot.features.medicines.flows.content.notes import ask_note, take_note
from bot.features.medicines.flows.renewal import renew_medicine
from bot.features.medicines.flows.screens import medicine_screen
from bot.features.medicines.flows.stock import per_dose
from bot.features.medicines.views import meds as meds_views
from bot.features.medicines.views.content import medicine_changes, new_medicines
from bot.features.medicines.views.content.medicine_notes import Note
from bot.grammar.names import parse_name
from bot.grammar.problems import Misunderstood, Problem
from bot.intake.request import Request
from bot.redis.conversations import Conversation
from bot.ui import conversations
from bot.ui.answer import Answer, Screen, say
from bot.ui.conversations import Unfinished
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.medicines import ChangeMedicine
from bot.ui.refusals import refuse
from domain.access import Action, may
from domain.family.people import get_person
from domain.medicines.changes.editing import edit_medication
from domain.medicines.errors import DayTimesChanged, MedicineChanged, SameMedicine
from domain.medicines.facts import Content, MedicineFacts
from domain.medicines.reading import get_medication
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.comparison import Concern, list_concerns
from domain.medicines.schedules.moments import DayTimes


async def begin(request: Request) -> Answer:
    """The Change button."""
    request.scope.require(Action.CHANGE_MEDICINES)
    press = request.pressed(ChangeMedicine)
    medicine = await get_medication(request.scope, press.medication_id)
    data = {**await _facts_of(medicine, request), "changes": []}
    if press.in_new_message:
        return FLOW.begin(request, "what", data)
    return FLOW.begin_in_place(request, "what", data)


async def begin_said(request: Request, medicine_id: UUID) -> Answer | None:
    """Show what somebody said of a medicine that they have just spoken of, as a change of it; None
    if it is none, or they may not change it.
    """
    member = request.scope.require(Action.READ)
    if not may(member.role, Action.CHANGE_MEDICINES):
        return None
    facts = await _facts_of(await get_medication(request.scope, medicine_id), request)
    context = _context(request, facts)
    try:
        change = context.read(request.text or "")
        new = context.apply([change])
    except Misunderstood as problem:
        is_clear = problem.problem is Problem.ONE_OF_THE_TIMES
        return say(misunderstood(problem)) if is_clear else None
    if not isinstance(new, Content) or new == context.content:
        return None
    concerns = list_concerns(context.content, new, zone=context.zone, now=context.now)
    said = {
        "changes": [change.to_json()],
        "new": new.to_json(),
        "most_choices": guards.most_choices(new),
        "concerns": [concern.name for concern in concerns],
    }
    return FLOW.begin(request, "review", {**facts, **said})


async def _shown_before(request: Request, data: Data) -> Screen:
    return await medicine_screen(request, UUID(data["id"]))


async def _facts_of(medicine: MedicineFacts, request: Request) -> dict[str, Any]:
    """What every question shows about the medicine, and the times of the person's day."""
    person = await get_person(request.scope, medicine.person_id)
    today = request.scope.clock.now().astimezone(medicine.zone).date()
    return {
        "id": str(medicine.id),
        "version": medicine.version,
        "name": medicine.name,
        "person": medicine.person,
        "zone": medicine.zone.key,
        "today": today.isoformat(),
        "day": dict(person.day_times),
        "old": medicine.content.to_json(),
    }


def _context(request: Request, data: Data, content: Content | None = None) -> ChangeContext:
    """As of the start of the conversation; the version says whether that is still current."""
    content = content or Content.from_json(data["old"])
    day = DayTimes.from_json(data.get("day", {}))
    return ChangeContext(content, ZoneInfo(data["zone"]), request.scope.clock.now(), day)


def _changes(data: Data) -> list[Change]:
    return [Change.from_json(each) for each in data["changes"]]


def _ask_what(data: Data, choice: Choice) -> Screen:
    labels = new_medicines.part_labels()
    labels.pop("person")
    buttons = [choice(label, key) for key, label in labels.items()]
    buttons.append(cancel_button(choice))
    return new_medicines.ask_what_to_change(data["name"], buttons, person=data["person"])


async def _take_what(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "name" | "dosage" | Note.HOW | Note.WHY as part:
            return FLOW.advance(request, running, part, data)
        case "schedule":
            old, today = Content.from_json(data["old"]), date.fromisoformat(data["today"])
            when = parts.data_of_when(old.schedule, ZoneInfo(data["zone"]), today=today)
            return FLOW.advance(request, running, "schedule", {**data, **when})
        case _:
            return await _take_words(request, running, reply)


async def _take_words(request: Request, running: Conversation, reply: Reply) -> Answer:
    """Typed text changes the medicine, too, even where a button was expected."""
    data: Data = running.data
    text = reply.text or ""
    so_far = _context(request, data).apply(_changes(data))
    content = so_far if isinstance(so_far, Content) else Content.from_json(data["old"])
    change = _context(request, data, content).read(text)
    return await _proceed(request, running, [*_changes(data), change], words=text)


def _ask_name(_data: Data, _choice: Choice) -> Screen:
    return new_medicines.ask_medicine_name()


async def _take_name(request: Request, running: Conversation, reply: Reply) -> Answer:
    change = Change(name=parse_name(reply.text or ""))
    running = replace(
        running, data={**running.data, "beside": []}
    )  # those were confirmed for another name
    return await _proceed(request, running, [*_changes(running.data), change])


async def _take_same(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "both":
            return await _save(request, running, data, Content.from_json(data["new"]))
        case "change":
            return FLOW.advance(request, running, "name", data)
        case _:
            return conversations.tap_a_button(reply.text or "").and_ask(FLOW.question(running))


def _ask_dosage(data: Data, _choice: Choice) -> Screen:
    old = Content.from_json(data["old"])
    now = medicine_changes.amount_now(
        old.dosage,
        old.schedule,
        zone=ZoneInfo(data["zone"]),
        today=date.fromisoformat(data["today"]),
    )
    return medicine_changes.ask_new_dosage(data["name"], now, person=data["person"])


async def _take_dosage(request: Request, running: Conversation, reply: Reply) -> Answer:
    text = reply.text or ""
    change = _context(request, running.data).read_dosage(text)
    return await _proceed(request, running, [*_changes(running.data), change], words=text)


async def _take_schedule(request: Request, running: Conversation, reply: Reply) -> Answer:
    context = _context(request, running.data)
    words = parts.words_of_when(reply, context)
    change = context.read_schedule(words)
    return await _proceed(request, running, [*_changes(running.data), change], words=words)


def _ask_how(data: Data, choice: Choice) -> Screen:
    return ask_note(Note.HOW, data["name"], data["old"].get("instructions"), choice)


def _ask_why(data: Data, choice: Choice) -> Screen:
    return ask_note(Note.WHY, data["name"], data["old"].get("reason"), choice)


async def _take_note(request: Request, running: Conversation, reply: Reply) -> Answer:
    change = take_note(Note(running.step), reply)
    return await _proceed(request, running, [*_changes(running.data), change])


async def _take_answer(request: Request, running: Conversation, reply: Reply) -> Answer:
    """The answer to the question what a change means."""
    data: Data = running.data
    *earlier, last = _changes(data)
    context = _context(request, data)
    change = parts.take_answer(running.step, data, reply, last, context)
    return await _proceed(request, running, [*earlier, change], words=reply.text or "")


async def _take_limit(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    context = _context(request, data, Content.from_json(data["new"]))
    change, guard = guards.take(running.step, reply, context)
    changes = _changes(data) + ([change] if change else [])
    return await _proceed(request, running, changes, guard=guard)


async def _proceed(
    request: Request,
    running: Conversation,
    changes: Sequence[Change],
    *,
    words: str = "",
    guard: str = "",
) -> Answer:
    """Ask what the changes still need, or save them."""
    data: Mapping[str, Any] = {
        **running.data,
        "changes": [change.to_json() for change in changes],
    }
    context = _context(request, data)
    new = context.apply(changes, words=words)
    if not isinstance(new, Content):
        step, needed = parts.data_of_question(new, day=context.day)
        return FLOW.advance(request, running, step, {**data, **needed})
    data = {**data, "new": new.to_json(), "most_choices": guards.most_choices(new)}
    if guard != "done" and _lacks_guard(changes, new, guard):
        return FLOW.advance(request, running, guard or "interval", data)
    if new == context.content:
        medicine = await get_medication(request.scope, UUID(data["id"]))
        return finished(running, new_medicines.nothing_changed(medicine, now=context.now))
    concerns = list_concerns(context.content, new, zone=context.zone, now=context.now)
    if concerns:
        data = {**data, "concerns": [concern.name for concern in concerns]}
        return FLOW.advance(request, running, "review", data)
    return await _save(request, running, data, new)


def _lacks_guard(changes: Sequence[Change], new: Content, guard: str) -> bool:
    """Whether it becomes as needed and nobody has said how often yet."""
    is_named = any(change.is_as_needed for change in changes)
    return is_named and (guard == "most" or guards.needs_guard(new))


def _ask_review(data: Data, choice: Choice) -> Screen:
    return medicine_changes.review(
        Content.from_json(data["old"]),
        Content.from_json(data["new"]),
        concerns=[Concern[name] for name in data["concerns"]],
        person=data["person"],
        zone=ZoneInfo(data["zone"]),
        today=date.fromisoformat(data["today"]),
        buttons=(
            choice(conversations.save_label(), "save"),
            choice(conversations.change_label(), "change"),
            cancel_button(choice),
        ),
    )


async def _refresh_review(request: Request, data: Data) -> Data:
    return await _of_now(request, data) or data


async def _of_now(request: Request, data: Data) -> Data | None:
    """The changes applied to the current medicine; None if they no longer apply."""
    medicine = await get_medication(request.scope, UUID(data["id"]))
    fresh = {**data, **await _facts_of(medicine, request)}
    context = _context(request, fresh)
    try:
        new = context.apply(_changes(data))
    except Misunderstood:
        return None
    if not isinstance(new, Content):
        return None
    concerns = list_concerns(context.content, new, zone=context.zone, now=context.now)
    return {**fresh, "new": new.to_json(), "concerns": [concern.name for concern in concerns]}


async def _take_review(request: Request, running: Conversation, reply: Reply) -> Answer:
    data: Data = running.data
    match reply.choice:
        case "save":
            return await _save_reviewed(request, running, data)
        case "change":
            return FLOW.advance(request, running, "what", data)
        case _:
            return await _take_words(request, running, reply)


async def _save_reviewed(request: Request, running: Conversation, data: Data) -> Answer:
    """Save what was shown. If somebody has changed the medicine in the meantime, ask again."""
    now = request.scope.clock.now()
    try:
        medicine = await _edit(request, data, Content.from_json(data["new"]))
    except SameMedicine as same:
        return FLOW.advance(request, running, "same", alike.beside(data, data["new"]["name"], same))
    except MedicineChanged as other:
        screen = meds_views.changed_meanwhile(other.medicine, now=now)
        fresh = await _of_now(request, data)
        if fresh is None:
            return finished(running, Answer(send=(screen,)))
        return FLOW.advance(request, running, "review", fresh, first=screen)
    except DayTimesChanged as changed:
        return finished(running, refuse(changed, is_press=False))
    return await _saved(request, running, medicine)


async def _save(request: Request, running: Conversation, data: Data, new: Content) -> Answer:
    now = request.scope.clock.now()
    try:
        medicine = await _edit(request, data, new)
    except SameMedicine as same:
        return FLOW.advance(request, running, "same", alike.beside(data, new.name, same))
    except MedicineChanged as other:
        screen = meds_views.changed_meanwhile(other.medicine, now=now)
        return finished(running, Answer(send=(screen,)))
    except DayTimesChanged as changed:
        return finished(running, refuse(changed, is_press=False))
    return await _saved(request, running, medicine)


async def _saved(request: Request, running: Conversation, medicine: MedicineFacts) -> Answer:
    """What was saved, and then what this requires asking about the stock."""
    member = request.scope.require(Action.CHANGE_MEDICINES)
    data: Data = running.data
    was = parts.in_words(Content.from_json(data["old"]), medicine.zone)
    done = meds_views.changed(medicine, member=member, now=request.scope.clock.now(), before=was)
    before, hanging = Content.from_json(data["old"]), (medicine.person_id, medicine.schedule)
    assumed = await persons_day.assumptions(request, [hanging], known=before.schedule)
    answer = finished(running, done.and_send(*assumed))
    return await per_dose.ask_after_change(request, medicine, answer)


async def _edit(request: Request, data: Data, new: Content) -> MedicineFacts:
    return await edit_medication(
        request.scope,
        UUID(data["id"]),
        version=data["version"],
        name=new.name,
        dosage=new.dosage,
        schedule=new.schedule,
        instructions=new.instructions or "",
        reason=new.reason or "",
        acknowledged=alike.known(data),
    )


# The flow was once called "changemed", with other data; those conversations count as expired.
FLOW = Flow(
    "changepart",
    {
        "what": Step(_ask_what, _take_what),
        "name": Step(_ask_name, _take_name),
        "dosage": Step(_ask_dosage, _take_dosage),
        "same": Step(alike.ask, _take_same),
        "schedule": Step(parts.ask_when, _take_schedule),
        "how": Step(_ask_how, _take_note, keeps_words=True),
        "why": Step(_ask_why, _take_note, keeps_words=True),
        "times": Step(parts.ask_times, _take_answer),
        "which": Step(parts.ask_which, _take_answer),
        "each": Step(parts.ask_each, _take_answer),
        "interval": Step(guards.ask_interval, _take_limit),
        "most": Step(guards.ask_max_per_day, _take_limit),
        "review": Step(_ask_review, _take_review, _refresh_review),
    },
    abandon_policy=AbandonPolicy("meds", Unfinished.NOT_CHANGED, renew=renew_medicine),
    shown_before=_shown_before,
)
