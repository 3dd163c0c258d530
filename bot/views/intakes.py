"""`/give`: what was recorded, and what is to be known before it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.views.answer import Answer, Button, Screen
from bot.views.callbacks import Callback, Verb
from bot.views.length import fitting
from bot.views.meds import limits
from bot.views.schedules import length_in_words
from bot.views.times import day_words, moment
from bot.views.wording import _, escape
from domain.database import Member
from domain.doses import DoseFacts, Recorded
from domain.intakes import Outlook
from domain.medicines import MedicineFacts
from domain.schedules import AsNeeded

_MINUTE = timedelta(minutes=1)


def ask_which(buttons: Sequence[Button]) -> Screen:
    return Screen(_("What was given?"), tuple((button,) for button in buttons))


def tap_which() -> Answer:
    """Several have the name that was typed."""
    return Answer(
        send=(Screen(_("There is more than one of that name. Please tap the right one.")),)
    )


def nothing_to_give() -> Answer:
    return Answer(send=(Screen(_("There are no medicines yet. Add one with /addmed.")),))


def given(outcome: Recorded, *, member: Member, now: datetime) -> Answer:
    """What was recorded, or who was first."""
    if not outcome.recorded:
        lines = [_already(dose, now) for dose in outcome.already]
        return Answer(send=(Screen("\n".join(fitting(lines))),))
    dose = outcome.recorded[0]
    undo = Callback(Verb.UNDO, member.family_id, dose.id)
    correct = Callback(Verb.CORRECT, member.family_id, dose.id)
    return Answer(
        send=(
            Screen(
                _recorded(dose, now),
                (
                    (
                        Button(_("↩️ Undo"), undo.encode()),
                        Button(_("✏️ Correct"), correct.encode()),
                    ),
                ),
            ),
        )
    )


def _recorded(dose: DoseFacts, now: datetime) -> str:
    what = f"<b>{escape(dose.name)}</b> {escape(dose.given or dose.dosage)}"
    at = dose.taken_at or now
    words = _("✅ {what}, given {moment}.").format(what=what, moment=_moment(dose, at, now))
    if not dose.is_scheduled:
        return words
    due = f"{dose.local:%H:%M}"
    day = day_words(dose.local.date(), today=now.astimezone(dose.zone).date())
    return words + "\n" + _("It counts for {day} {time}.").format(day=day, time=due)


def _moment(dose: DoseFacts, at: datetime, now: datetime) -> str:
    local = at.astimezone(dose.zone)
    day = day_words(local.date(), today=now.astimezone(dose.zone).date())
    return _("{day} {time}").format(day=day, time=f"{local:%H:%M}")


def _already(dose: DoseFacts, now: datetime) -> str:
    at = dose.taken_at or dose.resolved_at or now
    return _("{name}: {who} has recorded it already ({moment}).").format(
        name=escape(dose.name), who=escape(dose.resolved_by or ""), moment=_moment(dose, at, now)
    )


def confirm(outlook: Outlook, *, now: datetime) -> str:
    """What is to be known before it is recorded. It never advises."""
    medicine = outlook.medicine
    lines = [f"💊 <b>{escape(medicine.name)}</b>, {escape(medicine.person)}"]
    lines += _warnings(outlook)
    lines.append(_last(outlook, now))
    if limits(outlook):
        lines.append(limits(outlook))
    if not isinstance(medicine.schedule, AsNeeded):
        lines += _not_due(medicine, outlook, now)
    lines.append(_("Record it?"))
    return "\n".join(lines)


def _warnings(outlook: Outlook) -> Sequence[str]:
    lines = []
    if outlook.is_too_soon:
        lines.append(_("⚠️ This is sooner than it was set."))
    if outlook.is_too_many:
        lines.append(
            _("⚠️ This is more than the {count} in 24 hours that were set.").format(
                count=outlook.limit
            )
        )
    return lines


def _last(outlook: Outlook, now: datetime) -> str:
    """ "Last given 3 hours 10 minutes before, by Anna"."""
    if outlook.last is None:
        return _("Nothing was given before.")
    before = outlook.at - outlook.last.at
    if before < _MINUTE:
        return _("Last given just now by {who} ({what})").format(
            who=escape(outlook.last.by or ""), what=escape(outlook.last.what)
        )
    length = length_in_words(before - before % _MINUTE)
    if before >= timedelta(hours=1):
        hours, rest = divmod(before, timedelta(hours=1))
        length = _("{hours} h {minutes} min").format(hours=hours, minutes=rest // _MINUTE)
    words = _("Last given {length} before, by {who} ({what})")
    if outlook.at == now or now - outlook.at < _MINUTE:
        words = _("Last given {length} ago by {who} ({what})")
    return words.format(
        length=length, who=escape(outlook.last.by or ""), what=escape(outlook.last.what)
    )


def _not_due(medicine: MedicineFacts, outlook: Outlook, now: datetime) -> Sequence[str]:
    if outlook.candidates:
        return []
    if medicine.first_due_at is None:
        return [_("No dose of it is open, so it counts as an extra one.")]
    following = moment(medicine.first_due_at, person=medicine.person, zone=medicine.zone, now=now)
    return [
        _("No dose of it is open, so it counts as an extra one. Next: {moment}").format(
            moment=following
        )
    ]


def which_one(outlook: Outlook) -> str:
    """It can be one of several doses."""
    return _("Which dose of {name} was it?").format(name=escape(outlook.medicine.name))


def dose_label(dose: DoseFacts, *, now: datetime) -> str:
    day = day_words(dose.local.date(), today=now.astimezone(dose.zone).date())
    return _("The one of {day} {time}").format(day=day, time=f"{dose.local:%H:%M}")


def extra_label() -> str:
    return _("An extra one")


def record_label() -> str:
    return _("✅ Given")
