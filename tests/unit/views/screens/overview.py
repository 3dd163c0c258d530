"""Screens that need several areas: today, undo, lists, other families."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.conversation.views import pasted_lists
from bot.features.appointments.views import draft_questions, pasted_appointments, time_labels
from bot.features.medicines.views.content import pasted_medicines
from bot.features.overview.views import digests, elsewhere, today, undo
from bot.grammar.problems import Misunderstood, Problem
from bot.ui.answer import Button, Screen
from bot.ui.misunderstandings import misunderstood
from bot.ui.presses.arguments import Pick
from bot.ui.presses.conversation import Choose
from bot.ui.presses.press import NOWHERE
from domain.access import Role
from domain.appointments.occurrences.facts import OccurrenceFacts
from domain.database.scope import Member
from domain.family.families import (
    FamilyFacts,
)
from domain.family.running_pauses import Pause
from domain.family.settings.hours import DigestPart
from domain.medicines.changes.adding import RemovedMedicine
from domain.medicines.dosages import Dosage
from domain.medicines.doses.today import PersonToday
from domain.medicines.facts import Content, MedicineFacts
from domain.models.appointments import OccurrenceStatus
from domain.models.medicines import DoseStatus, MedicineStatus
from domain.overview.digests import DigestFacts
from domain.overview.elsewhere import OpenElsewhere
from domain.overview.own_actions import ActionKind, LastAction, Undone
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import (
    ANNA_ID,
    BEN_ID,
    NEW_YORK,
    NOW,
    PERSON_ID,
    Home,
    View,
    after_a_move,
)


def before_of(
    kind: ActionKind, home: Home
) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """What the audit says of it: how it was, and what it became."""
    medicine, was_at = home.saved, NOW + timedelta(days=2)
    dosage = Dosage(home.words.others[0][1])
    match kind:
        case ActionKind.EDITED:
            return Content(medicine.name, dosage, medicine.schedule).to_json(), None
        case ActionKind.REFILLED:
            return {"stock": "2"}, {"stock": "32"}
        case ActionKind.COUNTED:
            return {"stock": None}, {"stock": "12.5"}
        case ActionKind.APPOINTMENT_MOVED:
            return {"occurrences": {"one": {"starts_at": was_at.isoformat()}}}, None
        case ActionKind.PERSON_MOVED:
            return {"timezone": NEW_YORK.key}, None
        case ActionKind.DAY_TIMES_SET:
            return {"day_times": {"breakfast": "07:00", "bedtime": None}}, None
        case ActionKind.PERSON_RENAMED:
            return {"name": home.words.other_person}, None
        case _:
            return None, None


def _changed_medicine(kind: ActionKind, home: Home) -> MedicineFacts:
    match kind:
        case ActionKind.PAUSED:
            return replace(home.saved, status=MedicineStatus.PAUSED, first_due_at=None)
        case ActionKind.STOPPED:
            return replace(home.saved, status=MedicineStatus.STOPPED, first_due_at=None)
        case _:
            return home.saved


def _changed_appointment(kind: ActionKind, home: Home) -> OccurrenceFacts:
    match kind:
        case ActionKind.APPOINTMENT_CANCELLED:
            return replace(home.appointment, status=OccurrenceStatus.CANCELLED)
        case ActionKind.DRIVER_FOUND:
            return replace(home.appointment, driver_id=ANNA_ID, driver=home.words.anna)
        case _:
            return home.appointment


def undo_screens(home: Home) -> Mapping[str, View]:
    at = NOW - timedelta(minutes=5)
    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED, 1)
    recorded = LastAction(PERSON_ID, ActionKind.RECORDED, at, doses=[taken, skipped])
    before = replace(taken, taken_at=NOW - timedelta(minutes=90))
    corrected = LastAction(
        PERSON_ID, ActionKind.CORRECTED, at, doses=[taken], log_id=ANNA_ID, reverted_dose=before
    )

    pause = Pause(NOW, NOW + timedelta(days=3), silences_appointments=False)
    resting = replace(home.person, pause=pause)

    def changed(kind: ActionKind) -> LastAction:
        was, after = before_of(kind, home)
        at = NOW - timedelta(hours=3)
        action = LastAction(PERSON_ID, kind, at, before=was, after=after)
        if kind.startswith("appointment."):
            return replace(action, appointment=_changed_appointment(kind, home))
        if kind.startswith("person."):
            person = resting if kind is ActionKind.PERSON_PAUSED else home.person
            return replace(action, person=person)
        return replace(action, medicine=_changed_medicine(kind, home))

    def ask(action: LastAction) -> View:
        return partial(undo.ask_last, action, member=home.member, now=NOW)

    def undone(outcome: Undone) -> View:
        return partial(undo.undone, outcome, member=home.member, now=NOW)

    kinds = [kind for kind in ActionKind if "." in kind]
    saved = home.saved
    removed = RemovedMedicine(saved.name, saved.dosage, saved.schedule)
    family = home.words.family
    elsewhere = [FamilyFacts(PERSON_ID, family, (home.words.ben,)), FamilyFacts(BEN_ID, family)]
    return {
        "undo_asked_two": ask(recorded),
        "undo_asked_at_once": ask(replace(recorded, at=NOW, doses=[taken])),
        "undo_asked_correction": ask(corrected),
        **{f"undo_asked_{kind.replace('.', '_')}": ask(changed(kind)) for kind in kinds},
        "undo_asked_medication_restored_after_a_stop": ask(
            replace(changed(ActionKind.RESTORED), before={"status": MedicineStatus.STOPPED})
        ),
        "undo_asked_after_what_lasts": ask(
            replace(changed(ActionKind.PERSON_PAUSED), lasting="doctor.added")
        ),
        "undo_appointment_added": undone(Undone(changed(ActionKind.APPOINTMENT_ADDED))),
        "undo_appointment_moved": undone(
            Undone(changed(ActionKind.APPOINTMENT_MOVED), appointment=home.appointment)
        ),
        "undo_pause_of_person": undone(Undone(changed(ActionKind.PERSON_RESUMED), person=resting)),
        "undo_day_times": undone(
            Undone(
                changed(ActionKind.DAY_TIMES_SET),
                person=replace(home.person, day_times={"breakfast": "07:00"}),
            )
        ),
        "undo_asked_below_a_message": partial(undo.ask, recorded, member=home.member, now=NOW),
        "undo_asked_in_another_family": ask(replace(recorded, elsewhere=elsewhere)),
        "undo_in_one_of_two_families": partial(
            undo.undone,
            Undone(recorded, [home.dose()]),
            member=replace(home.member, has_other_families=True),
            now=NOW,
        ),
        "undo_of_a_message_with_several": partial(
            undo.all_undone, [Undone(recorded, [home.dose()])] * 2, member=home.member, now=NOW
        ),
        "undo_kept": partial(undo.kept),
        "undo_one": undone(Undone(recorded, [home.dose()])),
        "undo_two": undone(Undone(recorded, [home.dose(), home.dose(number=1)])),
        "undo_too_late_to_ask": undone(Undone(recorded, [home.dose(DoseStatus.MISSED)])),
        "undo_extra": undone(Undone(recorded, [home.dose(DoseStatus.CANCELLED)])),
        "undo_correction": undone(Undone(corrected, [before])),
        "undo_correction_to_skipped": undone(Undone(corrected, [skipped])),
        "undo_medicine": undone(Undone(changed(ActionKind.ADDED), removed=removed)),
        "undo_edit": undone(Undone(changed(ActionKind.EDITED), medicine=home.saved)),
        "undo_refill": undone(Undone(changed(ActionKind.REFILLED), medicine=home.saved)),
    }


def digest_screens(home: Home) -> Mapping[str, View]:
    pending, later = home.dose(), NOW + timedelta(hours=12)
    evening = replace(pending, local=later.replace(tzinfo=None), due_at=later)
    given = home.all_three(DoseStatus.TAKEN, DoseStatus.SKIPPED, DoseStatus.MISSED)
    facts = DigestFacts(
        family_id=home.member.family_id,
        family_name=home.words.family,
        part=DigestPart.MORNING,
        day=NOW.date(),
        people=[PersonToday(home.person, [pending, evening])],
        planned={home.person.id: [home.appointment]},
        days={home.person.id: NOW.date()},
        due_at=NOW,
        now=NOW,
        reader_zone=None,
        hides_names=False,
    )
    summary = replace(
        facts, part=DigestPart.EVENING, people=[PersonToday(home.person, [*given, evening])]
    )
    many = replace(facts, people=[PersonToday(home.person, [pending] * 200)])
    shown = {
        "digest_morning": facts,
        "digest_morning_without_names": replace(facts, hides_names=True),
        "digest_morning_of_nobody": replace(facts, people=(), planned={}),
        "digest_of_more_than_fits": many,
        "digest_evening": summary,
        "digest_evening_with_nothing_tomorrow": replace(summary, planned={}),
    }
    return {name: partial(digests.digest, each) for name, each in shown.items()}


def today_screens(home: Home) -> Mapping[str, View]:
    pending, later = home.dose(), NOW + timedelta(hours=12)
    states = home.all_three(DoseStatus.TAKEN, DoseStatus.SKIPPED, DoseStatus.MISSED)
    evening = replace(pending, local=later.replace(tzinfo=None), due_at=later)
    not_asked = home.dose(DoseStatus.NOT_ASKED)
    before = NOW - timedelta(days=1)
    left_over = replace(not_asked, local=before.replace(tzinfo=None), due_at=before)
    viewer = replace(home.member, role=Role.VIEWER)
    miller = FamilyFacts(BEN_ID, home.words.other_family, (home.words.ben,))
    namesake = replace(miller, id=ANNA_ID, others_in_family=(home.words.anna, home.words.person))
    two = [pending, replace(pending, id=BEN_ID, medication_id=BEN_ID, dosage="81 mg")]

    def screen(
        *entries: PersonToday,
        member: Member = home.member,
        planned: Sequence[OccurrenceFacts] = (),
        elsewhere: Sequence[OpenElsewhere] = (),
    ) -> View:
        return partial(
            today.today,
            entries,
            appointments={home.person.id: planned},
            member=member,
            now=NOW,
            elsewhere=elsewhere,
        )

    return {
        "today_nobody": screen(),
        "today_nothing_due": screen(PersonToday(home.person, ())),
        "today_one_person": screen(
            PersonToday(home.person, [*states, not_asked, home.snoozed(), pending, evening])
        ),
        "today_after_a_move": screen(
            PersonToday(
                replace(home.person, zone=NEW_YORK),
                [after_a_move(dose) for dose in (*states, pending, left_over)],
            )
        ),
        "today_part": partial(
            today.part_of_today,
            [PersonToday(home.person, [pending, evening])],
            appointments={home.person.id: [home.appointment]},
            member=home.member,
            now=NOW,
            person=home.person.name,
            is_tonight=True,
            is_rest=True,
        ),
        "today_part_longest": partial(
            today.part_of_today,
            [PersonToday(home.person, [pending] * today.PAGE)],
            appointments={},
            member=home.member,
            now=NOW,
            person="",
            is_tonight=False,
            is_rest=True,
        ),
        "today_second_page": partial(
            today.today,
            [PersonToday(home.person, [pending] * 30)],
            appointments={},
            member=home.member,
            now=NOW,
            number=1,
        ),
        "today_with_yesterday": screen(PersonToday(home.person, [left_over, pending])),
        "today_several_people": screen(
            PersonToday(home.person, [pending, evening]),
            PersonToday(home.other_person, [pending]),
        ),
        "today_more_than_fits": screen(PersonToday(home.person, [pending] * 200)),
        "today_more_people_than_fit": screen(*[PersonToday(home.person, [pending, evening])] * 120),
        "today_with_appointments": screen(
            PersonToday(home.person, [pending]),
            planned=[home.appointment, replace(home.appointment, driver=home.words.ben)],
        ),
        "today_with_another_family": screen(
            PersonToday(home.person, [pending]), elsewhere=[OpenElsewhere(miller, 2)]
        ),
        "today_with_families_of_one_name": screen(
            elsewhere=[OpenElsewhere(miller, 1), OpenElsewhere(namesake, 1)]
        ),
        "today_on_two_days": screen(
            PersonToday(home.person, [pending]),
            PersonToday(replace(home.other_person, zone=ZoneInfo("Pacific/Honolulu")), ()),
        ),
        "today_two_of_one_name": screen(PersonToday(home.person, two)),
        "today_for_a_viewer": screen(PersonToday(home.person, [pending]), member=viewer),
    }


def list_screens(home: Home) -> Mapping[str, View]:
    words, details = home.words, home.series.details
    button = Button("1", Choose(flow_id=NOWHERE, pick=Pick(1, "x")).encode())
    rows = ((button,),)
    one = pasted_lists.Shown(
        words.other_person,
        pasted_appointments.appointment_words(
            details, person=words.person, when="★ 1", reminder=time_labels.all_day_label()
        ),
    )
    stray = Misunderstood(Problem.TIME_IN_TITLE, words.family)
    unclear = pasted_lists.Shown(words.other_person, "", reason=misunderstood(stray))
    is_open = pasted_lists.Shown(
        words.other_person, "", reason=pasted_appointments.open_words("day")
    )
    same = pasted_lists.Shown(words.other_person, one.words, same=words.dosage)
    question = draft_questions.ask_day(words.medicine, rows)
    return {
        "list_entries": partial(pasted_lists.entries, (one, unclear, is_open, same), rows),
        "list_entries_that_do_not_all_fit": partial(pasted_lists.entries, (one,), rows, left=2),
        "list_about_one": partial(
            pasted_lists.about_one,
            question,
            number=2,
            count=3,
            line=words.medicine,
            last=(button, button),
        ),
        "list_type_anew": partial(
            pasted_lists.ask_to_retype, words.medicine, number=2, keep=button
        ),
        "list_tap_or_type": partial(pasted_lists.tap_or_type),
        "list_tap_or_type_instead": partial(pasted_lists.tap_or_type, words.medicine),
        "list_saved_appointments": partial(
            pasted_appointments.saved_appointments,
            (home.appointment, home.series),
            member=home.member,
            now=NOW,
        ),
        "list_saved_medicines": partial(
            pasted_medicines.saved_medicines, (home.saved, home.saved), member=home.member, now=NOW
        ),
    }


def elsewhere_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    there = elsewhere.medicine_there(
        words.medicine, people=[words.other_person], family=words.other_family
    )
    of_two = elsewhere.medicine_there(
        words.medicine, people=[words.other_person, words.person], family=words.family
    )
    person = elsewhere.person_there(words.other_person, family=words.other_family)

    def offered(*sentences: str, command: str, buttons: Sequence[Button]) -> View:
        typed = f"/{command} {words.medicine}"
        here = choice(elsewhere.here_label(command))
        return partial(elsewhere.offer, sentences, typed=typed, buttons=[*buttons, here])

    def at(command: str, family: str | None = None) -> Button:
        return choice(elsewhere.there_label(command, family=family))

    def from_there(*, is_done: bool) -> View:
        return partial(
            elsewhere.from_there,
            Screen("…"),
            is_done=is_done,
            family=words.other_family,
            here=words.family,
        )

    return {
        "elsewhere_give": offered(there, command="give", buttons=[at("give")]),
        "elsewhere_refill_in_two": offered(
            there,
            of_two,
            command="refill",
            buttons=[at("refill", words.other_family), at("refill", words.family)],
        ),
        "elsewhere_person": offered(person, command="history", buttons=[at("history")]),
        "elsewhere_add": offered(
            person, elsewhere.read_only_there(there), command="addmed", buttons=[at("addmed")]
        ),
        "elsewhere_pause": offered(there, command="pause", buttons=[at("pause")]),
        "elsewhere_only_reads": partial(
            elsewhere.not_allowed_there, "…", [elsewhere.read_only_there(there)]
        ),
        "elsewhere_done": from_there(is_done=True),
        "elsewhere_asked": from_there(is_done=False),
        "elsewhere_has_left": partial(elsewhere.has_left, words.other_family),
    }
