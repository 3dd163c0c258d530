"""Which handler serves what. Handlers are thin: parse, one domain operation, a view."""

from dataclasses import replace
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
from bot.features.contacts.flows import add_doctor, change_doctor
from bot.features.contacts.handlers import doctors
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
from bot.features.family.handlers import family, groups, people, settings
from bot.features.family.handlers import members as member_pages
from bot.features.medicines.flows.content import add_medicine, change_medicine, draft_flow
from bot.features.medicines.flows.content.pasted_medicines import PASTED_MEDICINES
from bot.features.medicines.flows.giving import correct, give, skip_said, take_late
from bot.features.medicines.flows.pausing import pause, resuming
from bot.features.medicines.flows.stock import per_dose, refill
from bot.features.medicines.handlers import doses, history, medicines, pauses, stock
from bot.features.memory.handlers import change_log, removal
from bot.features.overview.flows import own_words
from bot.features.overview.flows.edited_message import EditedMessages
from bot.features.overview.flows.elsewhere import Elsewhere, Naming
from bot.features.overview.flows.guessed_commands import GuessedCommands
from bot.features.overview.handlers import changes, today, undo
from bot.intake.request import Handler, Request
from bot.ui.answer import Answer
from bot.ui.presses.appointments import (
    AddReminder,
    AppointmentsPage,
    CallOff,
    ChangeAppointment,
    Drive,
    MoveAppointment,
    NothingToNote,
    PastAppointmentsPage,
    RestoreAppointment,
    ShowAppointment,
    ShowCalendar,
    ShowFamilyCalendar,
    ShowSeries,
    StopDriving,
    WriteOutcome,
)
from bot.ui.presses.contacts import (
    AddDoctor,
    ChangeDoctor,
    DoctorsPage,
    RemoveDoctor,
    RestoreDoctor,
    ShowDoctor,
)
from bot.ui.presses.conversation import Choose, Continue, Discard
from bot.ui.presses.doses import (
    CloseMenu,
    Correct,
    CorrectToMyClock,
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
from bot.ui.presses.family import (
    AskFirst,
    AskToRevokeInvitation,
    BindGroup,
    DeclineGroup,
    FamilySettings,
    HideNames,
    InvitationsPage,
    Invite,
    InvitePerson,
    LeaveFamily,
    MembersPage,
    MovePerson,
    OfferGroup,
    OwnClock,
    RemoveMember,
    RenameFamily,
    RenamePerson,
    RevokeInvitation,
    SendTest,
    SetBigCards,
    SetDayTimes,
    SetFamilyLadder,
    SetGroupNames,
    SetGroupReceives,
    SetHearing,
    SetHourCycle,
    SetHours,
    SetRole,
    SetSight,
    SetWindow,
    ShowHearing,
    ShowMember,
    SwitchFamily,
    UnbindGroup,
)
from bot.ui.presses.history import (
    BringBack,
    ChangesPage,
    FamilyHistory,
    MedicineHistory,
    PersonHistory,
    RemoveAppointment,
    RemovedListPage,
    RemoveMedicine,
    RemovePerson,
    ShowEntry,
    ShowRemoved,
)
from bot.ui.presses.medicines import (
    ChangeMedicine,
    ChangeOpenDoses,
    EndPauseAsPlanned,
    ForgetNickname,
    Give,
    LengthenPause,
    MedicinesPage,
    PauseMedicine,
    PausePerson,
    PromiseRefill,
    Refill,
    RestoreMedicine,
    ResumePerson,
    SetLadder,
    SetPerDose,
    SetRefillDays,
    ShowLadder,
    ShowMedicine,
    StopMedicine,
    UndoMedicine,
)
from bot.ui.presses.overview import (
    Keep,
    RunCommand,
    SetChangeNotices,
    TakeToday,
    TellFamily,
    TodayPage,
    UndoAction,
    UndoNamed,
)
from bot.ui.presses.press import Press
from domain.access import Action
from domain.errors import NotFound


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
    "settings": settings.settings,
    "undo": undo.undo,
    "removed": removal.removed,
    "changes": change_log.changes,
    **ELSEWHERE.handlers(),
}
COMMANDS["history"] = change_log.beside(COMMANDS["history"])

GUESSED = GuessedCommands(COMMANDS, may_run=ELSEWHERE.may_run)
FIRST_MINUTE = GUESSED.first_minute
_FOR_EVERYBODY = {"start", "help", "newfamily"}
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
        *("newfamily", "addperson", "addmed", "addappt", "adddoctor"),
        *("give", "refill", "pause"),
    ),
    on_unexpected_message=GUESSED.on_message,
    own_words=GUESSED.own_words,
)

COMMANDS["cancel"] = FLOWS.on_cancel


async def _menu(request: Request) -> Answer:
    """A command sent as a button."""
    handler = COMMANDS.get(request.pressed(RunCommand).command)
    if handler is None:
        raise NotFound
    return await handler(replace(request, text=""))


