"""Messages around guided conversations: expired, cancelled, not understood, not expected."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from html import unescape
from typing import Any

from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.length import length, shorten
from bot.ui.misunderstandings import quoted
from bot.ui.wording import _, escape

_MAX_LENGTH = 4_096  # Telegram's limit for one message
_NAMED = 200
_TAG = re.compile("<[^>]*>")


class Unfinished(Enum):
    """The state of a conversation that nobody finished."""

    NOT_SAVED = auto()
    NOT_RECORDED = auto()
    NOT_CHANGED = auto()


def please_type() -> Answer:
    return say(_("I can only read text, not voice messages or pictures. Please type it."))


def expired_screen() -> Screen:
    return Screen(
        _("That question has expired, and nothing was saved. Please start again: /help shows how.")
    )


def expired(*, continue_button: Button | None = None) -> Answer:
    """An answer came too late; *continue_button* asks the question again."""
    if continue_button is None:
        return Answer(send=(expired_screen(),))
    return say(
        _(
            "That question has expired, and nothing was saved. To pick up where you left off, "
            "tap Continue, then type your answer again."
        ),
        ((continue_button,),),
    )


def expired_button(*, instead: Screen | None = None) -> Answer:
    """Somebody pressed a button of an expired question; *instead* replaces that question."""
    toast = _("That question has expired, and nothing was saved.")
    if instead is None:
        toast = _("That question has expired, and nothing was saved. Please start again.")
    return Answer(toast=toast, edit=instead, closes=instead is None)


def abandoned(question: Screen, unfinished: Unfinished, continue_button: Button) -> Screen:
    """Replaces a question that nobody answered in time."""
    title = unfinished_words(unfinished)
    text = f"{title}\n\n{question.text}"
    return Screen(text if length(text) <= _MAX_LENGTH else title, ((continue_button,),))


def unfinished_words(unfinished: Unfinished) -> str:
    match unfinished:
        case Unfinished.NOT_SAVED:
            return _("⌛ <b>Not saved.</b>")
        case Unfinished.NOT_RECORDED:
            return _("⌛ <b>Nothing was recorded.</b>")
        case Unfinished.NOT_CHANGED:
            return _("⌛ <b>Nothing was changed.</b>")


def abandoned_notice(what: str, *, continue_button: Button, discard_button: Button) -> Screen:
    """An unfinished medicine or appointment. Nobody notices an edit, so this is a (silent) message
    of its own.
    """
    return Screen(
        _("“{what}” wasn't saved.").format(what=escape(shorten(what, to=_NAMED))),
        ((continue_button, discard_button),),
        is_silent=True,
    )


def named_for(what: str, person: str) -> str:
    """ "Amlodipine 5 mg for Mum" if the family cares for several people (no HTML)."""
    return _("{what} for {person}").format(what=what, person=person)


def still_open(
    question: Screen, named: str | None, *, continue_button: Button, stop_button: Button
) -> Screen:
    """One line after the answer to something else. *named* is what would have been added (no HTML);
    without it, the line quotes the start of *question*.
    """
    if named:
        text = _("“{what}” isn't saved yet.").format(what=escape(shorten(named, to=_NAMED)))
    else:
        begins = unescape(_TAG.sub("", question.text)).split("\n", 1)[0]
        words = escape(shorten(begins, to=_NAMED))
        text = _("My question is still open: “{question}”").format(question=words)
    return Screen(text, ((continue_button, stop_button),))


def continue_label() -> str:
    return _("Continue")


def discard_label() -> str:
    return _("✖️ Discard it")


def continued() -> Screen:
    """Replaces an offer to continue that was accepted."""
    return Screen(_("Continued below."))


def discarded(unfinished: Unfinished) -> Screen:
    """Replaces an offer to continue that has lapsed."""
    return Screen(unfinished_words(unfinished))


def too_old(command: str) -> Screen:
    """Continue was pressed a day later; *command* starts again."""
    return Screen(
        _(
            "That was more than a day ago, so it can't be continued, and nothing was saved."
            " Please start again: /{command}"
        ).format(command=command)
    )


def cannot_continue() -> Screen:
    """The subject has been deleted, or the person has left that family."""
    return Screen(
        _(
            "This can't be continued, and nothing was saved: what it was about is no longer "
            "there. /help shows how to start something new."
        )
    )


def already_answered() -> Answer:
    return Answer(toast=_("That question has already been answered."), closes=True)


def nothing_to_cancel() -> Answer:
    return say(
        _(
            "There is nothing to cancel: I'm not asking you anything. To call off an appointment,"
            " open it with /appts."
        )
    )


def cancelled() -> Answer:
    return say(_("Cancelled. Nothing was saved."))


def left_as_it_is(screen: Screen, *, conversation: dict[str, Any]) -> Answer:
    """Cancel, of a question that stood in the place of *screen*."""
    return Answer(toast=_("Nothing was changed."), edit=screen, conversation=conversation)


def ask_person(buttons: Sequence[Button]) -> Screen:
    return Screen(_("Who is it for?"), tuple((button,) for button in buttons))


def save_label() -> str:
    return _("✅ Save")


def change_label() -> str:
    return _("✏️ Change")


def cancel_label() -> str:
    return _("✖️ Cancel")


def tap_a_button(typed: str = "") -> Answer:
    """Quotes what was *typed* at a question that only buttons answer: it had no effect."""
    if not typed.strip():
        return say(_("Please tap one of the buttons."))
    return say(
        _("I can't use “{words}” here. Please tap one of the buttons.").format(words=quoted(typed))
    )
