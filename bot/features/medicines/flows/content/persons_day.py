"""The times of a person's day that a medicine needs: asked once for a new one, and saved with it;
said where the usual ones were used.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, time
from uuid import UUID

from bot.conversation.engine import Reply
from bot.conversation.people import load_people
from bot.features.medicines.flows.content.medicine_draft import Draft
from bot.features.medicines.views.content.persons_day import assumed
from bot.grammar.day_times import parse_day_times
from bot.grammar.problems import Misunderstood, Problem
from bot.intake.request import Request
from bot.ui.answer import Screen
from bot.ui.words.regimens import day_times as words
from domain.access import Action
from domain.family.people import list_people
from domain.medicines.changes.day_times import preview_day_times
from domain.medicines.errors import TimesOfDayClash
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedules.kinds import Schedule
from domain.medicines.schedules.moments import PartOfDay
from domain.medicines.schedules.moments_of_schedules import parts_of


async def said(
    request: Request, draft: Draft, reply: Reply
) -> tuple[Draft, Screen | None, Change | None]:
    """The draft with the times of a reply and what else moves with them, and what else the reply
    changes. If another medicine can't follow, they are asked for again, after that message. Raises
    Misunderstood.
    """
    times, change = _times_of(draft, reply, request.scope.clock.now())
    saying = draft.saying(times)
    person_id = UUID(draft.people[draft.person or 0].id)
    try:
        retiming = await preview_day_times(request.scope, person_id, saying.said_times)
    except TimesOfDayClash as clash:
        return (*to_ask_again(draft, clash), None)
    return replace(saying, moves=words.moves_in_words(retiming.moved)), None, change


def _times_of(
    draft: Draft, reply: Reply, now: datetime
) -> tuple[Mapping[PartOfDay, time], Change | None]:
    """ "8am from thursday" says more than when that part of the day is."""
    unknown = draft.unknown_parts
    match reply.choice:
        case None:
            try:
                return parse_day_times(reply.text or "", asked=unknown), None
            except Misunderstood as problem:
                change = _change_in(draft, reply.text or "", now)
                if change is not None and not change.names_times:
                    return {}, change  # "starting wednesday": the question stays
                if change is None or len(change.times or ()) != len(unknown):
                    raise
                times = dict(zip(unknown, change.times or (), strict=True))
                more = replace(change, times=None, moments=None)
                if more.is_empty or problem.problem is not Problem.DAY_TIMES_UNREADABLE:
                    raise  # times that can't be those of the day, and nothing more
                return times, more
        case "use":
            return {part: draft.day_times.at(part) for part in unknown}, None
        case clock:
            return {unknown[0]: time(int(clock[:2]), int(clock[2:]))}, None


def times_said(draft: Draft, text: str) -> Mapping[PartOfDay, time]:
    """ "Bedtime is 9:30pm", of what hangs on bedtime; empty for anything else."""
    schedule = draft.content.schedule
    with suppress(Misunderstood):
        times = parse_day_times(text)
        return times if set(times) <= set(parts_of(schedule)) else {}
    return {}


def _change_in(draft: Draft, text: str, now: datetime) -> Change | None:
    """None where it can't be read."""
    with suppress(Misunderstood):
        return draft.context(now).read(text)
    return None


def to_ask_again(draft: Draft, clash: TimesOfDayClash) -> tuple[Draft, Screen]:
    """A draft in which nothing was said about the day, and why."""
    return replace(draft, day={}, moves=(), day_by_hand=True), words.clash(clash)


async def as_it_is_now(request: Request, draft: Draft) -> tuple[Draft, Screen | None]:
    """The draft after somebody has changed the person's day, and the sentence that says so."""
    people = await load_people(request.scope)
    key = draft.people[draft.person or 0].id
    number = next((at for at, person in enumerate(people) if person.id == key), None)
    draft = replace(draft, people=people, person=number, same=None)
    return draft, None if number is None else words.changed_meanwhile(people[number].name)


async def assumptions(
    request: Request, saved: Sequence[tuple[UUID, Schedule]], *, known: Schedule | None = None
) -> Sequence[Screen]:
    """For each person with such a schedule (by their id), the usual times that it was saved with
    because nobody has said otherwise. Parts on which a *known* schedule hangs were mentioned then.
    """
    hanging = [(person_id, schedule) for person_id, schedule in saved if parts_of(schedule)]
    if not hanging:
        return ()
    member = request.scope.require(Action.READ)
    mentioned = set(parts_of(known)) if known is not None else set()
    screens = []
    for person in await list_people(request.scope):
        named = {part for key, each in hanging if key == person.id for part in parts_of(each)}
        unsaid = [p for p in PartOfDay if p in named - mentioned and p not in person.day_times]
        if unsaid:
            screens.append(assumed(person, unsaid, member=member))
    return screens
