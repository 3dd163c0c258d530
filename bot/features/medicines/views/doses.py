"""Answers when people record doses."""

from dataclasses import replace
from datetime import datetime
from html import unescape

from bot.features.medicines.views.cards import amount_label, offered_amounts
from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.distinct_labels import dose_labels, family_name
from bot.ui.length import shorten, toast
from bot.ui.presses.arguments import NamedDoses
from bot.ui.presses.doses import Below, ChosenBelow, TakeAmount, TakeExactly, TakeNamedDoses
from bot.ui.presses.overview import Keep
from bot.ui.presses.press import Press
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.dose_times import clock_of, due_moment, record_clock
from bot.ui.words.records import again_words
from domain.database.scope import Member
from domain.medicines.doses.card_parts import digest_of
from domain.medicines.doses.choices import choices_of
from domain.medicines.doses.facts import RESOLVED, DoseFacts
from domain.medicines.doses.snoozing import Held, Snoozed
from domain.medicines.records.corrections import UndoneRecord
from domain.medicines.records.history import EntryDetails
from domain.medicines.records.presses import WhichDose
from domain.medicines.records.recording import Recorded
from domain.models.medicines import DoseStatus, RecordStatus

_MAX_OTHERS = 6
# Of a toast's 200 characters.
_UNSAID = 120
_AMOUNT = 40
_NAME = 60


def recorded(outcome: Recorded) -> Answer:
    """The toast after a press. Whoever comes second learns who was first, and when."""
    if not outcome.recorded and outcome.already:
        first = outcome.already[0]
        words = already(first)
        if first.status in RESOLVED:
            words = toast(words, then=_("Nothing new was recorded."))
        return Answer(toast=_and_others(words, outcome), alert=True)
    if not outcome.recorded and outcome.to_choose:
        return Answer(toast=toast(_unsaid(outcome)), alert=True)
    names = ", ".join(_what(dose) for dose in outcome.recorded)
    if outcome.recorded and outcome.recorded[0].status == DoseStatus.SKIPPED:
        return Answer(toast=toast(_("Skipped: {names}").format(names=names)))
    return Answer(toast=_and_others(_("Taken: {names}").format(names=names), outcome))


def _and_others(words: str, outcome: Recorded) -> str:
    """Adds the open doses of the slot that weren't recorded because the message doesn't
    show them.
    """
    if outcome.to_choose:
        return toast(words, then=shorten(_unsaid(outcome), to=_UNSAID))
    if not outcome.left_open:
        return toast(words)
    others = ngettext(
        "{count} more still needs an answer: see the other card or /today.",
        "{count} more still need an answer: see the other card or /today.",
        outcome.left_open,
    ).format(count=outcome.left_open)
    return toast(words, then=others)


def _unsaid(outcome: Recorded) -> str:
    """Which doses aren't recorded because nobody has said how much of a range it was."""
    names = ", ".join(_what(dose) for dose in outcome.to_choose)
    return _("Please tap how much was given: {names}").format(names=names)


def ask_amount(dose: DoseFacts, *, member: Member, now: datetime) -> Answer:
    """Asks how much it was of a dose that is given in a range. Nothing is recorded yet."""
    words = _(
        "For <b>{person}</b>, family {family}:\n"
        "💊 <b>{name}</b> {amount}, due {due}. How much was given?"
    ).format(
        person=escape(dose.person),
        family=escape(family_name(member)),
        name=escape(dose.name),
        amount=escape(dose.dosage),
        due=due_moment(dose, now=now),
    )
    nothing = Button(_("✖️ Cancel"), Keep(family_id=member.family_id).encode())
    buttons = amount_buttons(dose, member, below=Below.QUESTION)
    return Answer(send=(Screen(words, in_rows([*buttons, nothing])),))


def amount_buttons(dose: DoseFacts, member: Member, *, below: Below) -> list[Button]:
    """A button for each amount of a dose that is given in a range."""
    return [
        Button(
            amount_label(amount, name=None),
            TakeAmount(
                family_id=member.family_id, dose_id=dose.id, chosen=ChosenBelow(choice, below)
            ).encode(),
        )
        for choice, amount in offered_amounts([dose])[dose.id]
    ]


def amount_is_another(dose: DoseFacts, *, member: Member, now: datetime) -> Answer:
    """The pressed button offered an amount of what has been changed since."""
    if dose.status in {DoseStatus.CANCELLED, *RESOLVED}:
        return Answer(toast=already(dose), alert=True)
    words = _("The amount has since been changed to {amount}, so nothing was recorded.")
    words = words.format(amount=shorten(dose.dosage, to=_AMOUNT))
    if dose.most is None:
        again = _("Please tap Taken again if {amount} was given.")
        then = again.format(amount=shorten(dose.dosage, to=_AMOUNT))
        return Answer(toast=toast(words, then=then), alert=True)
    asked = ask_amount(dose, member=member, now=now)
    return replace(asked, toast=toast(words), alert=True)


def snoozed(outcome: Snoozed) -> Answer:
    dose = outcome.dose
    if dose.status != DoseStatus.PENDING:
        return Answer(toast=already(dose), alert=True)
    if outcome.until is None:
        words = _(
            "I haven't snoozed it, because I only ask about this dose until {time}. Please record "
            "it before then."
        )
        return Answer(toast=words.format(time=clock_of(dose, dose.window_ends_at)), alert=True)
    return Answer(
        toast=_("I'll ask everyone again at {time}.").format(time=clock_of(dose, outcome.until))
    )


