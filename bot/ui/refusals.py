"""One helpful sentence for each expected error."""

from dataclasses import replace
from decimal import Decimal

from bot.grammar.problems import Misunderstood
from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.length import toast
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.overview import RunCommand
from bot.ui.refused.quotas import full_words
from bot.ui.wording import _, escape, listed
from bot.ui.words.amounts import amount_in_words
from bot.ui.words.times import show_clock
from bot.ui.words.undo import lasting, superseded
from bot.ui.words.units import plural_name
from domain.access import Action, Role
from domain.appointments.errors import (
    AppointmentCancelled,
    AppointmentChanged,
    AppointmentInPast,
    AppointmentOver,
    DriverAlreadySet,
    TimeDoesNotExist,
)
from domain.contacts.errors import OrderChanged, SimilarContact, SimilarDoctor
from domain.errors import (
    AlreadyExists,
    CareCircleError,
    NoFamily,
    NotAllowed,
    NotFound,
    NothingToUndo,
    NotInFamily,
    SimilarName,
    TooLateToUndo,
)
from domain.family.errors import (
    AlreadyMember,
    AlreadyTheirs,
    FamilyFull,
    GroupTaken,
    HoursClash,
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    LastAdmin,
    LastToBeAsked,
    NobodyCaredFor,
    SeesOnlySome,
    StillPromised,
)
from domain.medicines.errors import (
    DayTimesChanged,
    MedicineChanged,
    MedicineStopped,
    NotEnoughStock,
    NothingRecorded,
    NothingToPause,
    NotPaused,
    PauseEndImpossible,
    PerDoseUnknown,
    RecordSuperseded,
    SameMedicine,
    SimilarMedicine,
    StockUnitDiffers,
    TimeNotPossible,
    TimesOfDayClash,
    UnseenPause,
)
from domain.medicines.schedules.problems import ScheduleProblem
from domain.memory.errors import NameTaken, PersonRemoved
from domain.overview.export.requests import ExportRunning, TooManyExports
from domain.overview.own_actions import UNDONE, ActionSuperseded


def refuse(error: CareCircleError | Misunderstood, *, is_press: bool) -> Answer:
    """The answer: an alert over a pressed button, otherwise a message."""
    if isinstance(error, Misunderstood):
        return say(misunderstood(error))
    sentence = _sentence(error)
    if is_press:
        # What the message says about the record is out of date: it can't be undone from there any
        # more.
        closes = isinstance(error, ActionSuperseded) and error.dose is not None
        return Answer(toast=toast(sentence), alert=True, closes=closes)
    answer = say(escape(sentence), _create_family() if isinstance(error, NoFamily) else ())
    return replace(answer, is_wrong_invitation=isinstance(error, InvitationUnknown))


def _create_family() -> Keyboard:
    return ((Button(_("Create a family"), RunCommand(command="newfamily").encode()),),)


def conversations_unavailable() -> Answer:
    return say(
        _(
            "I can't remember our conversation at the moment. Please type everything on one "
            "line, for example <code>/addmed Aspirin 100 mg at 08:00</code>"
        )
    )


def apology(incident: str) -> Answer:
    return say(
        _(
            "Sorry, something went wrong on my side, and nothing was changed. Please try again. "
            "If it happens again, give this number to whoever runs this bot: {incident}"
        ).format(incident=incident)
    )


def family_full(error: FamilyFull) -> Screen:
    """Why the rest of a list wasn't saved."""
    return Screen(escape(_sentence(error)))


def already_exists(name: str) -> str:
    """The person's name is already in use (HTML)."""
    return escape(_somebody_has(name))


def _somebody_has(name: str) -> str:
    return _("There's already somebody called {name}. Please choose another name.").format(
        name=name
    )


