"""Every view with facts to show, in the variants that matter: what the golden files show, what
hostile names are tried on, and what has to be translatable.
"""

from collections.abc import Mapping

from tests.unit.screens.appointment_notices import appointment_notice_screens, calendar_file_screens
from tests.unit.screens.appointments import appointment_question_screens, appointment_screens
from tests.unit.screens.cards import card_screens, dose_notice_screens, press_screens
from tests.unit.screens.change_notices import change_notice_screens
from tests.unit.screens.contacts import doctor_screens
from tests.unit.screens.conversation import conversation_screens
from tests.unit.screens.family import family_screens, people_screens, start_screens
from tests.unit.screens.home import Home, View, Words
from tests.unit.screens.medicines import medicine_screens, meds_screens
from tests.unit.screens.overview import elsewhere_screens, list_screens, today_screens, undo_screens
from tests.unit.screens.pauses import pause_screens
from tests.unit.screens.records import history_screens, intake_screens, late_screens
from tests.unit.screens.refusals import refusal_screens
from tests.unit.screens.stock import stock_screens

__all__ = ["Words", "all_screens"]


def all_screens(words: Words) -> Mapping[str, View]:
    """Every screen by its name, not rendered yet; in the language that is spoken now."""
    home = Home(words)
    return {
        **card_screens(home),
        **press_screens(home),
        **today_screens(home),
        **family_screens(home),
        **undo_screens(home),
        **medicine_screens(home),
        **meds_screens(home),
        **stock_screens(home),
        **intake_screens(home),
        **history_screens(home),
        **people_screens(home),
        **pause_screens(home),
        **appointment_screens(home),
        **appointment_question_screens(home),
        **appointment_notice_screens(home),
        **change_notice_screens(home),
        **list_screens(home),
        **calendar_file_screens(home),
        **doctor_screens(home),
        **elsewhere_screens(home),
        **late_screens(home),
        **dose_notice_screens(home),
        **refusal_screens(home),
        **start_screens(home),
        **conversation_screens(words),
    }
