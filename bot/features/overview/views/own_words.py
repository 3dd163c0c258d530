"""Answers to what was asked in one's own words, where no other screen has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bot.features.appointments.views.appointment_lists import button_to_open, short_line
from bot.features.overview.views.today import dose_line
from bot.grammar.intents.kinds import Unsaid
from bot.grammar.intents.questions import (
    Part,
    Span,
)
from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.buttons import in_rows
from bot.ui.length import MAX_ROWS, fitting, label
from bot.ui.misunderstandings import quoted
from bot.ui.presses.medicines import ShowMedicine
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape, listed
from bot.ui.words.dose_times import due_clock, due_moment, moment_of
from bot.ui.words.times import clock_time, day_words, named_day
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member
from domain.medicines.doses.facts import RESOLVED, DoseFacts
from domain.medicines.expansion.planned import PlannedDose
from domain.models.medicines import DoseStatus


@dataclass(frozen=True)
class GivenFacts:
    """What is recorded about some doses of one `day`, by the clock of whoever takes them. `last` is
    the last intake of each medicine that was asked about; `asked` are those who got a card about a
    dose, by their id. In a family that looks after several people, `names_people`: each line says
    whose dose it is.
    """

    doses: Sequence[DoseFacts]
    asked: Mapping[UUID, Mapping[UUID, str]]
    last: Sequence[DoseFacts]
    names: Sequence[str]
    day: date
    today: date
    names_people: bool = False
    part: Part | None = None


def given(facts: GivenFacts, *, member: Member, now: datetime) -> Screen:
    """What is recorded, dose by dose. No record is no "no": it says that nothing is recorded."""
    what = listed(list(facts.names)) if facts.names else _("All medicines")
    day = day_words(facts.day, today=facts.today)
    if facts.part is not None:
        day = _("{day}, {part}").format(day=day, part=part_words(facts.part))
    lines = [_("🔎 <b>{what}</b>, {day}").format(what=escape(what), day=day)]
    lines += [_line(dose, facts, member=member, now=now) for dose in facts.doses]
    if not facts.doses:
        lines.append(_("Nothing is recorded, and nothing was due."))
    lines += [last_given(dose, facts, member=member, now=now) for dose in facts.last]
    return Screen("\n".join(fitting(lines)), home_buttons("today", "history"))


def part_words(part: Part) -> str:
    return {
        Part.MORNING: _("morning"),
        Part.NOON: _("noon"),
        Part.AFTERNOON: _("afternoon"),
        Part.EVENING: _("evening"),
        Part.NIGHT: _("night"),
    }[part]


def _line(dose: DoseFacts, facts: GivenFacts, *, member: Member, now: datetime) -> str:
    if dose.status in RESOLVED:
        line = dose_line(dose, now, reader_zone=member.zone)
        line += f" <i>“{escape(dose.note)}”</i>" if dose.note else ""
        return for_person(line, dose) if facts.names_people else line
    what = f"{escape(dose.name)} {escape(dose.dosage)}"
    what = for_person(what, dose) if facts.names_people else what
    is_of_today = dose.local.date() == now.astimezone(dose.zone).date()
    is_of_that_day = is_of_today or facts.day != facts.today
    time = due_clock(dose, reader_zone=member.zone) if is_of_that_day else due_moment(dose, now=now)
    if dose.due_at > now:
        return _("• {time} {what}: not due until then").format(time=time, what=what)
    asked = _asked(facts.asked.get(dose.id, {}), member)
    if dose.status is DoseStatus.NOT_ASKED or not asked:
        return _(
            "❔ {time} {what}: nothing is recorded, and I couldn't ask anybody in time"
        ).format(time=time, what=what)
    return _("❔ {time} {what}: nothing is recorded. I asked {asked}.").format(
        time=time, what=what, asked=asked
    )


def for_person(what: str, dose: DoseFacts) -> str:
    return _("{what} for {person}").format(what=what, person=escape(dose.person))


def _asked(members: Mapping[UUID, str], member: Member) -> str:
    """ "Ben and you"; empty for nobody."""
    others = [escape(name) for user_id, name in members.items() if user_id != member.user_id]
    yourself = [_("you")] if member.user_id in members else []
    return listed(others + yourself) if members else ""


def last_given(dose: DoseFacts, facts: GivenFacts, *, member: Member, now: datetime) -> str:
    """ "Last: Paracetamol 500 mg, yesterday 21:00, recorded by Ben"."""
    at = dose.taken_at or dose.due_at
    what = f"{escape(dose.name)} {escape(dose.given or dose.dosage)}"
    return _("Last: {what}, {moment}, recorded by {who}").format(
        what=for_person(what, dose) if facts.names_people else what,
        moment=moment_of(dose, at, dose.taken_zone, now=now, reader_zone=member.zone),
        who=escape(dose.resolved_by or ""),
    )


def ahead(
    planned: Sequence[PlannedDose],
    *,
    span: Span,
    day: date | None = None,
    part: Part | None = None,
    now: datetime,
) -> Screen:
    """Doses of days to come, or of one *day*, or the next ones of a *part* of the day, by the clock
    of whoever takes them.
    """
    titles = {
        Span.TOMORROW: _("💊 <b>Due tomorrow</b>"),
        Span.NEXT: _("💊 <b>Due next</b>"),
    }
    title = titles.get(span, _("💊 <b>Due in the next 7 days</b>"))
    if day is not None:
        title = _("💊 <b>Due on {day}</b>").format(day=escape(named_day(day, today=day)))
    if part is not None:
        title = _("💊 <b>Next due, {part}</b>").format(part=part_words(part))
    lines, heading = [title], ""
    for dose in planned:
        words = day_words(dose.local.date(), today=now.astimezone(dose.zone).date())
        if day is None and words != heading:
            heading = words
            lines.append(f"\n<b>{escape(words[:1].upper() + words[1:])}</b>")
        what = f"<b>{escape(dose.name)}</b> {escape(dose.dosage.words)}"
        lines.append(
            _("{time} {what} for {person}").format(
                time=clock_time(dose.due_at, dose.zone), what=what, person=escape(dose.person)
            )
        )
    if not planned:
        lines.append(_("Nothing is due then."))
    return Screen("\n".join(fitting(lines)), home_buttons("today", "meds"))


def planned_on(
    day: date, found: Sequence[OccurrenceFacts], *, member: Member, today: date
) -> Screen:
    """What takes place on a *day*, by the clock of whoever it's for."""
    words = day_words(day, today=today)
    lines = [_("📅 <b>{day}</b>").format(day=escape(words[:1].upper() + words[1:]))]
    for each in found:
        lines.append(short_line(each, reader_zone=member.zone, day=day))
        if each.details.place:
            lines.append(_("📍 {place}").format(place=escape(each.details.place)))
    if not found:
        lines.append(_("No appointments are planned for that day."))
    buttons = [button_to_open(each) for each in found[:MAX_ROWS]]
    return Screen("\n".join(fitting(lines)), (*in_rows(buttons), *home_buttons("appts")))


