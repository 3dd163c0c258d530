"""A position in what was typed: look at the next words, and take those that fit."""

import re
from collections.abc import Collection, Sequence

from bot.grammar.tokens import Token


class Cursor:
    """Points at the next of *tokens*. It knows nothing of what they mean.

    Quoted text is nobody's keyword: there, and past the end, the word is "".
    """

    def __init__(self, tokens: Sequence[Token], at: int = 0) -> None:
        self.tokens = tokens
        self.at = at

    @property
    def is_at_end(self) -> bool:
        return self.at >= len(self.tokens)

    @property
    def rest(self) -> Sequence[Token]:
        """The tokens that aren't taken yet."""
        return self.tokens[self.at :]

    def peek(self, ahead: int = 0) -> str:
        """The word *ahead* of the next one."""
        position = self.at + ahead
        if not 0 <= position < len(self.tokens):
            return ""
        token = self.tokens[position]
        return "" if token.is_quoted else token.word

    def sees(self, *phrase: str) -> bool:
        """Whether the next words are those of *phrase*."""
        if self.peek() != phrase[0]:
            return False
        return all(self.peek(ahead) == word for ahead, word in enumerate(phrase))

    def accept(self, words: str | Collection[str]) -> str:
        """Take the next word if it is *words*, or one of them. Returns it, or ""."""
        word = self.peek()
        fits = word == words if isinstance(words, str) else word in words
        if not (word and fits):
            return ""
        self.at += 1
        return word

    def accept_phrase(self, *phrase: str) -> bool:
        """Take the next words if they are those of *phrase*."""
        if not self.sees(*phrase):
            return False
        self.at += len(phrase)
        return True

    def accept_match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take the next word if all of it matches *pattern*."""
        match = pattern.fullmatch(self.peek())
        if match is None or not match[0]:
            return None
        self.at += 1
        return match

    def skip(self, words: Collection[str]) -> int:
        """Take all of the next words that are among *words*; returns how many."""
        begin = self.at
        while self.accept(words):
            pass
        return self.at - begin

    def words_since(self, begin: int) -> str:
        """What was taken since the position *begin*, as typed, single-spaced."""
        return " ".join(token.raw for token in self.tokens[begin : self.at])
