"""One part of a medicine in place of another, as it is typed about a draft or a saved one."""

import pytest

from bot.features.medicines.flows.content.content_changes import in_words
from bot.grammar.problems import Misunderstood
from tests.unit.medicines.test_changes_of_drafts import changed, draft

THREE = "Amoxicillin 500 mg 8am 2pm 6pm for 7 days"


@pytest.mark.parametrize(
    ("line", "words", "then"),
    [
        (THREE, "10pm instead of 6pm", "every day at 08:00, 14:00 and 22:00"),
        (THREE, "5pm not 6pm", "every day at 08:00, 14:00 and 17:00"),
        (THREE, "change 6pm to 5pm", "every day at 08:00, 14:00 and 17:00"),
        (THREE, "no 2pm dose", "every day at 08:00 and 18:00"),
        ("Omeprazole 20 mg at 8am", "7.30 instead of 8", "every day at 07:30"),
        ("Omeprazole 20 mg 8am 8pm", "make the evening one 9pm", "every day at 08:00 and 21:00"),
        ("Omeprazole 20 mg 8am 8pm", "the second one at 9pm", "every day at 08:00 and 21:00"),
        ("Warfarin 5 mg mon and 2.5 mg tue at 6pm", "7pm instead of 6pm", "5 mg at 19:00"),
        ("Levothyroxine 75 mcg 1 tab at 8am", "88 mcg instead of 75", "88 mcg 1 tab"),
        ("Flonase 2 sprays at 8am", "1 spray, not 2", "1 spray"),
        ("Melatonin 1 mg at 9pm", "5 mg not 1 mg", "5 mg"),
        ("Insulin 10 units 8am and 12 units 6pm", "14 instead of 12", "14 units at 18:00"),
        ("Insulin 10 units 8am and 12 units 6pm", "make 6pm 14 units", "14 units at 18:00"),
        ("Methotrexate 10 mg fridays 9am", "not on fridays, mondays", "every Monday at 09:00"),
        ("Allopurinol 100 mg at 9am for 4 weeks", "2 weeks instead of 4", "last day 6 December"),
        ("Paracetamol 500 mg 1 tab 8am 9pm", "2 tabs at 9pm too", "2 tabs at 21:00"),
    ],
)
def test_what_stands_for_another_part_takes_its_place(line: str, words: str, then: str) -> None:
    assert then in in_words(changed(line, words), draft(line).zone)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Omeprazole 20 mg 8am 8pm", "9 instead of 8"),  # in the morning or in the evening?
        ("Apixaban 5 mg 8am 8pm", "2 instead of 1"),  # neither an amount nor a time so far
        ("Insulin 10 units 8am and 12 units 6pm", "no 6pm dose"),  # and the amounts?
        ("Aspirin 75 mg at 8am", "9pm instead of 7pm"),
        ("Allopurinol 100 mg at 9am for 4 weeks", "2 weeks instead of 3"),
    ],
)
def test_what_is_no_part_of_it_changes_nothing(line: str, words: str) -> None:
    with pytest.raises(Misunderstood):
        changed(line, words)


@pytest.mark.parametrize(
    ("line", "words", "dosage"),
    [
        ("Metformin 500 mg 2 tablets 8am", "it's 850 mg", "850 mg 2 tablets"),
        ("Metformin 500 mg 2 tablets 8am", "the tablets are 850 mg", "850 mg 2 tablets"),
        ("Metformin 500 mg 2 tablets 8am", "850 mg 3 tablets", "850 mg 3 tablets"),
        ("Amoxicillin 250mg/5ml 10 ml 8am", "125mg/5ml", "125 mg/5 ml 10 ml"),
        ("Amoxicillin 250mg/5ml 10 ml 8am", "7.5 ml", "250 mg/5 ml, 7.5 ml"),
        ("Salbutamol 100mcg inhaler 2 puffs 8am", "200 mcg", "200 mcg inhaler, 2 puffs"),
        ("Estradot 50 mcg patch mon 8am", "25 mcg", "25 mcg patch"),
        ("Fentanyl 25 microgram/hr patch mon 8am", "12 micrograms", "12 micrograms/hr patch"),
    ],
)
def test_another_strength_leaves_what_is_given_of_it(line: str, words: str, dosage: str) -> None:
    assert changed(line, words).dosage.words == dosage


def test_a_strength_or_how_much_is_given_is_asked() -> None:
    with pytest.raises(Misunderstood):
        changed("Amoxicillin 250mg/5ml 10 ml 8am", "125 mg")
