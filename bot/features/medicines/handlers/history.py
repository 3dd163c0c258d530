"""`/history`, its pages, and its entries."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bot.features.medicines.flows.giving import correct as correct_flow
from bot.features.medicines.flows.named_medicines import name_medicine
from bot.features.medicines.flows.screens import entry_screen
from bot.features.medicines.views import doses as dose_views
from bot.features.medicines.views import history as views
from bot.grammar.tokens import fold_spaces, matchable
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer, Screen
from bot.ui.distinct_labels import medicine_labels
from bot.ui.presses.history import (
    FamilyHistory,
    HistoryPress,
    MedicineHistory,
    PersonHistory,
    ShowEntry,
)
from bot.ui.presses.subjects import OfDose
from domain.access import Action
from domain.errors import NotFound
from domain.family.people import Person, list_people
from domain.medicines.errors import NothingRecorded
from domain.medicines.facts import MedicineLine
from domain.medicines.reading import list_medicines
from domain.medicines.records.history import HistoryPage, get_entry, list_history

FARTHEST_PAGE = 1_000


async def history(request: Request) -> Answer:
    """`/history [NAME OF A MEDICINE | [for] PERSON]`"""
    family_id = request.scope.require(Action.READ).family_id
    if not request.text:
        return Answer(send=(await _page(request, FamilyHistory(family_id=family_id)),))
    person = _person(request.text, await list_people(request.scope))
    if person is not None:
        about = PersonHistory(family_id=family_id, person_id=person.id)
        return Answer(send=(await _page(request, about),))
    lines = await list_medicines(request.scope)
    named = name_medicine(request.text, lines)
    screens = []
    for medicine in named.medicines[:3]:
        of_this = MedicineHistory(family_id=family_id, medication_id=medicine.id)
        screens.append(await _page(request, of_this, lines=lines))
    return Answer(send=tuple(screens))


def _person(text: str, people: Sequence[Person]) -> Person | None:
    """The person that the whole of *text* names, with or without "for"."""
    typed = matchable(fold_spaces(text)).removeprefix("for ")
    return next((person for person in people if matchable(person.name) == typed), None)


async def turn_family_page(request: Request) -> Answer:
    return await _turn(request, request.pressed(FamilyHistory))


async def turn_medicine_page(request: Request) -> Answer:
    return await _turn(request, request.pressed(MedicineHistory))


async def turn_person_page(request: Request) -> Answer:
    return await _turn(request, request.pressed(PersonHistory))


async def _turn(request: Request, press: HistoryPress) -> Answer:
    """Newer and Older, in the history of the family, a medicine or a person. The first page is a
    new message.
    """
    screen = await _page(request, press)
    return Answer(send=(screen,)) if press.page is None else Answer(edit=screen)


async def entry(request: Request) -> Answer:
    return Answer(send=(await entry_screen(request, request.pressed(ShowEntry).dose_id),))


async def correct(request: Request) -> Answer:
    """Correct, under a record. If it has been undone by now, show the current state without
    buttons.
    """
    return await _of_record(request, correct_flow.begin)


async def correct_to_my_clock(request: Request) -> Answer:
    """ "I meant my clock", under a record."""
    return await _of_record(request, correct_flow.begin_my_clock)


async def _of_record(request: Request, begin: Handler) -> Answer:
    try:
        return await begin(request)
    except (NothingRecorded, NotFound):
        dose_id = request.pressed(OfDose).dose_id
        details = await get_entry(request.scope, dose_id)
        member = request.scope.require(Action.READ)
        answer = dose_views.recorded_otherwise(details, member=member)
        return replace(answer, edit=await entry_screen(request, dose_id))


def _of_medicine(
    page: HistoryPage, medication_id: UUID, lines: Sequence[MedicineLine], *, now: datetime
) -> HistoryPage:
    """The page, with the medicine named so that it can't be mistaken for another of the family."""
    several = len({line.person_id for line in lines}) > 1
    labels = medicine_labels(lines, with_person=several, now=now)
    named = {line.id: label for line, label in zip(lines, labels, strict=True)}
    return replace(page, of=named.get(medication_id, page.of))


async def _page(
    request: Request, about: HistoryPress, *, lines: Sequence[MedicineLine] | None = None
) -> Screen:
    """*lines*: all medicines, if they were already loaded."""
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    page = await list_history(
        request.scope,
        medication_id=about.medication_id if isinstance(about, MedicineHistory) else None,
        care_recipient_id=about.person_id if isinstance(about, PersonHistory) else None,
        page=min(about.page or 0, FARTHEST_PAGE),
    )
    if isinstance(about, MedicineHistory):
        lines = await list_medicines(request.scope) if lines is None else lines
        page = _of_medicine(page, about.medication_id, lines, now=now)
    return views.history(page, member=member, now=now, about=about)
