"""Screens about doctors and emergency contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from uuid import UUID

from bot.features.contacts.views import contacts, doctors
from bot.ui.answer import Button, Screen
from bot.ui.presses.arguments import Pick
from bot.ui.presses.conversation import Choose
from bot.ui.presses.press import NOWHERE
from domain.access import Role
from domain.contacts.doctors import DoctorFacts
from domain.contacts.emergency_contacts import ContactFacts
from domain.database.scope import Member
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import Home, View, Words


def _of_one_name(doctor: DoctorFacts, words: Words) -> Sequence[DoctorFacts]:
    """Told apart by what for, by number, by whose, by address; the last two by nothing."""
    there = [replace(doctor, id=UUID(int=number)) for number in range(6)]
    there[0] = replace(there[0], specialty=words.dosage)
    there[1] = replace(there[1], phone="+442079460019")
    there[2] = replace(there[2], person=words.other_person, address=None)
    there[3] = replace(there[3], address=None)
    return there


def doctor_screens(home: Home) -> Mapping[str, View]:
    words, doctor, member = home.words, home.doctor, home.member
    button = Button("1", Choose(flow_id=NOWHERE, pick=Pick(1, "x")).encode())
    viewer, body = replace(member, role=Role.VIEWER), Screen("👩")
    bare = replace(doctor, specialty=None, phone=None, address=None, note=None)

    def listed(*found: DoctorFacts, page: int = 0, member: Member = member) -> View:
        return partial(doctors.doctors, found, page=page, member=member)

    return {
        "doctors_none": listed(),
        "doctors_none_for_a_viewer": listed(member=viewer),
        "doctors": listed(doctor, bare, replace(doctor, person=words.other_person)),
        "doctors_of_one_name": listed(*_of_one_name(doctor, words)),
        "doctors_second_page": listed(*[doctor] * 25, page=1),
        "doctors_for_a_viewer": listed(doctor, member=viewer),
        "doctor": partial(doctors.doctor_screen, doctor, member=member),
        "doctor_removed": partial(
            doctors.doctor_screen, replace(bare, is_removed=True), member=member
        ),
        "doctor_for_a_viewer": partial(doctors.doctor_screen, doctor, member=viewer),
        "doctor_saved": partial(doctors.saved, doctor, member=member),
        "doctor_changed": partial(doctors.changed, doctor, member=member),
        "doctor_removed_toast": partial(doctors.removed, body),
        "doctor_restored_toast": partial(doctors.restored, body),
        "doctor_ask_name": partial(doctors.ask_name),
        "doctor_ask_specialty": partial(doctors.ask_specialty, words.ben, button),
        "doctor_ask_phone": partial(doctors.ask_phone, words.ben, button),
        "doctor_confirm": partial(
            doctors.confirm,
            words.ben,
            specialty="cardiologist",
            phone="+442134256789",
            address=words.family,
            person=words.person,
        ),
        "doctor_ask_country": partial(
            doctors.ask_country,
            words.ben,
            [choice(doctors.phone_label(phone)) for phone in ("+351213425678", "+442134256789")],
            button,
        ),
        "doctor_ask_new_phone_said": partial(
            doctors.ask_new_phone,
            words.ben,
            doctor.phone,
            "+442079460222",
            ((button,),),
        ),
        "doctor_ask_same": partial(
            doctors.ask_same,
            doctors.in_short(doctor),
            name=words.ben,
            person=words.person,
            buttons=[button],
        ),
        "doctor_ask_what_to_change": partial(
            doctors.ask_what_to_change, words.ben, [button, button, button]
        ),
        **{
            f"doctor_ask_new_{part}": partial(doctors.ask_part, part, words.ben, button)
            for part in doctors.part_labels()
        },
    }


def contact_screens(home: Home) -> Mapping[str, View]:
    words, contact, member = home.words, home.contact, home.member
    viewer = replace(member, role=Role.VIEWER)
    button = choice(words.medicine)
    everybodys = replace(contact, person_id=None, person=None, relation=None, note=None)

    def listed(*found: ContactFacts, page: int = 0, member: Member = member) -> View:
        return partial(contacts.contacts, found, page=page, member=member)

    def shown(at: int | None = 1, count: int = 3, one: ContactFacts = contact) -> contacts.Placed:
        return contacts.Placed(one, at, count)

    one = partial(contacts.contact_screen, member=member)
    return {
        "contacts_none": listed(),
        "contacts_none_for_a_viewer": listed(member=viewer),
        "contacts": listed(contact, everybodys),
        "contacts_second_page": listed(
            *[replace(contact, id=UUID(int=number)) for number in range(20)], page=1
        ),
        "contacts_past_the_end": listed(contact, page=5),
        "contacts_for_a_viewer": listed(contact, member=viewer),
        "contact": partial(one, shown()),
        "contact_first": partial(one, shown(0)),
        "contact_last_for_everybody": partial(one, shown(2, one=everybodys)),
        "contact_alone": partial(one, shown(0, 1)),
        "contact_removed": partial(one, shown(None, one=replace(contact, is_removed=True))),
        "contact_for_a_viewer": partial(one, shown(), member=viewer),
        "contact_saved": partial(contacts.saved, shown(), member=member),
        "contact_changed": partial(contacts.changed, shown(), member=member),
        "contact_moved": partial(contacts.moved, shown(), member=member),
        "contact_moved_first": partial(contacts.moved, shown(0), member=member),
        "contact_order_changed": partial(contacts.order_changed, shown(), member=member),
        "contact_ask_name": partial(contacts.ask_name),
        "contact_ask_relation": partial(contacts.ask_relation, words.ben, button),
        "contact_ask_phone": partial(contacts.ask_phone, words.ben),
        "contact_ask_country": partial(contacts.ask_country, words.ben, [button, button]),
        "contact_ask_same": partial(
            contacts.ask_same, contacts.in_short(contact), name=words.anna, buttons=(button,)
        ),
        **{
            f"contact_ask_new_{part}": partial(contacts.ask_part, part, words.ben, button)
            for part in contacts.part_labels()
        },
    }
