"""`/pause`: a hospital stay on two phones, and what else is paused, ended and made longer."""

from datetime import UTC, datetime

import pytest

from bot.sandbox import Person
from bot.ui.presses.medicines import EndPauseAsPlanned, LengthenPause, PausePerson, ResumePerson
from tests.town import Household, Town, add_medicine, add_person, ask, found_family, undo


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


async def pause_mum(person: Person, line: str = "Mum until friday", *, quiet: bool = False) -> None:
    await person.send(f"/pause {line}")
    await person.sees("I'll pause all of Mum's medicines")
    await person.press("Pause appointment reminders" if quiet else "Keep appointment reminders")
    await person.sees("Mum's medicines are paused")


async def test_a_hospital_stay_on_two_phones(home: Household, town: Town) -> None:
    anna, ben = home
    asked = await ask(town, anna, ben)
    await add_medicine(anna, "Metformin 850 mg at 20:00")
    await anna.send("/addappt Dentist 26 november 15:00")
    await anna.sees("Saved")
    await anna.send("/pause Mum until friday")
    question = await anna.sees("I'll pause all of Mum's medicines until 27 November 2026.")
    assert "Should I pause appointment reminders, too" in question.text
    await anna.press("Pause appointment reminders", message=question)
    paused = await anna.sees("Mum's medicines are paused. They resume on Friday 27 November")
    assert "• Aspirin 100 mg" in paused.text
    assert "• Metformin 850 mg" in paused.text
    assert "I won't remind you about appointments" in paused.text
    assert paused.labels == ("↩️ Undo", "▶️ Resume Mum's medicines")
    for phone, card in zip(home, asked.cards, strict=True):
        await phone.sees("Aspirin 100 mg\nPaused", after=card)

    # Every screen says so.
    await ben.send("/today")
    await ben.sees("Mum ⏸ medicines paused, resuming on Friday 27 November")
    await ben.send("/people")
    people = await ben.sees(
        "⏸ medicines paused, resuming on Friday 27 November; no appointment reminders"
    )
    assert "▶️ Resume" in people.labels
    await ben.send("/meds")
    listed = await ben.sees("(paused with all of Mum's medicines, resuming on Friday 27 November)")
    assert "▶️ Resume Mum's medicines" in listed.labels
    await ben.press("Aspirin", message=listed)
    await ben.sees(
        "⏸ paused with all of Mum's medicines, resuming on Friday 27 November", after=listed
    )
    await ben.send("/appts")
    appts = await ben.sees("⏸ Mum: medicines paused, resuming on Friday 27 November")
    await ben.press("26 Nov 15:00 Dentist", message=appts)
    await ben.sees(
        "🔕 No reminder: Mum's reminders are paused, resuming on Friday 27 November", after=appts
    )
    await ben.send("/addmed Statin 10 mg at 08:00")
    saved = await ben.sees("Saved: Statin")
    assert "Paused with all of Mum's medicines, resuming on Friday 27 November" in saved.text
    assert "First: Friday 27 November 08:00" in saved.text
    await ben.send("/give Aspirin")
    await ben.press("Given", message=await ben.sees("extra"))

    # It ends by itself, and says so the evening before.
    town.jump_to(at(26, 18, 59, 58))
    for phone in home:
        told = await phone.sees(
            "The pause of Mum's medicines ends tomorrow, Friday 27 November 2026."
        )
        assert "Aspirin, Metformin, Statin" in told.text
        assert told.labels == ("👍 That's right", "⏸ Pause longer")
    assert await town.value("SELECT count(*) FROM notifications WHERE kind = 'appointment'") == 0
    await ben.press("That's right", message=told)
    await anna.sees("Ben: that's right.")
    town.jump_to(at(26, 23, 59, 58))
    await town.until("SELECT count(*) = 0 FROM medications WHERE status = 'paused'")
    town.jump_to(at(27, 7, 59, 58))
    await anna.sees("Mum · 08:00")
    statuses = await town.rows("SELECT DISTINCT status FROM doses WHERE status <> 'pending'")
    assert {row.status for row in statuses} <= {"taken", "cancelled"}


