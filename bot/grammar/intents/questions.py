"""What a sentence asks, as frozen values: answered from the tables, with nothing written."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID


class Span(StrEnum):
    """Which time is asked about."""

    NOW = "now"  # due by now and not recorded
    REST = "rest"  # what is left today
    TODAY = "today"
    TONIGHT = "tonight"
    TOMORROW = "tomorrow"
    COMING = "coming"  # no time is named
    WEEK = "week"  # of appointments until Sunday, of doses the next seven days
    WEEKEND = "weekend"
    NEXT_WEEK = "next week"  # from Monday on
    NEXT = "next"  # whatever comes first
    USUAL = "usual"  # what is taken in a part of the day, whichever day


class Part(StrEnum):
    """A part of the day, as people ask about it."""

    MORNING = "morning"
    NOON = "noon"
    AFTERNOON = "afternoon"
    EVENING = "evening"
    NIGHT = "night"


class Asked(StrEnum):
    """What is asked about something that was given, or not."""

    WHETHER = "whether"
    WHEN = "when"  # when last, how long ago
    WHO = "who"
    HOW_OFTEN = "how often"


class Topic(StrEnum):
    """What is asked about a medicine."""

    HOW = "how"  # how it's taken, since when
    PURPOSE = "purpose"  # what it's for
    LEFT = "left"  # how many are left, until when, who gets more


class AboutAppointment(StrEnum):
    """What is asked about an appointment. Its page has it all."""

    PAGE = "page"
    DRIVING = "driving"
    BRINGING = "bringing"


@dataclass(frozen=True, slots=True)
class WhatIsDue:
    """ "What's due tonight?", "what's left?", "when is the next one?"; with its `part` "what does
    she take at lunch?"
    """

    span: Span
    person_id: UUID | None = None
    weekday: int | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class WasItGiven:
    """ "Did mum take her evening pill?", "when did she last have Para?", "who gave it?"

    Without `medicine_ids` it's about all that is due in that `part` of the day `days_ago`, or of
    the last such `weekday` (0 is Monday); or, of "in the last 24 hours", those `hours`.
    """

    medicine_ids: tuple[UUID, ...]
    asked: Asked = Asked.WHETHER
    person_id: UUID | None = None
    part: Part | None = None
    days_ago: int = 0
    weekday: int | None = None
    hours: int = 0


@dataclass(frozen=True, slots=True)
class MayBeGiven:
    """ "Can she have another paracetamol?": only facts answer that."""

    medicine_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ListOfMedicines:
    """ "What is she on?" """

    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AboutMedicine:
    """ "How does she take her Amlodipine?", "how many are left?" """

    medicine_ids: tuple[UUID, ...]
    topic: Topic


@dataclass(frozen=True, slots=True)
class WhatRunsOut:
    """ "Are we running out of anything?", "what needs ordering?" """

    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WhatIsPlanned:
    """ "When is the next dentist?", "what's on this week?", "who drives on Friday?"

    `appointment_ids` are those that were named; `weekday` (0 is Monday) is a day of the next seven.
    """

    span: Span
    appointment_ids: tuple[UUID, ...] = ()
    about: AboutAppointment = AboutAppointment.PAGE
    person_id: UUID | None = None
    weekday: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class WhoIs:
    """ "What's Dr Patel's number?", "her cardiologist?"; all doctors without ids, or those of a
    person: "Mum's doctor".
    """

    doctor_ids: tuple[UUID, ...] = ()
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class WhoIsInFamily:
    """ "Who's in the family?" """


@dataclass(frozen=True, slots=True)
class CatchUp:
    """ "How is she?", "catch me up" """

    person_id: UUID | None = None


Question: TypeAlias = (
    WhatIsDue
    | WasItGiven
    | MayBeGiven
    | ListOfMedicines
    | AboutMedicine
    | WhatRunsOut
    | WhatIsPlanned
    | WhoIs
    | WhoIsInFamily
    | CatchUp
)
