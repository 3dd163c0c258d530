"""Splits what people type into words, and makes words comparable.

Phones write smart quotes, no-break spaces, Arabic digits and invisible direction marks. A token
keeps what was typed (`raw`) beside what it is matched by (`word`), so that names survive as typed.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

_QUOTES = '"“”„‟«»〝〞＂'
_SEPARATORS = ",;|،؛，、；"

# Embeddings, overrides and isolates would turn the rest of a card around; the others are invisible.
# Joiners stay, since emoji and Persian are spelt with them.
_INVISIBLE = re.compile("[\u202a-\u202e\u2066-\u2069\u200b\u2060\ufeff\u00ad\ufff9-\ufffb]")
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_COMMAND = re.compile(r"\s*/\w+(@\w+)?(?=\s|$)")
_TOKEN = re.compile(
    rf"""
      [{_QUOTES}](?P<quoted>[^{_QUOTES}]*)[{_QUOTES}]
    | (?P<separator>[{_SEPARATORS}])
    | (?P<word>
        (?:\d+(?:,\d+)+(?![\d:.,]))?  # "2,5" is one number, "08:00,20:00" and "8.30,9.30" are two
        [^\s{_SEPARATORS}]*
      )
    """,
    re.VERBOSE,
)
_SAME = str.maketrans(
    {
        **dict.fromkeys("‘’ʼ′´`＇", "'"),  # apostrophes
        **dict.fromkeys("‐‑‒–—−", "-"),
        **dict.fromkeys("\u200e\u200f\u061c"),  # direction marks say nothing
        "\u2044": "/",
        "×": "x",
        "٫": ".",
        "٬": "",
    }
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a quotation (`raw` is inside the quotes) or a comma (`word` is ",")."""

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
    """Split *text*; a command in front (``/addmed@Bot``) is dropped."""
    text = without_traps(text)
    command = _COMMAND.match(text)
    position = command.end() if command else 0
    tokens: list[Token] = []
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        match = _TOKEN.match(text, position)
        if match is None or match.end() == position:
            raise AssertionError("every character but a space begins a token")
        tokens.append(_token(match))
        position = match.end()
    return Line(text, tuple(tokens))


def _token(match: re.Match[str]) -> Token:
    if match["quoted"] is not None:
        inside = fold_spaces(match["quoted"])
        return Token(inside, matchable(inside), match.start(), match.end(), is_quoted=True)
    if match["separator"] is not None:
        return Token(match[0], ",", match.start(), match.end())
    word = matchable(match[0])
    # "8am." and "daily!" end a sentence; a lone dot stays what it is.
    return Token(match[0], word.rstrip(".!?…") or word, match.start(), match.end())


def words_of(tokens: Sequence[Token], most: int) -> list[str]:
    """The words of the first tokens, at most *most*, up to the first quotation."""
    return [token.word for token in takewhile(lambda t: not t.is_quoted, tokens[:most])]


def matchable(typed: str) -> str:
    """*typed* without the differences that people do not mean: case, width, script of digits."""
    return "".join(map(_plain, unicodedata.normalize("NFC", typed))).translate(_SAME).casefold()


def unaccented(word: str) -> str:
    """*word* without accents, for people who leave them out."""
    return "".join(
        c for c in unicodedata.normalize("NFD", matchable(word)) if not unicodedata.combining(c)
    )


def without_traps(text: str) -> str:
    """*text* without characters that cannot be stored or would disturb other people's screens."""
    kept = (c for c in _INVISIBLE.sub("", text) if c.isspace() or _is_storable(c))
    return "".join(kept)


def fold_spaces(text: str) -> str:
    """*text* on one line, single-spaced and trimmed."""
    return " ".join(text.split())


def is_blank(text: str) -> bool:
    """Whether nothing of *text* can be seen."""
    return not any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANK_LETTERS for c in text)


def _plain(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    compatible = unicodedata.normalize("NFKC", character)
    # "1½" must not become "11/2".
    return character if "\u2044" in compatible else compatible


def _is_storable(character: str) -> bool:
    # PostgreSQL refuses NUL, UTF-8 refuses half a surrogate pair.
    return unicodedata.category(character) not in {"Cc", "Cs"}
