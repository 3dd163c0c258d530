"""Messages that nobody asked for: missed doses, and who has joined."""

from bot.views.answer import Screen
from bot.views.dose_times import due_clock
from bot.views.families import role_name
from bot.views.length import fitting
from bot.views.times import weekday_name
from bot.views.wording import _, escape, ngettext
from domain.access import Role
from domain.cards import JoinedFacts, SummaryFacts
from domain.doses import DoseFacts


def summary(facts: SummaryFacts) -> Screen:
    """One message for all doses whose window ended in one minute."""
    count = len(facts.doses)
    if facts.was_asked:
        title = ngettext(
            "⚠️ <b>{person}</b>: nobody recorded this dose in time.",
            "⚠️ <b>{person}</b>: nobody recorded these doses in time.",
            count,
        )
    else:
        title = ngettext(
            "❔ <b>{person}</b>: I could not ask about this dose in time. Was it taken?",
            "❔ <b>{person}</b>: I could not ask about these doses in time. Were they taken?",
            count,
        )
    lines = [title.format(person=escape(facts.person))]
    lines += fitting([_line(dose, facts) for dose in facts.doses])
    lines.append(_("Type /today to record what happened."))
    return Screen("\n".join(lines))


def closed() -> Screen:
    """What stands in the place of messages of a family that their reader has left."""
    return Screen(_("You're not in this family any more."))


def _spans_days(facts: SummaryFacts) -> bool:
    """After an outage of days, a time of day says too little."""
    return len({dose.local.date() for dose in facts.doses}) > 1


def _line(dose: DoseFacts, facts: SummaryFacts) -> str:
    time = due_clock(dose, reader_zone=facts.reader_zone)
    if _spans_days(facts):
        time = _("{day} {clock}").format(day=weekday_name(dose.local.date()), clock=time)
    what = f"{escape(dose.name)} {escape(dose.dosage)}"
    return _("• {time} {what}").format(time=time, what=what)


def joined(facts: JoinedFacts) -> Screen:
    return Screen(
        _("👋 {name} has joined the family <b>{family}</b>. Their role: {role}.").format(
            name=escape(facts.name),
            family=escape(facts.family_name),
            role=role_name(Role(facts.role)),
        )
    )
