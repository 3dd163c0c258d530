"""Adding a medicine: the questions, the confirmation and the result."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.features.medicines.views.content.medicine_notes import note_labels, note_lines
from bot.grammar.problems import Problem
from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.buttons import in_rows, test_button
from bot.ui.conversations import change_label
from bot.ui.length import shorten
from bot.ui.misunderstandings import quoted
from bot.ui.presses.medicines import ChangeMedicine, UndoMedicine
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.pauses import is_paused, medicine_words
from bot.ui.words.regimens.courses import (
    course_in_words,
    later_start_in_words,
    next_dates_in_words,
)
from bot.ui.words.regimens.parts_of_day import times_in_words
from bot.ui.words.regimens.patterns_of_days import days_in_words
from bot.ui.words.regimens.schedules import BEGUN, dosage_in_words, dosed_name, schedule_in_words
from bot.ui.words.times import moment, named_day
from domain.database.scope import Member
from domain.medicines.changes.adding import RemovedMedicine
from domain.medicines.dosages import Dosage
from domain.medicines.facts import LONGEST_INSTRUCTIONS, MedicineFacts
from domain.medicines.schedules.days import Days
from domain.medicines.schedules.kinds import AsNeeded, Schedule, is_daily
from domain.name_similarity import is_same_name


def ask_medicine_name() -> Screen:
    return Screen(_("What is the medicine called? For example: <i>Aspirin</i>"))


def ask_dosage(name: str) -> Screen:
    return Screen(
        _("How much {name} each time? For example: <i>100 mg</i> or <i>2 tablets</i>").format(
            name=escape(name)
        )
    )


def ask_schedule(
    name: str,
    presets: Sequence[Button],
    *,
    so_far: str,
    lacks: Problem = Problem.TIMES_MISSING,
) -> Screen:
    """When it is due; or, after the words *so_far*, what they lack."""
    if so_far:
        questions = {
            Problem.TIMES_MISSING: _("“{so_far}”: at what time? For example: <i>08:00</i>"),
            Problem.WEEKDAYS_MISSING: _("“{so_far}”: on which day? For example: <i>on mondays</i>"),
            Problem.FIRST_DAY_MISSING: _(
                "“{so_far}”: from which day on? For example: <i>from 3 December</i>"
            ),
        }
        return Screen(questions[lacks].format(so_far=escape(so_far)), in_rows(presets, of=2))
    words = _("When is {name} due? Tap, or type it, for example: {examples}")
    text = words.format(name=escape(name), examples=_examples())
    return Screen(text, in_rows(presets, of=2))


def ask_what_was_meant(name: str, meanings: Sequence[Button]) -> Screen:
    text = _("When is {name} due? Tap what you mean, or type all of it again.")
    return Screen(text.format(name=escape(name)), in_rows(meanings))


def ask_in_other_words(name: str, refused: str) -> Screen:
    """Without buttons: none of them says all that was typed."""
    words = _(
        "When is {name} due? You typed “{refused}”. Please say all of it in other words, for"
        " example: {examples}"
    )
    return Screen(words.format(name=escape(name), refused=quoted(refused), examples=_examples()))


def _examples() -> str:
    return _(
        "<i>at 08:00 and 20:00</i>, <i>every 2 days 9am</i>, <i>21 days on 7 off 22:00</i>,"
        " <i>every 8 hours from 06:00</i>, <i>as needed, 6 hours apart, max 4 a day</i>"
    )


def cycling_label() -> str:
    return _("Days on, days off")


def differing_label() -> str:
    return _("Different amounts")


def schedule_presets() -> dict[str, str]:
    """Labels of the usual times, by the keys of `PRESETS` in `new_schedules`."""
    return {
        "m": _("Mornings: 08:00"),
        "e": _("Evenings: 20:00"),
        "me": _("Twice: 08:00, 20:00"),
        "mne": _("Three times: 08:00, 14:00, 20:00"),
        "meals": _("With each meal"),
        "bed": _("At bedtime"),
        "wd": _("On weekdays"),
        "d2": _("Every second day"),
        "wk": _("Once a week"),
        "mon": _("Once a month"),
        "mon3": _("Every 3 months"),
        "cycle": _("21 days on, 7 off"),
        "h8": _("Every 8 hours"),
        "prn": _("As needed"),
    }


def nothing_changed(medicine: MedicineFacts, *, now: datetime) -> Answer:
    return say(
        _("It's already like this:\n💊 {medicine}").format(medicine=described(medicine, now=now))
    )


def part_labels() -> dict[str, str]:
    """Labels of the parts of a medicine that can be changed."""
    return {
        "name": _("The name"),
        "dosage": _("How much"),
        "schedule": _("When"),
        **note_labels(),
        "person": _("For whom"),
    }


def ask_what_to_change(
    name: str | None, buttons: Sequence[Button], *, person: str | None = None
) -> Screen:
    text = _("What would you like to change?")
    if name and person:
        text = _("What would you like to change about {person}'s {name}?")
    elif name:
        text = _("What would you like to change about {name}?")
    return Screen(
        text.format(name=escape(name or ""), person=escape(person or "")), in_rows(buttons)
    )


def both_label() -> str:
    return _("✅ Save the new one, too")


def different_label() -> str:
    return _("✅ Save: it's a different one")


def in_short(medicine: MedicineFacts) -> str:
    """ "Aspirin 100 mg, every day at 08:00" (no HTML)."""
    return _("{what}, {schedule}").format(
        what=dosed_name(medicine.name, medicine.dosage, medicine.schedule),
        schedule=schedule_in_words(medicine.schedule, zone=medicine.zone, today=BEGUN),
    )


def due_meanwhile(due: Sequence[datetime], *, person: str, zone: ZoneInfo, now: datetime) -> Screen:
    """Doses that have become due since the medicine was shown, and that it wouldn't have."""
    times = listed([moment(at, person=person, zone=zone, now=now) for at in due])
    words = ngettext(
        "⚠️ It wasn't saved yet: {times} has passed meanwhile, so that dose isn't part of it. If"
        " that's right, tap Save again.",
        "⚠️ It wasn't saved yet: {times} have passed meanwhile, so those doses aren't part of it."
        " If that's right, tap Save again.",
        len(due),
    )
    return Screen(words.format(times=times))


