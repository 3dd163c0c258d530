"""Every screen as people see it, beside the file that it has to look like.

After a change of words, write the files anew, and read what has changed:

    UPDATE_GOLDEN=1 .venv/bin/pytest tests/unit/views/test_golden.py; git diff tests/unit/views
"""

import inspect
import os
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import bot
from bot.ui.answer import Answer, Button, Screen
from bot.ui.presses.appointments import CallOff
from bot.ui.presses.conversation import Choose
from bot.ui.presses.doses import (
    CloseMenu,
    OpenMenu,
    ShowRecord,
    Skip,
    Snooze,
    Take,
    TakeAll,
    TakeAllInSummary,
    TakeAmount,
    TakeAsWell,
    TakeExactly,
    UndoOnCard,
    UndoRecord,
)
from bot.ui.presses.family import SwitchFamily
from bot.ui.presses.medicines import UndoMedicine
from bot.ui.presses.overview import Keep, TakeToday, UndoAction, UndoNamed
from bot.ui.presses.press import Press
from bot.ui.presses.registry import decode
from bot.ui.presses.subjects import OfDose
from bot.ui.wording import speaking
from tests.unit.views.screens import Words, all_screens, screens_by_area

GOLDEN = Path(__file__).parent / "golden"
SCREENS = all_screens(Words())
FILES = {
    name: GOLDEN / area / f"{name}.txt"
    for area, screens in screens_by_area(Words()).items()
    for name in screens
}
BUILDING_BLOCKS = "bot.ui.answer"
_IS_OF_VIEWS = re.compile(r"bot\.(ui|conversation\.views|features\.\w+\.views)\b")


def drawn(shown: Answer | Screen) -> str:
    """Text as it is sent, then each row of buttons on a line of its own."""
    if isinstance(shown, Screen):
        rows = ["".join(f"[{button.label}]" for button in row) for row in shown.keyboard]
        return "\n".join([shown.text, *rows])
    parts = []
    if shown.toast is not None:
        parts.append(f"({'alert' if shown.alert else 'toast'}) {shown.toast}")
    if shown.closes:
        parts.append("(the buttons of the question go away)")
    if shown.edit is not None:
        parts.append("(in the place of the message)\n" + drawn(shown.edit))
    parts += map(drawn, shown.send)
    return "\n\n".join(parts)


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_looks_as_it_was_agreed(name: str) -> None:
    with speaking("en"):
        seen = drawn(SCREENS[name]()) + "\n"
    file = FILES[name]
    if "UPDATE_GOLDEN" in os.environ:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(seen, encoding="utf-8")
    assert seen == file.read_text(encoding="utf-8")


def test_no_file_is_left_of_a_screen_that_is_gone() -> None:
    assert {file for file in GOLDEN.rglob("*") if file.is_file()} == set(FILES.values())


def views() -> Iterator[object]:
    """The public functions of views that make a screen or an answer."""
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if not _IS_OF_VIEWS.match(module.name) or module.name == BUILDING_BLOCKS:
            continue
        for name, function in inspect.getmembers(import_module(module.name), inspect.isfunction):
            is_ours = function.__module__ == module.name and not name.startswith("_")
            if is_ours and inspect.signature(function).return_annotation in (Answer, Screen):
                yield function


def test_labels_have_the_words_that_people_script_against() -> None:
    labels = [button.label for button, _ in buttons()]
    for word in ("Taken", "Skip", "Snooze", "All taken", "Undo", "Save", "Change", "Cancel"):
        assert any(word in label for label in labels), word


