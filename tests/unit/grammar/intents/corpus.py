"""The corpus of sentences: what each means to a family, in words.

> what's due tonight?              a sentence, as it is typed
= due tonight                      its meaning; several lines: each of them is right; "nothing" is
                                   whatever neither writes anything nor offers to
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.grammar.intents.kinds import (
    AsksAdvice,
    AsksToDrive,
    CalledOff,
    ChangesTo,
    Corrects,
    Drives,
    Gave,
    GaveDue,
    HasDoctor,
    HasNumber,
    Intent,
    Moved,
    NoRecord,
    OffTopic,
    Pauses,
    Refilled,
    Resumes,
    RunsCommand,
    SaysAppointment,
    SaysDanger,
    SaysDirection,
    Skipped,
    SmallTalk,
    Stops,
    WentTo,
)
from bot.grammar.intents.known import Known, KnownHelper, KnownPill, KnownVisit, Named
from bot.grammar.intents.messages import read_message
from bot.grammar.intents.questions import (
    AboutAppointment,
    AboutMedicine,
    CatchUp,
    ListOfMedicines,
    MayBeGiven,
    WasItGiven,
    WhatIsDue,
    WhatIsPlanned,
    WhatRunsOut,
    WhoIs,
    WhoIsInFamily,
)
from bot.grammar.intents.reading import read_intents
from bot.grammar.people import Person

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
PEOPLE = [Person("Mum", ZoneInfo("Europe/London"), MUM)]
NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)  # a Tuesday
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


#: What such a meaning begins with ends in a question whose yes writes something.
OFFERS: tuple[str, ...] = (
    *(
        "gave",
        "skipped",
        "refilled",
        "moved",
        "called off",
        "drives",
        "does not drive",
        "asks to drive",
    ),
    *(
        "stops",
        "changes",
        "pauses",
        "resumes",
        "doctor",
        "number",
        "direction",
        "appointment",
        "command",
    ),
)


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
    message = read_message(text, FAMILY, read_one)
    left = [f"left {message.left}"] if message.left else []
    left += [f"not understood {message.unplaced}"] if message.unplaced else []
    return " + ".join([*(in_words(each) for _, each in message.said), *left]) or "unread"


def read_one(text: str) -> Intent | None:
    """What *text* means, read by itself."""
    intents = read_intents(text, FAMILY, people=PEOPLE, now=NOW).intents
    return intents[0] if intents else None


def is_right(example: Example, meaning: str) -> bool:
    """Whether *meaning* is one of those written."""
    if "nothing" in example.meanings and not meaning.startswith(OFFERS):
        return True
    return meaning in example.meanings


def _names(ids: Sequence[UUID]) -> str:
    known = {**_MEDICINE_IDS, **_VISIT_IDS, **_DOCTOR_IDS}
    return "+".join(known[each] for each in ids)


def _by(member_id: UUID | None) -> str:
    names = {each.id: each.name for each in FAMILY.members}
    return "" if member_id is None else f"by {names[member_id]}"


def in_words(intent: Intent) -> str:
    match intent:
        case WhatIsDue(span=span, weekday=weekday, part=part):
            usual = f" {part}" if part else ""
            return f"due {span if weekday is None else _DAYS[weekday]}{usual}"
        case WasItGiven(ids, asked, _person, part, days_ago, weekday, hours):
            words = f"given {_names(ids) or 'all'} {asked.split()[-1]}"
            words += f" {hours} hours" if hours else ""
            words += f" {part}" if part else ""
            day = "" if weekday is None else f" {_DAYS[weekday]}"
            return words + (" yesterday" if days_ago else day)
        case MayBeGiven(ids):
            return f"may {_names(ids)}".strip()
        case ListOfMedicines():
            return "list"
        case AboutMedicine(ids, topic):
            return f"about {_names(ids)} {topic}"
        case WhatRunsOut():
            return "stock"
        case WhatIsPlanned(span, ids, about, _person, weekday):
            what = _names(ids) or (_DAYS[weekday] if weekday is not None else str(span))
            return f"planned {what}" + ("" if about is AboutAppointment.PAGE else f" {about}")
        case WhoIs(ids, _person):
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
        case OffTopic(is_of_health, is_of_reminders, is_of_rota):
            if is_of_reminders or is_of_rota:
                return "rota" if is_of_rota else "own reminder"
            return "how they are" if is_of_health else "off-topic"
        case NoRecord(why):
            return f"no-record {why}"
        case ChangesTo(ids, amounts=amounts) if amounts:
            each = [f"{amount} {part}" for amount, part in amounts]
            return f"changes {_names(ids)} to {', '.join(each)}"
        case ChangesTo(ids, words, part):
            return " ".join(filter(None, ["changes", part, _names(ids), f"to {words}"]))
        case WentTo(words):
            return f"went {words}"
        case Corrects(ids):
            return f"corrects {_names(ids)}".strip()
        case Gave(mentions, when, note=note, each=each, late=late, by=by):
            names = [*map(_names, mentions)]
            named = [f"{name} [{of}]" for name, of in zip(names, each, strict=False)] or names
            said = [f"@ {when}" if when else "", f"({note})" if note else ""]
            said += [f"late {late}" if late is not None else "", _by(by)]
            return " ".join(filter(None, ["gave", *named, *said]))
        case GaveDue():
            what = "it" if intent.is_it else "all" if intent.is_all else "pills"
            bound = f"before {intent.before}" if intent.before else ""
            own = "own" if intent.is_own else ""
            said = [
                f"but {_names(intent.but_not)}" if intent.but_not else "",
                f"due {intent.due_hours[0]}" if intent.due_hours else "",
                f"@ {intent.when}" if intent.when else "",
                f"({intent.note})" if intent.note else "",
                f"late {intent.late}" if intent.late is not None else "",
                _by(intent.by),
            ]
            return " ".join(filter(None, ["gave", own, intent.part or "", what, bound, *said]))
        case Skipped(ids, _person, part, reason):
            what = _names(ids) or " ".join(filter(None, [part, "pills"]))
            return f"skipped {what}" + (f" ({reason})" if reason else "")
        case Refilled(ids, amount):
            return f"refilled {_names(ids)} {amount}"
        case Moved(ids, when):
            return f"moved {_names(ids)} @ {when}"
        case CalledOff(ids):
            return f"called off {_names(ids)}".strip()
        case Drives(ids, weekday, days, gives_up):
            on = _DAYS[weekday] if weekday is not None else "" if days is None else str(days)
            what = " ".join(filter(None, [_names(ids), on]))
            return f"{'does not drive' if gives_up else 'drives'} {what}".strip()
        case AsksToDrive(_member, ids, weekday, days):
            on = _DAYS[weekday] if weekday is not None else "" if days is None else str(days)
            return " ".join(filter(None, ["asks to drive", _names(ids), on]))
        case Stops(ids, is_later):
            return f"stops {_names(ids)}{' later' if is_later else ''}"
        case Pauses(ids, _person, end, is_later):
            said = ["pauses", _names(ids) or "all", end, "later" if is_later else ""]
            return " ".join(filter(None, said))
        case Resumes(ids):
            return f"resumes {_names(ids) or 'all'}"
        case HasDoctor(line, _person):
            return f"doctor {line}"
        case HasNumber(ids, phone):
            return f"number {_names(ids)} {phone}"
        case SaysDirection(line):
            return f"direction {line}"
        case SaysAppointment(line):
            return f"appointment {line}"