def other_number_of_doses(before: int, after: int) -> Screen:
    """A course that keeps its last day has another number of doses."""
    words = ngettext(
        "⚠️ Like this it's {after} dose until the last day, not {before}. If that's wrong, type"
        " how long it lasts, like <code>for 5 days</code>.",
        "⚠️ Like this it's {after} doses until the last day, not {before}. If that's wrong, type"
        " how long it lasts, like <code>for 5 days</code>.",
        after,
    )
    return Screen(words.format(before=before, after=after))


def later_end(day: date) -> Screen:
    """A course that begins later ends later, with as many doses as before."""
    words = _(
        "It now ends on {day}, with as many doses as before. If it should end on another day, type"
        " that, like <code>until 14 June</code>."
    )
    return Screen(words.format(day=escape(named_day(day, today=day))))


def already_so(words: str) -> Screen:
    """A change that changes nothing."""
    return Screen(_("“{words}”: that's how it is already.").format(words=quoted(words)))


def replaced_rhythm(days: Days) -> Screen:
    """Weekdays, say, have taken the place of a rhythm."""
    words = _("⚠️ These days take the place of “{days}”.")
    return Screen(words.format(days=days_in_words(days)))


def draft_in_short(name: str, dosage: Dosage | None, schedule: Schedule | None) -> str:
    """Like :func:`in_short`, but only what is known so far (no HTML)."""
    if dosage is None:
        return name
    if schedule is None:
        return f"{name} {dosage.words}"
    return dosed_name(name, dosage, schedule)


def ask_same(
    existing: str,
    *,
    name: str,
    existing_name: str,
    person: str,
    both: Button,
    change: Button,
    cancel: Button,
) -> Screen:
    """The person already takes a medicine of that *name*, or one that looks or sounds like it."""
    words = _("{person} already takes this: <b>{existing}</b>. Save the new one as well?")
    if not is_same_name(name, existing_name):
        words = _("⚠️ {person} also takes <b>{existing}</b>. Is <b>{name}</b> a different medicine?")
    return Screen(
        words.format(person=escape(person), existing=escape(existing), name=escape(name)),
        ((both,), (change, cancel)),
    )


def confirm(
    *,
    name: str,
    dosage: Dosage,
    schedule: Schedule,
    person: str,
    zone: ZoneInfo,
    buttons: Sequence[Button],
    instructions: str | None = None,
    reason: str | None = None,
    spelled_out: Sequence[tuple[str, str]] = (),
    now: datetime | None = None,
    unkept: str = "",
    keep: Button | None = None,
    before: str = "",
) -> Screen:
    """Everything that a yes saves: all parts in words, the next dates from *now* on, how many doses
    a course has, and how short forms were read; and the words that it would not save (*unkept*),
    with a button to *keep* them as a note. *before* is what a change has changed.
    """
    save, change, cancel = buttons
    when = escape(schedule_in_words(schedule, zone=zone))
    ahead = [] if now is None else _what_comes(schedule, zone=zone, now=now)
    read = [
        _("“{typed}”: read as {meaning}").format(typed=escape(typed), meaning=escape(meaning))
        for typed, meaning in spelled_out
    ]
    if dosage.is_like_a_pack:
        words = _("⚠️ That's {amount} each time, as much as in a pack. Please check.")
        read.append(words.format(amount=escape(dosage.words)))
    if before:
        read.append(_("✏️ Before: {medicine}").format(medicine=escape(before)))
    if unkept:
        words = _("⚠️ I've left out a part of “{words}”")
        read.append(words.format(words=escape(shorten(unkept, to=LONGEST_INSTRUCTIONS))))
    rows = ((keep,),) if unkept and keep else ()
    return Screen(
        _("I understood:\n💊 <b>{name}</b> {dosage}\n{schedule}\nfor <b>{person}</b>").format(
            name=escape(name),
            dosage=escape(dosage_in_words(dosage, schedule)),
            schedule="\n".join([when, *note_lines(instructions, reason), *ahead, *read]),
            person=escape(person),
        ),
        ((save,), *rows, (change, cancel)),
    )


