"""Asking for a day and a time: a calendar of buttons, the usual times, or typing."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Reply
from bot.features.appointments.views import time_labels
from bot.grammar.appointment_times.parsing import parse_when
from bot.grammar.appointment_times.parts import When
from bot.grammar.dates import spelt
from bot.grammar.problems import Misunderstood, Problem
from bot.intake.request import Request
from bot.ui.answer import Button, Keyboard
from domain.appointments.errors import AppointmentInPast, TimeDoesNotExist

USUAL_TIMES = tuple(time(hour) for hour in (8, 9, 10, 11, 12, 14, 15, 16, 17))
_FARTHEST_MONTHS = 24
_BLANK = "·"


def day_buttons(
    choice: Choice,
    *,
    today: date,
    month: date,
    candidates: Sequence[date] = (),
    are_nights: bool = False,
) -> Keyboard:
    """Buttons for the candidates, or for today, tomorrow and a month to browse. With *are_nights*,
    each candidate is the day on which that night ends.
    """
    if are_nights:
        return tuple((choice(time_labels.night_label(day), _day_key(day)),) for day in candidates)
    if candidates:
        return tuple(
            (choice(time_labels.day_label(day, today=today), _day_key(day)),) for day in candidates
        )
    blank = choice(_BLANK, "x")
    rows: list[tuple[Button, ...]] = [
        (
            choice(time_labels.today_label(), _day_key(today)),
            choice(time_labels.tomorrow_label(), _day_key(today + timedelta(days=1))),
        ),
        (
            choice(time_labels.month_before(month), f"m{_shift(month, -1):%y%m}")
            if month > today
            else blank,
            choice(time_labels.month_label(month), "x"),
            choice(time_labels.month_after(month), f"m{_shift(month, 1):%y%m}"),
        ),
        tuple(choice(words, "x") for words in time_labels.weekday_labels()),
    ]
    day = month - timedelta(days=month.weekday())
    while day < _shift(month, 1):
        week = [day + timedelta(days=number) for number in range(7)]
        open_days = {each for each in week if each.month == month.month and each >= today}
        if open_days:
            rows.append(
                tuple(
                    choice(str(each.day), _day_key(each)) if each in open_days else blank
                    for each in week
                )
            )
        day += timedelta(days=7)
    return tuple(rows)


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def month_of_press(reply: Reply, *, today: date) -> date | None:
    """The month that a press turns to; None if the reply was something else."""
    key = reply.choice or ""
    if key[:1] != "m":
        return None
    month = datetime.strptime(f"{key[1:]}01", "%y%m%d").date()  # noqa: DTZ007 - a date only
    last = _shift(first_of_month(today), _FARTHEST_MONTHS)
    return min(max(month, first_of_month(today)), last)


def is_blank(reply: Reply) -> bool:
    """Whether the reply is a press on a calendar cell that isn't a day."""
    return reply.choice == "x"


def take_when(
    request: Request,
    reply: Reply,
    *,
    zone: ZoneInfo,
    hint: str = "",
    is_day_known: bool = False,
) -> When:
    """What a tapped or typed day or time says. Raises Misunderstood.

    *hint* is put before an answer that can't be read without it: "at" before "9".
    """
    if reply.choice is not None:
        if reply.choice[:1] == "t":
            return When(times=(datetime.strptime(reply.choice[1:], "%H%M").time(),))  # noqa: DTZ007
        day = datetime.strptime(reply.choice, "%y%m%d").date()  # noqa: DTZ007 - a date only
        return When(days=(day,))
    now = request.scope.clock.now()
    text = reply.text or ""
    if not text.strip():
        raise Misunderstood(Problem.WHEN_UNREADABLE, text)
    try:
        return parse_when(text, zone=zone, now=now, is_day_known=is_day_known)
    except Misunderstood as problem:
        try:
            return parse_when(f"{hint} {text}", zone=zone, now=now)
        except Misunderstood:
            raise problem from None  # the problem with what was actually typed


def check_kind(when: When, *, is_all_day: bool) -> None:
    """Raises Misunderstood if an answer about the start says more than that, because dropping the
    rest silently would be worse than asking. *is_all_day*: the appointment lasts all day, and stays
    so.
    """
    if when.except_on and when.rule is None:
        raise Misunderstood(Problem.EXCEPTION_OF_ONE, spelt(when.except_on[0]))
    says_all_day = when.is_all_day and when.duration == timedelta(days=1)
    if when.times and is_all_day and not when.is_all_day:
        raise Misunderstood(Problem.STAYS_ALL_DAY, f"{when.times[0]:%H:%M}")
    if when.duration is not None and not (is_all_day and says_all_day):
        raise Misunderstood(Problem.LENGTH_IN_A_MOVE)


def time_buttons(
    choice: Choice, candidates: Sequence[time] = (), *, offered: Sequence[time] = ()
) -> Keyboard:
    """Buttons for the candidates, or for the usual times, with those *offered* instead of an
    impossible time on top.
    """
    times = candidates or [each for each in USUAL_TIMES if each not in offered]
    rows = [tuple(times[at : at + 3]) for at in range(0, len(times), 3)]
    if offered and not candidates:
        rows.insert(0, tuple(offered))
    return tuple(
        tuple(choice(time_labels.time_label(each), f"t{each:%H%M}") for each in row) for row in rows
    )


def are_nights(days: Sequence[date]) -> bool:
    """Whether *days* are the two days that :func:`~bot.grammar.clock_times.nights_of` returns."""
    return len(days) == 2 and days[1] - days[0] == timedelta(days=1)


def _day_key(day: date) -> str:
    return f"{day:%y%m%d}"


def _shift(month: date, months: int) -> date:
    years, number = divmod(month.month - 1 + months, 12)
    return date(month.year + years, number + 1, 1)


def to_problem(error: AppointmentInPast | TimeDoesNotExist) -> Misunderstood:
    """Turn an impossible time into a problem that asks for another one."""
    if isinstance(error, TimeDoesNotExist):
        clock = f"{error.local:%H:%M}"
        return Misunderstood(Problem.HOUR_SKIPPED, clock, suggestions=(f"{error.instead:%H:%M}",))
    local = error.starts_at.astimezone(error.zone)
    return Misunderstood(Problem.HOUR_IS_OVER, f"{spelt(local.date())} {local:%H:%M}")