@pytest.mark.parametrize(
    ("word", "kinds"),
    [
        (
            "Taken",
            {
                *(Take, TakeAll, TakeToday, TakeExactly, TakeAmount, TakeAsWell),
                *(TakeAllInSummary, Choose),
            },
        ),
        ("All taken", {TakeAll, TakeAllInSummary}),
        ("⏭ Skip", {Skip}),
        ("✓ Skipped", {ShowRecord}),
        ("Snooze", {Snooze}),
        (
            "Undo",
            {
                UndoRecord,
                UndoOnCard,
                UndoMedicine,
                UndoAction,
                UndoNamed,
                Choose,
            },
        ),
        ("Switch to", {SwitchFamily}),
        ("Call it off", {CallOff}),
        ("Cancel", {Choose, Keep}),
        ("⋯ More", {OpenMenu}),
        ("◀ Back", {CloseMenu}),
    ],
)
def test_a_button_does_what_it_says(word: str, kinds: set[type[Press]]) -> None:
    assert {type(press) for button, press in buttons() if word in button.label} == kinds


@pytest.mark.parametrize("name", SCREENS)
def test_markup_is_never_read_as_words(name: str) -> None:
    with speaking("en"):
        seen = SCREENS[name]()
    screens = [seen] if isinstance(seen, Screen) else [*seen.send, *filter(None, [seen.edit])]
    assert not [screen.text for screen in screens if "&lt;tg-time" in screen.text]
    labels = [button.label for screen in screens for row in screen.keyboard for button in row]
    toast = None if isinstance(seen, Screen) else seen.toast
    assert not [words for words in (*labels, toast or "") if "<tg-time" in words]


def test_a_button_is_a_word_or_a_number() -> None:
    """Nobody has to guess what a sign alone would do; a blank day of a calendar does nothing."""
    with speaking("en"):
        labels = {button.label for button, _ in buttons()}
    assert not [label for label in labels if not any(letter.isalnum() for letter in label)]


def test_only_questions_are_cancelled() -> None:
    """An appointment is called off."""
    with speaking("en"):
        said = {name: drawn(render()) for name, render in SCREENS.items()}
    of_questions = ("[✖️ Cancel]", "/cancel")
    for words in of_questions:
        said = {name: text.replace(words, "") for name, text in said.items()}
    found = {name for name, text in said.items() if "cancel" in text.lower()}
    assert found == {"conversation_cancelled", "conversation_nothing_to_cancel"}


def test_a_button_of_a_dose_says_which_one() -> None:
    """The row of a medicine records that medicine, whatever stands above and below."""
    with speaking("en"):
        screen = SCREENS["card_three_missed_not_asked_taken"]()
    assert isinstance(screen, Screen)
    _all_taken, *medicines = screen.keyboard
    rows = []
    for row in medicines:
        presses = [decode(button.data or "") for button in row]
        rows.append({press.dose_id for press in presses if isinstance(press, OfDose)})
        assert all(isinstance(press, OfDose) for press in presses)
    assert [len(subjects) for subjects in rows] == [1, 1, 1]
    assert len(set.union(*rows)) == 3


@pytest.mark.parametrize(
    ("before", "after"), [("card_one", "card_one_taken"), ("card_two", "card_two_one_taken")]
)
def test_a_second_tap_in_the_same_spot_neither_undoes_nor_records(before: str, after: str) -> None:
    """A card changes under the finger: what comes up where Taken was must only tell."""
    with speaking("en"):
        first, second = SCREENS[before](), SCREENS[after]()
    assert isinstance(first, Screen)
    assert isinstance(second, Screen)
    assert len(first.keyboard) == len(second.keyboard)
    for row, same_row in zip(first.keyboard, second.keyboard, strict=True):
        tapped, under_the_finger = decode(row[0].data or ""), decode(same_row[0].data or "")
        assert under_the_finger == tapped or isinstance(under_the_finger, ShowRecord)


def buttons() -> Iterator[tuple[Button, Press]]:
    for render in SCREENS.values():
        shown = render()
        screens = [shown] if isinstance(shown, Screen) else [*shown.send]
        if isinstance(shown, Answer) and shown.edit is not None:
            screens.append(shown.edit)
        for button in (b for screen in screens for row in screen.keyboard for b in row):
            yield button, decode(button.data or "")


def test_every_view_is_among_the_screens() -> None:
    shown = {screen.func for screen in SCREENS.values()}
    assert [view for view in views() if view not in shown] == []