def keep_label() -> str:
    return _("📝 Keep that as a note")


def _what_comes(schedule: Schedule, *, zone: ZoneInfo, now: datetime) -> Sequence[str]:
    """The next dates of what isn't daily, and the number of doses where it ends."""
    dates = next_dates_in_words(schedule, zone=zone, now=now)
    course = course_in_words(schedule, zone=zone, now=now)
    lines = []
    if dates is not None and not is_daily(schedule):
        lines.append(_("Next: {dates}").format(dates=escape(dates)))
    if course is not None:
        lines.append(escape(course))
    return [*lines, *later_start_in_words(schedule, zone=zone, now=now)]


def saved(
    medicine: MedicineFacts, *, now: datetime, member: Member, is_first: bool = False
) -> Answer:
    """What was saved, for which person and family, and when the first dose is due. With the first
    one of a family comes a way to see whether reminders arrive.
    """
    undo = UndoMedicine(family_id=member.family_id, medication_id=medicine.id)
    change = ChangeMedicine(family_id=member.family_id, medication_id=medicine.id)
    return say(
        _("✅ Saved: {medicine}\nfor <b>{person}</b>, family {family}.\n{first}").format(
            medicine=described(medicine, now=now),
            person=escape(medicine.person),
            family=escape(medicine.family_name),
            first=first_dose(medicine, now=now),
        ),
        (
            (Button(_("↩️ Undo"), undo.encode()), Button(change_label(), change.encode())),
            *(((test_button(member),),) if is_first else ()),
        ),
    )


def described(medicine: MedicineFacts, *, now: datetime) -> str:
    """Name, dosage and schedule, on two lines, and how and what for it is taken below them."""
    dosage = escape(dosage_in_words(medicine.dosage, medicine.schedule))
    schedule = schedule_in_words(
        medicine.schedule, zone=medicine.zone, today=now.astimezone(medicine.zone).date()
    )
    what = f"<b>{escape(medicine.name)}</b> {dosage}".strip()
    notes = note_lines(medicine.instructions, medicine.reason)
    return "\n".join([what, escape(schedule), *notes])


def first_dose(medicine: MedicineFacts, *, now: datetime) -> str:
    """ "First: tomorrow 08:00 Mum's time"."""
    if is_paused(medicine, now=now):
        paused = medicine_words(medicine, now=now)
        line = _("⏸ {paused}").format(paused=paused[:1].upper() + paused[1:])
        if medicine.first_due_at is None:
            return line
        return line + "\n" + _first(medicine, now=now)
    if isinstance(medicine.schedule, AsNeeded):
        words = _("I won't remind you about it. When it's given, type /give {name}").format(
            name=escape(medicine.name)
        )
        if medicine.schedule.min_interval is None and medicine.schedule.max_per_day is None:
            words += "\n" + _(
                "You haven't set how often it may be given, so I can't warn you if it's too "
                "often. Tap Change to set it."
            )
        return words
    if medicine.first_due_at is None:
        return _(
            "⚠️ There are no doses ahead with this schedule, so I won't remind you. Tap Change to "
            "set other days."
        )
    return _first(medicine, now=now)


def _first(medicine: MedicineFacts, *, now: datetime) -> str:
    if medicine.first_due_at is None:
        return ""
    return _("First: {moment}").format(
        moment=moment(medicine.first_due_at, person=medicine.person, zone=medicine.zone, now=now)
    )


def removed(medicine: RemovedMedicine) -> Answer:
    """Replaces the message that reported the medicine as saved."""
    return Answer(toast=_("Undone."), edit=Screen(removed_words(medicine)))


def removed_words(medicine: RemovedMedicine) -> str:
    words = _("↩️ {name} has been removed. I won't remind you about it.")
    name = dosed_name(medicine.name, medicine.dosage, medicine.schedule)
    text = words.format(name=escape(name))
    if not medicine.parts:
        return text
    return _("{removed}\nThe times of {person}'s day are now: {times}").format(
        removed=text,
        person=escape(medicine.person),
        times=times_in_words(medicine.day, medicine.parts),
    )
