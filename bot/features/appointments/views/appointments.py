"""Appointments: what is said of one, the lists, and the questions about them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.apart import family_name
from bot.ui.buttons import undo_button
from bot.ui.callbacks import NEW_MESSAGE, Callback, Verb
from bot.ui.length import fitting, label
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.appointment_times import (
    appointment_clock,
    appointment_moment,
    day_of,
    days_words,
    is_elsewhere,
    place_clock,
    span_words,
)
from bot.ui.words.dose_times import differ, named_clock, place_name
from bot.ui.words.pauses import end_words, pause_words
from bot.ui.words.phones import map_link, phone_words
from bot.ui.words.repeats import repeat_words
from bot.ui.words.times import day_words, full_date, named_day, short_month_name, weekday_name
from domain.access import Action, may
from domain.appointments.appointments import (
    MOST_REMINDERS,
    Conflict,
    Details,
    DoctorNamed,
    OccurrenceFacts,
    OccurrencePage,
)
from domain.appointments.ladder import DAY_MINUTES, Reminder
from domain.appointments.recurrences import Recurrence
from domain.database.scope import Member
from domain.local_time import resolve_local
from domain.models.appointments import OccurrenceStatus
from domain.timers import EVENING

_MOST_GONE = 5  # days that are named
LAST_MINUTES = 10
ON_SCREEN, EVERY_TIME, ON_REMINDER = "s", "a", "r"  # where a button about driving stands


def saved(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    """What was added, for whom and in which family."""
    return _done(_("✅ Saved in family {family}."), facts, member=member, now=now)


def _done(words: str, facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    head = words.format(family=escape(family_name(member)))
    body = screen(facts, member=member, now=now)
    return Screen(f"{head}\n{body.text}", ((undo_button(),), *body.keyboard))


def screen(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    """An appointment with everything that is known of it, and what can be done."""
    lines = [title_line(facts), when_line(facts, reader_zone=member.zone, now=now)]
    lines += details_lines(facts.details)
    if facts.is_planned and facts.ends_at > now:
        lines.append(driver_line(facts))
        if facts.starts_at > now:
            lines.append(will_remind_line(facts, now=now))
    if facts.outcome_at is not None:
        lines.append(outcome_line(facts))
    lines += [_conflict(conflict, reader_zone=member.zone, now=now) for conflict in facts.conflicts]
    return Screen("\n".join(lines), _buttons(facts, member=member, now=now))


def title_line(facts: OccurrenceFacts, *, sign: str = "📅") -> str:
    words = _("<b>{title}</b> for {person}").format(
        title=escape(facts.details.title), person=escape(facts.person)
    )
    match facts.status:
        case OccurrenceStatus.CANCELLED if facts.recurrence is not None:
            return _("🚫 {appointment}: just this one is called off").format(appointment=words)
        case OccurrenceStatus.CANCELLED | OccurrenceStatus.CUT:
            return _("🚫 {appointment}: called off").format(appointment=words)
        case _:
            return f"{sign} {words}"


def when_line(
    facts: OccurrenceFacts,
    *,
    reader_zone: ZoneInfo | None,
    now: datetime,
    stays: bool = False,
) -> str:
    """ "🕑 tomorrow 14:30 Mum's time (15:30 yours), 45 min", "🕑 1–14 July, all day", and the
    rhythm; *stays* as in :func:`bot.ui.words.appointment_times.day_of`.
    """
    when = span_words(facts, reader_zone=reader_zone, now=now, stays=stays)
    if facts.details.is_all_day:
        line = _("🕑 {when}").format(when=when)
    else:
        length = duration_words(facts.ends_at - facts.starts_at)
        line = _("🕑 {when}, {duration}").format(when=when, duration=length)
    if facts.recurrence is not None:
        first = (facts.moved_from or facts.starts_at).astimezone(facts.zone).date()
        line += "\n" + _("🔁 {rhythm}").format(rhythm=rhythm_words(facts.recurrence, first=first))
    if facts.moved_from is not None and facts.recurrence is not None:
        was = appointment_moment(
            facts, facts.moved_from, now=now, reader_zone=reader_zone, stays=stays
        )
        line += "\n" + _("↔️ moved from {when}").format(when=was)
    return line


def rhythm_words(rule: Recurrence, *, first: date) -> str:
    """ "every Wednesday until 1 March 2027", "every Wednesday, until you end it"."""
    words = repeat_words(rule, first=first)
    if rule.count is None and rule.until is None:
        return _("{rhythm}, until you end it").format(rhythm=words)
    return words


def details_lines(details: Details) -> list[str]:
    """Doctor, place, what to bring, note."""
    lines = []
    if details.doctor is not None:
        lines.append(_("👩‍⚕️ {doctor}").format(doctor=_doctor(details.doctor)))
    place = details.place or (details.doctor.address if details.doctor else None)
    if place:
        lines.append(_("📍 {place}").format(place=map_link(place)))
    if details.bring:
        lines.append(_("🎒 Bring: {things}").format(things=escape(details.bring)))
    if details.note:
        lines.append(_("📝 {note}").format(note=escape(details.note)))
    return lines


def _doctor(doctor: DoctorNamed) -> str:
    words = escape(doctor.name)
    return f"{words}, {phone_words(doctor.phone)}" if doctor.phone else words


def driver_line(facts: OccurrenceFacts) -> str:
    if facts.driver is None:
        return _("🚗 No driver yet")
    if facts.is_driver_away:
        words = _("🚗 {driver} drives. ⚠️ I can't reach {driver}: please tell them what changes.")
        return words.format(driver=escape(facts.driver))
    return _("🚗 {driver} drives").format(driver=escape(facts.driver))


def will_remind_line(facts: OccurrenceFacts, *, now: datetime) -> str:
    """Which of its reminders will come; none while the person's pause silences them."""
    if facts.pause is not None and facts.pause.silences_appointments:
        return _("🔕 No reminder: {person} is {paused}").format(
            person=escape(facts.person),
            paused=end_words(facts.pause.until, zone=facts.home, now=now),
        )
    details = facts.details
    ahead = facts.reminders_ahead(now=now)
    place = facts.zone if is_elsewhere(facts, facts.starts_at) else None
    return reminder_line(
        ahead, is_set=bool(details.remind_before), is_all_day=details.is_all_day, place=place
    )


