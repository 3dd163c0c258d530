"""Loads the words of a language: text files with sections, one expression a line.

Another language is a folder of such files, and no code.
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

LANGUAGE = "en"
_SECTION = re.compile(r"\[(.+)\]")
_MACRO = re.compile(r"\{(\w+)\}")


@lru_cache
def load_lines(name: str) -> Mapping[str, Sequence[str]]:
    """The lines of each section of the file *name*."""
    found: dict[str, list[str]] = {}
    section = ""
    text = files(f"bot.grammar.words.{LANGUAGE}").joinpath(f"{name}.txt").read_text("utf-8")
    for line in text.splitlines():
        begins = _SECTION.fullmatch(line)
        if begins:
            section = begins[1]
        elif line and not line.startswith("#"):
            found.setdefault(section, []).append(line)
    return found


@lru_cache
def load_expressions(name: str) -> Mapping[str, re.Pattern[str]]:
    """The expressions of each section as one, with the macros of the file put in."""
    lines = load_lines(name)
    macros = {
        section.removeprefix("macro "): each[0]
        for section, each in lines.items()
        if section.startswith("macro ")
    }

    def expanded(line: str) -> str:
        return _MACRO.sub(lambda match: macros.get(match[1], match[0]), line)

    return {
        section: re.compile("|".join(f"(?:{expanded(line)})" for line in each))
        for section, each in lines.items()
        if not section.startswith("macro ")
    }


@lru_cache
def load_words(section: str) -> frozenset[str]:
    """A section of single words."""
    return frozenset(word for line in load_lines("words")[section] for word in line.split())
