"""Intents: what a sentence asks or says, as frozen values. They have no effect of their own."""

from collections.abc import Sequence
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
    WEEK = "week"
    NEXT = "next"  # whatever comes first


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

    HOW = "how"  # how it's taken, what for, since when
    LEFT = "left"  # how many are left, until when, who gets more


class AboutAppointment(StrEnum):
    """What is asked about an appointment. Its page has it all."""

    PAGE = "page"
    DRIVING = "driving"


@dataclass(frozen=True, slots=True)
class WhatIsDue:
    """ "What's due tonight?", "what's left?", "when is the next one?" """

    span: Span
    person_id: UUID | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class WasItGiven:
    """ "Did mum take her evening pill?", "when did she last have Para?", "who gave it?"

    Without `medicine_ids` it's about all that is due in that `part` of the day `days_ago`, or of
    the last such `weekday` (0 is Monday).
    """

    medicine_ids: tuple[UUID, ...]
    asked: Asked = Asked.WHETHER
    person_id: UUID | None = None
    part: Part | None = None
    days_ago: int = 0
    weekday: int | None = None


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
    """ "What's Dr Patel's number?", "her cardiologist?"; all doctors without ids."""

    doctor_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class WhoIsInFamily:
    """ "Who's in the family?" """


@dataclass(frozen=True, slots=True)
class CatchUp:
    """ "How is she?", "catch me up" """

    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RunsCommand:
    """The words of a command, without its slash: "undo", "help", "settings"."""

    command: str


class Danger(StrEnum):
    """Words of danger."""

    EMERGENCY = "emergency"
    POISON = "poison"
    CRISIS = "crisis"


@dataclass(frozen=True, slots=True)
class SaysDanger:
    """ "She fell and can't get up", "too many pills", "I want to die" """

    danger: Danger


@dataclass(frozen=True, slots=True)
class AsksAdvice:
    """A medical question: "how much ibuprofen can she take?" """


class Talk(StrEnum):
    """What is said among people."""

    HELLO = "hello"
    THANKS = "thanks"
    GOOD_NIGHT = "good night"


@dataclass(frozen=True, slots=True)
class SmallTalk:
    talk: Talk


@dataclass(frozen=True, slots=True)
class OffTopic:
    """Weather, music, jokes; or how somebody is, of which no notes are kept."""

    is_of_health: bool = False


class Unsaid(StrEnum):
    """Why what sounds like a record is none."""

    NEGATED = "negated"  # "I didn't give it"
    PLANNED = "planned"  # "will give it later"
    QUOTED = "quoted"  # "Ben said she had it"


@dataclass(frozen=True, slots=True)
class NoRecord:
    """It only sounds like a record: nothing is recorded, nor offered to be."""

    why: Unsaid
    medicine_ids: tuple[UUID, ...] = ()
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Gave:
    """ "Gave mum her para at 10pm": each of `mentions` is a medicine, or those that it may be.
    `when` are the words of amount and time, `note` what else is said. `is_own`: of whoever says it.
    """

    mentions: tuple[tuple[UUID, ...], ...]
    when: str = ""
    person_id: UUID | None = None
    is_own: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class GaveDue:
    """ "She had her evening pills", "everything that was due before noon" (the hour `before`),
    "everything except the metformin" (`but_not`), "her 9 o'clock one" (`due_hours`); `is_it`: "gave
    it at 8". `note` is what else is said.
    """

    person_id: UUID | None
    part: Part | None = None
    when: str = ""
    before: int | None = None
    is_all: bool = False
    is_own: bool = False
    is_it: bool = False
    note: str = ""
    but_not: tuple[UUID, ...] = ()
    due_hours: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """ "She refused her evening pills because she felt sick" """

    medicine_ids: tuple[UUID, ...]
    person_id: UUID | None = None
    part: Part | None = None
    reason: str = ""
    due_hours: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Refilled:
    """ "Picked up 30 amlodipine": `amount` as one types it behind /refill."""

    medicine_ids: tuple[UUID, ...]
    amount: str


@dataclass(frozen=True, slots=True)
class Moved:
    """ "The clinic moved her bloodwork to Monday at eight" """

    appointment_ids: tuple[UUID, ...]
    when: str


@dataclass(frozen=True, slots=True)
class CalledOff:
    """ "The hairdresser is cancelled" """

    appointment_ids: tuple[UUID, ...]
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Drives:
    """ "I'll drive on Thursday", or, if they `gives_up`, "I can't do Friday after all". `days` is 0
    for today and 1 for tomorrow.
    """

    appointment_ids: tuple[UUID, ...]
    weekday: int | None = None
    days: int | None = None
    gives_up: bool = False


@dataclass(frozen=True, slots=True)
class AsksToDrive:
    """ "Can Ben take Thursday?": another member is to be asked. Days as in :class:`Drives`."""

    member_id: UUID
    appointment_ids: tuple[UUID, ...]
    weekday: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class ChangesTo:
    """ "The GP put her ramipril up to 10 mg": `words` are what it is to be."""

    medicine_ids: tuple[UUID, ...]
    words: str


@dataclass(frozen=True, slots=True)
class WentTo:
    """ "We went to the chiropodist, all fine": `words` name where."""

    words: str


@dataclass(frozen=True, slots=True)
class Stops:
    """ "The doctor stopped her aspirin" """

    medicine_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Pauses:
    """ "Mum is in hospital until Friday", "pause her metformin until Monday". `is_later`: it is
    said on which day to come it begins.
    """

    medicine_ids: tuple[UUID, ...]
    person_id: UUID | None = None
    end: str = ""
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Resumes:
    """ "Mum is home again" """

    medicine_ids: tuple[UUID, ...]
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class HasDoctor:
    """ "Her cardiologist is Dr Patel now": `line` as one types it behind /adddoctor."""

    line: str


@dataclass(frozen=True, slots=True)
class SaysDirection:
    """ "Aspirin 100 mg every day at 8": as one types it behind /addmed."""

    line: str


@dataclass(frozen=True, slots=True)
class SaysAppointment:
    """ "Dentist on Thursday at ten": as one types it behind /addappt."""

    line: str


Intent: TypeAlias = (
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
    | RunsCommand
    | SaysDanger
    | AsksAdvice
    | SmallTalk
    | OffTopic
    | NoRecord
    | Gave
    | GaveDue
    | Skipped
    | Refilled
    | Moved
    | CalledOff
    | Drives
    | AsksToDrive
    | ChangesTo
    | WentTo
    | Stops
    | Pauses
    | Resumes
    | HasDoctor
    | SaysDirection
    | SaysAppointment
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The intents of a sentence, the most likely first; none if it can't be read."""

    intents: Sequence[Intent] = ()