def reminder_line(
    ahead: Sequence[Reminder], *, is_set: bool, is_all_day: bool, place: ZoneInfo | None = None
) -> str:
    """Which reminders will come: those *ahead* of all that are set; by the clock of *place*, where
    that is not the person's.
    """
    if not is_set:
        return _("🔕 No reminder")
    if not ahead:
        return _("🔕 It starts too soon for its reminders.")
    times = reminders_words([reminder.minutes for reminder in ahead])
    if not is_all_day:
        return _("🔔 I'll remind you {times} before.").format(times=times)
    clock = named_clock(f"{EVENING:%H:%M}", place) if place else f"{EVENING:%H:%M}"
    if len(ahead) == 1 and ahead[0].minutes == DAY_MINUTES:
        return _("🔔 I'll remind you the evening before, at {time}.").format(time=clock)
    return _("🔔 I'll remind you {times} before, at {time}.").format(times=times, time=clock)


def reminders_words(minutes: Sequence[int]) -> str:
    """ "1 day and 1 hour"."""
    each = [duration_words(timedelta(minutes=count)) for count in minutes]
    if not each:
        return _("none")
    if len(each) == 1:
        return each[0]
    return _("{most} and {last}").format(most=", ".join(each[:-1]), last=each[-1])


def duration_words(duration: timedelta) -> str:
    """ "45 min", "1 h 30 min", "1 day"."""
    minutes = int(duration.total_seconds()) // 60
    days, minutes = divmod(minutes, 1440)
    hours, minutes = divmod(minutes, 60)
    parts = []
    if days:
        parts.append(ngettext("{count} day", "{count} days", days).format(count=days))
    if hours:
        parts.append(_("{count}\u00a0h").format(count=hours))
    if minutes:
        parts.append(_("{count}\u00a0min").format(count=minutes))
    return " ".join(parts)


def outcome_line(facts: OccurrenceFacts) -> str:
    who = escape(facts.outcome_by or "")
    if facts.outcome is None:
        return _("👍 {who}: nothing to note").format(who=who)
    return _("💬 {who}: {outcome}").format(who=who, outcome=escape(facts.outcome))


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


