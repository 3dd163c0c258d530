"""Telegram's text: strict HTML, entities with UTF-16 offsets, and automatic links.

The parser follows Telegram's own (``parse_html`` in TDLib) step by step, errors included: a message
that fails there must fail here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.sandbox.errors import ApiError, Json, bad_request

MAX_TEXT = 4096
MAX_CAPTION = 1024
"""UTF-16 units after parsing."""

_KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "tg-time": "date_time",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}

_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot));?")
_SPACE = " \t\r\n\v\f"


@dataclass(frozen=True, slots=True)
class FormattedText:
    """Text as people see it, with entities as the Bot API returns them."""

    text: str
    entities: list[Json]


@dataclass(slots=True)
class _OpenTag:
    name: str
    argument: str
    # Its start in the result, in UTF-16 units.
    offset: int
    format: str = ""


def utf16_length(text: str) -> int:
    # Only characters beyond the basic plane take two units, and most texts have none.
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def format_text(
    text: str, *, parse_mode: str, entities: Sequence[Json] | None, limit: int = MAX_TEXT
) -> FormattedText:
    """A bot's text as Telegram formats it. Raises 400 in Telegram's words.

    HTML is the only parse mode here; an empty one means plain text.
    """
    if parse_mode.lower() == "html":
        formatted = parse_html(_clean(text))
    elif parse_mode:
        raise bad_request(f"unsupported parse_mode: the sandbox speaks HTML only, not {parse_mode}")
    else:
        formatted = FormattedText(_clean(text), [dict(entity) for entity in entities or ()])
    formatted = _trim(formatted)
    if utf16_length(formatted.text) > limit:
        raise bad_request(
            "message is too long" if limit == MAX_TEXT else "message caption is too long"
        )
    found = find_entities(formatted.text, beside=formatted.entities)
    return FormattedText(formatted.text, _in_order([*formatted.entities, *found]))


def typed_text(text: str) -> FormattedText:
    """A person's text as the bot receives it: trimmed, with commands and links marked."""
    cleaned = _clean(text).strip()
    return FormattedText(cleaned, find_entities(cleaned, beside=()))


def _clean(text: str) -> str:
    """Drop what Telegram drops: directional overrides, separators, lone surrogates, control
    characters.
    """
    if text.isascii() and text.isprintable():
        return text
    text = re.sub("[\r\u2028-\u202e\ud800-\udfff]", "", text)
    return re.sub("[\x00-\x08\x0b-\x1f]", " ", text)


def _trim(formatted: FormattedText) -> FormattedText:
    text = formatted.text.rstrip()
    leading = len(text) - len(text.lstrip())
    if text == formatted.text and not leading:
        return formatted
    text = text[leading:]
    length = utf16_length(text)
    kept = []
    for entity in formatted.entities:
        begin = max(0, entity["offset"] - leading)
        end = min(length, entity["offset"] + entity["length"] - leading)
        if begin < end:
            kept.append({**entity, "offset": begin, "length": end - begin})
    return FormattedText(text, kept)


def _in_order(entities: Iterable[Json]) -> list[Json]:
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def parse_html(source: str) -> FormattedText:
    """Parse Telegram's HTML. Raises 400 ("can't parse entities: …")."""
    return _HtmlParser(source).parse()


