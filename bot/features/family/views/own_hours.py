"""Asking when a member wants a digest, or no sound."""

from collections.abc import Sequence

from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.presses.family import HoursOf
from bot.ui.wording import _, escape


def ask(which: HoursOf, *, now: str, zone: str, buttons: Sequence[Button]) -> Screen:
    """*now* is empty if there are none."""
    words = {
        HoursOf.MORNING: _("☀️ When should I send you what is due and planned that day?"),
        HoursOf.EVENING: _("🌙 When should I send you what was given that day, and what wasn't?"),
        HoursOf.QUIET: _(
            "🌃 Between which times should my messages make no sound for you? You still get them. "
            "If nobody else can be asked about a dose, they do make one."
        ),
    }
    current = _("Now: {hours}, {zone}.") if now else _("There are none now. I go by {zone}.")
    if which is not HoursOf.QUIET and not now:
        current = _("Now: never. I go by {zone}.")
    typed = _("Tap a time, or type another one, like <code>6:45</code>.")
    if which is HoursOf.QUIET:
        typed = _("Tap, or type other times, like <code>21:30 to 6:45</code>.")
    lines = [words[which], current.format(hours=now, zone=zone), typed]
    return Screen("\n".join(lines), in_rows(buttons, of=3 if which is not HoursOf.QUIET else 1))


def none_label(which: HoursOf) -> str:
    return _("🔔 No quiet hours") if which is HoursOf.QUIET else _("✖️ Never")


def unreadable(text: str, which: HoursOf) -> Screen:
    words = _(
        "I can't read “{text}” as a time. Type one like <code>7:30</code>, or <code>off</code>."
    )
    if which is HoursOf.QUIET:
        words = _(
            "I can't read “{text}” as two times. Type them like <code>22:00 to 7:00</code>, or "
            "<code>off</code>."
        )
    return Screen(words.format(text=escape(text[:60])))


def clash(which: HoursOf) -> Screen:
    if which is HoursOf.QUIET:
        return Screen(
            _(
                "Those hours would never end, and you'd hear nothing. Type two different times. To "
                "hear of less, choose that for each person in /settings."
            )
        )
    return Screen(_("The other digest comes at that time already. Please choose another one."))


def saved(which: HoursOf, hours: str, screen: Screen) -> Answer:
    words = {
        HoursOf.MORNING: _("✅ You get a digest every morning at {hours}."),
        HoursOf.EVENING: _("✅ You get a summary every day at {hours}."),
        HoursOf.QUIET: _("✅ My messages to you make no sound from {hours}."),
    }
    none = {
        HoursOf.MORNING: _("✅ I send you no digest in the morning."),
        HoursOf.EVENING: _("✅ I send you no summary in the evening."),
        HoursOf.QUIET: _("✅ My messages make a sound at any time."),
    }
    said = words[which].format(hours=hours) if hours else none[which]
    return Answer(send=(Screen(said), screen))
