"""Each text that people can type has a limit, said in a sentence; and whatever it holds is kept as
it was typed.
"""

from collections.abc import Sequence

import pytest

from bot.grammar.commands.intakes import LONGEST_REMARK
from tests.town import Household, Town, add_medicine

X = "x" * 700
TOO_LONG = ("too long", "longer than I can read")

#: What is typed, and whether a question comes first that is answered with the long text.
TEXTS: dict[str, Sequence[str]] = {
    "the family's name": ["/newfamily {x}"],
    "a person's name": ["/addperson {x} in Paris"],
    "a medicine's name": ["/addmed {x} 5 mg at 8:00"],
    "a medicine's name, when asked": ["/addmed", "{x}"],
    "an amount, when asked": ["/addmed Zinc", "{x}"],
    "a schedule, when asked": ["/addmed Zinc 5 mg", "{x}"],
    "a doctor's name": ["/adddoctor {x}"],
    "a doctor's specialty": ["/adddoctor Weber, {x}"],
    "a doctor's address or note": ["/adddoctor Weber, cardiologist, +442079460018, {x}"],
    "a contact's name": ["/addcontact {x}"],
    "a contact's relation": ["/addcontact Rosa, {x}, +442079460020"],
    "a contact's note": ["/addcontact Rosa, neighbour, +442079460020, {x}"],
    "an appointment's title": ["/addappt {x} tomorrow 10:00"],
    "an appointment's place": ["/addappt Visit tomorrow 10:00 at {x}"],
    "an appointment's doctor": ["/addappt Visit tomorrow 10:00 with {x}"],
    "an amount that was given": ["/give Aspirin {x}"],
}


@pytest.mark.parametrize("text", TEXTS)
async def test_each_text_has_a_limit_that_is_said_in_a_sentence(
    home: Household, town: Town, text: str
) -> None:
    anna = home.anna
    await add_medicine(anna, "Aspirin 100 mg at 08:00")
    await town.settled()
    before = await kept(town)
    for line in TEXTS[text]:
        since = len(anna.messages)
        await anna.send(line.format(x=X))
        await town.settled()
    said = "\n".join(m.text for m in anna.messages[since:] if m.from_bot)
    assert any(words in said for words in TOO_LONG), said
    # The sentence itself is short, and says what to do.
    assert "xxx" * 100 not in said
    assert "Please" in said
    assert await kept(town) == before


async def test_how_a_medicine_is_taken_has_a_limit_too(home: Household, town: Town) -> None:
    anna = home.anna
    saved = await add_medicine(anna, "Aspirin 100 mg at 08:00")
    await anna.press("Change", message=saved)
    await town.settled()
    await anna.press("How to take it", message=anna.last)
    await town.settled()
    before = await kept(town)
    await anna.send("y" * 500)
    await anna.sees("too long")
    assert await kept(town) == before


async def test_a_reason_is_shown_as_far_as_it_is_kept(home: Household, town: Town) -> None:
    """Own words are read up to a length, and a yes records what was shown."""
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.anna.send(f"skipped Aspirin because {X}")
    question = await home.anna.sees("Record it as skipped?")
    shown = question.text.split("“")[1].split("”")[0]
    assert len(shown) <= LONGEST_REMARK
    await home.anna.press("Skip", message=question)
    await town.settled()
    assert await town.value("SELECT note FROM medication_logs") == shown


HOSTILE = (
    "'; DROP TABLE doses; --",
    "x') OR 1=1 --",
    '"); SELECT pg_sleep(9); --',
    "<b>bold</b> <a href='tg://x'>",
    "&lt;script&gt; {name} %s $1 :id",
    "\\'; \\x00 \\copy",
)


async def test_what_looks_like_sql_or_html_is_kept_as_typed(home: Household, town: Town) -> None:
    anna = home.anna
    for number, name in enumerate(HOSTILE):
        await anna.send(f"/addperson {name}{number} in Paris")
        await town.settled()
        await anna.send(f"/adddoctor {name}{number}, cardiologist for Mum")
        await town.settled()
        await anna.send("/cancel")
        await town.settled()
        await anna.send(f"/newfamily {name}{number}")
        await anna.sees("You've created the family")
        await anna.send("/family")
        await anna.press("Switch to Mum's helpers", message=await anna.sees(f"{name}{number}"))
        await anna.sees("You're now in")
    names = {row.name for row in await town.rows("SELECT name FROM families")}
    assert {f"{name}{number}" for number, name in enumerate(HOSTILE)} <= names
    people = {row.name for row in await town.rows("SELECT name FROM care_recipients")}
    assert len(people) > len(HOSTILE) / 2
    assert all(any(one in name for one in ("Mum", *HOSTILE)) for name in people)
    # Nothing was dropped, and nothing of it ran.
    assert await town.count("doses") == 0
    failed = await town.value("SELECT count(*) FROM inbound_updates WHERE status = 'set_aside'")
    assert failed == 0


async def kept(town: Town) -> list[int]:
    tables = (
        "families",
        "care_recipients",
        "medications",
        "doctors",
        "appointments",
        "emergency_contacts",
    )
    return [await town.count(table) for table in (*tables, "medication_logs", "audit_events")]
