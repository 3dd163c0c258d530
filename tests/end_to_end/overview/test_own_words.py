"""What is asked without a command is answered from the tables, and nothing is written."""

import pytest

from tests.town import A_DOSE, Household, Town, add_medicine


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("what's due tomorrow?", ["Due tomorrow", "09:00", "Aspirin"]),
        ("whats due this week", ["Due in the next 7 days", "Aspirin"]),
        ("what does mum need next", ["Due next", "Aspirin"]),
        ("did mum take her aspirin?", ["Aspirin, today", "not due until then"]),
        ("who gave her the aspirin yesterday", ["Aspirin, yesterday", "Nothing is recorded"]),
        ("can she have another aspirin", ["I can't say whether", "Last given"]),
        ("what is she on", ["Medicines, family"]),
        ("how many aspirin are left", ["Stock: not counted"]),
        ("who is in the family", ["Ben"]),
        ("catch me up", ["Today, family"]),
        ("undo", ["Undo it?"]),
        ("thank you so much", ["You're welcome"]),
        ("what's the weather like", ["I can't help with that"]),
        ("how much ibuprofen can she take?", ["I can't advise on medicines"]),
        ("I didn't give her the aspirin", ["I haven't recorded anything"]),
        ("ben said she had her aspirin", ["I can't tell whether it was given"]),
    ],
)
async def test_a_sentence_is_answered_and_writes_nothing(
    home: Household, town: Town, said: str, answered: list[str]
) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg at 09:00")
    logs = await town.count("medication_logs"), await town.count("audit_events")
    await home.anna.send(said)
    await town.settled()
    shown = "\n".join(message.text for message in home.anna.messages[-2:])
    for words in answered:
        assert words in shown
    assert (await town.count("medication_logs"), await town.count("audit_events")) == logs


async def test_nothing_recorded_is_no_no_and_says_who_was_asked(
    home: Household, town: Town
) -> None:
    soon = town.minute(ahead=1)
    await A_DOSE.enter(home.anna, soon)
    town.jump_to(soon)
    card = await home.ben.sees(A_DOSE.shown(soon), timeout=20)
    await home.anna.sees(A_DOSE.shown(soon), timeout=20)
    await home.anna.send("did she take her aspirin?")
    await home.anna.sees("nothing is recorded. I asked Ben and you.")
    await home.ben.press("Taken", message=card)
    await town.settled()
    await home.anna.send("has mum had her aspirin")
    await home.anna.sees("recorded by Ben")


async def test_words_of_danger_get_the_number_first_also_of_a_stranger(
    home: Household, town: Town
) -> None:
    await home.anna.send("she fell and can't get up")
    await home.anna.sees("call 999 now")
    stranger = town.person("Cleo")
    await stranger.send("my mother can't breathe")
    await stranger.sees("call your emergency number now")


async def test_words_of_danger_are_no_answer_to_an_open_question(home: Household) -> None:
    anna = home.anna
    await anna.send("/addmed Vitamin D 1 capsule")
    await anna.sees("When is Vitamin D due?")
    await anna.send("she has fallen")
    await anna.sees("If somebody is in danger")
    await anna.sees("When is Vitamin D due?")
    await anna.send("8am and 8pm")
    shown = await anna.sees("I understood:")
    assert "fallen" not in shown.text
    await anna.send("/addmed Nitrolingual 1 spray")
    await anna.sees("When is Nitrolingual due?")
    await anna.send("as needed for chest pain, 4 hours apart, max 3")
    shown = await anna.sees("What it's for: chest pain")
    assert "danger" not in shown.text


async def test_what_somebody_else_wrote_is_no_record(home: Household, town: Town) -> None:
    await add_medicine(home.anna, "Aspirin 100 mg every day at 08:00")
    await home.anna.forward("gave mum her aspirin at 8")
    await home.anna.sees("I can't tell whether it was given")
    assert await town.count("medication_logs") == 0


async def test_a_reply_is_about_the_family_of_what_it_replies_to(
    home: Household, town: Town
) -> None:
    await add_medicine(home.anna, "Para 500 mg as needed")
    await home.anna.send("/meds")
    await home.anna.press("Para", message=await home.anna.sees("Medicines, family"))
    page = await home.anna.sees("💊 Para")
    await home.anna.send("/newfamily Smith")
    await home.anna.sees("You've created the family Smith")
    button = next(label for label in page.labels if "Record" in label or "Give" in label)
    await home.anna.send(button.split(" ", 1)[1], reply_to=page)
    await home.anna.sees("family Mum's helpers")
    await town.change(
        "UPDATE family_members SET left_at = clock_now() WHERE family_id ="
        " (SELECT id FROM families WHERE name = 'Mum''s helpers') AND role = 'admin'"
    )
    await home.anna.send(button.split(" ", 1)[1], reply_to=page)
    await home.anna.sees("That's no longer there")
