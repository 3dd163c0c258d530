"""What is said after an appointment was added or changed, or after somebody offered to drive."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot.features.appointments.views.appointment_screen import screen
from bot.ui.answer import Answer, Screen
from bot.ui.buttons import undo_button
from bot.ui.distinct_labels import family_name
from bot.ui.length import label
from bot.ui.wording import _, escape
from bot.ui.words.times import named_day
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member

_MAX_GONE = 5  # days that are named


def saved(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    """What was added, for whom, and in which family."""
    return _done(_("✅ Saved in the family {family}."), facts, member=member, now=now)


def _done(words: str, facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    head = words.format(family=escape(family_name(member)))
    body = screen(facts, member=member, now=now)
    return Screen(f"{head}\n{body.text}", ((undo_button(),), *body.keyboard))


def moved(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    return _done(_("✅ Moved in the family {family}."), facts, member=member, now=now)


def changed(
    facts: OccurrenceFacts, *, member: Member, now: datetime, gone: Sequence[datetime] = ()
) -> Screen:
    """*gone* are the times (UTC) at which it no longer takes place."""
    screen = _done(_("✅ Changed in the family {family}."), facts, member=member, now=now)
    if not gone:
        return screen
    today = now.astimezone(facts.zone).date()
    days = [named_day(at.astimezone(facts.zone).date(), today=today) for at in gone]
    words = ", ".join(days[:_MAX_GONE])
    if len(days) > _MAX_GONE:
        words = _("{days} and {count} more").format(days=words, count=len(days) - _MAX_GONE)
    return replace(
        screen, text=screen.text + "\n" + _("No longer planned: {days}.").format(days=words)
    )


def called_off(body: Screen) -> Answer:
    toast = _("Called off here. Please tell the practice yourself. Restore brings it back.")
    return Answer(toast=toast, edit=body)


def will_remind(body: Screen) -> Answer:
    return Answer(toast=_("I'll remind everyone."), edit=body)


def restored(body: Screen) -> Answer:
    return Answer(toast=_("Restored. It's back on as planned."), edit=body)


def driving(facts: OccurrenceFacts, body: Screen | None, *, is_every: bool = False) -> Answer:
    toast = (
        _("Thank you. You're driving every time.") if is_every else _("Thank you. You're driving.")
    )
    other = next((conflict for conflict in facts.conflicts if conflict.driver), None)
    if other is None:
        return Answer(toast=toast, edit=body)
    words = _("⚠️ At the same time, you're also driving to {title} for {person}.")
    words = words.format(title=label(other.title), person=label(other.person))
    return Answer(toast=f"{toast} {words}", alert=True, edit=body)


def not_driving(body: Screen | None) -> Answer:
    return Answer(toast=_("All right. I'll ask who else can drive."), edit=body)


def noted(body: Screen | None) -> Answer:
    return Answer(toast=_("Noted. Thank you."), edit=body)


def changed_meanwhile(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    body = screen(facts, member=member, now=now)
    head = _("Somebody has changed it in the meantime. It's now:")
    return Screen(f"{head}\n{body.text}", body.keyboard)
