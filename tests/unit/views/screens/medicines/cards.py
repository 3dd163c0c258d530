"""Screens about doses that are due: cards, what pressing them answers, and notices."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.features.family.views import notices as family_notices
from bot.features.medicines.views import (
    cards,
    discreet_cards,
    doses,
    notices,
    records,
)
from bot.features.medicines.views.giving import too_soon
from domain.access import Role
from domain.family.joined_notice import JoinedFacts
from domain.medicines.doses.facts import DoseFacts
from domain.medicines.doses.snoozing import Held, Snoozed
from domain.medicines.doses.summaries import SummaryFacts
from domain.medicines.records.changes import ChangeKind, RecordChange
from domain.medicines.records.corrections import UndoneRecord
from domain.medicines.records.history import EntryDetails, Record
from domain.medicines.records.notices import RecordChangedFacts
from domain.medicines.records.presses import WhichDose
from domain.medicines.records.recording import Recorded
from domain.medicines.records.spacing import TooSoon
from domain.models.medicines import DoseStatus, MedicineStatus, RecordStatus
from tests.unit.views.screens.home import (
    BEN_ID,
    FAMILY_ID,
    LONDON,
    MEDICINE_IDS,
    NEW_YORK,
    NOW,
    SLOT,
    Home,
    View,
    after_a_move,
    due_in_paris,
)


def card_screens(home: Home) -> Mapping[str, View]:
    pending, taken, skipped = DoseStatus.PENDING, DoseStatus.TAKEN, DoseStatus.SKIPPED
    missed, not_asked = DoseStatus.MISSED, DoseStatus.NOT_ASKED
    one, two = home.card(home.dose()), home.card(home.dose(), home.dose(number=1))
    facts = {
        "card_one": one,
        "card_one_taken": home.card(home.dose(taken)),
        "card_one_skipped": home.card(home.dose(skipped)),
        "card_one_missed": home.card(home.dose(missed)),
        "card_one_not_asked": home.card(home.dose(not_asked)),
        "card_one_snoozed": home.card(home.snoozed()),
        "card_one_late": replace(one, is_late=True),
        "card_one_repeat": replace(one, is_repeat=True),
        "card_one_asking_again": replace(one, is_reminder=True),
        "card_one_repeat_of_asking_again": replace(one, is_reminder=True, is_repeat=True),
        "card_one_escalated": replace(one, is_escalated=True),
        "card_one_late_and_escalated": replace(one, is_late=True, is_escalated=True),
        "card_one_told": replace(one, is_told=True, asked=[home.words.anna, home.words.ben]),
        "card_two_told_one_taken": replace(
            home.card(home.dose(taken), home.dose(number=1)), is_told=True, asked=[home.words.anna]
        ),
        "card_one_told_of_nobody_asked": replace(one, is_told=True),
        "card_two_told_of_nobody_asked_one_taken": replace(
            home.card(home.dose(taken), home.dose(number=1)), is_told=True
        ),
        "card_one_told_to_a_viewer": replace(
            one, is_told=True, asked=[home.words.anna], may_record=False
        ),
        "card_one_after_a_silence": replace(
            one,
            is_reminder=True,
            silence=(SLOT + timedelta(minutes=2), SLOT + timedelta(minutes=8)),
        ),
        "card_one_held": home.card(
            replace(home.dose(), held_until=SLOT + timedelta(minutes=15), held_by=home.words.ben)
        ),
        "card_one_asked_again_below": replace(one, asked_again=True),
        "card_one_for_a_viewer": replace(one, may_record=False),
        "card_one_with_menu": replace(one, menu_for=one.doses[0].id),
        "card_one_taken_while_menu_was_open": replace(
            home.card(home.dose(taken)), menu_for=one.doses[0].id
        ),
        "card_one_taken_late_and_repeated": replace(
            home.card(home.dose(taken)), is_late=True, is_repeat=True, is_escalated=True
        ),
        "card_two": two,
        "card_two_with_menu_of_the_second": replace(two, menu_for=two.doses[1].id),
        "card_two_one_taken": home.card(home.dose(taken), home.dose(number=1)),
        "card_three_taken_skipped_open": home.card(*home.all_three(taken, skipped, pending)),
        "card_three_missed_not_asked_taken": home.card(*home.all_three(missed, not_asked, taken)),
        "card_three_all_taken": home.card(*home.all_three(taken, taken, taken)),
        "card_three_one_snoozed": home.card(home.snoozed(), *home.all_three(pending, pending)[1:]),
        "card_of_a_removed_medicine": home.card(),
        "card_read_abroad": replace(
            home.card(*home.all_three(taken, skipped, missed)), reader_zone=NEW_YORK
        ),
        "card_second_of_three": replace(two, part=1, number=2, count=3),
        "card_after_a_move": replace(
            home.card(*map(after_a_move, home.all_three(taken, skipped, missed))),
            home_zone=NEW_YORK,
        ),
        "card_of_two_clocks": home.card(home.dose(), due_in_paris(home.dose(number=1))),
        "card_taken_the_day_before": home.card(
            replace(home.dose(taken), taken_at=SLOT - timedelta(hours=9))
        ),
        "card_of_a_paused_medicine": replace(
            home.card(), suspended=[(home.dose(DoseStatus.CANCELLED), MedicineStatus.PAUSED)]
        ),
        "card_with_a_stopped_medicine": replace(
            home.card(home.dose()),
            suspended=[(home.dose(DoseStatus.CANCELLED, 1), MedicineStatus.STOPPED)],
        ),
    }
    hidden = {
        "card_without_names": home.card(*home.all_three(taken, skipped, pending)),
        "card_without_names_asked_again_below": replace(one, asked_again=True),
        "card_without_names_of_a_stopped_medicine": facts["card_with_a_stopped_medicine"],
    }
    big = {
        "card_big_of_one": one,
        "card_big_of_three": home.card(*home.all_three(pending, pending, pending)),
        "card_big_repeated": replace(one, is_repeat=True, is_reminder=True),
        "card_big_taken": home.card(home.dose(taken)),
        "card_big_missed": home.card(home.dose(missed)),
    }
    return {
        **{
            name: partial(discreet_cards.slot_card, replace(fact, is_big=True))
            for name, fact in big.items()
        },
        **{name: partial(cards.slot_card, fact) for name, fact in facts.items()},
        **{
            name: partial(discreet_cards.slot_card, replace(fact, hides_names=True))
            for name, fact in hidden.items()
        },
        "card_names": partial(discreet_cards.names, two.doses),
    }


def press_screens(home: Home) -> Mapping[str, View]:
    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED)
    removed, missed = home.dose(DoseStatus.CANCELLED), home.dose(DoseStatus.MISSED)
    second = home.dose(DoseStatus.TAKEN, 1)
    soon = NOW + timedelta(minutes=10)

    just_given = TooSoon(home.dose(number=1), replace(taken, given="50 mg"))

    def soon_after(outcome: Recorded) -> View:
        later = NOW + timedelta(minutes=40)
        return partial(too_soon.ask, outcome, given=None, member=home.member, now=later)

    def which(pressed: Sequence[DoseFacts], others: Sequence[DoseFacts]) -> View:
        outcome = WhichDose(pressed, others)
        later = NOW + timedelta(days=1)
        return partial(doses.which_dose, outcome, member=home.member, now=later)

    return {
        "press_taken": partial(doses.recorded, Recorded([taken], [])),
        "press_all_taken": partial(doses.recorded, Recorded([taken, second], [])),
        "press_all_taken_of_one_card": partial(doses.recorded, Recorded([taken, second], [], 2)),
        "press_all_taken_second": partial(doses.recorded, Recorded([], [taken], 1)),
        "press_skip": partial(doses.recorded, Recorded([skipped], [])),
        "press_taken_second": partial(doses.recorded, Recorded([], [taken])),
        "press_skip_second": partial(doses.recorded, Recorded([], [skipped])),
        "press_of_a_removed_medicine": partial(doses.recorded, Recorded([], [removed])),
        "press_snooze": partial(doses.snoozed, Snoozed(home.snoozed(), soon)),
        "press_hold": partial(doses.held, Held([home.dose()], soon)),
        "press_hold_of_a_taken_dose": partial(doses.held, Held([taken], None)),
        "press_snooze_beyond_the_window": partial(doses.snoozed, Snoozed(home.dose(), None)),
        "press_snooze_of_a_taken_dose": partial(doses.snoozed, Snoozed(taken, None)),
        "press_snooze_of_a_missed_dose": partial(doses.snoozed, Snoozed(missed, None)),
        "press_answered": partial(doses.shown, home.dose(DoseStatus.TAKEN)),
        "press_answered_open_again": partial(doses.shown, home.dose()),
        "press_undo": partial(doses.undone_toast, UndoneRecord(taken, home.dose(), False)),
        "press_undo_of_a_correction": partial(
            doses.undone_toast, UndoneRecord(skipped, taken, True)
        ),
        **{
            f"press_undo_{name}": view
            for name, view in screens_of_what_was_recorded_otherwise(home).items()
        },
        "press_too_soon": soon_after(Recorded([], [], too_soon=[just_given])),
        "press_all_taken_two_too_soon": soon_after(
            Recorded([taken], [], too_soon=[just_given, TooSoon(home.dose(number=2), second)])
        ),
        "press_on_a_card_sent_twice": partial(doses.superseded),
        "press_on_a_card_of_a_former_group": partial(doses.over_here),
        "press_on_yesterdays_card": which([missed], [home.dose(number=1)]),
        "press_on_yesterdays_card_of_two": which([missed, home.dose(DoseStatus.MISSED, 1)], []),
    }


def screens_of_what_was_recorded_otherwise(home: Home) -> Mapping[str, View]:
    by = home.words.ben
    undone = [Record(RecordStatus.UNDONE, NOW, NOW, by, None, None, LONDON)]

    def shown(status: DoseStatus, records: Sequence[Record] = ()) -> View:
        details = EntryDetails(home.dose(status), records, can_be_corrected=False)
        return partial(doses.recorded_otherwise, details, member=home.member)

    return {
        "of_another_record": shown(DoseStatus.TAKEN),
        "of_what_was_undone": shown(DoseStatus.PENDING, undone),
        "of_what_the_reader_undid": shown(
            DoseStatus.PENDING, [replace(undone[0], by_id=home.member.user_id)]
        ),
        "of_an_extra_that_was_undone": shown(DoseStatus.CANCELLED, undone),
        "of_an_open_dose": shown(DoseStatus.PENDING),
        "of_a_missed_dose": shown(DoseStatus.MISSED),
    }


def dose_notice_screens(home: Home) -> Mapping[str, View]:
    words = home.words

    def summary(
        *doses: DoseFacts,
        was_asked: bool,
        may_record: bool = True,
        more: int = 0,
        now: datetime = NOW,
        hides_names: bool = False,
        is_big: bool = False,
    ) -> View:
        facts = SummaryFacts(
            MEDICINE_IDS[20],
            FAMILY_ID,
            words.person,
            doses,
            was_asked,
            now,
            may_record=may_record,
            more=more,
            hides_names=hides_names,
            is_big=is_big,
        )
        return partial(notices.summary, facts)

    missed = [home.dose(DoseStatus.MISSED, number) for number in range(3)]
    not_asked = [home.dose(DoseStatus.NOT_ASKED, number) for number in range(3)]
    answered = home.all_three(DoseStatus.TAKEN, DoseStatus.SKIPPED, DoseStatus.MISSED)
    tuesdays = replace(
        missed[0],
        id=MEDICINE_IDS[3],
        due_at=SLOT + timedelta(days=1),
        local=(SLOT + timedelta(days=1)).replace(tzinfo=None),
    )

    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED)
    earlier = replace(taken, taken_at=NOW - timedelta(minutes=90))
    half, noted = replace(earlier, given=words.dosage), replace(taken, note=words.other_person)
    extra = replace(taken, is_scheduled=False)

    def changed(*pairs: tuple[DoseFacts, DoseFacts, ChangeKind]) -> View:
        items = [RecordChange(dose, record, kind, words.ben) for dose, record, kind in pairs]
        return partial(records.changed, RecordChangedFacts(words.person, items))

    corrected, undone = ChangeKind.CORRECTED, ChangeKind.UNDONE
    return {
        "record_corrected": changed((taken, earlier, corrected)),
        "record_changed_without_names": partial(
            records.changed,
            RecordChangedFacts(
                words.person,
                [RecordChange(noted, taken, kind, words.ben) for kind in (corrected, undone)],
                hides_names=True,
            ),
        ),
        "record_corrected_amount": changed((replace(taken, given="2 tablets"), half, corrected)),
        "record_corrected_to_skipped": changed((skipped, taken, corrected)),
        "record_corrected_to_taken": changed((taken, skipped, corrected)),
        "record_with_a_note": changed((noted, taken, corrected)),
        "record_without_a_note": changed((taken, noted, corrected)),
        "record_after_a_move": changed((after_a_move(taken), after_a_move(earlier), corrected)),
        "record_undone": changed((home.dose(), taken, undone)),
        "records_undone": changed(
            (home.dose(), taken, undone), (extra, replace(half, is_scheduled=False), undone)
        ),
        "record_put_back": changed((taken, taken, ChangeKind.PUT_BACK)),
        "record_of_ones_own": changed((taken, taken, ChangeKind.OWN)),
        "record_correction_undone": changed((taken, skipped, ChangeKind.CORRECTION_UNDONE)),
        "record_correction_withdrawn": changed((taken, skipped, ChangeKind.CORRECTION_WITHDRAWN)),
        "record_undone_oneself": changed((home.dose(), taken, ChangeKind.OWN)),
        "notice_missed_after_a_move": summary(after_a_move(missed[0]), was_asked=True),
        "notice_missed_one": summary(missed[0], was_asked=True),
        "notice_missed_three": summary(*missed, was_asked=True),
        "notice_big_missed_one": summary(missed[0], was_asked=True, is_big=True),
        "notice_big_missed_three": summary(*missed, was_asked=True, is_big=True),
        "notice_big_answered": summary(taken, was_asked=True, is_big=True),
        "notice_big_without_names": summary(
            missed[0], was_asked=True, is_big=True, hides_names=True
        ),
        "notice_missed_three_without_names": summary(*missed, was_asked=True, hides_names=True),
        "notice_missed_told_on_the_next_day": summary(
            missed[0], was_asked=True, now=NOW + timedelta(days=1)
        ),
        "notice_missed_answered": summary(*answered, was_asked=True),
        "notice_missed_for_a_viewer": summary(*answered, was_asked=True, may_record=False),
        "notice_not_asked_one": summary(not_asked[0], was_asked=False),
        "notice_not_asked_three": summary(*not_asked, was_asked=False),
        "notice_not_asked_answered": summary(taken, was_asked=False),
        "notice_not_asked_two_days": summary(missed[0], tuesdays, was_asked=False),
        "notice_missed_many": summary(*missed, was_asked=True, more=177),
        "notice_closed": partial(family_notices.closed),
        **{
            f"notice_joined_as_{role}": partial(
                family_notices.joined,
                JoinedFacts(BEN_ID, words.ben, role, FAMILY_ID, words.family, words.anna),
            )
            for role in Role
        },
        "notice_joined_by_reader": partial(
            family_notices.joined,
            JoinedFacts(
                *(BEN_ID, words.ben, Role.VIEWER, FAMILY_ID, words.family, words.anna),
                by_reader=True,
                may_remove=True,
            ),
        ),
        "notice_joined_and_gone": partial(
            family_notices.joined,
            JoinedFacts(BEN_ID, words.ben, Role.VIEWER, FAMILY_ID, words.family),
        ),
    }
