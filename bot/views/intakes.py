"""`/give` and corrections: what was recorded, and what is to be known before it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.views.amounts import count_words
from bot.views.answer import Answer, Button, Screen
from bot.views.apart import family_name
from bot.views.callbacks import Callback, Verb, encode_minute, encode_moment
from bot.views.dose_times import differ, past_moment, with_yours
from bot.views.length import fitting, label
from bot.views.times import ago_words, day_words, length_words, moment, when_given
from bot.views.wording import _, escape, ngettext
from domain.database import Member
from domain.dosages import Dosage
from domain.dose_counts import SLIP_FROM, SMALLEST_SLIP
from domain.doses import DoseFacts, Recorded
from domain.intakes import Doubt, Intake, Outlook
from domain.schedules import Elapsed, first_and_last_day

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Reader:
    """Who reads, and when: words are reckoned from `now`, in their zone too, if they said it."""

    family_name: str
    zone: ZoneInfo | None
    now: datetime

    @classmethod
    def of(cls, member: Member, now: datetime) -> "Reader":
        return cls(family_name(member), member.zone, now)

    def when(
        self, at: datetime, *, person: str, zone: ZoneInfo, home: ZoneInfo | None = None
    ) -> str:
        """By the clock of *zone*, which is named where that of the person's *home* is another."""
        if home is not None and differ(zone, home, at):
            words = past_moment(at, zone, home=home, now=self.now)
            return with_yours(words, at, zone=zone, reader_zone=self.zone)
        return when_given(at, person=person, zone=zone, now=self.now, reader_zone=self.zone)


@dataclass(frozen=True)
class OtherClock:
    """The moment that was meant if a time was typed by the reader's own clock, on a record."""

    dose_id: UUID
    at: datetime


def ask_which(buttons: Sequence[Button], *, typed: str, given: str) -> Screen:
    """A tap may record what was *typed* behind the name; *given* is a :func:`given_line`."""
    lines = [*([given] if given else []), _("What was given?"), *typed_line(typed)]
    return Screen("\n".join(lines), tuple((button,) for button in buttons))


def typed_line(typed: str) -> Sequence[str]:
    return [_("You typed: <code>{typed}</code>").format(typed=escape(typed))] if typed else []


def tap_which() -> Answer:
    """Several have the name that was typed."""
    return Answer(
        send=(Screen(_("There is more than one of that name. Please tap the right one.")),)
    )


def nothing_to_give() -> Answer:
    return Answer(send=(Screen(_("There are no medicines yet. Add one with /addmed.")),))


def given(
    outcome: Recorded, *, person: str, member: Member, now: datetime, other: OtherClock | None
) -> Answer:
    """What was recorded, or who was first."""
    reader = Reader.of(member, now)
    if not outcome.recorded:
        lines = [_already(dose, person, reader) for dose in outcome.already]
        return Answer(send=(Screen("\n".join(fitting(lines))),))
    dose = outcome.recorded[0]
    correct = Callback(Verb.CORRECT, member.family_id, dose.id)
    row = (undo_record_button(dose, member), Button(_("✏️ Correct"), correct.encode()))
    mine = () if other is None else ((_my_clock(other, member, person, dose.zone, reader),),)
    return Answer(send=(Screen(_recorded(dose, person, reader), (row, *mine)),))


def undo_record_button(dose: DoseFacts, member: Member) -> Button:
    """It takes back what stands above it, and nothing that somebody records of the dose later."""
    this = encode_moment(dose.resolved_at) if dose.resolved_at else ""
    undo = Callback(Verb.UNDO, member.family_id, dose.id, this)
    return Button(_("↩️ Undo"), undo.encode())


def _my_clock(
    other: OtherClock, member: Member, person: str, zone: ZoneInfo, reader: Reader
) -> Button:
    """It says what it would record, by both clocks."""
    meant = Callback(Verb.MY_CLOCK, member.family_id, other.dose_id, encode_minute(other.at))
    words = _("🕑 I meant my clock: {moment}").format(
        moment=reader.when(other.at, person=label(person), zone=zone)
    )
    return Button(words, meant.encode())


