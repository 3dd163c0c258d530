"""What is said around guided conversations: over, expired, not understood, not expected."""

from bot.views.answer import Answer, Screen, say
from bot.views.wording import _


def unexpected() -> Answer:
    return say(_("I did not expect a message just now. Type /help to see what I can do."))


def please_type() -> Answer:
    return say(_("I can only read text, not voice messages or pictures. Please type it."))


def expired_screen() -> Screen:
    return Screen(
        _(
            "That conversation has expired, and nothing was saved. Please start again:"
            " /help shows how."
        )
    )


def expired() -> Answer:
    return Answer(send=(expired_screen(),))


def expired_button() -> Answer:
    return Answer(toast=_("That question has expired; nothing was saved."), closes=True)


def answered_before() -> Answer:
    return Answer(toast=_("That question is answered already."), closes=True)


def nothing_to_cancel() -> Answer:
    return say(_("There is nothing to cancel. Type /help to see what I can do."))


def cancelled() -> Answer:
    return say(_("Cancelled. Nothing was saved."))
