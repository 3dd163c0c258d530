"""What is said around guided conversations: over, expired, not understood, not expected."""

import re
from collections.abc import Sequence
from enum import Enum, auto
from html import unescape

from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.length import length, shorten
from bot.ui.misunderstandings import quoted
from bot.ui.wording import _, escape

_MOST = 4_096  # what Telegram takes in one message
_NAMED = 200
_TAG = re.compile("<[^>]*>")


class Unfinished(Enum):
    """What is true of a conversation that nobody finished."""

    NOT_SAVED = auto()
    NOT_RECORDED = auto()
    NOT_CHANGED = auto()


def unexpected(typed: str = "") -> Answer:
    """Nothing was asked; what was *typed* has done nothing."""
    sentence = _("I'm not sure what that's about. /help shows what I can do.")
    if not typed.strip():
        return say(sentence)
    return say(
        _("{sentence} I haven't done anything about “{words}”.").format(
            sentence=sentence, words=quoted(typed)
        )
    )


def please_type() -> Answer:
    return say(_("I can only read text, not voice messages or pictures. Please type it."))


def expired_screen() -> Screen:
    return Screen(
        _("That question has expired, and nothing was saved. Please start again: /help shows how.")
    )


def expired(*, go_on: Button | None = None) -> Answer:
    """Something was typed too late; with *go_on*, the question can be had again."""
    if go_on is None:
        return Answer(send=(expired_screen(),))
    return say(
        _(
            "That question has expired, and nothing was saved. To pick up where you left off, "
            "tap Continue, then type your answer again."
        ),
        ((go_on,),),
    )


def expired_button(*, instead: Screen | None = None) -> Answer:
    """A button of a question that has expired; *instead* takes the place of that question."""
    toast = _("That question has expired, and nothing was saved.")
    return Answer(toast=toast, edit=instead, closes=instead is None)


def left(question: Screen, unfinished: Unfinished, go_on: Button) -> Screen:
    """In the place of a question that nobody answered in time."""
    title = unfinished_words(unfinished)
    text = f"{title}\n\n{question.text}"
    return Screen(text if length(text) <= _MOST else title, ((go_on,),))


def unfinished_words(unfinished: Unfinished) -> str:
    match unfinished:
        case Unfinished.NOT_SAVED:
            return _("⌛ <b>Not saved.</b>")
        case Unfinished.NOT_RECORDED:
            return _("⌛ <b>Nothing was recorded.</b>")
        case Unfinished.NOT_CHANGED:
            return _("⌛ <b>Nothing was changed.</b>")


def left_notice(what: str, *, go_on: Button, forget: Button) -> Screen:
    """A medicine or an appointment was left: nobody sees an edit, so this is a message, silent."""
    return Screen(
        _("“{what}” wasn't saved.").format(what=escape(shorten(what, to=_NAMED))),
        ((go_on, forget),),
        is_silent=True,
    )


def named_for(what: str, person: str) -> str:
    """ "Amlodipine 5 mg for Mum", where there is more than one person (no HTML)."""
    return _("{what} for {person}").format(what=what, person=person)


def still_open(question: Screen, named: str | None, *, go_on: Button, stop: Button) -> Screen:
    """One line after something else was answered: *named* is what was to be added (no HTML), else
    the *question* is known by how it begins.
    """
    if named:
        text = _("“{what}” isn't saved yet.").format(what=escape(shorten(named, to=_NAMED)))
    else:
        begins = unescape(_TAG.sub("", question.text)).split("\n", 1)[0]
        words = escape(shorten(begins, to=_NAMED))
        text = _("My question is still open: “{question}”").format(question=words)
    return Screen(text, ((go_on, stop),))


def stop_label() -> str:
    return _("✖️ Discard it")


def go_on_label() -> str:
    return _("Continue")


def forget_label() -> str:
    return _("✖️ Discard it")


def continued() -> Screen:
    """In the place of an offer to continue that was taken."""
    return Screen(_("Continued below."))


def forgotten(unfinished: Unfinished) -> Screen:
    """In the place of an offer to continue that is over."""
    return Screen(unfinished_words(unfinished))


def too_old(command: str) -> Screen:
    """Continue, a day after; *command* is where to begin anew."""
    return Screen(
        _(
            "That was more than a day ago, so it can't be continued, and nothing was saved."
            " Please start again: /{command}"
        ).format(command=command)
    )


def cannot_continue() -> Screen:
    """What it was about has gone, or the person has left that family."""
    return Screen(
        _(
            "This can't be continued, and nothing was saved: what it was about is no longer "
            "there. /help shows how to start something new."
        )
    )


def answered_before() -> Answer:
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


def ask_whose(buttons: Sequence[Button]) -> Screen:
    return Screen(_("Who is it for?"), tuple((button,) for button in buttons))


def save_label() -> str:
    return _("✅ Save")


def change_label() -> str:
    return _("✏️ Change")


def cancel_label() -> str:
    return _("✖️ Cancel")


def tap_a_button(typed: str = "") -> Answer:
    """What was *typed* where only a button answers is given back: it has done nothing."""
    if not typed.strip():
        return say(_("Please tap one of the buttons."))
    return say(
        _("I can't use “{words}” here. Please tap one of the buttons.").format(words=quoted(typed))
    )
