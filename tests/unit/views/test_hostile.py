"""Whatever people are called: each screen is one that Telegram takes, and says what was meant."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.sandbox.bot_api.keyboards import inline_keyboard
from bot.sandbox.formatting import parse_html, utf16_length
from bot.ui.answer import Answer, Button, Screen
from bot.ui.presses.registry import decode
from bot.ui.wording import escape
from tests.unit.views.screens import Words, all_screens

ARABIC = "أسبرين"
HOSTILE = {
    "an open tag": "<b",
    "a tag": "<b>Aspirin</b>",
    "a closed tag": "</b>",
    "an ampersand": "Salt & Co",
    "an escape": "&lt;b&gt; &#60;",
    "quotes": '"Mum\'s" ‘“»',
    "a placeholder": "{person} {0} {} %s %(name)s",
    "an emoji": "👩‍👩‍👧‍👦",
    "right to left": ARABIC,
    "both directions": f"{ARABIC} 100",
    "a command": "/addmed",
    "a link": "https://t.me/someone?start=1",
    "one letter": "x",
    "80 letters": "x" * 80,
    "80 tags": "<" * 80,
    "80 ampersands": "&" * 80,
    "80 emoji": "😀" * 80,
    "80 Arabic letters": "م" * 80,
}
# Without what neither Telegram nor the grammar lets in: controls and half characters.
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80).filter(
    str.strip
)


def screens_of(shown: Answer | Screen) -> Iterator[Screen]:
    if isinstance(shown, Screen):
        yield shown
    else:
        yield from shown.send
        if shown.edit is not None:
            yield shown.edit


def assert_telegram_takes(name: str, shown: Answer | Screen) -> None:
    for screen in screens_of(shown):
        text = parse_html(screen.text).text
        assert text.strip(), name
        assert utf16_length(text) <= 4096, name
        markup = [[_as_telegram(button) for button in row] for row in screen.keyboard]
        assert all(markup)
        inline_keyboard({"inline_keyboard": markup})
    if isinstance(shown, Answer) and shown.toast is not None:
        assert 0 < utf16_length(shown.toast) <= 200, name


def _as_telegram(button: Button) -> dict[str, str]:
    assert button.data is not None
    decode(button.data)
    return {"text": button.label, "callback_data": button.data}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_telegram_takes_every_screen_with_such_names(words: str) -> None:
    for name, screen in all_screens(Words.all_the_same(words)).items():
        assert_telegram_takes(name, screen())


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(st.builds(Words, *[NAMES] * 8, others=st.tuples(*[st.tuples(NAMES, NAMES)] * 2)))
def test_telegram_takes_every_screen_with_any_names(words: Words) -> None:
    for name, screen in all_screens(words).items():
        assert_telegram_takes(name, screen())


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE.keys())
def test_people_read_what_was_typed(words: str) -> None:
    screens = all_screens(Words(person=words, medicine=words, dosage=words, family=words))
    for name in ("card_one", "today_one_person", "addmed_saved", "addmed_confirm", "family"):
        for screen in screens_of(screens[name]()):
            assert words in parse_html(screen.text).text


@pytest.mark.parametrize("name", ["press_taken", "press_taken_second", "press_undo"])
def test_toasts_are_plain_text(name: str) -> None:
    answer = all_screens(Words(medicine="<b & Co"))[name]()
    assert isinstance(answer, Answer)
    assert "<b & Co" in (answer.toast or "")


@pytest.mark.parametrize("words", ["Aspirin", "1½ 12:00", "Ærø 🙂", "アスピリン"])
def test_words_written_from_left_to_right_stay_as_they_are(words: str) -> None:
    assert escape(words) == words


@pytest.mark.parametrize("words", [ARABIC, f"Aspirin {ARABIC}", "אספירין", "٣"])
def test_an_amount_stays_beside_its_unit_after_a_name_from_right_to_left(words: str) -> None:
    card = all_screens(Words(medicine=words))["card_one"]()
    [screen] = screens_of(card)
    assert f"• \u2068{words}\u2069 100 mg" in screen.text
