"""The result of pausing one or all medicines of a person, and what resumes afterwards."""

from collections.abc import Sequence
from datetime import datetime

from bot.ui.answer import Answer, Button, Screen
from bot.ui.buttons import undo_button
from bot.ui.length import fitting, label
from bot.ui.presses.medicines import RestoreMedicine, ResumePerson
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dates import full_date
from bot.ui.words.dose_times import called_off_words, open_words
from bot.ui.words.pauses import course_ended_on, course_ending_within_pause, resume_day
from bot.ui.words.regimens.schedules import dosage_in_words
from bot.ui.words.times import moment
from domain.database.scope import Member
from domain.family.people import Person
from domain.family.running_pauses import Pause
from domain.medicines.facts import MedicineFacts
from domain.medicines.pauses.paused_people import PausedPerson
from domain.medicines.schedules.courses import can_lose_days, is_over_by, last_day
from domain.medicines.schedules.kinds import AsNeeded


def paused(facts: MedicineFacts, *, member: Member, now: datetime) -> Screen:
    """One medicine was paused."""
    name = escape(facts.name)
    resume = RestoreMedicine(family_id=member.family_id, medication_id=facts.id, is_from_pause=True)
    keyboard = ((undo_button(), Button(_("▶️ Resume"), resume.encode())),)
    called_off = "".join("\n" + words for words in _called_off(facts, member=member, now=now))
    ended_on = course_ended_on(facts, now=now)
    if ended_on is not None:
        text = _(
            "⏸ {name} is paused. Its course ended on {date}, so I won't ask about it any more."
        )
        return Screen(text.format(name=name, date=full_date(ended_on)) + called_off, keyboard)
    if facts.resumes_at is None:
        words = _("⏸ {name} is paused. I won't remind you about it until you resume it.")
        text = words.format(name=name)
        if can_lose_days(facts.schedule, facts.zone, now):
            text += " " + _("When you do, I'll ask whether to add the paused days at the end.")
        return Screen(text + called_off, keyboard)
    day = full_date(facts.resumes_at.astimezone(facts.zone).date())
    ends_on = course_ending_within_pause(facts)
    if ends_on is not None:
        text = _(
            "⏸ {name} is paused. Its course ends on {date}, before the pause does ({day}), so "
            "I won't ask about it any more."
        ).format(name=name, day=day, date=full_date(ends_on))
        return Screen(text + called_off, keyboard)
    text = _("⏸ {name} is paused. It resumes on {day}.").format(name=name, day=day)
    if facts.first_due_at is not None:
        following = moment(facts.first_due_at, person=facts.person, zone=facts.zone, now=now)
        text += " " + _("Next: {moment}").format(moment=following)
    return Screen(text + called_off, keyboard)


def _called_off(facts: MedicineFacts, *, member: Member, now: datetime) -> Sequence[str]:
    """What happens to doses that were open."""
    return [
        called_off_words(dose, home=facts.zone, now=now, reader_zone=member.zone)
        for dose in facts.called_off
    ]


def person_paused(facts: PausedPerson, *, member: Member, now: datetime) -> Screen:
    """All of a person's medicines were paused."""
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
        lines += [_("I won't remind you about:"), *fitting(named)]
    if as_needed:
        names = ", ".join(fitting([_named(each) for each in as_needed], room=1_000))
        lines.append(_("Also paused (as needed): {names}").format(names=names))
    if facts.apart:
        lines.append(_("Already paused (no change): {names}").format(names=_names(facts.apart)))
    if pause.until is None and any(
        can_lose_days(each.schedule, each.zone, now) for each in facts.medicines
    ):
        lines.append(
            _("When you resume, I'll ask whether to add the paused days at the end of each course.")
        )
    lines.append(
        _("I won't remind you about appointments during that time.")
        if pause.silences_appointments
        else _("I'll still remind you about appointments.")
    )
    return Screen("\n".join(lines), ((undo_button(), resume_button(person, member=member)),))


def _paused_until(facts: PausedPerson, pause: Pause, *, now: datetime) -> str:
    person, name = facts.person, escape(facts.person.name)
    if pause.until is None:
        return _("⏸ <b>{person}</b>'s medicines are paused until further notice.").format(
            person=name
        )
    gone = sum(course_ending_within_pause(each) is not None for each in facts.medicines)
    if not facts.medicines:
        words = _("⏸ <b>{person}</b>'s medicines are paused. The pause ends {day}.")
    elif gone == len(facts.medicines):
        words = _(
            "⏸ <b>{person}</b>'s medicines are paused. The pause ends {day}. Their courses end "
            "before then, so nothing resumes."
        )
    elif gone or facts.apart:
        words = _(
            "⏸ <b>{person}</b>'s medicines are paused. They resume {day}, except as marked below."
        )
    else:
        words = _("⏸ <b>{person}</b>'s medicines are paused. They resume {day}.")
    return words.format(
        person=name, day=resume_day(pause.until, zone=person.zone, now=now, stays=True)
    )


