"""The same thing said in other words, and in another order, means the same, or isn't read."""

from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar.commands.medicines import understand_medicine
from bot.grammar.intents.kinds import Gave, Intent, OffTopic, Refilled, SaysDirection, Skipped
from bot.grammar.intents.known import Known, KnownPill, KnownVisit, Named
from bot.grammar.intents.questions import (
    WasItGiven,
)
from bot.grammar.intents.reading import read_intents
from bot.grammar.intents.sentences import read_sentence
from tests.unit.grammar.intents.corpus import NOW, PEOPLE

MUM, DAD = Named(UUID(int=1), "Mum"), Named(UUID(int=2), "Dad")
# Names that are words of everyday life, parts of one another, and of several words.
NAMES = ("Amlodipine", "Today", "Vitamin D", "Vitamin D3 forte", "Will", "May", "Metformin", "Iron")
PARTS = {"this morning": "morning", "this evening": "evening", "tonight": "night", "": None}

names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True)


def a_family(names: list[str]) -> Known:
    pills = [
        KnownPill(uuid5(UUID(int=9), name), name, (MUM, DAD)[at % 2].id)
        for at, name in enumerate(names)
    ]
    return Known(people=[MUM, DAD], pills=pills, members=[Named(UUID(int=5), "Ben")])


def read(text: str, known: Known) -> Intent | None:
    intents = read_intents(text, known, people=PEOPLE, now=NOW).intents
    return intents[0] if intents else None


def in_any_case(text: str, case: int) -> str:
    return [text, text.upper(), text.lower(), text.replace("'", ""), text.rstrip("?")][case]


QUESTIONS = (
    "did {who} take {her} {pill} {when}?",
    "did {who} have {her} {pill} {when}?",
    "has {who} had {her} {pill} {when}?",
    "has {who} taken {her} {pill} {when}?",
    "did anyone give {who} {her} {pill} {when}?",
    "has anybody given {who} the {pill} {when}?",
    "has {who} already had {her} {pill} {when}?",
    "was {who}'s {pill} given {when}?",
    "do you know if {who} took {her} {pill} {when}?",
    "can you check whether {who} had {her} {pill} {when}?",
)


@given(
    st.data(),
    names,
    st.sampled_from(QUESTIONS),
    st.sampled_from(sorted(PARTS)),
    st.integers(0, 3),
)
def test_a_question_in_ten_wordings_is_about_that_and_nothing_else(
    data: st.DataObject, names: list[str], wording: str, when: str, case: int
) -> None:
    known = a_family(names)
    pill = data.draw(st.sampled_from(list(known.pills)))
    person = MUM if pill.person_id == MUM.id else DAD
    text = wording.format(
        who=person.name, her="her" if person is MUM else "his", pill=pill.name, when=when
    )
    found = read(in_any_case(" ".join(text.split()).replace(" ?", "?"), case), known)
    if found is None:
        return
    assert isinstance(found, WasItGiven), text
    assert pill.id in found.medicine_ids, text
    assert found.person_id == person.id, text
    assert found.days_ago == 0
    # A medicine of which it's part of the name is named beside it at most.
    assert all(
        pill.name.split()[0] == other.name.split()[0]
        for other in known.pills
        if other.id in found.medicine_ids
    ), text
    # "Today" and "May" are names here, not parts of a day.
    assert (found.part or None) == PARTS[when], text


GIVEN = (
    "gave {who} {her} {pill} {when}",
    "gave {her} the {pill} {when}",
    "just gave {who} {pill} {when}",
    "I gave {who} the {pill} {when}",
    "{who} had {her} {pill} {when}",
    "{who} took {her} {pill} {when}",
    "{pill} given {when}",
)
WHEN = ("", "at 8", "at 07:45", "at half eight", "an hour ago", "20 minutes ago", "at 10pm")


