"""The people cared for: asking for one, and that one was added."""

from collections.abc import Sequence

from bot.views.answer import Answer, Button, Screen, say
from bot.views.callbacks import Callback, Verb
from bot.views.wording import _, escape
from domain.care_recipients import PersonAdded


def ask_person_name() -> Screen:
    return Screen(_("Who do you look after? Type a name, for example <i>Mum</i>."))


def ask_place(name: str, nearest: Sequence[Button]) -> Screen:
    return Screen(
        _("In which city does {name} live? Reminders follow the clock there.").format(
            name=escape(name)
        ),
        tuple((button,) for button in nearest),
    )


def added(facts: PersonAdded) -> Answer:
    return say(
        _(
            "✅ <b>{person}</b> is in the family <b>{family}</b>, on the clock of {zone}.\n"
            "Next, add a medicine, for example\n"
            "<code>/addmed Aspirin 100 mg at 08:00</code>"
        ).format(
            person=escape(facts.person.name),
            family=escape(facts.family_name),
            zone=facts.person.zone.key.replace("_", " "),
        ),
        ((Button(_("➕ Add a medicine"), Callback(Verb.MENU, argument="addmed").encode()),),),
    )
