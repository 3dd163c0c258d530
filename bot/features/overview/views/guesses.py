"""Asks whether a misspelt command, or one without its slash, was meant."""

from collections.abc import Sequence

from bot.grammar.intents.nearest import Likely
from bot.ui.answer import Answer, Button, Screen, say
from bot.ui.buttons import in_rows
from bot.ui.length import label, shorten
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


def ask_nearest(typed: str, *, buttons: Sequence[Button]) -> Screen:
    """Nothing could be read in what was *typed*."""
    return Screen(
        _(
            "I'm not sure what you mean by “{typed}”, so I haven't done anything. Is it one of "
            "these? Otherwise, please say it in other words."
        ).format(typed=quoted(typed)),
        in_rows(buttons),
    )


def nearest_label(command: str, about: str) -> str:
    """What a button does with the words: *about* is what they name, if they name something."""
    words = {
        "addmed": _("➕ It's a medicine"),
        "addappt": _("📅 It's an appointment"),
        "give": _("✅ Record a dose: {about}") if about else _("✅ Record a dose"),
        "history": _("📜 What was given: {about}") if about else _("📜 What was given"),
        "refill": _("📦 Stock: {about}"),
        "today": _("💊 What's due today"),
        "appts": _("📅 Appointments"),
        "doctors": _("🩺 Doctors"),
        "meds": _("💊 All medicines"),
        "help": _("❓ What I can do"),
    }[command]
    return label(words.format(about=about))


def likely_label(kind: str, about: str, how: str) -> str:
    """What a button does, filled in: *how* is an amount or a day, as it was typed."""
    words = {
        Likely.ADD: _("📦 Add {how} to {about}"),
        Likely.LEFT: _("📦 {about}: {how} left"),
        Likely.SKIP: _("⏭ Leave out today's {about}"),
        Likely.PAUSE_MEDICINE: _("⏸ Pause {about} {how}"),
        Likely.PAUSE_PERSON: _("⏸ Pause {about}'s medicines {how}"),
        Likely.CHANGE: _("✏️ Change {about} to {how}"),
        Likely.ONLY: _("✏️ {about} only at {how}"),
        Likely.MOVE: _("↔️ Move {about} to {how}"),
        Likely.CALL_OFF: _("🚫 Call off {about}"),
        Likely.DRIVE: _("🚗 I'll drive: {about}"),
        Likely.NO_DRIVE: _("🚗 I can't drive: {about}"),
        Likely.UNDO: _("↩️ Undo: {about}"),
        Likely.QUIET: _("🌙 Quiet hours"),
    }[Likely(kind)]
    return label(words.format(about=about, how=how))


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
