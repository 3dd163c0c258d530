"""Amounts that differ, tapped one by one: what is given then, day by day, is what was tapped."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.conversation.engine import Reply
from bot.features.medicines.flows.content.differing_amounts import A_CYCLE, Amounts, take
from bot.features.medicines.flows.content.new_schedules import read_schedule
from bot.features.medicines.views.content.differing_amounts import Pattern
from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.people import Person
from bot.grammar.problems import Misunderstood
from domain.medicines.dosages import Dosage
from domain.medicines.schedules.moments import USUAL_DAY
from domain.medicines.schedules.occurrences import occurrences_between

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 23, 7, tzinfo=UTC)  # London's clock in winter
BASES = [
    Dosage("5 mg", Decimal(5), "mg"),
    Dosage("1 tablet", Decimal(1), "tablet"),
    Dosage("10 units", Decimal(10), "unit"),
    Dosage("2 puffs", Decimal(2), "puff"),
]
MULTIPLES = tuple(map(Decimal, ("0.25", "0.5", "0.75", "1", "1.5", "2", "3")))

bases = st.sampled_from(BASES)
taps = st.integers(0, len(MULTIPLES) - 1)
lengths = st.sampled_from([3, 5, 7, 14, 28])


def tapped(base: Dosage, *choices: str) -> str:
    """The words that these taps make."""
    said = Amounts()
    for number, choice in enumerate(choices):
        found = take(said, Reply(choice=choice), dosage=base)
        assert found is not None
        assert found.is_complete is (number == len(choices) - 1)
        said = found
    return said.words


def doses_of(words: str, base: Dosage, *, days: int) -> list[tuple[int, str, Decimal | None]]:
    """Number of the day, time, and amount of the first doses, if *words* are read like an answer to
    “When is it due?”, and the time that they may lack is 18:00.
    """
    dosage, schedule = base, None
    for answer in (words, f"{words} at 18:00"):
        try:
            found = read_schedule(
                answer, so_far="", zone=LONDON, now=MONDAY, day=USUAL_DAY, dosage=base
            )
            schedule = found.schedule
        except Misunderstood:
            line = f'/addmed "Warfarin" {answer}'
            typed = understand_medicine(line, people=[Person("Mum", LONDON)], now=MONDAY)
            assert typed.dosage is not None
            dosage, schedule = typed.dosage, typed.schedule
        if schedule is not None:
            break
    assert schedule is not None, words
    until = MONDAY + timedelta(days=days, hours=-7)
    return [
        ((due.date() - MONDAY.date()).days, f"{due:%H:%M}", (dose.dosage or dosage).amount)
        for dose in occurrences_between(schedule, LONDON, MONDAY, until)
        for due in [dose.due_at.astimezone(LONDON)]
    ]


def choices_of(keys: Sequence[int | None]) -> list[str]:
    pattern = Pattern.WEEKDAYS if len(keys) == 7 else Pattern.TIMES
    return [pattern.value, *("none" if key is None else f"a{key}" for key in keys)]


def amounts_of(base: Dosage, keys: Sequence[int | None]) -> list[Decimal | None]:
    assert base.amount is not None
    return [None if key is None else base.amount * MULTIPLES[key] for key in keys]


@given(base=bases, keys=st.lists(st.none() | taps, min_size=4, max_size=4))
def test_by_the_time_of_day(base: Dosage, keys: Sequence[int | None]) -> None:
    assume(any(key is not None for key in keys))
    words = tapped(base, *choices_of(keys))
    times = ("08:00", "12:00", "18:00", "22:00")
    given_each_day = [
        (time, amount)
        for time, amount in zip(times, amounts_of(base, keys), strict=True)
        if amount is not None
    ]
    assert doses_of(words, base, days=2) == [
        (day, time, amount) for day in range(2) for time, amount in given_each_day
    ]


@given(base=bases, keys=st.lists(st.none() | taps, min_size=7, max_size=7))
def test_by_weekday(base: Dosage, keys: Sequence[int | None]) -> None:
    assume(any(key is not None for key in keys))
    words = tapped(base, *choices_of(keys))
    week = amounts_of(base, keys)
    assert doses_of(words, base, days=14) == [
        (day, "18:00", week[day % 7]) for day in range(14) if week[day % 7] is not None
    ]


@given(base=bases, keys=st.lists(taps, min_size=2, max_size=2, unique=True))
def test_from_day_to_day(base: Dosage, keys: Sequence[int]) -> None:
    words = tapped(base, "turns", *(f"a{key}" for key in keys))
    turns = amounts_of(base, keys)
    assert doses_of(words, base, days=6) == [(day, "18:00", turns[day % 2]) for day in range(6)]


@given(
    base=bases,
    steps=st.lists(st.tuples(taps, lengths), min_size=2, max_size=5),
    is_lasting=st.booleans(),
)
def test_in_steps(base: Dosage, steps: Sequence[tuple[int, int]], is_lasting: bool) -> None:
    choices = ["steps"]
    for key, days in steps:
        choices += [f"a{key}", f"l{days}"]
    if is_lasting:
        choices[-1] = "on"
    words = tapped(base, *choices, *([] if is_lasting else ["stop"]))
    amounts = amounts_of(base, [key for key, _ in steps])
    expected: list[tuple[int, str, Decimal | None]] = []
    for number, (amount, (_, days)) in enumerate(zip(amounts, steps, strict=True)):
        long = 40 if is_lasting and number == len(steps) - 1 else days
        expected += [(len(expected) + day, "18:00", amount) for day in range(long)]
    assert doses_of(words, base, days=len(expected) + (0 if is_lasting else 30)) == expected


class TestAnswers:
    BASE = BASES[0]

    def test_the_other_days_are_as_the_last_one(self) -> None:
        words = tapped(self.BASE, "week", "a3", "a1", "rest")
        assert words == "5 mg on mon and 2½ mg on tue, wed, thu, fri, sat, sun"

    def test_amounts_and_lengths_can_be_typed(self) -> None:
        said: Amounts | None = Amounts(Pattern.STEPS)
        for typed in ("7.5 mg", "for 10 days", "2", "2 months"):
            assert said is not None
            said = take(said, Reply(text=typed), dosage=self.BASE)
        assert said is not None
        assert said.words == "7.5 mg for 10 days, then 2 mg for 2 months"

    @pytest.mark.parametrize("typed", ["5 mg mon-fri", "twice a day", "lorem"])
    def test_what_is_typed_first_may_be_a_whole_direction(self, typed: str) -> None:
        for said in (Amounts(), A_CYCLE):
            assert take(said, Reply(text=typed), dosage=self.BASE) is None

    @pytest.mark.parametrize("pattern", [Pattern.WEEKDAYS, Pattern.TURNS, Pattern.STEPS])
    def test_two_amounts_at_once_do_not_lose_how_they_differ(self, pattern: Pattern) -> None:
        for typed in ("5 mg and 7.5 mg", "3 mg, on sunday 4 mg"):
            with pytest.raises(Misunderstood):
                take(Amounts(pattern), Reply(text=typed), dosage=self.BASE)

    @pytest.mark.parametrize("typed", ["lorem", "5", "for a while", "2 hours"])
    def test_what_was_tapped_is_not_lost_by_a_slip(self, typed: str) -> None:
        said = Amounts(Pattern.STEPS, ("5 mg",))
        with pytest.raises(Misunderstood):
            take(said, Reply(text=typed), dosage=self.BASE)

    def test_nothing_at_all_is_no_medicine(self) -> None:
        with pytest.raises(Misunderstood):
            tapped(self.BASE, "times", "none", "none", "none", "none")