def held(outcome: Held) -> Answer:
    """The toast after I'm on it; everybody's card says so, too."""
    dose = outcome.doses[0]
    if outcome.until is None:
        return Answer(toast=already(dose), alert=True)
    words = _("Thank you. Everybody sees that you're on it. I'll wait until {time}.")
    return Answer(toast=words.format(time=clock_of(dose, outcome.until)))


def shown(dose: DoseFacts) -> Answer:
    """What became of a dose, for somebody who taps one that was already answered."""
    if dose.status == DoseStatus.PENDING:
        return Answer(toast=toast(_not_yet(dose)))
    return Answer(toast=already(dose))


def undone_toast(outcome: UndoneRecord) -> Answer:
    dose = outcome.dose
    if not outcome.is_correction:
        return Answer(toast=toast(_("Undone: {names}").format(names=_what(dose))))
    name = escape(shorten(dose.name, to=_NAME))
    again = unescape(again_words(dose, instead_of=outcome.before, what=name))
    return Answer(toast=toast(_("Correction undone. {again}").format(again=again)))


def recorded_otherwise(details: EntryDetails, *, member: Member) -> Answer:
    """What became of a record, for somebody whose message still shows the old one."""
    dose, last = details.dose, details.records[-1] if details.records else None
    if dose.status in RESOLVED:
        words = already(dose)
    elif last is not None and last.status == RecordStatus.UNDONE:
        words = _("{who} undid the record of {name}.")
        if last.by_id == member.user_id:
            words = _("You undid the record of {name}.")
        words = words.format(who=last.by, name=_what(dose))
        if dose.status == DoseStatus.PENDING:
            words += " " + _("Nothing is recorded for it now.")
    elif dose.status == DoseStatus.PENDING:
        words = _not_yet(dose)
    else:
        words = already(dose)
    return Answer(toast=toast(words), alert=True)


def which_dose(outcome: WhichDose, *, member: Member, now: datetime) -> Answer:
    """Somebody pressed a card of an earlier day: nothing is recorded until they say which day they
    mean.
    """
    first = outcome.pressed[0]
    slot = TakeNamedDoses(
        family_id=member.family_id,
        person_id=first.care_recipient_id,
        named=NamedDoses(first.due_at, outcome.part, digest_of(outcome.pressed)),
    )
    exactly: Press = TakeExactly(family_id=member.family_id, dose_id=first.id)
    that_one = ngettext(
        "✅ The one due {moment}", "✅ The ones due {moment}", len(outcome.pressed)
    ).format(moment=due_moment(first, now=now))
    for choice, amount in choices_of(first.planned) if outcome.given else ():
        if outcome.given and amount == outcome.given.amount:
            chosen = ChosenBelow(choice)
            exactly = TakeAmount(family_id=member.family_id, dose_id=first.id, chosen=chosen)
            that_one = _("✅ The one due {moment}: {amount}").format(
                moment=due_moment(first, now=now), amount=outcome.given.words
            )
    rows = [(Button(that_one, (slot if len(outcome.pressed) > 1 else exactly).encode()),)]
    names_of = dose_labels([*outcome.pressed, *outcome.others])
    for dose in outcome.others[:_MAX_OTHERS]:
        words = _("✅ {name}, {moment}").format(
            name=names_of[dose.id], moment=due_moment(dose, now=now)
        )
        other = TakeExactly(family_id=member.family_id, dose_id=dose.id)
        rows.append((Button(words, other.encode()),))
    nothing = Keep(family_id=member.family_id)
    rows.append((Button(_("✖️ Cancel"), nothing.encode()),))
    # A yes records all of them, so all of them are named.
    names = listed([escape(names_of[dose.id]) for dose in outcome.pressed])
    question = ngettext(
        "That card was for <b>{moment}</b>. Which dose of {names} was given?",
        "That card was for <b>{moment}</b>. Which doses of {names} were given?",
        len(outcome.pressed),
    ).format(moment=due_moment(first, now=now), names=names)
    return Answer(send=(Screen(question, tuple(rows)),))


def _what(dose: DoseFacts) -> str:
    """The name with the dosage: there may be another medicine of that name."""
    return f"{dose.name} {dose.given or dose.dosage}".strip()


def _not_yet(dose: DoseFacts) -> str:
    return _("Nothing is recorded for {name} yet.").format(name=_what(dose))


def already(dose: DoseFacts) -> str:
    """What became of a dose, for whoever answers second (no HTML)."""
    if dose.status == DoseStatus.CANCELLED:
        words = _("{name}: this dose is no longer due, so nothing was recorded.")
        return toast(
            words.format(name=_what(dose)), then=_("If it was given, record it with /give.")
        )
    who = dose.resolved_by or ""
    when = record_clock(dose)
    if dose.status == DoseStatus.SKIPPED:
        text = _("{name}: skipped, already recorded by {who}, {time}.")
    elif dose.status == DoseStatus.TAKEN:
        text = _("{name}: taken {time}, already recorded by {who}.")
    else:
        text = _("I've stopped asking about {name}: nobody recorded it in time.")
        then = _("If it was taken, tap Taken, or type /give.")
        return toast(text.format(name=_what(dose)), then=then)
    return toast(text.format(name=_what(dose), who=who, time=when))


def over_here() -> Screen:
    """A card in a group that the family doesn't use any more, or one that nothing edits."""
    return Screen(_("I don't keep this card up to date any more. /today in private shows all."))


def superseded() -> Screen:
    """A copy of a card that nothing edits any more, because it was sent twice."""
    return Screen(_("🔁 I've sent you this card twice. I only keep the other one up to date."))
