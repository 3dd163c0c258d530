"""Doctors: the list, the screen of one, and the questions about them."""

from collections.abc import Sequence
from itertools import groupby

from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.buttons import page_turns
from bot.ui.distinct_labels import doctor_labels, family_name
from bot.ui.length import fitting
from bot.ui.presses.contacts import (
    ChangeDoctor,
    DoctorsPage,
    RemoveDoctor,
    RestoreDoctor,
    ShowDoctor,
)
from bot.ui.presses.overview import RunCommand
from bot.ui.presses.subjects import OfDoctor
from bot.ui.wording import _, escape
from bot.ui.words.phones import map_link, phone_by_country, phone_words
from domain.access import Action, may
from domain.contacts.doctors import PAGE_SIZE, DoctorFacts
from domain.database.scope import Member


def doctors(found: Sequence[DoctorFacts], *, page: int, member: Member) -> Screen:
    """`/doctors`: grouped by person."""
    lines = [_("👩‍⚕️ <b>Doctors</b>, family {family}").format(family=escape(family_name(member)))]
    here = found[page * PAGE_SIZE : (page + 1) * PAGE_SIZE]
    for person, theirs in groupby(here, key=lambda doctor: doctor.person):
        lines.append("\n" + f"<b>{escape(person)}</b>")
        lines += [_in_list(doctor) for doctor in theirs]
    if not here:
        none = _("None yet.")
        if may(member.role, Action.CHANGE_APPOINTMENTS):
            none = _("None yet. Type /adddoctor Dr Weber, cardiologist, +351 213 425 678")
        lines.append("\n" + none)

    def turn(number: int) -> DoctorsPage:
        return DoctorsPage(family_id=member.family_id, page=number)

    distinct_names = dict(zip((doctor.id for doctor in found), doctor_labels(found), strict=True))
    rows: list[tuple[Button, ...]] = [
        (
            Button(
                distinct_names[doctor.id],
                ShowDoctor(family_id=member.family_id, doctor_id=doctor.id).encode(),
            ),
        )
        for doctor in here
    ]
    rows += page_turns(page, turn, has_next=len(found) > (page + 1) * PAGE_SIZE)
    if may(member.role, Action.CHANGE_APPOINTMENTS):
        add = RunCommand(family_id=member.family_id, command="adddoctor").encode()
        rows.append((Button(_("➕ Add"), add),))
    return Screen("\n".join(fitting(lines)), tuple(rows))


def _in_list(doctor: DoctorFacts) -> str:
    words = escape(doctor.name)
    if doctor.specialty:
        words = _("{name}, {specialty}").format(name=words, specialty=escape(doctor.specialty))
    return f"{words}, {phone_words(doctor.phone)}" if doctor.phone else words


def doctor_screen(doctor: DoctorFacts, *, member: Member) -> Screen:
    """Everything that is known about a doctor."""
    lines = [
        _("👩‍⚕️ <b>{name}</b>, for {person}").format(
            name=escape(doctor.name), person=escape(doctor.person)
        )
    ]
    if doctor.is_removed:
        lines.append(_("Removed."))
    if doctor.specialty:
        lines.append(escape(doctor.specialty))
    if doctor.phone:
        lines.append(_("📞 {number}").format(number=phone_words(doctor.phone)))
    if doctor.address:
        lines.append(_("📍 {place}").format(place=map_link(doctor.address)))
    if doctor.note:
        lines.append(_("📝 {note}").format(note=escape(doctor.note)))
    return Screen("\n".join(lines), _buttons(doctor, member=member))


def _buttons(doctor: DoctorFacts, *, member: Member) -> Keyboard:
    def button(words: str, kind: type[OfDoctor]) -> Button:
        return Button(words, kind(family_id=member.family_id, doctor_id=doctor.id).encode())

    back = Button(_("◀ Doctors"), DoctorsPage(family_id=member.family_id).encode())
    if not may(member.role, Action.CHANGE_APPOINTMENTS):
        return ((back,),)
    if doctor.is_removed:
        return ((button(_("↩️ Restore"), RestoreDoctor),), (back,))
    return (
        (
            button(_("✏️ Change"), ChangeDoctor),
            button(_("🗑 Remove"), RemoveDoctor),
        ),
        (back,),
    )


def saved(doctor: DoctorFacts, *, member: Member) -> Screen:
    body = doctor_screen(doctor, member=member)
    head = _("✅ Saved in the family {family}.").format(family=escape(family_name(member)))
    return Screen(f"{head}\n{body.text}", body.keyboard)