def _sentence(error: CareCircleError) -> str:
    match error:
        case NoFamily():
            return _(
                "You aren't in a family yet. Type /newfamily NAME to create one. If you've been "
                "sent a link, tap it instead."
            )
        case LastAdmin(family=family):
            return _(
                "{family} needs an admin, and there's no other. Make somebody else an admin first: "
                "/family, Members. If nobody should go on with it, dissolve it: /settings."
            ).format(family=family)
        case SeesOnlySome():
            return _(
                "You see only some of the people in this family, so you wouldn't see who you add. "
                "Please ask an admin to add them."
            )
        case StillPromised(member=name, people=people):
            return _(
                "{name} has promised something for {people}: to drive, to get more of a medicine, "
                "or to give a dose that is due. Once that's settled, choose again."
            ).format(name=name, people=listed(list(people)))
        case AlreadyTheirs(person=person):
            return _(
                "Somebody else in the family is {person} already. Open them under /family, Members,"
                " and make them something else first."
            ).format(person=person)
        case NotInFamily():
            return _(
                "Only members of the family can answer here. If you'd like to help, ask one of "
                "its admins for an invitation."
            )
        case GroupTaken():
            return _("Another family already uses this group. Please use another group for yours.")
        case NobodyCaredFor():
            return _("First tell me who you look after: /addperson NAME in CITY")
        case NotAllowed(action=action, role=role):
            return _not_allowed(action, role)
        case ExportRunning():
            return _("I'm still putting your last file together. It comes in a moment.")
        case TooManyExports():
            return _("You've had several files within the hour. Please try again a little later.")
        case InvitationUnknown():
            return _("I don't know this invitation. Please ask for a new one.")
        case InvitationUsed():
            return _("This invitation has already been used. Please ask for a new one.")
        case InvitationRevoked():
            return _("This invitation isn't valid any more. Please ask for a new one.")
        case InvitationExpired():
            return _("This invitation has expired. Please ask for a new one.")
        case AlreadyMember(family=family):
            return _("You're already in the family {family}.").format(family=family)
        case AlreadyExists(name=name):
            return _somebody_has(name)
        case NameTaken(name=name):
            return _(
                "There's somebody called {name} in the family by now. Rename them first with "
                "/people, then restore this one."
            ).format(name=name)
        case PersonRemoved(person=person):
            return _("{person} has been removed, too. Bring them back first: /removed").format(
                person=person
            )
        case HoursClash():
            return _("Those two times are the same. Please choose another one.")
        case LastToBeAsked(person=person):
            return _(
                "You're the only one whom I can ask about {person}. First somebody else has to "
                "hear everything: invite them with /invite, or ask them to open /settings."
            ).format(person=person)
        case FamilyFull(quota=quota, limit=limit):
            return full_words(quota, limit)
        case SimilarMedicine(existing=existing):
            return _(
                "{person} already takes {name}, which looks or sounds nearly the same. Please check"
                " the name, and type it again."
            ).format(person=existing.person, name=existing.name)
        case SimilarName(existing=existing_name):
            return _(
                "There's already somebody called {name}, which is nearly the same. Please "
                "choose another name."
            ).format(name=existing_name)
        case SimilarDoctor():
            return _(
                "There's already a doctor with nearly that name. Please type another name, or"
                " change the one in /doctors."
            )
        case SimilarContact():
            return _(
                "There's already an emergency contact with nearly that name, or with that number."
                " Please change the one in /contacts."
            )
        case OrderChanged():
            return _("The order has changed in the meantime. /contacts shows how it is now.")
        case SameMedicine(existing=existing):
            return _("{person} already takes {name}. /meds shows it.").format(
                person=existing.person, name=existing.name
            )
        case MedicineChanged():
            return _("Somebody has changed it in the meantime. /meds shows how it is now.")
        case DayTimesChanged(person=person_facts):
            return _(
                "The times of {person}'s day have changed in the meantime. /people shows how they"
                " are now."
            ).format(person=person_facts.name)
        case TimesOfDayClash():
            return times_of_day_clash(error)
        case TimeNotPossible():
            return _(
                "I can only record what was given within the last 48 hours, not anything in the "
                "future."
            )
        case NothingToPause(person=person):
            return _(
                "I have no medicines for {person}, so there's nothing to pause. /addmed adds one."
            ).format(person=person)
        case UnseenPause(name=name):
            return _("{name} is already paused. Type /pause {name} to see until when.").format(
                name=name
            )
        case NotPaused(person=person):
            return _(
                "The pause of {person}'s medicines has changed or is over. /people shows how it is"
                " now."
            ).format(person=person)
        case PauseEndImpossible(is_too_far=True):
            return _("That's more than a year away. Please choose an earlier day.")
        case PauseEndImpossible():
            return _("A pause can only end on a later day. Please choose one from tomorrow on.")
        case MedicineStopped(name=name):
            return _("{name} was stopped. You can restore it with /meds.").format(name=name)
        case StockUnitDiffers(unit=unit):
            return _("Its stock is counted in {unit}. Please type the amount in {unit}.").format(
                unit=plural_name(unit)
            )
        case NotEnoughStock(amount=None):
            return _("Nobody has counted it yet. Type what's left in all, like = 28")
        case NotEnoughStock(amount=Decimal() as amount, unit=unit) if amount > 0:
            return _(
                "I can't take off that much: by my count, what's left is {amount}. Type what's "
                "really left, like = 0"
            ).format(amount=amount_in_words(amount, unit))
        case NotEnoughStock():
            return _(
                "By my count, none is left. If there's more, type what's left in all, like = 12"
            )
        case PerDoseUnknown(unit=unit):
            return _("I need to know how much makes one dose. Type /refill again and tell me.")
        case NothingToUndo(lasting=done):
            nothing = _("You have nothing to undo from the last 48 hours.")
            return nothing if done is None else f"{nothing} {lasting(done)}"
        case NothingRecorded():
            return _("Nothing is recorded for it, so there's nothing to undo or correct.")
        case ActionSuperseded():
            return _superseded(error)
        case RecordSuperseded():
            return _("The record has since been changed. /history shows how it is now.")
        case TooLateToUndo():
            return _("That was more than 48 hours ago, so it stays as it is.")
        case AppointmentInPast():
            return _("That time has already passed. Please choose a later one.")
        case TimeDoesNotExist(instead=instead):
            return _("The clocks skip that hour. Please choose another one, like {time}.").format(
                time=show_clock(instead)
            )
        case AppointmentOver():
            return _(
                "That appointment is over, so it can't be changed. You can still note how it went."
            )
        case AppointmentCancelled():
            return _("It's called off. Restore it first, then move it.")
        case AppointmentChanged():
            return _("Somebody has changed it in the meantime. /appts shows how it is now.")
        case DriverAlreadySet(driver=driver):
            return _("{driver} has already said they'll drive.").format(driver=driver)
        case NotFound():
            return _("That's no longer there. /today, /meds and /appts show what is.")
        case _:
            return _("That isn't possible right now. /today shows how things are.")