def person_resumed(facts: PausedPerson, *, now: datetime) -> Screen:
    """What resumes after a pause, and what doesn't."""
    words = _("▶️ The pause of <b>{person}</b>'s medicines is over.")
    lines = [words.format(person=escape(facts.person.name))]
    ended = [each for each in facts.medicines if _nothing_is_left(each, now=now)]
    goes_on = [each for each in facts.medicines if each not in ended]
    if goes_on:
        lines.append(_("Resumed:"))
        lines += fitting([_resumed(medicine, now=now) for medicine in goes_on])
    if ended:
        lines.append(
            ngettext(
                "Over by now, so I won't ask about it any more:",
                "Over by now, so I won't ask about them any more:",
                len(ended),
            )
        )
        lines += fitting([_course_ended(medicine) for medicine in ended])
    if not facts.medicines:
        lines.append(_("There was no medicine to resume."))
    if facts.apart:
        lines.append(_("Still paused separately: {names}").format(names=_names(facts.apart)))
    return Screen("\n".join(lines), ((undo_button(),),))


def medicine_resumed(medicine: MedicineFacts, *, now: datetime) -> Screen:
    if _nothing_is_left(medicine, now=now):
        lines = [_("▶️ No longer paused, but its course is over:"), _course_ended(medicine)]
        return Screen("\n".join(lines), ((undo_button(),),))
    lines = [_("▶️ Resumed:"), _resumed(medicine, now=now)]
    return Screen("\n".join(lines), ((undo_button(),),))


def not_paused_screen(person: Person) -> Screen:
    return Screen(_("{person}'s medicines aren't paused.").format(person=escape(person.name)))


def _line(medicine: MedicineFacts) -> str:
    dosage = dosage_in_words(medicine.dosage, medicine.schedule)
    words = f"{escape(medicine.name)} {escape(dosage)}".strip()
    ends_on = course_ending_within_pause(medicine)
    if ends_on is None:
        return _("• {medicine}").format(medicine=words)
    return _("• {medicine} (its course ends before then, on {date})").format(
        medicine=words, date=full_date(ends_on)
    )


def _resumed(medicine: MedicineFacts, *, now: datetime) -> str:
    """The medicine with its open doses and the next one."""
    parts = [_line(medicine)]
    parts += [open_words(dose, home=medicine.zone, now=now) for dose in medicine.open_doses]
    if medicine.first_due_at is not None:
        following = moment(
            medicine.first_due_at, person=medicine.person, zone=medicine.zone, now=now
        )
        parts.append(_("Next: {moment}").format(moment=following))
    return ". ".join(parts)


def _named(medicine: MedicineFacts) -> str:
    """The name, and a note if the course ends before the pause does."""
    ends_on = course_ending_within_pause(medicine)
    if ends_on is None:
        return escape(medicine.name)
    return _("{medicine} (its course ends before then, on {date})").format(
        medicine=escape(medicine.name), date=full_date(ends_on)
    )


def _nothing_is_left(medicine: MedicineFacts, *, now: datetime) -> bool:
    """Whether the course has ended and none of its doses is open."""
    is_over = is_over_by(medicine.schedule, medicine.zone, now)
    return is_over and not medicine.open_doses and medicine.first_due_at is None


def _course_ended(medicine: MedicineFacts) -> str:
    last = last_day(medicine.schedule, medicine.zone)
    return _("• {medicine} (last day {date})").format(
        medicine=escape(medicine.name), date=full_date(last) if last else ""
    )


def resumed_toast(medicine: MedicineFacts, *, now: datetime) -> str:
    """Says that the medicine has resumed, or that its course has ended (no HTML)."""
    if not _nothing_is_left(medicine, now=now):
        return _("Resumed.")
    return _("No longer paused, but its course is over, so I won't ask about it any more.")


def _names(medicines: Sequence[MedicineFacts]) -> str:
    return ", ".join(fitting([escape(medicine.name) for medicine in medicines], room=1_000))


def resume_button(person: Person, *, member: Member) -> Button:
    callback = ResumePerson(family_id=member.family_id, person_id=person.id)
    words = _("▶️ Resume {person}'s medicines").format(person=label(person.name))
    return Button(words, callback.encode())


def stopped_meanwhile(screen: Screen) -> Answer:
    return Answer(
        toast=_("Somebody has stopped it in the meantime. Tap Restore to bring it back."),
        alert=True,
        edit=screen,
    )
