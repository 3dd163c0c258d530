"""Guesses which command was meant by a misspelt one, or by one without its slash.

Only close matches count: a wrong guess costs more than none.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

_NEAR = 0.75  # one letter in four differs: /gvie, /udno
_NEAR_WITHOUT_SLASH = 0.8  # stricter, since any word may be part of a sentence
_SHORTEST_WITHOUT_SLASH = 5
_SHORTEST_BEGINNING = 3
_LONGEST = 32  # Telegram's limit for a command


@dataclass(frozen=True)
class Guess:
    """The name of a command, and the text typed after it."""

    command: str
    text: str = ""


def guess_command(
    typed: str, commands: Collection[str], *, alone: Collection[str] = ()
) -> Guess | None:
    """Which of *commands* the whole message *typed* meant. Those in *alone* take no arguments:
    without their slash, they are meant only if nothing else is said.
    """
    words = typed.split(maxsplit=1)
    if not words:
        return None
    word, text = words[0], words[1] if len(words) > 1 else ""
    if word.startswith("/"):
        return _guess_slashed(word[1:].partition("@")[0].lower(), text, commands)
    possible = [command for command in commands if not text or command not in alone]
    found = _guess_bare(word.rstrip(".!?,:").lower(), possible)
    if found is None:
        return _guess_in_two_words(word.lower(), text, commands)
    return Guess(found, text)


def _guess_slashed(word: str, text: str, commands: Collection[str]) -> Guess | None:
    if not word or len(word) > _LONGEST:
        return None
    if word in commands:
        return Guess(word, text)
    in_two = _guess_in_two_words(word, text, commands)
    if in_two is not None:
        return in_two
    near = get_close_matches(word, commands, n=1, cutoff=_NEAR)
    found = near[0] if near else _only([each for each in commands if _begins_alike(word, each)])
    return Guess(found, text) if found else None


def _guess_bare(word: str, commands: Sequence[str]) -> str | None:
    """Typing errors rarely hit the first letter: *Lisa* is not a command."""
    if word in commands:
        return word
    if not _SHORTEST_WITHOUT_SLASH <= len(word) <= _LONGEST:
        return None
    alike = [command for command in commands if command[0] == word[0]]
    return _only(get_close_matches(word, alike, n=1, cutoff=_NEAR_WITHOUT_SLASH))


def _guess_in_two_words(word: str, text: str, commands: Collection[str]) -> Guess | None:
    """ "add med Aspirin" is /addmed."""
    second, _, rest = text.partition(" ")
    joined = word + second.lower()
    is_command = bool(second) and joined in commands and word not in commands
    return Guess(joined, rest.strip()) if is_command else None


def _begins_alike(word: str, command: str) -> bool:
    shorter = min(len(word), len(command))
    return shorter >= _SHORTEST_BEGINNING and word[:shorter] == command[:shorter]


def _only(found: Sequence[str]) -> str | None:
    return found[0] if len(found) == 1 else None
