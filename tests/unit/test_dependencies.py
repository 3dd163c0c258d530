"""What CareCircle stands on: pinned with hashes, explained, and no more in production than runs."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def name_of(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return found[0].lower()


def names_in(requirements: list[str]) -> set[str]:
    return {name_of(requirement) for requirement in requirements}


def pinned(lock: str) -> dict[str, str]:
    """Each package in *lock* and everything that is said about it."""
    blocks = re.split(r"\n(?=\S)", (ROOT / lock).read_text())
    return {name_of(block): block for block in blocks}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_line_is_pinned_with_hashes_and_names_no_address(lock: str) -> None:
    for block in pinned(lock).values():
        assert re.match(r"[\w.-]+==[^\s;]+", block)
        assert "--hash=sha256:" in block
        assert "://" not in block
    assert not re.search(r"^\s*--(?!hash)", (ROOT / lock).read_text(), re.MULTILINE)


def test_production_carries_what_runs_and_nothing_else() -> None:
    production = pinned("requirements.lock").keys()
    assert names_in(PROJECT["dependencies"]) <= production
    assert not (names_in(EXTRAS["embedded"]) | names_in(EXTRAS["dev"])) & production


def test_development_has_everything_in_the_same_versions() -> None:
    development = pinned("requirements-dev.lock")
    assert names_in(EXTRAS["embedded"]) | names_in(EXTRAS["dev"]) <= development.keys()
    for package, block in pinned("requirements.lock").items():
        assert development[package].split()[0] == block.split()[0]


def test_every_dependency_has_its_reason() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text().lower()
    rows = re.findall(r"^\| ([^|]+) \|", explained, re.MULTILINE)
    named = {name for row in rows for name in row.split(", ")}
    wanted = names_in(PROJECT["dependencies"] + EXTRAS["embedded"] + EXTRAS["dev"])
    assert wanted <= named
