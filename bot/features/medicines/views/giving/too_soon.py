"""A dose whose medicine was given shortly before: by whom, and when, before it is recorded too."""

from datetime import datetime

from bot.features.medicines.views.doses import recorded
from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.distinct_labels import dose_labels
from bot.ui.length import fitting
from bot.ui.presses.doses import SeenBefore, TakeAsWell
from bot.ui.presses.overview import Keep
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dose_times import due_moment, past_moment, with_yours
from bot.ui.words.times import ago_words
from domain.database.scope import Member
from domain.medicines.dosages import Dosage
from domain.medicines.doses.choices import Choice, choices_of
from domain.medicines.records.recording import Recorded
from domain.medicines.records.spacing import TooSoon
from domain.timers import floor_minute


def ask(outcome: Recorded, *, given: Dosage | None, member: Member, now: datetime) -> Answer:
    """What was recorded at once, and of the others what was given of them before. *given* is what
    was chosen of a range.
    """
    names = dose_labels([each.dose for each in outcome.too_soon])
    lines, buttons = [], []
    for each in outcome.too_soon:
        lines.append(_given_before(each, member=member, now=now))
        seen = SeenBefore(floor_minute(_given_at(each)), _choice(each, given))
        take = TakeAsWell(family_id=member.family_id, dose_id=each.dose.id, seen=seen)
        taken = _("✅ Taken as well")
        if len(outcome.too_soon) > 1:
            taken = _("✅ Taken as well: {name}").format(name=names[each.dose.id])
        buttons.append(Button(taken, take.encode()))
    buttons.append(Button(_("✖️ Cancel"), Keep(family_id=member.family_id).encode()))
    lines.append(
        ngettext(
            "Nothing is recorded for it yet. Was it given as well?",
            "Nothing is recorded for them yet. Were they given as well?",
            len(outcome.too_soon),
        )
    )
    question = Screen("\n\n".join(fitting(lines)), in_rows(buttons))
    toast = recorded(outcome).toast if outcome.recorded else None
    return Answer(toast=toast, send=(question,))


def _given_before(each: TooSoon, *, member: Member, now: datetime) -> str:
    dose, before, at = each.dose, each.given, _given_at(each)
    words = _(
        "⚠️ <b>{name}</b> {amount} for {person}, due {due}: {given} was given {ago} ({moment}), "
        "recorded by {who}."
    )
    moment = past_moment(at, before.taken_zone or before.zone, home=before.home, now=now)
    return words.format(
        name=escape(dose.name),
        amount=escape(dose.dosage),
        person=escape(dose.person),
        due=due_moment(dose, now=now),
        given=escape(before.given or before.dosage),
        ago=ago_words(now - at),
        moment=with_yours(moment, at, zone=before.home, reader_zone=member.zone),
        who=escape(before.resolved_by or ""),
    )


def _given_at(each: TooSoon) -> datetime:
    return each.given.taken_at or each.given.due_at


def _choice(each: TooSoon, given: Dosage | None) -> Choice | None:
    """The button of the range that says what was *given*."""
    if given is None:
        return None
    offered = choices_of(each.dose.planned)
    return next((choice for choice, amount in offered if amount == given.amount), None)