def _buttons(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Keyboard:
    def button(words: str, verb: Verb, argument: str = "") -> Button:
        return Button(words, Callback(verb, member.family_id, facts.id, argument).encode())

    rows: list[tuple[Button, ...]] = []
    is_ahead, may_change = facts.ends_at > now, may(member.role, Action.CHANGE_APPOINTMENTS)
    if facts.is_planned and is_ahead and may(member.role, Action.DRIVE):
        if facts.driver is None:
            drive = [button(_("🚗 I'll drive"), Verb.DRIVE, ON_SCREEN)]
            if facts.recurrence is not None:
                drive.append(button(_("🚗 Every time"), Verb.DRIVE, EVERY_TIME))
            rows.append(tuple(drive))
        elif facts.driver_id == member.user_id:
            stop = [button(_("🚗 I can't after all"), Verb.STOP_DRIVING, ON_SCREEN)]
            if facts.recurrence is not None:
                stop.append(button(_("🚗 None of them"), Verb.STOP_DRIVING, EVERY_TIME))
            rows.append(tuple(stop))
    if may_change and _is_remindable(facts, now=now):
        words = _("🔔 {times} before").format(times=reminders_words([LAST_MINUTES]))
        rows.append((button(words, Verb.REMIND_TOO, str(LAST_MINUTES)),))
    if may_change and is_ahead and facts.is_planned:
        rows.append(
            (
                button(_("✏️ Change"), Verb.CHANGE_APPOINTMENT),
                button(_("↔️ Move"), Verb.MOVE_APPOINTMENT),
                button(_("🚫 Call it off"), Verb.CANCEL_APPOINTMENT),
            )
        )
    elif may_change and is_ahead:
        rows.append((button(_("↩️ Restore"), Verb.RESTORE_APPOINTMENT),))
    elif may_change and facts.is_planned:
        rows.append((button(_("💬 How did it go?"), Verb.OUTCOME),))
    doctor = facts.details.doctor
    if may_change and doctor is not None and doctor.id is None:
        words = _("➕ Add {doctor} to the doctors").format(doctor=label(doctor.name))
        rows.append((button(words, Verb.ADD_DOCTOR),))
    elif doctor is not None and doctor.id is not None and not doctor.is_removed:
        known = Callback(Verb.DOCTOR, member.family_id, doctor.id, NEW_MESSAGE).encode()
        rows.append((Button(_("👩‍⚕️ {doctor}").format(doctor=label(doctor.name)), known),))
    all_of_them = Callback(Verb.APPOINTMENTS, member.family_id).encode()
    rows.append(
        (
            button(_("📅 Calendar"), Verb.CALENDAR_FILE),
            Button(_("◀️ All"), all_of_them),
        )
    )
    return tuple(rows)


def _is_remindable(facts: OccurrenceFacts, *, now: datetime) -> bool:
    """Whether a reminder shortly before can still come, where none of those that are set can."""
    details = facts.details
    return (
        facts.is_planned
        and not details.is_all_day
        and 0 < len(details.remind_before) < MOST_REMINDERS
        and facts.starts_at - timedelta(minutes=LAST_MINUTES + 1) > now
        and not facts.reminders_ahead(now=now)
    )


def ask_reach(
    title: str, buttons: Sequence[Button], *, to_call_off: bool, typed: str | None = None
) -> Screen:
    """One of a series: only this one, or more of them? What was *typed* already is kept."""
    words = (
        _("<b>{title}</b> repeats. Which ones should I call off?")
        if to_call_off
        else _("<b>{title}</b> repeats. Which ones should I move?")
    )
    return _reach_question(words.format(title=escape(title)), buttons, typed)


def ask_reach_of_change(
    title: str, buttons: Sequence[Button], *, typed: str | None = None
) -> Screen:
    """One of a series is to be changed: only this one, or more of them? What was *typed* already is
    kept.
    """
    words = _("<b>{title}</b> repeats. Which ones should I change?")
    return _reach_question(words.format(title=escape(title)), buttons, typed)


def _reach_question(text: str, buttons: Sequence[Button], typed: str | None) -> Screen:
    if typed is not None:
        text += "\n" + _("Then: “{typed}”").format(typed=escape(typed))
    return Screen(text, tuple((button,) for button in buttons))


def reach_labels() -> Mapping[str, str]:
    """By how far it reaches."""
    return {
        "this": _("Only this one"),
        "following": _("This and all that follow"),
        "all": _("The whole series"),
    }


def call_off_buttons(facts: OccurrenceFacts, *, member: Member) -> Sequence[Button]:
    keep = Callback(Verb.APPOINTMENT, member.family_id, facts.id).encode()
    return [
        *(
            Button(
                words,
                Callback(Verb.CANCEL_APPOINTMENT, member.family_id, facts.id, reach).encode(),
            )
            for reach, words in reach_labels().items()
        ),
        Button(_("◀️ Keep it"), keep),
    ]


def moved(facts: OccurrenceFacts, *, member: Member, now: datetime) -> Screen:
    return _done(_("✅ Moved in family {family}."), facts, member=member, now=now)


def changed(
    facts: OccurrenceFacts, *, member: Member, now: datetime, gone: Sequence[datetime] = ()
) -> Screen:
    """With the times (UTC) at which it took place so far, and does not any more."""
    screen = _done(_("✅ Changed in family {family}."), facts, member=member, now=now)
    if not gone:
        return screen
    today = now.astimezone(facts.zone).date()
    days = [day_words(at.astimezone(facts.zone).date(), today=today) for at in gone]
    words = ", ".join(days[:_MOST_GONE])
    if len(days) > _MOST_GONE:
        words = _("{days} and {count} more").format(days=words, count=len(days) - _MOST_GONE)
    return replace(screen, text=screen.text + "\n" + _("No longer: {days}.").format(days=words))


def called_off(body: Screen) -> Answer:
    return Answer(toast=_("Called off. Tap Restore to bring it back."), edit=body)


def will_remind(body: Screen) -> Answer:
    return Answer(toast=_("I'll remind you."), edit=body)


def restored(body: Screen) -> Answer:
    return Answer(toast=_("Restored. It takes place as planned."), edit=body)


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


def no_calendar() -> Answer:
    return say(_("There are no appointments yet. Type /addappt Cardiologist tomorrow 14:30"))


# The lists.


def appointments(page: OccurrencePage, *, member: Member, now: datetime) -> Screen:
    """`/appts`: one heading a day; what is called off is struck through.

    A line belongs to the day that it is by the clock of its own place, whoever reads it; where
    clocks differ, each line says whose it is.
    """
    head = (
        _("🕘 <b>Past appointments</b>, family {family}")
        if page.is_past
        else _("📅 <b>Appointments</b>, family {family}")
    ).format(family=escape(family_name(member)))
    lines = [] if page.is_past else _pauses(page.items, now=now)
    names_clock = _have_several_clocks(page.items)
    for _day, same_day in groupby(page.items, key=lambda facts: facts.first_day):
        found = list(same_day)
        lines.append("\n" + f"<b>{_capital(_heading(found, now=now))}</b>")
        lines += [
            _in_list(facts, reader_zone=member.zone, names_clock=names_clock) for facts in found
        ]
    if not lines:
        empty = (
            _("Nothing yet.")
            if page.is_past
            else _("Nothing is planned. Type /addappt Cardiologist tomorrow 14:30")
        )
        lines = ["\n" + empty]
    return Screen("\n".join([head, *fitting(lines)]), _list_buttons(page, member=member))


def _pauses(shown: Sequence[OccurrenceFacts], *, now: datetime) -> list[str]:
    """Who is paused while something of theirs takes place."""
    paused = {facts.person_id: facts for facts in shown if facts.pause is not None}
    return [
        _("⏸ {person} is {paused}").format(
            person=escape(facts.person), paused=pause_words(facts.pause, zone=facts.home, now=now)
        )
        for facts in paused.values()
        if facts.pause is not None
    ]


def _have_several_clocks(items: Sequence[OccurrenceFacts]) -> bool:
    return any(differ(facts.zone, items[0].zone, facts.starts_at) for facts in items)


def _heading(found: Sequence[OccurrenceFacts], *, now: datetime) -> str:
    """The day of what is on the same one; by its name where it is today for some and tomorrow for
    others.
    """
    words = {day_of(facts, facts.first_day, now=now) for facts in found}
    if len(words) == 1:
        return words.pop()
    return named_day(found[0].first_day, today=now.astimezone(found[0].zone).date())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _in_list(facts: OccurrenceFacts, *, reader_zone: ZoneInfo | None, names_clock: bool) -> str:
    words = short_line(facts, reader_zone=reader_zone, names_clock=names_clock)
    if facts.is_planned:
        return words
    return _("<s>{appointment}</s> called off").format(appointment=words)


def short_line(
    facts: OccurrenceFacts,
    *,
    reader_zone: ZoneInfo | None,
    names_person: bool = True,
    names_clock: bool = False,
    day: date | None = None,
) -> str:
    """ "14:30 Cardiologist, Mum 🚗 Anna", "all day Respite care, Mum"; with *day* as on that day,
    on which it may only go on; with *names_clock* "14:30 Mum's time Cardiologist, Mum".
    """
    clock = _short_clock(facts, reader_zone=reader_zone, names_clock=names_clock, day=day)
    form = _("{time} {title}, {person}") if names_person else _("{time} {title}")
    words = form.format(time=clock, title=escape(facts.details.title), person=escape(facts.person))
    return f"{words} 🚗 {escape(facts.driver)}" if facts.driver else words


def _short_clock(
    facts: OccurrenceFacts, *, reader_zone: ZoneInfo | None, names_clock: bool, day: date | None
) -> str:
    if facts.is_all_day:
        if facts.first_day == facts.last_day:
            return _("all day")
        return days_words(facts.first_day, facts.last_day, today=day or facts.first_day)
    first, last = facts.days_at_home
    if day is not None and first < day:
        until = place_clock(facts, facts.ends_at)
        return _("all day") if last > day else _("until {time}").format(time=until)
    if reader_zone is None and not names_clock:
        clock = place_clock(facts, facts.starts_at)
    else:
        clock = appointment_clock(facts, facts.starts_at, reader_zone=reader_zone)
    if day in (None, facts.first_day) or not is_elsewhere(facts, facts.starts_at):
        return clock
    return _("{day} {time}").format(day=day_words(facts.first_day, today=day), time=clock)


def _list_label(facts: OccurrenceFacts) -> str:
    title = label(facts.details.title)
    if facts.details.is_all_day:
        days = days_words(facts.first_day, facts.last_day)
        return _("{days} {title}").format(days=days, title=title)
    return _("{day} {month} {time} {title}").format(
        day=facts.local.day,
        month=short_month_name(facts.local.date()),
        time=place_clock(facts, facts.starts_at),
        title=title,
    )


def _list_buttons(page: OccurrencePage, *, member: Member) -> Keyboard:
    def turn(words: str, number: int, verb: Verb) -> Button:
        return Button(words, Callback(verb, member.family_id, argument=str(number)).encode())

    rows = [
        (
            Button(
                _list_label(facts),
                Callback(Verb.APPOINTMENT, member.family_id, facts.id).encode(),
            ),
        )
        for facts in page.items
    ]
    verb = Verb.PAST_APPOINTMENTS if page.is_past else Verb.APPOINTMENTS
    turns = []
    if page.number:
        turns.append(turn(_("◀️"), page.number - 1, verb))
    if page.has_more:
        turns.append(turn(_("▶️"), page.number + 1, verb))
    if turns:
        rows.append(tuple(turns))  # type: ignore[arg-type]
    other = (
        turn(_("📅 Upcoming"), 0, Verb.APPOINTMENTS)
        if page.is_past
        else turn(_("🕘 Past"), 0, Verb.PAST_APPOINTMENTS)
    )
    calendar = Button(_("📅 Calendar"), Callback(Verb.FAMILY_CALENDAR, member.family_id).encode())
    last: tuple[Button, ...] = (other, calendar)
    if may(member.role, Action.CHANGE_APPOINTMENTS) and not page.is_past:
        add = Button(
            _("➕ Add"), Callback(Verb.MENU, member.family_id, argument="addappt").encode()
        )
        last = (add, *last)
    return (*rows, last)


# The questions.


def ask_title() -> Screen:
    return Screen(
        _(
            "What is it? For example <i>Cardiologist</i>. You can also say all of it at once:"
            " <i>Cardiologist tomorrow 14:30 with Dr Weber</i>."
        )
    )


def ask_day(title: str, buttons: Keyboard) -> Screen:
    words = _(
        "<b>{title}</b>: which day? Tap, or type it, like <i>3 December 10:00</i> or <i>every"
        " Tuesday 10:00</i>."
    )
    return Screen(words.format(title=escape(title)), buttons)


def by_place(question: Screen, place: str | None) -> Screen:
    """*question*, and by which clock its answer is read: that of a place (the key of its zone)
    where it is not the person's.
    """
    if place is None:
        return question
    line = _("Times here are in {place} time.").format(place=escape(place_name(ZoneInfo(place))))
    return Screen(f"{question.text}\n{line}", question.keyboard)


def place_of(facts: OccurrenceFacts) -> str | None:
    """What :func:`by_place` names."""
    return facts.zone.key if is_elsewhere(facts, facts.starts_at) else None


def ask_time(title: str, day: date | None, *, today: date, buttons: Keyboard) -> Screen:
    if day is None:
        words = _("<b>{title}</b>: at what time? Tap, or type it, like <i>10:20</i>.")
        return Screen(words.format(title=escape(title)), buttons)
    words = _("<b>{title}</b>, {day}: at what time? Tap, or type it, like <i>10:20</i>.")
    return Screen(words.format(title=escape(title), day=day_words(day, today=today)), buttons)


def ask_repeat(title: str, buttons: Keyboard) -> Screen:
    words = _(
        "Does <b>{title}</b> repeat? Tap, or type it, like <i>every 2 weeks until 1 March</i>."
    )
    return Screen(words.format(title=escape(title)), buttons)


def repeat_labels() -> Mapping[str, str]:
    return {
        "once": _("Just once"),
        "w1": _("Every week"),
        "w2": _("Every 2 weeks"),
        "m1": _("Every month"),
    }


def ask_which_doctor(words: str, buttons: Sequence[Button]) -> Screen:
    return Screen(
        _("Who do you mean by “{words}”?").format(words=escape(words)),
        tuple((button,) for button in buttons),
    )


def just_the_name_label() -> str:
    return _("Just keep the name")


def confirm(
    details: Details, *, person: str, when: str, reminder: str, buttons: Keyboard
) -> Screen:
    """All that a yes will save; *reminder* is a :func:`reminder_line`."""
    lines = [
        _("Is that right?"),
        _("📅 <b>{title}</b> for {person}").format(
            title=escape(details.title), person=escape(person)
        ),
        _("🕑 {when}").format(when=when),
        *details_lines(details),
        reminder,
        _("To change something, type it, like <i>at 15:00 for 2 hours</i>."),
    ]
    return Screen("\n".join(lines), buttons)


def draft_in_short(title: str, day: date | None, clock: str | None) -> str:
    """ "Dentist, 9 June 2026 10:00", as far as it is known (no HTML)."""
    if day is None:
        return title
    when = f"{full_date(day)} {clock}" if clock else full_date(day)
    return _("{title}, {when}").format(title=title, when=when)


def when_words(start: datetime, rhythm: str | None, *, today: date) -> str:
    """ "tomorrow 14:30, every Tuesday"; *start* is naive local."""
    words = _("{day} {time}").format(
        day=day_words(start.date(), today=today), time=f"{start:%H:%M}"
    )
    return f"{words}, {rhythm}" if rhythm else words


def planned_words(
    start: datetime, details: Details, rhythm: str | None, *, zone: ZoneInfo, today: date
) -> str:
    """ "tomorrow 14:30, 1 h, every Tuesday" of what is not saved yet; *start* is naive local."""
    end = resolve_local(start, zone) + details.duration
    if details.is_all_day:
        last = start.date() + details.duration - timedelta(days=1)
        words = _("{days}, all day").format(days=days_words(start.date(), last, today=today))
    else:
        local_end = end.astimezone(zone)
        words = _("{day} {time}").format(
            day=day_words(start.date(), today=today), time=f"{start:%H:%M}"
        )
        if local_end.date() != start.date():
            last_time = _("{day} {time}").format(
                day=day_words(local_end.date(), today=today), time=f"{local_end:%H:%M}"
            )
            words = _("{when} to {end}").format(when=words, end=last_time)
        words = _("{when}, {duration}").format(
            when=words, duration=duration_words(details.duration)
        )
    return _("{when}, {rhythm}").format(when=words, rhythm=rhythm) if rhythm else words


def all_day_label() -> str:
    return _("All day")


def today_label() -> str:
    return _("Today")


def tomorrow_label() -> str:
    return _("Tomorrow")


def same_day_label(day: date) -> str:
    return _("Same day ({day} {month})").format(day=day.day, month=short_month_name(day))


def day_label(day: date, *, today: date) -> str:
    return _capital(day_words(day, today=today))


def night_label(day: date) -> str:
    """The night that ends with *day*, by both its dates."""
    before = day - timedelta(days=1)
    return _("Night from {first} to {second}").format(
        first=_short_day(before), second=_short_day(day)
    )


def _short_day(day: date) -> str:
    return _("{weekday} {day} {month}").format(
        weekday=weekday_name(day), day=day.day, month=short_month_name(day)
    )


def time_label(clock: time) -> str:
    return f"{clock:%H:%M}"


def month_label(month: date) -> str:
    return _("{month} {year}").format(month=short_month_name(month), year=month.year)


def weekday_labels() -> Sequence[str]:
    """Two letters each, Monday first."""
    return (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))