PRESSES: dict[type[Press], Handler] = {
    Take: doses.take,
    TakeExactly: doses.take_exactly,
    TakeAmount: doses.take_amount,
    TakeAsWell: doses.take_as_well,
    TakeNamedDoses: doses.take_named_doses,
    UndoAction: undo.undo_action,
    UndoNamed: undo.undo_named,
    Keep: undo.keep,
    TakeToday: today.take_today,
    TodayPage: today.turn_today,
    TakeAll: doses.take_all,
    TakeAllInSummary: doses.take_all_in_summary,
    OpenMenu: doses.open_menu,
    CloseMenu: doses.close_menu,
    Skip: doses.skip,
    Snooze: doses.snooze,
    HoldSlot: doses.hold,
    ShowNames: doses.show_names,
    UndoRecord: doses.undo_record,
    UndoOnCard: doses.undo_on_card,
    ShowRecord: doses.show,
    Correct: history.correct,
    CorrectToMyClock: history.correct_to_my_clock,
    UndoMedicine: doses.undo_medicine,
    MedicinesPage: medicines.turn_page,
    ShowMedicine: medicines.show,
    ChangeMedicine: change_medicine.begin,
    ChangeOpenDoses: medicines.change_open,
    PauseMedicine: pause.begin_medicine,
    PausePerson: pause.begin_person,
    ResumePerson: resuming.resume,
    LengthenPause: pause.lengthen,
    EndPauseAsPlanned: pauses.end_pause_as_planned,
    StopMedicine: medicines.stop,
    ForgetNickname: medicines.forget_nickname,
    ShowLadder: medicines.show_ladder,
    SetLadder: medicines.set_ladder,
    RestoreMedicine: medicines.restore,
    Give: medicines.give_now,
    FamilyHistory: history.turn_family_page,
    MedicineHistory: history.turn_medicine_page,
    PersonHistory: history.turn_person_page,
    ShowEntry: history.entry,
    Refill: refill.begin_button,
    SetRefillDays: stock.refill_days,
    PromiseRefill: stock.promise,
    SetPerDose: per_dose.begin,
    RenamePerson: change_person.begin_rename,
    MovePerson: change_person.begin_move,
    SetDayTimes: day_times.begin,
    AppointmentsPage: appointments.turn_page,
    PastAppointmentsPage: appointments.turn_past_page,
    ShowAppointment: appointments.show,
    ShowSeries: appointments.show_series,
    Drive: appointments.start_driving,
    StopDriving: appointments.give_up_driving,
    MoveAppointment: move_appointment.begin,
    ChangeAppointment: change_appointment.begin,
    CallOff: appointments.call_off,
    RestoreAppointment: appointments.restore_appointment,
    AddReminder: appointments.also_remind,
    ShowCalendar: appointments.calendar,
    ShowFamilyCalendar: appointments.family_calendar,
    WriteOutcome: outcome.begin,
    NothingToNote: appointments.nothing_to_note,
    DoctorsPage: doctors.turn_page,
    ShowDoctor: doctors.show,
    ChangeDoctor: change_doctor.begin,
    RemoveDoctor: doctors.remove,
    RestoreDoctor: doctors.restore,
    AddDoctor: add_doctor.begin_named,
    RemoveMedicine: removal.remove_medicine,
    RemoveAppointment: removal.remove_appointment,
    RemovePerson: removal.remove_person,
    RemovedListPage: removal.turn_page,
    ShowRemoved: removal.show,
    BringBack: removal.bring_back,
    ChangesPage: change_log.turn_page,
    OwnClock: own_clock.begin,
    SetChangeNotices: changes.set_change_notices,
    TellFamily: own_words.tell_family,
    SwitchFamily: family.switch_family,
    RenameFamily: new_family.begin_rename,
    Invite: family.invite_as,
    InvitePerson: family.invite_person,
    InvitationsPage: family.invitations,
    AskToRevokeInvitation: family.ask_to_revoke,
    RevokeInvitation: family.revoke_invitation,
    SetFamilyLadder: settings.set_ladder,
    FamilySettings: settings.family_settings,
    SetWindow: settings.set_window,
    ShowHearing: settings.hearing,
    SetHearing: settings.set_hearing,
    SetHours: own_hours.begin,
    SetHourCycle: settings.set_hour_cycle,
    HideNames: settings.hide_names,
    AskFirst: asked_first.begin,
    MembersPage: member_pages.turn_page,
    ShowMember: member_pages.show,
    SetBigCards: member_pages.choose_cards,
    SetRole: members.begin_role,
    SetSight: members.begin_sight,
    RemoveMember: members.begin_remove,
    LeaveFamily: members.begin_leave,
    SendTest: settings.test,
    OfferGroup: groups.offer,
    BindGroup: groups.bind,
    DeclineGroup: groups.decline,
    SetGroupReceives: groups.set_receives,
    SetGroupNames: groups.set_names,
    UnbindGroup: groups.unbind,
    RunCommand: _menu,
    Choose: FLOWS.on_press,
    Continue: FLOWS.on_continue,
    Discard: FLOWS.on_discard,
}