def _recorded(dose: DoseFacts, person: str, reader: Reader) -> str:
    what = f"<b>{escape(dose.name)}</b> {escape(dose.given or dose.dosage)}"
    at, zone = dose.taken_at or reader.now, dose.taken_zone or dose.zone
    words = _("✅ {what}, given {moment}.\nFor <b>{person}</b>, family {family}.").format(
        what=what,
        moment=reader.when(at, person=person, zone=zone, home=dose.home),
        person=escape(person),
        family=escape(reader.family_name),
    )
    if not dose.is_scheduled:
        return words
    return words + "\n" + _counts_for(dose, reader)


def _counts_for(dose: DoseFacts, reader: Reader) -> str:
    day = day_words(dose.local.date(), today=reader.now.astimezone(dose.zone).date())
    clock = f"{dose.local:%H:%M}"
    time = with_yours(clock, dose.due_at, zone=dose.zone, reader_zone=reader.zone)
    return _("It counts for {day} {time}.").format(day=day, time=time)


def _already(dose: DoseFacts, person: str, reader: Reader) -> str:
    at = dose.taken_at or dose.resolved_at or reader.now
    return _("{name}: {who} has recorded it already ({moment}).").format(
        name=escape(dose.name),
        who=escape(dose.resolved_by or ""),
        moment=reader.when(at, person=person, zone=dose.taken_zone or dose.zone, home=dose.home),
    )


def confirm(outlook: Outlook, *, reader: Reader, changes: Sequence[str], corrects: bool) -> Screen:
    """Everything that a yes records, and what is to be known before. It never advises."""
    medicine = outlook.medicine
    lines = [*changes, f"💊 {_what(outlook)}"]
    lines.append(
        _("for <b>{person}</b>, family {family}").format(
            person=escape(medicine.person), family=escape(reader.family_name)
        )
    )
    if outlook.given is not None:
        lines.append(_multiple(outlook))
    lines.append(given_line(outlook.at, person=medicine.person, zone=medicine.zone, reader=reader))
    if outlook.counts_for is not None:
        lines.append(_counts_for(outlook.counts_for, reader))
    elif Doubt.EXTRA in outlook.doubts:
        lines.append(_extra(outlook, reader))
    lines += considerations(outlook, reader)
    lines.append(_("Correct the record?") if corrects else _("Record it?"))
    return Screen("\n".join(lines))


def _what(outlook: Outlook) -> str:
    dosage = outlook.given or outlook.usual or outlook.medicine.dosage
    return f"<b>{escape(outlook.medicine.name)}</b> {escape(dosage.words)}"


def _multiple(outlook: Outlook) -> str:
    """ "That's 2 × the usual 500 mg."."""
    usual = escape((outlook.usual or outlook.medicine.dosage).words)
    if outlook.count == 1:
        return _("The usual amount is {usual}.").format(usual=usual)
    return _("That's {count} × the usual {usual}.").format(
        count=count_words(outlook.count), usual=usual
    )


def _extra(outlook: Outlook, reader: Reader) -> str:
    medicine = outlook.medicine
    words = _("No dose is open then, so it counts as an extra one.")
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
    """What is to be known of an intake before it is recorded."""
    return [*_warnings(outlook, reader), *_neighbours(outlook, reader)]


