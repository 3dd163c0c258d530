"""Pauses, of a medicine or of everything a person takes: questions, what was done, what goes on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.buttons import undo_button
from bot.ui.callbacks import Callback, Verb, encode_minute
from bot.ui.length import fitting, label
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dose_times import called_off_words, open_words
from bot.ui.words.pauses import _dated, _day, _ended, _ends_before, end_words
from bot.ui.words.schedules import dosage_in_words, schedule_in_words
from bot.ui.words.times import day_words, full_date, moment
from domain.database.scope import Member
from domain.family.people import Person
from domain.family.running_pauses import Pause
from domain.medicines.facts import MedicineFacts
from domain.medicines.pauses.notices import PauseEndsFacts
from domain.medicines.pauses.paused_people import PersonPaused
from domain.medicines.schedules.courses import can_lose_days, is_over_by, last_day
from domain.medicines.schedules.kinds import AsNeeded, Schedule
from domain.models.medicines import MedicineStatus

# The questions.


def ask_what(choices: Sequence[Button]) -> Screen:
    return Screen(
        _(
            "What should I pause? If you choose a person, I pause all of their medicines. Tap, or"
            " type it, for example <i>Mum until friday</i>."
        ),
        tuple((choice,) for choice in choices),
    )


def everything_label(person: str) -> str:
    return _("👵 All of {person}'s medicines").format(person=label(person))


def medicine_label(name: str, person: str | None) -> str:
    if person is None:
        return _("💊 {name}").format(name=label(name))
    return _("💊 {person} · {name}").format(person=label(person), name=label(name))


def nothing_to_pause() -> Answer:
    return say(_("There are no medicines yet, so there's nothing to pause. /addmed adds one."))


def ask_until_when(
    name: str, *, is_person: bool, is_change: bool, choices: Sequence[Button]
) -> Screen:
    if is_change:
        words = _("How long should {name}'s pause last? Tap, or type the day it ends")
    elif is_person:
        words = _(
            "How long should I pause all of {name}'s medicines? Tap, or type the day they resume"
        )
    else:
        words = _("How long should I pause {name}? Tap, or type the day it resumes")
    text = _("{question}, for example <i>3 December</i>.").format(
        question=words.format(name=escape(name))
    )
    return Screen(text, tuple((choice,) for choice in choices))


def pause_choices() -> dict[str, str]:
    """How long, by the key of :data:`bot.features.medicines.flows.pause.DAYS`."""
    return {
        "1": _("Until tomorrow"),
        "3": _("For 3 days"),
        "7": _("For a week"),
        "open": _("Until I resume"),
        "cancel": _("✖️ Cancel"),
    }


def end_impossible(*, is_too_far: bool) -> Screen:
    if is_too_far:
        return Screen(
            _("That's more than a year away. Type an earlier day, or choose to resume it yourself.")
        )
    return Screen(_("A pause can only end on a later day. Type tomorrow or later."))


def ask_about_running(
    name: str,
    pause: tuple[datetime | None, str | None] | None,
    *,
    zone: ZoneInfo,
    now: datetime,
    new_end: date | None,
    never_ends: bool,
    buttons: Sequence[Button],
) -> Screen:
    """A pause runs already (its end, and the person with whom a medicine is paused), or None: not
    any more. What was typed for it is *new_end*, or that it *never_ends*.
    """
    text = _running(name, pause, zone=zone, now=now)
    if new_end is not None:
        words = _("Pause until {date} instead?") if pause else _("Pause until {date}?")
        text += " " + words.format(date=full_date(new_end))
    elif never_ends and pause:
        text += " " + _("Pause until further notice instead?")
    elif never_ends:
        text += " " + _("Pause until further notice?")
    return Screen(text, tuple((button,) for button in buttons))


def _running(
    name: str,
    pause: tuple[datetime | None, str | None] | None,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> str:
    if pause is None:
        return _("<b>{name}</b> isn't paused any more.").format(name=escape(name))
    until, person = pause
    if person is None:
        return _("⏸ <b>{name}</b> is already {paused}.").format(
            name=escape(name), paused=end_words(until, zone=zone, now=now)
        )
    words = _("⏸ <b>{name}</b> is already paused with {person}, until further notice.")
    day = ""
    if until is not None:
        words = _("⏸ <b>{name}</b> is already paused with {person}, until {day}.")
        day = _day(until, zone=zone, now=now)
    return words.format(name=escape(name), person=escape(person), day=day)


def running_labels(*, runs: bool) -> dict[str, str]:
    """What can be done about a pause that runs; or that does not any more."""
    if not runs:
        return {"change": _("⏸ Pause"), "leave": _("Leave it as it is")}
    return {
        "change": _("✏️ Change the end"),
        "resume": _("▶️ End the pause now"),
        "leave": _("Leave it as it is"),
    }


def left() -> Answer:
    return say(_("All right, nothing was changed."))


def ask_appointments(
    person: str,
    until: date | None,
    buttons: Sequence[Button],
    *,
    stay: Sequence[tuple[str, date | None]] = (),
    is_all: bool = False,
) -> Screen:
    """Asked before anything is paused: it says what a tap pauses. *stay* do not resume with the
    others, with the last day of a course that is over by then; None: paused on its own for longer.
    *is_all*: nothing else is taken.
    """
    if until is None:
        head = _("I'll pause all of <b>{person}</b>'s medicines until further notice.")
    elif is_all:
        head = _("I'll pause all of <b>{person}</b>'s medicines until {date}.")
    elif stay:
        head = _(
            "I'll pause all of <b>{person}</b>'s medicines until {date}. They resume that day,"
            " but for these:"
        )
    else:
        head = _(
            "I'll pause all of <b>{person}</b>'s medicines until {date}. They resume that day."
        )
    head = head.format(person=escape(person), date=full_date(until) if until else "")
    head = "\n".join([head, *fitting([_staying(*each) for each in stay], room=2_000)])
    question = _(
        "Should I also skip the reminders of appointments in that time? They stay in the lists and"
        " calendars."
    )
    return Screen(f"{head}\n{question}", tuple((button,) for button in buttons))


def _staying(name: str, last: date | None) -> str:
    if last is None:
        return _("• {medicine} (stays paused on its own)").format(medicine=escape(name))
    return _("• {medicine} (its course ends before then, on {date})").format(
        medicine=escape(name), date=full_date(last)
    )


def appointment_labels() -> dict[str, str]:
    return {
        "yes": _("Yes, no reminders"),
        "no": _("No, keep reminding"),
        "cancel": _("✖️ Cancel"),
    }


def course_state(
    status: MedicineStatus, until: datetime | None, *, zone: ZoneInfo, now: datetime
) -> str:
    """ "paused until Monday 8 June": what has become of the pause about which it is asked."""
    match status:
        case MedicineStatus.PAUSED:
            return end_words(until, zone=zone, now=now)
        case MedicineStatus.STOPPED:
            return _("stopped")
        case MedicineStatus.ACTIVE:
            return _("not paused any more")


def ask_course(
    *,
    name: str,
    person: str,
    state: str,
    zone: ZoneInfo,
    days: int,
    schedule: Schedule,
    changed: Schedule,
    buttons: Sequence[Button],
) -> Screen:
    """May a course last as many *days* longer as a pause takes from it? With no days: are those to
    be taken back that were added for a pause and not lost? Old beside new.
    """
    head = _("💊 <b>{name}</b> for {person}, {state}").format(
        name=escape(name), person=escape(person), state=state
    )
    now = _("Now: {schedule}").format(schedule=_in_words(schedule, zone))
    then = _in_words(changed, zone)
    if days:
        question = ngettext(
            "Add the {count} paused day at the end?",
            "Add the {count} paused days at the end?",
            days,
        ).format(count=days)
        lines = [head, now, _("With them: {schedule}").format(schedule=then), question]
    else:
        lines = [
            head,
            _("Days were added for a pause that turned out shorter."),
            now,
            _("Without those: {schedule}").format(schedule=then),
            _("Should I take those days back?"),
        ]
    return Screen("\n".join(lines), tuple((button,) for button in buttons))


def _in_words(schedule: Schedule, zone: ZoneInfo) -> str:
    return escape(schedule_in_words(schedule, zone=zone))


def lengthen_label(new_end: date | None) -> str:
    if new_end is None:
        return _("✅ Yes, move it")
    return _("✅ Yes, until {date}").format(date=full_date(new_end))


def keep_label() -> str:
    return _("No, leave it")


def shorten_label(new_end: date | None) -> str:
    if new_end is None:
        return _("✅ Yes, take them back")
    return _("✅ Yes, until {date}").format(date=full_date(new_end))


def keep_longer_label(end: date | None) -> str:
    if end is None:
        return _("No, keep them")
    return _("No, until {date}").format(date=full_date(end))


def all_right_label() -> str:
    return _("All right")


def course_gone(name: str, state: str | None, *, is_longer: bool) -> Screen:
    """There is nothing to ask any more. *state* is what has become of it: None: it is gone."""
    if state is None:
        return Screen(_("{name} was removed meanwhile.").format(name=escape(name)))
    words = (
        _("{name} is {state}, so there are no days to add now.")
        if is_longer
        else _("{name} is {state}, so there are no days to take back now.")
    )
    return Screen(words.format(name=escape(name), state=state))


def course_changed(name: str, state: str, *, is_edited: bool) -> Screen:
    """Before the question is asked anew: what has changed since it was shown."""
    if is_edited:
        words = _("I haven't changed anything: somebody else has changed when {name} is given.")
    else:
        words = _("I haven't changed anything, because {name} is {state}.")
    return Screen(words.format(name=escape(name), state=state))


def course_kept(end: date | None) -> Screen:
    if end is None:
        return Screen(_("All right, it stays as it is."))
    return Screen(_("All right, it still ends on {date}.").format(date=full_date(end)))


def course_changed_to(medicine: MedicineFacts, *, is_longer: bool) -> Screen:
    words = (
        _("✅ {name} now lasts longer: {schedule}")
        if is_longer
        else _("✅ I took the added days back. {name}: {schedule}")
    )
    text = words.format(
        name=escape(medicine.name), schedule=_in_words(medicine.schedule, medicine.zone)
    )
    return Screen(text, ((undo_button(),),))


# What was done.


def paused(facts: MedicineFacts, *, member: Member, now: datetime) -> Screen:
    """A medicine is paused."""
    name = escape(facts.name)
    resume = Callback(Verb.RESTORE, member.family_id, facts.id, argument=FROM_PAUSE)
    keyboard = ((undo_button(), Button(_("▶️ Resume"), resume.encode())),)
    called_off = "".join("\n" + words for words in _called_off(facts, member=member, now=now))
    ended_on = _ended(facts, now=now)
    if ended_on is not None:
        text = _("⏸ {name} is paused. Its course ended on {date}, so no dose is left to give.")
        return Screen(text.format(name=name, date=full_date(ended_on)) + called_off, keyboard)
    if facts.resumes_at is None:
        text = _("⏸ {name} is paused. I won't ask about it until you resume it.").format(name=name)
        if can_lose_days(facts.schedule, facts.zone, now):
            text += " " + _("When you do, I'll ask whether to add the days its course has lost.")
        return Screen(text + called_off, keyboard)
    day = full_date(facts.resumes_at.astimezone(facts.zone).date())
    ends_on = _ends_before(facts)
    if ends_on is not None:
        text = _(
            "⏸ {name} is paused until {day}. Its course ends before then, on {date}, so no dose is"
            " left to give."
        ).format(name=name, day=day, date=full_date(ends_on))
        return Screen(text + called_off, keyboard)
    text = _("⏸ {name} is paused until {day}.").format(name=name, day=day)
    if facts.first_due_at is not None:
        following = moment(facts.first_due_at, person=facts.person, zone=facts.zone, now=now)
        text += " " + _("Next: {moment}").format(moment=following)
    return Screen(text + called_off, keyboard)


def _called_off(facts: MedicineFacts, *, member: Member, now: datetime) -> Sequence[str]:
    """What becomes of the doses that were open."""
    return [
        called_off_words(dose, home=facts.zone, now=now, reader_zone=member.zone)
        for dose in facts.called_off
    ]


FROM_PAUSE = "p"  # the argument of a button that ends a pause, and restores nothing stopped


def person_paused(facts: PersonPaused, *, member: Member, now: datetime) -> Screen:
    """All that a person takes is paused."""
    person, pause = facts.person, facts.person.pause
    if pause is None:
        return not_paused_screen(person)
    lines = [_paused_until(facts, pause, now=now)]
    asked = [each for each in facts.medicines if not isinstance(each.schedule, AsNeeded)]
    as_needed = [each for each in facts.medicines if isinstance(each.schedule, AsNeeded)]
    if asked:
        named = [
            "\n   ".join([_line(each), *_called_off(each, member=member, now=now)])
            for each in asked
        ]
        lines += [_("I won't ask about:"), *fitting(named)]
    if as_needed:
        names = ", ".join(fitting([_named(each) for each in as_needed], room=1_000))
        lines.append(_("Also paused, only given as needed: {names}").format(names=names))
    if facts.apart:
        lines.append(_("Paused on their own, unchanged: {names}").format(names=_names(facts.apart)))
    if pause.until is None and any(
        can_lose_days(each.schedule, each.zone, now) for each in facts.medicines
    ):
        lines.append(_("When you resume, I'll ask whether to add the days that courses have lost."))
    lines.append(
        _("I won't remind you of appointments in that time.")
        if pause.silences_appointments
        else _("I'll still remind you of appointments.")
    )
    return Screen("\n".join(lines), ((undo_button(), resume_button(person, member=member)),))


def _paused_until(facts: PersonPaused, pause: Pause, *, now: datetime) -> str:
    person, name = facts.person, escape(facts.person.name)
    if pause.until is None:
        return _("⏸ <b>{person}</b> is paused until further notice.").format(person=name)
    gone = sum(_ends_before(each) is not None for each in facts.medicines)
    if not facts.medicines:
        words = _("⏸ <b>{person}</b> is paused until {day}.")
    elif gone == len(facts.medicines):
        words = _("⏸ <b>{person}</b> is paused until {day}. No dose of these is left then.")
    elif gone or facts.apart:
        words = _(
            "⏸ <b>{person}</b> is paused until {day}. Everything resumes that day, but for what is"
            " noted below."
        )
    else:
        words = _("⏸ <b>{person}</b> is paused until {day}. Everything resumes that day.")
    return words.format(person=name, day=_dated(pause.until, zone=person.zone, now=now))


def person_resumed(facts: PersonPaused, *, now: datetime) -> Screen:
    """What goes on after a pause, and what does not."""
    lines = [_("▶️ <b>{person}</b>'s pause is over.").format(person=escape(facts.person.name))]
    ended = [each for each in facts.medicines if _nothing_is_left(each, now=now)]
    goes_on = [each for each in facts.medicines if each not in ended]
    if goes_on:
        lines.append(_("Resumed:"))
        lines += fitting([_resumed(medicine, now=now) for medicine in goes_on])
    if ended:
        lines.append(_("Over by now, so no dose is left to give:"))
        lines += fitting([_over(medicine) for medicine in ended])
    if not facts.medicines:
        lines.append(_("There was no medicine to resume."))
    if facts.apart:
        lines.append(_("Still paused on their own: {names}").format(names=_names(facts.apart)))
    return Screen("\n".join(lines), ((undo_button(),),))


def medicine_resumed(medicine: MedicineFacts, *, now: datetime) -> Screen:
    if _nothing_is_left(medicine, now=now):
        lines = [_("▶️ Not paused any more, but its course is over:"), _over(medicine)]
        return Screen("\n".join(lines), ((undo_button(),),))
    lines = [_("▶️ Resumed:"), _resumed(medicine, now=now)]
    return Screen("\n".join(lines), ((undo_button(),),))


def not_paused_screen(person: Person) -> Screen:
    return Screen(_("{person} isn't paused.").format(person=escape(person.name)))


def _line(medicine: MedicineFacts) -> str:
    dosage = dosage_in_words(medicine.dosage, medicine.schedule)
    words = f"{escape(medicine.name)} {escape(dosage)}".strip()
    ends_on = _ends_before(medicine)
    if ends_on is None:
        return _("• {medicine}").format(medicine=words)
    return _("• {medicine} (its course ends before then, on {date})").format(
        medicine=words, date=full_date(ends_on)
    )


def _resumed(medicine: MedicineFacts, *, now: datetime) -> str:
    """With what is open, and what comes after it."""
    parts = [_line(medicine)]
    parts += [open_words(dose, home=medicine.zone, now=now) for dose in medicine.open_doses]
    if medicine.first_due_at is not None:
        following = moment(
            medicine.first_due_at, person=medicine.person, zone=medicine.zone, now=now
        )
        parts.append(_("Next: {moment}").format(moment=following))
    return ". ".join(parts)


def _named(medicine: MedicineFacts) -> str:
    """The name, and that its course ends before its pause does."""
    ends_on = _ends_before(medicine)
    if ends_on is None:
        return escape(medicine.name)
    return _("{medicine} (its course ends before then, on {date})").format(
        medicine=escape(medicine.name), date=full_date(ends_on)
    )


def _nothing_is_left(medicine: MedicineFacts, *, now: datetime) -> bool:
    """Whether its course is over, and nothing of it is open."""
    is_over = is_over_by(medicine.schedule, medicine.zone, now)
    return is_over and not medicine.open_doses and medicine.first_due_at is None


def _over(medicine: MedicineFacts) -> str:
    last = last_day(medicine.schedule, medicine.zone)
    return _("• {medicine} (until {date})").format(
        medicine=escape(medicine.name), date=full_date(last) if last else ""
    )


def resumed_toast(medicine: MedicineFacts, *, now: datetime) -> str:
    """That it goes on; or that nothing of it is left (no HTML)."""
    if not _nothing_is_left(medicine, now=now):
        return _("Resumed.")
    return _("Not paused any more, but its course is over: no dose is left to give.")


def _names(medicines: Sequence[MedicineFacts]) -> str:
    return ", ".join(fitting([escape(medicine.name) for medicine in medicines], room=1_000))


def resume_button(person: Person, *, member: Member) -> Button:
    callback = Callback(Verb.RESUME_PERSON, member.family_id, person.id)
    return Button(_("▶️ Resume {person}").format(person=label(person.name)), callback.encode())


def stopped_meanwhile(screen: Screen) -> Answer:
    return Answer(
        toast=_("Somebody has stopped it meanwhile. Restore brings it back."),
        alert=True,
        edit=screen,
    )


# The message of the evening before.


def pause_ends(facts: PauseEndsFacts) -> Screen:
    """That a pause ends tomorrow, with what goes on; or what has become of it since."""
    person = facts.person
    if not facts.still_holds:
        return Screen(_changed_since(facts))
    day = facts.until.astimezone(person.zone).date()
    clocks = (person.zone, facts.reader_zone or person.zone)
    # Where it is another day for the reader, tomorrow is too.
    is_tomorrow = all(
        day - facts.now.astimezone(clock).date() == timedelta(days=1) for clock in clocks
    )
    ends = (
        _("⏸ <b>{person}</b>'s pause ends tomorrow, {day}.")
        if is_tomorrow
        else _("⏸ <b>{person}</b>'s pause ends on {day}.")
    )
    named = _weekday_and_date(facts.until, person.zone)
    lines = [ends.format(person=escape(person.name), day=named)]
    if facts.medicines and person.pause is not None:
        lines.append(
            _("These medicines resume then: {names}").format(
                names=", ".join(fitting([escape(name) for name in facts.medicines], room=2_000))
            )
        )
    if facts.over and person.pause is not None:
        lines.append(
            _("Over by then, so not resumed: {names}").format(
                names=", ".join(fitting([escape(name) for name in facts.over], room=1_000))
            )
        )
    if facts.kept_by is not None:
        lines.append(_("✅ {who}: it ends as planned.").format(who=escape(facts.kept_by)))
    if person.pause is None:
        lines[0] = _("▶️ <b>{person}</b>'s pause ended on {day}.").format(
            person=escape(person.name), day=_weekday_and_date(facts.until, person.zone)
        )
        return Screen("\n".join(lines))
    return Screen("\n".join(lines), _notice_buttons(facts))


def _weekday_and_date(at: datetime, zone: ZoneInfo) -> str:
    day = at.astimezone(zone).date()
    # As seen from another year, so that the whole date stands there.
    return day_words(day, today=date(day.year - 1, 1, 1))


def _changed_since(facts: PauseEndsFacts) -> str:
    person, pause = facts.person, facts.person.pause
    name = escape(person.name)
    if pause is None:
        return _("▶️ <b>{person}</b>'s pause was ended early.").format(person=name)
    if pause.until is None:
        return _("⏸ <b>{person}</b> is now paused until further notice.").format(person=name)
    return _("⏸ <b>{person}</b>'s pause now ends on {day}.").format(
        person=name, day=_weekday_and_date(pause.until, person.zone)
    )


def _notice_buttons(facts: PauseEndsFacts) -> Keyboard:
    longer = Callback(Verb.LENGTHEN_PAUSE, facts.family_id, facts.person.id)
    longer_button = Button(_("⏸ Longer"), longer.encode())
    if facts.kept_by is not None:
        return ((longer_button,),)
    minute = encode_minute(facts.until)
    go_on = Callback(Verb.END_PAUSE_AS_PLANNED, facts.family_id, facts.person.id, minute)
    return ((Button(_("▶️ Go on as planned"), go_on.encode()), longer_button),)


def kept() -> Answer:
    return Answer(toast=_("Good. The pause ends as planned."))
