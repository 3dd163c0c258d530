"""Screens about families, people cared for, and the start."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.features.family.views import families, people, start
from bot.features.family.views.joining import open_invitations as invitations
from domain.access import Role
from domain.family.families import (
    FamilyFacts,
    FamilyOverview,
    Joined,
    MemberFacts,
    NewInvitation,
    PersonSummary,
)
from domain.family.invitations.open_ones import OpenInvitation, OpenInvitations
from domain.family.people import PersonAdded
from domain.family.running_pauses import Pause
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import ANNA_ID, BEN_ID, FAMILY_ID, NOW, PERSON_ID, Home, View


def family_screens(home: Home) -> Mapping[str, View]:
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
    overview = FamilyOverview(
        FAMILY_ID, words.family, members, persons, others, can_invite=True, can_manage=True
    )
    two = [(PERSON_ID, words.person), (BEN_ID, words.other_person)]
    alike = [
        FamilyFacts(FAMILY_ID, words.family, (words.ben, words.person)),
        FamilyFacts(BEN_ID, words.family, (words.other_person,)),
        FamilyFacts(ANNA_ID, words.family.upper()),
    ]
    link = {role: NewInvitation(words.family, role, "AbCdEfGhIjKlMnOpQrStUv", NOW) for role in Role}
    return {
        "family": partial(families.overview, overview),
        "family_for_a_viewer": partial(
            families.overview, replace(overview, can_invite=False, can_manage=False)
        ),
        "family_just_founded": partial(
            families.overview,
            replace(overview, members=members[:1], people=(), others=()),
        ),
        "family_of_nobody_yet_for_a_viewer": partial(
            families.overview, replace(overview, people=(), can_invite=False, role=Role.VIEWER)
        ),
        "family_of_nobody_in_sight": partial(
            families.overview, replace(overview, people=(), can_invite=False, is_restricted=True)
        ),
        "family_of_many": partial(
            families.overview,
            replace(overview, members=members * 50, people=persons * 50, others=others * 150),
        ),
        "family_name_asked": partial(families.ask_family_name),
        "family_founded": partial(families.founded, home.family),
        "family_switched": partial(families.switched, home.family, others=others),
        "family_switched_to_a_namesake": partial(families.switched, alike[0], others=alike[1:]),
        "family_of_namesakes": partial(
            families.overview,
            replace(overview, others_in_family=alike[0].others_in_family, others=alike[1:]),
        ),
        "family_new_name": partial(families.ask_new_family_name, home.words.family),
        "family_renamed": partial(families.family_renamed, home.words.person, home.family),
        "invite_role_asked": partial(families.ask_role, FAMILY_ID),
        "invite_person_asked": partial(families.ask_who_is_invited, FAMILY_ID, two),
        "invite_many_people_asked": partial(families.ask_who_is_invited, FAMILY_ID, two * 60),
        "invite_unknown_role": partial(families.ask_role, FAMILY_ID, typed=words.person),
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


def invitation_screens(home: Home) -> Mapping[str, View]:
    words, member = home.words, home.member
    expires_at = NOW + timedelta(hours=47, minutes=10)
    of_anna = OpenInvitation(ANNA_ID, Role.CAREGIVER, words.anna, True, expires_at)
    of_ben = OpenInvitation(BEN_ID, Role.RECIPIENT, words.ben, False, expires_at, words.person)
    some = OpenInvitations([of_anna, of_ben], 0, has_next=False, zone=ZoneInfo("Europe/London"))
    return {
        name: partial(invitations.invitations, shown, member=member, now=NOW)
        for name, shown in {
            "invitations": some,
            "invitations_without_a_clock": replace(some, zone=None),
            "invitations_none": replace(some, found=[]),
            "invitations_page": replace(some, found=[of_ben] * 8, page=1, has_next=True),
            "invitations_page_gone": replace(some, found=[], page=1),
        }.items()
    } | {
        "invitation_to_revoke": partial(
            invitations.ask_to_revoke, replace(some, found=[of_ben]), member=member, now=NOW
        ),
        "invitation_revoked": partial(
            invitations.revoked,
            invitations.invitations(some, member=member, now=NOW),
            is_news=True,
        ),
        "invitation_revoked_before": partial(
            invitations.revoked,
            invitations.invitations(some, member=member, now=NOW),
            is_news=False,
        ),
    }


def people_screens(home: Home) -> Mapping[str, View]:
    name = home.words.person
    cities = [choice("London, United Kingdom"), choice("London, Canada")]
    return {
        "addperson_name": partial(people.ask_person_name),
        "addperson_place": partial(people.ask_place, name, ()),
        "addperson_which_place": partial(people.ask_place, name, cities),
        "addperson_added": partial(people.added, PersonAdded(home.person, home.words.family)),
        "people_none": partial(people.people, [], member=home.member, now=NOW),
        "people_none_for_a_viewer": partial(
            people.people, [], member=replace(home.member, role=Role.VIEWER), now=NOW
        ),
        "people": partial(
            people.people, [home.person, home.other_person], member=home.member, now=NOW
        ),
        "people_paused": partial(
            people.people,
            [replace(home.person, pause=Pause(NOW, None, silences_appointments=True))],
            member=home.member,
            now=NOW,
        ),
        "people_for_a_viewer": partial(
            people.people, [home.person], member=replace(home.member, role=Role.VIEWER), now=NOW
        ),
        "person_alike": partial(
            people.ask_alike, name, name=home.words.other_person, buttons=cities
        ),
        "person_new_name": partial(people.ask_new_name, name),
        "person_renamed": partial(people.renamed, home.person),
        "person_moved": partial(people.moved, home.person, now=NOW),
    }


def start_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    return {
        "start_welcome_back": partial(
            start.welcome_back, name=words.anna, family=words.family, role=Role.ADMIN
        ),
        "help_without_a_family": partial(start.help_text, role=None),
        "help": partial(start.help_text, role=Role.ADMIN),
        **{f"help_{role}": partial(start.help_text, role=role) for role in list(Role)[1:]},
        "help_big": partial(start.big_help, person=words.person),
        "help_unknown_command": partial(start.unknown_command),
    }
