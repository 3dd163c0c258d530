"""What was removed is seen nowhere but under *Removed*: one of each kind, on every screen."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.sandbox import Message, Person
from tests.end_to_end.appointments.plans import add, calendar_of
from tests.end_to_end.memory.test_removing import open_medicine, remove
from tests.town import Household, Town, add_medicine, add_person

#: Words that only what was removed has.
GONE = ("Zoloft", "Podiatrist", "Quill", "Rosalind")
#: Lists, questions in own words, and names that are typed.
ASKED = (
    *("/meds", "/appts", "/doctors", "/people", "/family", "/today", "/history", "/settings"),
    *("what is due today?", "when is the next appointment?", "which medicines?", "her doctors"),
    *("when is the podiatrist?", "when did she last have zoloft?", "what's Quill's number?"),
    *("how much zoloft is left?", "who takes what?", "what runs out?"),
    *("/give Zoloft", "/refill Zoloft 30", "/pause Rosalind", "/pause Zoloft", "/history Zoloft"),
    *("/history Rosalind", "/addmed Iron 10 mg at 09:00 for Rosalind", "gave Rosalind her pills"),
    *("i gave zoloft", "/addappt Checkup tomorrow 10:00 with Quill", "/undo", "/help"),
)


@pytest_asyncio.fixture
async def after_removal(home: Household, town: Town) -> AsyncIterator[Household]:
    """One of each kind was removed, beside others that are there."""
    await add_medicine(home.anna, "Aspirin 100 mg at 20:00")
    await add_medicine(home.anna, "Zoloft 50 mg at 20:00")
    await add(home.anna, "Dentist friday 10:00")
    visit = await add(home.anna, "Podiatrist friday 12:00")
    await home.anna.send("/adddoctor Dr Quill, podiatry, 020 7946 0018")
    doctor = await home.anna.sees("👩‍⚕️ Dr Quill, for Mum")
    await remove(home.anna, await open_medicine(home.anna, "Zoloft"))
    await remove(home.anna, visit)
    await home.anna.press("Remove", message=doctor)
    await home.anna.sees("Removed.")
    await add_person(home.anna, "Rosalind")
    await add_medicine(home.anna, "Xanax 1 mg at 20:00 for Rosalind")
    await home.anna.send("/people")
    listed = await home.anna.sees("People, family")
    await home.anna.press("Remove: Rosalind", message=listed)
    question = await home.anna.sees("🗑 Remove Rosalind?")
    await home.anna.press("Yes, remove", message=question)
    await home.anna.sees("Rosalind is removed.")
    assert await town.value("SELECT count(*) FROM medications WHERE deleted_at IS NOT NULL") == 2
    yield home


def says(message: Message, person: Person) -> str:
    """All that a message says: its text, its buttons and its file."""
    file = person.download(message).decode() if "document" in message.attachment else ""
    return "\n".join([message.text, *message.labels, file])


async def test_nobody_sees_what_was_removed(after_removal: Household, town: Town) -> None:
    ben = after_removal.ben
    await town.settled()
    for asked in ASKED:
        sent = await ben.send(asked)
        await town.settled()
        answers = [each for each in ben.messages if each.from_bot and each.id > sent.id]
        assert answers, asked
        for answer in answers:
            said = says(answer, ben)
            for name in (*GONE, "Xanax"):
                typed = name.casefold() in asked.casefold()
                # What isn't known is quoted back; nothing of what is known of it may be said.
                details = ("50 mg", "12:00", "7946", "podiatry") if typed else (name,)
                found = [each for each in details if each.casefold() in said.casefold()]
                assert not found, (asked, said)
        await ben.send("/cancel")
        await town.settled()
    everything = "\n".join(says(each, ben) for each in ben.messages if each.from_bot)
    # What is there beside it was seen.
    assert "Aspirin" in everything
    assert "Dentist" in everything


async def test_no_calendar_and_no_digest_has_it(after_removal: Household, town: Town) -> None:
    ben = after_removal.ben
    await ben.send("/appts")
    listed = await ben.sees("Dentist")
    await ben.press("Calendar file", message=listed)
    await town.settled()
    file = next(each for each in reversed(ben.messages) if "document" in each.attachment)
    events = calendar_of(ben, file).walk("VEVENT")
    assert "Dentist" in " ".join(str(event["summary"]) for event in events)
    # What was removed is there only to be taken off a phone that has it.
    gone = [event for event in events if any(name in str(event) for name in GONE)]
    assert all(event["status"] == "CANCELLED" for event in gone)
    await ben.send("/settings")
    shown = await ben.sees("Morning digest")
    await ben.press("Morning digest", message=shown)
    await ben.sees("When should I send you", after=shown)
    await ben.send("07:00")
    await town.settled()
    before = ben.last.id
    town.jump_by(hours=24)
    await town.until("SELECT count(*) > 0 FROM notifications WHERE kind = 'digest'")
    await town.settled()
    later = [each for each in ben.messages if each.from_bot and each.id > before]
    assert later
    for message in later:
        said = says(message, ben)
        # News of the removals themselves name it; nothing else does.
        if "removed" in said or "added" in said:
            continue
        assert not [name for name in (*GONE, "Xanax") if name in said], said
