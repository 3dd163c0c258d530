"""`/meds`: the list of medicines, and the page of one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.medicines.views.content.new_medicines import described
from bot.features.medicines.views.doses import already
from bot.features.medicines.views.ladders import ladder_button, ladder_lines
from bot.features.medicines.views.nicknames import also_called, forget_buttons
from bot.features.medicines.views.pausing.outcomes import resume_button, resumed_toast
from bot.features.medicines.views.stock.levels import stock_lines
from bot.features.medicines.views.stock.refills import measuring
from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.buttons import page_turns, undo_button
from bot.ui.conversations import change_label
from bot.ui.distinct_labels import family_name, medicine_labels
from bot.ui.length import fitting, label, shorten, toast
from bot.ui.presses.history import MedicineHistory, RemoveMedicine
from bot.ui.presses.medicines import (
    ChangeMedicine,
    ChangeOpenDoses,
    Give,
    MedicinesPage,
    PauseMedicine,
    Refill,
    RestoreMedicine,
    ShowMedicine,
    StopMedicine,
)
from bot.ui.presses.overview import UndoAction
from bot.ui.presses.press import Press
from bot.ui.presses.subjects import OfMedicine
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.amounts import count_words
from bot.ui.words.dose_times import (
    called_off_words,
    due_moment,
    open_due,
    open_words,
    past_moment,
    with_yours,
)
from bot.ui.words.pauses import is_paused, medicine_words
from bot.ui.words.regimens.schedules import dosage_in_words, dosed_name, schedule_in_words
from bot.ui.words.times import clock_time, moment
from domain.access import Action, may
from domain.database.scope import Member
from domain.family.people import Person
from domain.medicines.details import MedicineDetails
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.facts import MedicineFacts, MedicineLine, OpenDose
from domain.medicines.records.outlook import Outlook
from domain.medicines.schedules.kinds import AsNeeded
from domain.models.medicines import MedicineStatus

PAGE = 10
MAX_RESUMED = 5


def medicines(lines: Sequence[MedicineLine], *, page: int, member: Member, now: datetime) -> Screen:
    """The list, ten to a page; a tap opens a medicine."""
    if not lines:
        if not may(member.role, Action.CHANGE_MEDICINES):
            return Screen(_("No medicines yet."))
        example = "<code>/addmed Aspirin 100 mg at 08:00</code>"
        return Screen(_("No medicines yet. Type one, for example {line}").format(line=example))
    page = min(max(page, 0), (len(lines) - 1) // PAGE)
    shown = lines[page * PAGE : (page + 1) * PAGE]
    has_several = len({line.person_id for line in lines}) > 1
    text = [_("💊 <b>Medicines</b>, family {family}").format(family=escape(family_name(member)))]
    person = None
    for line in shown:
        if has_several and line.person_id != person:
            text.append(f"\n<b>{escape(line.person)}</b>")
            person = line.person_id
        text.append(_line(line, now))
    labels = medicine_labels(lines, with_person=has_several, now=now)[
        page * PAGE : (page + 1) * PAGE
    ]
    rows = [
        (
            Button(
                words,
                ShowMedicine(family_id=member.family_id, medication_id=line.id).encode(),
            ),
        )
        for line, words in zip(shown, labels, strict=True)
    ]
    resumes = _resume_rows(lines, member=member, now=now)
    return Screen("\n".join(fitting(text)), (*rows, *_pages(page, len(lines), member), *resumes))


def _resume_rows(lines: Sequence[MedicineLine], *, member: Member, now: datetime) -> Keyboard:
    """One button for each person whose medicines are paused together: it resumes them all."""
    if not may(member.role, Action.CHANGE_MEDICINES):
        return ()
    paused = {
        line.person_id: Person(line.person_id, line.person, line.zone)
        for line in lines
        if line.is_paused_with_person and is_paused(line, now=now)
    }
    people = list(paused.values())[:MAX_RESUMED]
    return tuple((resume_button(person, member=member),) for person in people)


def _line(line: MedicineLine, now: datetime) -> str:
    what = f"<b>{escape(line.name)}</b> {escape(dosage_in_words(line.dosage, line.schedule))}"
    today = now.astimezone(line.zone).date()
    when = escape(schedule_in_words(line.schedule, zone=line.zone, today=today))
    words = _("{what}: {when}").format(what=what.strip(), when=when)
    match line.status:
        case MedicineStatus.STOPPED:
            return _("⏹ {medicine} (stopped)").format(medicine=words)
        case MedicineStatus.PAUSED if is_paused(line, now=now):
            return _("⏸ {medicine} ({paused})").format(
                medicine=words, paused=medicine_words(line, now=now)
            )
        case _:
            return _("• {medicine}").format(medicine=words)


def _pages(page: int, count: int, member: Member) -> Keyboard:
    def turn(number: int) -> Press:
        return MedicinesPage(family_id=member.family_id, page=number)

    return page_turns(page, turn, has_next=page < (count - 1) // PAGE)


def medicine(
    details: MedicineDetails, *, member: Member, now: datetime, may_record: bool
) -> Screen:
    """One medicine, with everything that its reader can do with it."""
    facts = details.medicine
    lines = [
        f"💊 {described(facts, now=now)}",
        _("for <b>{person}</b>").format(person=escape(facts.person)),
        *_status(facts, now),
        *also_called(facts),
        *ladder_lines(facts),
        "",
        last_given(details.outlook, now=now, reader_zone=member.zone),
        *_upcoming_lines(details.outlook, now=now, reader_zone=member.zone),
        *stock_lines(
            details.stock, facts, now=now, may_refill=may(member.role, Action.CHANGE_MEDICINES)
        ),
    ]
    measure = measuring(details.stock, facts, member)
    buttons = _buttons(facts, member=member, may_record=may_record)
    return Screen("\n".join(lines), (*measure, *buttons))


def _status(facts: MedicineFacts, now: datetime) -> Sequence[str]:
    if facts.status is MedicineStatus.STOPPED:
        return [_("⏹ Stopped: I won't remind you about it.")]
    if facts.status is MedicineStatus.PAUSED:
        return ["⏸ " + medicine_words(facts, now=now)]
    return []


def last_given(outlook: Outlook, *, now: datetime, reader_zone: ZoneInfo | None) -> str:
    """ "Last given: today 08:05, recorded by Anna (100 mg)"."""
    if outlook.last is None:
        return _("Last given: nothing recorded yet")
    last, home = outlook.last, outlook.medicine.zone
    return _("Last given: {moment}, recorded by {who} ({what})").format(
        moment=with_yours(
            past_moment(last.at, last.zone, home=home, now=now),
            last.at,
            zone=last.zone,
            reader_zone=reader_zone,
        ),
        who=escape(last.by or ""),
        what=escape(last.what),
    )


def _upcoming_lines(
    outlook: Outlook, *, now: datetime, reader_zone: ZoneInfo | None
) -> Sequence[str]:
    """Open doses, then the next one. For a medicine taken as needed, its limits."""
    facts = outlook.medicine
    if isinstance(facts.schedule, AsNeeded):
        limited = limits(outlook, reader_zone=reader_zone)
        return [*open_lines(facts, now=now, reader_zone=reader_zone), *filter(None, [limited])]
    return coming_lines(facts, now=now, reader_zone=reader_zone)


def coming_lines(
    facts: MedicineFacts, *, now: datetime, reader_zone: ZoneInfo | None
) -> Sequence[str]:
    """Open doses, then the next one."""
    lines = open_lines(facts, now=now, reader_zone=reader_zone)
    return [*lines, *_next(facts, now=now, reader_zone=reader_zone)]


def _next(facts: MedicineFacts, *, now: datetime, reader_zone: ZoneInfo | None) -> Sequence[str]:
    if facts.first_due_at is None:
        return []
    following = moment(
        facts.first_due_at,
        person=facts.person,
        zone=facts.zone,
        now=now,
        reader_zone=reader_zone,
    )
    return [_("Next: {moment}").format(moment=following)]


def open_lines(
    facts: MedicineFacts, *, now: datetime, reader_zone: ZoneInfo | None
) -> Sequence[str]:
    return [
        open_words(dose, home=facts.zone, now=now, reader_zone=reader_zone)
        for dose in facts.open_doses
    ]


def limits(outlook: Outlook, *, reader_zone: ZoneInfo | None) -> str:
    """ "2 of at most 4 doses given in 24 hours. Next dose: not before today 14:50 Mum's time";
    empty where nothing is limited.
    """
    parts = []
    if outlook.limit is not None:
        parts.append(
            ngettext(
                "{count} of at most {limit} dose given in 24 hours",
                "{count} of at most {limit} doses given in 24 hours",
                outlook.limit,
            ).format(count=count_words(outlook.others), limit=outlook.limit)
        )
    if outlook.next_at is not None and outlook.next_at > outlook.at:
        following = moment(
            outlook.next_at,
            person=outlook.medicine.person,
            zone=outlook.medicine.zone,
            now=outlook.at,
            reader_zone=reader_zone,
        )
        parts.append(_("Next dose: not before {moment}").format(moment=following))
    return ". ".join(parts)


def _buttons(facts: MedicineFacts, *, member: Member, may_record: bool) -> Keyboard:
    def button(words: str, kind: type[OfMedicine]) -> Button:
        return Button(words, kind(family_id=member.family_id, medication_id=facts.id).encode())

    history = button(_("📜 History"), MedicineHistory)
    back = Button(_("◀ All medicines"), MedicinesPage(family_id=member.family_id).encode())
    rows: list[tuple[Button, ...]] = []
    if may_record:
        give = Give(family_id=member.family_id, medication_id=facts.id, version=facts.version)
        rows.append((Button(_("✅ Record a dose"), give.encode()), history))
    else:
        rows.append((history,))
    if may(member.role, Action.CHANGE_MEDICINES):
        rows.append((button(change_label(), ChangeMedicine), button(_("📦 Refill"), Refill)))
        match facts.status:
            case MedicineStatus.ACTIVE:
                rows.append(
                    (button(_("⏸ Pause"), PauseMedicine), button(_("⏹ Stop"), StopMedicine))
                )
            case MedicineStatus.PAUSED:
                resume = RestoreMedicine(
                    family_id=member.family_id, medication_id=facts.id, is_from_pause=True
                )
                rows.append(
                    (
                        Button(_("▶️ Resume"), resume.encode()),
                        button(_("⏹ Stop"), StopMedicine),
                    )
                )
            case MedicineStatus.STOPPED:
                rows.append((button(_("↩️ Restore"), RestoreMedicine),))
        if facts.status is not MedicineStatus.STOPPED:
            rows += [(each,) for each in ladder_button(facts, member=member)]
        rows += forget_buttons(facts, member=member)
        return (*rows, (back, button(_("🗑 Remove"), RemoveMedicine)))
    return (*rows, (back,))


def changed(facts: MedicineFacts, *, member: Member, now: datetime, before: str = "") -> Answer:
    """The medicine after a change, with Undo, and what it was *before*."""
    text = _("✅ Changed: {medicine}\nfor <b>{person}</b>, family {family}.").format(
        medicine=described(facts, now=now),
        person=escape(facts.person),
        family=escape(family_name(member)),
    )
    kept = [_kept(dose, facts, now=now, reader_zone=member.zone) for dose in facts.open_doses]
    was = [_("✏️ Before: {medicine}").format(medicine=escape(before))] if before else []
    text = "\n".join([text, *was, *kept, *_next(facts, now=now, reader_zone=member.zone)])
    offers = [dose for dose in facts.open_doses if dose.becomes is not None]
    offered = ((_change_open_button(offers),),) if offers else ()
    return Answer(send=(Screen(text, (*offered, (undo_button(),))),))


def _kept(
    dose: OpenDose, facts: MedicineFacts, *, now: datetime, reader_zone: ZoneInfo | None
) -> str:
    """What a change keeps of a dose whose card is open."""
    due = open_due(dose, home=facts.zone, now=now, reader_zone=reader_zone)
    if dose.becomes is not None:
        return _("The dose due {due} hasn't been recorded yet and stays at {amount}.").format(
            due=due, amount=escape(dose.dosage.words)
        )
    if dose.is_rescheduled:
        until = with_yours(
            clock_time(dose.window_ends_at, facts.zone),
            dose.window_ends_at,
            zone=facts.zone,
            reader_zone=reader_zone,
        )
        words = _("You can still record the dose due {due}, until {time}.")
        return words.format(due=due, time=until)
    return open_words(dose, home=facts.zone, now=now, reader_zone=reader_zone)


def _change_open_button(doses: Sequence[OpenDose]) -> Button:
    """Names the new value if it is the same for all of the doses."""
    amounts = {dose.becomes.words for dose in doses if dose.becomes is not None}
    words = _("✏️ Change that dose, too") if len(doses) == 1 else _("✏️ Change those doses, too")
    if len(amounts) == 1:
        words = _("{change}: {amount}").format(change=words, amount=label(amounts.pop()))
    return Button(words, ChangeOpenDoses().encode())


def open_doses_changed(
    facts: MedicineFacts,
    *,
    changed: Sequence[DoseFacts],
    answered: Sequence[DoseFacts],
    edit_id: UUID,
    member: Member,
    now: datetime,
) -> Answer:
    """What became of the open doses that were to follow the change *edit_id*, while their message
    still offers Undo. Doses that somebody has answered in the meantime keep their record.
    """
    text = _("✅ Changed: {medicine}\nfor <b>{person}</b>, family {family}.").format(
        medicine=described(facts, now=now),
        person=escape(facts.person),
        family=escape(family_name(member)),
    )
    lines = [
        _("The dose due {due} has been changed, too: {amount}.").format(
            due=due_moment(dose, now=now), amount=escape(dose.dosage)
        )
        for dose in changed
    ]
    words = [already(dose) for dose in answered]
    lines += [_("{answer} That dose stays as it is.").format(answer=escape(each)) for each in words]
    lines += _next(facts, now=now, reader_zone=member.zone)
    undo = Button(_("↩️ Undo"), UndoAction(family_id=member.family_id, action_id=edit_id).encode())
    screen = Screen("\n".join([text, *fitting(lines)]), ((undo,),))
    if words:
        said = toast(words[0], then=_("That dose stays as it is."))
        return Answer(toast=said, alert=True, edit=screen)
    return Answer(toast=_("Changed."), edit=screen)


def change_superseded(facts: MedicineFacts) -> Answer:
    """The change that the message offered is no longer the current one."""
    what = dosed_name(facts.name, facts.dosage, facts.schedule)
    words = _("It has since been changed again, so I left that dose as it is. It's now: {medicine}")
    return Answer(toast=toast(words.format(medicine=what)), alert=True)


def has_changed(name: str, screen: Screen) -> Answer:
    """Shown instead of recording something the message doesn't show: *screen* is the medicine as it
    is now.
    """
    words = _("{name} has changed since this was shown. Please look again, then tap.")
    return Answer(toast=words.format(name=shorten(name, to=100)), alert=True, edit=screen)


def stopped(screen: Screen, facts: MedicineFacts, *, now: datetime) -> Answer:
    words = _("Stopped. You can restore it here.")
    if facts.called_off:
        dose = facts.called_off[-1]
        words += " " + called_off_words(dose, home=facts.zone, now=now)
    return Answer(toast=toast(words), edit=screen)


def restored(screen: Screen) -> Answer:
    return Answer(toast=_("Restored."), edit=screen)


def resumed(screen: Screen, facts: MedicineFacts, *, now: datetime) -> Answer:
    return Answer(toast=resumed_toast(facts, now=now), edit=screen)


def changed_meanwhile(facts: MedicineFacts, *, now: datetime) -> Screen:
    return Screen(
        _(
            "Somebody has changed it in the meantime, so your change wasn't saved. It's now:\n"
            "{medicine}"
        ).format(medicine=described(facts, now=now))
    )
