"""Changing a medicine part by part: the questions that saved medicines and drafts share.

What is typed or tapped is a change of parts. If it could mean several things, that is asked, and
the answer completes the change.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, Reply
from bot.features.medicines.flows.content.limit_notes import is_limit, notes_beside
from bot.features.medicines.flows.content.named_buttons import named_button
from bot.features.medicines.flows.content.whole_changes import of_the_whole
from bot.features.medicines.views.content import medicine_changes, new_medicines
from bot.grammar.commands.change_words import read_change_words
from bot.grammar.commands.schedule_changes import parse_change
from bot.grammar.dosages import parse_dosage
from bot.grammar.labels.beside_times import joined
from bot.grammar.labels.lines import check_notes
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.context import to_misunderstood
from bot.grammar.strengths import is_strength, split_strength, with_other_strength, with_strength
from bot.ui.answer import Screen
from domain.medicines.dosages import THINGS
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import ALL, STRENGTH, own_dosages
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.editing import apply_change
from domain.medicines.schedule_changes.questions import (
    AskAmount,
    AskPlace,
    AskTimes,
    Question,
    Topic,
)
from domain.medicines.schedules.days import Daily, Days, counts_from_first_day
from domain.medicines.schedules.kinds import (
    AsNeeded,
    Combined,
    Elapsed,
    Schedule,
    Steps,
    WallClock,
    is_daily,
    wall_clocks_of,
)
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes, PartOfDay
from domain.medicines.schedules.occurrences import count_doses
from domain.medicines.schedules.problems import InvalidSchedule

# What each button says. A time changes only the times, a day only the days.
_PRESETS = {
    "m": "at 08:00",
    "e": "at 20:00",
    "me": "at 08:00 and 20:00",
    "mne": "at 08:00, 14:00 and 20:00",
    "wd": "weekdays",
    "d2": "every 2 days",
    "h8": "every 8 hours",
    "prn": "as needed",
}
_HOURS = frozenset({"m", "e", "me", "mne"})
# Offered together where only how often is known: once, twice, three or four times a day.
_OFFERED = (
    (PartOfDay.MORNING,),
    (PartOfDay.NOON,),
    (PartOfDay.EVENING,),
    (PartOfDay.BEDTIME,),
    (PartOfDay.MORNING, PartOfDay.EVENING),
    (PartOfDay.BREAKFAST, PartOfDay.LUNCH, PartOfDay.DINNER),
    (PartOfDay.BREAKFAST, PartOfDay.LUNCH, PartOfDay.DINNER, PartOfDay.BEDTIME),
)


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
        change = parse_change(
            words.said,
            schedule=self.content.schedule,
            zone=self.zone,
            now=self.now,
            day=self.day,
            dosage=self.content.dosage,
        )
        change = of_the_whole(change, words, content=self.content, zone=self.zone, text=text)
        change = self._with_amount(change)
        before, said = self.content.instructions, change.instructions
        names_limits = change.names_limits
        change = self._with_limit_of(change)
        if before and names_limits:
            kept = notes_beside(before, change, text)
            return change if kept == before else replace(change, instructions=kept or "")
        if not before or not said or (_is_about_food(before) and _is_about_food(said)):
            return change
        together = joined(before, said)
        check_notes(together, change.reason)
        return replace(change, instructions=together)

    def _with_limit_of(self, change: Change) -> Change:
        """With the limit that is among the notes, for another amount: "max 8 tablets a day" is four
        doses of 1-2 tablets, and eight of one. Raises Misunderstood.
        """
        schedule = self.content.schedule
        notes = (self.content.instructions or "").split("; ")
        limit = next((each for each in notes if is_limit(each)), None)
        is_of_amount = change.dosage is not None and not change.names_limits
        if not is_of_amount or limit is None or not isinstance(schedule, AsNeeded):
            return change
        again = parse_change(
            limit, schedule=schedule, zone=self.zone, now=self.now, dosage=change.dosage
        )
        return replace(change, max_per_day=again.max_per_day)

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
            said = self._with_amount(Change(dosage=parse_dosage(text)))
        except Misunderstood as problem:
            try:
                change = self.read_schedule(text)
            except Misunderstood:
                raise problem from None
            if change.dosage is None and change.dosages is None and change.steps is None:
                raise
            return change
        return self._with_limit_of(said)

    def _with_amount(self, change: Change) -> Change:
        """ "2 tablets", of what is 500 mg each: the strength stays, as the number does for "850
        mg". Raises Misunderstood.
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


def in_words(content: Content, zone: ZoneInfo) -> str:
    """What is to be changed, to be shown beside what it becomes (no HTML)."""
    return medicine_changes.content_in_short(content, zone=zone)


def warning(context: ChangeContext, change: Change, changed: Content) -> Screen | None:
    """What a change of a draft takes away or adds without naming it."""
    doses, days = context.other_number_of_doses(change, changed), context.replaced_rhythm(changed)
    if days is not None:
        return new_medicines.replaced_rhythm(days)
    return new_medicines.other_number_of_doses(*doses) if doses else None


def _is_about_food(note: str) -> bool:
    """Whether one such note replaces another: "with food", then "before breakfast"."""
    return not _FOOD.isdisjoint(note.casefold().split())


