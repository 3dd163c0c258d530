"""Recording doses as skipped that somebody named in their own words: the question, the result."""

from collections.abc import Sequence

from bot.features.medicines.views.doses import already
from bot.features.medicines.views.giving.readers import Reader
from bot.ui.answer import Answer, Screen
from bot.ui.buttons import undo_button
from bot.ui.length import fitting
from bot.ui.wording import _, escape
from bot.ui.words.dose_times import due_moment, with_yours
from domain.medicines.doses.facts import RESOLVED, DoseFacts
from domain.medicines.records.recording import Recorded


def ask(doses: Sequence[DoseFacts], *, reader: Reader, reason: str = "") -> Screen:
    """Lists what Skip will record, with the *reason*, and what somebody has recorded first."""
    lines = [_head(doses, reader)]
    lines += fitting(
        [escape(already(dose)) if dose.status in RESOLVED else _due(dose, reader) for dose in doses]
    )
    lines += [f"<i>“{escape(reason)}”</i>"] if reason else []
    return Screen("\n".join([*lines, _("Record it as skipped?")]))


def _head(doses: Sequence[DoseFacts], reader: Reader) -> str:
    return _("For <b>{person}</b>, family {family}:").format(
        person=escape(doses[0].person), family=escape(reader.family_name)
    )


def _due(dose: DoseFacts, reader: Reader) -> str:
    due = due_moment(dose, now=reader.now)
    return _("💊 <b>{name}</b> {amount}, due {due}").format(
        name=escape(dose.name),
        amount=escape(dose.dosage),
        due=with_yours(due, dose.due_at, zone=dose.zone, reader_zone=reader.zone),
    )


def skipped(outcome: Recorded, *, reader: Reader) -> Answer:
    """What was recorded, with Undo, and what somebody had recorded first."""
    doses = [*outcome.recorded, *outcome.already]
    lines = [_head(doses, reader)]
    lines += [_("⏭ {dose}: skipped").format(dose=_due(dose, reader)) for dose in outcome.recorded]
    lines += [escape(already(dose)) for dose in outcome.already]
    keyboard = ((undo_button(),),) if outcome.recorded else ()
    return Answer(send=(Screen("\n".join(fitting(lines)), keyboard),))


def skip_label() -> str:
    return _("⏭ Skip")
