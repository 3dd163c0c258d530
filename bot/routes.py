"""Which handler answers what. Handlers are thin: parse, one domain operation, a view."""

from dataclasses import replace
from typing import Any

from telegram import Chat, ChatMember, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    TypeHandler,
    filters,
)

from bot.conversation import pasted_lists
from bot.conversation.flows import Flows
from bot.conversation.list_entries import Kind
from bot.conversation.pasted_lists import PastedLists
from bot.features.appointments.flows import (
    add_appointment,
    change_appointment,
    move_appointment,
    outcome,
)
from bot.features.appointments.flows.pasted_appointments import PASTED_APPOINTMENTS
from bot.features.appointments.handlers import appointments
from bot.features.contacts.flows import add_doctor, change_doctor
from bot.features.contacts.handlers import doctors
from bot.features.family.flows import add_person, change_person, new_family, own_clock
from bot.features.family.handlers import family, people
from bot.features.medicines.flows.content import add_medicine, change_medicine
from bot.features.medicines.flows.content.pasted_medicines import PASTED_MEDICINES
from bot.features.medicines.flows.giving import correct, give, take_late
from bot.features.medicines.flows.pausing import pause, resuming
from bot.features.medicines.flows.stock import per_dose, refill
from bot.features.medicines.handlers import doses, history, medicines, pauses, stock
from bot.features.overview.flows.edited_message import EditedMessages
from bot.features.overview.flows.elsewhere import Elsewhere, Naming
from bot.features.overview.flows.guessed_commands import GuessedCommands
from bot.features.overview.handlers import changes, today, undo
from bot.features.overview.views import edited as edited_views
from bot.intake.request import Handler, Request
from bot.intake.serving import PtbCallback, Reading, Serving
from bot.redis.conversations import Conversation
from bot.ui.answer import Answer
from bot.ui.callbacks import Verb
from domain.access import Action
from domain.errors import NotFound


def _one_or_list(kind: Kind[Any], one: Handler) -> Handler:
    """A command that takes one entry, or a list of them: one on each line."""

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
    }
)

EDITED = EditedMessages(ELSEWHERE.handlers())

COMMANDS: dict[str, Handler] = {
    "start": family.start,
    "help": family.help_,
    "newfamily": new_family.begin,
    "family": family.family,
    "invite": family.invite,
    "addperson": add_person.begin,
    "meds": medicines.meds,
    "people": people.people,
    "today": today.today,
    "appts": appointments.appts,
    "doctors": doctors.doctors,
    "undo": undo.undo,
    **ELSEWHERE.handlers(),
}

GUESSED = GuessedCommands(COMMANDS)

FLOWS = Flows(
    new_family.FLOW,
    add_person.FLOW,
    change_person.FLOW,
    add_medicine.FLOW,
    change_medicine.FLOW,
    pause.FLOW,
    give.FLOW,
    correct.FLOW,
    take_late.FLOW,
    refill.FLOW,
    per_dose.FLOW,
    add_appointment.FLOW,
    PastedLists(PASTED_APPOINTMENTS, PASTED_MEDICINES).flow,
    move_appointment.FLOW,
    change_appointment.FLOW,
    outcome.FLOW,
    add_doctor.FLOW,
    change_doctor.FLOW,
    own_clock.FLOW,
    ELSEWHERE.flow,
    EDITED.flow,
    GUESSED.flow,
    beginnings=(
        *("newfamily", "addperson", "addmed", "addappt", "adddoctor"),
        *("give", "refill", "pause"),
    ),
    unasked=GUESSED.on_message,
)

COMMANDS["cancel"] = FLOWS.on_cancel


async def _menu(request: Request) -> Answer:
    """A command as a button."""
    handler = COMMANDS.get(request.pressed.argument)
    if handler is None:
        raise NotFound
    return await handler(replace(request, text=""))


