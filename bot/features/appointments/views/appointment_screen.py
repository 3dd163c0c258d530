"""The screen of an appointment."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.features.appointments.views.appointment_buttons import appointment_buttons
from bot.features.appointments.views.appointment_lines import (
    details_lines,
    driver_line,
    outcome_line,
    title_line,
    when_line,
    will_remind_line,
)
from bot.ui.answer import Screen
from bot.ui.wording import _, escape
from bot.ui.words.appointment_times import span_words
from domain.appointments.occurrences.facts import Conflict, OccurrenceFacts
from domain.database.scope import Member


def screen(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    """Everything that is known about an appointment, and what can be done with it."""
    lines = [title_line(facts), when_line(facts, reader_zone=member.zone, now=now)]
    lines += details_lines(facts.details)
    if facts.is_planned and facts.ends_at > now:
        lines.append(driver_line(facts))
        if facts.starts_at > now:
            lines.append(will_remind_line(facts, now=now))
    if facts.outcome_at is not None:
        lines.append(outcome_line(facts))
    lines += [_conflict(conflict, reader_zone=member.zone, now=now) for conflict in facts.conflicts]
    return Screen("\n".join(lines), appointment_buttons(facts, member=member, now=now))


def _conflict(conflict: Conflict, *, reader_zone: ZoneInfo | None, now: datetime) -> str:
    when = span_words(conflict, reader_zone=reader_zone, now=now)
    if conflict.comes_again:
        when = _("{when}, and on other days").format(when=when)
    title = escape(conflict.title)
    if conflict.driver is not None:
        return _("⚠️ {driver} is also driving to {title} for {person}: {when}").format(
            driver=escape(conflict.driver), title=title, person=escape(conflict.person), when=when
        )
    return _("⚠️ At the same time: {title}, {when}").format(title=title, when=when)
