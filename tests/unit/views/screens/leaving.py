"""Screens of /export, /deleteme, and of families that end."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from bot.features.family.views import families
from bot.features.overview.views.leaving import dissolution, export, farewell
from bot.ui.answer import Screen
from bot.ui.wording import escape
from domain.access import Role
from domain.family.families import FamilyOverview, MemberFacts
from domain.models.family import HourCycle
from domain.overview.export.facts import Reader
from domain.overview.leaving.dissolution import PURGED_AFTER
from domain.overview.leaving.erasure import FamilyLeft, Farewell, OtherMember
from domain.overview.leaving.family_news import FamilyNewsFacts, NewsOf
from domain.overview.leaving.promises import Promises
from tests.unit.views.screens.home import (
    ANNA_ID,
    BEN_ID,
    FAMILY_ID,
    LONDON,
    NOW,
    Home,
    View,
)


def leaving_screens(home: Home) -> Mapping[str, View]:
    words = home.words
    ends_at = NOW + PURGED_AFTER
    ben = OtherMember(BEN_ID, words.ben, Role.CAREGIVER)
    promises = Promises([home.appointment] * 7, [home.saved], [home.dose(), home.dose(number=1)])
    smith = FamilyLeft(FAMILY_ID, words.family, Role.CAREGIVER, [ben], promises, None)
    last_admin = replace(smith, role=Role.ADMIN, promises=Promises())
    alone = replace(smith, id=BEN_ID, name=words.other_family, others=(), promises=Promises())
    ask = partial(farewell.ask, now=NOW, zone=LONDON)
    news = FamilyNewsFacts(
        FAMILY_ID, words.family, NewsOf.DISSOLVED, words.anna, ends_at, is_admin=True
    )
    overview = FamilyOverview(
        FAMILY_ID,
        words.family,
        [MemberFacts(ANNA_ID, words.anna, Role.ADMIN, has_started=True, has_blocked=False)],
        (),
        (),
        can_invite=True,
        purge_at=ends_at,
    )
    reader = Reader(words.anna, Role.ADMIN, FAMILY_ID, words.family, "en", HourCycle.H23, LONDON)
    return {
        "farewell": partial(ask, Farewell([smith, alone])),
        "farewell_of_nobody": partial(ask, Farewell([])),
        "farewell_from_a_dissolved_family": partial(
            ask, Farewell([replace(last_admin, purge_at=ends_at)])
        ),
        "farewell_of_the_last_admin": partial(ask, Farewell([last_admin])),
        "farewell_of_the_last_admin_of_several": partial(ask, Farewell([last_admin, alone])),
        "farewell_asked_again": partial(farewell.ask_again, Farewell([smith, alone])),
        "farewell_changed": partial(farewell.changed, Screen("…")),
        "farewell_admin_named": partial(farewell.admin_named, words.ben, Screen("…")),
        "farewell_done": partial(farewell.erased, Farewell([smith]), zone=LONDON),
        "farewell_done_of_the_only_member": partial(
            farewell.erased, Farewell([smith, replace(alone, purge_at=ends_at)]), zone=LONDON
        ),
        "farewell_stayed": partial(farewell.stayed),
        "dissolution": partial(dissolution.ask, home.member, [words.ben]),
        "dissolution_of_one": partial(dissolution.ask, home.member, []),
        "dissolution_asked_again": partial(dissolution.ask_again, home.member),
        "dissolution_done": partial(dissolution.dissolved, home.member, ends_at, has_others=True),
        "dissolution_done_by_the_only_member": partial(
            dissolution.dissolved, home.member, ends_at, has_others=False
        ),
        "dissolution_taken_back": partial(dissolution.kept, home.member, has_others=True),
        "dissolution_taken_back_by_the_only_member": partial(
            dissolution.kept, home.member, has_others=False
        ),
        **{
            f"family_news_{event.value}": partial(dissolution.news, replace(news, event=event))
            for event in NewsOf
        },
        "family_news_to_no_admin": partial(dissolution.news, replace(news, is_admin=False)),
        "family_news_over": partial(dissolution.news, replace(news, purge_at=None)),
        "family_being_dissolved": partial(families.overview, overview),
        "family_being_dissolved_to_a_viewer": partial(
            families.overview, replace(overview, can_invite=False)
        ),
        "export_gathering": partial(export.gathering),
        "export_gathering_doses": partial(export.gathering, 5_000),
        "export_packing": partial(export.packing),
        "export_sending": partial(export.sending),
        "export_sent": partial(export.sent),
        "export_failed": partial(export.failed),
        "export_too_large": partial(export.too_large),
        "export_not_there_any_more": partial(export.not_there_any_more),
        "export_caption": partial(_captioned, reader, is_cut_to=None, may_repeat=False),
        "export_caption_cut": partial(_captioned, reader, is_cut_to=50_000, may_repeat=True),
        "export_readme": partial(_readme, reader),
    }


def _captioned(reader: Reader, *, is_cut_to: int | None, may_repeat: bool) -> Screen:
    return Screen(export.caption(reader, is_cut_to=is_cut_to, may_repeat=may_repeat))


def _readme(reader: Reader) -> Screen:
    """The file is plain text, and shown here as a message would show it."""
    return Screen(escape(export.readme(reader, now=NOW, is_cut_to=50_000)))
