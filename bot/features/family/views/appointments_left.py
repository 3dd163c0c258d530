"""What to do with appointments in the old time zone after a person has moved."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ui.answer import Button, Screen
from bot.ui.length import fitting
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.appointment_times import span_words
from bot.ui.words.dose_times import place_name
from domain.appointments.changes.clocks import MovedToHomeZone
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member

_SHOWN = 5


def places(found: Sequence[OccurrenceFacts]) -> str:
    """ "London", "Berlin and London": where they take place."""
    return listed(sorted({place_name(facts.zone) for facts in found}))


def lines(found: Sequence[OccurrenceFacts], *, member: Member, now: datetime) -> list[str]:
    """The first few, each with its next time, and how many more there are (HTML)."""
    shown = [_line(facts, reader_zone=member.zone, now=now) for facts in found[:_SHOWN]]
    more = len(found) - len(shown)
    if more:
        words = ngettext("… and {count} more", "… and {count} more", more)
        shown.append(words.format(count=more))
    return shown


def _line(facts: OccurrenceFacts, *, reader_zone: ZoneInfo | None, now: datetime) -> str:
    form = _("• {title}, next: {when}") if facts.recurrence else _("• {title}, {when}")
    return form.format(
        title=escape(facts.details.title),
        when=span_words(facts, reader_zone=reader_zone, now=now),
    )


def ask(
    person: str,
    *,
    count: int,
    place: str,
    zone: ZoneInfo,
    shown: Sequence[str],
    buttons: Sequence[Button],
) -> Screen:
    """Keep them, or move them to the person's new *zone*? *shown* are :func:`lines`."""
    head = ngettext(
        "📅 {person} has {count} appointment that's set to {place} time:",
        "📅 {person} has {count} appointments that are set to {place} time:",
        count,
    ).format(person=escape(person), count=count, place=escape(place))
    question = ngettext(
        "If it takes place in {place}, keep it as it is. Should I move it to the same time of day"
        " in {new_place}?",
        "If they take place in {place}, keep them as they are. Should I move them to the same time"
        " of day in {new_place}?",
        count,
    ).format(place=escape(place), new_place=place_name(zone))
    return Screen("\n".join([*fitting([head, *shown]), question]), tuple((b,) for b in buttons))


def none_left() -> Screen:
    return Screen(_("There's nothing left to move."))


def none_left_label() -> str:
    return _("OK")


def stay_label(place: str) -> str:
    return _("Keep {place} time").format(place=place)


def follow_label(zone: ZoneInfo) -> str:
    return _("Move to {place} time").format(place=place_name(zone))


def stay(place: str) -> Screen:
    return Screen(_("✅ Nothing was changed. Still on {place} time.").format(place=escape(place)))


def followed(found: MovedToHomeZone, *, zone: ZoneInfo, member: Member, now: datetime) -> Screen:
    """Those that were moved, and how many couldn't be."""
    said = []
    if found.moved:
        head = _("✅ Moved to {place} time in the family {family}:")
        said.append(head.format(place=place_name(zone), family=escape(member.family_name)))
        said += lines(found.moved, member=member, now=now)
    if found.stayed:
        words = ngettext(
            "{count} appointment stays as it was: on {place} time it would already be over.",
            "{count} appointments stay as they were: on {place} time they would already be over.",
            found.stayed,
        )
        said.append(words.format(count=found.stayed, place=place_name(zone)))
    return Screen("\n".join(fitting(said))) if said else none_left()
