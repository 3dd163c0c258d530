"""The result of recording an intake, or who had recorded it first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.features.medicines.views.giving.confirmations import counts_for_words
from bot.features.medicines.views.giving.readers import Reader
from bot.ui.answer import Answer, Button, Screen
from bot.ui.length import fitting
from bot.ui.presses.arguments import recorded_at
from bot.ui.presses.doses import Correct, CorrectToMyClock, UndoRecord
from bot.ui.wording import _, escape
from domain.database.scope import Member
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.recording import Recorded


@dataclass(frozen=True)
class OtherClock:
    """The moment to record if the reader typed the time by their own clock."""

    dose_id: UUID
    at: datetime


def given(
    outcome: Recorded, *, person: str, member: Member, now: datetime, other: OtherClock | None
) -> Answer:
    """What was recorded, or who had recorded it first."""
    reader = Reader.of(member, now)
    if not outcome.recorded:
        lines = [_already(dose, person, reader) for dose in outcome.already]
        return Answer(send=(Screen("\n".join(fitting(lines))),))
    dose = outcome.recorded[0]
    correct = Correct(family_id=member.family_id, dose_id=dose.id)
    row = (undo_record_button(dose, member), Button(_("✏️ Correct"), correct.encode()))
    mine = () if other is None else ((_my_clock(other, member, person, dose.zone, reader),),)
    return Answer(send=(Screen(_recorded(dose, person, reader), (row, *mine)),))


def undo_record_button(dose: DoseFacts, member: Member) -> Button:
    """Undoes the record that the message shows, never a later record of the same dose."""
    undo = UndoRecord(
        family_id=member.family_id, dose_id=dose.id, record=recorded_at(dose.resolved_at)
    )
    return Button(_("↩️ Undo"), undo.encode())


def _my_clock(
    other: OtherClock, member: Member, person: str, zone: ZoneInfo, reader: Reader
) -> Button:
    """Shows the time that the button would record, by both clocks."""
    meant = CorrectToMyClock(family_id=member.family_id, dose_id=other.dose_id, at=other.at)
    words = _("🕑 I meant my clock: {moment}").format(
        moment=reader.when_on_button(other.at, person=person, zone=zone)
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
    return words + "\n" + counts_for_words(dose, reader)


def _already(dose: DoseFacts, person: str, reader: Reader) -> str:
    at = dose.taken_at or dose.resolved_at or reader.now
    words = _("{name}: {who} has already recorded it ({moment}). Nothing new was recorded.")
    return words.format(
        name=escape(dose.name),
        who=escape(dose.resolved_by or ""),
        moment=reader.when(at, person=person, zone=dose.taken_zone or dose.zone, home=dose.home),
    )


def still_in_future() -> Answer:
    """ "I meant my clock" was pressed, but by that clock the time is still in the future."""
    return Answer(
        toast=_("By your clock, that's still in the future, so the time stays as it is."),
        alert=True,
    )


def record_changed_since() -> Answer:
    """The record has changed since its button was sent."""
    return Answer(toast=_("The record has since been changed. /history shows it."), alert=True)