async def test_without_a_name_it_is_asked_what_and_until_when(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.anna.send("/pause")
    question = await home.anna.sees("What should I pause?")
    assert question.labels == ("👵 All of Mum's medicines", "💊 Aspirin", "✖️ Cancel")
    await home.anna.press("All of Mum's medicines", message=question)
    question = await home.anna.sees("How long should I pause all of Mum's medicines?")
    await home.anna.press("For 3 days", message=question)
    await home.anna.sees("I'll pause all of Mum's medicines until 26 November 2026.")
    await home.anna.press("Keep appointment reminders")
    paused = await home.anna.sees("Mum's medicines are paused. They resume on Thursday 26 November")
    assert "I'll still remind you about appointments." in paused.text
    await home.anna.press("Resume Mum's medicines", message=paused)
    resumed = await home.anna.sees("The pause of Mum's medicines is over.")
    assert "Aspirin 100 mg. Next: today 08:00" in resumed.text


async def test_what_was_typed_is_kept_while_it_is_asked_which(home: Household) -> None:
    await add_person(home.anna, "Dad")
    await add_medicine(home.anna, "Dad 1 tablet at 08:00 for Mum")
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00 for Dad")
    await home.anna.send("/pause Dad until friday")
    question = await home.anna.sees("What should I pause?")
    assert question.labels == ("👵 All of Dad's medicines", "💊 Mum · Dad", "✖️ Cancel")
    await home.anna.press("Mum · Dad", message=question)
    await home.anna.sees(
        "Dad is paused. It resumes on 27 November 2026. Next: Friday 27 November 08:00"
    )


async def test_a_medicine_is_paused_on_one_line(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.anna.send("/pause Aspirin until 3 December")
    paused = await home.anna.sees("Aspirin is paused. It resumes on 3 December 2026.")
    await home.anna.press("Resume", message=paused)
    await home.anna.sees("Next: today 08:00", after=paused)
    assert await town.value("SELECT status FROM medications") == "active"


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("Mum until yesterday", "A pause can only end on a later day."),
        ("Mum until today", "A pause can only end on a later day."),
        ("Aspirin until 3 December 2029", "That's more than a year away."),
        ("Mum until banana", "I can't read a date in “banana”"),
        ("Mum from friday", "“from friday”: a pause starts right away."),
    ],
)
async def test_an_end_that_cannot_be_is_asked_again(
    home: Household, town: Town, line: str, answer: str
) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.anna.send(f"/pause {line}")
    await home.anna.sees(answer)
    await home.anna.sees("How long should I pause")
    await home.anna.press("Cancel")
    assert await town.value("SELECT count(*) FROM medications WHERE status = 'paused'") == 0


async def test_what_cannot_be_paused_is_said(home: Household) -> None:
    await home.anna.send("/pause Mum until friday")
    await home.anna.sees("There are no medicines yet")
    await add_person(home.anna, "Dad")
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00 for Mum")
    await home.anna.send("/pause Dad until friday")
    await home.anna.sees(
        "I have no medicines for Dad, so there's nothing to pause. /addmed adds one."
    )
    await home.anna.send("/pause Asprin until friday")
    await home.anna.sees("I don't know a person or a medicine called “Asprin”")


