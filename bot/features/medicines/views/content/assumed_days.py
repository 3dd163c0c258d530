"""What was assumed about somebody's day, because nobody has said otherwise."""

from collections.abc import Sequence

from bot.ui.answer import Button, Screen
from bot.ui.presses.family import SetDayTimes
from bot.ui.wording import _, escape, listed
from bot.ui.words.day_times import day_times_label
from bot.ui.words.parts_of_day import part_name, time_in_words
from domain.database.scope import Member
from domain.family.people import Person
from domain.medicines.schedules.moments import DayTimes, PartOfDay


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