PRESSES: dict[Verb, Handler] = {
    Verb.TAKE: doses.take,
    Verb.TAKE_EXACTLY: doses.take_exactly,
    Verb.TAKE_ALL_SURELY: doses.take_all_surely,
    Verb.UNDO_ACTION: undo.undo_action,
    Verb.UNDO_LAST: undo.undo_named,
    Verb.KEEP: undo.keep,
    Verb.TAKE_TODAY: today.take_today,
    Verb.TODAY: today.turn_today,
    Verb.TAKE_ALL: doses.take_all,
    Verb.TAKE_TOLD: doses.take_told,
    Verb.MORE: doses.open_menu,
    Verb.BACK: doses.close_menu,
    Verb.SKIP: doses.skip,
    Verb.SNOOZE: doses.snooze,
    Verb.UNDO: doses.undo_record,
    Verb.UNDO_ON_CARD: doses.undo_on_card,
    Verb.SHOW: doses.show,
    Verb.CORRECT: history.correct,
    Verb.MY_CLOCK: history.correct_to_my_clock,
    Verb.UNDO_MEDICINE: doses.undo_medicine,
    Verb.MEDICINES: medicines.turn_page,
    Verb.MEDICINE: medicines.show,
    Verb.CHANGE_MEDICINE: change_medicine.begin,
    Verb.CHANGE_OPEN: medicines.change_open,
    Verb.PAUSE: pause.begin_medicine,
    Verb.PAUSE_PERSON: pause.begin_person,
    Verb.RESUME_PERSON: resuming.resume,
    Verb.LENGTHEN_PAUSE: pause.lengthen,
    Verb.END_PAUSE_AS_PLANNED: pauses.end_pause_as_planned,
    Verb.STOP: medicines.stop,
    Verb.RESTORE: medicines.restore,
    Verb.GIVE: give.begin_button,
    Verb.HISTORY: history.turn_page,
    Verb.HISTORY_OF_MEDICINE: history.turn_page,
    Verb.HISTORY_OF_PERSON: history.turn_page,
    Verb.ENTRY: history.entry,
    Verb.REFILL: refill.begin_button,
    Verb.REFILL_DAYS: stock.refill_days,
    Verb.PROMISE_REFILL: stock.promise,
    Verb.PER_DOSE: per_dose.begin,
    Verb.RENAME_PERSON: change_person.begin_rename,
    Verb.MOVE_PERSON: change_person.begin_move,
    Verb.APPOINTMENTS: appointments.turn_page,
    Verb.PAST_APPOINTMENTS: appointments.turn_past_page,
    Verb.APPOINTMENT: appointments.show,
    Verb.SERIES: appointments.show_series,
    Verb.DRIVE: appointments.start_driving,
    Verb.STOP_DRIVING: appointments.give_up_driving,
    Verb.MOVE_APPOINTMENT: move_appointment.begin,
    Verb.CHANGE_APPOINTMENT: change_appointment.begin,
    Verb.CANCEL_APPOINTMENT: appointments.call_off,
    Verb.RESTORE_APPOINTMENT: appointments.bring_back,
    Verb.REMIND_TOO: appointments.remind_too,
    Verb.CALENDAR_FILE: appointments.calendar,
    Verb.FAMILY_CALENDAR: appointments.family_calendar,
    Verb.OUTCOME: outcome.begin,
    Verb.ALL_FINE: appointments.all_fine,
    Verb.DOCTORS: doctors.turn_page,
    Verb.DOCTOR: doctors.show,
    Verb.CHANGE_DOCTOR: change_doctor.begin,
    Verb.REMOVE_DOCTOR: doctors.remove,
    Verb.RESTORE_DOCTOR: doctors.restore,
    Verb.ADD_DOCTOR: add_doctor.begin_named,
    Verb.OWN_CLOCK: own_clock.begin,
    Verb.HEAR_OF_CHANGES: changes.hear,
    Verb.SWITCH_FAMILY: family.switch_family,
    Verb.INVITE: family.invite_as,
    Verb.INVITE_PERSON: family.invite_person,
    Verb.MENU: _menu,
    Verb.FLOW: FLOWS.on_press,
    Verb.CONTINUE: FLOWS.on_continue,
    Verb.FORGET: FLOWS.on_forget,
}


async def _message(request: Request) -> Answer:
    """A message that is no command. A contact is a doctor, unless something else is being asked."""
    running = request.conversation
    if request.contact is not None and (
        not isinstance(running, Conversation) or running.flow == add_doctor.FLOW.name
    ):
        return await add_doctor.on_contact(request)
    return await FLOWS.on_message(request)


async def _unknown_edit(_: Request) -> Answer:
    return edited_views.unknown()


def register(application: "Application[Any, Any, Any, Any, Any, Any]", serving: Serving) -> None:
    """Teach the application everything that the bot answers."""
    fresh = filters.UpdateType.MESSAGE
    for name, handler in COMMANDS.items():
        application.add_handler(CommandHandler(name, serving.command(name, handler), filters=fresh))
    application.add_handler(CallbackQueryHandler(serving.press(PRESSES)))
    application.add_handler(
        MessageHandler(fresh & filters.COMMAND, serving.unknown_command(GUESSED.on_unknown_command))
    )
    application.add_handler(
        MessageHandler(fresh & ~filters.StatusUpdate.ALL, serving.message(_message))
    )
    reading = Reading(COMMANDS, GUESSED.on_unknown_command, _message, EDITED.begin, _unknown_edit)
    application.add_handler(
        MessageHandler(filters.UpdateType.EDITED_MESSAGE, serving.edited(reading))
    )
    application.add_handler(
        ChatMemberHandler(_membership(serving), ChatMemberHandler.MY_CHAT_MEMBER)
    )
    application.add_handler(TypeHandler(Update, serving.event(_nothing)))


def _membership(serving: Serving) -> PtbCallback:
    blocked, unblocked = serving.event(family.blocked), serving.event(family.unblocked)
    elsewhere = serving.event(_nothing)

    async def callback(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        change = update.my_chat_member
        if change is None or change.chat.type != Chat.PRIVATE:
            # Somebody put the bot into a group, or out of one: nothing about their own chat.
            await elsewhere(update, context)
        elif change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT):
            await blocked(update, context)
        else:
            await unblocked(update, context)

    return callback


async def _nothing(_: Request) -> Answer:
    return Answer()
