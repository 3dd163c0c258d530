"""Recording doses as taken after their window has closed: when that was, and the result."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from bot.features.medicines.views.doses import already
from bot.features.medicines.views.giving import confirmations, given_intakes, intake_questions
from bot.features.medicines.views.giving.readers import Reader
from bot.ui.answer import Answer, Screen
from bot.ui.buttons import undo_button
from bot.ui.length import fitting
from bot.ui.wording import _, escape, ngettext
from bot.ui.words.dose_times import due_moment, with_yours
from domain.database.scope import Member
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.late import NOTHING_CHOSEN, LateOutlook
from domain.medicines.records.recording import Recorded


def ask_when(
    outlook: LateOutlook,
    *,
    person: str,
    reader: Reader,
    given: Mapping[UUID, Dosage] = NOTHING_CHOSEN,
    note: str = "",
) -> Screen:
    """Asks when doses were taken. Each is shown with the day and time it was due, and with whoever
    has answered it in the meantime. *given* is what was chosen of a range.
    """
    lines = [_due(dose, reader, given) for dose in outlook.open]
    lines += [escape(already(dose)) for dose in outlook.answered]
    count = len(outlook.open)
    question = ngettext(
        "When was it taken? Tap, or type the time.",
        "When were they taken? Tap, or type the time.",
        count,
    )
    head = _("For <b>{person}</b>, family {family}:").format(
        person=escape(person), family=escape(reader.family_name)
    )
    if not count:
        return Screen("\n".join([head, *fitting(lines)]))
    noted = confirmations.said_as_note(note)
    return Screen("\n".join([head, *fitting(lines), *noted, question]))


def _due(dose: DoseFacts, reader: Reader, given: Mapping[UUID, Dosage] = NOTHING_CHOSEN) -> str:
    """ "💊 Aspirin 100 mg, due today 08:00"."""
    chosen = given[dose.id].words if dose.id in given else None
    due = due_moment(dose, now=reader.now)
    return _("💊 <b>{name}</b> {amount}, due {due}").format(
        name=escape(dose.name),
        amount=escape(dose.given or chosen or dose.dosage),
        due=with_yours(due, dose.due_at, zone=dose.zone, reader_zone=reader.zone),
    )


def when_labels(doses: Sequence[DoseFacts], *, now: datetime) -> dict[str, str]:
    """The choices, by the keys of :mod:`bot.features.medicines.flows.giving.take_late`."""
    moments = {due_moment(dose, now=now) for dose in doses}
    words = ngettext("🕗 At its time", "🕗 At their times", len(doses))
    if len(moments) == 1:
        words = _("{words}: {moment}").format(words=words, moment=moments.pop())
    return {"due": words, "now": _("✅ Just now"), **intake_questions.time_labels()}


def ask_time(*, lacks_time: str, has_options: bool) -> Screen:
    """Asks for the time in words, or for the exact time within the part of the day that was typed
    (*lacks_time*).
    """
    if lacks_time:
        words = _("“{words}”: what time was that? For example <i>07:45</i>")
        return Screen(words.format(words=escape(lacks_time)))
    if has_options:
        return Screen(_("When was that?"))
    return Screen(
        _(
            "When was that? Type it, for example <i>07:45</i>, <i>yesterday 23:50</i> or"
            " <i>half an hour ago</i>"
        )
    )


def confirm(
    outlook: LateOutlook,
    *,
    person: str,
    reader: Reader,
    given: Mapping[UUID, Dosage] = NOTHING_CHOSEN,
    note: str = "",
) -> Screen:
    """Lists everything that Yes will record and what to know beforehand. It never gives advice."""
    lines = [
        _("For <b>{person}</b>, family {family}:").format(
            person=escape(person), family=escape(reader.family_name)
        )
    ]
    lines += fitting([_taken(dose, outlook.at, person, reader, given) for dose in outlook.open])
    lines += [escape(already(dose)) for dose in outlook.answered]
    lines += [
        _("⚠️ That's before the day {name} was due.").format(name=escape(dose.name))
        for dose in outlook.early[:1]
    ]
    lines += [
        _("⚠️ That's {count} doses of {name} at the same time.").format(
            count=count, name=escape(name)
        )
        for name, count in Counter(dose.name for dose in outlook.together).items()
    ]
    if outlook.has_moved:
        lines.append(confirmations.moved_line(person))
    for each in outlook.outlooks:
        lines += [
            f"<b>{escape(each.medicine.name)}</b>",
            *confirmations.considerations(each, reader),
        ]
    lines += confirmations.said_as_note(note)
    return Screen("\n".join([*fitting(lines), _("Record it?")]))


def _taken(
    dose: DoseFacts,
    at: Mapping[UUID, datetime],
    person: str,
    reader: Reader,
    given: Mapping[UUID, Dosage] = NOTHING_CHOSEN,
) -> str:
    """ "💊 Aspirin 100 mg, due today 08:00: taken today 08:30"."""
    taken_at = at[dose.id]
    zone = dose.zone if taken_at == dose.due_at else dose.home
    when = reader.when(taken_at, person=person, zone=zone, home=dose.home)
    return _("{dose}: taken {when}").format(dose=_due(dose, reader, given), when=when)


def recorded(outcome: Recorded, *, person: str, member: Member, now: datetime) -> Answer:
    """What was recorded, with Undo. Names the doses that somebody had already answered."""
    if len(outcome.recorded) == 1 and not outcome.already:
        return given_intakes.given(outcome, person=person, member=member, now=now, other=None)
    reader = Reader.of(member, now)
    lines = []
    if outcome.recorded:
        at = {dose.id: dose.taken_at or now for dose in outcome.recorded}
        lines = [
            _("✅ Recorded for <b>{person}</b>, family {family}:").format(
                person=escape(person), family=escape(reader.family_name)
            ),
            *[_taken(dose, at, person, reader) for dose in outcome.recorded],
        ]
    lines += [escape(already(dose)) for dose in outcome.already]
    keyboard = ((undo_button(),),) if outcome.recorded else ()
    return Answer(send=(Screen("\n".join(fitting(lines)), keyboard),))
