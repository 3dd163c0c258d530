"""The house stays one that people find their way in: the limits of files and folders, and what
stays where it belongs.
"""

import ast
import re
from collections import Counter
from pathlib import Path

from domain.models.appointments import OccurrenceStatus
from domain.models.delivery import ExportStatus, NotificationStatus, UpdateStatus
from domain.models.medicines import DoseStatus, MedicineStatus, RecordStatus

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 400  # lines
MOST_FILES = 12  # of a folder in the domain or of views


def _code() -> list[Path]:
    return [path for room in ("bot", "domain") for path in (ROOT / room).rglob("*.py")]


def test_no_file_of_code_is_too_long() -> None:
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in _code()}
    assert {str(path): size for path, size in lengths.items() if size > LONGEST_FILE} == {}


def test_no_folder_of_the_domain_or_of_views_is_too_full() -> None:
    rooms = [path for path in _code() if path.name != "__init__.py"]
    full = Counter(
        str(path.parent.relative_to(ROOT))
        for path in rooms
        if path.is_relative_to(ROOT / "domain") or "views" in path.parts or "ui" in path.parts
    )
    assert {folder: count for folder, count in full.items() if count > MOST_FILES} == {}


STATUSES = {
    str(value)
    for enum in (
        *(DoseStatus, MedicineStatus, RecordStatus),
        *(OccurrenceStatus, NotificationStatus, UpdateStatus, ExportStatus),
    )
    for value in enum
}


def test_no_status_is_a_string_outside_its_enum() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        for path in _code()
        if "models" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for words in [_status_words(node)]
        if any(isinstance(w, ast.Constant) and w.value in STATUSES for w in words)
    ]
    assert found == []


def _status_words(node: ast.AST) -> list[ast.AST]:
    """What is compared with, passed as or put into a status."""
    match node:
        case ast.Compare() if any(_is_status(side) for side in (node.left, *node.comparators)):
            return list(ast.walk(node))
        case ast.Call(func=ast.Attribute(value=value, attr="in_")) if _is_status(value):
            return [word for argument in node.args for word in ast.walk(argument)]
        case ast.keyword(arg="status" | "else_"):
            return list(ast.walk(node.value))
        case ast.Match() if _is_status(node.subject):
            return [w for case in node.cases for w in ast.walk(case.pattern)]
        case ast.Dict():
            pairs = zip(node.keys, node.values, strict=True)
            return [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "status"]
    return []


def _is_status(node: ast.AST) -> bool:
    """Whether it reads a status: ``dose.status``, ``row["status"]``, or several things at once."""
    match node:
        case ast.Attribute(attr="status") | ast.Name(id="status"):
            return True
        case ast.Subscript(slice=ast.Constant(value="status")):
            return True
        case ast.Tuple(elts=elements):
            return any(_is_status(element) for element in elements)
    return False


def test_statuses_in_sql_exist() -> None:
    """A statement in SQL has to spell them: a slip of the pen would just find nothing."""
    spelled = {
        (str(path.relative_to(ROOT)), word)
        for path in _code()
        for compared in re.findall(
            r"\bstatus\s*(?:=|<>|IN|THEN|ELSE)\s*(\([^)]*\)|'\w+')", path.read_text("utf-8")
        )
        for word in re.findall(r"'(\w+)'", compared)
    }
    assert spelled
    assert {(file, word) for file, word in spelled if word not in STATUSES} == set()


def test_rows_stay_in_the_function_that_queried_them() -> None:
    """Facts leave it. Only the scope, which runs the statements, says `Row`."""
    says_row = [
        str(path.relative_to(ROOT))
        for path in _code()
        if re.search(
            r"^from sqlalchemy[\w.]* import .*\bRow\b", path.read_text("utf-8"), re.MULTILINE
        )
    ]
    assert says_row == ["domain/database/scope.py"]
