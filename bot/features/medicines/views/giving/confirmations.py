"""What to know about an intake before it is recorded."""

from collections.abc import Sequence
from datetime import timedelta

from bot.features.medicines.views.giving.readers import Reader, given_line
from bot.ui.answer import Screen
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.amounts import count_words
from bot.ui.words.dose_times import with_yours
from bot.ui.words.regimens.schedules import schedule_in_words
from bot.ui.words.times import ago_words, day_words, length_words, moment, show_clock
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.outlook import Doubt, Intake, Outlook
from domain.medicines.schedules.kinds import AsNeeded, Elapsed
from domain.medicines.schedules.spans import first_and_last_day
from domain.timers import MINUTE


def counts_for_words(dose: DoseFacts, reader: Reader) -> str:
    day = day_words(dose.local.date(), today=reader.now.astimezone(dose.zone).date())
    clock = show_clock(dose.local)
    time = with_yours(clock, dose.due_at, zone=dose.zone, reader_zone=reader.zone)
    return _("It counts as the dose due {day} {time}.").format(day=day, time=time)


def confirm(
    outlook: Outlook,
    *,
    reader: Reader,
    changes: Sequence[str],
    corrects: bool,
    note: str = "",
    then: Sequence[str] = (),
) -> Screen:
    """Lists everything that Yes will record and what to know beforehand. It never gives advice.
    *then* are the medicines that come after this one.
    """
    medicine = outlook.medicine
    lines = [*changes, f"💊 {what_in_words(outlook)}"]
    lines.append(
        _("for <b>{person}</b>, family {family}").format(
            person=escape(medicine.person), family=escape(reader.family_name)
        )
    )
    if outlook.given is not None:
        lines.append(_multiple(outlook))
    lines.append(given_line(outlook.at, person=medicine.person, zone=medicine.zone, reader=reader))
    if outlook.counts_for is not None:
        lines.append(counts_for_words(outlook.counts_for, reader))
    elif Doubt.EXTRA in outlook.doubts:
        lines.append(_extra(outlook, reader))
    lines += considerations(outlook, reader)
    lines += said_as_note(note)
    if then:
        names = escape(", ".join(then))
        lines.append(_("After this one, I'll ask about {names}.").format(names=names))
    lines.append(_("Correct the record?") if corrects else _("Record it?"))
    return Screen("\n".join(lines))


def said_as_note(note: str) -> Sequence[str]:
    """What else was said, and is kept with the record."""
    return [f"<i>“{escape(note)}”</i>"] if note else []


def what_in_words(outlook: Outlook) -> str:
    dosage = outlook.given or outlook.usual or outlook.medicine.dosage
    return f"<b>{escape(outlook.medicine.name)}</b> {escape(dosage.words)}"


def _multiple(outlook: Outlook) -> str:
    """ "That's 2 × the usual 500 mg."."""
    usual = escape((outlook.usual or outlook.medicine.dosage).words)
    if (outlook.usual or outlook.medicine.dosage).most is not None and outlook.count != 1:
        words = _("That's more than the usual {usual}.")
        if outlook.count < 1:
            words = _("That's less than the usual {usual}.")
        return words.format(usual=usual)
    if outlook.count == 1:
        return _("The usual amount is {usual}.").format(usual=usual)
    return _("That's {count} × the usual {usual}.").format(
        count=count_words(outlook.count), usual=usual
    )


def _extra(outlook: Outlook, reader: Reader) -> str:
    medicine = outlook.medicine
    words = _("There's no unrecorded dose due around then, so this counts as an extra dose.")
    if medicine.first_due_at is None:
        return words
    following = moment(
        medicine.first_due_at,
        person=medicine.person,
        zone=medicine.zone,
        now=reader.now,
        reader_zone=reader.zone,
    )
    return words + " " + _("Next: {moment}").format(moment=following)


def considerations(outlook: Outlook, reader: Reader) -> Sequence[str]:
    """What to know about an intake before it is recorded."""
    return [*_warnings(outlook, reader), *_neighbours(outlook, reader)]


