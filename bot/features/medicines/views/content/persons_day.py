"""The times of somebody's day on which a medicine hangs: asked for, or assumed because nobody has
said otherwise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import time

from bot.ui.answer import Button, Screen
from bot.ui.buttons import in_rows
from bot.ui.length import fitting
from bot.ui.presses.family import SetDayTimes
from bot.ui.wording import _, escape, listed, ngettext
from bot.ui.words.regimens.day_times import day_times_label
from bot.ui.words.regimens.parts_of_day import part_name, time_in_words, times_in_words
from domain.database.scope import Member
from domain.family.people import Person
from domain.medicines.schedules.moments import USUAL_DAY, DayTimes, PartOfDay


def assumed(person: Person, parts: Sequence[PartOfDay], *, member: Member) -> Screen:
    """The usual times that were used for *parts* of a person's day, and where to change them."""
    day = DayTimes.from_json(person.day_times)
    words = _("{part} at {time}")
    times = [words.format(part=part_name(p), time=time_in_words(day.at(p))) for p in parts]
    press = SetDayTimes(family_id=member.family_id, person_id=person.id)
    return Screen(
        _(
            "🕗 Nobody has told me the times of <b>{name}</b>'s day yet, so I use the usual ones: "
            "{times}. If that's not right, tap below, and I'll move the "
            "medicines to match."
        ).format(name=escape(person.name), times=listed(times)),
        ((Button(day_times_label(), press.encode()),),),
    )


def ask_day(
    person: str,
    parts: Sequence[PartOfDay],
    day: DayTimes,
    *,
    buttons: tuple[Button, Button],
) -> Screen:
    """When parts of the day are, on which the medicine hangs; the usual times are offered."""
    words = _(
        "When are {parts} for {person}? I'd use {times}. Tap, or type the times in that order."
    )
    if len(parts) == 1:
        words = _("When is {parts} for {person}? I'd use {times}. Tap, or type another time.")
    return Screen(
        words.format(
            parts=_parts_in_words(parts),
            person=escape(person),
            times=listed([time_in_words(day.at(part)) for part in parts]),
        ),
        (buttons,),
    )


def ask_day_times(person: str, parts: Sequence[PartOfDay], offered: Sequence[Button]) -> Screen:
    """As :func:`ask_day`, where the usual times don't suit; *offered* are for the first part."""
    if len(parts) == 1:
        words = _("When is {parts} for {person}? Tap a time, or type it.")
    else:
        words = _(
            "When is {first} for {person}? Tap a time, or type the times of {parts} at once, like "
            "<i>{example}</i>"
        )
    example = ", ".join(f"{part_name(part)} {time_in_words(USUAL_DAY.at(part))}" for part in parts)
    return Screen(
        words.format(
            first=part_name(parts[0]),
            parts=_parts_in_words(parts),
            person=escape(person),
            example=example,
        ),
        in_rows(offered, of=3),
    )


def _parts_in_words(parts: Sequence[PartOfDay]) -> str:
    return listed([part_name(part) for part in parts])


def use_these_label(count: int) -> str:
    return ngettext("Use this", "Use these", count)


def other_times_label(count: int) -> str:
    return ngettext("Another time", "Other times", count)


def with_day(question: Screen, times: Mapping[PartOfDay, time], moves: Sequence[str]) -> Screen:
    """The confirmation, with the times of the day that are saved with the medicine and what else
    moves with them.
    """
    if not times:
        return question
    lines = [_("🕗 {times}").format(times=times_in_words(DayTimes(times), times))]
    lines += fitting([_("💊 {move}").format(move=escape(each)) for each in moves], room=1_000)
    return replace(question, text="\n".join([question.text, *lines]))