def planned_in(
    span: Span,
    found: Sequence[OccurrenceFacts],
    *,
    person: str = "",
    member: Member,
    today: date,
) -> Screen:
    """What takes place in a week, at a weekend, or is to come (of one *person*), under its day."""
    titles = {
        Span.WEEK: _("📅 <b>This week</b>"),
        Span.WEEKEND: _("📅 <b>At the weekend</b>"),
        Span.NEXT_WEEK: _("📅 <b>Next week</b>"),
    }
    empty = {
        Span.WEEK: _("No more appointments are planned for this week."),
        Span.WEEKEND: _("No appointments are planned for the weekend."),
        Span.NEXT_WEEK: _("No appointments are planned for next week."),
    }
    title = titles.get(span, _("📅 <b>Appointments</b>"))
    if person:
        title = _("{title}, {person}").format(title=title, person=escape(person))
    lines = [title]
    for each in found:
        words = day_words(each.first_day, today=today)
        lines.append(f"\n<b>{escape(words[:1].upper() + words[1:])}</b>")
        lines.append(short_line(each, reader_zone=member.zone, day=each.first_day))
    if not found:
        lines.append(empty.get(span, _("No appointments are planned.")))
    buttons = [button_to_open(each) for each in found[:MAX_ROWS]]
    return Screen("\n".join(fitting(lines)), (*in_rows(buttons), *home_buttons("appts")))


def comes_after(words: str) -> Answer:
    """Of several things in one message, those that wait for an answer to the first."""
    return say(
        _("One thing after the other. After this, I'll come to “{words}”.").format(
            words=quoted(words.strip(" .,;:"))
        )
    )


def left_out(words: str) -> Answer:
    """Of a message, what nothing is done with."""
    return say(_("I've left out “{words}”.").format(words=quoted(words.strip(" .,;:"))))


def not_understood(words: str) -> Answer:
    """Of what is asked or offered, the words that have no place in it."""
    return say(_("I didn't understand “{words}”.").format(words=quoted(words.strip(" .,;:"))))


def cannot_leave_out() -> str:
    """A member is away for some days."""
    return _(
        "I can't set that for days to come. On the day you leave, tap “About” below to hear less "
        "from me, and once more when you're back. The others are still asked."
    )


def no_reason(words: str) -> Answer:
    """Why somebody can't drive, or something is paused."""
    return say(_("I can't keep the reason with it: “{words}”.").format(words=quoted(words)))


def may_be_given(page: Screen) -> Screen:
    """The facts, and that they are all I have."""
    words = _(
        "I can't say whether it may be given now. This is what is recorded, and what was set:"
    )
    return Screen(f"{words}\n\n{page.text}", page.keyboard)