def ask_what_to_change(facts_title: str, buttons: Sequence[Button]) -> Screen:
    pairs = [tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)]
    return Screen(
        _("What would you like to change about <b>{title}</b>?").format(title=escape(facts_title)),
        tuple(pairs),
    )


def part_labels() -> dict[str, str]:
    return {
        "title": _("Title"),
        "doctor": _("Doctor"),
        "place": _("Place"),
        "bring": _("What to bring"),
        "note": _("Note"),
        "duration": _("How long"),
        "remind": _("Reminders"),
        "repeat": _("Repetition"),
    }


def ask_part(part: str, title: str, buttons: Keyboard) -> Screen:
    words = {
        "title": _("What is it called? Type the new title."),
        "doctor": _("Who is the doctor of <b>{title}</b>? Type the name."),
        "place": _("Where is <b>{title}</b>? Type the address."),
        "bring": _("What do you need to bring to <b>{title}</b>?"),
        "note": _("Type the note for <b>{title}</b>."),
        "duration": _("How long does <b>{title}</b> take? Tap, or type it, like <i>45 min</i>."),
        "remind": _(
            "When should I remind you about <b>{title}</b>? Tap, or type it, like <i>2 days and 1"
            " hour</i>."
        ),
        "repeat": _(
            "How often does <b>{title}</b> repeat? Tap, or type it, like <i>every Tuesday 10:00"
            " until 1 March</i>."
        ),
    }[part]
    return Screen(words.format(title=escape(title)), buttons)