def _warnings(outlook: Outlook, reader: Reader) -> Sequence[str]:
    medicine, doubts = outlook.medicine, outlook.doubts
    lines = []
    if outlook.last is not None and outlook.is_too_soon_after:
        lines.append(
            _("⚠️ Only {length} after the one before; {rule}.").format(
                length=length_words(outlook.minute - outlook.last.at), rule=_rule(outlook)
            )
        )
    if outlook.following is not None and outlook.is_too_soon_before:
        lines.append(
            _("⚠️ Only {length} before the one after it; {rule}.").format(
                length=length_words(outlook.following.at - outlook.minute), rule=_rule(outlook)
            )
        )
    if Doubt.TOO_MANY in doubts:
        lines.append(
            _("⚠️ With it, that's {count} in 24 hours; at most {limit} were set.").format(
                count=count_words(outlook.others + outlook.count), limit=outlook.limit
            )
        )
    if Doubt.CROSSES in doubts:
        lines.append(_("⚠️ Another one is on record between the old time and the new one."))
    if Doubt.BEFORE_ADDED in doubts and outlook.added_at is not None:
        added = reader.when(outlook.added_at, person=medicine.person, zone=medicine.zone)
        lines.append(
            _("⚠️ That's before {name} was added here ({moment}).").format(
                name=escape(medicine.name), moment=added
            )
        )
    first, last = first_and_last_day(medicine.schedule, medicine.zone)
    today = reader.now.astimezone(medicine.zone).date()
    if Doubt.BEFORE_START in doubts:
        lines.append(_("⚠️ Its first day is {day}.").format(day=day_words(first, today=today)))
    if Doubt.AFTER_END in doubts and last is not None:
        lines.append(_("⚠️ Its last day was {day}.").format(day=day_words(last, today=today)))
    if Doubt.PAUSED in doubts:
        lines.append(_("⏸ It's paused."))
    return lines


def _rule(outlook: Outlook) -> str:
    match outlook.medicine.schedule:
        case Elapsed(every=every):
            return _("it's due every {length}").format(length=length_words(every))
        case _:
            interval = outlook.interval or timedelta(0)
            return _("{length} apart were set").format(length=length_words(interval))


def _neighbours(outlook: Outlook, reader: Reader) -> Sequence[str]:
    """The intakes on both sides, in words reckoned from now."""
    lines = []
    if outlook.last is None and outlook.following is None:
        return [_("Nothing else is recorded.")]
    if outlook.last is not None:
        is_now = reader.now - outlook.at < _MINUTE
        words = _("Last given: {intake}") if is_now else _("The one before it: {intake}")
        lines.append(words.format(intake=_intake(outlook.last, outlook, reader)))
    if outlook.following is not None:
        lines.append(
            _("The one after it: {intake}").format(
                intake=_intake(outlook.following, outlook, reader)
            )
        )
    if outlook.limit is not None:
        lines.append(
            _("{count} of {limit} in 24 hours without it").format(
                count=count_words(outlook.others), limit=outlook.limit
            )
        )
    return lines


