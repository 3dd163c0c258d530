"""Somebody in two families: what is named in one and known in the other, what is open there, and
two of one name.
"""

from dataclasses import dataclass

import pytest

from bot.sandbox import Message, Person
from tests.town import Town, add_medicine, add_person, clock_in_london, found_family, join

GIVEN = (
    "SELECT m.name, f.name AS family, to_char(l.timestamp AT TIME ZONE 'Europe/London', 'HH24:MI')"
    " AS given FROM medication_logs l"
    " JOIN medications m ON m.id = l.medication_id JOIN families f ON f.id = l.family_id"
)


@dataclass(frozen=True)
class Families:
    """Anna is in Miller, with Carl and Dad, and in Smith, with Mum, which is current."""

    anna: Person
    carl: Person


@pytest.fixture
async def both(town: Town) -> Families:
    anna, carl = town.person("Anna"), town.person("Carl")
    await found_family(carl, "Miller")
    await add_person(carl, "Dad")
    await join(carl, anna)
    await add_medicine(carl, "Amlodipine 5 mg as needed, 4 hours apart")
    await anna.send("/newfamily Smith")
    await anna.sees("You've created the family Smith")
    await add_person(anna, "Mum")
    await add_medicine(anna, "Para 500 mg as needed, 4 hours apart")
    return Families(anna, carl)


async def offered(anna: Person, command: str, sentence: str) -> Message:
    await anna.send(command)
    question = await anna.sees(sentence)
    assert f"You typed: {command}" in question.text
    return question


async def current_family(town: Town) -> str:
    name: str = await town.value(
        "SELECT f.name FROM users u JOIN families f ON f.id = u.current_family_id"
        " WHERE u.name = 'Anna'"
    )
    return name


IN_MILLER = "In the family Miller, Dad takes Amlodipine."


@pytest.mark.parametrize(
    "typed", ["Amlodipine at 07:20", "Amlo at 07:20", "amlo 5 mg at 07:20 for Dad"]
)
async def test_what_is_taken_in_the_other_family_is_given_there(
    both: Families, town: Town, typed: str
) -> None:
    question = await offered(both.anna, f"/give {typed}", IN_MILLER)
    assert question.labels == ("Record it there", "Record it here")
    assert await town.count("medication_logs") == 0
    await both.anna.press("Record it there", message=question)
    asked = await both.anna.sees(
        "This is in the family Miller. Your current family is still Smith."
    )
    assert "before Amlodipine was added here" in asked.text
    await both.anna.press("✅ Given", message=asked)
    given = await both.anna.sees("Amlodipine 5 mg, given today 07:20", after=asked)
    assert "family Miller" in given.text
    await town.settled()
    assert [tuple(row) for row in await town.rows(GIVEN)] == [("Amlodipine", "Miller", "07:20")]
    assert await current_family(town) == "Smith"
    await both.anna.send("/meds")
    assert "Para" in (await both.anna.sees("Medicines, family Smith")).text


async def test_who_stays_is_told_what_is_known_here(both: Families, town: Town) -> None:
    question = await offered(both.anna, "/give Amlodipine", IN_MILLER)
    await both.anna.press("Record it here", message=question)
    await both.anna.sees("I don't know a medicine called “Amlodipine” in this family.")
    assert await town.count("medication_logs") == 0


async def test_the_same_medicine_in_both_is_that_of_the_current_family(
    both: Families, town: Town
) -> None:
    await add_medicine(both.anna, "Amlodipine 2.5 mg as needed, 4 hours apart")
    await both.anna.send("/give Amlodipine")
    await both.anna.sees("Amlodipine 2.5 mg")
    await town.settled()
    assert [row.family for row in await town.rows(GIVEN)] == ["Smith"]


async def test_what_is_short_for_one_here_is_not_looked_for_elsewhere(both: Families) -> None:
    await add_medicine(both.anna, "Amlodipine 2.5 mg as needed, 4 hours apart")
    await both.anna.send("/give Amlo")
    await both.anna.sees("Do you mean Amlodipine?")


async def test_one_of_the_same_name_of_somebody_there_is_offered(
    both: Families, town: Town
) -> None:
    await add_medicine(both.anna, "Amlodipine 2.5 mg as needed, 4 hours apart")
    await offered(both.anna, "/give Amlodipine for Dad", IN_MILLER)