def times_of_day_clash(error: TimesOfDayClash) -> str:
    """Which medicine can't follow (no HTML)."""
    words = _(
        "With these times, two doses of {name} would be due at the same minute, so I haven't "
        "changed anything. Choose another time, or change {name} first: /meds"
    )
    if error.problem is ScheduleProblem.MOMENT_ON_ANOTHER_DAY:
        words = _(
            "With these times, a dose of {name} would be on another day, so I haven't changed "
            "anything. Choose another time, or change {name} first: /meds"
        )
    return words.format(name=error.name)


def _superseded(error: ActionSuperseded) -> str:
    """That it was not undone, and where it stands how things are now."""
    words = superseded(error)
    if error.by is None or error.action == UNDONE:
        return words
    if error.dose is not None:
        return _("{changed} I haven't undone anything.").format(changed=words)
    where = {"appointment": "/appts", "person": "/people"}.get(
        error.action.partition(".")[0], "/meds"
    )
    return _("{changed} I haven't undone anything. {command} shows how it is now.").format(
        changed=words, command=where
    )


def _not_allowed(action: Action, role: Role) -> str:
    match action:
        case Action.RECORD_DOSE | Action.RECORD_OWN_DOSE if role is Role.RECIPIENT:
            return _(
                "You can only record your own doses. Please ask a caregiver to record this one."
            )
        case Action.INVITE:
            return _("Only an admin of the family can invite people. Please ask one.")
        case (
            Action.MANAGE_MEMBERS
            | Action.MANAGE_FAMILY
            | Action.READ_CHANGES
            | Action.REMOVE_PERSON
        ):
            return _("Only an admin of the family can do that. Please ask one.")
        case Action.RECORD_DOSE | Action.RECORD_OWN_DOSE:
            return _(
                "As a viewer, you can read but not record. Please ask a caregiver to record it."
            )
        case _ if role is Role.RECIPIENT:
            return _(
                "You can read everything and record your own doses. For this, please ask a "
                "caregiver or an admin."
            )
        case _:
            return _(
                "As a viewer, you can read but not change anything. Please ask a caregiver or an"
                " admin."
            )