@given(st.data(), names, st.sampled_from(GIVEN), st.sampled_from(WHEN))
def test_what_was_given_is_that_medicine_at_that_time(
    data: st.DataObject, names: list[str], wording: str, when: str
) -> None:
    known = a_family(names)
    pill = data.draw(st.sampled_from(list(known.pills)))
    person = MUM if pill.person_id == MUM.id else DAD
    text = wording.format(
        who=person.name, her="her" if person is MUM else "him", pill=pill.name, when=when
    ).strip()
    found = read(text, known)
    if found is None:
        return
    assert isinstance(found, Gave), text
    assert all(pill.id in mention for mention in found.mentions), text
    assert found.when == when, text
    assert found.person_id in {person.id, None}


@given(st.data(), names, st.sampled_from(GIVEN), st.sampled_from(WHEN), st.integers(0, 9))
def test_what_was_not_given_is_never_read_as_given(
    data: st.DataObject, names: list[str], wording: str, when: str, at: int
) -> None:
    known = a_family(names)
    pill = data.draw(st.sampled_from(list(known.pills)))
    text = wording.format(who="Mum", her="her", pill=pill.name, when=when).strip()
    around = (
        *("I don't think I {}", "Ben said he {}", "maybe I {}", "not sure if I {}"),
        *("if I {}", "I should have {}", "I wish I {}", "did I say I {}?", '"{}"'),
        "apparently {}",
    )
    found = read(around[at].format(text), known)
    assert not isinstance(found, Gave | Skipped | Refilled), (around[at].format(text), found)


@pytest.mark.parametrize("wording", [*QUESTIONS, *GIVEN])
def test_of_an_ordinary_medicine_every_wording_is_read(wording: str) -> None:
    text = wording.format(who="Mum", her="her", pill="Amlodipine", when="")
    assert read(" ".join(text.split()).replace(" ?", "?"), a_family(["Amlodipine"])) is not None


@pytest.mark.parametrize("opening", ["", "she now takes ", "start ", "mum takes ", "please add "])
@pytest.mark.parametrize(
    "line",
    [
        "Ramipril 2.5 mg every day at 8am",
        "Lisinopril 5 mg at 08:00 and 20:00 for 10 days",
        "Folic acid 5 mg every monday at 9am",
        "Prednisolone 20 mg at 8am for 5 days, then 10 mg for 5 days",
        "Ibuprofen 400 mg as needed, 6 hours apart, max 3 a day",
    ],
)
def test_a_direction_means_what_it_means_behind_its_command(opening: str, line: str) -> None:
    found = read(f"{opening}{line}", a_family(["Amlodipine"]))
    if found is None:
        return
    assert isinstance(found, SaysDirection)
    said = understand_medicine(f"/addmed {found.line}", people=PEOPLE, now=NOW)
    typed = understand_medicine(f"/addmed {line}", people=PEOPLE, now=NOW)
    assert (said.name, said.dosage, said.schedule) == (typed.name, typed.dosage, typed.schedule)


def test_the_wife_of_somebody_cared_for_is_the_only_other_one() -> None:
    granny, walter = Named(UUID(int=3), "Granny"), Named(UUID(int=4), "Walter")
    pills = [KnownPill(UUID(int=8), "Apixaban", walter.id)]
    known = Known(people=[granny, walter], pills=pills, own_id=walter.id)
    asked = read("Has my wife had her tablets yet, the dear?", known)
    assert isinstance(asked, WasItGiven)
    assert asked.person_id == granny.id
    said = read_sentence("my wife has had her tablets", known)
    assert said.person_ids == (granny.id,)


@pytest.mark.parametrize("words", ["blood thinner", "blood pressure tablet", "blood pill"])
def test_what_only_shares_a_word_with_an_appointment_is_not_it(words: str) -> None:
    visits = [KnownVisit(UUID(int=7), "Blood test", MUM.id)]
    pills = [KnownPill(UUID(int=8), "Apixaban", MUM.id)]
    sentence = read_sentence(f"I have just taken my {words}", Known([MUM, DAD], pills, visits))
    assert sentence.visit_ids == ()
    assert sentence.looks


def test_a_reading_is_no_appointment_that_begins_like_it() -> None:
    visits = [KnownVisit(UUID(int=7), "Blood test", MUM.id)]
    known = Known([MUM, DAD], [], visits)
    said = read("her blood pressure is 165/95 this morning", known)
    assert said == OffTopic(is_of_health=True)
    assert read_sentence("when is the blood test", known).visit_ids == (visits[0].id,)
