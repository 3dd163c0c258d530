"""Screens about amounts that differ, and days on and off."""

from collections.abc import Mapping
from functools import partial

from bot.features.medicines.views.content import differing_amounts as views
from bot.features.medicines.views.content.differing_amounts import Pattern
from bot.ui.words.regimens.patterns_of_days import count_of_days
from tests.unit.views.screens.conversation import choice
from tests.unit.views.screens.home import Home, View

PLACES = (
    *((Pattern.TIMES, number) for number in range(4)),
    *((Pattern.WEEKDAYS, number) for number in (0, 6)),
    *((Pattern.TURNS, number) for number in range(2)),
    *((Pattern.STEPS, number) for number in range(2)),
)


def differing_screens(home: Home) -> Mapping[str, View]:
    name, amount = home.words.medicine, home.words.dosage
    none, rest = views.none_label(), views.the_rest_label
    days = [choice(count_of_days(3)), choice(count_of_days(5))]
    return {
        "differ": partial(
            views.ask_pattern, name, [choice(label) for label in views.patterns().values()]
        ),
        "differ_not_countable": partial(views.ask_pattern, name, ()),
        **{
            f"differ_{pattern}_{number}": partial(
                views.ask_amount,
                name,
                pattern,
                number,
                so_far=amount if number and pattern is not Pattern.TURNS else "",
                buttons=[choice(amount), choice(none)],
            )
            for pattern, number in PLACES
        },
        "differ_week_1": partial(
            views.ask_amount,
            name,
            Pattern.WEEKDAYS,
            1,
            so_far=amount,
            buttons=[choice(amount), choice(none), choice(rest(amount)), choice(rest(""))],
        ),
        "differ_steps_2": partial(
            views.ask_amount,
            name,
            Pattern.STEPS,
            2,
            so_far=amount,
            buttons=[choice(amount), choice(views.stop_label())],
        ),
        "how_long_steps_0": partial(
            views.ask_how_long, name, Pattern.STEPS, 0, so_far=amount, buttons=days
        ),
        "how_long_steps_1": partial(
            views.ask_how_long,
            name,
            Pattern.STEPS,
            1,
            so_far=amount,
            buttons=[*days, choice(views.from_then_on_label())],
        ),
        "how_long_cycle_0": partial(
            views.ask_how_long, name, Pattern.CYCLE, 0, so_far="", buttons=days
        ),
        "how_long_cycle_1": partial(
            views.ask_how_long, name, Pattern.CYCLE, 1, so_far=amount, buttons=days
        ),
    }
