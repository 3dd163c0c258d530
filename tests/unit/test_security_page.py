"""Each row of the threat table names tests, and each of them exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")

#: What a reader looks for first; the words begin or are part of a row's first cell.
THREATS = (
    *("Forged callback data", "stranger presses", "Strangers in a group", "link goes to the wrong"),
    *("guessed", "another family's rows", "SQL injection", "HTML injection", "token is in the log"),
    *("Health data in the log", "Pickles", "come twice", "flood of updates", "aren't Telegram's"),
    *("lost phone", "access to the database", "backup is stolen", "dependency", "has left"),
    *("taken out", "sandbox is reached"),
)


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] != "threat"]


def names_in(path: Path) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }


def test_every_row_says_what_we_do_and_names_a_test() -> None:
    assert len(rows()) > 20
    for row in rows():
        assert len(row) == 3, row[0]
        assert all(row), row[0]
        assert TEST.search(row[2]), row[0]
        assert TEST.sub("", row[2]).strip() == "", row[0]


def test_every_test_that_is_named_exists() -> None:
    missing = [
        f"{file}::{name}"
        for file, name in TEST.findall(PAGE)
        if not (ROOT / file).exists() or (name and name not in names_in(ROOT / file))
    ]
    assert missing == []


def test_no_threat_of_the_list_is_forgotten() -> None:
    threats = "\n".join(row[0] for row in rows())
    assert [threat for threat in THREATS if threat not in threats] == []
