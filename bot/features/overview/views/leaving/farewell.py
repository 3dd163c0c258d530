"""`/deleteme`: what becomes of what somebody leaves behind, asked twice."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.features.overview.views.leaving.dissolution import purge_day
from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.length import MAX_ROWS, fitting, label
from bot.ui.presses.overview import ConfirmErasure, Dissolve, EraseMe, NameAdmin, StayHere
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.appointment_times import appointment_moment
from domain.overview.leaving.dissolution import PURGED_AFTER
from domain.overview.leaving.erasure import FamilyLeft, Farewell
from domain.overview.leaving.promises import Promises

_MOST_PROMISES = 5  # of each kind, named


def ask(farewell: Farewell, *, now: datetime, zone: ZoneInfo | None) -> Screen:
    """What erasing does; if somebody has to be put in charge first, how."""
    lines = [
        _("🗑 <b>Deleting your account</b>"),
        "",
        _(
            "I'd forget you: your name, your Telegram account, your settings, and what we've been "
            "talking about. You'd get no more messages."
        ),
        _(
            "What you recorded stays with your family, because somebody's care may depend on it. "
            "It will say “former member” instead of your name."
        ),
        *_of_families(farewell, now=now, zone=zone),
        "",
    ]
    if farewell.blocked_by:
        return Screen("\n".join(lines[:-1]), (*_put_in_charge(farewell), (_stay(),)))
    lines.append(_("If you want to keep a copy of what you can read, type /export first."))
    go_on = Button(_("Go on"), ConfirmErasure(digest=farewell.digest).encode())
    return Screen("\n".join(lines), ((go_on,), (_stay(),)))


def ask_again(farewell: Farewell) -> Screen:
    names = [_("<b>{family}</b>").format(family=escape(each.name)) for each in farewell.families]
    lines = [_("⚠️ <b>Delete your account for good?</b>"), ""]
    if names:
        lines.append(_("You'd leave {families}.").format(families=listed(fitting(names))))
    lines.append(_("This can't be undone, by anybody."))
    erase = Button(_("🗑 Delete me for good"), EraseMe(digest=farewell.digest).encode())
    return Screen("\n".join(lines), ((erase,), (_stay(),)))


def changed(screen: Screen) -> Answer:
    """What it would do has changed since the question: it's asked anew."""
    words = _("Something has changed since I asked. Please read it again.")
    return Answer(toast=words, alert=True, edit=screen)


def erased(farewell: Farewell, *, zone: ZoneInfo | None) -> Answer:
    """The last message to them: what ends with them is named with its day, as nobody else hears."""
    lines = [
        _(
            "👋 Your account is deleted. I don't know you any more, and won't write to you "
            "again. If you ever tap Start, we begin from scratch."
        )
    ]
    for family in farewell.families:
        if family.is_left_empty and family.purge_at is not None:
            words = _(
                "🗑 Nobody is in the family <b>{family}</b> any more. I remind nobody, and on {day} "
                "everything in it is deleted. Nobody can stop that now."
            )
            day = purge_day(family.purge_at, zone)
            lines.append(words.format(family=escape(family.name), day=day))
    return Answer(edit=Screen("\n\n".join(fitting(lines))))


def stayed() -> Answer:
    return Answer(edit=Screen(_("Nothing was changed. I'm glad you're staying.")))


def admin_named(name: str, screen: Screen) -> Answer:
    return Answer(toast=_("{name} is an admin now.").format(name=name), edit=screen)


def _stay() -> Button:
    return Button(_("Keep my account"), StayHere().encode())


def _of_families(farewell: Farewell, *, now: datetime, zone: ZoneInfo | None) -> Iterator[str]:
    for family in farewell.families:
        yield ""
        yield _("👪 <b>{family}</b>").format(family=escape(family.name))
        yield _who_stays(family, now=now, zone=zone)
        if family.is_left_empty:
            yield _(
                "If somebody should go on with it, type /invite admin first, and wait until they "
                "have joined."
            )
        if family.purge_at is not None and not family.is_left_empty:
            yield _("It's deleted on {day} anyway.").format(day=purge_day(family.purge_at, zone))
        yield from _promises(family.promises, now=now, zone=zone)


def _who_stays(family: FamilyLeft, *, now: datetime, zone: ZoneInfo | None) -> str:
    names = listed(fitting([escape(other.name) for other in family.others], room=300))
    if family.needs_admin:
        return _(
            "⚠️ You're its only admin, and {names} would be left without one. Please make somebody "
            "else an admin first, or dissolve the family."
        ).format(names=names)
    if family.is_left_empty:
        purge_at = family.purge_at or now + PURGED_AFTER
        return _(
            "⚠️ You're its only member. Nobody will be reminded any more, and on {day} everything "
            "in it is deleted."
        ).format(day=purge_day(purge_at, zone))
    return _("Still there after you: {names}. What's recorded stays with them.").format(names=names)


def _promises(promises: Promises, *, now: datetime, zone: ZoneInfo | None) -> Iterator[str]:
    for drive in promises.drives[:_MOST_PROMISES]:
        when = appointment_moment(drive, drive.starts_at, now=now, reader_zone=zone)
        yield _("🚗 You wouldn't drive any more: {title}, {when}. I'd tell the others.").format(
            title=escape(drive.details.title), when=when
        )
    more = len(promises.drives) - _MOST_PROMISES
    if more > 0:
        yield ngettext("🚗 … and {count} more drive", "🚗 … and {count} more drives", more).format(
            count=more
        )
    refills = [escape(each.name) for each in promises.refills]
    if refills:
        yield _("📦 You wouldn't get more of {names}. I'd tell the others.").format(
            names=listed(fitting(refills, room=300))
        )
    held = [escape(each.name) for each in promises.held_doses]
    if held:
        yield _("🙋 You wouldn't be on it any more: {names}. I'd ask the others at once.").format(
            names=listed(fitting(list(dict.fromkeys(held)), room=300))
        )


def _put_in_charge(farewell: Farewell) -> Keyboard:
    rows: list[tuple[Button, ...]] = []
    blocked: Sequence[FamilyLeft] = farewell.blocked_by
    for family in blocked:
        for other in family.others[: max(1, MAX_ROWS // len(blocked) // 2)]:
            words = _("Make {name} an admin").format(name=other.name)
            if len(farewell.families) > 1:
                words = _("Make {name} an admin of {family}").format(
                    name=other.name, family=family.name
                )
            press = NameAdmin(family_id=family.id, user_id=other.user_id)
            rows.append((Button(label(words), press.encode()),))
        words = _("Dissolve {family} …").format(family=family.name)
        rows.append((Button(label(words), Dissolve(family_id=family.id, step=1).encode()),))
    return tuple(rows)
