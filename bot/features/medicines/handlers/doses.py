"""The buttons of cards, and of doses elsewhere."""

from dataclasses import replace
from datetime import timedelta
from functools import wraps
from uuid import UUID

from bot.features.medicines.flows.giving import take_late
from bot.features.medicines.flows.screens import entry_screen
from bot.features.medicines.views import discreet_cards
from bot.features.medicines.views import doses as views
from bot.features.medicines.views.content import new_medicines
from bot.features.medicines.views.giving import given_intakes, too_soon
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer
from bot.ui.presses.doses import (
    Below,
    CloseMenu,
    HoldSlot,
    OpenMenu,
    ShowNames,
    ShowRecord,
    Skip,
    Snooze,
    Take,
    TakeAll,
    TakeAllInSummary,
    TakeAmount,
    TakeAsWell,
    TakeExactly,
    TakeNamedDoses,
    UndoOnCard,
    UndoRecord,
)
from bot.ui.presses.medicines import UndoMedicine
from bot.ui.presses.subjects import OfDose
from bot.ui.words.amounts import to_dosage
from domain.access import Action
from domain.delivery import stray_cards
from domain.errors import NotFound
from domain.medicines.changes.adding import remove_medication
from domain.medicines.dosages import Dosage
from domain.medicines.doses import facts, slot_cards, snoozing
from domain.medicines.doses.choices import Choice, find_chosen
from domain.medicines.doses.slots import read_slot
from domain.medicines.errors import NothingRecorded, RecordSuperseded
from domain.medicines.records import presses, recording
from domain.medicines.records.corrections import undo_current_record
from domain.medicines.records.history import get_entry
from domain.medicines.records.presses import WhichDose
from domain.medicines.records.recording import Recorded
from domain.models.medicines import DoseStatus

SECOND_TAP = timedelta(seconds=10)


def on_card(handler: Handler) -> Handler:
    """For buttons that only cards have. A card that we don't know of, because its process died
    before it could record it, is kept up to date from now on; or it is closed, if there is another.
    """

    @wraps(handler)
    async def handle(request: Request) -> Answer:
        answer = await handler(request)
        press, message = request.press, request.message
        if message is None or not isinstance(press, OfDose | TakeAll):
            return answer
        is_kept_up = await stray_cards.keep_up(
            request.scope,
            (press.person_id, press.card.at) if isinstance(press, TakeAll) else press.dose_id,
            user_id=request.scope.require(Action.READ).user_id,
            chat_id=message.chat_id,
            message_id=message.message_id,
        )
        if is_kept_up:
            return answer
        is_over = request.chat is not None
        return replace(answer, edit=views.over_here() if is_over else views.superseded())

    return handle


@on_card
async def take(request: Request) -> Answer:
    """Taken, on a card. If the card is from an earlier day, ask which dose is meant; if the window
    has ended, ask when.
    """
    press = request.pressed(Take)
    given = await _find_given(request, press.dose_id, press.choice)
    if isinstance(given, Answer):
        return given
    outcome = await presses.take_from_card(request.scope, press.dose_id, given=given)
    return await taken_or_ask(request, outcome, given=given)


async def take_amount(request: Request) -> Answer:
    """Taken, in the amount on the button, for a dose whose day and time are above it."""
    press, scope = request.pressed(TakeAmount), request.scope
    given = await _find_given(request, press.dose_id, press.chosen.choice)
    if isinstance(given, Answer):
        return replace(given, closes=press.chosen.below is Below.QUESTION)
    outcome = await presses.record_taken(scope, [press.dose_id], given=given)
    answer = await taken(request, outcome, given=given)
    if press.chosen.below is Below.ENTRY and outcome.recorded:
        return replace(answer, edit=await entry_screen(request, press.dose_id))
    if press.chosen.below is not Below.QUESTION:
        return answer
    if not outcome.recorded:
        return replace(answer, closes=True)
    [dose] = outcome.recorded
    shown = given_intakes.given(
        outcome,
        person=dose.person,
        member=scope.require(Action.READ),
        now=scope.clock.now(),
        other=None,
    )
    return replace(answer, edit=shown.send[0])


async def _find_given(
    request: Request, dose_id: UUID, choice: Choice | None
) -> Dosage | Answer | None:
    """The amount that a button shows; None if it shows none. An answer if the dose is to be another
    amount by now: a button records only what its message shows.
    """
    if choice is None:
        return None
    planned = await presses.get_planned(request.scope, dose_id)
    amount = find_chosen(planned, choice)
    if amount is not None and planned.unit is not None:
        return to_dosage(amount, planned.unit)
    dose = await facts.get_dose(request.scope, dose_id)
    member = request.scope.require(Action.READ)
    return views.amount_is_another(dose, member=member, now=request.scope.clock.now())


async def take_as_well(request: Request) -> Answer:
    """Taken, too, below the warning that the medicine was given shortly before."""
    press = request.pressed(TakeAsWell)
    given = await _find_given(request, press.dose_id, press.seen.choice)
    if isinstance(given, Answer):
        return replace(given, closes=True)
    outcome = await presses.record_taken(
        request.scope, [press.dose_id], given=given, seen=press.seen.given_at
    )
    return replace(await taken_or_ask(request, outcome, given=given), closes=True)


async def take_exactly(request: Request) -> Answer:
    """Taken, for a dose whose day and time are on the button or above it."""
    press = request.pressed(TakeExactly)
    outcome = await presses.record_taken(request.scope, [press.dose_id])
    answer = await taken_or_ask(request, outcome)
    if press.below is Below.QUESTION:
        return replace(answer, closes=True)
    if press.below is Below.ENTRY and outcome.recorded:
        return replace(answer, edit=await entry_screen(request, press.dose_id))
    return answer


