"""Courses and pauses: what is added at their end, what is taken back, and two who answer."""

from datetime import UTC, datetime

import pytest

from bot.sandbox import Message, Person
from tests.town import Household, Town, add_medicine, ask, undo

ENDS = "SELECT schedule ->> 'ends_on' FROM medications"


def at(day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


async def amoxicillin(person: Person) -> None:
    """Five days of it."""
    await add_medicine(person, "Amoxicillin 500 mg at 12:00 and 20:00 until 27 November")


async def pause_mum(person: Person, end: str) -> Message:
    """The question about the course that follows."""
    await person.send(f"/pause Mum until {end}")
    await person.press(
        "Keep appointment reminders", message=await person.sees("I'll pause all of Mum's medicines")
    )
    return await person.sees("Amoxicillin for Mum, paused")


async def lengthen(person: Person, end: str = "thursday") -> None:
    await person.press("Yes, last day", message=await pause_mum(person, end))
    await person.sees("The course of Amoxicillin is longer now")


async def resume_mum(person: Person) -> Message:
    await person.send("/people")
    await person.press("Resume", message=await person.sees("People, family"))
    return await person.sees("The pause of Mum's medicines is over.")


# A pause that ends early.


async def test_days_that_were_not_lost_are_taken_back(home: Household, town: Town) -> None:
    anna, ben = home
    await amoxicillin(anna)
    await lengthen(anna)
    assert await town.value(ENDS) == "2026-11-30"
    await resume_mum(ben)
    question = await ben.sees("Should I remove the added days?")
    assert "Now: every day at 12:00 and 20:00" in question.text
    assert "last day 30 November 2026" in question.text
    assert "last day 27 November 2026" in question.text
    assert question.labels == ("✅ Yes, last day 27 November 2026", "No, last day 30 November 2026")
    assert await town.value(ENDS) == "2026-11-30"
    await ben.press("Yes", message=question)
    await ben.sees("I've removed the added days.")
    assert await town.value(ENDS) == "2026-11-27"


async def test_days_that_were_lost_stay(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    await lengthen(home.anna)
    town.jump_to(at(24, 13))
    await resume_mum(home.ben)
    question = await home.ben.sees("Should I remove the added days?")
    await home.ben.press("Yes, last day 28 November 2026", message=question)
    await home.ben.sees("I've removed the added days.")
    assert await town.value(ENDS) == "2026-11-28"


async def test_a_taper_gets_each_of_its_ends_back(home: Household, town: Town) -> None:
    await home.anna.send(
        "/addmed Pred 4 tablets for 3 days then 2 tablets for 3 days then 1 tablet for 3 days"
        " at 12:00"
    )
    await home.anna.press("Save", message=await home.anna.sees("I understood"))
    await home.anna.sees("Saved:")
    steps = "SELECT schedule ->> 'steps' FROM medications"
    before = await town.value(steps)
    await home.anna.send("/pause Pred until thursday")
    await home.anna.press("Yes", message=await home.anna.sees("Add the 3 paused days"))
    await home.anna.sees("The course of Pred is longer now")
    assert await town.value(steps) != before
    await home.ben.send("/meds")
    await home.ben.press("Pred", message=await home.ben.sees("Medicines, family"))
    page = await home.ben.sees("paused, resuming on Thursday")
    toast = await home.ben.press("Resume", message=page)
    assert toast.text == "Resumed."
    await home.ben.press("Yes", message=await home.ben.sees("Should I remove the added days?"))
    await home.ben.sees("I've removed the added days.")
    assert await town.value(steps) == before


async def test_they_are_kept_only_where_it_is_said_and_never_add_up(
    home: Household, town: Town
) -> None:
    await amoxicillin(home.anna)
    await lengthen(home.anna)
    await resume_mum(home.ben)
    question = await home.ben.sees("Should I remove the added days?")
    await home.ben.press("No, last day 30 November", message=question)
    await home.ben.sees("All right, it still ends on 30 November 2026.")
    # The days of the second pause are those of the first: they are there already.
    await home.anna.send("/pause Mum until thursday")
    await home.anna.press(
        "Keep appointment reminders", message=await home.anna.sees("I'll pause all of Mum's")
    )
    paused = await home.anna.sees("Mum's medicines are paused. They resume")
    await town.settled()
    assert home.anna.messages[-1] == paused
    assert await town.value(ENDS) == "2026-11-30"


async def test_an_earlier_end_takes_them_back_too(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    await lengthen(home.anna)
    await home.ben.send("/pause Mum until 24 November")
    question = await home.ben.sees(
        "Mum's medicines are already paused, resuming on Thursday 26 November."
    )
    await home.ben.press("Yes, resume", message=question)
    question = await home.ben.sees("Should I remove the added days?")
    assert question.labels[0] == "✅ Yes, last day 28 November 2026"


async def test_the_hours_that_were_changed_since_stay(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    await lengthen(home.anna)
    await town.change(
        "UPDATE medications SET version = version + 1,"
        " schedule = jsonb_set(schedule, '{times}', '[\"13:00\"]')"
    )
    await resume_mum(home.ben)
    await home.ben.press("Yes", message=await home.ben.sees("Should I remove the added days?"))
    await home.ben.sees("I've removed the added days. Amoxicillin: every day at 13:00")
    assert await town.value(ENDS) == "2026-11-27"


async def test_an_end_that_somebody_has_set_since_is_theirs(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    await lengthen(home.anna)
    await town.change(
        "UPDATE medications SET version = version + 1,"
        " schedule = jsonb_set(schedule, '{ends_on}', '\"2026-12-10\"')"
    )
    resumed = await resume_mum(home.ben)
    await town.settled()
    assert home.ben.messages[-1] == resumed


async def test_undo_of_resuming_gives_all_back(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    await lengthen(home.anna)
    await resume_mum(home.ben)
    await home.ben.press("Yes", message=await home.ben.sees("Should I remove the added days?"))
    await home.ben.sees("I've removed the added days.")
    await undo(home.ben)
    await home.ben.sees("last day 30 November 2026")
    await undo(home.ben)
    await home.ben.sees("It's back to:\nMum: medicines paused, resuming on Thursday 26 November")
    assert await town.value(ENDS) == "2026-11-30"
    assert await town.value("SELECT status FROM medications") == "paused"


async def test_undo_of_a_pause_asks_too(home: Household, town: Town) -> None:
    """The longer course was changed by another since: it isn't undone before the pause is."""
    await amoxicillin(home.anna)
    await lengthen(home.anna)
    await home.ben.send("/meds")
    await home.ben.press("Amoxicillin", message=await home.ben.sees("Medicines, family"))
    await home.ben.press("✏️ Change", message=await home.ben.sees("Last given"))
    await home.ben.press("The name", message=await home.ben.sees("What would you like to change"))
    await home.ben.sees("called")
    await home.ben.send("Amoxi")
    await home.ben.sees("Changed: Amoxi")
    await undo(home.anna)
    await home.anna.sees("It's back to:\nMum: medicines not paused")
    question = await home.anna.sees("Should I remove the added days?")
    await home.anna.press("Yes, last day 27 November 2026", message=question)
    await home.anna.sees("I've removed the added days. Amoxi:")


# A pause that ends after the course does.


async def test_what_is_over_by_then_is_not_said_to_resume(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    await add_medicine(home.anna, "Aspirin 100 mg at 12:00")
    await add_medicine(home.anna, "Iron 1 tablet at 12:00")
    await home.anna.send("/pause Iron until 10 December")
    await home.anna.sees("Iron is paused. It resumes on 10 December 2026.")
    await home.anna.send("/pause Mum until 3 December")
    question = await home.anna.sees("I'll pause all of Mum's medicines until 3 December 2026.")
    assert "They resume that day, except for these:" in question.text
    assert "• Amoxicillin (its course ends before then, on 27 November 2026)" in question.text
    assert "• Iron (stays paused separately)" in question.text
    await home.anna.press("Keep appointment reminders", message=question)
    paused = await home.anna.sees("except as marked below.")
    assert "• Amoxicillin 500 mg (its course ends before then" in paused.text
    await home.anna.press(
        "No, keep 27 November", message=await home.anna.sees("paused days at the end?")
    )
    await home.anna.sees("All right, it still ends on 27 November 2026.")
    town.jump_to(datetime(2026, 12, 2, 19, 59, 59, tzinfo=UTC))
    told = await home.ben.sees("The pause of Mum's medicines ends tomorrow")
    assert "This medicine will resume by itself: Aspirin\n" in told.text
    assert "Already finished by then: Amoxicillin" in told.text


async def test_of_a_course_alone_nothing_is_promised(home: Household) -> None:
    await amoxicillin(home.anna)
    await home.anna.send("/pause Mum until 3 December")
    question = await home.anna.sees("I'll pause all of Mum's medicines until 3 December 2026.")
    assert "resume" not in question.text
    await home.anna.press("Keep appointment reminders", message=question)
    await home.anna.sees("Their courses end before then, so nothing resumes.")
    question = await home.anna.sees("paused days at the end?")
    assert "✅ Yes, last day 7 December 2026" in question.labels


async def test_a_pause_without_an_end_says_what_becomes_of_a_course(
    home: Household, town: Town
) -> None:
    await amoxicillin(home.anna)
    await home.anna.send("/pause Amoxicillin until further notice")
    paused = await home.anna.sees("When you do, I'll ask whether to add the paused days")
    town.jump_to(at(30, 11))
    await home.anna.send("/meds")
    await home.anna.sees("(paused; its course ended on 27 November 2026)")
    toast = await home.anna.press("Resume", message=paused)
    assert "its course is over, so I won't ask about it any more" in toast.text
    question = await home.anna.sees("Add the 5 paused days at the end?")
    await home.anna.press("Yes, last day 4 December 2026", message=question)
    await home.anna.sees("The course of Amoxicillin is longer now")


# A yes to what has changed.


async def test_a_shorter_pause_adds_fewer_days(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    question = await pause_mum(home.anna, "thursday")
    assert "✅ Yes, last day 30 November 2026" in question.labels
    await home.ben.send("/pause Mum until wednesday")
    await home.ben.press("Yes, resume", message=await home.ben.sees("already paused"))
    await home.ben.sees("Mum's medicines are paused. They resume on Wednesday 25 November")
    await home.anna.press("Yes", message=question)
    changed = await home.anna.sees("I haven't changed anything")
    assert "Amoxicillin is paused, resuming on Wednesday 25 November." in changed.text
    again = await home.anna.sees("Amoxicillin for Mum, paused, resuming on Wednesday 25 November")
    assert await town.value(ENDS) == "2026-11-27"
    await home.anna.press("Yes, last day 29 November 2026", message=again)
    await home.anna.sees("is longer now")
    assert await town.value(ENDS) == "2026-11-29"


async def test_drawn_anew_it_is_as_the_tables_are(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    await pause_mum(home.anna, "thursday")
    await home.ben.send("/pause Mum until wednesday")
    await home.ben.press("Yes, resume", message=await home.ben.sees("already paused"))
    await home.ben.sees("Mum's medicines are paused. They resume on Wednesday 25 November")
    await home.anna.send("/today")
    beside = await home.anna.sees(
        "still open: “💊 Amoxicillin for Mum, paused, resuming on Wednesday"
    )
    await home.anna.press("Continue", message=beside)
    question = await home.anna.sees(
        "Amoxicillin for Mum, paused, resuming on Wednesday", after=beside
    )
    assert "✅ Yes, last day 29 November 2026" in question.labels


async def test_a_pause_that_has_taken_nothing_adds_nothing(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    question = await pause_mum(home.anna, "thursday")
    await resume_mum(home.ben)
    await home.anna.press("Yes", message=question)
    await home.anna.sees("Amoxicillin is no longer paused, so there are no days to add now.")
    assert await town.value(ENDS) == "2026-11-27"


async def test_what_was_open_when_it_was_paused_and_is_again_is_not_lost(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, medicines=("Amoxicillin 500 mg for 5 days",))
    await home.anna.send("/pause Amoxicillin until thursday")
    question = await home.anna.sees("paused days at the end?")
    await home.ben.send("/meds")
    await home.ben.press("Amoxicillin", message=await home.ben.sees("Medicines, family"))
    await home.ben.press("Resume", message=await home.ben.sees("paused, resuming on Thursday"))
    await home.ben.sees(f"Not recorded yet: today {asked.at}")
    await home.anna.press("Yes", message=question)
    await home.anna.sees("no longer paused, so there are no days to add now.")


async def test_a_pause_that_runs_again_is_not_over(home: Household, town: Town) -> None:
    await amoxicillin(home.anna)
    await home.anna.send("/pause Amoxicillin until further notice")
    paused = await home.anna.sees("I won't remind you about it until you resume it")
    town.jump_to(at(25, 11))
    await home.anna.press("Resume", message=paused)
    question = await home.anna.sees("Add the 2 paused days at the end?")
    await undo(home.anna)
    await home.anna.sees("Undone. It's back to:")
    beside = await home.anna.sees("My question is still open")
    await home.anna.press("Continue", message=beside)
    gone = await home.anna.sees("so there are no days to add now", after=beside)
    assert gone.labels == ("All right",)
    assert gone.id > question.id
    await home.anna.press("All right", message=gone)
    await home.anna.sees("All right, it still ends on 27 November 2026.")
    assert await town.value(ENDS) == "2026-11-27"


async def test_the_days_of_a_pause_are_those_of_the_person(home: Household, town: Town) -> None:
    """A move makes no second day out of one."""
    await amoxicillin(home.anna)
    question = await pause_mum(home.anna, "thursday")
    await home.anna.press("No, keep 27 November", message=question)
    await home.ben.send("/pause Amoxicillin until friday")
    await home.ben.press(
        "Yes, resume", message=await home.ben.sees("already paused with all of Mum's medicines")
    )
    question = await home.ben.sees("Add the paused day at the end?")
    await home.anna.send("/people")
    await home.anna.press("Change city", message=await home.anna.sees("People, family"))
    await home.anna.sees("Which city does Mum live in")
    await home.anna.send("New York")
    await home.anna.sees("New York time")
    await home.ben.send("/today")
    await home.ben.press("Continue", message=await home.ben.sees("My question is still open"))
    again = await home.ben.sees("Add the paused day at the end?", after=question)
    await home.ben.press("Yes, last day 28 November 2026", message=again)
    await home.ben.sees("is longer now")


@pytest.mark.parametrize("answer", ["Yes", "No, keep"])
async def test_of_a_course_that_is_removed_nothing_is_asked(
    home: Household, town: Town, answer: str
) -> None:
    await amoxicillin(home.anna)
    question = await pause_mum(home.anna, "thursday")
    await town.change(
        "UPDATE medications SET status = 'stopped', resumes_at = NULL,"
        " is_paused_with_person = false, deleted_at = clock_now()"
    )
    await home.anna.press(answer, message=question)
    await home.anna.sees(
        "has been removed in the meantime" if answer == "Yes" else "it still ends on"
    )
