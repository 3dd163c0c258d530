"""Emergency contacts: the list in the order of calling, the screen of one, and the questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.ui.answer import Answer, Button, Keyboard, Screen
from bot.ui.buttons import page_turns
from bot.ui.distinct_labels import contact_labels, family_name
from bot.ui.length import fitting
from bot.ui.presses.contacts import (
    CallEarlier,
    CallLater,
    ChangeContact,
    ContactsPage,
    RemoveContact,
    RestoreContact,
    ShowContact,
)
from bot.ui.presses.overview import RunCommand
from bot.ui.presses.subjects import OfContact
from bot.ui.wording import _, escape
from bot.ui.words.phones import phone_words
from domain.access import Action, may
from domain.contacts.emergency_contacts import PAGE_SIZE, ContactFacts
from domain.database.scope import Member


@dataclass(frozen=True)
class Placed:
    """A contact and where they are: at the index `at` of `count` who are called, in their order.
    Somebody who is removed is nowhere.
    """

    contact: ContactFacts
    at: int | None
    count: int

    @property
    def is_first(self) -> bool:
        return self.at == 0


def contacts(found: Sequence[ContactFacts], *, page: int, member: Member) -> Screen:
    """`/contacts`"""
    title = _("☎️ <b>Emergency contacts</b>, family {family}")
    lines = [title.format(family=escape(family_name(member)))]
    begin = page * PAGE_SIZE
    here = found[begin : begin + PAGE_SIZE]
    may_change = may(member.role, Action.CHANGE_CONTACTS)
    if here:
        lines.append(_("Call them in this order:"))
        lines += [
            _("{number}. {contact}").format(number=begin + index + 1, contact=in_short(contact))
            for index, contact in enumerate(here)
        ]
    elif page:
        lines.append(_("There's nothing more."))
    elif may_change:
        lines.append("\n" + _("None yet. Type /addcontact Rosa Silva, neighbour, +351 912 345 678"))
    else:
        lines.append("\n" + _("None yet. Please ask a caregiver to add one."))

    def turn(number: int) -> ContactsPage:
        return ContactsPage(family_id=member.family_id, page=number)

    names = dict(zip((contact.id for contact in found), contact_labels(found), strict=True))
    rows: list[tuple[Button, ...]] = [
        (
            Button(
                names[contact.id],
                ShowContact(family_id=member.family_id, contact_id=contact.id).encode(),
            ),
        )
        for contact in here
    ]
    rows += page_turns(page, turn, has_next=len(found) > begin + PAGE_SIZE)
    if may_change:
        add = RunCommand(family_id=member.family_id, command="addcontact").encode()
        rows.append((Button(_("➕ Add"), add),))
    return Screen("\n".join(fitting(lines)), tuple(rows))


def in_short(contact: ContactFacts) -> str:
    """ "Rosa, neighbour, +351 912 345 678 (for Mum)" (HTML)."""
    words = escape(contact.name)
    if contact.relation:
        words = _("{name}, {about}").format(name=words, about=escape(contact.relation))
    words = f"{words}, {phone_words(contact.phone)}"
    if contact.person is None:
        return words
    return _("{contact} (for {person})").format(contact=words, person=escape(contact.person))


def contact_screen(placed: Placed, *, member: Member) -> Screen:
    """Everything that is known about a contact."""
    contact = placed.contact
    head = _("☎️ <b>{name}</b>, for {person}")
    if contact.person is None:
        head = _("☎️ <b>{name}</b>, for everybody you care for")
    lines = [head.format(name=escape(contact.name), person=escape(contact.person or ""))]
    if contact.is_removed:
        lines.append(_("Removed."))
    if contact.relation:
        lines.append(escape(contact.relation))
    lines.append(_("📞 {number}").format(number=phone_words(contact.phone)))
    if contact.note:
        lines.append(_("📝 {note}").format(note=escape(contact.note)))
    if placed.at is not None and placed.count > 1:
        lines.append(_place(placed))
    return Screen("\n".join(lines), _buttons(placed, member=member))


def _place(placed: Placed) -> str:
    if placed.is_first:
        return _("The first one to call.")
    words = _("Number {number} of {count} to call.")
    return words.format(number=(placed.at or 0) + 1, count=placed.count)


def _buttons(placed: Placed, *, member: Member) -> Keyboard:
    contact = placed.contact

    def button(words: str, kind: type[OfContact]) -> Button:
        return Button(words, kind(family_id=member.family_id, contact_id=contact.id).encode())

    back = Button(_("◀ Contacts"), ContactsPage(family_id=member.family_id).encode())
    if not may(member.role, Action.CHANGE_CONTACTS):
        return ((back,),)
    if contact.is_removed:
        return ((button(_("↩️ Restore"), RestoreContact),), (back,))
    moves = []
    for words, kind, is_possible in (
        (_("⬆️ Call earlier"), CallEarlier, placed.at != 0),
        (_("⬇️ Call later"), CallLater, placed.at != placed.count - 1),
    ):
        if placed.at is not None and is_possible:
            press = kind(family_id=member.family_id, contact_id=contact.id, shown_at=placed.at)
            moves.append(Button(words, press.encode()))
    rows = [
        tuple(moves),
        (button(_("✏️ Change"), ChangeContact), button(_("🗑 Remove"), RemoveContact)),
        (back,),
    ]
    return tuple(row for row in rows if row)


def saved(placed: Placed, *, member: Member) -> Screen:
    body = contact_screen(placed, member=member)
    head = _("✅ Saved in the family {family}.").format(family=escape(family_name(member)))
    return Screen(f"{head}\n{body.text}", body.keyboard)


def changed(placed: Placed, *, member: Member) -> Screen:
    body = contact_screen(placed, member=member)
    head = _("✅ Changed in the family {family}.").format(family=escape(family_name(member)))
    return Screen(f"{head}\n{body.text}", body.keyboard)


def moved(placed: Placed, *, member: Member) -> Answer:
    toast = _("{name} is called first now.") if placed.is_first else _("Moved.")
    return Answer(
        toast=toast.format(name=placed.contact.name), edit=contact_screen(placed, member=member)
    )


def order_changed(placed: Placed, *, member: Member) -> Answer:
    toast = _("The order has changed in the meantime. This is how it is now.")
    return Answer(toast=toast, alert=True, edit=contact_screen(placed, member=member))


def ask_name() -> Screen:
    return Screen(
        _(
            "Who should be called in an emergency? Type the name, for example <i>Rosa Silva</i>, or"
            " share a contact from your phone book."
        )
    )


def everybody_label() -> str:
    return _("Everybody you care for")


def ask_relation(name: str, skip: Button) -> Screen:
    words = _("Who is {name}? For example <i>neighbour</i> or <i>daughter</i>.")
    return Screen(words.format(name=escape(name)), ((skip,),))


def ask_phone(name: str) -> Screen:
    words = _("What's {name}'s phone number? Type it, or share the contact.")
    return Screen(words.format(name=escape(name)))


def ask_country(name: str, typed: Sequence[Button]) -> Screen:
    """Which of several numbers was meant by one without a country code."""
    words = _("{name}'s phone number has no country code. Which number is it?")
    return Screen(words.format(name=escape(name)), tuple((button,) for button in typed))


def ask_same(existing: str, *, name: str, buttons: Sequence[Button]) -> Screen:
    """The family already has *existing* (HTML), with that *name*, a similar one, or the number."""
    words = _("There's already this emergency contact: {existing}. Is {name} somebody else?")
    return Screen(
        words.format(existing=existing, name=escape(name)),
        tuple((button,) for button in buttons),
    )


def part_labels() -> dict[str, str]:
    return {
        "name": _("Name"),
        "relation": _("Relation"),
        "phone": _("Phone"),
        "note": _("Note"),
    }


def ask_part(part: str, name: str, leave_out: Button | None) -> Screen:
    words = {
        "name": _("What's the new name?"),
        "relation": _("Who is {name}? For example <i>neighbour</i> or <i>daughter</i>."),
        "phone": _("What's {name}'s phone number?"),
        "note": _("Type the note about {name}."),
    }[part]
    return Screen(words.format(name=escape(name)), ((leave_out,),) if leave_out else ())