async def test_over_another_pause_the_one_that_runs_is_shown(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await pause_mum(home.anna)
    await home.ben.send("/pause Mum until 30 November")
    question = await home.ben.sees(
        "Mum's medicines are already paused, resuming on Friday 27 November."
    )
    assert "Resume on 30 November 2026 instead?" in question.text
    assert question.labels == (
        "✅ Yes, resume on 30 November 2026",
        "▶️ End the pause now",
        "Leave it as it is",
    )
    await home.ben.press("Yes, resume", message=question)
    await home.ben.sees("Mum's medicines are paused. They resume on Monday 30 November")
    await home.anna.send("/pause Aspirin")
    question = await home.anna.sees(
        "Aspirin is already paused with all of Mum's medicines, resuming on Monday 30 November."
    )
    await home.anna.press("Leave it", message=question)
    await home.anna.sees("nothing was changed")
    await home.anna.send("/pause Mum")
    question = await home.anna.sees(
        "Mum's medicines are already paused, resuming on Monday 30 November."
    )
    await home.anna.press("End the pause now", message=question)
    await home.anna.sees("The pause of Mum's medicines is over.")
    assert await town.value("SELECT status FROM medications") == "active"


async def test_of_two_who_pause_at_once_the_second_sees_the_first(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.anna.send("/pause Mum until friday")
    await home.anna.sees("I'll pause all of Mum's medicines")
    await pause_mum(home.ben, "Mum until thursday")
    await home.anna.press("Keep appointment reminders")
    await home.anna.sees("Mum's medicines are already paused, resuming on Thursday 26 November.")


async def test_of_two_who_resume_the_second_is_told(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await pause_mum(home.anna)
    shown = []
    for phone in home:
        await phone.send("/people")
        shown.append(await phone.sees("⏸ medicines paused, resuming on Friday 27 November"))
    await home.anna.press("Resume", message=shown[0])
    await home.anna.sees("The pause of Mum's medicines is over.")
    toast = await home.ben.press("Resume", message=shown[1])
    assert "The pause of Mum's medicines has changed or is over." in toast.text


async def test_a_viewer_is_refused_kindly(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await pause_mum(home.anna)
    await town.change("UPDATE family_members SET role = 'viewer' WHERE role = 'caregiver'")
    await home.ben.send("/pause Mum until thursday")
    await home.ben.sees("As a viewer, you can read")
    await home.ben.send("/people")
    shown = await home.ben.sees("⏸ medicines paused, resuming on Friday 27 November")
    [row] = await town.rows("SELECT family_id, id FROM care_recipients")
    ids = {"family_id": row.family_id, "person_id": row.id}
    for press in (
        PausePerson(**ids),
        ResumePerson(**ids),
        LengthenPause(**ids),
        EndPauseAsPlanned(**ids, until=at(27)),
    ):
        toast = await home.ben.press_altered(press.encode(), message=shown)
        assert "As a viewer, you can read" in toast.text
    assert await town.value("SELECT paused_until FROM care_recipients") == at(27)


async def test_resume_brings_back_nothing_that_was_stopped_meanwhile(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await home.anna.send("/pause Aspirin until friday")
    paused = await home.anna.sees("Aspirin is paused")
    await town.change("UPDATE medications SET status = 'stopped', resumes_at = NULL")
    toast = await home.anna.press("Resume", message=paused)
    assert "Somebody has stopped it in the meantime." in toast.text
    assert await town.value("SELECT status FROM medications") == "stopped"


async def test_undo_takes_the_pause_back(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await add_medicine(home.anna, "Metformin 850 mg at 20:00")
    await pause_mum(home.anna)
    await undo(home.anna)
    await home.anna.sees("Undone. It's back to:\nMum: medicines not paused")
    assert await town.value("SELECT count(*) FROM medications WHERE status = 'active'") == 2


async def test_longer_asks_until_when_and_tells_the_others(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    await pause_mum(home.anna)
    town.jump_to(at(26, 18, 59, 58))
    told = await home.anna.sees("The pause of Mum's medicines ends tomorrow")
    await home.ben.sees("The pause of Mum's medicines ends tomorrow")
    await home.anna.press("Pause longer", message=told)
    await home.anna.sees("How long should the pause of Mum's medicines last, counted from today?")
    await home.anna.send("30 November")
    await home.anna.sees("Mum's medicines are paused. They resume on Monday 30 November")
    await home.ben.sees("The pause of Mum's medicines now ends on Monday 30 November 2026.")


async def test_a_course_is_lengthened_only_when_it_is_said(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Amoxicillin 500 mg at 08:00 until 27 November")
    await pause_mum(home.anna, "Mum until thursday")
    question = await home.anna.sees("Add the 3 paused days at the end?")
    assert "last day 27 November 2026" in question.text
    assert question.labels == ("✅ Yes, last day 30 November 2026", "No, keep 27 November")
    ends = "SELECT schedule ->> 'ends_on' FROM medications"
    assert await town.value(ends) == "2026-11-27"
    await home.anna.press("Yes", message=question)
    await home.anna.sees("The course of Amoxicillin is longer now")
    assert await town.value(ends) == "2026-11-30"
    await undo(home.anna)
    await home.anna.sees("Undone. It's back to:")
    assert await town.value(ends) == "2026-11-27"


async def test_a_course_that_has_changed_meanwhile_is_asked_about_anew(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Amoxicillin 500 mg at 08:00 until 27 November")
    await pause_mum(home.anna, "Mum until thursday")
    question = await home.anna.sees("Add the 3 paused days at the end?")
    await home.ben.send("/undo")  # nothing of his
    await home.ben.sees("You have nothing to undo")
    await town.change(
        "UPDATE medications SET version = version + 1,"
        " schedule = jsonb_set(schedule, '{ends_on}', '\"2026-11-28\"')"
    )
    await home.anna.press("Yes", message=question)
    again = await home.anna.sees("last day 28 November 2026", after=question)
    assert "✅ Yes, last day 1 December 2026" in again.labels
    assert await town.value("SELECT schedule ->> 'ends_on' FROM medications") == "2026-11-28"


async def test_a_pause_beyond_the_end_of_a_course_promises_nothing(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Amoxicillin 500 mg at 08:00 until 25 November")
    await home.anna.send("/pause Amoxicillin until 30 November")
    paused = await home.anna.sees("Amoxicillin is paused. ")
    assert (
        "Its course ends on 25 November 2026, before the pause does (30 November 2026)"
        in paused.text
    )
    question = await home.anna.sees("Add the 3 paused days at the end?")
    assert "✅ Yes, last day 2 December 2026" in question.labels
    await home.anna.press("No", message=question)
    await home.anna.sees("it still ends on 25 November 2026")
    await home.anna.send("/meds")
    await home.anna.sees("(paused; its course ends before then, on 25 November 2026)")


async def test_a_course_after_a_pause_without_end_is_asked_about_when_it_is_over(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Amoxicillin 500 mg at 08:00 until 27 November")
    await home.anna.send("/pause Amoxicillin until further notice")
    paused = await home.anna.sees("I won't remind you about it until you resume it")
    town.jump_to(at(25, 12))
    await home.anna.press("Resume", message=paused)
    question = await home.anna.sees("Add the 3 paused days at the end?")
    await home.anna.press("Yes, last day 30 November 2026", message=question)
    await home.anna.sees("The course of Amoxicillin is longer now")


async def test_given_while_it_was_paused_it_is_not_asked_for_again(
    home: Household, town: Town
) -> None:
    """Pause at 08:00, given as an extra, resume: the dose of 08:00 is that one."""
    asked = await ask(town, home.anna, home.ben)
    await home.anna.send("/pause Aspirin until further notice")
    paused = await home.anna.sees("Aspirin is paused")
    await home.ben.sees("Paused", after=asked.cards[1])
    await home.ben.send("/give Aspirin")
    await home.ben.press("Given", message=await home.ben.sees("extra"))
    await town.until("SELECT count(*) > 0 FROM doses WHERE status = 'taken'")
    await home.anna.press("Resume", message=paused)
    await home.anna.sees("recorded by Ben", after=asked.cards[0])
    assert await town.value("SELECT count(*) FROM doses WHERE status = 'taken'") == 1
    assert await town.value("SELECT is_scheduled FROM doses WHERE status = 'taken'")
    await home.anna.send("/today")
    today = await home.anna.sees("Today, family")
    assert f"✅ {asked.at} Aspirin" in today.text
    assert today.text.count("Aspirin") == 1


async def test_a_stop_by_mistake_shows_on_the_card_that_it_is_open_again(
    home: Household, town: Town
) -> None:
    asked = await ask(town, home.anna, home.ben)
    await home.anna.send("/meds")
    listed = await home.anna.sees("Medicines, family")
    await home.anna.press("Aspirin", message=listed)
    shown = await home.anna.sees("Last given", after=listed)
    await home.anna.press("⏹ Stop", message=shown)
    stopped = await home.ben.sees("Aspirin 100 mg\nStopped", after=asked.cards[1])
    assert stopped.labels == ()
    await home.anna.press("Restore", message=await home.anna.sees("Stopped: I won't remind"))
    town.jump_by(minutes=1)
    again = await home.ben.sees("I'm asking again", after=asked.cards[1])
    await home.ben.press("Taken", message=again)
    await home.anna.sees("recorded by Ben", after=asked.cards[0])


async def test_somebody_of_another_family_pauses_nothing(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 08:00")
    eve = town.person("Eve")
    await found_family(eve, "Smith")
    shown = await eve.sees("You've created the family")
    [row] = await town.rows(
        "SELECT c.family_id, c.id FROM care_recipients c JOIN medications m"
        " ON m.care_recipient_id = c.id"
    )
    press = PausePerson(family_id=row.family_id, person_id=row.id)
    toast = await eve.press_altered(press.encode(), message=shown)
    assert "no longer there" in toast.text


async def test_what_is_open_is_said_where_it_goes_on(home: Household, town: Town) -> None:
    asked = await ask(town, home.anna, home.ben)
    await pause_mum(home.anna)
    await home.anna.press(
        "Resume Mum's medicines", message=await home.anna.sees("Mum's medicines are paused")
    )
    resumed = await home.anna.sees("The pause of Mum's medicines is over.")
    assert (
        f"• Aspirin 100 mg. Not recorded yet: today {asked.at}. Next: tomorrow {asked.at}"
        in resumed.text
    )
    await home.ben.send("/meds")
    await home.ben.press("Aspirin", message=await home.ben.sees("Medicines, family"))
    await home.ben.press("⏹ Stop", message=await home.ben.sees("Last given"))
    await home.ben.sees("⏹ Stopped")
    await undo(home.ben)
    undone = await home.ben.sees("Undone. It's back to:")
    assert f"Not recorded yet: today {asked.at}" in undone.text


async def test_under_a_pause_that_another_has_ended_undo_says_who(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 12:00")
    await pause_mum(home.ben)
    paused = await home.ben.sees("Mum's medicines are paused")
    await home.anna.send("/pause Mum")
    await home.anna.press("End the pause now", message=await home.anna.sees("already paused"))
    await home.anna.sees("The pause of Mum's medicines is over.")
    toast = await home.ben.press("Undo", message=paused)
    assert toast.text.startswith("Anna has since resumed Mum's medicines. I haven't undone")
    await home.ben.send("/pause Aspirin until friday")
    paused = await home.ben.sees("Aspirin is paused")
    await home.anna.send("/pause Aspirin")
    await home.anna.press("End the pause now", message=await home.anna.sees("already paused"))
    await home.anna.sees("▶️ Resumed:")
    toast = await home.ben.press("Undo", message=paused)
    assert toast.text.startswith("Anna has since resumed Aspirin. I haven't undone anything.")


async def test_undo_under_a_pause_that_stands_is_undo(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 12:00")
    await pause_mum(home.ben)
    await home.ben.press("Undo", message=await home.ben.sees("Mum's medicines are paused"))
    named = await home.ben.sees("Just now, you paused all of Mum's medicines.")
    assert "\n⏸ Medicines paused, resuming on Friday 27 November" in named.text


async def test_as_needed_is_paused_but_was_never_asked_for(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 12:00")
    await add_medicine(home.anna, "Para 500 mg as needed, 4 hours apart, max 4")
    await pause_mum(home.anna)
    paused = await home.anna.sees("Mum's medicines are paused")
    assert "I won't remind you about:\n• Aspirin 100 mg\nAlso paused (as needed): Para" in (
        paused.text
    )


async def test_a_pause_until_the_same_day_is_said_and_not_asked(home: Household) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 12:00")
    await pause_mum(home.anna)
    await home.ben.send("/pause Mum until friday")
    question = await home.ben.sees("already paused")
    assert question.text == "⏸ Mum's medicines are already paused, resuming on Friday 27 November."
    await home.ben.press("Change the end", message=question)
    await home.ben.sees("How long should the pause of Mum's medicines last, counted from today?")


async def test_a_medicine_paused_with_its_person_says_whose_pause_it_is(home: Household) -> None:
    """Not "with all other medicines": one of them was resumed."""
    await add_medicine(home.anna, "Aspirin 100 mg at 12:00")
    await add_medicine(home.anna, "Metformin 850 mg at 12:00")
    await pause_mum(home.anna)
    await home.anna.send("/pause Metformin")
    await home.anna.press("End the pause now", message=await home.anna.sees("already paused"))
    await home.anna.sees("▶️ Resumed:")
    await home.ben.send("/pause Aspirin")
    question = await home.ben.sees("already paused")
    assert question.text == (
        "⏸ Aspirin is already paused with all of Mum's medicines, resuming on Friday 27 November."
    )
