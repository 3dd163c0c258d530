"""Answers to a message that was edited after it had taken effect."""

from collections.abc import Sequence
from datetime import datetime

from bot.features.overview.views.undo import action_words
from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.buttons import in_rows
from bot.ui.misunderstandings import quoted
from bot.ui.wording import _
from domain.overview.own_actions import LastAction


def ask(done: str, *, typed: str, buttons: Sequence[Button]) -> Screen:
    """Shows what was *done* with the first version (HTML), and asks what to do about it."""
    return Screen(
        _(
            "You've edited your message. I've already done what it said before:\n"
            "{done}\n"
            "\n"
            "Now it says: “{words}”. I haven't done that yet. What would you like?"
        ).format(done=done, words=quoted(typed)),
        in_rows(buttons),
    )


def done_words(actions: Sequence[LastAction], *, now: datetime) -> str:
    """The actions, one on each line (HTML)."""
    return "\n".join(action_words(action, now) for action in actions)


def redo_label() -> str:
    return _("Replace the old one with this")


def undo_label() -> str:
    return _("↩️ Undo only the old one")


def change_label() -> str:
    return _("✏️ Change the old one")


def leave_label() -> str:
    return _("Keep the old one")


def nothing_changed() -> Answer:
    return Answer(toast=_("Nothing was changed."), closes=True)


def needs_questions() -> Screen:
    """The new text leaves something open, so it can't be carried out in one step."""
    return Screen(
        _(
            "I'd have to ask you a few questions about the new text, and I can't do that here, so "
            "I haven't changed anything yet. Tap “Undo only the old one”, then send the new "
            "text as a message."
        )
    )


def cannot_undo(typed: str) -> Answer:
    """Its effect is out of Undo's reach."""
    return say(
        _(
            "I've already done what that message said before, and I can't undo it from here. I "
            "haven't done anything about “{words}”: please change it where it's shown, or send "
            "it as a new message."
        ).format(words=quoted(typed))
    )


def changed_since(why: str, *, typed: str) -> Answer:
    """Its effect was changed since; *why* says how (HTML)."""
    return say(
        _(
            "{why} I haven't done anything about “{words}”. If you still need it, please send it as"
            " a new message."
        ).format(why=why, words=quoted(typed))
    )


def was_answer(typed: str) -> Answer:
    """It answered a question, and the conversation has moved on from there."""
    return say(
        _(
            "I've used your message as it was before you edited it. I haven't done anything "
            "about “{words}”. If something should be different, please send it as a new message."
        ).format(words=quoted(typed))
    )


def unknown() -> Answer:
    """It is too old, or its effect wasn't recorded."""
    return say(
        _(
            "You've edited an old message, and I no longer know what it did. I haven't done "
            "anything: please send it as a new message."
        )
    )
