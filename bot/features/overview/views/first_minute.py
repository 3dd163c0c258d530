"""What somebody who is new is asked: whom they look after, and in which city."""

from collections.abc import Sequence

from bot.features.family.views import families
from bot.features.family.views.start import create_family_button_row, disclaimer
from bot.ui.answer import Button, Screen
from bot.ui.misunderstandings import quoted
from bot.ui.presses.family import MovePerson, RenameFamily
from bot.ui.presses.overview import RunCommand
from bot.ui.wording import _, escape
from domain.family.families import FamilyFacts
from domain.family.people import Person


def ask_whom(name: str, *, kept: str, is_again: bool, buttons: Sequence[Button]) -> Screen:
    """*kept* is what they have typed, and what is done as soon as that is possible. `is_again`:
    what came was no answer.
    """
    if is_again:
        lines = [
            _("Whom do you look after? I only need a name to begin with, for example <i>Mum</i>.")
        ]
    else:
        lines = [
            _(
                "Hello {name}! I help families look after somebody together: I remind you about "
                "medicines, and everybody sees who recorded them."
            ).format(name=escape(name)),
            _(
                "If somebody has sent you an invitation, tap its link, or paste it here. Otherwise,"
                " <b>whom do you look after?</b> Tap, or type a name."
            ),
        ]
    if kept:
        words = _("I'll keep “{words}”, and come back to it after that.")
        lines.append(words.format(words=quoted(kept)))
    if not is_again:
        lines.append(disclaimer())
    return Screen("\n\n".join(lines), (tuple(buttons), create_family_button_row()))


def whom_labels() -> dict[str, str]:
    return {"mum": _("Mum"), "dad": _("Dad"), "me": _("Myself")}


def ask_for_link() -> str:
    return _("Tap the link that you were sent, or paste it here. It has <i>t.me</i> in it.")


def one_thing_first(words: str) -> str:
    sentence = _("One thing at a time, please. I haven't kept “{words}”; send it again later.")
    return sentence.format(words=quoted(words))


def family_of(name: str) -> str:
    """What a family is called at first."""
    return _("{name}'s family").format(name=name)


def ready(family: FamilyFacts, person: Person, place: str, *, asks_medicine: bool) -> Screen:
    """The family is there. `asks_medicine`: nothing was typed before that is done now."""
    lines = [
        _(
            "👪 You've created the family <b>{family}</b>, for <b>{person}</b> in <b>{place}</b>: "
            "reminders follow the clock there."
        ).format(family=escape(family.name), person=escape(person.name), place=escape(place))
    ]
    if asks_medicine:
        words = _(
            "Now tell me what {person} takes, as it stands on the box, for example <i>Aspirin 100 "
            "mg every day at 8am</i>."
        )
        lines.append(words.format(person=escape(person.name)))
    move = MovePerson(family_id=family.id, person_id=person.id)
    rename = RenameFamily(family_id=family.id)
    invite = RunCommand(family_id=family.id, command="invite")
    rows = (
        (Button(_("✉️ Invite somebody"), invite.encode()),),
        (
            Button(_("🌍 Another city"), move.encode()),
            Button(families.rename_label(), rename.encode()),
        ),
    )
    return Screen("\n\n".join(lines), rows)
