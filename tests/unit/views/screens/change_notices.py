"""What readers are told of changes that others made."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from bot.features.overview.views import changes
from domain.family.running_pauses import Pause
from domain.medicines.dosages import Dosage
from domain.medicines.facts import Content
from domain.medicines.schedules.moments import PartOfDay
from domain.models.appointments import OccurrenceStatus
from domain.models.medicines import MedicineStatus
from domain.overview.change_events import Concern as ChangeConcern
from domain.overview.told_changes import ChangesFacts, ToldChange
from tests.unit.views.screens.home import (
    ANNA_ID,
    BEN_ID,
    FAMILY_ID,
    MEDICINE_IDS,
    NOW,
    PARIS,
    Home,
    View,
)


def change_notice_screens(home: Home) -> Mapping[str, View]:
    words, one = home.words, home.appointment

    def told(action: str, **given: object) -> ToldChange:
        change = ToldChange(
            id=MEDICINE_IDS[0],
            action=action,
            by=words.anna,
            concern=ChangeConcern.QUIET,
            subject_id=MEDICINE_IDS[1],
            is_undo=action.endswith((".removed", ".put_back")),
            is_undone=False,
            name=words.medicine,
            person_name=words.person,
        )
        return replace(change, **given)  # type: ignore[arg-type]

    def notice(*items: ToldChange, **changed: object) -> View:
        facts = ChangesFacts(
            family_id=FAMILY_ID,
            items=items,
            more=0,
            now=NOW,
            reader_id=BEN_ID,
            reader_zone=None,
            hears=True,
        )
        return partial(changes.changed, replace(facts, **changed))  # type: ignore[arg-type]

    def of_appointment(action: str, **given: object) -> ToldChange:
        return told(action, appointment=one, **given)

    medicine = home.saved
    until = NOW + timedelta(days=1)
    paused = replace(medicine, status=MedicineStatus.PAUSED, resumes_at=until)
    stopped = replace(medicine, status=MedicineStatus.STOPPED)
    was = Content(words.medicine, Dosage(words.others[0][1]), medicine.schedule)
    resting = replace(home.person, pause=Pause(NOW, until, silences_appointments=True))
    early = replace(home.person, day_times={"breakfast": "07:00"})
    own = ChangeConcern.OWN
    driven = replace(one, driver_id=BEN_ID, driver=words.ben)
    driven_by_anna = replace(one, driver_id=ANNA_ID, driver=words.anna)
    gone = replace(one, status=OccurrenceStatus.CANCELLED)
    of_medicine = {
        "added": medicine,
        "restored": medicine,
        "paused": paused,
        "stopped": stopped,
        "put_back": medicine,
    }
    of_appointments = (
        *("added", "edited", "repeated", "clock_changed", "restored"),
        *("driver_lost", "driver_gone", "put_back"),
    )
    return {
        **{
            f"changes_medicine_{action}": notice(told(f"medication.{action}", medicine=facts))
            for action, facts in of_medicine.items()
        },
        "changes_medicine_edited": notice(told("medication.edited", medicine=medicine, before=was)),
        "changes_medicine_removed": notice(told("medication.removed")),
        "changes_without_names": notice(
            told("medication.edited", medicine=medicine, before=was),
            told("medication.added", medicine=medicine),
            told(
                "person.day_times_set",
                person=early,
                parts=[PartOfDay.BREAKFAST],
                followers=[words.medicine],
            ),
            told("medication.removed", by=words.ben),
            hides_names=True,
        ),
        "changes_person_brought_back": notice(told("person.brought_back")),
        "changes_person_brought_back_own": notice(told("person.brought_back", concern=own)),
        "changes_medicine_brought_back_own": notice(
            told("medication.brought_back", medicine=medicine, concern=own)
        ),
        "changes_person_paused": notice(told("person.paused", person=resting)),
        "changes_person_resumed": notice(told("person.resumed", person=home.person)),
        "changes_person_day_times_set": notice(
            told(
                "person.day_times_set",
                person=early,
                parts=[PartOfDay.BREAKFAST, PartOfDay.BEDTIME],
                followers=[words.medicine, words.others[0][0]],
            )
        ),
        "changes_person_day_times_put_back": notice(
            told("person.put_back", person=early, parts=[PartOfDay.BEDTIME], is_undo=True)
        ),
        "changes_person_put_back": notice(told("person.put_back", person=resting)),
        **{
            f"changes_appointment_{action}": notice(of_appointment(f"appointment.{action}"))
            for action in of_appointments
        },
        "changes_appointment_driver_found": notice(
            told("appointment.driver_found", appointment=driven_by_anna)
        ),
        "changes_appointment_removed": notice(told("appointment.removed")),
        "changes_appointment_moved": notice(
            of_appointment("appointment.moved", previous_start=NOW + timedelta(days=1))
        ),
        "changes_appointment_cancelled": notice(
            told("appointment.cancelled", appointment=gone), reader_zone=PARIS
        ),
        "changes_undone": notice(of_appointment("appointment.moved", is_undone=True)),
        "changes_undone_addition": notice(told("medication.added", is_undone=True)),
        "changes_own_drive": notice(
            told("appointment.edited", appointment=driven, concern=own), hears=False
        ),
        "changes_own_drive_cancelled": notice(
            told("appointment.cancelled", appointment=gone, concern=own)
        ),
        "changes_own_drive_lost": notice(of_appointment("appointment.repeated", concern=own)),
        "changes_of_a_minute": notice(
            told("medication.added", medicine=medicine),
            told("medication.edited", medicine=medicine, before=was),
            of_appointment("appointment.moved", subject_id=MEDICINE_IDS[2]),
            of_appointment("appointment.edited", subject_id=MEDICINE_IDS[2]),
            told("appointment.restored", appointment=home.series, subject_id=MEDICINE_IDS[3]),
        ),
        "changes_of_a_long_list": notice(told("medication.added", medicine=medicine), more=7),
        "changes_wanted_toast": partial(changes.change_notices_set, wanted=True),
        "changes_not_wanted_toast": partial(changes.change_notices_set, wanted=False),
    }
