"""Who reads about an intake, and by which clocks its moment is said."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ui.distinct_labels import family_name
from bot.ui.wording import _
from bot.ui.words.dose_times import differ, past_moment, with_yours
from bot.ui.words.times import when_given
from domain.database.scope import Member
from domain.timers import MINUTE


@dataclass(frozen=True)
class Reader:
    """Who reads, and when: words are reckoned from `now`, in their zone too, if they said it."""

    family_name: str
    zone: ZoneInfo | None
    now: datetime

    @classmethod
    def of(cls, member: Member, now: datetime) -> "Reader":
        return cls(family_name(member), member.zone, now)

    def when(
        self, at: datetime, *, person: str, zone: ZoneInfo, home: ZoneInfo | None = None
    ) -> str:
        """By the clock of *zone*, which is named where that of the person's *home* is another."""
        if home is not None and differ(zone, home, at):
            words = past_moment(at, zone, home=home, now=self.now)
            return with_yours(words, at, zone=zone, reader_zone=self.zone)
        return when_given(at, person=person, zone=zone, now=self.now, reader_zone=self.zone)


def given_line(at: datetime | None, *, person: str, zone: ZoneInfo, reader: Reader) -> str:
    """When it was given; empty for now."""
    if at is None:
        return ""
    return _("🕗 given {moment}").format(moment=reader.when(at, person=person, zone=zone))


def is_now(at: datetime, *, reader: Reader) -> bool:
    """Whether a button says "Now" of it: it means the moment of the tap then."""
    return abs(reader.now - at) < MINUTE
