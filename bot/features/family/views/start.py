"""Welcome and help."""

from collections.abc import Sequence

from bot.ui.answer import Answer, Button, Keyboard, say
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape
from domain.access import Action, Role, may

# The menu that Telegram shows behind "/". Names are fixed, descriptions are translated.
COMMANDS = (
    "today",
    "meds",
    "give",
    "addmed",
    "appts",
    "addappt",
    "doctors",
    "contacts",
    "undo",
    "history",
    "refill",
    "pause",
    "family",
    "invite",
    "leave",
    "people",
    "settings",
    "export",
    "addperson",
    "newfamily",
    "cancel",
    "help",
)


#: The menu of somebody who gets big, simple reminders.
FEW_COMMANDS = ("today", "help")


def command_menu(commands: Sequence[str] = COMMANDS) -> list[tuple[str, str]]:
    """Commands and what they do, for Telegram's menu."""
    descriptions = {
        "today": _("What's due today"),
        "meds": _("All medicines: change, pause, stop"),
        "give": _("Record what was given"),
        "addmed": _("Add a medicine"),
        "appts": _("Appointments, who's driving, your phone's calendar"),
        "addappt": _("Add an appointment"),
        "doctors": _("Doctors and how to reach them"),
        "contacts": _("Whom to call in an emergency, and whom first"),
        "undo": _("Undo the last thing you did"),
        "history": _("See and correct what was given"),
        "refill": _("Add to the stock of a medicine, or count it"),
        "pause": _("Pause a medicine, or all of a person's medicines"),
        "people": _("Who you look after"),
        "family": _("Who's in the family"),
        "invite": _("Invite somebody to the family"),
        "leave": _("Leave a family"),
        "export": _("A file with everything you can read"),
        "settings": _("What I tell you and when, who is asked first, a test reminder"),
        "addperson": _("Add somebody to care for"),
        "newfamily": _("Create a family"),
        "cancel": _("Stop what we're doing"),
        "help": _("What I can do"),
    }
    return [(command, descriptions[command]) for command in commands]


def few_commands() -> list[tuple[str, str]]:
    return command_menu(FEW_COMMANDS)


def welcome_back(*, name: str, family: str, role: Role) -> Answer:
    """For somebody who is already in a family."""
    return say(
        _("Hello {name}! You're in the family <b>{family}</b>.").format(
            name=escape(name), family=escape(family)
        ),
        main_menu(role),
    )


def big_help(*, person: str) -> Answer:
    """`/help`, for somebody who gets big, simple reminders."""
    today = Button(_("💊 Today"), RunCommand(command="today").encode())
    lines = [
        _("<b>Hello {name}!</b>").format(name=escape(person)),
        _("When it's time for your medicine, I write to you."),
        _("Have you taken it? Then tap <b>✅ Taken</b> below it."),
        _("For anything else, please ask your family."),
        disclaimer(),
    ]
    return say("\n\n".join(lines), ((today,),))


