"""/settings: what the reader hears, and when; a test reminder."""

from collections.abc import Sequence

from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.buttons import in_rows, test_button
from bot.ui.distinct_labels import family_name
from bot.ui.length import MAX_ROWS, fitting, label, shorten
from bot.ui.presses.family import (
    FamilySettings,
    HideNames,
    HoursOf,
    OwnClock,
    SetHearing,
    SetHourCycle,
    SetHours,
    ShowHearing,
)
from bot.ui.presses.overview import RunCommand, SetChangeNotices
from bot.ui.wording import _, escape, listed
from bot.ui.words.dose_times import zone_words
from bot.ui.words.times import show_clock
from domain.database.scope import Member
from domain.family.settings.hearing import Hearing
from domain.family.settings.hours import OwnHours
from domain.family.settings.overview import SettingsFacts
from domain.family.settings.test_message import TestFacts
from domain.family.unreachable import UnreachableFacts
from domain.models.family import Hears, HourCycle


def settings(facts: SettingsFacts, *, member: Member) -> Screen:
    """The reader's own; the family's are a button away."""
    title = _("⚙️ <b>Settings</b> for you, family {family}")
    lines = [title.format(family=escape(family_name(member))), ""]
    lines += [_hearing_line(each) for each in facts.hearing]
    lines += [
        _("✏️ I tell you what others change.")
        if facts.hears_of_changes
        else _("✏️ I don't tell you what others change."),
        "",
        *_hours_lines(facts),
        _("🙈 Reminders don't say what is taken.")
        if facts.hours.hides_names
        else _("💬 Reminders say what is taken."),
    ]
    return Screen("\n".join(fitting(lines)), _buttons(facts, member))


def _hearing_line(about: Hearing) -> str:
    words = _("🔔 <b>{person}</b>: only {what}")
    if about.hears is Hears.EVERYTHING:
        words = _("🔔 <b>{person}</b>: {what}")
    return words.format(person=escape(about.person), what=level_in_words(about.hears))


def level_in_words(hears: Hears) -> str:
    match hears:
        case Hears.EVERYTHING:
            return _("everything")
        case Hears.MISSED:
            return _("missed doses and refills")
        case Hears.DIGEST:
            return _("a digest in the morning")
        case Hears.EMERGENCIES:
            return _("emergencies")


def _hours_lines(facts: SettingsFacts) -> Sequence[str]:
    hours = facts.hours
    if hours.zone is None:
        return []
    zone = zone_words(hours.zone)
    clock = (
        _("🕑 Your clock: {zone}") if hours.is_own_zone else _("🕑 Your clock: {zone} (assumed)")
    )
    lines = [
        _("☀️ Morning digest: {time}").format(time=_time_or_none(hours, HoursOf.MORNING)),
        _("🌙 Evening summary: {time}").format(time=_time_or_none(hours, HoursOf.EVENING)),
        _("🌃 Quiet hours: {time}").format(time=_time_or_none(hours, HoursOf.QUIET)),
        clock.format(zone=zone),
    ]
    unheard = [each.person for each in facts.hearing if each.hears is Hears.DIGEST]
    if unheard and hours.morning_at is None:
        words = _("⚠️ Without a morning digest you hear only of emergencies about {people}.")
        lines.insert(1, words.format(people=escape(listed(unheard))))
    return lines


def _time_or_none(hours: OwnHours, which: HoursOf) -> str:
    return hours_in_words(hours, which) or _("none")


def hours_in_words(hours: OwnHours, which: HoursOf) -> str:
    """ "07:30", or "22:00 to 07:00" of quiet hours; empty if there are none."""
    at = hours.morning_at if which is HoursOf.MORNING else hours.evening_at
    if which is not HoursOf.QUIET:
        return "" if at is None else show_clock(at)
    if hours.quiet is None:
        return ""
    return _("{start} to {end}").format(
        start=show_clock(hours.quiet.starts), end=show_clock(hours.quiet.ends)
    )