def _warnings(outlook: Outlook, reader: Reader) -> Sequence[str]:
    medicine, doubts = outlook.medicine, outlook.doubts
    name = escape(medicine.name)
    lines = []
    if outlook.last is not None and outlook.is_too_soon_after:
        lines.append(
            _("⚠️ That's only {length} after the previous recorded dose. {rule}").format(
                length=length_words(outlook.minute - outlook.last.at), rule=_rule(outlook)
            )
        )
    if outlook.following is not None and outlook.is_too_soon_before:
        lines.append(
            _("⚠️ That's only {length} before the next recorded dose. {rule}").format(
                length=length_words(outlook.following.at - outlook.minute), rule=_rule(outlook)
            )
        )
    if Doubt.TOO_MANY in doubts:
        lines.append(
            _("⚠️ That makes {count} doses in 24 hours. The maximum is {limit}.").format(
                count=count_words(outlook.others + outlook.count), limit=outlook.limit
            )
        )
    if Doubt.CROSSES in doubts:
        lines.append(_("⚠️ Another dose is recorded between the old time and the new time."))
    if Doubt.BEFORE_ADDED in doubts and outlook.added_at is not None:
        added = reader.when(outlook.added_at, person=medicine.person, zone=medicine.zone)
        lines.append(
            _("⚠️ That's before {name} was added here ({moment}).").format(name=name, moment=added)
        )
    first, last = first_and_last_day(medicine.schedule, medicine.zone)
    today = reader.now.astimezone(medicine.zone).date()
    if Doubt.BEFORE_START in doubts:
        words = _("⚠️ The first day of {name} is {day}.")
        lines.append(words.format(name=name, day=day_words(first, today=today)))
    if Doubt.AFTER_END in doubts and last is not None:
        words = _("⚠️ The last day of {name} was {day}.")
        lines.append(words.format(name=name, day=day_words(last, today=today)))
    if Doubt.MOVED in doubts:
        lines.append(moved_line(medicine.person))
    if Doubt.PAUSED in doubts:
        lines.append(_("⏸ {name} is paused.").format(name=name))
    return lines


def moved_line(person: str) -> str:
    return _("⚠️ {person}'s time zone has changed since I asked.").format(person=escape(person))


def _rule(outlook: Outlook) -> str:
    medicine = outlook.medicine
    match medicine.schedule:
        case Elapsed(every=every):
            return _("It's due every {length}.").format(length=length_words(every))
        case AsNeeded():
            interval = outlook.interval or timedelta(0)
            words = _("Doses are set to be at least {length} apart.")
            return words.format(length=length_words(interval))
        case schedule:
            when = schedule_in_words(schedule, zone=medicine.zone)
            return _("It's due {schedule}.").format(schedule=when)


def _neighbours(outlook: Outlook, reader: Reader) -> Sequence[str]:
    """The intakes before and after this one, at times relative to now."""
    lines = []
    if outlook.last is None and outlook.following is None:
        name = escape(outlook.medicine.name)
        return [_("No other dose of {name} is recorded.").format(name=name)]
    if outlook.last is not None:
        is_now = reader.now - outlook.at < MINUTE
        words = _("Last given: {intake}") if is_now else _("The dose before it: {intake}")
        lines.append(words.format(intake=_intake(outlook.last, outlook, reader)))
    if outlook.following is not None:
        lines.append(
            _("The dose after it: {intake}").format(
                intake=_intake(outlook.following, outlook, reader)
            )
        )
    if outlook.limit is not None:
        lines.append(
            ngettext(
                "Not counting this one: {count} of at most {limit} dose in 24 hours",
                "Not counting this one: {count} of at most {limit} doses in 24 hours",
                outlook.limit,
            ).format(count=count_words(outlook.others), limit=outlook.limit)
        )
    return lines


def _intake(intake: Intake, outlook: Outlook, reader: Reader) -> str:
    return _("{moment}, {ago}, recorded by {who} ({what})").format(
        ago=ago_words(max(reader.now - intake.at, timedelta(0))),
        moment=reader.when(
            intake.at,
            person=outlook.medicine.person,
            zone=intake.zone,
            home=outlook.medicine.zone,
        ),
        who=escape(intake.by or ""),
        what=escape(intake.what),
    )


def changed_since(outlook: Outlook, *, reader: Reader, known: Sequence[str]) -> Sequence[str]:
    """What was recorded or undone since the question was asked. *known* are the ids of the intakes
    that the question took into account.
    """
    new = [intake for intake in outlook.intakes if str(intake.id) not in known]
    gone = len([each for each in known if each not in {str(i.id) for i in outlook.intakes}])
    lines = [
        _("❗ New since I asked: {intake}").format(intake=_intake(intake, outlook, reader))
        for intake in new
    ]
    if gone:
        lines.append(
            ngettext(
                "❗ {count} record that I counted has been undone since I asked.",
                "❗ {count} records that I counted have been undone since I asked.",
                gone,
            ).format(count=gone)
        )
    return lines or [_("❗ This has changed since I asked.")]


def record_label() -> str:
    return _("✅ Given")


def correct_label() -> str:
    return _("✅ Correct it")
