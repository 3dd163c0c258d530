"""Answers to what people record of doses."""

from bot.views.answer import Answer, say
from bot.views.length import fitting, toast
from bot.views.wording import _, escape, ngettext
from domain.doses import DoseFacts, DoseStatus, Recorded, Snoozed, Undone


def recorded(outcome: Recorded) -> Answer:
    """The toast of a press. Whoever comes second is told who was first, and when."""
    if not outcome.recorded and outcome.already:
        return Answer(toast=_already(outcome.already[0]), alert=True)
    names = ", ".join(dose.name for dose in outcome.recorded)
    if outcome.recorded and outcome.recorded[0].status == DoseStatus.SKIPPED:
        return Answer(toast=toast(_("Skipped: {names}").format(names=names)))
    return Answer(toast=toast(_("Taken: {names}").format(names=names)))


def snoozed(outcome: Snoozed) -> Answer:
    dose = outcome.dose
    if dose.status != DoseStatus.PENDING:
        return Answer(toast=_already(dose), alert=True)
    if outcome.until is None:
        return Answer(toast=_("Its time is over before then, so I will not ask again."), alert=True)
    return Answer(
        toast=_("I will ask everybody again at {time}.").format(
            time=f"{outcome.until.astimezone(dose.zone):%H:%M}"
        )
    )


def shown(dose: DoseFacts) -> Answer:
    """What became of a dose, for somebody who taps what has been answered."""
    if dose.status == DoseStatus.PENDING:
        return Answer(toast=toast(_("{name} is open.").format(name=dose.name)))
    return Answer(toast=_already(dose))


def undone_toast(outcome: Undone) -> Answer:
    names = ", ".join(dose.name for dose in outcome.doses)
    return Answer(toast=toast(_("Undone: {names}").format(names=names)))


def undone(outcome: Undone) -> Answer:
    """`/undo`: what was taken back."""
    if outcome.medicine is not None:
        return say(
            _("↩️ {name} is removed again; I will not remind you of it.").format(
                name=escape(outcome.medicine)
            )
        )
    names = ", ".join(fitting([f"{escape(d.name)} {escape(d.dosage)}" for d in outcome.doses]))
    count = len(outcome.doses)
    if any(dose.status == DoseStatus.PENDING for dose in outcome.doses):
        words = ngettext(
            "↩️ Undone: {names}. It is open again.",
            "↩️ Undone: {names}. They are open again.",
            count,
        )
    else:
        words = ngettext(
            "↩️ Undone: {names}. Its time is over, so nobody is asked again.",
            "↩️ Undone: {names}. Their time is over, so nobody is asked again.",
            count,
        )
    return say(words.format(names=names))


def _already(dose: DoseFacts) -> str:
    if dose.status == DoseStatus.CANCELLED:
        return _("That medicine was removed.")
    who = dose.resolved_by or ""
    when = f"{dose.resolved_at.astimezone(dose.zone):%H:%M}" if dose.resolved_at else ""
    if dose.status == DoseStatus.SKIPPED:
        text = _("{name}: already skipped by {who} at {time}.")
    elif dose.status == DoseStatus.TAKEN:
        text = _("{name}: already given by {who} at {time}.")
    else:
        text = _("{name}: its time is over, and nobody has answered.")
    return toast(text.format(name=dose.name, who=who, time=when))
