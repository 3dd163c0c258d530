"""Welcome and help."""

from bot.ui.answer import Answer, Button, Keyboard, say
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape

# The menu that Telegram shows behind "/". Names are fixed, descriptions are translated.
COMMANDS = (
    "today",
    "meds",
    "give",
    "addmed",
    "appts",
    "addappt",
    "doctors",
    "undo",
    "history",
    "refill",
    "pause",
    "family",
    "invite",
    "people",
    "addperson",
    "newfamily",
    "cancel",
    "help",
)


def command_menu() -> list[tuple[str, str]]:
    """Commands and what they do, for Telegram's menu."""
    descriptions = {
        "today": _("What's due today"),
        "meds": _("All medicines: change, pause, stop"),
        "give": _("Record what was given"),
        "addmed": _("Add a medicine"),
        "appts": _("Appointments, who's driving, your phone's calendar"),
        "addappt": _("Add an appointment"),
        "doctors": _("Doctors and how to reach them"),
        "undo": _("Undo the last thing you did"),
        "history": _("See and correct what was given"),
        "refill": _("Count what's left of a medicine"),
        "pause": _("Pause a medicine, or all of a person's"),
        "people": _("Who you look after"),
        "family": _("Who's in the family"),
        "invite": _("Invite somebody to the family"),
        "addperson": _("Add somebody to care for"),
        "newfamily": _("Create a family"),
        "cancel": _("Stop the question I'm asking"),
        "help": _("What I can do"),
    }
    return [(command, descriptions[command]) for command in COMMANDS]


def welcome(*, name: str) -> Answer:
    """For somebody who isn't in a family yet."""
    return say(
        _(
            "Hello {name}! I help families look after somebody together: I remind you about "
            "medicines, and everybody sees who gave them.\n"
            "\n"
            "Create a family of your own, or ask somebody to invite you to theirs."
        ).format(name=escape(name))
        + "\n\n"
        + _disclaimer(),
        ((_menu_button(_("Create a family"), "newfamily"),),),
    )


def welcome_back(*, name: str, family: str) -> Answer:
    """For somebody who is already in a family."""
    return say(
        _("Hello {name}! You're in the family <b>{family}</b>.").format(
            name=escape(name), family=escape(family)
        ),
        main_menu(),
    )


def help_text(*, has_family: bool) -> Answer:
    """`/help`"""
    lines = [
        _("<b>What I can do</b>"),
        _("/newfamily NAME: create a family"),
        _("/invite: invite somebody to it"),
        _("/addperson NAME in CITY: add somebody to care for"),
        _("/addmed NAME DOSAGE WHEN: add a medicine, for example"),
        "<code>/addmed Aspirin 100 mg at 08:00 and 20:00</code>",
        _("or <i>every 8 hours from 06:00</i>, <i>as needed, max 4 a day</i>"),
        _("/today: what's due today"),
        _("/meds: all medicines; tap one to change, pause or stop it"),
        _("/give NAME: record what was given, now or earlier (<i>at 07:45</i>)"),
        _("/history: see and correct what was given"),
        _("/refill NAME 30: count what's left; I remind you before it runs out"),
        _("/pause Mum until friday: pause all of Mum's medicines, or name just one"),
        _("/addappt WHAT WHEN: add an appointment, for example"),
        "<code>/addappt Cardiologist tomorrow 14:30 with Dr Weber</code>",
        _("or <i>every Tuesday 10:00 until 1 March</i>"),
        _("/appts: what's planned, who's driving, and your phone's calendar"),
        _("/doctors: how to reach them; /adddoctor adds one"),
        _("/undo: undo the last thing you did"),
        _("/people: who you look after, and where they live"),
        _("/family: who's in the family"),
        _("/cancel: stop the question I'm asking"),
        "",
        _disclaimer(),
    ]
    return say("\n".join(lines), main_menu() if has_family else ())


def unknown_command() -> Answer:
    return say(_("I don't know that command. /help shows what I can do."))


def main_menu() -> Keyboard:
    """Buttons for the commands that need no input."""
    return (
        (_menu_button(_("💊 Today"), "today"), _menu_button(_("📋 Medicines"), "meds")),
        (_menu_button(_("➕ Add a medicine"), "addmed"), _menu_button(_("📜 History"), "history")),
        (_menu_button(_("📅 Appointments"), "appts"), _menu_button(_("👩‍⚕️ Doctors"), "doctors")),
        (_menu_button(_("👪 Family"), "family"), _menu_button(_("✉️ Invite"), "invite")),
    )


def _disclaimer() -> str:
    return _(
        "<i>I'm not a medical device or an emergency service. For anything critical, keep a "
        "second alarm.</i>"
    )


def _menu_button(label: str, command: str) -> Button:
    return Button(label, RunCommand(command=command).encode())
