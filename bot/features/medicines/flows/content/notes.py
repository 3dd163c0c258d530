"""How a medicine is taken, and what for: the questions that saved medicines and drafts share."""

from bot.conversation.engine import Choice, Reply, cancel_button
from bot.features.medicines.views.content import medicine_notes
from bot.features.medicines.views.content.medicine_notes import Note
from bot.grammar.remarks import parse_text
from bot.ui.answer import Screen
from domain.medicines.facts import LONGEST_INSTRUCTIONS, LONGEST_REASON
from domain.medicines.schedule_changes.changes import Change

_LEAVE_OUT = "out"


def ask_note(note: Note, name: str, now: str | None, choice: Choice) -> Screen:
    """*now* is what is noted so far."""
    suggested = medicine_notes.suggestions(note)
    buttons = [
        choice(words, f"s{number}") for number, words in enumerate(suggested) if words != now
    ]
    if now:
        buttons.append(choice(medicine_notes.leave_out_label(), _LEAVE_OUT))
    buttons.append(cancel_button(choice))
    return medicine_notes.ask(note, name=name, now=now, buttons=buttons)


def take_note(note: Note, reply: Reply) -> Change:
    """Raises Misunderstood if there are no words, or too many."""
    longest = LONGEST_INSTRUCTIONS if note is Note.HOW else LONGEST_REASON
    match reply.choice:
        case None:
            words = parse_text(reply.text or "", longest=longest)
        case str() as key if key == _LEAVE_OUT:
            words = ""
        case str() as key:
            words = medicine_notes.suggestions(note)[int(key[1:])]
    return Change(instructions=words) if note is Note.HOW else Change(reason=words)
