"""`/addmed`: saves what one line says, or asks for the rest, and shows it first if in doubt."""

from dataclasses import replace

from bot.conversation.people import load_people
from bot.features.medicines.flows.content import saving
from bot.features.medicines.flows.content.draft_flow import FLOW
from bot.features.medicines.flows.content.medicine_draft import Draft
from bot.features.medicines.flows.content.questions import sentence_about
from bot.grammar.commands.medicines import understand_medicine
from bot.intake.request import Request
from bot.ui.answer import Answer
from domain.access import Action
from domain.family.errors import NobodyCaredFor
from domain.medicines.errors import SameMedicine


async def begin(request: Request) -> Answer:
    """`/addmed [NAME DOSAGE SCHEDULE [for PERSON]]`"""
    request.scope.require(Action.CHANGE_MEDICINES)
    # Keep the command in front of the line: a name that looks like a command has to be refused.
    line = f"/addmed {request.text}" if request.text else ""
    draft = Draft(people=await load_people(request.scope), line=line)
    if not draft.people:
        raise NobodyCaredFor
    if not draft.line:
        only = 0 if len(draft.people) == 1 else None
        draft = replace(draft, person=only)
        return FLOW.begin(request, draft.step, draft.write())
    typed = understand_medicine(draft.line, people=draft.persons, now=request.scope.clock.now())
    draft = draft.understood(typed)
    # A line isn't asked how often "as needed" may be; the confirmation mentions it.
    is_complete = replace(draft, guard="done").step == "confirm"
    if typed.problem is None and typed.is_certain and is_complete and not request.is_said:
        try:
            return await saving.save(request, draft)
        except SameMedicine as same:
            draft = draft.beside_existing(same.existing)
    now = request.scope.clock.now()
    draft = draft.offering(typed.problem, now).with_times(now)
    draft = replace(draft, shown_at=now.isoformat())
    return FLOW.begin(request, draft.step, draft.write(), first=sentence_about(typed.problem))
