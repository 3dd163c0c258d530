"""The house stays one that people find their way in: DESIGN's limits of files and folders."""

from collections import Counter
from pathlib import Path

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
