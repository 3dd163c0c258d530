"""Telegram's HTML and what it marks by itself."""

import pytest

from bot.sandbox.errors import ApiError
from bot.sandbox.formatting import (
    find_entities,
    format_text,
    parse_html,
    split_typed,
    typed_text,
    utf16_length,
)


def html(source: str) -> tuple[str, list[tuple[str, int, int]]]:
    parsed = parse_html(source)
    return parsed.text, [(one["type"], one["offset"], one["length"]) for one in parsed.entities]


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>Mum</b>", "Mum", [("bold", 0, 3)]),
        ("<strong>a</strong><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<ins>a</ins><del>b</del>", "ab", [("underline", 0, 1), ("strikethrough", 1, 1)]),
        ("<s>a</s><strike>b</strike>", "ab", [("strikethrough", 0, 1), ("strikethrough", 1, 1)]),
        ("a &lt;b&gt; &amp; &quot;c&quot;", 'a <b> & "c"', []),
        ("&#128138; &#x1F48A;", "💊 💊", []),
        ("salt & pepper &nbsp; &#0;", "salt & pepper &nbsp; &#0;", []),
        ("💊 <b>Aspirin</b>", "💊 Aspirin", [("bold", 3, 7)]),
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<blockquote>q</blockquote>", "q", [("blockquote", 0, 1)]),
        ("<blockquote expandable>q</blockquote>", "q", [("expandable_blockquote", 0, 1)]),
        ('<span class="tg-spoiler">s</span>', "s", [("spoiler", 0, 1)]),
        ("<tg-spoiler>s</tg-spoiler>", "s", [("spoiler", 0, 1)]),
        ("<B>loud</B>", "loud", [("bold", 0, 4)]),
        ("<b></b>nothing", "nothing", []),
        ("<b>closed</>", "closed", [("bold", 0, 6)]),
    ],
)
def test_html_becomes_text_with_utf16_offsets(
    source: str, text: str, entities: list[tuple[str, int, int]]
) -> None:
    assert html(source) == (text, entities)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("Vitamin <b", "Unclosed start tag at byte offset 8"),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("💊<div>x</div>", 'Unsupported start tag "div" at byte offset 4'),
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("closed</b>", "Unexpected end tag at byte offset 6"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a href="http://x.org>x</a>', 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=x:y>x</a>", "Unexpected end of name token at byte offset 8"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ],
)
def test_what_telegram_cannot_parse_is_refused_in_its_words(source: str, reason: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse_html(source)
    assert refused.value.code == 400
    assert refused.value.description == f"Bad Request: can't parse entities: {reason}"


def test_links_behind_words_keep_their_address() -> None:
    parsed = parse_html('<a href="https://t.me/bot?start=a&amp;b=1">join</a>')
    assert parsed.entities == [
        {"type": "text_link", "offset": 0, "length": 4, "url": "https://t.me/bot?start=a&b=1"}
    ]


@pytest.mark.parametrize(
    ("source", "entity"),
    [
        ('<tg-time unix="1647531900">22:45</tg-time>', {"unix_time": 1647531900}),
        (
            '<tg-time unix="1647531900" format="wDT">22:45</tg-time>',
            {"unix_time": 1647531900, "date_time_format": "wDT"},
        ),
    ],
)
def test_a_time_keeps_its_instant(source: str, entity: dict[str, object]) -> None:
    parsed = parse_html(source)
    assert parsed.text == "22:45"
    assert parsed.entities == [{"type": "date_time", "offset": 0, "length": 5, **entity}]


@pytest.mark.parametrize(
    "source",
    [
        "<tg-time>22:45</tg-time>",
        '<tg-time unix="soon">22:45</tg-time>',
        '<tg-time unix="1647531900" format="rT">22:45</tg-time>',
    ],
)
def test_a_time_without_an_instant_or_in_an_unknown_format_is_refused(source: str) -> None:
    with pytest.raises(ApiError, match="can't parse entities"):
        parse_html(source)


def test_a_code_block_knows_its_language() -> None:
    block = parse_html('<pre><code class="language-python">x</code></pre>')
    assert block.entities == [{"type": "pre", "offset": 0, "length": 1, "language": "python"}]


def test_commands_links_and_addresses_are_marked_but_not_inside_code() -> None:
    formatted = format_text(
        "/today https://t.me/bot?start=x. a@b.org @somebody #mum <code>/not</code> 1/2",
        parse_mode="HTML",
        entities=None,
    )
    marked = [
        (one["type"], formatted.text[one["offset"] : one["offset"] + one["length"]])
        for one in formatted.entities
    ]
    assert marked == [
        ("bot_command", "/today"),
        ("url", "https://t.me/bot?start=x"),
        ("email", "a@b.org"),
        ("mention", "@somebody"),
        ("hashtag", "#mum"),
        ("code", "/not"),
    ]


def test_a_command_addressed_to_the_bot_is_one_entity() -> None:
    assert find_entities("/meds@care_bot now", beside=()) == [
        {"type": "bot_command", "offset": 0, "length": 14}
    ]


def test_the_limit_counts_utf16_units_after_parsing() -> None:
    format_text(f"<b>{'a' * 4096}</b>", parse_mode="HTML", entities=None)
    format_text("💊" * 2048, parse_mode="", entities=None)
    for too_long in ("a" * 4097, "💊" * 2049):
        with pytest.raises(ApiError, match="message is too long"):
            format_text(too_long, parse_mode="", entities=None)


def test_space_around_is_trimmed_and_entities_move_along() -> None:
    formatted = format_text("\n  <b>Mum </b>\n", parse_mode="HTML", entities=None)
    assert formatted.text == "Mum"
    assert formatted.entities == [{"type": "bold", "offset": 0, "length": 3}]


def test_other_parse_modes_are_refused() -> None:
    with pytest.raises(ApiError, match="unsupported parse_mode"):
        format_text("*x*", parse_mode="MarkdownV2", entities=None)


def test_typed_text_loses_directional_overrides_and_controls() -> None:
    assert typed_text("  a\u202eb\x07c\r\n ").text == "ab c"


def test_a_long_typed_text_goes_in_several_messages() -> None:
    parts = split_typed("a" * 4095 + "💊" + "b" * 900)
    assert [utf16_length(part) for part in parts] == [4095, 902]
