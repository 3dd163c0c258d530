"""Screens about the times of somebody's day."""

from collections.abc import Mapping
from datetime import time
from functools import partial

from bot.features.family.views import day_times
from bot.features.medicines.views.content import new_medicines
from bot.features.medicines.views.content import persons_day as day_views
from bot.features.medicines.views.content.persons_day import assumed
from bot.ui import conversations
from bot.ui.words.regimens import day_times as words_of_day
from bot.ui.words.regimens.day_times import times_around
from domain.medicines.changes.day_times import MovedMedicine, PartChange, Retiming
from domain.medicines.errors import TimesOfDayClash
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes, PartOfDay
from domain.medicines.schedules.problems import ScheduleProblem
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import MEDICINE_IDS, Home, View

BREAKFAST, LUNCH, BEDTIME = PartOfDay.BREAKFAST, PartOfDay.LUNCH, PartOfDay.BEDTIME
EARLY = DayTimes({BREAKFAST: time(7, 30)})


def retiming(home: Home) -> Retiming:
    moved = MovedMedicine(
        MEDICINE_IDS[0],
        home.words.medicine,
        ((time(7, 30), time(7)), (time(8, 30), time(8))),
    )
    other = MovedMedicine(MEDICINE_IDS[1], home.words.others[0][0], ((time(8), time(7, 30)),))
    parts = (
        PartChange(BREAKFAST, time(8), time(7, 30), was_set=True),
        PartChange(BEDTIME, time(22), time(22), was_set=False),
    )
    return Retiming(home.person, parts, (moved, other))


def day_times_screens(home: Home) -> Mapping[str, View]:
    name, found = home.words.person, retiming(home)
    parts = [choice(day_times.part_label(EARLY, part)) for part in PartOfDay]
    times = [choice(f"{at:%H:%M}") for at in times_around(BREAKFAST)]
    late = [choice(f"{at:%H:%M}") for at in times_around(BEDTIME)]
    save, change, cancel = map(
        choice,
        (conversations.save_label(), conversations.change_label(), conversations.cancel_label()),
    )
    confirm = partial(
        day_times.confirm,
        name,
        changes=day_times.changes_in_words(found.parts),
        moves=words_of_day.moves_in_words(found.moved),
        warning=None,
        buttons=(save, change, cancel),
    )
    clash = TimesOfDayClash(home.words.medicine, ScheduleProblem.MOMENTS_MEET)
    return {
        "day_times": partial(day_times.ask_parts, name, EARLY, parts),
        "day_times_ask_one": partial(day_times.ask_time, name, BREAKFAST, EARLY, times),
        "day_times_ask_a_usual_one": partial(day_times.ask_time, name, BEDTIME, EARLY, late),
        "day_times_confirm": confirm,
        "day_times_confirm_out_of_order": partial(
            day_times.confirm,
            name,
            changes=day_times.changes_in_words(found.parts),
            moves=(),
            warning=day_times.out_of_order_in_words(BREAKFAST, LUNCH),
            buttons=(save, change, cancel),
        ),
        "day_times_saved": partial(day_times.saved, found, member=home.member),
        "day_times_same_as_before": partial(day_times.same_as_before),
        "day_times_changed_meanwhile": partial(words_of_day.changed_meanwhile, name),
        "day_times_clash": partial(words_of_day.clash, clash),
    }


def new_medicine_day_screens(home: Home) -> Mapping[str, View]:
    name, found = home.words.person, retiming(home)
    two, one = (BREAKFAST, BEDTIME), (BREAKFAST,)
    times = [choice(f"{at:%H:%M}") for at in times_around(BREAKFAST)]
    return {
        **{
            f"addmed_day_{len(parts)}": partial(
                day_views.ask_day,
                name,
                parts,
                USUAL_DAY,
                buttons=(
                    choice(day_views.use_these_label(len(parts))),
                    choice(day_views.other_times_label(len(parts))),
                ),
            )
            for parts in (one, two)
        },
        **{
            f"addmed_day_times_{len(parts)}": partial(day_views.ask_day_times, name, parts, times)
            for parts in (one, two)
        },
        "addmed_day_assumed": partial(
            assumed, home.person, (BREAKFAST, BEDTIME), member=home.member
        ),
        "addmed_confirm_with_day": partial(
            day_views.with_day,
            new_medicines.ask_medicine_name(),
            EARLY.named,
            words_of_day.moves_in_words(found.moved),
        ),
    }
