"""Every view with facts to show, in the variants that matter: what the golden files show, what
hostile names are tried on, and what has to be translatable.
"""

from collections.abc import Mapping

from tests.unit.views.screens.appointment_notices import (
    appointment_notice_screens,
    calendar_file_screens,
)
from tests.unit.views.screens.appointments import appointment_question_screens, appointment_screens
from tests.unit.views.screens.change_notices import change_notice_screens
from tests.unit.views.screens.contacts import contact_screens, doctor_screens
from tests.unit.views.screens.conversation import conversation_screens
from tests.unit.views.screens.day_times import day_times_screens, new_medicine_day_screens
from tests.unit.views.screens.family import (
    family_screens,
    invitation_screens,
    people_screens,
    start_screens,
)
from tests.unit.views.screens.home import Home, View, Words
from tests.unit.views.screens.leaving import leaving_screens
from tests.unit.views.screens.medicines.cards import (
    card_screens,
    dose_notice_screens,
    press_screens,
)
from tests.unit.views.screens.medicines.content import medicine_screens, meds_screens
from tests.unit.views.screens.medicines.differing_amounts import differing_screens
from tests.unit.views.screens.medicines.labels import label_screens
from tests.unit.views.screens.medicines.pauses import pause_screens
from tests.unit.views.screens.medicines.records import history_screens, intake_screens, late_screens
from tests.unit.views.screens.medicines.stock import stock_screens
from tests.unit.views.screens.members import member_screens
from tests.unit.views.screens.memory import memory_screens
from tests.unit.views.screens.overview import (
    digest_screens,
    elsewhere_screens,
    list_screens,
    today_screens,
    undo_screens,
)
from tests.unit.views.screens.own_words import own_words_screens
from tests.unit.views.screens.refusals import refusal_screens
from tests.unit.views.screens.settings import settings_screens

__all__ = ["Words", "all_screens", "screens_by_area"]


def all_screens(words: Words) -> Mapping[str, View]:
    """Every screen by its name, not rendered yet; in the language that is spoken now."""
    return {
        name: screen
        for screens in screens_by_area(words).values()
        for name, screen in screens.items()
    }


def screens_by_area(words: Words) -> Mapping[str, Mapping[str, View]]:
    """The same by the folder of their golden files."""
    home = Home(words)
    return {
        "appointments": {
            **appointment_screens(home),
            **appointment_question_screens(home),
            **appointment_notice_screens(home),
            **calendar_file_screens(home),
        },
        "contacts": {**doctor_screens(home), **contact_screens(home)},
        "conversation": conversation_screens(words),
        "family": {
            **family_screens(home),
            **member_screens(home),
            **people_screens(home),
            **invitation_screens(home),
            **day_times_screens(home),
            **start_screens(home),
        },
        "memory": memory_screens(home),
        "medicines/cards": {
            **card_screens(home),
            **press_screens(home),
            **dose_notice_screens(home),
        },
        "medicines/content": {
            **medicine_screens(home),
            **new_medicine_day_screens(home),
            **meds_screens(home),
        },
        "medicines/differing": differing_screens(home),
        "medicines/labels": label_screens(home),
        "medicines/pauses": pause_screens(home),
        "medicines/records": {
            **intake_screens(home),
            **history_screens(home),
            **late_screens(home),
        },
        "medicines/stock": stock_screens(home),
        "overview": {
            **today_screens(home),
            **digest_screens(home),
            **undo_screens(home),
            **list_screens(home),
            **elsewhere_screens(home),
            **change_notice_screens(home),
            **own_words_screens(home),
        },
        "leaving": leaving_screens(home),
        "settings": settings_screens(home),
        "refusals": refusal_screens(home),
    }
