"""What is said instead of doing it: once, to whoever sends too much or guesses, at a tap on
what is out of date for its reader, and of words that a command has no use for.
"""

from dataclasses import replace

from bot.ui.answer import Answer, Screen, say
from bot.ui.length import shorten
from bot.ui.wording import _, escape
from domain.access import Action, Role, may


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


def old_button() -> Answer:
    """One that nobody can read any more."""
    return Answer(
        toast=_("This button is too old. /today, /meds and /appts show how things are now."),
        alert=True,
    )


def nobody_cared_for(role: Role, *, is_restricted: bool = False) -> str:
    """On a screen that shows nobody: what its reader can do about it."""
    if is_restricted:
        return _("You don't see anybody in this family at the moment. Its admins can change that.")
    if not may(role, Action.ADD_PERSON):
        return _("Nobody is cared for in this family yet.")
    return _("You haven't added anyone to care for yet. Type /addperson NAME in CITY.")


def left_family() -> Answer:
    """The presser has left the family, or was removed: no button of the message does anything."""
    words = _("You're not in this family any more. If that's a mistake, ask for a new invitation.")
    return Answer(toast=words, alert=True, closes=True)


def out_of_sight() -> Answer:
    """The presser sees only some of the family, and this is about something else, or is gone."""
    words = _(
        "You don't see this any more, or it isn't there any more. /today, /meds and /appts show "
        "what you see."
    )
    return Answer(toast=words, alert=True, closes=True)


def words_left_out(answer: Answer, typed: str, *, command: str) -> Answer:
    """*answer* to a command that takes no words, which says that these weren't used."""
    sentence = Screen(
        _("I can't use “{typed}” after /{command}, so I've left it out.").format(
            typed=escape(shorten(typed, to=60)), command=command
        )
    )
    if not answer.send:
        return answer.and_send(sentence)
    first, *others = answer.send
    return replace(answer, send=(*first.after(sentence), *others))
