"""The corpus of sentences: what each means to a family, in words.

> what's due tonight?              a sentence, as it is typed
= due tonight                      its meaning; several lines: each of them is right
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from bot.grammar.intents.kinds import (
    AboutAppointment,
    AboutMedicine,
    AsksAdvice,
    CatchUp,
    Intent,
    ListOfMedicines,
    MayBeGiven,
    NoRecord,
    OffTopic,
    RunsCommand,
    SaysDanger,
    SmallTalk,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
    WhoIs,
    WhoIsInFamily,
)
from bot.grammar.intents.known import Known, KnownHelper, KnownPill, KnownVisit, Named
from bot.grammar.intents.reading import read_intents

MUM = UUID(int=1)
_PILLS = {
    "Amlodipine": "blood pressure",
    "Metformin": "diabetes",
    "Paracetamol": "pain",
    "Vitamin D": "",
    "Bisoprolol": "heart",
}
_VISITS = ("Dentist", "Cardiology", "Physio")
_DOCTORS = {"Dr Patel": "Cardiology", "Dr Weber": "GP"}
_MEDICINE_IDS = {UUID(int=10 + n): name for n, name in enumerate(_PILLS)}
_VISIT_IDS = {UUID(int=30 + n): name for n, name in enumerate(_VISITS)}
_DOCTOR_IDS = {UUID(int=40 + n): name for n, name in enumerate(_DOCTORS)}
FAMILY = Known(
    people=[Named(MUM, "Mum")],
    pills=[KnownPill(key, name, MUM, _PILLS[name]) for key, name in _MEDICINE_IDS.items()],
    visits=[KnownVisit(key, name, MUM) for key, name in _VISIT_IDS.items()],
    doctors=[KnownHelper(key, name, _DOCTORS[name]) for key, name in _DOCTOR_IDS.items()],
    members=[Named(UUID(int=50), "Anna"), Named(UUID(int=51), "Ben")],
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Example:
    text: str
    meanings: Sequence[str]
    line: int


def read_corpus() -> Iterator[Example]:
    path = Path(__file__).with_name("sentences.txt")
    text, line = "", 0
    meanings: list[str] = []
    for number, row in enumerate([*path.read_text().splitlines(), ""], start=1):
        if row.startswith(">"):
            text, meanings, line = row[1:].strip(), [], number
        elif row.startswith("="):
            meanings.append(row[1:].strip())
        elif not row.strip() and text:
            yield Example(text, meanings, line)
            text = ""


def meaning_of(text: str) -> str:
    """What the reader makes of *text*, in the words of the corpus."""
    reading = read_intents(text, FAMILY)
    return in_words(reading.intents[0]) if reading.intents else "unread"


def _names(ids: Sequence[UUID]) -> str:
    known = {**_MEDICINE_IDS, **_VISIT_IDS, **_DOCTOR_IDS}
    return "+".join(known[each] for each in ids)


def in_words(intent: Intent) -> str:
    match intent:
        case WhatIsDue(span=span):
            return f"due {span}"
        case WasItGiven(ids, asked, _person, part, days_ago):
            words = f"given {_names(ids) or 'all'} {asked.split()[-1]}"
            words += f" {part}" if part else ""
            return words + (" yesterday" if days_ago else "")
        case MayBeGiven(ids):
            return f"may {_names(ids)}"
        case ListOfMedicines():
            return "list"
        case AboutMedicine(ids, topic):
            return f"about {_names(ids)} {topic}"
        case WhatIsPlanned(span, ids, about, _person, weekday):
            what = _names(ids) or (_DAYS[weekday] if weekday is not None else str(span))
            return f"planned {what}" + (" driving" if about is AboutAppointment.DRIVING else "")
        case WhoIs(ids):
            return f"who {_names(ids) or 'all'}"
        case WhoIsInFamily():
            return "family"
        case CatchUp():
            return "catch-up"
        case RunsCommand(command):
            return f"command {command}"
        case SaysDanger(danger):
            return f"danger {danger}"
        case AsksAdvice():
            return "advice"
        case SmallTalk(talk):
            return f"talk {talk.replace(' ', '-')}"
        case OffTopic():
            return "off-topic"
        case NoRecord(why):
            return f"no-record {why}"