def help_text(*, role: Role | None) -> Answer:
    """`/help`: what happens by itself, then the commands that *role* may use, daily ones first;
    None: somebody who is in no family.
    """
    head = [
        _(
            "<b>Just tell me</b>, for example <i>aspirin 100 mg every day at 8am</i>, <i>gave mum "
            "her aspirin at half eight</i>, <i>dentist on Thursday at 10am</i>; or ask: <i>what's "
            "due tonight?</i>, <i>did mum take her aspirin?</i> I show what I've understood before "
            "I save anything."
        ),
        _("<b>What I can do</b>"),
        _(
            "When a medicine is due, everybody who gives it gets a card. As soon as one of you "
            "taps Taken, all of you see it; ⋯ opens Skip and Snooze."
        ),
        _(
            "If nobody answers, I ask again after 10 and 20 minutes. After half an hour I tell "
            "everybody else in the family, and after two hours everybody that nothing was "
            "recorded. If I can't reach those who give it, I ask the others at once. /settings "
            "changes how often I ask, and whom first."
        ),
    ]
    if role is None:
        lines = [*head, "", _without_family(), "", disclaimer()]
        return say("\n".join(lines), (create_family_button_row(),))
    record = may(role, Action.RECORD_DOSE) or may(role, Action.RECORD_OWN_DOSE)
    change = may(role, Action.CHANGE_MEDICINES)
    plan, invite = may(role, Action.CHANGE_APPOINTMENTS), may(role, Action.INVITE)
    daily = [
        (True, _("/today: what's due today")),
        (record, _("/give NAME: record what was given, now or earlier (<i>at 07:45</i>)")),
        (record, _("/undo: undo the last thing you did")),
        (record, _("/history: see and correct what was given")),
        (not record, _("/history: see what was given")),
    ]
    medicines = [
        (change, _("/meds: all medicines; tap one to change, pause or stop it")),
        (not change, _("/meds: all medicines")),
        (change, _("/addmed NAME DOSAGE WHEN: add a medicine, for example")),
        (change, "<code>/addmed Aspirin 100 mg at 08:00 and 20:00</code>"),
        (change, _("or <i>every 8 hours from 06:00</i>, <i>as needed, max 4 a day</i>")),
        (
            change,
            _(
                "/refill NAME 30: add 30 to the stock (or <i>= 30</i> if that's all there is), so "
                "that I can tell you when it's running low"
            ),
        ),
        (
            change,
            _(
                "/pause NAME until DAY: pause a medicine, or all of a person's medicines, until "
                "that day"
            ),
        ),
    ]
    appointments = [
        (True, _("/appts: what's planned, who's driving, and files for your phone's calendar")),
        (plan, _("/addappt WHAT WHEN: add an appointment, for example")),
        (plan, "<code>/addappt Cardiologist tomorrow 14:30 with Dr Weber</code>"),
        (plan, _("or <i>every Tuesday 10:00 until 1 March</i>")),
        (plan, _("/doctors: doctors and how to reach them; /adddoctor adds one")),
        (not plan, _("/doctors: doctors and how to reach them")),
        (
            may(role, Action.CHANGE_CONTACTS),
            _("/contacts: whom to call in an emergency, and whom first; /addcontact adds one"),
        ),
        (
            not may(role, Action.CHANGE_CONTACTS),
            _("/contacts: whom to call in an emergency, and whom first"),
        ),
    ]
    family = [
        (
            True,
            _(
                "/people: who you look after, where they live, and when their meals are; your own "
                "time zone"
            ),
        ),
        (may(role, Action.ADD_PERSON), _("/addperson NAME in CITY: add somebody to care for")),
        (True, _("/family: who's in the family, and what each of them can do")),
        (True, _("/removed: what was removed, and how to bring it back")),
        (True, _("/settings: what I tell you and when, who is asked first, a test reminder")),
        (
            may(role, Action.MANAGE_FAMILY),
            _("/start, typed in a Telegram group: post the reminders there, too"),
        ),
        (invite, _("/invite: invite somebody to the family")),
        (True, _("/newfamily NAME: create another family; /leave: leave this one")),
        (True, _("/export: a file with everything you can read; /deleteme: delete your account")),
    ]
    offered = [
        "\n".join(line for is_offered, line in lines if is_offered)
        for lines in (daily, medicines, appointments, family)
    ]
    last = "\n".join([_("/cancel: stop what we're doing"), "", disclaimer()])
    return say("\n\n".join(["\n".join(head), *offered, last]), main_menu(role))


def _without_family() -> str:
    return _(
        "To begin, create a family: /newfamily NAME. If you've been sent a link, tap it instead."
    )


def unknown_command() -> Answer:
    return say(_("I don't know that command. /help shows what I can do."))


def main_menu(role: Role) -> Keyboard:
    """Buttons for the commands that need no input, as far as *role* may use them."""
    history, family = (
        _menu_button(_("📜 History"), "history"),
        _menu_button(_("👪 Family"), "family"),
    )
    add, invite = (
        _menu_button(_("➕ Add a medicine"), "addmed"),
        _menu_button(_("✉️ Invite"), "invite"),
    )
    return (
        (_menu_button(_("💊 Today"), "today"), _menu_button(_("📋 Medicines"), "meds")),
        (add, history) if may(role, Action.CHANGE_MEDICINES) else (history,),
        (_menu_button(_("📅 Appointments"), "appts"), _menu_button(_("👩‍⚕️ Doctors"), "doctors")),
        (family, invite) if may(role, Action.INVITE) else (family,),
    )


def create_family_button_row() -> tuple[Button, ...]:
    return (_menu_button(_("Create a family"), "newfamily"),)


def disclaimer() -> str:
    return _(
        "<i>I'm not a medical device or an emergency service. For anything critical, keep a "
        "second alarm.</i>"
    )


def _menu_button(label: str, command: str) -> Button:
    return Button(label, RunCommand(command=command).encode())
