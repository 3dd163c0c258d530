"""Screens about what was taken: extra intakes, late records, history."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from bot.features.medicines.views import (
    history,
)
from bot.features.medicines.views.giving import (
    confirmations,
    given_intakes,
    intake_questions,
    readers,
    skipping,
)
from bot.features.medicines.views.giving import late as late_views
from bot.ui.presses.history import FamilyHistory
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.records.history import Entry, EntryDetails, HistoryPage, Record, RecordStep
from domain.medicines.records.late import LateOutlook
from domain.medicines.records.outlook import Doubt, Outlook
from domain.medicines.records.recording import Recorded
from domain.models.medicines import DoseStatus, RecordStatus
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import (
    AS_NEEDED,
    LONDON,
    MEDICINE_IDS,
    NEW_YORK,
    NOW,
    SLOT,
    Home,
    View,
    after_a_move,
)


def intake_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    taken = home.dose(DoseStatus.TAKEN)
    extra = replace(taken, is_scheduled=False)

    reader = readers.Reader(words.family, None, NOW)
    abroad = replace(reader, zone=ZoneInfo("America/New_York"))
    other = given_intakes.OtherClock(taken.id, NOW - timedelta(hours=5))

    def given(outcome: Recorded, clock: given_intakes.OtherClock | None = None) -> View:
        member = replace(home.member, zone=abroad.zone) if clock else home.member
        return partial(
            given_intakes.given, outcome, person=words.person, member=member, now=NOW, other=clock
        )

    def confirm(
        outlook: Outlook, reader: readers.Reader = reader, known: Sequence[str] = ()
    ) -> View:
        changes = confirmations.changed_since(outlook, reader=reader, known=known) if known else ()
        return partial(
            confirmations.confirm, outlook, reader=reader, changes=changes, corrects=bool(known)
        )

    between = replace(
        home.outlook,
        at=NOW - timedelta(hours=1),
        following=home.intake(NOW - timedelta(minutes=20)),
        limit=4,
        interval=timedelta(hours=4),
        doubts=frozenset(Doubt) - {Doubt.EXTRA},
        medicine=replace(home.saved, schedule=replace(AS_NEEDED, ends_on=AS_NEEDED.starts_on)),
        added_at=NOW - timedelta(minutes=30),
        given=Dosage(words.dosage, Decimal(2), "tablet"),
        count=Decimal("4.5"),
        counts_for=home.dose(),
    )
    seen = replace(between, intakes=[home.intake(NOW - timedelta(minutes=20))])
    slip = replace(between, given=Dosage(words.dosage, Decimal(20), "g"), count=Decimal(40))
    unit = replace(between, given=Dosage(words.dosage, Decimal(5), "ml"), count=Decimal(1))
    return {
        "give_tap_which": partial(intake_questions.tap_which),
        "give_which": partial(
            intake_questions.ask_which,
            [choice(words.medicine)],
            typed=words.medicine,
            given="🕗 07:20",
        ),
        "give_nothing": partial(intake_questions.nothing_to_give),
        "given": given(Recorded([taken], [])),
        "given_extra": given(Recorded([extra], [])),
        "given_already": given(Recorded([], [taken])),
        "given_by_another_clock": given(Recorded([taken], []), other),
        "give_confirm": confirm(
            replace(home.outlook, doubts=frozenset({Doubt.EXTRA}), following=None)
        ),
        "give_confirm_too_soon": confirm(
            replace(
                home.outlook,
                interval=timedelta(hours=6),
                doubts=frozenset({Doubt.TOO_SOON}),
                following=None,
                counts_for=home.dose(),
            )
        ),
        "give_confirm_first": confirm(replace(home.outlook, last=None)),
        "give_confirm_between": confirm(between, abroad),
        "correct_confirm": confirm(seen, known=["one that was undone"]),
        "give_slip": partial(intake_questions.ask_slip, slip),
        "give_slip_unit": partial(intake_questions.ask_slip, unit),
        "give_count": partial(intake_questions.ask_count, unit),
        "give_which_dose": partial(intake_questions.which_one, between, reader=reader),
        "skip_said": partial(skipping.ask, [home.dose(), taken], reader=abroad),
        "skipped_said": partial(
            skipping.skipped, Recorded([home.dose(DoseStatus.SKIPPED)], [taken]), reader=reader
        ),
        "give_when": partial(
            intake_questions.ask_when, words.medicine, person=words.person, lacks_time=""
        ),
        "give_when_this_morning": partial(
            intake_questions.ask_when,
            words.medicine,
            person=words.person,
            lacks_time="this morning",
        ),
        "give_another_time": partial(
            intake_questions.ask_another_time, words.medicine, person=words.person
        ),
        "give_amount": partial(
            intake_questions.ask_amount,
            words.medicine,
            Dosage(words.dosage),
            person=words.person,
            given="🕗 07:20",
        ),
        "my_clock_is_to_come": partial(given_intakes.still_in_future),
        "my_clock_of_another_record": partial(given_intakes.record_changed_since),
    }


def history_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    taken = replace(home.dose(DoseStatus.TAKEN), note=words.dosage, given=words.dosage)
    states = home.all_three(DoseStatus.SKIPPED, DoseStatus.MISSED, DoseStatus.NOT_ASKED)
    entries = [Entry(taken, is_corrected=True)]
    entries += [
        Entry(replace(dose, person=words.other_person), is_corrected=False) for dose in states
    ]

    def page(shown: HistoryPage) -> View:
        return partial(
            history.history,
            shown,
            member=home.member,
            now=NOW,
            about=FamilyHistory(family_id=home.member.family_id),
        )

    def record(
        status: RecordStatus,
        by: str,
        given: str | None = None,
        note: str | None = None,
        *,
        step: RecordStep = RecordStep.RECORDED,
        is_replaced: bool = False,
    ) -> Record:
        return Record(status, NOW, NOW, by, given, note, LONDON, step, is_replaced)

    corrected, put_back = RecordStep.CORRECTED, RecordStep.PUT_BACK
    records = [
        record(RecordStatus.TAKEN, words.anna, is_replaced=True),
        record(RecordStatus.UNDONE, words.anna),
        record(RecordStatus.SKIPPED, words.ben, note=words.dosage, is_replaced=True),
        record(RecordStatus.TAKEN, words.anna, words.dosage, step=corrected, is_replaced=True),
        record(RecordStatus.SKIPPED, words.ben, note=words.dosage, step=put_back, is_replaced=True),
        record(RecordStatus.TAKEN, words.ben, words.dosage, step=corrected),
    ]
    put_back_record = [record(RecordStatus.SKIPPED, words.ben, step=corrected, is_replaced=True)]
    put_back_record.append(record(RecordStatus.TAKEN, words.ben, step=put_back))
    skipped_record = [record(RecordStatus.SKIPPED, words.ben, step=corrected)]
    moved = [after_a_move(replace(taken, note=None)), *map(after_a_move, states)]

    def entry(details: EntryDetails) -> View:
        return partial(history.entry, details, member=home.member, now=NOW, may_record=True)

    labels = history.correction_labels
    return {
        "history_empty": page(HistoryPage([], 0, has_older=False)),
        "history": page(HistoryPage(entries, 0, has_older=True)),
        "history_of_a_person": page(HistoryPage(entries[:1], 2, has_older=True, of=words.person)),
        "history_entry": entry(EntryDetails(taken, records, can_be_corrected=True)),
        "history_after_a_move": page(
            HistoryPage([Entry(dose, is_corrected=False) for dose in moved], 0, False)
        ),
        "history_entry_after_a_move": entry(
            EntryDetails(moved[0], records[:1], can_be_corrected=True)
        ),
        "history_entry_put_back": entry(EntryDetails(taken, put_back_record, True)),
        "history_entry_corrected_to_skipped": entry(EntryDetails(states[0], skipped_record, True)),
        "history_entry_missed": entry(EntryDetails(states[1], [], can_be_corrected=False)),
        "correct_what": partial(
            history.ask_what_to_correct,
            words.medicine,
            person=words.person,
            buttons=[choice(label) for label in labels(is_taken=True).values()],
        ),
        "correct_what_of_a_skipped_one": partial(
            history.ask_what_to_correct,
            words.medicine,
            person=words.person,
            buttons=[choice(label) for label in labels(is_taken=False).values()],
        ),
        "correct_time": partial(history.ask_time, words.medicine, person=words.person),
        "correct_amount": partial(
            history.ask_amount, words.medicine, person=words.person, dosage=words.dosage
        ),
        "correct_reason": partial(history.ask_reason, choice(history.no_reason_label())),
        "correct_note": partial(history.ask_note),
        "corrected": partial(
            history.corrected, taken, person=words.person, member=home.member, now=NOW
        ),
        "corrected_to_skipped": partial(
            history.corrected, states[0], person=words.person, member=home.member, now=NOW
        ),
    }


def late_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    reader = readers.Reader(words.family, None, NOW)
    abroad = replace(reader, zone=NEW_YORK)
    missed = [home.dose(DoseStatus.MISSED, number) for number in range(2)]
    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED, 1)
    too_soon = replace(
        home.outlook,
        interval=timedelta(hours=4),
        doubts=frozenset({Doubt.TOO_SOON}),
        medicine=replace(home.saved, schedule=AS_NEEDED),
    )

    def outlook(*doses: DoseFacts, answered: Sequence[DoseFacts] = ()) -> LateOutlook:
        at = {dose.id: SLOT for dose in doses}
        return LateOutlook(
            doses, answered, at, outlooks=(), early=(), together=(), has_moved=False, seen=1
        )

    def ask(facts: LateOutlook, reader: readers.Reader = reader) -> View:
        return partial(late_views.ask_when, facts, person=words.person, reader=reader)

    def confirm(facts: LateOutlook, reader: readers.Reader = reader) -> View:
        return partial(late_views.confirm, facts, person=words.person, reader=reader)

    def recorded(outcome: Recorded) -> View:
        return partial(
            late_views.recorded, outcome, person=words.person, member=home.member, now=NOW
        )

    one = outlook(missed[0])
    later = replace(missed[0], id=MEDICINE_IDS[3], due_at=SLOT + timedelta(hours=1))
    return {
        "late_when": ask(one),
        "late_when_two": ask(outlook(*missed)),
        "late_when_abroad": ask(one, abroad),
        "late_when_one_was_answered": ask(outlook(missed[0], answered=[skipped])),
        "late_when_all_were_answered": ask(outlook(answered=[taken, skipped])),
        "late_time": partial(late_views.ask_time, lacks_time="", has_options=False),
        "late_time_of_several": partial(late_views.ask_time, lacks_time="", has_options=True),
        "late_time_this_morning": partial(
            late_views.ask_time, lacks_time=words.medicine, has_options=False
        ),
        "late_confirm_abroad": confirm(one, abroad),
        "late_confirm_too_soon": confirm(replace(one, outlooks=[too_soon])),
        "late_confirm_early": confirm(
            replace(one, at={missed[0].id: SLOT - timedelta(days=1)}, early=[missed[0]])
        ),
        "late_confirm_together": confirm(
            replace(outlook(missed[0], later), together=[missed[0], later])
        ),
        "late_confirm_after_a_move": confirm(replace(one, has_moved=True)),
        "late_recorded": recorded(Recorded([taken], [])),
        "late_recorded_two": recorded(Recorded([taken, home.dose(DoseStatus.TAKEN, 1)], [])),
        "late_recorded_one_was_answered": recorded(Recorded([taken], [skipped])),
        "late_recorded_none": recorded(Recorded([], [taken])),
    }