class _HtmlParser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.result: list[str] = []
        self.length = 0
        self.open: list[_OpenTag] = []
        self.entities: list[Json] = []

    def parse(self) -> FormattedText:
        source = self.source
        while self.at < len(source):
            character = source[self.at]
            if character == "<":
                if source.startswith("/", self.at + 1):
                    self._end_tag()
                else:
                    self._start_tag()
            elif character == "&":
                self._add(self._reference())
            else:
                self._add(self._take_until("<&"))
        if self.open:
            name = self.open[-1].name
            raise self._error(f'Can\'t find end tag corresponding to start tag "{name}"')
        for entity in self.entities:
            if entity["type"] == "code":
                # Only a block has a language; code that wasn't merged into a block loses it.
                entity.pop("language", None)
        return FormattedText("".join(self.result), _in_order(self.entities))

    def _add(self, text: str) -> None:
        self.result.append(text)
        self.length += utf16_length(text)

    def _error(self, reason: str, at: int | None = None) -> ApiError:
        if at is not None:
            reason += f" at byte offset {len(self.source[:at].encode())}"
        return bad_request(f"can't parse entities: {reason}")

    def _peek(self) -> str:
        """The next character, or "" at the end."""
        return self.source[self.at : self.at + 1]

    def _skip_space(self) -> None:
        while self._peek() and self._peek() in _SPACE:
            self.at += 1

    def _take_until(self, stops: str) -> str:
        found = re.compile(f"[{re.escape(stops)}]").search(self.source, self.at)
        begin, self.at = self.at, found.start() if found else len(self.source)
        return self.source[begin : self.at]

    def _reference(self) -> str:
        """One ``&…;``; anything else stays as typed."""
        found = _REFERENCE.match(self.source, self.at)
        if found is None:
            self.at += 1
            return "&"
        hexadecimal, decimal, name = found.groups()
        if name:
            self.at = found.end()
            return _NAMED[name]
        code = int(hexadecimal, 16) if hexadecimal else int(decimal)
        if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
            self.at += 1
            return "&"
        self.at = found.end()
        return chr(code)

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        name = self._take_until(_SPACE + ">").lower()
        if not self._peek():
            raise self._error("Unclosed start tag", begin)
        if name not in _KINDS:
            raise self._error(f'Unsupported start tag "{name}"', begin)
        argument = format_ = ""
        while True:
            self._skip_space()
            if self._peek() == ">":
                break
            attribute, value = self._attribute(name, begin)
            if attribute == "format":
                format_ = value
            else:
                argument = value or argument
        if name == "span" and argument != "spoiler":
            raise self._error('Tag "span" must have class "tg-spoiler"', begin)
        if name == "tg-time" and not _is_date_time(argument, format_):
            raise self._error("Invalid date-time", begin)
        self.at += 1
        self.open.append(_OpenTag(name, argument, self.length, format_))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        """Read one attribute; returns its name, and its meaning for *tag* or ""."""
        name = self._take_until(_SPACE + "=>/\"'").lower()
        if not name:
            raise self._error(f'Empty attribute name in the tag "{tag}"', begin)
        self._skip_space()
        if self._peek() != "=":
            if not self._peek():
                raise self._error(f'Unclosed start tag "{tag}"', begin)
            return name, "expandable" if (tag, name) == ("blockquote", "expandable") else ""
        self.at += 1
        self._skip_space()
        if not self._peek():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        value = self._attribute_value()
        if not self._peek():
            raise self._error(f'Unclosed start tag "{tag}"', begin)
        return name, _meaning(tag, name, value)

    def _attribute_value(self) -> str:
        quote = self._peek()
        if quote not in {'"', "'"}:
            begin = self.at
            while self._peek() and (self._peek().isalnum() or self._peek() in ".-"):
                self.at += 1
            value = self.source[begin : self.at].lower()
            if self._peek() and self._peek() not in _SPACE + ">":
                raise self._error("Unexpected end of name token", begin)
            return value
        self.at += 1
        parts = []
        while self._peek() and self._peek() != quote:
            if self._peek() == "&":
                parts.append(self._reference())
            else:
                parts.append(self._take_until(quote + "&"))
        self.at += 1
        return "".join(parts)

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise self._error("Unexpected end tag", begin)
        self.at += 2
        name = self._take_until(_SPACE + ">").lower()
        self._skip_space()
        if self._peek() != ">":
            raise self._error("Unclosed end tag", begin)
        self.at += 1
        tag = self.open.pop()
        if name and name != tag.name:
            offset = len(self.source[:begin].encode())
            raise self._error(
                f"Unmatched end tag at byte offset {offset}, "
                f'expected "</{tag.name}>", found "</{name}>"'
            )
        if self.length > tag.offset:
            self._close(tag)

    def _close(self, tag: _OpenTag) -> None:
        entity: Json = {
            "type": _KINDS[tag.name],
            "offset": tag.offset,
            "length": self.length - tag.offset,
        }
        if tag.name == "a":
            url = tag.argument or "".join(self.result)
            if not re.match(r"(https?|tg|ton|mailto|tel):", url) and "." not in url:
                # Telegram keeps the text and drops a link without a target.
                return
            entity["url"] = url if ":" in url else f"http://{url}/"
        elif tag.name == "pre":
            inner = self.entities[-1] if self.entities else None
            if inner and inner["type"] == "code" and _same_place(inner, entity):
                # <pre><code class="language-…"> is one block with a language.
                self.entities.pop()
                if "language" in inner:
                    entity["language"] = inner["language"]
        elif tag.name == "code" and tag.argument and self.open and self.open[-1].name == "pre":
            entity["language"] = tag.argument
        elif tag.name == "blockquote" and tag.argument:
            entity["type"] = "expandable_blockquote"
        elif tag.name == "tg-emoji":
            entity["custom_emoji_id"] = tag.argument
        elif tag.name == "tg-time":
            entity["unix_time"] = int(tag.argument)
            if tag.format:
                entity["date_time_format"] = tag.format
        self.entities.append(entity)


