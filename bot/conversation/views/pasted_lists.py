"""A pasted list: as it was understood, and once it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.ui.answer import Answer, Button, Keyboard, Screen, say
from bot.ui.buttons import in_rows, undo_button
from bot.ui.distinct_labels import family_name
from bot.ui.length import ROOM, fitting, label, length, shorten
from bot.ui.misunderstandings import quoted
from bot.ui.wording import _, escape, ngettext
from domain.database.scope import Member

_LONGEST_LINE = 120

_IN_SHORT = 3  # lines


@dataclass(frozen=True)
class Shown:
    """An entry: what was typed, and what was understood (HTML) or why it wasn't. `same` is an
    existing item of that name.
    """

    line: str
    words: str
    reason: str | None = None
    same: str | None = None


def entries(shown: Sequence[Shown], buttons: Keyboard, *, left: int = 0) -> Screen:
    """The numbered list; *left* entries don't fit and come next."""
    understood = sum(entry.reason is None for entry in shown)
    head = ngettext("I understood {count} of {all}:", "I understood {count} of {all}:", understood)
    lines = [head.format(count=understood, all=len(shown))]
    lines += [_entry(number, entry) for number, entry in enumerate(shown, start=1)]
    lines.append(_("To change one, tap it, or type its number and the new line."))
    if left:
        more = ngettext(
            "{count} more doesn't fit here. I'll show it next.",
            "{count} more don't fit here. I'll show them next.",
            left,
        )
        lines.append(more.format(count=left))
    return Screen("\n".join(lines), buttons)


def count_fitting(shown: Sequence[Shown]) -> int:
    """How many fit into one message: a button must not save entries that nobody can see."""
    room, count = ROOM, 0
    for number, entry in enumerate(shown, start=1):
        room -= length(_entry(number, entry)) + 1
        if room < 0:
            break
        count += 1
    return max(count, 1)


def _entry(number: int, entry: Shown) -> str:
    if entry.reason is not None:
        return _("❓ {number}. “{line}”: {reason}").format(
            number=number, line=_quoted(entry.line), reason=entry.reason
        )
    words = _("{number}. {entry}").format(number=number, entry=entry.words)
    if entry.same is None:
        return words
    same = _(
        "⚠️ There's already one: {existing}. I'll only save this one if you tap “Save {number},"
        " too”."
    ).format(existing=escape(entry.same), number=number)
    return f"{words}\n{same}"


def _quoted(line: str) -> str:
    return escape(shorten(line, to=_LONGEST_LINE))


def about_one(
    question: Screen, *, number: int, count: int, line: str, last: tuple[Button, ...]
) -> Screen:
    """A question about one entry, which it names."""
    head = _("{number} of {count}: “{line}”").format(number=number, count=count, line=_quoted(line))
    return Screen(f"{head}\n{question.text}", (*question.keyboard, last))


def person_question() -> str:
    """What a line leaves open that doesn't say whom it is for."""
    return _("Who is it for?")


def answer_label(number: int, question: str) -> str:
    """*question* is what the line leaves open, in words."""
    return _("❓ {number}: {question}").format(number=number, question=question)


def all_for_label(person: str) -> str:
    return _("All for {person}").format(person=label(person))


def back_label() -> str:
    return _("◀ Back to the list")


def ask_to_retype(line: str, *, number: int, keep: Button) -> Screen:
    words = _("Type number {number} again. It was: <code>{line}</code>")
    return Screen(words.format(number=number, line=_quoted(line)), ((keep,),))


def save_label(count: int, *, is_all: bool) -> str:
    if is_all and count == 1:
        return _("✅ Save")
    if is_all:
        return _("✅ Save all {count}").format(count=count)
    return ngettext("✅ Save {count} of them", "✅ Save {count} of them", count).format(count=count)


def change_label(number: int) -> str:
    return _("✏️ {number}").format(number=number)


def drop_label(number: int) -> str:
    return _("✖️ {number}").format(number=number)


def both_label(number: int) -> str:
    return _("✅ Save {number}, too").format(number=number)


def leave_out_label() -> str:
    return _("✖️ Leave this one out")


def keep_label() -> str:
    return _("◀ Keep it as it is")


def tap_or_type(typed: str = "") -> Answer:
    sentence = _("Please tap one of the buttons, or type a number and the new line for it.")
    if not typed.strip():
        return say(sentence)
    return say(
        _("I can't use “{words}” here. {sentence}").format(words=quoted(typed), sentence=sentence)
    )


def saved_text(lines: Sequence[str], *, member: Member) -> str:
    """*lines*: one for each saved entry."""
    count = len(lines)
    head = ngettext(
        "✅ Saved {count} in the family {family}:",
        "✅ Saved {count} in the family {family}:",
        count,
    ).format(count=count, family=escape(family_name(member)))
    last = _("Undo removes one at a time, the last one first.")
    return "\n".join(fitting([head, *lines, last]))


def saved_keyboard(buttons: Sequence[Button]) -> Keyboard:
    """*buttons*: one for each entry, with Undo below them."""
    return (*in_rows(buttons), (undo_button(entries=len(buttons)),))


def lines_in_short(lines: Sequence[str]) -> str:
    """ "Dentist tomorrow 10:00, Eye doctor friday 11:00, …" (no HTML)."""
    return ", ".join([*lines[:_IN_SHORT], *(["…"] if len(lines) > _IN_SHORT else [])])
