"""Welcome and help."""

from bot.ui.answer import Answer, Button, Keyboard, say
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape

# The menu that Telegram shows behind "/": names stay, descriptions are in the reader's language.
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
        "today": _("What is due today"),
        "meds": _("All medicines: change, pause, stop"),
        "give": _("Record what was given"),
        "addmed": _("Add a medicine"),
        "appts": _("Appointments, who drives, your phone's calendar"),
        "addappt": _("Add an appointment"),
        "doctors": _("Doctors and how to reach them"),
        "undo": _("Take back the last thing you did"),
        "history": _("What was given, and correct it"),
        "refill": _("Count what is left of a medicine"),
        "pause": _("Pause a medicine, or all of a person's"),
        "people": _("Whom you look after"),
        "family": _("Who is in the family"),
        "invite": _("Invite somebody into the family"),
        "addperson": _("Add somebody to care for"),
        "newfamily": _("Create a family"),
        "cancel": _("Stop what I am asking you"),
        "help": _("What I can do"),
    }
    return [(command, descriptions[command]) for command in COMMANDS]


def welcome(*, name: str) -> Answer:
    """For somebody who is in no family yet."""
    return say(
        _(
            "Hello {name}! I help families look after somebody together: I remind you of"
            " medicines, and everybody sees who gave them.\n\n"
            "Start with a family of your own, or ask somebody to invite you into theirs."
        ).format(name=escape(name))
        + "\n\n"
        + _disclaimer(),
        ((_menu_button(_("Create a family"), "newfamily"),),),
    )


def welcome_back(*, name: str, family: str) -> Answer:
    """For somebody who is in a family already."""
    return say(
        _("Hello {name}! You are in the family <b>{family}</b>.").format(
            name=escape(name), family=escape(family)
        ),
        main_menu(),
    )


def help_text(*, has_family: bool) -> Answer:
    """`/help`"""
    lines = [
        _("<b>What I can do</b>"),
        _("/newfamily NAME: create a family"),
        _("/invite: invite somebody into it"),
        _("/addperson NAME in CITY: add somebody to care for"),
        _("/addmed NAME DOSAGE WHEN: add a medicine, for example"),
        "<code>/addmed Aspirin 100 mg at 08:00 and 20:00</code>",
        _("or <i>every 8 hours from 06:00</i>, <i>as needed, max 4 a day</i>"),
        _("/today: what is due today"),
        _("/meds: all medicines; tap one to change, pause or stop it"),
        _("/give NAME: record what was given, also earlier (<i>at 07:45</i>)"),
        _("/history: what was given, and correct it"),
        _("/refill NAME 30: count what is left; I remind before it runs out"),
        _("/pause Mum until friday: pause all medicines, or a single one"),
        _("/addappt WHAT WHEN: add an appointment, for example"),
        "<code>/addappt Cardiologist tomorrow 14:30 with Dr Weber</code>",
        _("or <i>every Tuesday 10:00 until 1 March</i>"),
        _("/appts: what is planned, who drives, and the calendar for your phone"),
        _("/doctors: how to reach them; /adddoctor adds one"),
        _("/undo: take back the last thing you did"),
        _("/people: whom you look after, and where they live"),
        _("/family: who is in the family"),
        _("/cancel: stop what I am asking you"),
        "",
        _disclaimer(),
    ]
    return say("\n".join(lines), main_menu() if has_family else ())


def unknown_command() -> Answer:
    return say(_("I don't know that command. /help shows what I can do."))


def main_menu() -> Keyboard:
    """The commands that need nothing typed, as buttons."""
    return (
        (_menu_button(_("💊 Today"), "today"), _menu_button(_("📋 Medicines"), "meds")),
        (_menu_button(_("➕ Add a medicine"), "addmed"), _menu_button(_("📜 History"), "history")),
        (_menu_button(_("📅 Appointments"), "appts"), _menu_button(_("👩‍⚕️ Doctors"), "doctors")),
        (_menu_button(_("👪 Family"), "family"), _menu_button(_("✉️ Invite"), "invite")),
    )


def _disclaimer() -> str:
    return _(
        "<i>I am not a medical device and not an emergency service. For what is critical, keep a"
        " second alarm.</i>"
    )


def _menu_button(label: str, command: str) -> Button:
    return Button(label, RunCommand(command=command).encode())
