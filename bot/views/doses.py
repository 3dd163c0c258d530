"""Answers to what people record of doses."""

from collections.abc import Sequence
from datetime import datetime

from bot.views.answer import Answer, Button, Screen
from bot.views.apart import dose_labels
from bot.views.callbacks import Callback, Verb, encode_minute
from bot.views.length import fitting, toast
from bot.views.times import day_words
from bot.views.wording import _, escape
from domain.database import Member
from domain.doses import DoseFacts, DoseStatus, Recorded, Snoozed, WhichDose

_MOST_OTHERS = 6


def recorded(outcome: Recorded) -> Answer:
    """The toast of a press. Whoever comes second is told who was first, and when."""
    if not outcome.recorded and outcome.already:
        return Answer(toast=_already(outcome.already[0]), alert=True)
    names = ", ".join(_what(dose) for dose in outcome.recorded)
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


def undone_toast(undone: Sequence[DoseFacts]) -> Answer:
    names = ", ".join(_what(dose) for dose in undone)
    return Answer(toast=toast(_("Undone: {names}").format(names=names)))


def which_dose(outcome: WhichDose, *, member: Member, now: datetime) -> Answer:
    """A press on the card of an earlier day: nothing is recorded until its meaning is clear."""
    first = outcome.pressed[0]
    slot = Callback(
        Verb.TAKE_ALL_SURELY,
        member.family_id,
        first.care_recipient_id,
        encode_minute(first.due_at),
    )
    exactly = Callback(Verb.TAKE_EXACTLY, member.family_id, first.id)
    that_one = _("✅ The one of {moment}").format(moment=_moment(first, now))
    rows = [(Button(that_one, (slot if len(outcome.pressed) > 1 else exactly).encode()),)]
    names_of = dose_labels([*outcome.pressed, *outcome.others])
    for dose in outcome.others[:_MOST_OTHERS]:
        words = _("✅ {name}, {moment}").format(name=names_of[dose.id], moment=_moment(dose, now))
        other = Callback(Verb.TAKE_EXACTLY, member.family_id, dose.id)
        rows.append((Button(words, other.encode()),))
    nothing = Callback(Verb.KEEP, member.family_id)
    rows.append((Button(_("✖️ Cancel"), nothing.encode()),))
    names = ", ".join(fitting([escape(names_of[dose.id]) for dose in outcome.pressed]))
    question = _(
        "That card was for <b>{moment}</b>, and its time is over. Which dose was given: {names}?"
    ).format(moment=_moment(first, now), names=names)
    return Answer(send=(Screen(question, tuple(rows)),))


def _what(dose: DoseFacts) -> str:
    """With how much: there may be another one of that name."""
    return f"{dose.name} {dose.given or dose.dosage}".strip()


def _moment(dose: DoseFacts, now: datetime) -> str:
    """ "yesterday 20:00", on the clock of the person."""
    day = day_words(dose.local.date(), today=now.astimezone(dose.zone).date())
    return _("{day} {time}").format(day=day, time=f"{dose.local:%H:%M}")


def _said_at(dose: DoseFacts) -> str:
    """When it was taken, or else when somebody answered."""
    at = dose.taken_at or dose.resolved_at
    return f"{at.astimezone(dose.zone):%H:%M}" if at else ""


def _already(dose: DoseFacts) -> str:
    if dose.status == DoseStatus.CANCELLED:
        return _("That medicine was removed.")
    who = dose.resolved_by or ""
    when = _said_at(dose)
    if dose.status == DoseStatus.SKIPPED:
        text = _("{name}: already skipped by {who} at {time}.")
    elif dose.status == DoseStatus.TAKEN:
        text = _("{name}: already given by {who} at {time}.")
    else:
        text = _("{name}: its time is over, and nobody has answered.")
    return toast(text.format(name=_what(dose), who=who, time=when))
