"""What was given in the last hours or days."""

from collections.abc import Sequence
from datetime import datetime

from bot.features.overview.views.own_words import for_person, home_buttons
from bot.ui.answer import Screen
from bot.ui.length import fitting
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.dose_times import moment_of
from domain.database.scope import Member
from domain.medicines.doses.facts import DoseFacts


def given_since(
    taken: Sequence[DoseFacts],
    *,
    names: Sequence[str],
    person: str,
    hours: int,
    most: int | None,
    is_complete: bool,
    names_people: bool,
    member: Member,
    now: datetime,
) -> Screen:
    """What was given within so many *hours* up to now; *most* is the maximum that was set."""
    what = listed(list(names)) if names else person or _("All medicines")
    length = (
        ngettext("in the last {count} day", "in the last {count} days", hours // 24)
        if hours > 24 and hours % 24 == 0
        else ngettext("in the last {count} hour", "in the last {count} hours", hours)
    ).format(count=hours // 24 if hours > 24 and hours % 24 == 0 else hours)
    lines = [_("🔎 <b>{what}</b>, {day}").format(what=escape(what), day=length)]
    for dose in taken:
        at = dose.taken_at or dose.due_at
        given = f"{escape(dose.name)} {escape(dose.given or dose.dosage)}"
        lines.append(
            _("• {moment}: {what}, recorded by {who}").format(
                moment=moment_of(dose, at, dose.taken_zone, now=now, reader_zone=member.zone),
                what=for_person(given, dose) if names_people else given,
                who=escape(dose.resolved_by or ""),
            )
        )
    count = len(taken)
    total = ngettext("{count} dose is recorded.", "{count} doses are recorded.", count)
    lines.append(total.format(count=count) if count else _("No dose is recorded."))
    if most is not None:
        lines.append(
            ngettext(
                "At most {count} dose in 24 hours was set.",
                "At most {count} doses in 24 hours were set.",
                most,
            ).format(count=most)
        )
    if not is_complete:
        lines.append(_("There are more: /history"))
    return Screen("\n".join(fitting(lines)), home_buttons("today", "history"))
