"""What is said in one's own words ends in the same rows as its command, or in a question; and what
is asked is answered as an independent query of the tables answers it.
"""

import random
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest

from tests.town import Household, Town, add_medicine, settle_in

_YES = ("Given", "Save", "Pause", "Move it", "Yes")
# Everything about a family that people entered, without ids and moments of writing.
_ROWS = (
    """
    SELECT lower(name), dosage_amount, schedule::text, status, resumes_at, stock, instructions
    FROM medications WHERE family_id = :family ORDER BY lower(name)
    """,
    """
    SELECT lower(m.name), d.due_at, d.status, d.taken_at, d.amount
    FROM doses d JOIN medications m ON m.id = d.medication_id
    WHERE m.family_id = :family ORDER BY lower(m.name), d.due_at
    """,
    """
    SELECT lower(a.title), o.starts_at, o.status
    FROM appointment_occurrences o JOIN appointments a ON a.id = o.appointment_id
    WHERE a.family_id = :family ORDER BY lower(a.title), o.starts_at
    """,
)


async def rows_of(town: Town, family: Any) -> Sequence[Any]:
    return [await town.rows(sql, family=family) for sql in _ROWS]


async def ready(town: Town) -> tuple[Household, Any]:
    """A family with a medicine and an appointment, like each other one."""
    home = await settle_in(town)
    await add_medicine(home.anna, "Aspirin 1 tablet at 09:00")
    await home.anna.send("/addappt Physio friday 10:00")
    await home.anna.sees("Saved in the family")
    await town.settled()
    return home, await town.value("SELECT id FROM families ORDER BY created_at DESC LIMIT 1")


async def say(town: Town, home: Household, words: str) -> None:
    """Say it, and tap yes on what is shown as understood, as long as there is a yes."""
    await home.anna.send(words)
    await town.settled()
    for _ in range(2):
        asked = home.anna.last
        for label in _YES:
            with suppress(LookupError):
                await home.anna.press(label, message=asked)
                break
        else:
            return
        await town.settled()


@pytest.mark.parametrize(
    ("command", "sayings"),
    [
        (
            "/give Aspirin at 07:30",
            [
                "gave mum her aspirin at 07:30",
                "I gave her the aspirin at 7:30am",
                "aspirin given 07:30",
            ],
        ),
        (
            "/addmed Metformin 500 mg at 8am and 8pm",
            [
                "metformin 500 mg at 8am and 8pm",
                "add metformin 500mg 8am and 8pm",
                "she takes metformin 500 mg at 8am and 8pm",
            ],
        ),
        (
            "/addappt Dentist thursday 14:00",
            [
                "dentist on thursday at 2pm",
                "thursday 2pm dentist",
                "she has the dentist thursday 14:00",
            ],
        ),
        (
            "/refill Aspirin 30",
            ["picked up 30 aspirin", "I've bought 30 aspirin tablets", "got 30 aspirin"],
        ),
        (
            "/pause Aspirin until friday",
            ["pause her aspirin until friday", "hold the aspirin until friday"],
        ),
    ],
)
async def test_what_is_said_ends_in_the_rows_of_its_command_or_in_a_question(
    town: Town, command: str, sayings: list[str]
) -> None:
    by_command, family = await ready(town)
    before = await rows_of(town, family)
    await say(town, by_command, command)
    meant = await rows_of(town, family)
    assert meant != before
    understood = 0
    for words in sayings:
        home, said_in = await ready(town)
        await say(town, home, words)
        found = await rows_of(town, said_in)
        assert found in (before, meant), words
        understood += found == meant
    assert understood


@pytest.mark.parametrize("seed", range(3))
async def test_an_answer_is_what_an_independent_query_says(
    home: Household, town: Town, seed: int
) -> None:
    facts = random.Random(seed)  # noqa: S311 -- not for secrets
    for name in ("Aspirin", "Metformin", "Bisoprolol"):
        await add_medicine(home.anna, f"{name} 100 mg at 09:00 and 12:00")
    for name in facts.sample(["Aspirin", "Metformin", "Bisoprolol"], k=2):
        who = facts.choice([home.anna, home.ben])
        await who.send(f"/give {name} at 0{facts.randrange(5, 8)}:{facts.randrange(10, 60)}")
        await who.sees("It counts as the dose")
    await town.settled()
    for name in ("Aspirin", "Metformin", "Bisoprolol"):
        taken = await town.rows(
            "SELECT to_char(d.taken_at AT TIME ZONE 'Europe/London', 'HH24:MI') AS at,"
            " u.name AS by FROM doses d JOIN medications m ON m.id = d.medication_id"
            " JOIN medication_logs l ON l.dose_id = d.id JOIN users u ON u.id = l.recorded_by_id"
            " WHERE m.name = :name AND d.status = 'taken'",
            name=name,
        )
        for question in facts.sample(_QUESTIONS, k=4):
            before = home.anna.last
            await home.anna.send(question.format(name=name.casefold()))
            answer = await home.anna.sees(name, after=before)
            for row in taken:
                assert row.at in answer.text, question
                assert f"recorded by {row.by}" in answer.text, question
            assert taken or "recorded by" not in answer.text, question


_QUESTIONS = (
    "did mum take her {name}?",
    "did she have {name} today",
    "has mum had her {name} yet",
    "who gave her the {name}?",
    "when did she last have {name}",
    "was the {name} given?",
    "did anyone give mum the {name}",
    "can she have {name} now?",
    "is the {name} done?",
    "I can't remember if I gave the {name}",
)
