"""Amounts that differ, by buttons: by the time of day, by weekday, from day to day, or in steps;
and days on and off.

What is tapped becomes the words that one would type, and they are read like typed ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from typing import Any, Self

from bot.conversation.engine import Choice, Data, Reply
from bot.features.medicines.views.content import differing_amounts as views
from bot.features.medicines.views.content.differing_amounts import Pattern
from bot.grammar.dosages import parse_dosage, read_number_only
from bot.grammar.durations import read_duration
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.tokens import tokenize
from bot.ui.answer import Button, Screen
from bot.ui.words.amounts import to_dosage
from bot.ui.words.regimens.patterns_of_days import count_of_days
from domain.medicines.dosages import Dosage

# Typed words, where each amount belongs. Steps and alternating days have no places.
_TIMES = ("in the morning", "at noon", "in the evening", "at bedtime")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_COUNTS = {Pattern.TIMES: len(_TIMES), Pattern.WEEKDAYS: len(_WEEKDAYS), Pattern.TURNS: 2}
_MOST_STEPS = 12

# Days that are offered: of a step, of a cycle on, and off.
_LENGTHS = (3, 5, 7, 14, 28)
_DAYS_ON = (3, 5, 7, 14, 21, 24)
_DAYS_OFF = (4, 7, 9, 14, 21, 23)
_MULTIPLES = tuple(map(Decimal, ("0.25", "0.5", "0.75", "1", "1.5", "2", "3")))
_NOTHING = {"0", "no", "none", "nothing"}


@dataclass(frozen=True)
class Amounts:
    """What was said so far: amounts in words ("": none), and in steps how long each is given ("":
    from then on). A cycle has no amounts, but how long it's on and off.
    """

    pattern: Pattern | None = None
    amounts: tuple[str, ...] = ()
    lengths: tuple[str, ...] = ()
    is_complete: bool = False

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        pattern = data.get("pattern")
        return cls(
            None if pattern is None else Pattern(pattern),
            tuple(data.get("amounts", ())),
            tuple(data.get("lengths", ())),
        )

    def to_data(self) -> Data:
        return asdict(self)

    @property
    def asks_how_long(self) -> bool:
        is_step_open = self.pattern is Pattern.STEPS and len(self.lengths) < len(self.amounts)
        return is_step_open or self.pattern is Pattern.CYCLE

    @property
    def offered_days(self) -> Sequence[int]:
        if self.pattern is not Pattern.CYCLE:
            return _LENGTHS
        return _DAYS_OFF if self.lengths else _DAYS_ON

    @property
    def left(self) -> int | None:
        """How many amounts are still to be said; None for steps, which end when somebody says."""
        count = None if self.pattern is None else _COUNTS.get(self.pattern)
        return None if count is None else count - len(self.amounts)

    @property
    def words(self) -> str:
        """ "5 mg on mon, tue and 2½ mg on sat", "20 mg for 5 days, then 10 mg"."""
        match self.pattern:
            case Pattern.TIMES:
                placed = zip(self.amounts, _TIMES, strict=False)
                return " and ".join(f"{amount} {place}" for amount, place in placed if amount)
            case Pattern.WEEKDAYS:
                days: dict[str, list[str]] = {}
                for amount, day in zip(self.amounts, _WEEKDAYS, strict=False):
                    days.setdefault(amount, []).append(day)
                days.pop("", None)
                return " and ".join(f"{amount} on {', '.join(on)}" for amount, on in days.items())
            case Pattern.CYCLE:
                parts = zip(self.lengths, ("on", "off"), strict=False)
                return " ".join(f"{length} {part}" for length, part in parts)
            case Pattern.TURNS:
                return f"{' and '.join(self.amounts)} on alternate days"
            case _:
                lengths = [f" for {length}" if length else "" for length in (*self.lengths, "")]
                steps = zip(self.amounts, lengths, strict=False)
                return ", then ".join(f"{amount}{length}" for amount, length in steps)

    def adding(self, *amounts: str) -> "Amounts":
        added = replace(self, amounts=(*self.amounts, *amounts))
        if added.left == 0 and not any(added.amounts):
            raise Misunderstood(Problem.DOSAGE_MISSING)
        return replace(added, is_complete=added.left == 0)

    def lasting(self, length: str) -> "Amounts":
        lengths = (*self.lengths, length)
        most = 2 if self.pattern is Pattern.CYCLE else _MOST_STEPS
        return replace(self, lengths=lengths, is_complete=len(lengths) == most or not length)


A_CYCLE = Amounts(Pattern.CYCLE)


def ask(data: Data, choice: Choice) -> Screen:
    said, name = Amounts.from_data(data["differing"]), data["name"]
    dosage = Dosage.from_json(data["dosage"])
    if said.pattern is None:
        patterns = views.patterns() if _offered(dosage) else {}
        return views.ask_pattern(name, [choice(label, key) for key, label in patterns.items()])
    so_far = "" if said.pattern is Pattern.TURNS else said.words
    if said.asks_how_long:
        lengths = [choice(count_of_days(days), f"l{days}") for days in said.offered_days]
        if said.pattern is Pattern.STEPS and said.lengths:
            lengths.append(choice(views.from_then_on_label(), "on"))
        return views.ask_how_long(
            name, said.pattern, len(said.lengths), so_far=so_far, buttons=lengths
        )
    amounts = [choice(amount, f"a{number}") for number, amount in enumerate(_offered(dosage))]
    return views.ask_amount(
        name,
        said.pattern,
        len(said.amounts),
        so_far=so_far,
        buttons=[*amounts, *_instead_of_an_amount(said, choice)],
    )


def _instead_of_an_amount(said: Amounts, choice: Choice) -> Sequence[Button]:
    buttons = []
    if said.pattern in {Pattern.TIMES, Pattern.WEEKDAYS}:
        buttons.append(choice(views.none_label(), "none"))
    if said.pattern is Pattern.WEEKDAYS and any(said.amounts):
        buttons.append(choice(views.the_rest_label(said.amounts[-1]), "rest"))
    if said.pattern is Pattern.STEPS and said.amounts:
        buttons.append(choice(views.stop_label(), "stop"))
    return buttons


def _offered(dosage: Dosage) -> Sequence[str]:
    """Parts and multiples of an amount; none for words in quotes, nor for a range."""
    if dosage.amount is None or dosage.unit is None or dosage.most is not None:
        return ()
    return [to_dosage(dosage.amount * each, dosage.unit).words for each in _MULTIPLES]


def take(said: Amounts, reply: Reply, *, dosage: Dosage) -> Amounts | None:
    """What is known with the reply; None for a whole direction that was typed before anything was
    tapped. Raises Misunderstood: an amount read as a direction would lose how amounts differ.
    """
    if reply.choice is not None:
        return _take_tap(said, reply.choice, dosage)
    typed = (reply.text or "").strip()
    is_begun = said.pattern is not None and (said.pattern is not Pattern.CYCLE or said.lengths)
    try:
        return _take_typed(said, typed, dosage)
    except Misunderstood:
        if is_begun:
            raise
        return None


def _take_tap(said: Amounts, choice: str, dosage: Dosage) -> Amounts:
    if said.pattern is None:
        return replace(said, pattern=Pattern(choice))
    match choice:
        case "stop":
            return replace(said, is_complete=True)
        case "rest":
            return said.adding(*[said.amounts[-1]] * (said.left or 0))
        case "none":
            return said.adding("")
        case "on":
            return said.lasting("")
    number = int(choice[1:])
    if said.asks_how_long:
        return said.lasting(f"{number} days")
    return said.adding(_offered(dosage)[number])


def _take_typed(said: Amounts, typed: str, dosage: Dosage) -> Amounts:
    if said.pattern is None:
        raise Misunderstood(Problem.SCHEDULE_MISSING)
    if said.asks_how_long:
        return said.lasting(_length(typed))
    if typed.casefold() in _NOTHING and said.pattern in {Pattern.TIMES, Pattern.WEEKDAYS}:
        return said.adding("")
    return said.adding(_amount(typed, dosage))


def _amount(typed: str, dosage: Dosage) -> str:
    """An amount as typed; a bare number is of the same unit."""
    tokens = tokenize(typed).tokens
    if len(tokens) == 1 and read_number_only(tokens[0]) and dosage.unit is not None:
        typed = f"{typed} {dosage.unit}"
    return parse_dosage(typed).words


def _length(typed: str) -> str:
    words = typed.casefold().removeprefix("for ")
    tokens = tokenize(words).tokens
    found = read_duration(tokens)
    if found is None or not found.is_in_days or found.tokens_used != len(tokens):
        raise Misunderstood(Problem.DURATION_UNCLEAR, typed)
    return words
