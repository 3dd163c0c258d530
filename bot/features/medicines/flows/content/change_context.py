"""What somebody typed about a medicine, read against what it is now: the parts that it changes."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.features.medicines.flows.content.limit_notes import (
    is_limit,
    is_limit_of_things,
    notes_beside,
)
from bot.features.medicines.flows.content.swapped_parts import read_swap
from bot.features.medicines.flows.content.whole_changes import at_moments_so_far, of_the_whole
from bot.grammar.commands.change_words import (
    ChangeWords,
    read_change_words,
    read_new_name,
)
from bot.grammar.commands.schedule_changes import parse_change
from bot.grammar.dosages import parse_dosage
from bot.grammar.labels.beside_times import joined
from bot.grammar.labels.lines import check_notes
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.context import to_misunderstood
from bot.grammar.strengths import (
    is_only_counted,
    is_strength,
    split_strength,
    with_other_strength,
    with_strength,
)
from domain.medicines.dosages import THINGS, Dosage
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import STRENGTH, own_dosages
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.editing import apply_change
from domain.medicines.schedule_changes.questions import (
    Question,
)
from domain.medicines.schedules.days import Daily, Days, Weekly, counts_from_first_day
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Elapsed,
    Schedule,
    WallClock,
    wall_clocks_of,
)
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes
from domain.medicines.schedules.occurrences import count_doses
from domain.medicines.schedules.problems import InvalidSchedule


@dataclass(frozen=True)
class ChangeContext:
    """What is being changed, in whose time zone, and when it was read. `day` has the times of the
    person's day.
    """

    content: Content
    zone: ZoneInfo
    now: datetime
    day: DayTimes = USUAL_DAY

    def apply(self, changes: Sequence[Change], *, words: str = "") -> Content | Question:
        """Apply the changes in order. Raises Misunderstood, quoting *words*, for an
        impossible one.
        """
        content = self.content
        for change in changes:
            try:
                changed = apply_change(content, change, zone=self.zone, now=self.now)
            except InvalidSchedule as error:
                raise to_misunderstood(error, words) from error
            if not isinstance(changed, Content):
                return changed
            content = changed
        return content

    def read(self, text: str) -> Change:
        """What somebody typed about the whole medicine. Raises Misunderstood."""
        name = read_new_name(text)
        if name is not None:
            return Change(name=name)
        try:
            return self._as_limits(self.read_schedule(text))
        except Misunderstood as problem:
            with suppress(Misunderstood):
                return self._with_limit_of(self._with_amount(Change(dosage=parse_dosage(text))))
            if problem.problem is Problem.UNKNOWN_WORDS:
                raise Misunderstood(Problem.CHANGE_UNREADABLE, text) from problem
            raise

    def _as_limits(self, change: Change) -> Change:
        """ "Twice a day" and "every 6 hours" of what is taken as needed, and at no times, are how
        often it may be, and how long to wait.
        """
        if not isinstance(self.content.schedule, AsNeeded) or change.times or change.moments:
            return change
        if change.every is not None and not change.from_last_intake:
            change = replace(change, every=None, min_interval=change.every)
        is_count = change.times_a_day is not None and not (change.dosages or change.names_days)
        if is_count and change.max_per_day is None:
            change = replace(change, times_a_day=None, max_per_day=change.times_a_day)
        return change

    def read_more(self, text: str) -> Change:
        """What was said beside the schedule: "every 6 hours" of what is taken as needed is the
        shortest time between two doses. Raises Misunderstood.
        """
        change = self.read(text)
        if change.every is None or not isinstance(self.content.schedule, AsNeeded):
            return change
        return replace(change, every=None, min_interval=change.every)

    def read_schedule(self, text: str) -> Change:
        words = read_change_words(text)
        if self._counts_from_a_day and _BARE_DAY.match(words.said):
            words = replace(words, said=f"from {words.said}")
        for typed in (text, words.said):
            swap = read_swap(typed, content=self.content, zone=self.zone, now=self.now)
            if swap is not None:
                return self._with_limit_of(self._with_amount(swap))
        change = at_moments_so_far(self._parsed(words), self.content.schedule)
        if not words.adds:
            self._check_which_time(change, text)
        change = of_the_whole(change, words, content=self.content, zone=self.zone, text=text)
        change = self._with_amount(change)
        before, said = self.content.instructions, change.instructions
        names_limits = change.names_limits
        change = self._with_limit_of(change)
        if before and names_limits:
            dosage = change.dosage or self.content.dosage
            is_of_things = is_limit_of_things(before, dosage)
            is_other = change.max_per_day not in {None, self._limit_in_notes(dosage)}
            is_other = is_other and is_of_things
            kept = notes_beside(before, change, text, is_other_limit=is_other)
            return change if kept == before else replace(change, instructions=kept or "")
        if not before or not said:
            return change
        together = joined(_without_food(_without_sides(before, said), said), said)
        check_notes(together, change.reason)
        return replace(change, instructions=together)

    def _check_which_time(self, change: Change, text: str) -> None:
        """Raises Misunderstood for "no, 9pm", of 8am and 8pm: the other dose is not to be lost."""
        plans = wall_clocks_of(self.content.schedule)
        is_one = change.times is not None and len(change.times) == 1
        says_more = change.times_a_day or change.dosages or change.steps or change.combined
        says_more = says_more or change.names_days or change.dosage is not None
        if not is_one or says_more or _ONLY.search(text):
            return
        if plans and min(len(plan.times) for plan in plans) > 1:
            raise Misunderstood(Problem.ONE_OF_THE_TIMES, text)

    @property
    def _counts_from_a_day(self) -> bool:
        """Whether it comes so rarely that a day that is named is the next one: "the 16th"."""
        plans = wall_clocks_of(self.content.schedule)
        return bool(plans) and all(
            isinstance(plan.days, Daily | Weekly) and plan.days.every > 1 for plan in plans
        )

    def _parsed(self, words: ChangeWords) -> Change:
        """The change, before it is held against the whole. "Also not on Fridays" leaves out more
        days, "every day except Fridays" only that one.
        """

        def parse(schedule: Schedule) -> Change:
            return parse_change(
                words.said,
                schedule=schedule,
                zone=self.zone,
                now=self.now,
                day=self.day,
                dosage=self.content.dosage,
            )

        schedule = self.content.schedule
        try:
            return parse(schedule)
        except Misunderstood as problem:
            is_of_all = bool(_EVERY_DAY_BUT.match(words.said))
            may_be_read = problem.problem is Problem.AS_WELL_OR_INSTEAD
            if not may_be_read or not (words.adds or is_of_all):
                raise
            if not isinstance(schedule, WallClock) or not isinstance(schedule.days, Weekly):
                raise
            so_far = schedule.days
            change = parse(replace(schedule, days=Daily(1)))
            if is_of_all or not isinstance(change.days, Weekly):
                return change
            return replace(change, days=Weekly(so_far.weekdays & change.days.weekdays))

    def _with_limit_of(self, change: Change) -> Change:
        """With the limit that is among the notes, for another amount: "max 8 tablets a day" is four
        doses of 1-2 tablets, and eight of one. Raises Misunderstood.
        """
        is_of_amount = change.dosage is not None and not change.names_limits
        limit = self._limit_in_notes(change.dosage) if is_of_amount else None
        return change if limit is None else replace(change, max_per_day=limit)

    def _limit_in_notes(self, dosage: Dosage | None) -> int | None:
        """How many doses of so much the limit among the notes is, if there is one."""
        schedule = self.content.schedule
        notes = (self.content.instructions or "").split("; ")
        limit = next((each for each in notes if is_limit(each)), None)
        if limit is None or not isinstance(schedule, AsNeeded):
            return None
        most = parse_change(
            limit, schedule=schedule, zone=self.zone, now=self.now, dosage=dosage
        ).max_per_day
        if most is None or schedule.min_interval is None:
            return most
        return min(most, max(1, timedelta(days=1) // schedule.min_interval))

    def other_number_of_doses(self, change: Change, changed: Content) -> tuple[int, int] | None:
        """How many doses a course would have if it lasted as long, and has, if other days, hours or
        another first day make that more or fewer; None otherwise.
        """
        if change.names_end or change.steps:
            return None
        old, new = self.content.schedule, changed.schedule
        before, after = (count_doses(each, self.zone, self.now) for each in (old, new))
        times, now_times = _times_a_day(old), _times_a_day(new)
        if before and len(times) == len(now_times) == 1 and not before % times[0]:
            before = before // times[0] * now_times[0]
        elif times != now_times:
            return None
        return (before, after) if before and after and before != after else None

    def replaced_rhythm(self, changed: Content) -> Days | None:
        """The days so far if they were counted, and other days take their place: "only weekdays"
        of what is taken every 2 days; None otherwise.
        """
        old, new = self.content.schedule, changed.schedule
        if not isinstance(old, WallClock) or not isinstance(new, WallClock):
            return None
        is_counted = counts_from_first_day(old.days) or counts_from_first_day(new.days)
        is_kept = old.days in {new.days, Daily(1)} or not is_counted
        return None if is_kept or type(old.days) is type(new.days) else old.days

    def read_dosage(self, text: str) -> Change:
        """ "75 mg", or an amount for each time. Raises Misunderstood."""
        try:
            said = self._with_amount(Change(dosage=parse_dosage(text)), is_answer=True)
        except Misunderstood as problem:
            try:
                change = self.read_schedule(text)
            except Misunderstood:
                raise problem from None
            if change.dosage is None and change.dosages is None and change.steps is None:
                raise
            return change
        return self._with_limit_of(said)

    def _with_amount(self, change: Change, *, is_answer: bool = False) -> Change:
        """ "2 tablets", of what is 500 mg each: the strength stays, as the number does for "850
        mg". "50 mg", of 2 tablets, may be either, unless it *is the answer* to how much is given.
        Raises Misunderstood.
        """
        said, so_far = change.dosage, self.content.dosage
        if said is None:
            return change
        own = own_dosages(self.content.schedule)
        if own:
            is_counted = all(each.unit in THINGS for each in own)
            if not is_counted or not is_strength(said):
                return change
            if any(split_strength(each)[0] for each in own):
                raise Misunderstood(Problem.WHICH_AMOUNT, said.words)
            return replace(change, place=STRENGTH)
        if is_strength(said):
            if is_only_counted(so_far) and so_far.unit in THINGS and is_only_counted(said):
                if is_answer:
                    return change
                raise Misunderstood(Problem.STRENGTH_OR_AMOUNT, said.words)
            return replace(change, dosage=with_other_strength(so_far, said) or said)
        strength, given = split_strength(so_far)
        if strength is None and said.unit in THINGS and is_strength(so_far):
            strength, given = so_far, said
        if strength is None or given.unit != said.unit or split_strength(said)[0]:
            return change
        return replace(change, dosage=with_strength(strength, said) or said)


def _times_a_day(schedule: Schedule) -> Sequence[int]:
    """Of each of its parts."""
    if isinstance(schedule, Elapsed) and not timedelta(days=1) % schedule.every:
        return [timedelta(days=1) // schedule.every]
    return [len(each.times) for each in wall_clocks_of(schedule)]


def _without_sides(notes: str, said: str) -> str:
    """The *notes* but for those that *said* corrects: "left eye", of "both eyes"."""
    parts = {_SAME_PART.get(word, word) for word in said.casefold().split()} & _PARTS
    return "; ".join(
        note
        for note in notes.split("; ")
        if not parts & {_SAME_PART.get(word, word) for word in note.casefold().split()}
    )


_PARTS = {"eye", "ear", "nostril", "arm", "leg", "side", "thigh", "knee", "hip"}
_SAME_PART = {f"{part}s": part for part in _PARTS}


_ONLY = re.compile(r"(?i)\b(?:only|just|once|single|one (?:dose|time)|instead|daily|every day)\b")
_BARE_DAY = re.compile(r"(?i)(?:on )?(?:the )?\d{1,2}(?:(?:st|nd|rd|th)\b|(?= [a-z]{3}))[ a-z]*$")
_EVERY_DAY_BUT = re.compile(r"(?i)(?:every day|daily|all days) (?:except|but)\b")


def _without_food(notes: str, said: str) -> str:
    """The notes that stay beside what was *said*: "before breakfast" replaces "with food", and one
    limit another.
    """

    def is_about_food(note: str) -> bool:
        return not _FOOD.isdisjoint(note.casefold().split())

    kinds: list[Callable[[str], object]] = [is_about_food, *(limit.search for limit in _LIMITS)]
    parts = notes.split("; ")
    return "; ".join(part for part in parts if not any(is_(said) and is_(part) for is_ in kinds))


#: "Not more than 3 nights a week", "do not exceed 4 mg per day": another one takes its place.
_LIMITS = [
    re.compile(rf"(?i)\b(?:max|maximum|exceed|more than)\b.*\b(?:a|per|in|each) ?{unit}")
    for unit in ("week", "(?:day|24)")
]


_FOOD = {"food", "meal", "meals", "breakfast", "lunch", "dinner", "supper", "stomach", "eating"}
