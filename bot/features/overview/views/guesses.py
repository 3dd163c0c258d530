"""Asks whether a misspelt command, or one without its slash, was meant."""

from collections.abc import Sequence

from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.buttons import in_rows
from bot.ui.length import shorten
from bot.ui.misunderstandings import quoted
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape

_MAX_LENGTH = 1_000


def ask(command: str, *, typed: str, buttons: Sequence[Button]) -> Screen:
    return Screen(
        _("You typed “{typed}”. Did you mean /{command}?").format(
            typed=quoted(typed), command=command
        ),
        in_rows(buttons),
    )


def yes_label(command: str) -> str:
    return _("✅ Yes, /{command}").format(command=command)


def suggest(command: str, text: str, *, has_button: bool = True) -> Answer:
    """Used while another question is open: the button sends the bare command, so *text*, which was
    typed after it, has to be sent again.
    """
    words = _("I don't know that command. Did you mean /{command}?").format(command=command)
    if text:
        again = escape(shorten(f"/{command} {text}", to=_MAX_LENGTH))
        words = _("{question} Please send it again: <code>{command}</code>").format(
            question=words, command=again
        )
    if not has_button:
        return say(words)
    button = Button(f"/{command}", RunCommand(command=command).encode())
    return say(words, ((button,),))
