"""Whose leases are nobody's: of processes of this machine that are gone."""

import os
import subprocess
import sys
from pathlib import Path

from bot.ops.liveness import Process

HOLD = """
import sys
from pathlib import Path
from bot.ops.liveness import Process
with Process(Path(sys.argv[1])) as process:
    print(process.id, flush=True)
    sys.stdin.read()
"""


def start(folder: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-c", HOLD, str(folder)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_a_killed_process_is_gone_and_a_running_one_is_not(tmp_path: Path) -> None:
    killed, first = start(tmp_path / "run")
    running, _ = start(tmp_path / "run")
    end(killed)
    try:
        with Process(tmp_path / "run") as us:
            assert [str(each) for each in us.gone] == [first]
            us.forget_gone()
        with Process(tmp_path / "run") as us:
            assert us.gone == []
    finally:
        end(running)


def test_until_their_leases_are_released_they_are_not_forgotten(tmp_path: Path) -> None:
    killed, first = start(tmp_path)
    end(killed)
    for _ in range(2):
        with Process(tmp_path) as us:
            assert [str(each) for each in us.gone] == [first]


def test_one_that_ended_in_order_leaves_nothing(tmp_path: Path) -> None:
    with Process(tmp_path):
        assert len(list(tmp_path.iterdir())) == 1
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_nobody_can_tell(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (None, tmp_path / "file" / "run"):
        with Process(folder) as us:
            assert us.gone == ()
