"""What can't be undone, and what somebody else has done in the meantime."""

from html import unescape

from bot.ui.wording import _
from bot.ui.words.records import recorded_words
from domain.medicines.doses.facts import RESOLVED, DoseFacts
from domain.medicines.stock.refills import PROMISED
from domain.overview.own_actions import UNDONE, ActionKind, ActionSuperseded


def lasting(action: str) -> str:
    """Of one of :data:`domain.audit.LASTING`, which `/undo` would else pass over."""
    words = _("The last thing you did can't be undone here: {what}")
    return words.format(what=_lasting_words()[action])


def _lasting_words() -> dict[str, str]:
    return {
        "appointment.brought_back": _("you brought back an appointment. Remove it again: /appts"),
        "appointment.deleted": _("you removed an appointment. Bring it back: /removed"),
        "appointment.driver_asked": _("you asked somebody to drive."),
        "appointment.outcome_recorded": _(
            "you said how an appointment went. To change it, open the appointment with /appts."
        ),
        "contact.added": _("you added an emergency contact. Change or remove them: /contacts"),
        "contact.edited": _("you changed an emergency contact. Change them back: /contacts"),
        "contact.moved": _("you changed who is called first. Move them back: /contacts"),
        "contact.removed": _("you removed an emergency contact. Bring them back: /removed"),
        "contact.restored": _("you restored an emergency contact. Remove them again: /contacts"),
        "doctor.added": _("you added a doctor. Change or remove them: /doctors"),
        "doctor.edited": _("you changed a doctor. Change them back: /doctors"),
        "doctor.removed": _("you removed a doctor. Tap Restore under that message."),
        "doctor.restored": _("you restored a doctor. Remove them again: /doctors"),
        "dose.snoozed": _("you asked to be reminded later. Answer the dose at any time: /today"),
        "dose.held": _("you said that you are on it. Answer the dose at any time: /today"),
        "family.alarmed": _("you told the family that you need help."),
        "family.dissolved": _("you dissolved the family. Take it back: /family"),
        "family.kept": _("you kept the family. To dissolve it after all: /settings"),
        "family.ladder_set": _("you set what happens when nobody answers. Set it back: /settings"),
        "family.window_set": _("you set how long I ask about a dose. Set it back: /settings"),
        "family.renamed": _("you gave the family another name. Change it back: /family"),
        "group.bound": _("you chose a group for the family's cards. Change it: /settings"),
        "group.changed": _("you changed what the family's group gets. Change it back: /settings"),
        "group.unbound": _(
            "you stopped using the family's group. To use it again, type /start in it."
        ),
        "invitation.created": _(
            "you made an invitation. It works once and expires after 48 hours. Revoke it: /family"
        ),
        "invitation.revoked": _("you revoked an invitation. Make a new one: /invite"),
        "member.big_cards_set": _("you chose how somebody is reminded. Set it back: /family"),
        "member.left": _("you left a family. Ask an admin for a new invitation to come back."),
        "member.removed": _("you removed somebody from the family. Invite them again: /invite"),
        "member.role_set": _("you changed what a member can do. Change it back: /family"),
        "member.sight_set": _("you chose whom a member sees. Change it back: /family"),
        "medication.brought_back": _("you brought back a medicine. Stop or remove it: /meds"),
        "medication.deleted": _("you removed a medicine. Bring it back: /removed"),
        "medication.ladder_set": _(
            "you set what happens when nobody answers about a medicine. Set it back on its page: "
            "/meds"
        ),
        "medication.nickname_removed": _("you said that a medicine isn't called that any more."),
        "medication.nicknamed": _(
            "you said what else a medicine is called. Take it back on its page: /meds"
        ),
        "person.added": _("you added somebody to care for. Rename or move them: /people"),
        "person.asked_first_set": _("you said who is asked first. Change it: /settings"),
        "person.brought_back": _("you brought somebody back. Remove them again: /people"),
        "person.deleted": _("you removed somebody you cared for. Bring them back: /removed"),
        "person.hearing_set": _("you chose what I tell you. Change it: /settings"),
        PROMISED: _("you said that you'd get more of a medicine. Type /refill when you have it."),
    }


def superseded(facts: ActionSuperseded) -> str:
    """Who has done what in the meantime (no HTML)."""
    if facts.by is None and facts.action == UNDONE:
        words = _("You've already undone that.")
    elif facts.by is None:
        words = _("You've since changed {name}. Type /undo to undo that first.")
        if facts.dose is not None:
            words = _("You've since changed the record of {name}. Type /undo to undo that first.")
    elif facts.dose is not None and facts.action == UNDONE:
        words = _("{who} has already undone that.")
    elif facts.action == ActionKind.RECORDED:
        words = _("{who} has since replaced the record of {name}.")
    elif facts.dose is not None:
        words = _("{who} has since corrected the record of {name}.")
    else:
        words = _since_words().get(facts.action, _("{who} has since changed {name}."))
    words = words.format(who=facts.by or "", name=facts.name)
    return words if facts.dose is None else words + " " + _current_record(facts.dose)


def _current_record(dose: DoseFacts) -> str:
    """The dose's current record (no HTML)."""
    if dose.status in RESOLVED:
        return _("It now says: {words}.").format(words=unescape(recorded_words(dose)))
    return _("Nothing is recorded for it now.")


def _since_words() -> dict[str, str]:
    return {
        "medication.paused": _("{who} has since paused {name}."),
        "medication.stopped": _("{who} has since stopped {name}."),
        "medication.restored": _("{who} has since resumed {name}."),
        "stock.refilled": _("{who} has since refilled {name}."),
        "stock.counted": _("{who} has since counted the stock of {name}."),
        "appointment.moved": _("{who} has since moved {name}."),
        "appointment.cancelled": _("{who} has since called off {name}."),
        "appointment.restored": _("{who} has since restored {name}."),
        "appointment.driver_found": _("{who} has since said that they'll drive to {name}."),
        "appointment.driver_lost": _("{who} has since said that they can't drive to {name}."),
        "person.day_times_set": _("{who} has since changed the times of {name}'s day."),
        "person.paused": _("{who} has since changed the pause of {name}'s medicines."),
        "person.resumed": _("{who} has since resumed {name}'s medicines."),
    }
