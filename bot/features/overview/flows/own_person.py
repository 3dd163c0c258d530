"""Whom a member speaks of who says "my pills" or "what do I take"."""

from dataclasses import replace
from uuid import UUID

from bot.grammar.intents.kinds import Intent
from bot.grammar.intents.questions import (
    ListOfMedicines,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
    WhatRunsOut,
)
from bot.grammar.intents.reading import asks_of_oneself
from bot.grammar.tokens import unaccented
from bot.intake.request import Request
from domain.family.people import find_own_person, list_people


async def own_person(request: Request) -> UUID | None:
    """Whose "my pills" are: the member's own as somebody who is cared for, or those of the person
    who is called like the member.
    """
    found = await find_own_person(request.scope)
    if found is not None:
        return found
    name = _first(request.name)
    called = [each.id for each in await list_people(request.scope) if _first(each.name) == name]
    return called[0] if name and len(called) == 1 else None


async def as_asked_of_oneself(request: Request, intent: Intent) -> Intent:
    """The question of somebody who is cared for as one about themselves. What is named is what is
    asked about, whoever takes it.
    """
    match intent:
        case (
            WasItGiven(medicine_ids=(), person_id=None)
            | WhatIsPlanned(appointment_ids=(), person_id=None)
        ):
            pass
        case WhatIsDue(person_id=None) | ListOfMedicines(person_id=None):
            pass
        case WhatRunsOut(person_id=None):
            pass
        case _:
            return intent
    if not asks_of_oneself(request.text or ""):
        return intent
    person_id = await own_person(request)
    return intent if person_id is None else replace(intent, person_id=person_id)


def _first(name: str) -> list[str]:
    return unaccented(name).split()[:1]
