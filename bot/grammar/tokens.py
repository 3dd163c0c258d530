"""Splits what people type into words, and makes words comparable.

Phones produce smart quotes, no-break spaces, Arabic digits and invisible direction marks. A token
keeps what was typed (`raw`) beside the form used for matching (`word`), so that names survive as
typed.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

_QUOTES = '"“”„‟«»〝〞＂'
_SEPARATORS = ",;|،؛，、；"

# Embeddings, overrides and isolates would reverse the rest of a card; the others are invisible.
# Joiners stay, since emoji and Persian need them.
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u00ad\ufff9-\ufffb]")
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_COMMAND = re.compile(r"\s*/\w+(@\w+)?(?=\s|$)")
_QUOTED = re.compile(rf"[{_QUOTES}]([^{_QUOTES}]*)[{_QUOTES}]")
_REST_OF_WORD = re.compile(rf"[^\s{_SEPARATORS}]*")
_WITH_COMMAS = re.compile(r"\d++(?:,\d++)++")
_CONTINUES_NUMBER = frozenset(":.,")  # "2,5" is one number; "08:00,20:00" and "8.30,9.30" are two
# Nobody types a ligature that unfolds into a whole phrase (U+FDFA: 18 characters) as a spelling of
# that phrase, and it would make a message many times longer.
_LONGEST_UNFOLDED = 4
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’ʼ′´`＇", "'"),  # apostrophes
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u200e\u200f\u061c"),  # direction marks carry no meaning
        "\u2044": "/",
        "×": "x",
        "٫": ".",
        "٬": "",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a quotation (`raw` is the text inside the quotes) or a comma (`word` is ",")."""

    raw: str
    word: str
    start: int
    end: int
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A text and its tokens; slices of it are as typed."""

    text: str
    tokens: tuple[Token, ...]

    def typed(self, tokens: Sequence[Token]) -> str:
        """What was typed from the first to the last of *tokens*, on one line."""
        if not tokens:
            return ""
        return fold_spaces(self.text[tokens[0].start : tokens[-1].end])


def tokenize(text: str) -> Line:
    """Split *text*; a command at the start (``/addmed@Bot``) is dropped."""
    text = strip_unsafe(text)
    command = _COMMAND.match(text)
    position = command.end() if command else 0
    return Line(text, tuple(map(_to_token, _pieces(text, position))))


def spaced(tokens: Sequence[Token]) -> str:
    """The words of *tokens* as typed, with one space between them; quotes are left out."""
    return " ".join(token.raw for token in tokens).replace(" ,", ",")


def relaid(tokens: Sequence[Token]) -> Line:
    """A line of just these *tokens*, some of which may not be in the text that was typed."""
    text, kept = "", []
    for token in tokens:
        is_comma = token.word == "," and not token.is_quoted
        text += "" if is_comma or not text else " "
        written = f'"{token.raw}"' if token.is_quoted else token.raw
        kept.append(replace(token, start=len(text), end=len(text) + len(written)))
        text += written
    return Line(text, tuple(kept))


def raw_words(text: str) -> Sequence[str]:
    """`raw` of each token of *text*, which has no command: enough to match a known name."""
    return [piece.raw for piece in _pieces(strip_unsafe(text), 0)]


class _Piece(NamedTuple):
    raw: str
    start: int
    end: int
    is_quoted: bool


def _pieces(text: str, position: int) -> Iterator[_Piece]:
    """*text* from *position* on, in a single pass, since the input is arbitrary."""
    no_number_before = 0
    while position < len(text):
        first = text[position]
        if first.isspace():
            position += 1
            continue
        start = position
        if first in _QUOTES and (quoted := _QUOTED.match(text, start)):
            yield _Piece(fold_spaces(quoted[1]), start, quoted.end(), is_quoted=True)
            position = quoted.end()
            continue
        if first in _SEPARATORS:
            position += 1
            yield _Piece(first, start, position, is_quoted=False)
            continue
        # In "1,1,1,1:" every match from a later 1 ends where that of the first does, so it is only
        # tried once.
        if start >= no_number_before and (number := _WITH_COMMAS.match(text, start)):
            if text[number.end() : number.end() + 1] in _CONTINUES_NUMBER:
                no_number_before = number.end()
            else:
                position = number.end()
        rest = _REST_OF_WORD.match(text, position)
        position = rest.end() if rest else position
        yield _Piece(text[start:position], start, position, is_quoted=False)


def _to_token(piece: _Piece) -> Token:
    raw, start, end, is_quoted = piece
    return Token(raw, matchable(raw) if is_quoted else as_word(raw), start, end, is_quoted)


def as_word(raw: str) -> str:
    """The `word` of unquoted text."""
    if len(raw) == 1 and raw in _SEPARATORS:
        return ","
    word = matchable(raw)
    # "8am." and "daily!" end a sentence; a lone dot stays as it is.
    return word.rstrip(".!?…") or word


def words_of(tokens: Sequence[Token], most: int) -> list[str]:
    """The words of the first tokens, at most *most*, up to the first quotation."""
    return [token.word for token in takewhile(lambda t: not t.is_quoted, tokens[:most])]


def matchable(typed: str) -> str:
    """*typed* without differences that people don't mean: case, width, script of digits."""
    if typed.isascii():  # same result, twenty times faster
        return typed.replace("`", "'").lower()
    return "".join(map(_plain, unicodedata.normalize("NFC", typed))).translate(_SAME).casefold()


def unaccented(word: str) -> str:
    """*word* without accents, for people who leave them out."""
    if word.isascii():
        return matchable(word)
    return "".join(
        c for c in unicodedata.normalize("NFD", matchable(word)) if not unicodedata.combining(c)
    )


def strip_unsafe(text: str) -> str:
    """*text* without characters that can't be stored or would disturb other people's screens."""
    kept = (c for c in _INVISIBLE.sub("", text) if c.isspace() or _is_storable(c))
    return "".join(kept)


def fold_spaces(text: str) -> str:
    """*text* on one line, single-spaced and trimmed."""
    return " ".join(text.split())


def is_blank(text: str) -> bool:
    """Whether *text* has no visible characters."""
    return not any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANK_LETTERS for c in text)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKC", character)
    if len(compatible) > _LONGEST_UNFOLDED:
        return character
    # "1½" must not become "11/2".
    return character if "\u2044" in compatible else compatible


def _is_storable(character: str) -> bool:
    # PostgreSQL refuses NUL, UTF-8 refuses half a surrogate pair.
    return unicodedata.category(character) not in {"Cc", "Cs"}
