"""What means nothing changes nothing, and what nobody knows is never dropped: laws for every
direction of the corpus that is to be understood.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import pytest

from bot.grammar.commands.medicines import PartialMedicine
from domain.medicines.schedules.spans import last_day_of
from tests.unit.grammar.directions.comparing import notes_are_kept
from tests.unit.grammar.directions.judging import (
    Verdict,
    directions,
    in_short,
    is_whole,
    notes_of,
    read_line,
    verdict_by,
)
from tests.unit.grammar.directions.notation import LONDON, Direction

VALID = [each for each in directions() if each.meanings]
_MOST_SHOWN = 12
WORDS = ("blorf", "not", "stop", "unless")

SPELLINGS: Mapping[str, Callable[[str], str]] = {
    "in capitals": str.upper,
    "in small letters": str.lower,
    "with a full stop": lambda text: f"{text}.",
    "with spaces": lambda text: f"  {text.replace(' ', '   ')} ",
    "with no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "on several lines": lambda text: text.replace(", ", "\n"),
    "without commas": lambda text: text.replace(",", " "),
    "with semicolons": lambda text: text.replace(",", ";"),
    "with &": lambda text: re.sub(" and (?!a half)", " & ", text),
    "with long dashes": lambda text: text.replace("-", "–"),
    "with amounts in one word": lambda text: re.sub(r"(?<=\d) (?=(mg|mcg|ml)\b)", "", text),
    "with o'clock in full": lambda text: re.sub(r"\b(\d+)(am|pm)\b", r"\1:00 \2", text),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_spelling_makes_nothing_something_else(spelling: str) -> None:
    report([*respelt_otherwise(spelling)])


def respelt_otherwise(spelling: str, *, is_everywhere: bool = False) -> Iterator[str]:
    """Readings that only the spelling makes something else, of every fourth direction or of all."""
    turn = [*SPELLINGS].index(spelling)
    for number, direction in enumerate(VALID):
        text = SPELLINGS[spelling](direction.text)
        if text == direction.text or not (is_everywhere or (number + turn) % 4 == 0):
            continue
        read = read_line(text)
        if not is_whole(read) or _is_meant(direction, read):
            continue
        if _is_meant(direction, read_line(direction.text)):
            yield f"{direction.place} {text!r}\n    read {in_short(read)}"


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_was_put_in_is_never_dropped(word: str) -> None:
    """It is asked about, or it stands in the name, the amount or a note."""
    report([*dropped_words(word)])


@pytest.mark.parametrize("amount", ["7 tablets", "13 mg"])
def test_an_amount_behind_a_line_is_never_dropped(amount: str) -> None:
    found = []
    for direction in VALID:
        text = f"{direction.text} {amount}"
        read = read_line(text)
        if is_whole(read) and amount not in _kept_words(read):
            found.append(f"{direction.place} {text!r}\n    read {in_short(read)}")
    report(found)


NOTES = (", with food", ", by mouth", " under the tongue", ", as directed", " for pain", " for Mum")


@pytest.mark.parametrize("note", NOTES)
def test_a_note_behind_a_line_changes_nothing_else_and_is_kept(note: str) -> None:
    report([*lost_notes(note)])


def lost_notes(note: str, *, is_everywhere: bool = False) -> Iterator[str]:
    """Readings of every fourth direction with the note, or of all, that lost it or something."""
    turn = NOTES.index(note)
    for number, direction in enumerate(VALID):
        if not (is_everywhere or (number + turn) % 4 == 0) or " for " in direction.text:
            continue
        text = f"{direction.text}{note}"
        read = read_line(text)
        if not is_whole(read):
            continue
        words = note.removeprefix(",").strip().removeprefix("for ")
        is_kept = words == "Mum" or notes_are_kept(
            words, " ".join([read.name or "", *notes_of(read)])
        )
        was_meant = _is_meant(direction, read_line(direction.text))
        if not is_kept or (was_meant and not _is_meant(direction, read)):
            yield f"{direction.place} {text!r}\n    read {in_short(read)}"


def dropped_words(word: str, *, is_everywhere: bool = False) -> Iterator[str]:
    """Readings without the word, which is put in at one place of each direction, or everywhere."""
    for number, direction in enumerate(VALID):
        words = direction.text.split(" ")
        places = range(1, len(words) + 1)
        for at in places if is_everywhere else [places[number % len(places)]]:
            text = " ".join([*words[:at], word, *words[at:]])
            read = read_line(text)
            is_said = word in words or (word == "not" and words[at - 1] == "except")
            if is_said or not is_whole(read) or word in _kept_words(read):
                continue
            is_end = word == "stop" and at == len(words) and _has_end(read)
            # "5 mg not on Mon, 3 mg on the other days" says the opposite, and is read so.
            is_heard = word == "not" and read.schedule != read_line(direction.text).schedule
            if not is_end and not is_heard:
                yield f"{direction.place} {text!r}\n    read {in_short(read)}"


def _has_end(read: PartialMedicine) -> bool:
    return read.schedule is not None and last_day_of(read.schedule, LONDON) is not None


def report(found: list[str]) -> None:
    assert not found, "\n".join([f"{len(found)} readings", *found[:_MOST_SHOWN]])


def _is_meant(direction: Direction, read: PartialMedicine) -> bool:
    return is_whole(read) and any(
        verdict_by(meant, read) is not Verdict.SOMETHING_ELSE for meant in direction.meanings
    )


def _kept_words(read: PartialMedicine) -> str:
    """Whatever was typed and is kept as typed."""
    dosage = read.dosage.words if read.dosage else ""
    schedule = "" if read.schedule is None else str(read.schedule.to_json())
    return " ".join([read.name or "", dosage, *notes_of(read), schedule]).casefold()
