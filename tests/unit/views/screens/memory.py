"""Screens of what is removed, of what was, and of who changed what."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from bot.features.memory.views import change_log, removed, removing
from domain.access import Role
from domain.memory.change_log import ChangeLogPage, LoggedChange
from domain.memory.removal import Consequences
from domain.memory.removed import RemovedKind, RemovedPage, RemovedThing
from domain.models.delivery import Origin
from tests.factories import daily
from tests.unit.views.screens.home import (
    BEN_ID,
    FAMILY_ID,
    LONDON,
    MEDICINE_IDS,
    NEW_YORK,
    NOW,
    PERSON_ID,
    Home,
    View,
)

_DAY = timedelta(days=1)


def memory_screens(home: Home) -> Mapping[str, View]:
    return {**_removing(home), **_removed(home), **_changes(home)}


def _removing(home: Home) -> Mapping[str, View]:
    words = home.words
    bare = Consequences(words.medicine, words.person)
    taken = replace(bare, open=2, medicines=1, promised=[words.ben])
    visit = Consequences(
        words.reason,
        words.person,
        appointments=1,
        first_at=NOW + 3 * _DAY,
        promised=[words.anna, words.ben],
    )
    person = Consequences(
        words.person,
        words.person,
        open=1,
        medicines=3,
        appointments=12,
        first_at=NOW + _DAY,
        promised=[words.ben],
    )
    medicine = partial(removing.ask_medicine, family_id=FAMILY_ID, medication_id=MEDICINE_IDS[10])
    appointment = partial(
        removing.ask_appointment,
        family_id=FAMILY_ID,
        occurrence_id=MEDICINE_IDS[20],
        zone=LONDON,
        now=NOW,
    )
    gone = partial(removing.removed, family_id=FAMILY_ID)
    return {
        "remove_medicine": partial(medicine, taken),
        "remove_medicine_stopped": partial(medicine, bare),
        "remove_appointment": partial(appointment, visit, recurs=False),
        "remove_appointment_series": partial(
            appointment, replace(visit, appointments=30), recurs=True
        ),
        "remove_appointment_past": partial(
            appointment, replace(bare, name=words.reason, has_outcomes=True), recurs=False
        ),
        "remove_person": partial(
            removing.ask_person,
            person,
            family_id=FAMILY_ID,
            person_id=PERSON_ID,
            zone=LONDON,
            now=NOW,
        ),
        "remove_person_alone": partial(
            removing.ask_person,
            Consequences(words.person, words.person),
            family_id=FAMILY_ID,
            person_id=PERSON_ID,
            zone=LONDON,
            now=NOW,
        ),
        "removed_medicine": partial(gone, bare, RemovedKind.MEDICINE, MEDICINE_IDS[10]),
        "removed_person": partial(gone, person, RemovedKind.PERSON, PERSON_ID),
    }


def _removed(home: Home) -> Mapping[str, View]:
    words, member = home.words, home.member
    viewer = replace(member, role=Role.VIEWER)
    medicine = RemovedThing(
        kind=RemovedKind.MEDICINE,
        id=MEDICINE_IDS[10],
        name=words.medicine,
        about=words.dosage,
        person=words.person,
        zone=LONDON,
        by=words.ben,
        at=NOW - _DAY,
        before={"status": "active"},
    )
    person = replace(
        medicine,
        kind=RemovedKind.PERSON,
        id=PERSON_ID,
        name=words.person,
        about=None,
        at=NOW - 9 * _DAY,
        before={
            "medications": {"1": {}},
            "appointments": ["1", "2"],
            "doctors": ["1"],
            "contacts": ["1"],
        },
    )
    visit = replace(
        medicine,
        kind=RemovedKind.APPOINTMENT,
        id=MEDICINE_IDS[20],
        name=words.reason,
        about=None,
        starts_at=NOW + 3 * _DAY,
        by=None,
        at=NOW - 400 * _DAY,
    )
    doctor = replace(
        medicine,
        kind=RemovedKind.DOCTOR,
        id=MEDICINE_IDS[21],
        name=words.anna,
        about=words.reason,
    )
    contact = replace(
        medicine, kind=RemovedKind.CONTACT, name=words.ben, about=words.reason, person=None
    )
    listed = partial(removed.removed_things, member=member, now=NOW)
    one = partial(removed.removed_thing, member=member, now=NOW)
    return {
        "removed_none": partial(listed, RemovedPage(0, [], has_next=False)),
        "removed_past_the_end": partial(listed, RemovedPage(3, [], has_next=False)),
        "removed_list": partial(
            listed, RemovedPage(1, [medicine, person, visit, doctor], has_next=True)
        ),
        "removed_one_medicine": partial(one, medicine),
        "removed_one_medicine_paused": partial(one, replace(medicine, before={"status": "paused"})),
        "removed_one_medicine_stopped": partial(one, replace(medicine, before=None)),
        "removed_one_medicine_for_viewer": partial(one, medicine, member=viewer),
        "removed_one_beside_another": partial(one, medicine, existing=words.medicine),
        "removed_one_person": partial(one, person),
        "removed_one_appointment": partial(one, visit),
        "removed_one_contact_beside_another": partial(one, contact, existing=words.ben),
        "brought_back_contact": partial(removed.brought_back, contact, member=member),
        "brought_back_medicine": partial(removed.brought_back, medicine, member=member),
        "brought_back_person": partial(removed.brought_back, person, member=member),
        "brought_back_already": partial(removed.is_back_already),
    }


def _changes(home: Home) -> Mapping[str, View]:
    words, member = home.words, home.member
    schedule = daily("08:00").to_json()

    def change(action: str, number: int = 0, **values: Any) -> LoggedChange:
        facts: dict[str, Any] = {
            "id": UUID(int=number),
            "action": action,
            "by": words.ben,
            "name": words.medicine,
            "person": words.person,
            "zone": LONDON,
            "before": {},
            "after": {},
            "at": NOW - number * timedelta(hours=5),
            "origin": Origin.PRIVATE,
        }
        return LoggedChange(**{**facts, **values})

    content = {"name": words.medicine, "dosage": {"words": words.dosage}, "schedule": schedule}
    moved = {
        "occurrence_id": "1",
        "appointment": {},
        "occurrences": {"1": {"starts_at": (NOW + _DAY).isoformat()}},
        "became": {
            "appointment": {},
            "occurrence": {"starts_at": (NOW + 2 * _DAY).isoformat()},
        },
    }
    found = [
        change("medication.edited", before=content, after={**content, "name": words.person}),
        change("appointment.moved", 1, name=words.reason, before=moved, origin=Origin.GROUP),
        change(
            "person.renamed",
            2,
            name=words.person,
            before={"name": words.other_person},
            after={"name": words.person},
        ),
        change("stock.put_back", 3, undoes="stock.refilled", by=words.anna),
        change(
            "person.asked_first_set",
            4,
            name=words.person,
            before={"user_ids": []},
            after={"user_ids": [str(BEN_ID), str(UUID(int=9))]},
        ),
        change("something.new", 5, name=None, person=None, zone=None, by=None, origin=None),
        change("medication.deleted", 6, before={"status": "active"}),
        change(
            "medication.paused",
            6,
            before={"status": "active", "resumes_at": None},
            after={"status": "paused", "resumes_at": (NOW + 4 * _DAY).isoformat()},
        ),
        change("medication.stopped", 7, before={"status": "active"}, after={"status": "stopped"}),
    ]
    page = ChangeLogPage(0, found, has_older=True, names={BEN_ID: words.ben}, zone=LONDON)
    shown = partial(change_log.change_log, member=member, now=NOW)
    return {
        "changes": partial(shown, page),
        "changes_by_another_clock": partial(shown, replace(page, zone=NEW_YORK, number=1)),
        "changes_none": partial(shown, replace(page, changes=[], has_older=False)),
        "changes_past_the_end": partial(
            shown, replace(page, changes=[], has_older=False, number=7)
        ),
    }