def no_purpose(page: Screen) -> Screen:
    """Somebody asks what a medicine is for, which isn't noted."""
    words = _("Nobody has noted what it's for yet.")
    return Screen(f"{words}\n\n{page.text}", page.keyboard)


def which_medicine(lines: Sequence[tuple[UUID, str]], *, member: Member) -> Screen:
    """Several fit."""
    buttons = [
        Button(
            label(words),
            ShowMedicine(family_id=member.family_id, medication_id=medicine_id).encode(),
        )
        for medicine_id, words in lines
    ]
    return Screen(_("Which one do you mean?"), in_rows(buttons))


def no_record(
    why: Unsaid,
    facts: GivenFacts | None,
    *,
    is_to_come: bool = True,
    member: Member,
    now: datetime,
) -> Answer:
    """Nothing was recorded of what only sounded like it; what is recorded follows. Unless it
    surely `is_to_come`, it isn't said so.
    """
    words = {
        Unsaid.NEGATED: _(
            "I haven't recorded anything. To record that a dose was skipped, use Skip on its "
            "card. To correct or undo a record: /history"
        ),
        Unsaid.UNABLE: _(
            "I haven't recorded anything, and I haven't told anybody. While nothing is recorded, I "
            "ask again, and then I tell the others."
        ),
        Unsaid.PLANNED: _("I haven't recorded anything, since that's still to come."),
        Unsaid.QUOTED: _("I haven't recorded anything, since I can't tell whether it was given."),
    }
    if why is Unsaid.PLANNED and not is_to_come:
        words[why] = _("I haven't recorded anything, since I'm not sure that it was given.")
    is_open = why in (Unsaid.NEGATED, Unsaid.UNABLE)
    buttons = home_buttons("today") if is_open else home_buttons("give")
    is_recorded = facts is not None and any(dose.status in RESOLVED for dose in facts.doses)
    text = words[why]
    if is_recorded and why is Unsaid.NEGATED:
        text = _("I haven't changed anything. If a record is wrong, correct or undo it: /history")
    screens = [Screen(text, buttons)]
    if facts is not None:
        screens.append(given(facts, member=member, now=now))
    return Answer(send=tuple(screens))


def asks_advice(doctors: Sequence[str], *, has_doctors: bool, is_told: bool = False) -> Answer:
    """A medical question; or, if it `is_told`, something that raises one: "she spat it out"."""
    words = _("I can't advise on medicines. Please ask a pharmacist or a doctor.")
    if is_told:
        words += "\n" + _(
            "I haven't recorded anything. If a record is wrong, correct or undo it: /history"
        )
    return _with_doctors(words, doctors, has_doctors=has_doctors)


def no_notes_yet(doctors: Sequence[str], *, has_doctors: bool) -> Answer:
    """Somebody says how the person is."""
    words = _(
        "I can't keep notes about how somebody is yet, so nothing is saved. If it worries you, "
        "please ask a doctor or a pharmacist."
    )
    return _with_doctors(words, doctors, has_doctors=has_doctors)


def _with_doctors(words: str, doctors: Sequence[str], *, has_doctors: bool) -> Answer:
    lines = [words, *(f"• {escape(each)}" for each in doctors)]
    return say("\n".join(lines), home_buttons("doctors") if has_doctors else ())


def hello(name: str) -> Answer:
    return say(_("Hello {name}!").format(name=escape(name)), home_buttons("today", "help"))


def welcome() -> Answer:
    return say(_("You're welcome."), home_buttons("today"))


def good_night() -> Answer:
    return say(_("Good night."), home_buttons("today"))


def off_topic() -> Answer:
    return say(
        _("I can't help with that. I keep track of medicines and appointments for your family."),
        home_buttons("today", "help"),
    )


def no_rota() -> Answer:
    """Somebody asks, or says, who is there."""
    return say(
        _("I don't keep a rota yet, so I don't know who's there. I ask everybody about each dose."),
        home_buttons("today", "family"),
    )


def told_nobody() -> Answer:
    """Somebody asks the others for something that isn't of a dose."""
    return say(_("I haven't told anybody: please ask them yourself."))


def no_own_reminders() -> Answer:
    """Somebody wants to be reminded of a dose besides the cards."""
    return say(
        _(
            "I can't set a reminder of your own for a dose. I ask about each dose at its time and "
            "again while nothing is recorded, and then I tell the others."
        ),
        home_buttons("today"),
    )


def home_buttons(*commands: str) -> Keyboard:
    labels = {
        "today": _("💊 Today"),
        "history": _("📜 History"),
        "meds": _("💊 Medicines"),
        "doctors": _("🩺 Doctors"),
        "give": _("✅ Record a dose"),
        "help": _("❓ Help"),
        "appts": _("📅 Appointments"),
        "family": _("👪 Family"),
    }
    return (tuple(Button(labels[c], RunCommand(command=c).encode()) for c in commands),)