def ask_days(title: str, buttons: Sequence[Button]) -> Screen:
    """How long something takes that lasts all day."""
    words = _("How many days does <b>{title}</b> take? Tap, or type it, like <i>3 days</i>.")
    rows = tuple(tuple(buttons[at : at + 3]) for at in range(0, len(buttons), 3))
    return Screen(words.format(title=escape(title)), rows)


def review_repetition(
    title: str, *, now: str | None, then: str | None, once_on: date, buttons: Sequence[Button]
) -> Screen:
    """A change of how often something comes: old beside new; None is only once, on that day."""
    once = _("only once, on {date}").format(date=full_date(once_on))
    save, change, cancel = buttons
    concern = _("It would go on for longer.") if then else _("It wouldn't repeat any more.")
    return Screen(
        "\n".join(
            [
                _("Please check this change of <b>{title}</b>:").format(title=escape(title)),
                "",
                _("<b>Now</b>"),
                _("🔁 {rhythm}").format(rhythm=now or _("only once")),
                "",
                _("<b>After the change</b>"),
                _("🔁 {rhythm}").format(rhythm=then or once),
                "",
                _("⚠️ {concern}").format(concern=concern),
                _("Shall I save it?"),
            ]
        ),
        ((save,), (change, cancel)),
    )


def leave_out_label() -> str:
    return _("Leave it out")


def ask_outcome(title: str, person: str) -> Screen:
    return Screen(
        _(
            "<b>{title}</b> for {person}: how did it go? Type it in your own words; everyone in the"
            " family can read it."
        ).format(title=escape(title), person=escape(person))
    )


def outcome_saved(facts: OccurrenceFacts, *, member: Member) -> Screen:
    """Thanks, and the way to what may have changed."""

    def menu(words: str, command: str) -> Button:
        return Button(words, Callback(Verb.MENU, member.family_id, argument=command).encode())

    return Screen(
        _("✅ Noted for {title} in family {family}. Any changes to the medicines?").format(
            title=escape(facts.details.title), family=escape(family_name(member))
        ),
        (
            (menu(_("💊 Change a medicine"), "meds"), menu(_("➕ New medicine"), "addmed")),
            (menu(_("📅 Next appointment"), "addappt"),),
        ),
    )