def changed(doctor: DoctorFacts, *, member: Member) -> Screen:
    body = doctor_screen(doctor, member=member)
    head = _("✅ Changed in the family {family}.").format(family=escape(family_name(member)))
    return Screen(f"{head}\n{body.text}", body.keyboard)


def removed(body: Screen) -> Answer:
    return Answer(toast=_("Removed. Tap Restore to bring them back."), edit=body)


def restored(body: Screen) -> Answer:
    return Answer(toast=_("Restored."), edit=body)


def ask_name() -> Screen:
    return Screen(
        _(
            "What's the doctor's name? Type it, for example <i>Dr Weber</i>, or share a contact"
            " from your phone book."
        )
    )


def confirm(
    name: str, *, specialty: str | None, phone: str | None, address: str | None, person: str
) -> Screen:
    """Shows a doctor who was named in own words, before they are saved."""
    about = [escape(each) for each in (specialty, phone, address) if each]
    words = _("👩‍⚕️ <b>{doctor}</b>, for {person}. Save this doctor?")
    return Screen(words.format(doctor=", ".join([escape(name), *about]), person=escape(person)))


def ask_specialty(name: str, skip: Button) -> Screen:
    words = _("What kind of doctor is {name}? For example <i>cardiologist</i>.")
    return Screen(words.format(name=escape(name)), ((skip,),))


def ask_phone(name: str, skip: Button) -> Screen:
    words = _("What's {name}'s phone number? Type it, or share the contact.")
    return Screen(words.format(name=escape(name)), ((skip,),))


def ask_country(name: str, typed: Sequence[Button], skip: Button) -> Screen:
    """Which of several numbers was meant by one without a country code."""
    words = _("{name}'s phone number has no country code. Which number is it?")
    rows = tuple((button,) for button in (*typed, skip))
    return Screen(words.format(name=escape(name)), rows)


def ask_new_phone(name: str, old: str | None, phone: str, rows: Keyboard) -> Screen:
    """A new number, as it was understood, and the one that it takes the place of."""
    lines = [
        _("👩‍⚕️ <b>{name}</b>").format(name=escape(name)),
        _("📞 New number: {phone}").format(phone=escape(phone)),
    ]
    if old:
        lines.append(_("In place of: {phone}").format(phone=escape(old)))
    lines.append(_("Save it?"))
    return Screen("\n".join(lines), rows)


def phone_label(phone: str) -> str:
    return phone_by_country(phone)


def phone_note(extension: str | None, others: Sequence[str]) -> str:
    """What belongs to a number and is kept as a note (no HTML); empty if there is nothing."""
    said = [_("extension {number}").format(number=extension)] if extension else []
    said += [_("also {phone}").format(phone=phone) for phone in others]
    return "; ".join(said)


def in_short(doctor: DoctorFacts) -> str:
    """ "Dr Weber, cardiologist, +351 213 425 678" (HTML)."""
    return _in_list(doctor)


def ask_same(existing: str, *, name: str, person: str, buttons: Sequence[Button]) -> Screen:
    """The person already has *existing* (HTML), with that *name* or a similar one."""
    words = _("{person} already has this doctor: {existing}. Is {name} a different one?")
    return Screen(
        words.format(person=escape(person), existing=existing, name=escape(name)),
        tuple((button,) for button in buttons),
    )


def both_label() -> str:
    return _("Yes, save both")


def another_label() -> str:
    return _("Yes, a different one")


def skip_label() -> str:
    return _("Skip")


def leave_out_label() -> str:
    return _("Leave it out")


def part_labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "specialty": _("Specialty"),
        "phone": _("Phone"),
        "address": _("Address"),
        "note": _("Note"),
    }


def ask_what_to_change(name: str, buttons: Sequence[Button]) -> Screen:
    return Screen(
        _("What would you like to change about {name}?").format(name=escape(name)),
        tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2)),
    )


def ask_part(part: str, name: str, leave_out: Button | None) -> Screen:
    words = {
        "name": _("What's the doctor's new name?"),
        "specialty": _("What kind of doctor is {name}?"),
        "phone": _("What's {name}'s phone number?"),
        "address": _("Where does {name} work? Type the address."),
        "note": _("Type the note about {name}."),
    }[part]
    return Screen(words.format(name=escape(name)), ((leave_out,),) if leave_out else ())