def _meaning(tag: str, name: str, value: str) -> str:
    """What an attribute says of its tag; nothing where it says nothing."""
    if (tag, name) in {
        ("a", "href"),
        ("tg-emoji", "emoji-id"),
        ("tg-time", "unix"),
        ("tg-time", "format"),
    }:
        return value
    if (tag, name) == ("code", "class") and value.startswith("language-"):
        return value.removeprefix("language-")
    if (tag, name) == ("span", "class") and value.startswith("tg-"):
        return value.removeprefix("tg-")
    return "expandable" if (tag, name) == ("blockquote", "expandable") else ""


def _is_date_time(unix: str, format_: str) -> bool:
    return bool(unix.isdecimal() and int(unix) and re.fullmatch(r"r|w?[dD]?[tT]?", format_))


def _same_place(one: Json, other: Json) -> bool:
    return bool(one["offset"] == other["offset"] and one["length"] == other["length"])


_WORDS = re.compile(
    r"(?P<url>\b(?:https?://|tg://)[^\s<>\"]+|\bt\.me/[^\s<>\"]+)"
    r"|(?P<email>\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b)"
    r"|(?P<mention>(?<![\w/@])@[A-Za-z]\w{3,31}\b)"
    r"|(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?(?![\w/]))"
    r"|(?P<phone_number>(?<![\w+])\+\d[\d ()-]{5,18}\d\b)"
    r"|(?P<hashtag>(?<!\w)#[^\W\d]\w*)",
    re.ASCII,
)

_OPAQUE = {"code", "pre", "text_link", "custom_emoji"}


def find_entities(text: str, *, beside: Sequence[Json]) -> list[Json]:
    """Commands, links, addresses and mentions that Telegram marks automatically, outside existing
    entities.
    """
    found: list[Json] = []
    for match in _WORDS.finditer(text):
        kind = str(match.lastgroup)
        word = match.group().rstrip(".,:;!?)'»”") if kind == "url" else match.group()
        entity: Json = {
            "type": kind,
            "offset": utf16_length(text[: match.start()]),
            "length": utf16_length(word),
        }
        if not any(taken["type"] in _OPAQUE and _overlap(taken, entity) for taken in beside):
            found.append(entity)
    return found


def _overlap(one: Json, other: Json) -> bool:
    return bool(
        one["offset"] < other["offset"] + other["length"]
        and other["offset"] < one["offset"] + one["length"]
    )


def split_typed(text: str) -> list[str]:
    """Split a person's long text like their app: into messages of at most 4096 UTF-16 units."""
    cleaned = _clean(text).strip()
    cuts = [0]
    units = 0
    for position, character in enumerate(cleaned):
        size = 2 if ord(character) > 0xFFFF else 1
        if units + size > MAX_TEXT:
            cuts.append(position)
            units = 0
        units += size
    return [cleaned[begin:end] for begin, end in pairwise([*cuts, len(cleaned)]) if begin < end]
