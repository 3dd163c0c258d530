"""Intents: what a sentence asks or says, as frozen values. They have no effect of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from bot.grammar.intents.questions import Part, Question


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
    """A medical question: "how much ibuprofen can she take?" Or what raises one: if it `is_spat`,
    "she spat out her metformin", or "it", of `medicine_ids`.
    """

    medicine_ids: tuple[UUID, ...] = ()
    is_spat: bool = False


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
    """Weather, jokes; how somebody is, of which no notes are kept; or reminders of one's own."""

    is_of_health: bool = False
    is_of_reminders: bool = False
    is_of_rota: bool = False


class Unsaid(StrEnum):
    """Why what sounds like a record is none."""

    NEGATED = "negated"  # "I didn't give it"
    PLANNED = "planned"  # "will give it later"
    QUOTED = "quoted"  # "Ben said she had it"
    UNABLE = "unable"  # "I can't do the evening pills"


@dataclass(frozen=True, slots=True)
class NoRecord:
    """It only sounds like a record: nothing is recorded, nor offered to be."""

    why: Unsaid
    medicine_ids: tuple[UUID, ...] = ()
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Gave:
    """ "Gave mum her para at 10pm": each of `mentions` is a medicine, or those that it may be.
    `when` are the words of amount and time, or `each` has those of each mention; `note` is what
    else is said. `is_own`: of whoever says it. `late`: so many minutes after it was due. `by` is
    the member who gave it, if that is said.
    """

    mentions: tuple[tuple[UUID, ...], ...]
    when: str = ""
    person_id: UUID | None = None
    is_own: bool = False
    note: str = ""
    each: tuple[str, ...] = ()
    late: int | None = None
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class GaveDue:
    """ "She had her evening pills", "everything that was due before noon" (the hour `before`),
    "everything except the metformin" (`but_not`), "her 9 o'clock one" (`due_hours`); `is_it`: "gave
    it at 8". `note` is what else is said; `late` and `by` as in :class:`Gave`.
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
    late: int | None = None
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """ "She refused her evening pills because she felt sick". `is_ahead`: "no warfarin tonight",
    of what is still to be left out; `is_before`: of yesterday's, "I forgot her tablet last night".
    """

    medicine_ids: tuple[UUID, ...]
    person_id: UUID | None = None
    part: Part | None = None
    reason: str = ""
    due_hours: tuple[int, ...] = ()
    is_ahead: bool = False
    is_before: bool = False


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
    """ "Can Ben take Thursday?"; without a member, whoever else can. Days as in :class:`Drives`."""

    member_id: UUID | None
    appointment_ids: tuple[UUID, ...]
    weekday: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class ChangesTo:
    """ "The GP put her ramipril up to 10 mg": `words` are what it is to be; `part` is that of "her
    evening metformin", of which alone it is said. `amounts`: "500 mg in the morning, 750 mg in the
    evening", each with its part.
    """

    medicine_ids: tuple[UUID, ...]
    words: str
    part: Part | None = None
    amounts: tuple[tuple[str, Part], ...] = ()


@dataclass(frozen=True, slots=True)
class Corrects:
    """ "Oops, that was 1, not 2", "wrong person, it was for George": of what the speaker has just
    recorded, or of these medicines.
    """

    medicine_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class WentTo:
    """ "We went to the chiropodist, all fine": `words` name where."""

    words: str


@dataclass(frozen=True, slots=True)
class Stops:
    """ "The doctor stopped her aspirin"; if it `is_later`, from a day to come on."""

    medicine_ids: tuple[UUID, ...]
    is_later: bool = False


@dataclass(frozen=True, slots=True)
class Pauses:
    """ "Mum is in hospital until Friday", "pause her metformin until Monday". `is_later`: it is
    said on which day to come it begins; `is_tonight`: with tonight's dose.
    """

    medicine_ids: tuple[UUID, ...]
    person_id: UUID | None = None
    end: str = ""
    is_later: bool = False
    is_tonight: bool = False


@dataclass(frozen=True, slots=True)
class Resumes:
    """ "Mum is home again" """

    medicine_ids: tuple[UUID, ...]
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class HasDoctor:
    """ "Her cardiologist is Dr Patel now": `line` as one types it behind /adddoctor."""

    line: str
    person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class HasNumber:
    """ "Dr Patel has a new number, 020 7946 0222": `phone` as it was typed."""

    doctor_ids: tuple[UUID, ...]
    phone: str


@dataclass(frozen=True, slots=True)
class SaysDirection:
    """ "Aspirin 100 mg every day at 8": as one types it behind /addmed."""

    line: str


@dataclass(frozen=True, slots=True)
class SaysAppointment:
    """ "Dentist on Thursday at ten": as one types it behind /addappt."""

    line: str


Intent: TypeAlias = (
    Question
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
    | Corrects
    | WentTo
    | Stops
    | Pauses
    | Resumes
    | HasDoctor
    | HasNumber
    | SaysDirection
    | SaysAppointment
)


@dataclass(frozen=True, slots=True)
class Reading:
    """The intents of a sentence, the most likely first; none if it can't be read."""

    intents: Sequence[Intent] = ()