def _buttons(facts: SettingsFacts, member: Member) -> Keyboard:
    family_id, hides = member.family_id, facts.hours.hides_names
    people = [
        Button(
            label(_("🔔 About {person}").format(person=each.person)),
            ShowHearing(family_id=family_id, person_id=each.person_id).encode(),
        )
        for each in facts.hearing[:MAX_ROWS]
    ]

    def hours(which: HoursOf, words: str) -> Button:
        return Button(words, SetHours(family_id=family_id, which=which).encode())

    is_24 = member.hour_cycle is HourCycle.H23
    cycle = SetHourCycle(family_id=family_id, cycle=HourCycle.H12 if is_24 else HourCycle.H23)
    clock = Button(_("🕑 My own clock"), OwnClock(family_id=family_id).encode())
    hide = HideNames(family_id=family_id, hidden=not hides)
    hears = SetChangeNotices(family_id=family_id, is_wanted=not facts.hears_of_changes)
    rows: list[tuple[Button, ...]] = [(button,) for button in people]
    if facts.hours.zone is not None:
        morning = hours(HoursOf.MORNING, _("☀️ Morning digest"))
        evening = hours(HoursOf.EVENING, _("🌙 Evening summary"))
        rows += [(morning, evening), (hours(HoursOf.QUIET, _("🌃 Quiet hours")), clock)]
    else:
        rows.append((clock,))
    tell = _("✏️ Tell me what others change")
    show_hours = _("🕗 Show 8:00 pm, not 20:00") if is_24 else _("🕗 Show 20:00, not 8:00 pm")
    say_names = _("💬 Say what is taken") if hides else _("🙈 Don't say what is taken")
    return (
        *rows,
        (Button(show_hours, cycle.encode()), Button(say_names, hide.encode())),
        (
            Button(
                _("✏️ Don't tell me what others change") if facts.hears_of_changes else tell,
                hears.encode(),
            ),
        ),
        (
            test_button(member),
            Button(_("👪 For the family"), FamilySettings(family_id=family_id).encode()),
        ),
    )


def hearing(about: Hearing, *, member: Member) -> Screen:
    """What the reader hears about a person, and what else they could."""
    title = _("🔔 What should I tell you about <b>{person}</b>? Now: {what}.")
    lines = [
        title.format(person=escape(about.person), what=level_in_words(about.hears)),
        _("• <b>Everything</b>: I remind you of doses and appointments."),
        _("• <b>Missed doses and refills</b>: when nobody has recorded a dose, or a stock is low."),
        _("• <b>A digest in the morning</b>: what is due that day, and emergencies."),
        _("• <b>Only emergencies</b>: calls for help, and doses if I reach nobody else."),
    ]
    words = {
        Hears.EVERYTHING: _("🔔 Everything"),
        Hears.MISSED: _("⚠️ Missed doses and refills"),
        Hears.DIGEST: _("☀️ A digest in the morning"),
        Hears.EMERGENCIES: _("🚨 Only emergencies"),
    }
    buttons = [
        Button(
            words[each],
            SetHearing(family_id=member.family_id, person_id=about.person_id, hears=each).encode(),
        )
        for each in Hears
        if each is not about.hears
    ]
    return Screen("\n".join(lines), in_rows([*buttons, settings_button()]))


def hearing_set(screen: Screen, about: Hearing) -> Answer:
    words = _("From now on I tell you about {person}: {what}.")
    return Answer(
        toast=words.format(person=shorten(about.person, to=80), what=level_in_words(about.hears)),
        edit=screen,
    )


def names_hidden(screen: Screen, *, hidden: bool) -> Answer:
    words = _("From now on my reminders say what is taken.")
    if hidden:
        words = _("From now on my reminders don't say what is taken. A button shows it.")
    return Answer(toast=words, edit=screen)


def settings_button() -> Button:
    return Button(_("⚙️ Settings"), RunCommand(command="settings").encode())


def test_on_its_way() -> Answer:
    return Answer(toast=_("A test reminder is on its way to you."))


def test(facts: TestFacts) -> Screen:
    """What arrives."""
    words = _("🧪 This is a test reminder. Reminders reach you.")
    if facts.zone is not None:
        words = _("🧪 This is a test reminder, asked for at {time}. Reminders reach you.").format(
            time=show_clock(facts.asked_at.astimezone(facts.zone))
        )
    hint = _("If your phone made no sound, unmute this chat in Telegram.")
    return Screen(f"{words}\n{hint}")


def unreachable(facts: UnreachableFacts) -> Screen:
    """An admin hears who doesn't get any reminders, and who is left."""
    if facts.is_reachable_again:
        words = _("✅ I can write to <b>{name}</b> again (family {family}).")
    elif facts.asked:
        words = _(
            "⚠️ <b>{name}</b> has blocked me and gets no reminders (family {family}).\n"
            "I can still ask {asked} about doses."
        )
    else:
        words = _(
            "🚨 <b>{name}</b> has blocked me, and there's nobody left whom I could ask about "
            "doses (family {family}). Please invite somebody: /invite"
        )
    return Screen(
        words.format(
            name=escape(facts.name),
            family=escape(facts.family_name),
            asked=escape(listed(list(facts.asked))),
        )
    )
