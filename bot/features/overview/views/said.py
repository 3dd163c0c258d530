"""What was said in own words, where the answer is a screen with the button that does it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.features.overview.views.own_words import home_buttons
from bot.ui.answer import Answer, Screen, say
from bot.ui.wording import _, escape, listed


def to_tap(words: str, pages: Sequence[Screen]) -> Answer:
    """The pages of what was named; *words* say what to tap."""
    first, *others = pages
    return Answer(send=(replace(first, text=f"{words}\n\n{first.text}"), *others))


def call_it_off() -> str:
    return _("I haven't called anything off yet. Tap “Call it off” if this is the one you mean.")


def move_it() -> str:
    return _("I haven't moved anything yet. Tap “Move” on the one you mean.")


def drive() -> str:
    return _("Tap “I'll drive” if this is the one you mean.")


def stop_driving() -> str:
    return _("I haven't changed anything yet. Tap “I can't drive” if this is the one you mean.")


def stop_it() -> str:
    return _("I haven't stopped anything yet. Tap “Stop” if this is the one you mean.")


def nothing_planned() -> Answer:
    return say(_("I have no such appointment then. Nothing was changed."), home_buttons("appts"))


def nothing_open() -> Answer:
    return say(
        _("Nothing that fits is waiting for an answer, so I haven't recorded anything."),
        home_buttons("today", "give"),
    )


def whose() -> Answer:
    return say(
        _("That could be for more than one person. Please tap the doses you mean."),
        home_buttons("today"),
    )


def of_somebody_else(named: Sequence[tuple[str, str]]) -> Answer:
    """The medicine that was named is taken by somebody else; each with its person."""
    names = listed([f"{escape(name)} ({escape(person)})" for name, person in named])
    words = _("I have that only for somebody else: {names}. Nothing was recorded.")
    return say(words.format(names=names), home_buttons("meds"))
