"""The answer to "how much" that says more: it completes what was typed before, and replaces none of
it.
"""

import pytest

from tests.town import Household


@pytest.mark.parametrize(
    ("line", "answer", "shown"),
    [
        ("Methotrexate weekly on mondays", "10mg 9am", "every Monday at 09:00"),
        ("B12 every 3 months from 20 july", "1mg 10am", "every 3 months on the 20th at 10:00"),
        (
            "Movicol twice daily except sundays",
            "1 sachet 8am 6pm",
            "Wed, Thu, Fri and Sat",
        ),
        ("Cough syrup tds for 5 days", "10 ml at 8am 2pm and 8pm", "15 doses, the last one on"),
        ("Ibuprofen prn max 3 a day", "400mg every 6 hours", "at least 6 hours apart, at most 3"),
        (
            "Oxycodone as needed 4 hours apart",
            "5mg max 4 a day",
            "4 hours apart, at most 4",
        ),
    ],
)
async def test_the_words_before_are_completed(
    home: Household, line: str, answer: str, shown: str
) -> None:
    await home.anna.send(f"/addmed {line}")
    await home.anna.sees("each time? For example")
    await home.anna.send(answer)
    understood = await home.anna.sees("I understood:")
    assert shown in understood.text


async def test_a_number_of_times_that_differs_is_asked_about(home: Household) -> None:
    await home.anna.send("/addmed Ambroxol tds x 5 days")
    await home.anna.sees("each time? For example")
    await home.anna.send("5ml 8am and 8pm")
    await home.anna.sees("the number and the times or days don't match")
    await home.anna.send("5ml 8am 2pm 8pm")
    understood = await home.anna.sees("I understood:")
    assert "Ambroxol 5 ml" in understood.text
    assert "15 doses" in understood.text


@pytest.mark.parametrize(
    ("line", "answer", "shown"),
    [
        ("Alfacalcidol 0.25mcg", "mon wed fri at 9am, 1 cap", "Alfacalcidol 0.25 mcg 1 cap\n"),
        ("Oxypro 10mg", "8am 8pm - 2 tablets", "Oxypro 10 mg 2 tablets\n"),
        ("Calcitriol 0.25mcg", "alternate days at 9am 2 caps", "Calcitriol 0.25 mcg 2 caps\n"),
    ],
)
async def test_a_count_behind_the_time_keeps_the_strength(
    home: Household, line: str, answer: str, shown: str
) -> None:
    await home.anna.send(f"/addmed {line}")
    await home.anna.sees("due?")
    await home.anna.send(answer)
    understood = await home.anna.sees("I understood:")
    assert shown in understood.text


async def test_another_amount_is_asked_about(home: Household) -> None:
    await home.anna.send("/addmed Furosemide 40mg")
    await home.anna.sees("When is Furosemide due?")
    await home.anna.send("8am, mon wed fri 80mg")
    asked = await home.anna.sees("does it come after what you typed first, or instead?")
    await home.anna.press("8am, mon wed fri 80mg", message=asked)
    understood = await home.anna.sees("I understood:")
    assert "Furosemide 80 mg\n" in understood.text


async def test_a_bare_number_behind_a_strength_is_asked_about(home: Household) -> None:
    await home.anna.send("/addmed Methotrexate 2.5mg 6 on mondays")
    asked = await home.anna.sees("is that how many, how often, or the hour?")
    await home.anna.press("6 tablets on mondays", message=asked)
    await home.anna.sees("at what time?")
    await home.anna.send("8am")
    understood = await home.anna.sees("I understood:")
    assert "Methotrexate 2.5 mg 6 tablets\nevery Monday at 08:00" in understood.text


@pytest.mark.parametrize(
    ("line", "first", "second", "shown"),
    [
        ("Losartan mondays and fridays", "8am", "50mg", "Mon and Fri at 08:00"),
        ("Lisinopril for 7 days", "8am", "5mg", "7 doses"),
        ("Trandolapril every 2 weeks", "Friday 10am", "2mg", "every 2 weeks on Fri at 10:00"),
        ("Sertraline from 10 december", "8am", "50mg", "every day at 08:00, from 10 December"),
    ],
)
async def test_a_time_in_place_of_the_amount_completes_the_words_before(
    home: Household, line: str, first: str, second: str, shown: str
) -> None:
    await home.anna.send(f"/addmed {line}")
    asked = await home.anna.sees("each time? For example")
    await home.anna.send(first)
    await home.anna.sees("each time? For example", after=asked)
    await home.anna.send(second)
    understood = await home.anna.sees("I understood:")
    assert shown in understood.text


async def test_of_several_amounts_none_is_dropped_in_silence(home: Household) -> None:
    await home.anna.send("/addmed Baclofen twice a day")
    await home.anna.sees("each time? For example")
    await home.anna.send("5mg 5mg 10mg")
    asked = await home.anna.sees("“5mg 5mg 10mg”")
    assert "How much Baclofen each time?" in asked.text
    await home.anna.send("5 mg 8am 8pm")
    understood = await home.anna.sees("I understood:")
    assert "left out a part of" in understood.text


async def test_amounts_behind_their_times_are_those_of_these_times(home: Household) -> None:
    await home.anna.send("/addmed Baclofen twice a day")
    await home.anna.sees("each time? For example")
    await home.anna.send("8am 200mg 8pm 400mg")
    understood = await home.anna.sees("I understood:")
    assert "200 mg at 08:00 and 400 mg at 20:00" in understood.text


async def test_amounts_on_their_days_ask_for_the_time(home: Household) -> None:
    await home.anna.send("/addmed Baclofen once a day")
    await home.anna.sees("each time? For example")
    await home.anna.send("3mg mon-fri 4mg sat sun")
    await home.anna.sees("at what time?")
    await home.anna.send("9am")
    understood = await home.anna.sees("I understood:")
    assert "Mon–Fri: 3 mg at 09:00; Sat, Sun: 4 mg at 09:00" in understood.text


async def test_a_weekday_of_a_rhythm_may_be_the_first_day(home: Household) -> None:
    await home.anna.send("/addmed Methadone 5mg every 3 days")
    await home.anna.sees("at what time?")
    await home.anna.send("Wednesday 9am")
    asked = await home.anna.sees("is that the first day, or every week?")
    await home.anna.press("every 3 days from Wednesday 9am", message=asked)
    understood = await home.anna.sees("I understood:")
    assert "every 3 days at 09:00" in understood.text