_FOOD = {"food", "meal", "meals", "breakfast", "lunch", "dinner", "supper", "stomach", "eating"}


def ask_when(data: Data, choice: Choice) -> Screen:
    buttons = [choice(label, key) for key, label in data["presets"]]
    return medicine_changes.ask_new_schedule(data["name"], data["schedule_now"], buttons)


def data_of_when(
    schedule: Schedule, zone: ZoneInfo, *, today: date | None = None
) -> dict[str, Any]:
    """The data that :func:`ask_when` needs."""
    has_days = isinstance(schedule, WallClock | Combined) and not is_daily(schedule)
    is_by_clock = isinstance(schedule, WallClock | Steps | Combined)
    labels = medicine_changes.change_presets(keeps_days=has_days, keeps_hours=is_by_clock)
    return {
        "presets": [[key, labels[key]] for key in labels],
        "schedule_now": medicine_changes.schedule_now(schedule, zone=zone, today=today),
    }


def words_of_when(reply: Reply, context: ChangeContext) -> str:
    """What a typed or tapped reply to :func:`ask_when` says."""
    if reply.choice is None:
        return reply.text or ""
    words = _PRESETS[reply.choice]
    is_by_clock = isinstance(context.content.schedule, WallClock | Steps | Combined)
    if reply.choice in _HOURS and not is_by_clock:
        return f"every day {words}"  # it has no days to keep
    return words


def data_of_question(
    question: Question, *, day: DayTimes = USUAL_DAY
) -> tuple[str, dict[str, Any]]:
    """The step that asks *question*, and the data it needs; *day* has the times to offer."""
    match question:
        case AskTimes(so_far=so_far, count=count):
            choices = times_choices(so_far, count=count, day=day)
            return "times", {"buttons": [[f"t{n}", words] for n, words in enumerate(choices)]}
        case AskPlace(places=places, strength=strength):
            # With one amount, "all of them" says the same.
            labels = [
                [place.key, medicine_changes.place_label(place)]
                for place in places
                if len(places) > 1
            ]
            if not labels:
                labels.append([ALL, medicine_changes.place_label(places[0])])
            elif question.has_all:
                labels.append([ALL, medicine_changes.all_label()])
            if strength is not None:
                labels.append([STRENGTH[:7], medicine_changes.strength_label(strength)])
            return "which", {"buttons": labels, "about": question.about.value}
        case AskAmount(amounts=amounts):
            return "each", {"buttons": [[f"a{n}", each.words] for n, each in enumerate(amounts)]}


def times_choices(
    so_far: Sequence[time] = (), *, count: int | None = None, day: DayTimes = USUAL_DAY
) -> Sequence[str]:
    """Times of day as one would type them: the current ones first, all together and each, then
    those of the person's *day*.
    """
    own = [f"{at:%H:%M}" for at in so_far]
    choices = dict.fromkeys([", ".join(own), *own, *_offered_times(day)])
    return [words for words in choices if words and count in {None, words.count(":")}]


def _offered_times(day: DayTimes) -> Iterator[str]:
    for together in _OFFERED:
        times = sorted({day.at(part) for part in together})
        if len(times) == len(together):
            yield ", ".join(f"{at:%H:%M}" for at in times)


def ask_times(data: Data, choice: Choice) -> Screen:
    return medicine_changes.ask_times(data["name"], _buttons(data, choice))


def ask_which(data: Data, choice: Choice) -> Screen:
    buttons = _buttons(data, choice)
    return medicine_changes.ask_which(data["name"], buttons, about=_topic(data))


def _topic(data: Data) -> Topic:
    # Written by the older program: "is_about_times".
    before = Topic.STEP_TIMES if data.get("is_about_times") else Topic.AMOUNT
    return Topic(data.get("about", before))


def ask_each(data: Data, choice: Choice) -> Screen:
    return medicine_changes.ask_amount_each(data["name"], _buttons(data, choice))


def _buttons(data: Data, choice: Choice) -> list[Any]:
    return [choice(label, key) for key, label in data["buttons"]]


def take_answer(
    step: str, data: Data, reply: Reply, change: Change, context: ChangeContext
) -> Change:
    """The change completed by the answer to the question of *step*; a new change if the answer
    starts over. Raises Misunderstood.
    """
    labels: Mapping[str, str] = dict(data["buttons"])
    place = _place_meant(data, reply) if step == "which" else None
    if place is not None:
        return change.completed(Change(place=STRENGTH if place == STRENGTH[:7] else place))
    if step == "each":
        words = labels[reply.choice] if reply.choice is not None else reply.text or ""
        answer = context.read_dosage(words)
        return change.completed(answer) if answer.dosage is not None else answer
    words = labels[reply.choice] if reply.choice is not None else reply.text or ""
    answer = context.read(words)
    if step == "times" and answer == Change(times=answer.times, dosage=answer.dosage):
        return change.completed(answer)
    # What names another part completes the change; the question stays.
    is_another = not change.to_json().keys() & answer.to_json().keys()
    return change.completed(answer) if is_another else answer


def _place_meant(data: Data, reply: Reply) -> str | None:
    """The button that was tapped, or named. What is typed about amounts is another amount."""
    if reply.choice is not None or _topic(data) is Topic.AMOUNT:
        return reply.choice
    return named_button(data["buttons"], reply.text or "")
