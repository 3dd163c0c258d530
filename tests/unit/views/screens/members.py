"""The screens of members: the list, a page, the questions, and what others hear."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.features.family.views import families, members
from domain.access import Role
from domain.family.families import FamilyOverview
from domain.family.families import MemberFacts as ListedMember
from domain.family.membership.notices import MembershipFacts, News
from domain.family.membership.pages import MemberFacts, PersonSeen
from domain.overview.leaving.departures import Departure, RoleSet
from domain.overview.leaving.promises import Promises
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import ANNA_ID, BEN_ID, FAMILY_ID, NOW, PERSON_ID, Home, View


def member_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    people = [
        PersonSeen(PERSON_ID, words.person, is_seen=True, is_self=False),
        PersonSeen(ANNA_ID, words.other_person, is_seen=False, is_self=False),
    ]
    ben = MemberFacts(
        user_id=BEN_ID,
        name=words.ben,
        role=Role.CAREGIVER,
        joined_at=NOW,
        has_started=True,
        has_blocked=False,
        is_reader=False,
        is_last_admin=False,
        is_restricted=False,
        has_big_cards=False,
        may_manage=True,
        people=people,
    )
    cared_for = replace(
        ben, role=Role.RECIPIENT, has_big_cards=True, people=[replace(people[0], is_self=True)]
    )
    listed = [
        ListedMember(BEN_ID, words.ben, Role.CAREGIVER, has_started=True, has_blocked=False)
    ] * 25
    family = FamilyOverview(
        FAMILY_ID, words.family, listed, [], [], can_invite=True, can_manage=True
    )
    promises = Promises([home.appointment], [home.saved], [home.dose()])
    departure = Departure(ben, words.family, promises, [words.person])
    own = replace(departure, member=replace(ben, is_reader=True))
    buttons = [choice(members.person_label(each)) for each in people]
    page = partial(members.member_page, member=home.member)
    notices = {
        news: MembershipFacts(
            news, words.ben, words.anna, words.family, True, Role.VIEWER, None, ()
        )
        for news in News
    }
    return {
        "members": partial(members.members, family, page=0),
        "members_last_page": partial(members.members, family, page=2),
        "member_page": partial(page, ben),
        "member_page_restricted": partial(page, replace(ben, is_restricted=True)),
        "member_page_blocked": partial(page, replace(ben, has_blocked=True)),
        "member_page_of_the_last_admin": partial(
            page, replace(ben, role=Role.ADMIN, is_last_admin=True, is_reader=True)
        ),
        "member_page_of_somebody_cared_for": partial(page, cared_for),
        "member_cards_big": partial(members.cards_set, cared_for, member=home.member),
        "member_cards_usual": partial(
            members.cards_set, replace(cared_for, has_big_cards=False), member=home.member
        ),
        "leaving_asked": partial(members.ask_leave, own, now=NOW),
        "left": partial(members.left, own),
        "removing_asked": partial(members.ask_remove, departure, now=NOW),
        "removed_member": partial(members.removed, departure),
        **{
            f"role_{role}_asked": partial(
                members.ask_role,
                departure,
                role,
                words.person if role is Role.RECIPIENT else None,
                now=NOW,
            )
            for role in Role
        },
        "role_person_asked": partial(members.ask_which_person, words.ben, buttons=buttons),
        "role_set": partial(
            members.role_set, RoleSet(ben, Role.VIEWER, Promises()), member=home.member
        ),
        "sight_asked": partial(members.ask_sight, words.ben, people, buttons=buttons),
        "sight_asked_of_nobody": partial(
            members.ask_sight, words.ben, [people[1]], buttons=buttons[1:]
        ),
        "sight_asked_of_everybody": partial(
            members.ask_sight, words.ben, [people[0]], buttons=buttons[:1]
        ),
        **{
            f"membership_own_{news}": partial(members.notice, facts)
            for news, facts in notices.items()
        },
        **{
            f"membership_told_{news}": partial(members.notice, replace(facts, is_own=False))
            for news, facts in notices.items()
        },
        "membership_own_sight_of_some": partial(
            members.notice, replace(notices[News.SIGHT], seen=[words.person])
        ),
        "membership_own_sight_of_nobody": partial(
            members.notice, replace(notices[News.SIGHT], seen=[])
        ),
        "membership_told_nobody_left": partial(
            members.notice,
            replace(notices[News.LEFT], is_own=False, left_alone=[words.person]),
        ),
        "family_for_who_may_leave": partial(
            families.overview, replace(family, can_invite=False, can_manage=False)
        ),
    }
