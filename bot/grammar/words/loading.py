"""Loads the words of a language: text files with sections, one expression a line.

Another language is a folder of such files, and no code.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
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
    return {section: _any_of(lines) for section, lines in _sections(name).items()}


@lru_cache
def load_patterns(name: str) -> Mapping[str, Sequence[re.Pattern[str]]]:
    """Like :func:`load_expressions`, each line by itself, so that its groups have names."""
    return {section: [*map(re.compile, lines)] for section, lines in _sections(name).items()}


@lru_cache
def _load_any(name: str) -> Mapping[str, re.Pattern[str]]:
    """Like :func:`load_expressions`, of lines whose groups have the same names."""
    return {
        section: _any_of(_NAME_OF_GROUP.sub("(?:", line) for line in lines)
        for section, lines in _sections(name).items()
    }


_NAME_OF_GROUP = re.compile(r"\(\?P<\w+>")


def patterns_within(name: str, section: str, text: str) -> Sequence[re.Pattern[str]]:
    """The patterns of a *section*, if any of them is in *text*; one search tells where none is."""
    return load_patterns(name)[section] if _load_any(name)[section].search(text) else ()


@lru_cache
def load_rewrites(name: str) -> Mapping[str, Sequence[tuple[re.Pattern[str], str]]]:
    """The lines "expression => what stands for it" of each section."""
    return {
        section: [
            (re.compile(expression), meant)
            for expression, meant in (line.split(" => ", 1) for line in lines)
        ]
        for section, lines in _sections(name).items()
    }


def _sections(name: str) -> Mapping[str, Sequence[str]]:
    """The lines of each section, with the macros of the file put in."""
    macros = {
        section.removeprefix("macro "): lines[0]
        for section, lines in load_lines(name).items()
        if section.startswith("macro ")
    }
    return {
        section: [_expanded(line, macros) for line in lines]
        for section, lines in load_lines(name).items()
        if not section.startswith("macro ")
    }


def _any_of(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{each})" for each in expressions))


def _expanded(line: str, macros: Mapping[str, str]) -> str:
    """With macros put in, which may have macros themselves."""

    def put_in(match: re.Match[str]) -> str:
        macro = macros.get(match[1])
        return match[0] if macro is None else _expanded(macro, macros)

    return _MACRO.sub(put_in, line)


@lru_cache
def load_openings(name: str) -> Mapping[str, re.Pattern[str]]:
    """Like :func:`load_expressions`, for text as it was typed: capitals don't matter."""
    return {
        section: re.compile(expression.pattern, re.IGNORECASE)
        for section, expression in load_expressions(name).items()
    }


@lru_cache
def load_kinship() -> Mapping[str, str]:
    """Each word of kinship, with what is common to those that mean the same: "mom" is "mum"."""
    return {
        word: section
        for section, lines in load_lines("words").items()
        if section.startswith("kin ")
        for word in " ".join(lines).split()
    }


@lru_cache
def load_kin() -> frozenset[str]:
    """What people call a relation, a friend or a neighbour."""
    others = " ".join(load_lines("first_words")["other kin"]).split()
    return frozenset({*load_kinship(), *others})


@lru_cache
def load_words(section: str) -> frozenset[str]:
    """A section of single words."""
    return frozenset(word for line in load_lines("words")[section] for word in line.split())


@lru_cache
def load_pairs(section: str) -> Mapping[str, str]:
    """A section of pairs: "shes = she is"."""
    return dict(line.split(" = ", 1) for line in load_lines("words")[section])
