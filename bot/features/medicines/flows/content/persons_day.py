"""The times of a person's day that a new medicine needs: asked once, and saved with it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from uuid import UUID

from bot.conversation.engine import Reply
from bot.conversation.people import load_people
from bot.features.medicines.flows.content.medicine_draft import Draft
from bot.grammar.day_times import parse_day_times
from bot.intake.request import Request
from bot.ui.answer import Screen
from bot.ui.words import day_times as words
from domain.medicines.changes.day_times import preview_day_times
from domain.medicines.errors import TimesOfDayClash
from domain.medicines.schedules.moments import PartOfDay


async def said(request: Request, draft: Draft, reply: Reply) -> tuple[Draft, Screen | None]:
    """The draft with the times of a reply and what else moves with them. If another medicine can't
    follow, they are asked for again, after that message. Raises Misunderstood.
    """
    saying = draft.saying(_times_of(draft, reply))
    person_id = UUID(draft.people[draft.person or 0].id)
    try:
        retiming = await preview_day_times(request.scope, person_id, saying.said_times)
    except TimesOfDayClash as clash:
        return to_ask_again(draft, clash)
    return replace(saying, moves=words.moves_in_words(retiming.moved)), None


def _times_of(draft: Draft, reply: Reply) -> Mapping[PartOfDay, time]:
    unknown = draft.unknown_parts
    match reply.choice:
        case None:
            return parse_day_times(reply.text or "", asked=unknown)
        case "use":
            return {part: draft.day_times.at(part) for part in unknown}
        case clock:
            return {unknown[0]: time(int(clock[:2]), int(clock[2:]))}


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
