"""As much of today as was asked for: of one person, of tonight, or what is still to be done."""

from dataclasses import replace

from bot.features.overview.flows.parts_of_day import holds
from bot.features.overview.views import today as views
from bot.grammar.intents.questions import Part, Span, WhatIsDue
from bot.intake.request import Request
from bot.ui.answer import Answer
from domain.access import Action, may
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lists import list_day
from domain.family.people import find_own_person
from domain.medicines.doses.facts import OPEN, DoseFacts
from domain.medicines.doses.today import list_today


async def show(request: Request, intent: WhatIsDue) -> Answer | None:
    """None where nothing restricts it, or nothing is left of it: then the whole day is shown."""
    days, now = await list_today(request.scope), request.scope.clock.now()
    of_whom = [day for day in days if intent.person_id in {None, day.person.id}]
    is_of_one = len(of_whom) < len(days)
    is_rest = intent.span in {Span.REST, Span.NEXT}
    is_tonight = intent.span is Span.TONIGHT
    if not (is_of_one or is_rest or is_tonight):
        return None

    def is_meant(dose: DoseFacts) -> bool:
        is_then = not is_tonight or holds(Part.NIGHT, dose.local.hour)
        return is_then and (not is_rest or dose.status in OPEN)

    def takes_place(each: OccurrenceFacts) -> bool:
        is_then = not is_tonight or holds(Part.NIGHT, each.starts_at.astimezone(each.zone).hour)
        return is_then and (not is_rest or each.starts_at > now)

    dates = {day.person.id: now.astimezone(day.person.zone).date() for day in of_whom}
    found = await list_day(request.scope, dates)
    planned = {key: [each for each in visits if takes_place(each)] for key, visits in found.items()}
    kept = [replace(day, doses=[dose for dose in day.doses if is_meant(dose)]) for day in of_whom]
    if is_rest or is_tonight:
        kept = [day for day in kept if day.doses or planned.get(day.person.id)]
    is_long = sum(len(day.doses) + len(planned.get(day.person.id, ())) for day in kept) > views.PAGE
    if not kept or is_long:
        return None
    member = request.scope.require(Action.READ)
    records_own = not may(member.role, Action.RECORD_DOSE)
    shown = views.part_of_today(
        kept,
        appointments=planned,
        member=member,
        now=now,
        person=of_whom[0].person.name if is_of_one and of_whom else "",
        is_tonight=is_tonight,
        is_rest=is_rest,
        own=await find_own_person(request.scope) if records_own else None,
    )
    return Answer(send=(shown,))
