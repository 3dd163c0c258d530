"""A reply to one of the bot's own messages is about what that message is about.

Exactly a button's word does what the button does. Anything else is shown as understood first, by
the flow that does it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from bot.features.appointments.flows import move_appointment, outcome
from bot.features.appointments.flows.screens import occurrence_screen
from bot.features.medicines.flows.giving import skip_said, take_late
from bot.features.overview.flows.family_reader import load_reader, read_short_word
from bot.features.overview.flows.own_words import OwnWords
from bot.features.overview.flows.said import answer_said, answer_short
from bot.features.overview.views import said as views
from bot.grammar.intents.kinds import CalledOff, Drives, Gave, GaveDue, Intent, Moved, Skipped
from bot.grammar.intents.replies import read_short, said_amount
from bot.grammar.tokens import unaccented
from bot.intake.request import Handler, Replied, Request
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer, Screen
from bot.ui.presses.appointments import WriteOutcome
from bot.ui.presses.conversation import OfFlow
from bot.ui.presses.press import NOWHERE, Press
from bot.ui.presses.subjects import OfDose, OfOccurrence
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.appointments.occurrences.lookups import get_occurrence
from domain.errors import NotFound
from domain.medicines.doses.facts import OPEN, list_doses


class Replies:
    """Answers replies by the handlers of *presses*, and what else they say by *own_words*."""

    def __init__(self, presses: Mapping[type[Press], Handler], own_words: OwnWords) -> None:
        self._presses = presses
        self._own_words = own_words

    async def on_message(self, request: Request) -> Answer | None:
        """None if it is no reply, or one to a message that is about nothing of the kind."""
        replied, text = request.replied, request.text
        if replied is None or not text:
            return None
        press = _named(replied, text)
        if press is not None:
            return await self._press(request, replied, press)
        running = request.conversation
        if isinstance(running, Conversation) and any(
            isinstance(each, OfFlow) and each.flow_id == running.flow_id
            for _, each in replied.buttons
        ):
            return None  # it answers that question
        dose_ids = {each.dose_id for _, each in replied.buttons if isinstance(each, OfDose)}
        visits = {
            each.occurrence_id for _, each in replied.buttons if isinstance(each, OfOccurrence)
        }
        if not dose_ids and len(visits) != 1:
            return None
        await _enter(request, replied)
        if dose_ids:
            answer = await self._about_doses(request, list(dose_ids))
        else:
            answer = await self._about_visit(request, replied, visits.pop())
        answer = answer or await self._own_words.otherwise(request)
        return answer or views.not_about_that(text, replied.buttons)

    async def _press(self, request: Request, replied: Replied, press: Press) -> Answer:
        """As if it had been tapped. There is no tap that a toast could answer, or an edit."""
        await _enter(request, replied, press)
        handler = self._presses[type(press)]
        answer = await handler(replace(request, press=press, message=replied.message))
        screens = [answer.edit] if answer.edit is not None else []
        if answer.toast and not screens:
            screens = [Screen(answer.toast)]
        send = (*screens, *answer.send)
        return replace(answer, toast=None, alert=False, edit=None, closes=False, send=send)

    async def _about_doses(self, request: Request, dose_ids: Sequence[UUID]) -> Answer | None:
        doses = await list_doses(request.scope, dose_ids)
        still_open = [dose for dose in doses if dose.status in OPEN]
        short = await read_short_word(request)
        if short is not None:
            return await answer_short(request, short, doses)
        reader = await load_reader(request)
        amount = said_amount(request.text or "") if len(still_open) == 1 else None
        if amount is not None:
            dose = still_open[0]
            intent = reader.read(f"gave {dose.name} {amount}")
            if isinstance(intent, Gave) and len(intent.mentions) == 1:
                meant = replace(
                    intent, mentions=((dose.medication_id,),), person_id=dose.care_recipient_id
                )
                return await answer_said(request, meant, {})
        match reader.read(request.text or ""):
            case GaveDue(part=None, is_all=False, when=when, note=note) if still_open:
                return await take_late.begin_said(request, still_open, when, note)
            case Skipped(medicine_ids=ids, reason=reason):
                named = [dose for dose in still_open if not ids or dose.medication_id in ids]
                if named:
                    return await skip_said.begin(request, named, reason)
        return None

    async def _about_visit(
        self, request: Request, replied: Replied, occurrence_id: UUID
    ) -> Answer | None:
        facts = await get_occurrence(request.scope, occurrence_id)
        reader = await load_reader(request)
        said, title = request.text or "", facts.details.title
        intent = reader.read(said)
        if not isinstance(intent, Moved | CalledOff | Drives):
            intent = reader.read(f"{title} is {said}") or reader.read(f"{title} {said}") or intent
        shown = await _of_visit(request, facts, intent)
        if shown is not None:
            return shown
        if any(isinstance(each, WriteOutcome) for _, each in replied.buttons):
            return await outcome.begin_said(request, facts)
        short = read_short(request.text or "")
        return None if short is None else Answer(send=(occurrence_screen(request, facts),))


async def _of_visit(
    request: Request, facts: OccurrenceFacts, intent: Intent | None
) -> Answer | None:
    page = occurrence_screen(request, facts)
    match intent:
        case Moved(when=when):
            return await move_appointment.begin_said(request, facts.id, when)
        case CalledOff():
            return views.to_tap(views.call_it_off(), [page])
        case Drives(gives_up=gives_up):
            return views.to_tap(views.stop_driving() if gives_up else views.drive(), [page])
        case _:
            return None


def _named(replied: Replied, text: str) -> Press | None:
    """The button that is called like this, if only one is."""
    said = _bare(text)
    found = [press for words, press in replied.buttons if said and _bare(words) == said]
    return found[0] if len(found) == 1 else None


def _bare(words: str) -> str:
    """Without the picture of a button, and as one types it."""
    letters = unaccented(words.replace("\u2019", "'")).casefold()
    kept = "".join(each if each.isalnum() or each in "'½¼¾" else " " for each in letters)
    return " ".join(kept.split())


async def _enter(request: Request, replied: Replied, press: Press | None = None) -> None:
    """The family of the message; :exc:`NotFound` for whoever has left it."""
    presses = [press] if press is not None else [each for _, each in replied.buttons]
    family_id = next((each.family_id for each in presses if each.family_id != NOWHERE), None)
    if await request.scope.enter_family(family_id) is None and family_id is not None:
        raise NotFound
