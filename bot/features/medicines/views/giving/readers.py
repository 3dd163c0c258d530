"""Who reads about an intake, and whose clock its times are shown by."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.ui.distinct_labels import family_name
from bot.ui.length import label, plain
from bot.ui.wording import _
from bot.ui.words.dose_times import past_moment, with_yours
from bot.ui.words.times import when_given
from domain.database.scope import Member
from domain.local_time import clocks_differ
from domain.timers import MINUTE


@dataclass(frozen=True)
class Reader:
    """Who is reading, and when. Times are relative to `now`, and shown in the reader's own zone too
    if they have set one.
    """

    family_name: str
    zone: ZoneInfo | None
    now: datetime

    @classmethod
    def of(cls, member: Member, now: datetime) -> "Reader":
        return cls(family_name(member), member.zone, now)

    def when(
        self, at: datetime, *, person: str, zone: ZoneInfo, home: ZoneInfo | None = None
    ) -> str:
        """The moment by the clock of *zone*, which is named if it differs from the person's *home*
        zone.
        """
        if home is not None and clocks_differ(zone, home, at):
            words = past_moment(at, zone, home=home, now=self.now)
            return with_yours(words, at, zone=zone, reader_zone=self.zone)
        return when_given(at, person=person, zone=zone, now=self.now, reader_zone=self.zone)

    def when_on_button(self, at: datetime, *, person: str, zone: ZoneInfo) -> str:
        """As :meth:`when`, without markup and with the name cut to fit."""
        return plain(self.when(at, person=label(person), zone=zone))


def given_line(at: datetime | None, *, person: str, zone: ZoneInfo, reader: Reader) -> str:
    """When it was given; empty if that is now."""
    if at is None:
        return ""
    return _("🕗 given {moment}").format(moment=reader.when(at, person=person, zone=zone))


def is_now(at: datetime, *, reader: Reader) -> bool:
    """Whether the button for this moment says "Now", which then means the moment of the tap."""
    return abs(reader.now - at) < MINUTE
