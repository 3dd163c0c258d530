"""`/history`: what was given, skipped and missed; one entry with its records; corrections."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.features.medicines.views.cards import taken_label
from bot.features.medicines.views.doses import amount_buttons
from bot.features.medicines.views.giving.given_intakes import undo_record_button
from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.buttons import in_rows, page_turns, undo_button
from bot.ui.distinct_labels import family_name
from bot.ui.length import fitting
from bot.ui.presses.doses import Below, Correct, Skip, TakeExactly
from bot.ui.presses.history import HistoryPress, ShowEntry
from bot.ui.presses.press import Press
from bot.ui.wording import _, escape
from bot.ui.words.dose_times import clock_of, due_clock, due_moment, moment_of, today_of
from bot.ui.words.times import day_words, named_day
from domain.access import Action, may
from domain.database.scope import Member
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.history import Entry, EntryDetails, HistoryPage, Record, RecordStep
from domain.models.medicines import DoseStatus, RecordStatus


def history(page: HistoryPage, *, member: Member, now: datetime, about: HistoryPress) -> Screen:
    """One page, newest first, grouped by day; *about* is the press that shows the first page."""
    title = _("📜 <b>History</b>, family {family}").format(family=escape(family_name(member)))
    if page.of:
        title = _("📜 <b>History</b> of {name}").format(name=escape(page.of))
    if not page.entries:
        return Screen(title + "\n" + _("Nothing has been recorded yet."))
    several = len({entry.dose.person for entry in page.entries}) > 1
    lines, day = [title], None
    for number, entry in enumerate(page.entries, start=1):
        local = _happened(entry.dose)
        if local.date() != day:
            day = local.date()
            lines.append(f"\n<b>{_heading(day, today=today_of(entry.dose, now))}</b>")
        lines.append(f"{number}. {_line(entry, several=several, reader_zone=member.zone)}")
    tap = _("Tap a number to see that record.")
    if may(member.role, Action.RECORD_DOSE) or may(member.role, Action.RECORD_OWN_DOSE):
        tap = _("Tap a number to see or correct that record.")
    return Screen(
        "\n".join([*fitting(lines), "", tap]),
        (*_entries(page, member), *_turns(page, about)),
    )


def _heading(day: date, *, today: date) -> str:
    """ "Today, Monday 23 November"."""
    words, named = day_words(day, today=today), named_day(day, today=today)
    if words == named:
        return named
    return _("{day}, {date}").format(day=words[:1].upper() + words[1:], date=named)


def _happened(dose: DoseFacts) -> datetime:
    """The moment by the clock in use at the time."""
    return dose.taken_local or dose.local


def _line(entry: Entry, *, several: bool, reader_zone: ZoneInfo | None) -> str:
    dose = entry.dose
    what = f"{escape(dose.name)} {escape(dose.given or dose.dosage)}"
    if several:
        what = f"{escape(entry.dose.person)}: {what}"
    time = due_clock(dose, reader_zone=reader_zone)
    if dose.taken_at is not None:
        time = clock_of(dose, dose.taken_at, dose.taken_zone, reader_zone=reader_zone)
    who = escape(dose.resolved_by or "")
    match dose.status:
        case DoseStatus.TAKEN:
            words = _("✅ {time} {what} (recorded by {who})")
            if entry.is_corrected:
                words = _("✅ {time} {what} (recorded by {who}, corrected)")
        case DoseStatus.SKIPPED:
            words = _("⏭ {time} {what} (skipped, recorded by {who})")
            if entry.is_corrected:
                words = _("⏭ {time} {what} (skipped, recorded by {who}, corrected)")
        case DoseStatus.MISSED:
            words = _("⚠️ {time} {what} (missed: nobody recorded it in time)")
        case _:
            words = _("❔ {time} {what} (I couldn't ask anyone in time)")
    words = words.format(time=time, what=what, who=who)
    return words + (f"\n   <i>“{escape(dose.note)}”</i>" if dose.note else "")


def _entries(page: HistoryPage, member: Member) -> Keyboard:
    """A numbered button for each entry, five to a row."""
    buttons = [
        Button(str(number), ShowEntry(family_id=member.family_id, dose_id=entry.dose.id).encode())
        for number, entry in enumerate(page.entries, start=1)
    ]
    return in_rows(buttons, of=5)


def _turns(page: HistoryPage, about: HistoryPress) -> Keyboard:
    def turn(number: int) -> Press:
        return replace(about, page=number)

    words = (_("Newer"), _("Older"))
    return page_turns(page.number, turn, has_next=page.has_older, words=words)


def entry(details: EntryDetails, *, member: Member, now: datetime, may_record: bool) -> Screen:
    """One dose with all its records, and how to correct it."""
    dose = details.dose
    lines = [
        _("💊 {what} for <b>{person}</b>").format(
            what=f"<b>{escape(dose.name)}</b> {escape(dose.dosage)}", person=escape(dose.person)
        ),
        _("due {moment}").format(moment=due_moment(dose, now=now))
        if dose.is_scheduled
        else _("given as an extra, or as needed"),
    ]
    lines += fitting(
        [_record(record, dose, now, reader_zone=member.zone) for record in details.records]
    )
    if not details.records:
        lines.append(_("Nothing is recorded."))

    rows: list[tuple[Button, ...]] = []
    if may_record and details.can_be_corrected:
        correct = Correct(family_id=member.family_id, dose_id=dose.id)
        undo = undo_record_button(dose, member)
        rows.append((Button(_("✏️ Correct"), correct.encode()), undo))
    elif may_record and dose.status in (DoseStatus.MISSED, DoseStatus.NOT_ASKED):
        take = TakeExactly(family_id=member.family_id, dose_id=dose.id, below=Below.ENTRY)
        skip = Skip(family_id=member.family_id, dose_id=dose.id, is_in_entry=True)
        taken = [Button(taken_label(dose), take.encode())]
        if dose.most is not None:
            taken = amount_buttons(dose, member, below=Below.ENTRY)
        rows += [(taken[0], Button(_("⏭ Skip"), skip.encode())), *((each,) for each in taken[1:])]
    return Screen("\n".join(lines), tuple(rows))


def _record(record: Record, dose: DoseFacts, now: datetime, *, reader_zone: ZoneInfo | None) -> str:
    """One record of the log, struck through if a later one replaces it."""
    said = moment_of(dose, record.recorded_at, record.zone, now=now)
    when = moment_of(dose, record.timestamp, record.zone, now=now, reader_zone=reader_zone)
    line = _record_words(record).format(when=when, said=said, who=escape(record.by))
    if record.given:
        line += " · " + escape(record.given)
    if record.is_replaced:
        line = f"<s>{line}</s>"
    return line + (f"\n   <i>“{escape(record.note)}”</i>" if record.note else "")


def _record_words(record: Record) -> str:
    match record.status, record.step:
        case RecordStatus.UNDONE, _:
            return _("↩️ undone {said} by {who}")
        case RecordStatus.TAKEN, RecordStep.CORRECTED:
            return _("✏️ corrected {said} by {who}: taken {when}")
        case RecordStatus.TAKEN, RecordStep.PUT_BACK:
            return _("↩️ correction undone {said} by {who}. Back to: taken {when}")
        case RecordStatus.TAKEN, _:
            return _("✅ taken {when}, recorded {said} by {who}")
        case _, RecordStep.CORRECTED:
            return _("✏️ corrected {said} by {who}: skipped")
        case _, RecordStep.PUT_BACK:
            return _("↩️ correction undone {said} by {who}. Back to: skipped")
        case _:
            return _("⏭ skipped, recorded {said} by {who}")


def ask_what_to_correct(name: str, *, person: str, buttons: Sequence[Button]) -> Screen:
    words = _("What should I correct about {person}'s {name}?")
    return Screen(
        words.format(person=escape(person), name=escape(name)),
        in_rows(buttons),
    )


def correction_labels(*, is_taken: bool) -> dict[str, str]:
    """What can be corrected, by the keys of :mod:`bot.features.medicines.flows.giving.correct`."""
    labels = {"time": _("🕗 Taken at another time"), "amount": _("½ Another amount")}
    if is_taken:
        return {**labels, "skip": _("⏭ It was skipped"), "note": _("📝 A note")}
    return {"take": _("✅ It was taken"), "reason": _("📝 The reason")}


def ask_time(name: str, *, person: str) -> Screen:
    return Screen(
        _(
            "When was {person}'s {name} taken? For example <i>07:45</i>, <i>yesterday 23:50</i> or"
            " <i>10 minutes ago</i>"
        ).format(person=escape(person), name=escape(name))
    )


def ask_amount(name: str, *, person: str, dosage: str) -> Screen:
    words = _("How much {name} was {person} given instead of {dosage}? For example <i>½ tablet</i>")
    return Screen(
        words.format(name=escape(name), person=escape(person), dosage=escape(dosage)),
    )


def ask_amount_of(name: str, *, person: str, dosage: str, buttons: Sequence[Button]) -> Screen:
    """Likewise, of a dose that is given in a range (*dosage*)."""
    words = _("How much {name} was {person} given? It's {dosage} each time. Tap, or type it.")
    return Screen(
        words.format(name=escape(name), person=escape(person), dosage=escape(dosage)),
        in_rows(buttons),
    )


def ask_reason(choice: Button) -> Screen:
    return Screen(_("Would you like to add a reason? Type a few words, or tap."), ((choice,),))


def no_reason_label() -> str:
    return _("No reason")


def ask_note() -> Screen:
    return Screen(_("What would you like to note?"))


def corrected(dose: DoseFacts, *, person: str, member: Member, now: datetime) -> Answer:
    what = f"<b>{escape(dose.name)}</b> {escape(dose.given or dose.dosage)}"
    if dose.status == DoseStatus.SKIPPED:
        text = _("✅ Corrected: {what}, skipped.").format(what=what)
    else:
        text = _("✅ Corrected: {what}, taken {when}.").format(
            what=what,
            when=moment_of(
                dose, dose.taken_at or now, dose.taken_zone, now=now, reader_zone=member.zone
            ),
        )
    text += "\n" + _("For <b>{person}</b>, family {family}.").format(
        person=escape(person), family=escape(family_name(member))
    )
    if dose.note:
        text += f"\n<i>“{escape(dose.note)}”</i>"
    return Answer(send=(Screen(text, ((undo_button(),),)),))
