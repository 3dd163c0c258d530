"""What was typed at first and will not be saved."""

from bot.features.medicines.flows.content.medicine_draft import Draft
from bot.grammar.labels.unkept import BETWEEN, unkept_words
from bot.ui.words.regimens.schedules import schedule_in_words
from domain.medicines.schedules.kinds import schedule_from_json


def unkept_of(draft: Draft) -> str:
    """Words of the first line that are in no answer, and in nothing that the draft says; all of
    the line if they are scattered over it.
    """
    person = draft.chosen
    if not draft.unread or person is None:
        return ""
    schedule = ""
    if draft.schedule is not None:
        schedule = schedule_in_words(schedule_from_json(draft.schedule), zone=person.zone)
    amount = "" if draft.amount is None else draft.amount.words
    known = [draft.name, amount, schedule, draft.instructions, draft.reason, person.name]
    found = unkept_words(draft.unread, kept=[*draft.heard, *filter(None, known)])
    return draft.unread if BETWEEN in found else found
