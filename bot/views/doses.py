"""Answers to what people record of doses."""

from bot.views.answer import Answer, say
from bot.views.wording import _, escape, ngettext
from domain.doses import DoseFacts, DoseStatus, Recorded, Snoozed, Undone


def recorded(outcome: Recorded) -> Answer:
    """The toast of a press. Whoever comes second is told who was first, and when."""
    if not outcome.recorded and outcome.already:
        return Answer(toast=_already(outcome.already[0]), alert=True)
    names = ", ".join(dose.name for dose in outcome.recorded)
    if outcome.recorded and outcome.recorded[0].status == DoseStatus.SKIPPED:
        return Answer(toast=_short(_("Skipped: {names}").format(names=names)))
    return Answer(toast=_short(_("Taken: {names}").format(names=names)))


def snoozed(outcome: Snoozed) -> Answer:
    dose = outcome.dose
    if dose.status != DoseStatus.PENDING:
        return Answer(toast=_already(dose), alert=True)
    if outcome.until is None:
        return Answer(toast=_("Its time is over before that, so I will not ask again."), alert=True)
    return Answer(
        toast=_("I will ask everybody again at {time}.").format(
            time=f"{outcome.until.astimezone(dose.zone):%H:%M}"
        )
    )


def undone_toast(outcome: Undone) -> Answer:
    names = ", ".join(dose.name for dose in outcome.doses)
    return Answer(toast=_short(_("Taken back: {names}").format(names=names)))


def undone(outcome: Undone) -> Answer:
    """`/undo`: what was taken back."""
    if outcome.medicine is not None:
        return say(
            _("↩️ {name} is removed again; I will not remind of it.").format(
                name=escape(outcome.medicine)
            )
        )
    names = ", ".join(f"{escape(d.name)} {escape(d.dosage)}" for d in outcome.doses)
    return say(
        ngettext(
            "↩️ Taken back: {names}. It is open again.",
            "↩️ Taken back: {names}. They are open again.",
            len(outcome.doses),
        ).format(names=names)
    )


def _already(dose: DoseFacts) -> str:
    if dose.status == DoseStatus.CANCELLED:
        return _("That medicine was removed.")
    who = dose.resolved_by or ""
    when = f"{dose.resolved_at.astimezone(dose.zone):%H:%M}" if dose.resolved_at else ""
    if dose.status == DoseStatus.SKIPPED:
        text = _("{name}: skipped by {who} at {time} already.")
    elif dose.status == DoseStatus.TAKEN:
        text = _("{name}: taken, given by {who} at {time} already.")
    else:
        text = _("{name}: nobody can answer that any more.")
    return _short(text.format(name=dose.name, who=who, time=when))


def _short(text: str) -> str:
    """Telegram shows at most 200 characters in a toast."""
    return text if len(text) <= 200 else text[:199] + "…"
