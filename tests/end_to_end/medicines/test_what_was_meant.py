"""What is recorded is what was meant: times, amounts, stale questions, two clocks."""

import pytest

from tests.town import Household, Town, add_medicine, ask, move_mum, settle_in

PARA = "Para 500 mg as needed, 4 hours apart, max 4 a day"
RECORDS = """
    SELECT to_char(timestamp AT TIME ZONE 'Europe/London', 'DD HH24:MI') AS at, dose_count
    FROM medication_logs WHERE status = 'taken' ORDER BY recorded_at
"""


@pytest.fixture
async def home(town: Town) -> Household:
    """It is Monday 23 November 2026, 07:30 in London."""
    return await settle_in(town)


async def records(town: Town) -> list[str]:
    return [row.at for row in await town.rows(RECORDS)]


async def test_a_time_that_is_still_to_come_is_asked_about(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PARA)
    await home.anna.send("/give Para at 07:55")
    asks = await home.anna.sees("When was Mum given Para?")
    assert asks.labels == ("Now", "yesterday 07:55", "🕗 Another time", "✖️ Cancel")
    assert await town.count("medication_logs") == 0
    await home.anna.press("🕗 Another time", message=asks)
    await home.anna.sees("Type it, for example")
    await home.anna.send("half an hour ago")
    asks = await home.anna.sees("⚠️ That's before Para was added here")
    await home.anna.press("✅ Given", message=asks)
    await home.anna.sees("✅ Para 500 mg, given today 07:0")
    assert [at[:4] for at in await records(town)] == ["23 0"]


async def test_now_is_the_moment_of_the_tap(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PARA)
    await home.anna.send("/give Para at 08:20")
    asks = await home.anna.sees("When was Mum given Para?")
    town.jump_by(minutes=9)
    await home.anna.press("Now", message=asks)
    given = await home.anna.sees("✅ Para 500 mg, given today")
    [at] = await records(town)
    assert f"{town.clock.now():%H:%M}" == at[3:]
    assert at[3:] in given.text


async def test_a_few_minutes_ahead_is_now(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna)
    await home.anna.send(f"/give Aspirin at {asked.at[:3]}{int(asked.at[3:]) + 3:02}")
    given = await home.anna.sees("✅ Aspirin 100 mg, given today")
    assert f"It counts as the dose due today {asked.at}." in given.text
    assert await records(town) == [f"23 {asked.at}"]


async def test_a_correction_to_a_time_still_to_come_is_asked_about(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna)
    await home.anna.press("Taken", message=asked.cards[0])
    await home.anna.sees("recorded by Anna", after=asked.cards[0])
    await home.anna.send("/history")
    await home.anna.press("1", message=await home.anna.sees("History, family"))
    await home.anna.press("✏️ Correct", message=await home.anna.sees("taken today"))
    await home.anna.sees("What should I correct about Mum's Aspirin?")
    await home.anna.press("Taken at another time")
    await home.anna.send("09:30")
    asks = await home.anna.sees("When was Mum given Aspirin?")
    assert asks.labels == ("Now", "yesterday 09:30", "🕗 Another time", "✖️ Cancel")
    assert len(await records(town)) == 1


async def test_a_question_shows_what_a_yes_records_and_what_lies_on_both_sides(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, PARA)
    town.jump_by(hours=5)
    await home.anna.send("/give Para at 12:20")
    await home.anna.sees("given today 12:20")
    town.jump_by(minutes=30)
    await home.ben.send("/give Para 1 g at 10:00")
    asks = await home.ben.sees("Record it?")
    for words in (
        "Para 1 g",
        "for Mum, family Mum's helpers",
        "That's 2 × the usual 500 mg.",
        "given today 10:00",
        "only 2 h 20 min before the next recorded dose.",
        "The dose after it: today 12:20,",
        "Not counting this one: 1 of at most 4 doses in 24 hours",
    ):
        assert words in asks.text
    await home.ben.press("✅ Given", message=asks)
    await home.ben.sees("✅ Para 1 g, given today 10:00.")
    assert await records(town) == ["23 12:20", "23 10:00"]


