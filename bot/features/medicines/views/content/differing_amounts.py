"""Amounts that differ, and days on and off: the questions that build them by buttons."""

from collections.abc import Sequence
from enum import StrEnum

from bot.ui.answer import Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.wording import _, escape
from bot.ui.words.dates import weekday_names


class Pattern(StrEnum):
    """How amounts differ, or days on and off. The values are stored in conversations."""

    TIMES = "times"
    WEEKDAYS = "week"
    TURNS = "turns"
    STEPS = "steps"
    CYCLE = "cycle"


def patterns() -> dict[Pattern, str]:
    return {
        Pattern.TIMES: _("By the time of day"),
        Pattern.WEEKDAYS: _("By weekday"),
        Pattern.TURNS: _("Alternating days"),
        Pattern.STEPS: _("In steps, up or down"),
    }


def ask_pattern(name: str, buttons: Sequence[Button]) -> Screen:
    """Without *buttons* where there are no amounts to tap."""
    words = _("How do the amounts of {name} differ? Type them with their times or days, {examples}")
    if buttons:
        words = _("How do the amounts of {name} differ? Tap, or type them, {examples}")
    examples = _(
        "for example: <i>1 tablet in the morning and ½ at bedtime</i>, <i>5 mg mon-fri and 2.5 mg"
        " sat, sun at 18:00</i>, <i>5 mg and 7.5 mg on alternate days at 18:00</i>, <i>20 mg for 5"
        " days, then 10 mg for 5 days at 08:00</i>"
    )
    return Screen(words.format(name=escape(name), examples=examples), in_rows(buttons, of=2))


def ask_amount(
    name: str, pattern: Pattern, number: int, *, so_far: str, buttons: Sequence[Button]
) -> Screen:
    """*number* amounts are known, in the words *so_far*."""
    question = _("{where} Tap, or type an amount.").format(where=_where(pattern, number))
    return Screen(_so_far(name, so_far, question), in_rows(buttons, of=2))


def ask_how_long(
    name: str, pattern: Pattern, number: int, *, so_far: str, buttons: Sequence[Button]
) -> Screen:
    """*number* lengths are known."""
    question = _("For how long is that given? Tap, or type it, for example: <i>10 days</i>")
    if pattern is Pattern.CYCLE:
        question = _("How many days in a row? Tap, or type it, for example: <i>10 days</i>")
        if number:
            question = _("And then how many days off? Tap, or type it, for example: <i>10 days</i>")
    return Screen(_so_far(name, so_far, question), in_rows(buttons, of=2))


def none_label() -> str:
    return _("None")


def the_rest_label(amount: str) -> str:
    if not amount:
        return _("None on the other days")
    return _("{amount} on the other days").format(amount=amount)


def from_then_on_label() -> str:
    return _("From then on")


def stop_label() -> str:
    return _("Then stop")


def _so_far(name: str, so_far: str, question: str) -> str:
    if not so_far:
        return _("{name}: {question}").format(name=escape(name), question=question)
    return _("{name}: “{so_far}”\n{question}").format(
        name=escape(name), so_far=escape(so_far), question=question
    )


def _where(pattern: Pattern, number: int) -> str:
    match pattern, number:
        case Pattern.WEEKDAYS, day:
            return _("How much on {weekday}?").format(weekday=weekday_names()[day])
        case Pattern.TIMES, 0:
            return _("How much in the morning?")
        case Pattern.TIMES, 1:
            return _("How much at noon?")
        case Pattern.TIMES, 2:
            return _("How much in the evening?")
        case Pattern.TIMES, _last:
            return _("How much at bedtime?")
        case Pattern.TURNS, 0:
            return _("How much on the first day?")
        case Pattern.TURNS, _second:
            return _("How much on the second day?")
        case _steps, 0:
            return _("How much at first?")
        case _:
            return _("How much after that?")
