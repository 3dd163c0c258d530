"""Changing a medicine part by part: the questions that saved medicines and drafts share.

What is typed or tapped is a change of parts. If it could mean several things, that is asked, and
the answer completes the change.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from bot.conversation.engine import Choice, Data, Reply
from bot.features.medicines.flows.content.change_context import ChangeContext
from bot.features.medicines.flows.content.named_buttons import named_button
from bot.features.medicines.views.content import medicine_changes, new_medicines
from bot.ui.answer import Screen
from domain.medicines.facts import Content
from domain.medicines.schedule_changes.amounts import ALL, STRENGTH
from domain.medicines.schedule_changes.changes import Change
from domain.medicines.schedule_changes.questions import (
    AskAmount,
    AskPlace,
    AskTimes,
    Question,
    Topic,
)
from domain.medicines.schedules.kinds import (
    Combined,
    Schedule,
    Steps,
    WallClock,
    is_daily,
)
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes, PartOfDay
from domain.medicines.schedules.spans import last_day_of

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


def in_words(content: Content, zone: ZoneInfo) -> str:
    """What is to be changed, to be shown beside what it becomes (no HTML)."""
    return medicine_changes.content_in_short(content, zone=zone)


def warning(context: ChangeContext, change: Change, changed: Content) -> Screen | None:
    """What a change of a draft takes away or adds without naming it."""
    ends = last_day_of(context.content.schedule, context.zone)
    later = last_day_of(changed.schedule, context.zone)
    if change.starts_on and not change.names_end and ends and later and later > ends:
        return new_medicines.later_end(later)
    doses, days = context.other_number_of_doses(change, changed), context.replaced_rhythm(changed)
    if days is not None:
        return new_medicines.replaced_rhythm(days)
    return new_medicines.other_number_of_doses(*doses) if doses else None


def is_one_rhythm(schedule: Schedule) -> bool:
    """Whether what is said of it is said of all: "3 mg on mondays" may leave out other days."""
    return not isinstance(schedule, Combined | Steps)


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
