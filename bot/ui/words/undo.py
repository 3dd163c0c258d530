"""What can't be undone, and what somebody else has done in the meantime."""

from html import unescape

from bot.ui.wording import _
from bot.ui.words.records import recorded_words
from domain.medicines.doses.facts import RESOLVED, DoseFacts
from domain.medicines.stock.refills import PROMISED
from domain.models.medicines import DoseStatus
from domain.overview.own_actions import UNDONE, ActionKind, ActionSuperseded


def lasting(action: str) -> str:
    """For an action in :data:`domain.audit.LASTING`, which `/undo` would otherwise skip."""
    return _("This can't be undone here: {what}").format(what=_lasting_words()[action])


def _lasting_words() -> dict[str, str]:
    return {
        "appointment.outcome_recorded": _(
            "you said how an appointment went. Change it on its page: /appts"
        ),
        "doctor.added": _("you added a doctor. Change or remove them: /doctors"),
        "doctor.edited": _("you changed a doctor. Change them back: /doctors"),
        "doctor.removed": _("you removed a doctor. Tap Restore under that message."),
        "doctor.restored": _("you restored a doctor. Remove them again: /doctors"),
        "dose.snoozed": _("you asked to be reminded later. Answer the dose at any time: /today"),
        "invitation.created": _("you made an invitation. It works once, and ends after 48 hours."),
        "person.added": _("you added somebody to care for. Rename or move them: /people"),
        PROMISED: _("you said that you'd get more of a medicine. Count what there is: /stock"),
    }


def superseded(facts: ActionSuperseded) -> str:
    """Who has done what in the meantime (no HTML)."""
    if facts.by is None and facts.action == UNDONE:
        words = _("You've already undone that.")
    elif facts.by is None:
        words = _("You've changed {name} since. Type /undo to undo that first.")
    elif facts.dose is not None and facts.action == UNDONE:
        words = _("{who} has already undone that.")
    elif facts.action == ActionKind.RECORDED:
        words = _("{who} has recorded {name} again since.")
    elif facts.dose is not None:
        words = _("{who} has corrected {name} since.")
    else:
        words = _since_words().get(facts.action, _("{who} has changed {name} since."))
    words = words.format(who=facts.by or "", name=facts.name)
    return words if facts.dose is None else words + " " + _current_record(facts.dose)


def _current_record(dose: DoseFacts) -> str:
    """The dose's current record (no HTML)."""
    if dose.status in RESOLVED:
        return _("It's recorded as {words}.").format(words=unescape(recorded_words(dose)))
    if dose.status == DoseStatus.PENDING:
        return _("It's open.")
    return _("Nothing is recorded for it now.")


def _since_words() -> dict[str, str]:
    return {
        "medication.paused": _("{who} has paused {name} since."),
        "medication.stopped": _("{who} has stopped {name} since."),
        "medication.restored": _("{who} has resumed {name} since."),
        "stock.refilled": _("{who} has refilled {name} since."),
        "stock.counted": _("{who} has counted {name} since."),
        "appointment.moved": _("{who} has moved {name} since."),
        "appointment.cancelled": _("{who} has called off {name} since."),
        "appointment.restored": _("{who} has restored {name} since."),
        "appointment.driver_found": _("{who} has said since that they'll drive to {name}."),
        "appointment.driver_lost": _("{who} has said since that they can't drive to {name}."),
        "person.paused": _("{who} has changed the pause of {name} since."),
        "person.resumed": _("{who} has ended {name}'s pause since."),
    }