async def test_whoever_has_left_the_other_family_gives_nothing_there(
    both: Families, town: Town
) -> None:
    question = await offered(both.anna, "/give Amlodipine", IN_MILLER)
    await town.change(
        "UPDATE family_members SET left_at = clock_now() FROM users u, families f"
        " WHERE u.id = user_id AND f.id = family_id AND u.name = 'Anna' AND f.name = 'Miller'"
    )
    await both.anna.press("Record it there", message=question)
    await both.anna.sees("You're not in the family Miller any more, so I haven't done anything.")
    assert await town.count("medication_logs") == 0
    await both.anna.send("/give Amlodipine")
    await both.anna.sees("I don't know a medicine called “Amlodipine” in this family.")


async def test_who_may_only_read_there_is_told_so(both: Families, town: Town) -> None:
    await town.change(
        "UPDATE family_members SET role = 'viewer' FROM users u, families f"
        " WHERE u.id = user_id AND f.id = family_id AND u.name = 'Anna' AND f.name = 'Miller'"
    )
    await both.anna.send("/give Amlodipine")
    told = await both.anna.sees(f"{IN_MILLER} You can only read there.")
    assert told.labels == ()
    shown = await offered(both.anna, "/history Amlodipine", IN_MILLER)
    await both.anna.press("Show it there", message=shown)
    await both.anna.sees("History of Amlodipine")


async def test_who_becomes_a_viewer_before_the_tap_records_nothing(
    both: Families, town: Town
) -> None:
    question = await offered(both.anna, "/give Amlodipine", IN_MILLER)
    await town.change(
        "UPDATE family_members SET role = 'viewer' FROM users u, families f"
        " WHERE u.id = user_id AND f.id = family_id AND u.name = 'Anna' AND f.name = 'Miller'"
    )
    toast = await both.anna.press("Record it there", message=question)
    assert "As a viewer, you can read" in toast.text
    assert await town.count("medication_logs") == 0


async def test_a_refill_and_a_new_medicine_go_there_too(both: Families, town: Town) -> None:
    question = await offered(both.anna, "/refill Amlodipine 30 tablets", IN_MILLER)
    await both.anna.press("Refill it there", message=question)
    await both.anna.sees("This is in the family Miller.")
    question = await offered(
        both.anna, "/addmed Ramipril 5 mg at 08:00 for Dad", "Dad is in the family Miller."
    )
    await both.anna.press("Add it there", message=question)
    saved = await both.anna.sees("Saved: Ramipril 5 mg")
    assert "for Dad, family Miller" in saved.text
    await both.anna.send("/history Dad")
    await both.anna.press("Show it there", message=await both.anna.sees("Dad is in the family"))
    await both.anna.sees("History, family Miller")


async def test_the_offer_is_drawn_anew_and_ends_when_it_is_gone(both: Families, town: Town) -> None:
    await offered(both.anna, "/give Amlodipine", IN_MILLER)
    await both.carl.send("/people")
    await both.carl.press("✏️ Rename", message=await both.carl.sees("People, family Miller"))
    await both.carl.sees("What should I call Dad")
    await both.carl.send("Granddad")
    await both.carl.sees("Renamed to Granddad.")
    await both.anna.send("/people")
    beside = await both.anna.sees("still open: “In the family Miller, Granddad takes Amlodipine.”")
    await both.anna.press("Continue", message=beside)
    again = await both.anna.sees("In the family Miller, Granddad takes Amlodipine.", after=beside)
    await town.change("UPDATE medications SET deleted_at = clock_now() WHERE name = 'Amlodipine'")
    await both.anna.send("/people")
    await both.anna.sees("That's no longer there.", after=again)
    await both.anna.send("lorem ipsum")
    await both.anna.sees("I'm not sure what you mean by")


async def test_an_undo_below_a_change_in_one_family_is_about_that_family(
    both: Families, town: Town
) -> None:
    question = await offered(both.anna, "/refill Amlodipine = 30 mg", IN_MILLER)
    await both.anna.press("Refill it there", message=question)
    refilled = await both.anna.sees("That was in the family Miller.")
    await both.anna.press("Undo", message=refilled)
    named = await both.anna.sees("Just now, you counted the stock of: 💊")
    assert "Amlodipine" in named.text


async def test_undo_offers_what_was_done_last_in_whichever_family(both: Families) -> None:
    question = await offered(both.anna, "/give Amlodipine", IN_MILLER)
    await both.anna.press("Record it there", message=question)
    await both.anna.sees("✅ Amlodipine 5 mg, given today")
    await both.anna.send("/undo")
    named = await both.anna.sees("Just now, in the family Miller, you recorded for Dad:")
    assert "Amlodipine 5 mg" in named.text
    await both.anna.press("Undo", message=named)
    undone = await both.anna.sees(
        "↩️ Undone: that dose of Amlodipine 5 mg for Dad is no longer recorded."
    )
    assert undone.text.endswith("\nThat was in the family Miller.")
    await both.anna.send("/undo")
    named = await both.anna.sees("Just now, you added: 💊 Para", after=named)
    assert "Miller" not in named.text


