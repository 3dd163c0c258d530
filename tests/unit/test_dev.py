"""The two commands of the README, as far as they can be tried without a bare machine."""

import ast
import subprocess
import sys
from pathlib import Path

DEV = Path(__file__).parents[2] / "dev.py"


def test_old_pythons_can_read_it_and_say_what_they_lack() -> None:
    module = ast.parse(DEV.read_text(), feature_version=(3, 7))
    # Nothing newer is touched before the version is looked at.
    before = [type(node) for node in module.body[: module.body.index(first_if(module)) + 1]]
    assert before == [ast.Expr, ast.Import, ast.If]


def first_if(module: ast.Module) -> ast.If:
    return next(node for node in module.body if isinstance(node, ast.If))


def test_an_unknown_command_is_exit_code_2_and_the_manual() -> None:
    for arguments, code in ((["dance"], 2), (["help"], 0), ([], 0)):
        done = subprocess.run(  # noqa: S603 -- our own program
            [sys.executable, DEV, *arguments], capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert "dev.py test" in done.stdout
