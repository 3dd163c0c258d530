"""What is said after an appointment was added or changed, or after somebody offered to drive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.features.appointments.views.appointment_screen import screen
from bot.ui.answer import Answer, Screen
from bot.ui.buttons import undo_button
from bot.ui.distinct_labels import family_name
from bot.ui.wording import _, escape
from bot.ui.words.times import day_words
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member

_MAX_GONE = 5  # days that are named


def saved(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    """What was added, for whom, and in which family."""
    return _done(_("✅ Saved in family {family}."), facts, member=member, now=now)


def _done(words: str, facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    head = words.format(family=escape(family_name(member)))
    body = screen(facts, member=member, now=now)
    return Screen(f"{head}\n{body.text}", ((undo_button(),), *body.keyboard))


def moved(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    return _done(_("✅ Moved in family {family}."), facts, member=member, now=now)


def changed(
    facts: OccurrenceFacts, *, member: Member, now: datetime, gone: Sequence[datetime] = ()
) -> Screen:
    """*gone* are the times (UTC) at which it no longer takes place."""
    screen = _done(_("✅ Changed in family {family}."), facts, member=member, now=now)
    if not gone:
        return screen
    today = now.astimezone(facts.zone).date()
    days = [day_words(at.astimezone(facts.zone).date(), today=today) for at in gone]
    words = ", ".join(days[:_MAX_GONE])
    if len(days) > _MAX_GONE:
        words = _("{days} and {count} more").format(days=words, count=len(days) - _MAX_GONE)
    return replace(
        screen, text=screen.text + "\n" + _("No longer planned: {days}.").format(days=words)
    )


def called_off(body: Screen) -> Answer:
    return Answer(toast=_("Called off. Tap Restore to bring it back."), edit=body)


def will_remind(body: Screen) -> Answer:
    return Answer(toast=_("I'll remind you."), edit=body)


def restored(body: Screen) -> Answer:
    return Answer(toast=_("Restored. It's back on as planned."), edit=body)


def driving(facts: OccurrenceFacts, body: Screen | None, *, is_every: bool = False) -> Answer:
    toast = (
        _("Thank you. You're driving every time.") if is_every else _("Thank you. You're driving.")
    )
    if any(conflict.driver for conflict in facts.conflicts):
        toast += " " + _(
            "You're driving to something else at that time, too. Please check the appointment."
        )
    return Answer(toast=toast, edit=body)


def not_driving(body: Screen | None) -> Answer:
    return Answer(toast=_("All right. I'll ask the others."), edit=body)


def noted(body: Screen | None) -> Answer:
    return Answer(toast=_("Noted. Thank you."), edit=body)


def changed_meanwhile(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    body = screen(facts, member=member, now=now)
    head = _("Somebody has changed it in the meantime. It's now:")
    return Screen(f"{head}\n{body.text}", body.keyboard)
