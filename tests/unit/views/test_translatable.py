"""Every sentence can be translated: collected as `make messages` does, and put where it is said."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo

import bot
from bot.features.family.views.start import command_menu
from bot.features.medicines.views.content.new_medicines import part_labels, schedule_presets
from bot.sandbox.formatting import parse_html
from bot.ui.answer import Answer, Screen
from bot.ui.wording import DOMAIN, _, ngettext, speaking
from tests.unit.views.screens import Words, all_screens

BOT = Path(bot.__file__).parent
# Names without letters: what has some and stands outside of the brackets was said in English.
LETTERLESS = Words.all_the_same("★ 1")
UNTRANSLATED = re.compile(
    r"/addmed Aspirin 100 mg at 08:00 and 20:00"  # what is typed is English in every language
    r"|/addappt Cardiologist tomorrow 14:30 with Dr Weber"
    r"|every 8 hours from 06:00|as needed, max 4 a day|at 07:45"
    r"|/today|½|London, (United Kingdom|Canada)"  # and so are the names of places
    r"|\(Portugal\)|\(Britain \(UK\)\)"
)
Sentence = tuple[str, ...]
"""A sentence of a catalogue: singular and, where there is one, plural."""

GREEK = "el"  # what CLDR says in it (days, months, "and") is not taken for English
LATIN_LETTER = re.compile(r"[^\W\d_\u0370-\u03FF\u1F00-\u1FFF]")


def collected() -> list[Sentence]:
    return [
        message if isinstance(message, tuple) else (message,)
        for _file, _line, message, _comments, _context in extract_from_dir(BOT)
    ]


@pytest.fixture(scope="module")
def brackets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Catalogues of a Greek that says every sentence as in English, in brackets."""
    catalogue = Catalog()
    for sentence in collected():
        bracketed = tuple(f"⟦{words}⟧" for words in sentence)
        if len(sentence) == 1:
            catalogue.add(sentence[0], bracketed[0])
        else:
            catalogue.add(sentence, bracketed)
    return _compiled(catalogue, tmp_path_factory.mktemp("locales"), GREEK)


def _compiled(catalogue: Catalog, locales: Path, language: str) -> Path:
    folder = locales / language / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / f"{DOMAIN}.mo").open("wb") as file:
        write_mo(file, catalogue)
    return locales


def said(shown: Answer | Screen) -> Iterator[str]:
    """Each text of a screen or an answer, and each label."""
    if isinstance(shown, Answer):
        yield shown.toast or ""
    for screen in _screens(shown):
        yield parse_html(screen.text).text
        yield from (button.label for row in screen.keyboard for button in row)


def _screens(shown: Answer | Screen) -> Iterator[Screen]:
    if isinstance(shown, Screen):
        yield shown
        return
    yield from shown.send
    if shown.edit is not None:
        yield shown.edit


def outside_of_brackets(text: str) -> str:
    text = UNTRANSLATED.sub("", text)
    while "⟦" in text:
        inner = re.sub(r"⟦[^⟦⟧]*⟧", "", text)
        assert inner != text, "a bracket without its partner: a sentence was cut into pieces"
        text = inner
    return text


@pytest.mark.parametrize("name", all_screens(LETTERLESS))
def test_every_sentence_of_a_screen_is_translated(name: str, brackets: Path) -> None:
    with speaking(GREEK, locales=brackets):
        texts = list(said(all_screens(LETTERLESS)[name]()))
    for text in texts:
        assert not LATIN_LETTER.search(outside_of_brackets(text)), text


def test_the_menus_are_translated(brackets: Path) -> None:
    with speaking(GREEK, locales=brackets):
        words = [description for _command, description in command_menu()]
        words += [*part_labels().values(), *schedule_presets().values()]
    assert [text for text in words if not text.startswith("⟦")] == []


def calls() -> Iterator[tuple[str, ast.Call]]:
    for file in sorted(BOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id="_" | "ngettext")):
                    yield f"{file.name}:{node.lineno}", node


