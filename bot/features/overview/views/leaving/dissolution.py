"""Dissolving a family, asked twice; taking that back; and what the others are told."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.family.views.families import keep_button
from bot.ui.answer import Answer, Button, Screen
from bot.ui.length import label
from bot.ui.presses.overview import Dissolve, Keep
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.dates import full_date
from domain.database.scope import Member
from domain.overview.leaving.dissolution import PURGED_AFTER
from domain.overview.leaving.family_news import FamilyNewsFacts, NewsOf


def purge_day(purge_at: datetime, zone: ZoneInfo | None) -> str:
    """ "31 December 2026"."""
    return full_date(purge_at.astimezone(zone or UTC).date())


def ask(member: Member, others: list[str]) -> Screen:
    days = PURGED_AFTER.days
    lines = [
        _("🗑 <b>Dissolving the family {family}</b>").format(family=escape(member.family_name)),
        "",
        ngettext(
            "After {count} day, everything in it is deleted for good: people, medicines, records, "
            "appointments, doctors.",
            "After {count} days, everything in it is deleted for good: people, medicines, records, "
            "appointments, doctors.",
            days,
        ).format(count=days),
        _("Until then it goes on: I still remind you, and any admin can take it back."),
    ]
    if others:
        lines.append(_("I'd tell {names} now.").format(names=escape(listed(others))))
    lines.append(_("To keep a copy of everything, type /export."))
    return Screen("\n".join(lines), _buttons(member.family_id, _("Go on"), step=2))


def ask_again(member: Member) -> Screen:
    name = member.family_name
    words = _("⚠️ Are you sure that you want to dissolve <b>{family}</b>?")
    sure = label(_("🗑 Dissolve {family}").format(family=name))
    return Screen(words.format(family=escape(name)), _buttons(member.family_id, sure, step=3))


def _buttons(family_id: UUID, words: str, *, step: int) -> tuple[tuple[Button, ...], ...]:
    go_on = Button(words, Dissolve(family_id=family_id, step=step).encode())
    return ((go_on,), (Button(_("Keep the family"), Keep(family_id=family_id).encode()),))


def dissolved(member: Member, purge_at: datetime, *, has_others: bool) -> Answer:
    words = _(
        "🗑 The family <b>{family}</b> will be deleted on {day}. Until then it goes on, reminders "
        "included. You can take it back here or with /family."
    )
    if has_others:
        words = _(
            "🗑 The family <b>{family}</b> will be deleted on {day}. I've told the others. Until "
            "then it goes on, reminders included, and any admin can take it back here or with "
            "/family."
        )
    text = words.format(family=escape(member.family_name), day=purge_day(purge_at, member.zone))
    return Answer(edit=Screen(text, ((keep_button(member.family_id),),)))


def kept(member: Member, *, has_others: bool) -> Answer:
    words = _("👪 The family <b>{family}</b> stays.")
    if has_others:
        words = _("👪 The family <b>{family}</b> stays. I've told the others.")
    text = words.format(family=escape(member.family_name))
    return Answer(send=(Screen(text),), closes=True)


def news(facts: FamilyNewsFacts) -> Screen:
    """To another member."""
    match facts.event:
        case NewsOf.DISSOLVED if facts.purge_at is None:
            words = _("👪 {by} wanted to dissolve the family <b>{family}</b>. It stays after all.")
        case NewsOf.DISSOLVED:
            words = _(
                "🗑 {by} has dissolved the family <b>{family}</b>. On {day} everything in it is "
                "deleted. Until then it goes on, reminders included, and any admin can take it "
                "back. For a copy of everything, type /export."
            )
        case NewsOf.KEPT:
            words = _("👪 {by} has taken back that <b>{family}</b> is dissolved. It stays.")
        case NewsOf.ERASED:
            words = _(
                "👋 Somebody in the family <b>{family}</b> has deleted their account with me. What "
                "they recorded stays. /family shows who's still there."
            )
    day = "" if facts.purge_at is None else purge_day(facts.purge_at, None)
    text = words.format(by=escape(facts.by), family=escape(facts.family_name), day=day)
    can_keep = facts.event is NewsOf.DISSOLVED and facts.purge_at is not None and facts.is_admin
    return Screen(text, ((keep_button(facts.family_id),),) if can_keep else ())
