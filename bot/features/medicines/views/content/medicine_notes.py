"""What stands on a label beside the amount and the times: how something is taken, and what for."""

from collections.abc import Sequence
from enum import StrEnum

from bot.ui.answer import Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.wording import _, escape
from domain.medicines.facts import Content


class Note(StrEnum):
    """The values are steps of conversations."""

    HOW = "how"
    WHY = "why"


def note_labels() -> dict[str, str]:
    """The parts of a medicine, for buttons."""
    return {Note.HOW.value: _("How to take it"), Note.WHY.value: _("What for")}


def note_lines(instructions: str | None, reason: str | None) -> Sequence[str]:
    """ "How to take it: with food", "What it's for: pain" (HTML); only what is noted."""
    lines = []
    if instructions:
        lines.append(_("How to take it: {instructions}").format(instructions=escape(instructions)))
    if reason:
        lines.append(_("What it's for: {reason}").format(reason=escape(reason)))
    return lines


def changed_lines(
    *, instructions: tuple[str | None, str | None], reason: tuple[str | None, str | None]
) -> Sequence[str]:
    """What is noted before and now, where that differs: the change in words (HTML)."""
    lines: list[str] = []
    before, now = instructions
    if before != now:
        lines += note_lines(now, None) or [_("The note on how to take it was removed.")]
        lines += [_("Before: {words}").format(words=escape(before))] if before else []
    before, now = reason
    if before != now:
        lines += note_lines(None, now) or [_("The note on what it's for was removed.")]
        lines += [_("Before: {words}").format(words=escape(before))] if before else []
    return lines


def lines_before(before: Content, now: Content) -> Sequence[str]:
    """What was noted *before*, where that isn't what is noted now (HTML)."""
    lines: list[str] = []
    if before.instructions != now.instructions:
        lines += note_lines(before.instructions, None) or [_("How to take it: not noted")]
    if before.reason != now.reason:
        lines += note_lines(None, before.reason) or [_("What it's for: not noted")]
    return lines


def suggestions(note: Note) -> Sequence[str]:
    """Usual words, as buttons."""
    if note is Note.HOW:
        return [_("with food"), _("on an empty stomach"), _("with plenty of water")]
    return [_("pain"), _("blood pressure"), _("sleep")]


def leave_out_label() -> str:
    return _("🗑 Remove this note")


def ask(note: Note, *, name: str, now: str | None, buttons: Sequence[Button]) -> Screen:
    """*now* is what is noted so far."""
    if note is Note.HOW:
        question = _(
            "How is {name} taken? Tap, or type what the label says, for example: <i>under the "
            "tongue</i>"
        )
    else:
        question = _("What is {name} for? Tap, or type it, for example: <i>high cholesterol</i>")
    lines = [question.format(name=escape(name))]
    if now:
        lines.append(_("Now: <b>{now}</b>.").format(now=escape(now)))
    return Screen("\n".join(lines), in_rows(buttons))