def test_sentences_are_constants() -> None:
    """A sentence that is put together before it is looked up is in no catalogue."""
    for place, call in calls():
        sentences = call.args[: 2 if isinstance(call.func, ast.Name) and call.func.id != "_" else 1]
        for sentence in sentences:
            assert isinstance(sentence, ast.Constant), place
            assert isinstance(sentence.value, str), place


def test_all_sentences_are_collected() -> None:
    known = {words for sentence in collected() for words in sentence}
    for place, call in calls():
        [first, *_rest] = call.args
        assert isinstance(first, ast.Constant)
        assert first.value in known, place


@pytest.mark.parametrize("sentence", collected(), ids=lambda sentence: sentence[0][:40])
def test_places_in_sentences_have_names(sentence: Sentence) -> None:
    """A translator moves them about; and singular and plural fill the same ones."""
    places = [
        {name for _text, name, _format, _conversion in Formatter().parse(words) if name is not None}
        for words in sentence
    ]
    assert all(name.isidentifier() for names in places for name in names)
    assert all(names == places[0] for names in places)


@pytest.mark.parametrize(
    ("language", "spoken"),
    [
        ("pt-br", "Brazil"),
        ("pt-BR", "Brazil"),
        ("pt_BR", "Brazil"),
        ("PT", "Portugal"),
        ("pt-pt", "Portugal"),
        ("pt", "Portugal"),
        ("zh-hant", "Taiwan"),
        ("zh-hant-tw", "Taiwan"),
        ("zh-hans", "Yes"),
        ("en", "Yes"),
        ("de", "Yes"),
        ("tlh", "Yes"),
        (None, "Yes"),
        ("", "Yes"),
        ("c", "Yes"),
        ("p", "Yes"),
        ("pt-", "Yes"),
        ("português", "Yes"),
        ("../pt", "Yes"),
        ("../../etc", "Yes"),
        ("/etc/passwd", "Yes"),
        ("pt/../pt", "Yes"),
        ("pt\0", "Yes"),
        ("pt\n", "Yes"),
        ("\ud800", "Yes"),
        ("pt" * 5_000, "Yes"),
    ],
)
def test_the_nearest_language_is_spoken_and_english_where_there_is_none(
    language: str | None, spoken: str, tmp_path: Path
) -> None:
    for locale, words in (("pt", "Portugal"), ("pt_BR", "Brazil"), ("zh_Hant", "Taiwan")):
        catalogue = Catalog()
        catalogue.add("Yes", words)
        _compiled(catalogue, tmp_path, locale)
    with speaking(language, locales=tmp_path):
        assert _("Yes") == spoken


def test_a_language_outside_of_its_folder_is_not_spoken(tmp_path: Path) -> None:
    catalogue = Catalog()
    catalogue.add("Yes", "Trapped")
    _compiled(catalogue, tmp_path, "secret")
    (tmp_path / "locales").mkdir()
    with speaking("../secret", locales=tmp_path / "locales"):
        assert _("Yes") == "Yes"


def test_languages_do_not_mix(brackets: Path) -> None:
    with speaking(GREEK, locales=brackets):
        with speaking("en"):
            assert _("admin") == "admin"
        assert _("admin") == "⟦admin⟧"
    assert _("admin") == "admin"


def test_plurals_follow_the_language(tmp_path: Path) -> None:
    """Russian has three forms, and 21 is said like 1."""
    catalogue = Catalog("ru")
    catalogue.add(
        ("{count} dose", "{count} doses"), ("{count} доза", "{count} дозы", "{count} доз")
    )
    _compiled(catalogue, tmp_path, "ru")
    with speaking("ru-ru", locales=tmp_path):
        forms = [
            ngettext("{count} dose", "{count} doses", n).format(count=n) for n in (1, 2, 5, 21)
        ]
    assert forms == ["1 доза", "2 дозы", "5 доз", "21 доза"]
