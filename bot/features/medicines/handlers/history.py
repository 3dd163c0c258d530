"""`/history`, its pages, and an entry of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.features.medicines.flows.giving import correct as correct_flow
from bot.features.medicines.flows.named_medicines import name_medicine
from bot.features.medicines.views import doses as dose_views
from bot.features.medicines.views import history as views
from bot.grammar.tokens import fold_spaces, matchable
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer, Screen
from bot.ui.apart import medicine_labels
from bot.ui.callbacks import Verb
from domain.access import Action, may
from domain.errors import NotFound
from domain.family.people import Person, list_people
from domain.medicines.errors import NothingRecorded
from domain.medicines.facts import MedicineLine
from domain.medicines.reading import list_medicines
from domain.medicines.records.history import HistoryPage, get_entry, list_history

FARTHEST_PAGE = 1_000


async def history(request: Request) -> Answer:
    """`/history [NAME OF A MEDICINE | [for] PERSON]`"""
    member = request.scope.require(Action.READ)
    now = request.scope.clock.now()
    if not request.text:
        page = await list_history(request.scope)
        screen = views.history(page, member=member, now=now, verb=Verb.HISTORY)
        return Answer(send=(screen,))
    person = _person(request.text, await list_people(request.scope))
    if person is not None:
        page = await list_history(request.scope, care_recipient_id=person.id)
        about = views.about(member, Verb.HISTORY_OF_PERSON, person.id)
        screen = views.history(page, member=member, now=now, verb=Verb.HISTORY_OF_PERSON, of=about)
        return Answer(send=(screen,))
    lines = await list_medicines(request.scope)
    named = name_medicine(request.text, lines)
    screens = []
    for medicine in named.medicines[:3]:
        page = await list_history(request.scope, medication_id=medicine.id)
        page = _of_medicine(page, medicine.id, lines, now=request.scope.clock.now())
        about = views.about(member, Verb.HISTORY_OF_MEDICINE, medicine.id)
        screens.append(
            views.history(page, member=member, now=now, verb=Verb.HISTORY_OF_MEDICINE, of=about)
        )
    return Answer(send=tuple(screens))


def _person(text: str, people: Sequence[Person]) -> Person | None:
    """The person that the whole of *text* names, with or without "for"."""
    typed = matchable(fold_spaces(text)).removeprefix("for ")
    return next((person for person in people if matchable(person.name) == typed), None)


async def turn_page(request: Request) -> Answer:
    """Newer, Older: the history of the family, a medicine or a person. The first is a message."""
    screen = await _page(request)
    return Answer(edit=screen) if request.pressed.argument else Answer(send=(screen,))


async def entry(request: Request) -> Answer:
    return Answer(send=(await entry_screen(request, request.subject_id),))


async def entry_screen(request: Request, dose_id: UUID) -> Screen:
    """A dose with everything that was recorded of it."""
    member = request.scope.require(Action.READ)
    details = await get_entry(request.scope, dose_id)
    may_record = may(member.role, Action.RECORD_DOSE) or may(member.role, Action.RECORD_OWN_DOSE)
    now = request.scope.clock.now()
    return views.entry(details, member=member, now=now, may_record=may_record)


async def correct(request: Request) -> Answer:
    """Correct, under a record. What is undone by now is shown as it is, without the buttons."""
    return await _of_record(request, correct_flow.begin)


async def correct_to_my_clock(request: Request) -> Answer:
    """I meant my clock, under a record."""
    return await _of_record(request, correct_flow.begin_my_clock)


async def _of_record(request: Request, begin: Handler) -> Answer:
    try:
        return await begin(request)
    except (NothingRecorded, NotFound):
        details = await get_entry(request.scope, request.subject_id)
        member = request.scope.require(Action.READ)
        answer = dose_views.recorded_otherwise(details, member=member)
        return replace(answer, edit=await entry_screen(request, request.subject_id))


def _of_medicine(
    page: HistoryPage, medication_id: UUID, lines: Sequence[MedicineLine], *, now: datetime
) -> HistoryPage:
    """The page with the medicine named so that no other of the family is meant."""
    several = len({line.person_id for line in lines}) > 1
    labels = medicine_labels(lines, with_person=several, now=now)
    named = {line.id: label for line, label in zip(lines, labels, strict=True)}
    return replace(page, of=named.get(medication_id, page.of))


async def _page(request: Request) -> Screen:
    member, press = request.scope.require(Action.READ), request.pressed
    number = int(press.argument) if press.argument.isdecimal() else 0
    page = await list_history(
        request.scope,
        medication_id=press.subject_id if press.verb is Verb.HISTORY_OF_MEDICINE else None,
        care_recipient_id=press.subject_id if press.verb is Verb.HISTORY_OF_PERSON else None,
        page=min(number, FARTHEST_PAGE),
    )
    if press.verb is Verb.HISTORY_OF_MEDICINE:
        page = _of_medicine(
            page,
            press.subject_id,
            await list_medicines(request.scope),
            now=request.scope.clock.now(),
        )
    return views.history(
        page, member=member, now=request.scope.clock.now(), verb=press.verb, of=press
    )