async def skip(request: Request) -> Answer:
    press = request.pressed(Skip)
    outcome = await recording.record_doses(
        request.scope, [press.dose_id], status=DoseStatus.SKIPPED
    )
    answer = views.recorded(outcome)
    if not press.is_in_entry or request.chat is not None:
        return answer
    return replace(answer, edit=await entry_screen(request, press.dose_id))


@on_card
async def take_all(request: Request) -> Answer:
    """All taken, on a card: what this message shows."""
    press = request.pressed(TakeAll)
    outcome = await presses.take_slot_from_card(
        request.scope,
        press.person_id,
        press.card.at,
        part=press.card.part,
        message=request.message,
    )
    return await taken(request, outcome)


async def take_all_in_summary(request: Request) -> Answer:
    """All taken, below a summary of doses whose window has ended: what it shows."""
    told = request.pressed(TakeAllInSummary).notification_id
    return await taken(request, await presses.take_from_summary(request.scope, told))


async def take_named_doses(request: Request) -> Answer:
    """All taken, for the doses of an earlier day that the pressed message named."""
    press = request.pressed(TakeNamedDoses)
    named = press.named
    outcome = await presses.take_confirmed_slot(
        request.scope, press.person_id, named.at, part=named.part, digest=named.digest
    )
    return replace(await taken(request, outcome), closes=True)


async def snooze(request: Request) -> Answer:
    press = request.pressed(Snooze)
    outcome = await snoozing.snooze_dose(request.scope, press.dose_id, minutes=press.minutes)
    return views.snoozed(outcome)


async def hold(request: Request) -> Answer:
    """I'm on it, on a card."""
    press = request.pressed(HoldSlot)
    held = await snoozing.hold_slot(
        request.scope, press.person_id, press.card.at, part=press.card.part
    )
    return views.held(held)


async def show_names(request: Request) -> Answer:
    """What the doses of a card are, on which they have no names."""
    press = request.pressed(ShowNames)
    request.scope.require(Action.READ)
    slot = await read_slot(request.scope, press.person_id, press.card.at)
    doses = slot.parts.get(press.card.part, ())
    if not doses:
        raise NotFound
    return discreet_cards.names(doses)


async def show(request: Request) -> Answer:
    """What was recorded. Right after recording, it's a second tap on Taken, which only shows the
    toast. Later, it's somebody who wants to see or correct the record.
    """
    dose = await facts.get_dose(request.scope, request.pressed(ShowRecord).dose_id)
    answer = views.shown(dose)
    now = request.scope.clock.now()
    if dose.resolved_at is None or now - dose.resolved_at < SECOND_TAP:
        return answer
    return replace(answer, send=(await entry_screen(request, dose.id),))


async def undo_record(request: Request) -> Answer:
    """Undo, under a record: the message shows the result. Old cards have this button, too."""
    press = request.pressed(UndoRecord)
    answer = await _undo(request, press)
    if press.record is None:
        return answer
    return replace(answer, edit=await entry_screen(request, press.dose_id))


async def undo_on_card(request: Request) -> Answer:
    """Undo, on a card: the record that it shows, or its correction."""
    return await _undo(request, request.pressed(UndoOnCard))


async def _undo(request: Request, press: UndoRecord | UndoOnCard) -> Answer:
    try:
        undone = await undo_current_record(request.scope, press.dose_id, recorded=press.record)
        return views.undone_toast(undone)
    except (NotFound, NothingRecorded, RecordSuperseded):
        details = await get_entry(request.scope, press.dose_id)
        return views.recorded_otherwise(details, member=request.scope.require(Action.READ))


async def undo_medicine(request: Request) -> Answer:
    medication_id = request.pressed(UndoMedicine).medication_id
    return new_medicines.removed(await remove_medication(request.scope, medication_id))


@on_card
async def open_menu(request: Request) -> Answer:
    await _menu(request, request.pressed(OpenMenu), is_open=True)
    return Answer()


@on_card
async def close_menu(request: Request) -> Answer:
    await _menu(request, request.pressed(CloseMenu), is_open=False)
    return Answer()


async def _menu(request: Request, press: OfDose, *, is_open: bool) -> None:
    chat_id = None if request.chat is None else request.chat.chat_id
    await slot_cards.open_menu(request.scope, press.dose_id, is_open=is_open, group_chat_id=chat_id)


async def taken(
    request: Request, outcome: Recorded | WhichDose, *, given: Dosage | None = None
) -> Answer:
    """What to say after a press of Taken, and what to ask: *given* was said already."""
    if isinstance(outcome, WhichDose):
        member = request.scope.require(Action.READ)
        return views.which_dose(outcome, member=member, now=request.scope.clock.now())
    if outcome.too_soon:
        member, now = request.scope.require(Action.READ), request.scope.clock.now()
        return too_soon.ask(outcome, given=given, member=member, now=now)
    if not outcome.late:
        return views.recorded(outcome)
    question = await take_late.begin(request, outcome.late, given=given)
    if not outcome.recorded:
        return question
    return replace(question, toast=views.recorded(outcome).toast)


async def taken_or_ask(
    request: Request, outcome: Recorded | WhichDose, *, given: Dosage | None = None
) -> Answer:
    """As :func:`taken`, for a button of one dose: if that is given in a range and the button says
    no amount, ask for it.
    """
    if isinstance(outcome, WhichDose) or not outcome.to_choose:
        return await taken(request, outcome, given=given)
    member, now = request.scope.require(Action.READ), request.scope.clock.now()
    return views.ask_amount(outcome.to_choose[0], member=member, now=now)
