"""Which handler serves what. Handlers are thin: parse, one domain operation, a view."""

from typing import Any

from bot.conversation import pasted_lists
from bot.conversation.flows import Flows
from bot.conversation.list_entries import Kind
from bot.conversation.pasted_lists import PastedLists
from bot.features.appointments.flows import (
    add_appointment,
    ask_driver,
    change_appointment,
    move_appointment,
    outcome,
)
from bot.features.appointments.flows.pasted_appointments import PASTED_APPOINTMENTS
from bot.features.appointments.handlers import appointments
from bot.features.contacts.flows import add_contact, add_doctor, change_contact, change_doctor
from bot.features.contacts.handlers import contacts, doctors
from bot.features.family.flows import (
    add_person,
    asked_first,
    change_person,
    day_times,
    members,
    new_family,
    own_clock,
    own_hours,
)
from bot.features.family.handlers import family, people, settings
from bot.features.medicines.flows.content import add_medicine, change_medicine, draft_flow
from bot.features.medicines.flows.content.pasted_medicines import PASTED_MEDICINES
from bot.features.medicines.flows.giving import correct, give, skip_said, take_late
from bot.features.medicines.flows.pausing import pause
from bot.features.medicines.flows.stock import per_dose, refill
from bot.features.medicines.handlers import history, medicines
from bot.features.memory.handlers import change_log, removal
from bot.features.overview.flows.edited_message import EditedMessages
from bot.features.overview.flows.elsewhere import Elsewhere, Naming
from bot.features.overview.flows.guessed_commands import GuessedCommands
from bot.features.overview.handlers import leaving, today, undo
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer
from domain.access import Action


def _one_or_list(kind: Kind[Any], one: Handler) -> Handler:
    """A command that takes one entry, or several on separate lines."""

    async def handler(request: Request) -> Answer:
        if pasted_lists.is_list(request.text):
            return await pasted_lists.begin(request, kind)
        return await one(request)

    return handler


ELSEWHERE = Elsewhere(
    {
        "give": Naming(give.begin, (Action.RECORD_DOSE, Action.RECORD_OWN_DOSE), medicine=True),
        "refill": Naming(refill.begin, (Action.CHANGE_MEDICINES,), medicine=True),
        "history": Naming(history.history, (Action.READ,), medicine=True, person=True),
        "addmed": Naming(
            _one_or_list(PASTED_MEDICINES, add_medicine.begin), (Action.CHANGE_MEDICINES,)
        ),
        "addappt": Naming(
            _one_or_list(PASTED_APPOINTMENTS, add_appointment.begin), (Action.CHANGE_APPOINTMENTS,)
        ),
        "pause": Naming(pause.begin, (Action.CHANGE_MEDICINES,), medicine=True, person=True),
        "adddoctor": Naming(add_doctor.begin, (Action.CHANGE_APPOINTMENTS,)),
        "addcontact": Naming(add_contact.begin, (Action.CHANGE_CONTACTS,)),
    }
)

EDITED = EditedMessages(ELSEWHERE.handlers())

COMMANDS: dict[str, Handler] = {
    "start": family.start,
    "help": family.help_,
    "newfamily": new_family.begin,
    "family": family.family,
    "invite": family.invite,
    "leave": members.begin_leave,
    "addperson": add_person.begin,
    "meds": medicines.meds,
    "people": people.people,
    "today": today.today,
    "appts": appointments.appts,
    "doctors": doctors.doctors,
    "contacts": contacts.contacts,
    "settings": settings.settings,
    "undo": undo.undo,
    "removed": removal.removed,
    "changes": change_log.changes,
    "export": leaving.export,
    "deleteme": leaving.delete_me,
    **ELSEWHERE.handlers(),
}
COMMANDS["history"] = change_log.beside(COMMANDS["history"])

GUESSED = GuessedCommands(COMMANDS, may_run=ELSEWHERE.may_run)
FIRST_MINUTE = GUESSED.first_minute
_FOR_EVERYBODY = {"start", "help", "newfamily", "deleteme"}
COMMANDS |= {
    name: FIRST_MINUTE.for_members(name, handler)
    for name, handler in COMMANDS.items()
    if name not in _FOR_EVERYBODY
}
COMMANDS["start"] = FIRST_MINUTE.on_start(family.start)

FLOWS = Flows(
    new_family.FLOW,
    new_family.RENAMING,
    add_person.FLOW,
    change_person.FLOW,
    day_times.FLOW,
    draft_flow.FLOW,
    change_medicine.FLOW,
    pause.FLOW,
    give.FLOW,
    correct.FLOW,
    take_late.FLOW,
    skip_said.FLOW,
    refill.FLOW,
    per_dose.FLOW,
    add_appointment.FLOW,
    PastedLists(PASTED_APPOINTMENTS, PASTED_MEDICINES).flow,
    move_appointment.FLOW,
    ask_driver.FLOW,
    change_appointment.FLOW,
    outcome.FLOW,
    add_doctor.FLOW,
    change_doctor.FLOW,
    add_contact.FLOW,
    change_contact.FLOW,
    own_clock.FLOW,
    own_hours.FLOW,
    asked_first.FLOW,
    members.LEAVING,
    members.REMOVING,
    members.ROLES,
    members.SIGHT,
    ELSEWHERE.flow,
    EDITED.flow,
    GUESSED.flow,
    GUESSED.nicknames,
    FIRST_MINUTE.flow,
    starting_commands=(
        *("newfamily", "addperson", "addmed", "addappt", "adddoctor", "addcontact"),
        *("give", "refill", "pause"),
    ),
    on_unexpected_message=GUESSED.on_message,
    own_words=GUESSED.own_words,
)

COMMANDS["cancel"] = FLOWS.on_cancel
