"""The screen of an appointment, which several buttons lead back to."""

from uuid import UUID

from bot.conversation.engine import Data
from bot.features.appointments.views import appointment_screen
from bot.intake.request import Request
from bot.ui.answer import Screen
from domain.access import Action
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence


def occurrence_screen(request: Request, facts: OccurrenceFacts) -> Screen:
    member = request.scope.require(Action.READ)
    return appointment_screen.screen(facts, member=member, now=request.scope.clock.now())


async def shown_before(request: Request, data: Data) -> Screen:
    """What a question about one appointment took the place of."""
    facts = await get_occurrence(request.scope, UUID(str(data["id"])))
    return occurrence_screen(request, facts)