async def test_today_says_what_is_open_in_another_family(both: Families, town: Town) -> None:
    await both.anna.send("/today")
    assert "Miller" not in (await both.anna.sees("Today, family Smith")).text
    minute = town.minute(ahead=2)
    at = clock_in_london(minute)
    for name in ("Ramipril 5 mg", "Metformin 850 mg"):
        await add_medicine(both.carl, f"{name} at {at}")
    town.jump_to(minute)
    await both.anna.sees(f"Dad · {at}")
    await both.anna.send("/today")
    today = await both.anna.sees("2 doses in the family Miller haven't been recorded yet.")
    await both.carl.send("/today")
    assert "In the family" not in (await both.carl.sees("Today, family Miller")).text
    await both.anna.press("Switch to Miller", message=today)
    await both.anna.sees("You're now in the family Miller.")
    assert await current_family(town) == "Miller"


async def test_two_families_of_one_name_are_told_apart(both: Families, town: Town) -> None:
    await both.anna.send("/newfamily Miller")
    await both.anna.sees("You've created the family Miller")
    await add_person(both.anna, "Aunt")
    await both.anna.send("/family")
    overview = await both.anna.sees("👪 Miller (with Aunt)")
    assert "Switch to Miller (with Carl and Dad)" in overview.labels
    assert "Switch to Smith" in overview.labels
    await both.anna.press("Switch to Miller (with Carl", message=overview)
    await both.anna.sees("You're now in the family Miller (with Carl and Dad).")
    await both.anna.send("/give Para")
    await both.anna.sees("In the family Smith, Mum takes Para.")


async def test_an_offer_that_was_taken_is_not_said_to_be_left(both: Families, town: Town) -> None:
    """It led on to a question, whose answer was recorded: nothing more is to be continued."""
    question = await offered(both.anna, "/refill Amlodipine 30", IN_MILLER)
    await both.anna.press("there", message=question)
    await both.anna.press("1", message=await both.anna.sees("how many pieces make one dose"))
    await both.anna.sees("30 added")
    town.jump_by(minutes=20)
    await town.drafts_looked_at()
    assert not [m for m in both.anna.messages if "Continue" in str(m.labels)]


async def test_two_families_of_one_name_are_told_apart_in_answers_and_lists(
    both: Families, town: Town
) -> None:
    await found_family(both.carl, "Smith")
    await join(both.carl, both.anna)
    await both.anna.send("/family")
    listed = await both.anna.sees("👪 Smith")
    await both.anna.press("Switch to Smith (with Mum)", message=listed)
    await both.anna.sees("You're now in the family")
    await both.anna.send("/meds")
    await both.anna.sees("Medicines, family Smith (with Mum)")
    await both.anna.send("/give Para at 07:00")
    asked = await both.anna.sees("Record it?")
    assert "family Smith (with Mum)" in asked.text


@pytest.mark.parametrize("typed", ["Amlodipine until friday", "Amlo until friday"])
async def test_what_is_taken_in_the_other_family_is_paused_there(
    both: Families, town: Town, typed: str
) -> None:
    question = await offered(both.anna, f"/pause {typed}", IN_MILLER)
    assert question.labels == ("Pause it there", "Pause it here")
    await both.anna.press("Pause it there", message=question)
    paused = await both.anna.sees("Amlodipine is paused. It resumes on 27 November 2026.")
    assert "That was in the family Miller. Your current family is still Smith." in paused.text
    assert await town.value("SELECT name FROM medications WHERE status = 'paused'") == "Amlodipine"


async def test_somebody_of_the_other_family_is_paused_there(both: Families) -> None:
    question = await offered(both.anna, "/pause Dad for 3 days", "Dad is in the family Miller.")
    await both.anna.press("Pause it there", message=question)
    await both.anna.sees("I'll pause all of Dad's medicines until 26 November 2026.")


async def test_it_is_offered_where_nothing_is_taken_here(both: Families, town: Town) -> None:
    await town.change("UPDATE medications SET status = 'stopped' WHERE name = 'Para'")
    await offered(both.anna, "/pause Amlodipine until friday", IN_MILLER)
    await both.anna.send("/pause Mum until friday")
    await both.anna.sees("There are no medicines yet")