async def test_a_yes_to_a_stale_question_is_asked_anew(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PARA)
    await home.anna.send("/give Para")
    await home.anna.sees("given today")
    town.jump_by(hours=5)
    await home.ben.send("/give Para at 12:15")
    asks = await home.ben.sees("Record it?")
    await home.anna.send("/give Para")
    await home.anna.press("✅ Given", message=await home.anna.sees("Record it?"))
    await home.anna.sees("✅ Para 500 mg, given today 12:3")
    await home.ben.press("✅ Given", message=asks)
    again = await home.ben.sees("❗ New since I asked: today 12:3")
    assert (
        "before the next recorded dose. Doses are set to be at least 4 hours apart." in again.text
    )
    assert len(await records(town)) == 2


async def test_a_question_put_again_is_drawn_from_the_tables(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Daily 1 tablet at 20:00")
    await home.ben.send("/give Daily")
    await home.ben.sees("No other dose of Daily is recorded.")
    await home.anna.send("/give Daily")
    await home.anna.press("✅ Given", message=await home.anna.sees("Record it?"))
    await home.anna.sees("✅ Daily 1 tablet, given today")
    await home.ben.send("/today")
    beside = await home.ben.sees("My question is still open: “❗ New since I asked")
    await home.ben.press("Continue", message=beside)
    again = await home.ben.sees("❗ New since I asked", after=beside)
    assert "by Anna (1 tablet)" in again.text
    assert "No other dose of Daily is recorded." not in again.text
    await home.ben.press("Cancel", message=again)
    await home.ben.sees("Cancelled. Nothing was saved.")
    assert len(await records(town)) == 1


async def test_a_time_typed_abroad_is_shown_by_both_clocks(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PARA)
    await town.change("UPDATE users SET timezone = 'America/New_York' WHERE name LIKE 'Ben%'")
    town.jump_by(hours=16, minutes=35)  # 00:05 of Tuesday in London, 19:05 of Monday in New York
    await home.ben.send("/give Para at 19:00")
    given = await home.ben.sees("given yesterday 19:00 Mum's time (14:00 your time)")
    await home.ben.press("I meant my clock: today 00:00 Mum's time", message=given)
    await home.ben.sees("Corrected: Para 500 mg, taken today 00:00")
    assert await town.value("SELECT count(*) FROM medication_logs") == 2
    assert (await records(town))[-1] == "24 00:00"


@pytest.mark.parametrize("answer", ["yesterday 08:05", "typed"])
async def test_a_time_that_was_asked_for_by_another_clock_is_shown_by_the_new_one_first(
    home: Household, town: Town, answer: str
) -> None:
    """Ben is asked when it was; before he answers, Anna moves Mum to Paris."""
    await add_medicine(home.anna, PARA)
    town.jump_by(hours=23, minutes=35)  # 07:05 of Tuesday
    await home.ben.send("/give Para at 08:05")
    asks = await home.ben.sees("When was Mum given Para?")
    await move_mum(home.anna, "Europe/Paris")
    if answer == "typed":
        await home.ben.send("yesterday 08:05")
    else:
        await home.ben.press(answer, message=asks)
    asks = await home.ben.sees("⚠️ Mum's time zone has changed since I asked.")
    assert "🕗 given yesterday 09:05" in asks.text
    assert await records(town) == []
    await home.ben.press("✅ Given", message=asks)
    await home.ben.sees("✅ Para 500 mg, given yesterday 09:05")
    assert await records(town) == ["23 08:05"]


async def test_a_yes_to_what_was_shown_by_another_clock_is_asked_again(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, PARA)
    town.jump_by(hours=1)
    await home.ben.send("/give Para 1 g at 08:05")
    asks = await home.ben.sees("🕗 given today 08:05")
    await move_mum(home.anna, "Europe/Paris")
    await home.ben.press("✅ Given", message=asks)
    again = await home.ben.sees("🕗 given today 09:05", after=asks)
    assert await records(town) == []
    await home.ben.press("✅ Given", message=again)
    await home.ben.sees("✅ Para 1 g, given today 09:05")
    assert await records(town) == ["23 08:05"]


async def test_which_medicine_it_was_does_not_change_when_it_was(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, PARA)
    await home.anna.send("/addmed Para 100 mg as needed, 4 hours apart, max 4")
    await home.anna.press(
        "Save the new one, too", message=await home.anna.sees("Mum already takes this")
    )
    await home.anna.sees("Saved: Para 100 mg")
    town.jump_by(hours=1)
    await home.ben.send("/give Para at 08:05")
    asks = await home.ben.sees("What was given?")
    await move_mum(home.anna, "Europe/Paris")
    await home.ben.press("100 mg", message=asks)
    asks = await home.ben.sees("⚠️ Mum's time zone has changed since I asked.")
    assert "🕗 given today 09:05" in asks.text
    await home.ben.press("✅ Given", message=asks)
    await home.ben.sees("given today 09:05")
    assert await records(town) == ["23 08:05"]


async def test_under_a_question_the_clock_can_be_changed(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PARA)
    await town.change("UPDATE users SET timezone = 'America/New_York' WHERE name LIKE 'Ben%'")
    town.jump_by(hours=16, minutes=35)
    await home.ben.send("/give Para 1 g at 19:00")
    asks = await home.ben.sees("🕗 given yesterday 19:00 Mum's time (14:00 your time)")
    await home.ben.press("🕑 I meant my clock", message=asks)
    asks = await home.ben.sees("🕗 given today 00:00 Mum's time (Monday 19:00 your time)")
    await home.ben.press("✅ Given", message=asks)
    await home.ben.sees("✅ Para 1 g, given today 00:00 Mum's time")
    assert await records(town) == ["24 00:00"]


@pytest.mark.parametrize(
    ("line", "question"),
    [
        ("2 Para", "Para 2 × 500 mg"),
        ("Para x2", "Para 2 × 500 mg"),
        ("Para 1 g", "That's 2 × the usual 500 mg."),
        ("Para 2 tablets", "I'd count 2 tablets as 2 doses."),
        ("Para 20 g", "❗ 20 g is 40 × the usual 500 mg of Para."),
        ("Para 5 ml", "One dose is 500 mg. How many doses is 5 ml?"),
        ("Para this morning", "“this morning”: what time was Mum given Para?"),
        ("Para at 25:00", "When was Mum given Para?"),
        ("Para a handful", "How much Para was Mum given? The usual amount is 500 mg."),
    ],
)
async def test_what_is_not_usual_or_not_understood_is_asked(
    home: Household, town: Town, line: str, question: str
) -> None:
    await add_medicine(home.anna, PARA)
    await home.anna.send(f"/give {line}")
    await home.anna.sees(question)
    assert await town.count("medication_logs") == 0


async def test_what_the_usual_amount_will_be_recorded_with_is_shown_when_it_is_asked_for(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, PARA)
    town.jump_by(hours=1)
    await home.anna.send("/give Para a handful at 08:10")
    asks = await home.anna.sees("How much Para was Mum given?")
    assert "🕗 given today 08:10" in asks.text
    await home.anna.press("500 mg, as usual", message=asks)
    await home.anna.sees("✅ Para 500 mg, given today 08:10.")
    assert await records(town) == ["23 08:10"]


async def test_undo_under_an_answer_takes_back_what_it_says_and_nothing_later(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, PARA)
    await home.anna.send("/give Para")
    given = await home.anna.sees("✅ Para 500 mg, given today")
    await home.anna.send("/history")
    await home.anna.press("1", message=await home.anna.sees("📜 History"))
    entry = await home.anna.sees("given as an extra, or as needed")
    await home.anna.press("Correct", message=entry)
    town.jump_by(minutes=5)
    await home.anna.press("Another amount", message=await home.anna.sees("What should I correct"))
    await home.anna.send("250 mg")
    await home.anna.press("✅ Correct it", message=await home.anna.sees("Correct the record?"))
    await home.anna.sees("✅ Corrected")
    toast = await home.anna.press("Undo", message=given)
    assert toast.alert
    assert toast.text.startswith("Para 250 mg: taken ")
    shown = await home.anna.sees("✏️ corrected", after=given)
    assert shown.id == given.id
    assert await town.value("SELECT given FROM doses WHERE status = 'taken'") == "250 mg"


@pytest.mark.parametrize("words", ["yes", "ok, save it", "Yes please!", "no"])
async def test_yes_in_words_is_told_to_tap_and_is_no_answer(
    home: Household, town: Town, words: str
) -> None:
    await add_medicine(home.anna, PARA)
    await home.anna.send("/give Para 1 g")
    asks = await home.anna.sees("Record it?")
    await home.anna.send(words)
    await home.anna.sees("Please tap one of the buttons.")
    await home.anna.sees("Record it?", after=asks)
    assert await town.count("medication_logs") == 0


async def test_what_was_understood_is_kept_while_the_rest_is_asked(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, PARA)
    town.jump_by(hours=1)
    await home.anna.send("/give Para 1 g at 25:00")
    await home.anna.sees("isn't a time of day")
    await home.anna.send("at 08:10")
    asks = await home.anna.sees("Record it?")
    assert "Para 1 g" in asks.text
    assert "given today 08:10" in asks.text
    await home.anna.send("at 08:05")
    asks = await home.anna.sees("given today 08:05")
    assert "Para 1 g" in asks.text
    await home.anna.press("✅ Given", message=asks)
    await home.anna.sees("✅ Para 1 g, given today 08:05.")
    assert await records(town) == ["23 08:05"]


async def test_a_double_dose_counts_twice(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PARA)
    for amount, left in (("1 g", "2"), ("2 tablets", "4"), ("250 mg", "4½")):
        await home.anna.send(f"/give Para {amount}")
        asks = await home.anna.sees("Was it really" if "tablet" in amount else "Record it?")
        if "tablet" in amount:
            await home.anna.press("Yes, 2 tablets", message=asks)
            asks = await home.anna.sees("Record it?", after=asks)
        await home.anna.press("✅ Given", message=asks)
        await home.anna.sees(f"✅ Para {amount}, given today")
        await home.anna.send("/meds")
        await home.anna.press("Para", message=await home.anna.sees("Medicines, family"))
        await home.anna.sees(f"{left} of at most 4 doses given in 24 hours")
        town.jump_by(minutes=1)
    assert [float(row.dose_count) for row in await town.rows(RECORDS)] == [2, 2, 0.5]


async def test_two_medicines_on_one_line_are_both_recorded(home: Household, town: Town) -> None:
    await add_medicine(home.anna, PARA)
    await add_medicine(home.anna, "Night 1 tablet as needed")
    town.jump_by(hours=1)
    await home.anna.send("/give Para and Night at 08:10")
    await home.anna.sees("✅ Para 500 mg, given today 08:10.")
    await home.anna.sees("✅ Night 1 tablet, given today 08:10.")
    assert await records(town) == ["23 08:10", "23 08:10"]
    town.jump_by(hours=1)
    await home.anna.send("/give Night, Para")
    asks = await home.anna.sees("Night 1 tablet\n")
    await home.anna.press("✅ Given", message=asks)
    await home.anna.sees("✅ Night 1 tablet, given today 09:3")
    asks = await home.anna.sees("⚠️ That's only 1 h 2")
    assert "Para 500 mg" in asks.text


async def test_a_number_alone_corrects_the_amount(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, medicines=("Aspirin 1 tablet",))
    await home.anna.press("Taken", message=asked.cards[0])
    await home.anna.sees("recorded by Anna", after=asked.cards[0])
    await home.anna.send("/history")
    await home.anna.press("1", message=await home.anna.sees("History, family"))
    await home.anna.press("✏️ Correct", message=await home.anna.sees("taken today"))
    await home.anna.press("Another amount", message=await home.anna.sees("What should I correct"))
    await home.anna.send("2")
    asks = await home.anna.sees("That's 2 × the usual 1 tablet.")
    await home.anna.press("✅ Correct it", message=asks)
    await home.anna.sees("Corrected: Aspirin 2 tablets, taken today")


async def test_a_correction_that_crosses_another_record_says_so(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Para 500 mg as needed")
    town.jump_by(hours=4)
    for time in ("08:00", "10:00"):
        await home.anna.send(f"/give Para at {time}")
        if time != "08:00":
            await home.anna.press("✅ Given", message=await home.anna.sees("Record it?"))
        given = await home.anna.sees(f"✅ Para 500 mg, given today {time}")
    await home.anna.press("✏️ Correct", message=given)
    await home.anna.press(
        "Taken at another time", message=await home.anna.sees("What should I correct")
    )
    await home.anna.send("07:45")
    asks = await home.anna.sees("⚠️ Another dose is recorded between the old time and the new time.")
    await home.anna.press("✅ Correct it", message=asks)
    await home.anna.sees("taken today 07:45")
    assert await records(town) == ["23 08:00", "23 10:00", "23 07:45"]
