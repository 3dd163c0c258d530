"""What the operator is told: how much is late and since when, and nothing about any family."""

from collections.abc import Mapping
from datetime import datetime

from bot.ui.answer import Screen
from bot.ui.wording import _, ngettext
from bot.ui.words.times import length_words
from domain.reminders.auditor import Watched
from domain.reminders.invariants import Breach


def late(breaches: Mapping[Watched, Breach], *, now: datetime) -> Screen:
    """An alarm; or, if there are none, that it's over. *now* is aware."""
    if not breaches:
        return Screen(_("✅ CareCircle is on time again: nothing is late any more."))
    lines = [_("⚠️ <b>CareCircle is late.</b> Families may not be reminded in time.")]
    lines += [f"• {_line(rule, breach, now=now)}" for rule, breach in breaches.items()]
    lines.append(
        _(
            "Run <code>carecircle doctor --deep</code> and look at the log. I'll tell you again in"
            " an hour if this goes on, and when it's over."
        )
    )
    return Screen("\n".join(lines))


def _line(rule: Watched, breach: Breach, *, now: datetime) -> str:
    words = _words(rule, breach.count).format(count=breach.count)
    if breach.since is None:
        return words
    with_length = _("{what} ({length} late)")
    if breach.count > 1:
        with_length = _("{what} (up to {length} late)")
    return with_length.format(what=words, length=length_words(now - breach.since))


def _words(rule: Watched, count: int) -> str:
    match rule:
        case Watched.DOSE_TIMER:
            return ngettext(
                "{count} dose is waiting for its reminder or its next step",
                "{count} doses are waiting for their reminder or their next step",
                count,
            )
        case Watched.APPOINTMENT_TIMER:
            return ngettext(
                "{count} appointment is waiting for its reminder",
                "{count} appointments are waiting for their reminder",
                count,
            )
        case Watched.EXPANSION:
            return ngettext(
                "{count} medicine has no doses planned for tomorrow",
                "{count} medicines have no doses planned for tomorrow",
                count,
            )
        case Watched.MESSAGE:
            return ngettext(
                "{count} message hasn't been sent", "{count} messages haven't been sent", count
            )
        case Watched.EDIT:
            return ngettext(
                "{count} message still shows what was true before",
                "{count} messages still show what was true before",
                count,
            )
        case Watched.UPDATE:
            return ngettext(
                "{count} message or tap hasn't been answered",
                "{count} messages or taps haven't been answered",
                count,
            )
        case Watched.AUDIT:
            return _("I can't look into the database")
