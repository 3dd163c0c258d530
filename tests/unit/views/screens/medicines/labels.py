"""Screens about what a label says beside the times: how and what for something is taken, ranges."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

from bot.features.medicines.views import cards, doses, history, meds, notices
from bot.features.medicines.views.content import medicine_changes, medicine_notes, new_medicines
from bot.features.medicines.views.content.medicine_notes import Note
from bot.features.medicines.views.giving import confirmations, intake_questions, readers
from bot.features.medicines.views.giving import late as late_views
from bot.features.overview.views import changes, undo
from bot.ui import conversations
from bot.ui.words.amounts import range_in_words, to_dosage
from domain.medicines.details import MedicineDetails
from domain.medicines.dosages import Dosage
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.summaries import SummaryFacts
from domain.medicines.records.history import EntryDetails
from domain.medicines.records.late import LateOutlook
from domain.medicines.records.outlook import Doubt, Outlook
from domain.medicines.records.presses import WhichDose
from domain.medicines.records.recording import Recorded
from domain.medicines.schedules.moments import Moment, PartOfDay, Relation
from domain.medicines.stock.levels import Stock
from domain.medicines.stock.measures import Measure
from domain.medicines.stock.projection import Forecast, Lasts
from domain.models.medicines import DoseStatus
from domain.overview.change_events import Concern
from domain.overview.own_actions import ActionKind, LastAction
from domain.overview.told_changes import ChangesFacts, ToldChange
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import (
    BEN_ID,
    FAMILY_ID,
    LONDON,
    MEDICINE_IDS,
    NOW,
    SLOT,
    Home,
    View,
)

BEFORE_BREAKFAST = Moment(PartOfDay.BREAKFAST, Relation.BEFORE, timedelta(minutes=30))


def label_screens(home: Home) -> Mapping[str, View]:
    return {**_note_screens(home), **_range_screens(home), **_range_record_screens(home)}


def one_or_two(home: Home) -> Dosage:
    return Dosage(home.words.amount_range, Decimal(1), "tablet", Decimal(2))


def ranged(home: Home, status: DoseStatus = DoseStatus.PENDING, number: int = 0) -> DoseFacts:
    """A dose of 1–2 tablets; 2 were given if it was taken."""
    planned = one_or_two(home)
    is_taken = status is DoseStatus.TAKEN
    return replace(
        home.dose(status, number),
        dosage=planned.words,
        amount=planned.amount,
        unit=planned.unit,
        most=planned.most,
        given=to_dosage(Decimal(2), "tablet").words if is_taken else None,
    )


def _note_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    noted = replace(home.saved, instructions=words.instructions, reason=words.reason)
    save, change, cancel = map(
        choice,
        (conversations.save_label(), conversations.change_label(), conversations.cancel_label()),
    )
    how, why = (
        [*map(choice, medicine_notes.suggestions(note)), cancel] for note in (Note.HOW, Note.WHY)
    )
    out = choice(medicine_notes.leave_out_label())
    before_breakfast = replace(
        home.dose(), moment=BEFORE_BREAKFAST, instructions=words.instructions
    )

    def told(before: str | None, after: str | None) -> View:
        medicine = replace(home.saved, instructions=after)
        item = ToldChange(
            id=MEDICINE_IDS[0],
            action="medication.edited",
            by=words.anna,
            concern=Concern.QUIET,
            subject_id=MEDICINE_IDS[1],
            is_undo=False,
            is_undone=False,
            name=words.medicine,
            person_name=words.person,
            medicine=medicine,
            before=replace(medicine.content, instructions=before),
        )
        facts = ChangesFacts(
            family_id=FAMILY_ID,
            items=[item],
            more=0,
            now=NOW,
            reader_id=BEN_ID,
            reader_zone=None,
            hears=True,
        )
        return partial(changes.changed, facts)

    return {
        "notes_addmed_confirm": partial(
            new_medicines.confirm,
            name=words.medicine,
            dosage=noted.dosage,
            schedule=noted.schedule,
            person=words.person,
            zone=LONDON,
            buttons=(save, change, cancel),
            instructions=words.instructions,
            reason=words.reason,
        ),
        "notes_addmed_saved": partial(new_medicines.saved, noted, now=NOW, member=home.member),
        "notes_med": partial(
            meds.medicine,
            MedicineDetails(replace(home.outlook, medicine=noted), home.stock),
            member=home.member,
            now=NOW,
            may_record=True,
        ),
        "notes_changed": partial(meds.changed, noted, member=home.member, now=NOW),
        "notes_review": partial(
            medicine_changes.review,
            noted.content,
            replace(noted.content, instructions=words.medicine, reason=None),
            concerns=(),
            person=words.person,
            zone=LONDON,
            today=NOW.date(),
            buttons=(save, change, cancel),
        ),
        "notes_ask_how": partial(
            medicine_notes.ask, Note.HOW, name=words.medicine, now=None, buttons=how
        ),
        "notes_ask_how_again": partial(
            medicine_notes.ask,
            Note.HOW,
            name=words.medicine,
            now=words.instructions,
            buttons=[*how, out],
        ),
        "notes_ask_why": partial(
            medicine_notes.ask, Note.WHY, name=words.medicine, now=None, buttons=why
        ),
        "notes_undo": partial(
            undo.ask_last,
            LastAction(
                MEDICINE_IDS[1],
                ActionKind.EDITED,
                NOW,
                medicine=noted,
                before=replace(
                    noted.content, instructions=None, reason=words.other_person
                ).to_json(),
            ),
            member=home.member,
            now=NOW,
        ),
        "notes_changes_how": told(None, words.instructions),
        "notes_changes_how_again": told(words.medicine, words.instructions),
        "notes_changes_how_left_out": told(words.instructions, None),
        "notes_card": partial(cards.slot_card, home.card(before_breakfast, home.dose(number=1))),
        "notes_card_of_many_words": partial(
            cards.slot_card,
            home.card(replace(home.dose(), instructions=f"{words.instructions}, " * 8)),
        ),
        "notes_card_snoozed": partial(
            cards.slot_card,
            home.card(
                replace(home.snoozed(), moment=BEFORE_BREAKFAST, instructions=words.instructions)
            ),
        ),
        "notes_card_taken": partial(
            cards.slot_card,
            home.card(
                replace(
                    home.dose(DoseStatus.TAKEN),
                    moment=BEFORE_BREAKFAST,
                    instructions=words.instructions,
                )
            ),
        ),
    }


def _range_screens(home: Home) -> Mapping[str, View]:
    taken, missed = DoseStatus.TAKEN, DoseStatus.MISSED
    plain, other, open_range = home.dose(number=1), home.dose(number=2), ranged(home)
    millilitres = replace(
        home.dose(),
        dosage=range_in_words(Decimal(5), Decimal(10), "ml"),
        amount=Decimal(5),
        unit="ml",
        most=Decimal(10),
    )
    shown = {
        "range_card_one": home.card(open_range),
        "range_card_one_taken": home.card(ranged(home, taken)),
        "range_card_one_skipped": home.card(ranged(home, DoseStatus.SKIPPED)),
        "range_card_one_missed": home.card(ranged(home, missed)),
        "range_card_one_with_menu": replace(home.card(open_range), menu_for=open_range.id),
        "range_card_of_many_steps": home.card(millilitres),
        "range_card_among_three": home.card(open_range, plain, other),
        "range_card_among_three_others_taken": home.card(
            open_range, home.dose(taken, 1), home.dose(taken, 2)
        ),
        "range_card_among_three_taken": home.card(ranged(home, taken), plain, other),
    }

    def summary(*of: DoseFacts) -> View:
        facts = SummaryFacts(MEDICINE_IDS[20], FAMILY_ID, home.words.person, of, True, NOW)
        return partial(notices.summary, facts)

    missed_range, missed_plain = ranged(home, missed), home.dose(missed, 1)
    return {
        **{name: partial(cards.slot_card, card) for name, card in shown.items()},
        "range_notice_missed_one": summary(missed_range),
        "range_notice_missed_two": summary(missed_range, missed_plain),
        "range_notice_missed_two_answered": summary(ranged(home, taken), missed_plain),
    }


def _range_record_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    reader = readers.Reader(words.family, None, NOW)
    open_range = ranged(home)
    missed = ranged(home, DoseStatus.MISSED)
    usual, two = one_or_two(home), to_dosage(Decimal(2), "tablet")
    more = replace(
        home.outlook,
        medicine=replace(home.saved, dosage=usual),
        usual=usual,
        given=to_dosage(Decimal(3), "tablet"),
        count=Decimal("1.5"),
        doubts=frozenset({Doubt.OTHER_AMOUNT}),
    )
    less = replace(more, given=to_dosage(Decimal("0.5"), "tablet"), count=Decimal("0.5"))
    late = LateOutlook(
        [missed], [], {missed.id: SLOT}, outlooks=(), early=(), together=(), has_moved=False, seen=1
    )
    labels = intake_questions.amount_labels(usual)

    def stocked(stock: Stock) -> View:
        medicine = replace(home.saved, dosage=usual)
        details = MedicineDetails(replace(home.outlook, medicine=medicine), stock)
        return partial(meds.medicine, details, member=home.member, now=NOW, may_record=True)

    def confirm(outlook: Outlook) -> View:
        return partial(confirmations.confirm, outlook, reader=reader, changes=(), corrects=False)

    return {
        "range_ask_amount": partial(doses.ask_amount, open_range, member=home.member, now=NOW),
        "range_of_another_amount": partial(
            doses.amount_is_another, open_range, member=home.member, now=NOW
        ),
        "range_that_is_none_any_more": partial(
            doses.amount_is_another, home.dose(), member=home.member, now=NOW
        ),
        "range_of_another_amount_answered": partial(
            doses.amount_is_another,
            ranged(home, DoseStatus.TAKEN),
            member=home.member,
            now=NOW,
        ),
        "range_press_all_taken": partial(
            doses.recorded,
            Recorded([home.dose(DoseStatus.TAKEN, 1)], [], to_choose=[open_range]),
        ),
        "range_press_all_taken_of_ranges": partial(
            doses.recorded, Recorded([], [], to_choose=[open_range])
        ),
        "range_press_on_yesterdays_card": partial(
            doses.which_dose,
            WhichDose([missed], [ranged(home, number=1)], given=two),
            member=home.member,
            now=NOW + timedelta(days=1),
        ),
        "range_give_amount": partial(
            intake_questions.ask_amount,
            words.medicine,
            usual,
            person=words.person,
            given="🕗 07:20",
        ),
        "range_give_confirm_more": confirm(more),
        "range_give_confirm_less": confirm(less),
        "range_late_when": partial(
            late_views.ask_when,
            late,
            person=words.person,
            reader=reader,
            given={missed.id: two},
        ),
        "range_late_confirm": partial(
            late_views.confirm,
            late,
            person=words.person,
            reader=reader,
            given={missed.id: two},
        ),
        "range_correct_amount": partial(
            history.ask_amount_of,
            words.medicine,
            person=words.person,
            dosage=usual.words,
            buttons=[choice(label) for label in labels.values()],
        ),
        "range_history_entry": partial(
            history.entry,
            EntryDetails(missed, [], can_be_corrected=False),
            member=home.member,
            now=NOW,
            may_record=True,
        ),
        "range_med_measured": stocked(
            replace(home.stock, unit="ml", measure=Measure(Decimal(5), Decimal(1), "tablet"))
        ),
        "range_med_without_a_measure": stocked(
            replace(home.stock, unit="ml", unmeasured=usual, forecast=Forecast(Lasts.UNMEASURED))
        ),
        "range_med": stocked(home.stock),
    }
