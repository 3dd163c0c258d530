"""Whatever people can press, type or answer has its row in docs/actions.md, with no empty cell."""

import re
from pathlib import Path

from bot.press_routes import PRESSES
from bot.routes import COMMANDS, FLOWS

PAGE = (Path(__file__).parents[2] / "docs" / "actions.md").read_text(encoding="utf-8")
ACTION = re.compile(r"`(/\w+|[A-Z][A-Za-z]+|\w+\.\w+)`")


def actions() -> set[str]:
    steps = {f"{name}.{step}" for name, flow in FLOWS.flows.items() for step in flow.steps}
    return {f"/{command}" for command in COMMANDS} | {kind.__name__ for kind in PRESSES} | steps


def rows() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row[0] != "action" and set(row[0]) != {"-"}]


def test_every_action_has_a_row_and_no_row_is_of_something_gone() -> None:
    writing = {action for row in rows() for action in ACTION.findall(row[0])}
    silent = set(ACTION.findall(PAGE.split("## What writes nothing")[1]))
    assert writing | silent == actions()
    assert writing & silent <= {"/start"}  # without an invitation


def test_no_cell_is_empty() -> None:
    for row in rows():
        assert len(row) == 7, row[0]
        assert all(row), row[0]
