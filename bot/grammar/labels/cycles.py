"""Cycles said as a course and a break: "for 21 days, then a 7 day break"."""

from collections.abc import Sequence
from dataclasses import replace

from bot.grammar.tokens import Token

_UNITS = {"day", "days", "week", "weeks"}
_JOINTS = {"then", ",", "and", "followed", "by", "a"}
_OFF = {"off", "break", "rest", "gap", "without"}


def with_cycles(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The *tokens* with the first of them as "21 days on 7 days off"."""
    words = [token.word for token in tokens]
    for at in range(1, len(tokens) - 5):
        rest = at + 3
        while words[rest : rest + 1] and words[rest] in _JOINTS:
            rest += 1
        has_break = rest > at + 3 and len(words) > rest + 2 and words[rest + 1] in _UNITS
        if words[at] == "for" and words[at + 2] in _UNITS and has_break and words[rest + 2] in _OFF:
            on = replace(tokens[at], raw="on", word="on")
            off = replace(tokens[rest + 2], raw="off", word="off")
            cycle = (*tokens[at + 1 : at + 3], on, *tokens[rest : rest + 2], off)
            return (*tokens[:at], *cycle, *tokens[rest + 3 :])
    return tuple(tokens)
