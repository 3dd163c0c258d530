"""What is said, once, to whoever sends too much, or guesses."""

from bot.ui.answer import Answer, say
from bot.ui.wording import _


def slow_down() -> Answer:
    return say(
        _(
            "That was a lot at once. I haven't done what you just sent. Please wait a minute, "
            "then send it again."
        )
    )


def family_slow_down() -> Answer:
    return say(
        _(
            "Your family has sent me a lot at once. I haven't done what you just sent. Please wait "
            "a minute, then send it again. The buttons on reminders still work."
        )
    )


def last_wrong_invitation() -> Answer:
    """Further ones aren't answered for a while."""
    return say(
        _(
            "I don't know this invitation, either, and I won't look at another one within the next "
            "hour. Please ask for a new one."
        )
    )
