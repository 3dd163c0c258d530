"""Every view with facts to show, in the variants that matter: what the golden files show, what
hostile names are tried on, and what has to be translatable.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.grammar.problems import Misunderstood, Problem
from bot.views import (
    cards,
    conversations,
    doses,
    families,
    medicines,
    notices,
    people,
    refusals,
    start,
    today,
)
from bot.views.answer import Answer, Button, Screen
from bot.views.callbacks import Callback, Verb
from domain.access import Action, Role
from domain.cards import CardFacts, JoinedFacts, SummaryFacts
from domain.care_recipients import Person, PersonAdded
from domain.database import Member
from domain.doses import DoseFacts, DoseStatus, PersonToday, Recorded, Snoozed, Undone
from domain.errors import (
    AlreadyApplied,
    AlreadyExists,
    AlreadyMember,
    InvitationExpired,
    InvitationUnknown,
    InvitationUsed,
    NobodyCaredFor,
    NoFamily,
    NotAllowed,
    NotFound,
    NothingToUndo,
    TooLateToUndo,
)
from domain.families import (
    FamilyFacts,
    FamilyOverview,
    Joined,
    MemberFacts,
    NewInvitation,
    PersonSummary,
)
from domain.medications import MedicineFacts
from domain.schedules import WallClock, Weekday

View: TypeAlias = "partial[Answer] | partial[Screen]"

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 23, 8, 3, tzinfo=UTC)
SLOT = NOW.replace(minute=0)
FAMILY_ID, PERSON_ID, ANNA_ID, BEN_ID, *MEDICINE_IDS = (
    UUID(int=0x018F_0000_0000_7000_8000_0000_0000_0000 + number) for number in range(40)
)


@dataclass(frozen=True)
class Words:
    """What people have typed, or are called: it may be anything."""

    person: str = "Mum"
    other_person: str = "Uncle Joe"
    family: str = "Mum's helpers"
    other_family: str = "Smith"
    anna: str = "Anna"
    ben: str = "Ben"
    medicine: str = "Aspirin"
    dosage: str = "100 mg"
    others: Sequence[tuple[str, str]] = (("Metformin", "850 mg"), ("Vitamin D", "20 drops"))

    @classmethod
    def all_the_same(cls, words: str) -> "Words":
        return cls(words, words, words, words, words, words, words, words, [(words, words)] * 2)


@dataclass(frozen=True)
class _Home:
    """Facts made of *words*, all of one family at one time."""

    words: Words

    def dose(self, status: DoseStatus = DoseStatus.PENDING, number: int = 0) -> DoseFacts:
        name, dosage = [(self.words.medicine, self.words.dosage), *self.words.others][number]
        is_resolved = status in (DoseStatus.TAKEN, DoseStatus.SKIPPED)
        return DoseFacts(
            id=MEDICINE_IDS[number],
            medication_id=MEDICINE_IDS[10 + number],
            name=name,
            dosage=dosage,
            zone=LONDON,
            local=SLOT.replace(tzinfo=None),
            due_at=SLOT,
            window_ends_at=SLOT + timedelta(hours=2),
            status=status,
            resolved_at=NOW if is_resolved else None,
            resolved_by=self.words.anna if is_resolved else None,
            resolved_by_id=ANNA_ID if is_resolved else None,
            snoozed_until=None,
            snoozed_by=None,
        )

    def snoozed(self, number: int = 0) -> DoseFacts:
        return replace(
            self.dose(number=number),
            snoozed_until=NOW + timedelta(minutes=10),
            snoozed_by=self.words.ben,
        )

    def card(self, *shown: DoseFacts) -> CardFacts:
        return CardFacts(
            family_id=FAMILY_ID,
            care_recipient_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            slot_at=SLOT,
            doses=shown,
        )

    def all_three(self, *statuses: DoseStatus) -> list[DoseFacts]:
        return [self.dose(status, number) for number, status in enumerate(statuses)]

    @property
    def member(self) -> Member:
        return Member(ANNA_ID, self.words.anna, FAMILY_ID, self.words.family, Role.ADMIN)

    @property
    def family(self) -> FamilyFacts:
        return FamilyFacts(FAMILY_ID, self.words.family)

    @property
    def person(self) -> Person:
        return Person(PERSON_ID, self.words.person, LONDON)

    @property
    def other_person(self) -> Person:
        return Person(UUID(int=PERSON_ID.int + 1), self.words.other_person, LONDON)

    @property
    def saved(self) -> MedicineFacts:
        return MedicineFacts(
            id=MEDICINE_IDS[0],
            name=self.words.medicine,
            dosage=self.words.dosage,
            schedule=WallClock((time(8), time(20)), date(2026, 11, 23)),
            person_id=PERSON_ID,
            person=self.words.person,
            zone=LONDON,
            family_name=self.words.family,
            first_due_at=SLOT + timedelta(hours=12),
        )


def all_screens(words: Words) -> Mapping[str, View]:
    """Every screen by its name, not rendered yet; in the language that is spoken now."""
    home = _Home(words)
    return {
        **_cards(home),
        **_presses(home),
        **_today(home),
        **_families(home),
        **_medicines(home),
        **_people(home),
        **_notices(home),
        **_refusals(home),
        **_start(home),
        **_conversations(),
    }


def _cards(home: _Home) -> Mapping[str, View]:
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
    }
    return {name: partial(cards.slot_card, fact) for name, fact in facts.items()}


def _presses(home: _Home) -> Mapping[str, View]:
    taken, skipped = home.dose(DoseStatus.TAKEN), home.dose(DoseStatus.SKIPPED)
    removed, missed = home.dose(DoseStatus.CANCELLED), home.dose(DoseStatus.MISSED)
    second = home.dose(DoseStatus.TAKEN, 1)
    soon = NOW + timedelta(minutes=10)
    return {
        "press_taken": partial(doses.recorded, Recorded([taken], [])),
        "press_all_taken": partial(doses.recorded, Recorded([taken, second], [])),
        "press_skip": partial(doses.recorded, Recorded([skipped], [])),
        "press_taken_second": partial(doses.recorded, Recorded([], [taken])),
        "press_skip_second": partial(doses.recorded, Recorded([], [skipped])),
        "press_of_a_removed_medicine": partial(doses.recorded, Recorded([], [removed])),
        "press_snooze": partial(doses.snoozed, Snoozed(home.snoozed(), soon)),
        "press_snooze_beyond_the_window": partial(doses.snoozed, Snoozed(home.dose(), None)),
        "press_snooze_of_a_taken_dose": partial(doses.snoozed, Snoozed(taken, None)),
        "press_snooze_of_a_missed_dose": partial(doses.snoozed, Snoozed(missed, None)),
        "press_answered": partial(doses.shown, home.dose(DoseStatus.TAKEN)),
        "press_answered_open_again": partial(doses.shown, home.dose()),
        "press_undo": partial(doses.undone_toast, Undone([home.dose()])),
        "undo_one": partial(doses.undone, Undone([home.dose()])),
        "undo_two": partial(doses.undone, Undone([home.dose(), home.dose(number=1)])),
        "undo_too_late_to_ask": partial(doses.undone, Undone([home.dose(DoseStatus.MISSED)])),
        "undo_medicine": partial(doses.undone, Undone(medicine=home.words.medicine)),
    }


def _today(home: _Home) -> Mapping[str, View]:
    pending, later = home.dose(), NOW + timedelta(hours=12)
    states = home.all_three(DoseStatus.TAKEN, DoseStatus.SKIPPED, DoseStatus.MISSED)
    evening = replace(pending, local=later.replace(tzinfo=None), due_at=later)
    not_asked = home.dose(DoseStatus.NOT_ASKED)
    before = NOW - timedelta(days=1)
    left_over = replace(not_asked, local=before.replace(tzinfo=None), due_at=before)
    viewer = replace(home.member, role=Role.VIEWER)

    def screen(*entries: PersonToday, member: Member = home.member) -> View:
        return partial(today.today, entries, member=member, now=NOW)

    return {
        "today_nobody": screen(),
        "today_nothing_due": screen(PersonToday(home.person, ())),
        "today_one_person": screen(
            PersonToday(home.person, [*states, not_asked, home.snoozed(), pending, evening])
        ),
        "today_with_yesterday": screen(PersonToday(home.person, [left_over, pending])),
        "today_several_people": screen(
            PersonToday(home.person, [pending, evening]),
            PersonToday(home.other_person, [pending]),
        ),
        "today_more_than_fits": screen(PersonToday(home.person, [pending] * 200)),
        "today_more_people_than_fit": screen(*[PersonToday(home.person, [pending, evening])] * 120),
        "today_for_a_viewer": screen(PersonToday(home.person, [pending]), member=viewer),
    }


def _families(home: _Home) -> Mapping[str, View]:
    words = home.words
    members = [
        MemberFacts(ANNA_ID, words.anna, Role.ADMIN, has_started=True, has_blocked=False),
        MemberFacts(BEN_ID, words.ben, Role.CAREGIVER, has_started=True, has_blocked=True),
        MemberFacts(BEN_ID, words.ben, Role.VIEWER, has_started=False, has_blocked=False),
        MemberFacts(ANNA_ID, words.person, Role.RECIPIENT, has_started=True, has_blocked=False),
    ]
    persons = [
        PersonSummary(words.person, "Europe/London"),
        PersonSummary(words.other_person, "America/Argentina/Buenos_Aires"),
    ]
    others = [FamilyFacts(BEN_ID, words.other_family)]
    overview = FamilyOverview(FAMILY_ID, words.family, members, persons, others, can_invite=True)
    two = [(PERSON_ID, words.person), (BEN_ID, words.other_person)]
    link = {role: NewInvitation(words.family, role, "AbCdEfGhIjKlMnOpQrStUv", NOW) for role in Role}
    return {
        "family": partial(families.overview, overview),
        "family_for_a_viewer": partial(families.overview, replace(overview, can_invite=False)),
        "family_just_founded": partial(
            families.overview,
            replace(overview, members=members[:1], people=(), others=()),
        ),
        "family_of_many": partial(
            families.overview,
            replace(overview, members=members * 50, people=persons * 50, others=others * 150),
        ),
        "family_name_asked": partial(families.ask_family_name),
        "family_founded": partial(families.founded, home.family),
        "family_switched": partial(families.switched, home.family),
        "invite_role_asked": partial(families.ask_role, FAMILY_ID),
        "invite_person_asked": partial(families.ask_who_is_invited, FAMILY_ID, two),
        "invite_many_people_asked": partial(families.ask_who_is_invited, FAMILY_ID, two * 60),
        "invite_unknown_role": partial(families.unknown_role, words.person),
        **{
            f"invitation_as_{role}": partial(
                families.invitation, link[role], bot_username="carecircle_bot"
            )
            for role in Role
        },
        **{
            f"joined_as_{role}": partial(families.joined, Joined(home.family, role))
            for role in Role
        },
    }


def _medicines(home: _Home) -> Mapping[str, View]:
    words, saved = home.words, home.saved
    weekly = WallClock(
        (time(9),),
        date(2026, 12, 1),
        date(2027, 1, 3),
        frozenset({Weekday.MONDAY, Weekday.WEDNESDAY, Weekday.FRIDAY}),
    )

    save, change, cancel = map(
        _choice, (medicines.save_label(), medicines.change_label(), medicines.cancel_label())
    )
    presets = [_choice(label) for label in medicines.schedule_presets().values()]
    parts = [*map(_choice, medicines.part_labels().values()), cancel]
    persons = [_choice(words.person), _choice(words.other_person)]
    return {
        "addmed_whose": partial(medicines.ask_whose, persons),
        "addmed_name": partial(medicines.ask_medicine_name),
        "addmed_dosage": partial(medicines.ask_dosage, words.medicine),
        "addmed_when": partial(medicines.ask_schedule, words.medicine, presets, so_far=""),
        "addmed_what_time": partial(
            medicines.ask_schedule, words.medicine, (), so_far=words.dosage
        ),
        "addmed_confirm": partial(
            medicines.confirm,
            name=words.medicine,
            dosage=words.dosage,
            schedule=weekly,
            person=words.person,
            buttons=(save, change, cancel),
        ),
        "addmed_change": partial(medicines.ask_what_to_change, words.medicine, parts),
        "addmed_change_without_name": partial(medicines.ask_what_to_change, None, parts),
        "addmed_tap_a_button": partial(medicines.tap_a_button),
        "addmed_saved": partial(medicines.saved, saved, now=NOW, member=home.member),
        "addmed_saved_for_later": partial(
            medicines.saved,
            replace(saved, schedule=weekly, first_due_at=datetime(2026, 12, 2, 9, tzinfo=UTC)),
            now=NOW,
            member=home.member,
        ),
        "addmed_saved_without_a_dose": partial(
            medicines.saved, replace(saved, first_due_at=None), now=NOW, member=home.member
        ),
        "addmed_removed": partial(medicines.removed, words.medicine),
    }


def _people(home: _Home) -> Mapping[str, View]:
    name = home.words.person
    cities = [_choice("London, United Kingdom"), _choice("London, Canada")]
    return {
        "addperson_name": partial(people.ask_person_name),
        "addperson_place": partial(people.ask_place, name, ()),
        "addperson_which_place": partial(people.ask_place, name, cities),
        "addperson_added": partial(people.added, PersonAdded(home.person, home.words.family)),
    }


def _notices(home: _Home) -> Mapping[str, View]:
    words = home.words
    three = [home.dose(number=number) for number in range(3)]

    def summary(count: int, *, was_asked: bool) -> View:
        facts = SummaryFacts(words.person, LONDON, (three * 60)[:count], was_asked)
        return partial(notices.summary, facts)

    return {
        "notice_missed_one": summary(1, was_asked=True),
        "notice_missed_three": summary(3, was_asked=True),
        "notice_not_asked_one": summary(1, was_asked=False),
        "notice_not_asked_three": summary(3, was_asked=False),
        "notice_missed_many": summary(180, was_asked=True),
        **{
            f"notice_joined_as_{role}": partial(
                notices.joined, JoinedFacts(words.ben, role, words.family)
            )
            for role in Role
        },
    }


def _refusals(home: _Home) -> Mapping[str, View]:
    errors = {
        "no_family": NoFamily(),
        "nobody_cared_for": NobodyCaredFor(),
        "not_found": NotFound(),
        "viewer_records": NotAllowed(Action.RECORD_DOSE, Role.VIEWER),
        "recipient_records_of_others": NotAllowed(Action.RECORD_DOSE, Role.RECIPIENT),
        "viewer_adds_medicine": NotAllowed(Action.CHANGE_MEDICINES, Role.VIEWER),
        "caregiver_invites": NotAllowed(Action.INVITE, Role.CAREGIVER),
        "invitation_unknown": InvitationUnknown(),
        "invitation_used": InvitationUsed(),
        "invitation_expired": InvitationExpired(NOW),
        "already_member": AlreadyMember(home.words.family),
        "already_exists": AlreadyExists(home.words.person),
        "nothing_to_undo": NothingToUndo(),
        "too_late_to_undo": TooLateToUndo(),
        "not_possible": AlreadyApplied(),
    }
    unclear = Misunderstood(Problem.UNKNOWN_WORDS, home.words.medicine)
    return {
        **{
            f"refused_{name}": partial(refusals.refuse, error, is_press=False)
            for name, error in errors.items()
        },
        **{
            f"refused_press_{name}": partial(refusals.refuse, error, is_press=True)
            for name, error in errors.items()
        },
        "refused_unclear": partial(refusals.refuse, unclear, is_press=False),
        "refused_slow_down": partial(refusals.slow_down),
        "refused_in_private": partial(refusals.in_private, "carecircle_bot"),
        "refused_forgetful": partial(refusals.forgetful),
        "refused_old_button": partial(refusals.old_button),
        "refused_apology": partial(refusals.apology, "4711"),
    }


def _start(home: _Home) -> Mapping[str, View]:
    words = home.words
    return {
        "start_welcome": partial(start.welcome, name=words.anna),
        "start_welcome_back": partial(start.welcome_back, name=words.anna, family=words.family),
        "help_without_a_family": partial(start.help_text, has_family=False),
        "help": partial(start.help_text, has_family=True),
        "help_unknown_command": partial(start.unknown_command),
    }


def _conversations() -> Mapping[str, View]:
    return {
        "conversation_unexpected": partial(conversations.unexpected),
        "conversation_please_type": partial(conversations.please_type),
        "conversation_expired": partial(conversations.expired),
        "conversation_expired_screen": partial(conversations.expired_screen),
        "conversation_expired_button": partial(conversations.expired_button),
        "conversation_answered_before": partial(conversations.answered_before),
        "conversation_nothing_to_cancel": partial(conversations.nothing_to_cancel),
        "conversation_cancelled": partial(conversations.cancelled),
    }


def _choice(label: str) -> Button:
    """A button as flows make them."""
    return Button(label, Callback(Verb.FLOW, FAMILY_ID, PERSON_ID, "1.0").encode())