def _intake(intake: Intake, outlook: Outlook, reader: Reader) -> str:
    return _("{moment}, {ago}, by {who} ({what})").format(
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
    """What has been recorded, or undone, since the question was asked; *known* are the ids of the
    intakes that it knew.
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
                "❗ {count} record that I counted was undone since I asked.",
                "❗ {count} records that I counted were undone since I asked.",
                gone,
            ).format(count=gone)
        )
    return lines or [_("❗ This has changed since I asked.")]


def ask_slip(outlook: Outlook) -> Screen:
    """Such an amount is likelier a slip than meant."""
    usual = outlook.usual or outlook.medicine.dosage
    what = escape(outlook.given.words if outlook.given else usual.words)
    if SMALLEST_SLIP < outlook.count < SLIP_FROM:
        words = ngettext(
            "❗ {name} is set to {usual}, in another unit; I'd count {what} as {count} dose."
            " Was it really {what}?",
            "❗ {name} is set to {usual}, in another unit; I'd count {what} as {count} doses."
            " Was it really {what}?",
            2 if outlook.count > 1 else 1,
        )
    else:
        words = _("❗ {what} is {count} × the usual {usual} of {name}. Was it really {what}?")
    return Screen(
        words.format(
            name=f"<b>{escape(outlook.medicine.name)}</b>",
            usual=escape(usual.words),
            what=what,
            count=count_words(outlook.count),
        )
    )


def slip_labels(what: str) -> dict[str, str]:
    return {
        "really": _("Yes, {what}").format(what=label(what)),
        "amount": _("½ Another amount"),
    }


def ask_count(outlook: Outlook) -> Screen:
    usual = outlook.usual or outlook.medicine.dosage
    return Screen(
        _("How many doses of {usual} are {what}? Tap, or type a number.").format(
            usual=escape(usual.words), what=escape(outlook.given.words if outlook.given else "")
        )
    )


def count_labels() -> dict[str, str]:
    """By the key of the number that each stands for."""
    return {"0.5": "½", "1": "1", "1.5": "1½", "2": "2", "3": "3"}


def ask_when(name: str, *, lacks_time: str) -> Screen:
    """When it was given: any of what it can mean, or another time."""
    if lacks_time:
        question = _("At what time (“{words}”) was {name} given? For example <i>07:45</i>").format(
            words=escape(lacks_time), name=escape(name)
        )
        return Screen(question)
    return Screen(_("When was {name} given?").format(name=escape(name)))


def ask_another_time(name: str) -> Screen:
    return Screen(
        _(
            "When was {name} given? Type it, for example <i>07:45</i>, <i>yesterday 23:50</i> or"
            " <i>half an hour ago</i>"
        ).format(name=escape(name))
    )


def ask_amount(name: str, usual: Dosage, *, given: str) -> Screen:
    """How much was given; *given* is :func:`given_line`, as the usual amount is then recorded."""
    question = _("How much {name} was given? The usual amount is {usual}.").format(
        name=escape(name), usual=escape(usual.words)
    )
    return Screen(f"{given}\n{question}" if given else question)


def given_line(at: datetime | None, *, person: str, zone: ZoneInfo, reader: Reader) -> str:
    """When it was given; empty for now."""
    if at is None:
        return ""
    return _("🕗 given {moment}").format(moment=reader.when(at, person=person, zone=zone))


def usual_label(usual: str) -> str:
    return _("{usual}, as usual").format(usual=label(usual))


def is_now(at: datetime, *, reader: Reader) -> bool:
    """Whether a button says "Now" of it: it means the moment of the tap then."""
    return abs(reader.now - at) < _MINUTE


def moment_label(
    at: datetime, *, person: str, zone: ZoneInfo, reader: Reader, options: Sequence[datetime]
) -> str:
    """What a time can mean, as a button; with the zone's short name where the clock shows it twice
    that night.
    """
    if is_now(at, reader=reader):
        return _("Now")
    local = at.astimezone(zone)
    words = reader.when(at, person=label(person), zone=zone)
    is_twice = sum(f"{o.astimezone(zone):%d %H:%M}" == f"{local:%d %H:%M}" for o in options) > 1
    return f"{words} ({local:%Z})" if is_twice else words


def time_labels() -> dict[str, str]:
    return {"other": _("🕗 Another time")}


def change_labels() -> dict[str, str]:
    """What can be put right under the question, by the key of :mod:`bot.flows.give`."""
    return {"time": _("🕗 Another time"), "amount": _("½ Another amount")}


def clock_label(
    at: datetime | None, *, is_mine: bool, person: str, zone: ZoneInfo, reader: Reader
) -> str:
    """The way to the other clock, under a question; *at* is what is meant by that one, if that is
    certain.
    """
    if is_mine:
        words = _("🕑 I meant {person}'s clock").format(person=label(person))
    else:
        words = _("🕑 I meant my clock")
    if at is None:
        return words
    when = reader.when(at, person=label(person), zone=zone)
    return _("{clock}: {moment}").format(clock=words, moment=when)


def which_one(outlook: Outlook, *, reader: Reader) -> Screen:
    """It can be one of several doses."""
    medicine = outlook.medicine
    return Screen(
        _("💊 {what}, for <b>{person}</b>, given {moment}.\nWhich dose was it?").format(
            what=_what(outlook),
            person=escape(medicine.person),
            moment=reader.when(outlook.at, person=medicine.person, zone=medicine.zone),
        )
    )


def dose_label(dose: DoseFacts, *, now: datetime) -> str:
    day = day_words(dose.local.date(), today=now.astimezone(dose.zone).date())
    return _("The one of {day} {time}").format(day=day, time=f"{dose.local:%H:%M}")


def extra_label() -> str:
    return _("An extra one")


def record_label() -> str:
    return _("✅ Given")


def correct_label() -> str:
    return _("✅ Correct it")


def is_to_come() -> Answer:
    """I meant my clock, of a time that by then is still to come."""
    return Answer(toast=_("By your clock that's still to come."), alert=True)


def is_settled_otherwise() -> Answer:
    """A record that is no longer as the button left it."""
    return Answer(toast=_("The record was changed since. /history shows it."), alert=True)
