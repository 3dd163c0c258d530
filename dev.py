"""Two commands for a machine that has nothing but Python, and what they stand on.

    python3 dev.py run [ARGUMENTS]    run the bot (ARGUMENTS as for `carecircle`)
    python3 dev.py test [ARGUMENTS]   run the tests (ARGUMENTS as for pytest)
    python3 dev.py setup              only make the virtual environment, .venv

The first call makes .venv beside this file and installs exactly what requirements-dev.lock names;
later calls see that nothing has changed and start at once. Nothing outside of .venv is touched.
"""

# This file has to be readable by old Pythons too, so that they can say what is missing.
import sys

if sys.version_info < (3, 11):
    sys.exit("CareCircle needs Python 3.11 or newer; this is {}.{}.".format(*sys.version_info[:2]))

import fcntl
import hashlib
import os
import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / ".made-of"
LOCK = ROOT / "requirements-dev.lock"

# Most tests wait for something most of the time. A database server per worker: more than eight cost
# more to start than they save.
IN_PARALLEL = ["-n", str(min(8, 2 * (os.cpu_count() or 1))), "--dist", "worksteal"]
QUIETLY = ["--quiet", "--disable-pip-version-check", "--no-input"]


def main(arguments: list[str]) -> int:
    command, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if command not in {"run", "test", "setup"}:
        print(__doc__)
        return 0 if command in {"help", "-h", "--help"} else 2
    make_environment()
    os.chdir(ROOT)
    if command == "run":
        os.execv(PYTHON, [str(PYTHON), "-m", "bot", *rest])
    if command == "test":
        os.execv(PYTHON, [str(PYTHON), "-m", "pytest", *IN_PARALLEL, *rest])
    return 0


def make_environment() -> None:
    """Make .venv what the lock file says, unless it is already."""
    with Path(__file__).open() as turn:
        # Two terminals may call this at the same time.
        fcntl.flock(turn, fcntl.LOCK_EX)
        wanted = fingerprint()
        if STAMP.exists() and STAMP.read_text() == wanted:
            return
        print("Setting up .venv: this is done once and takes a minute or so.", flush=True)
        STAMP.unlink(missing_ok=True)
        # Without pip: where Debian's python3-venv is missing, it has to come from elsewhere.
        venv.EnvBuilder(clear=not is_of_this_python(), symlinks=True).create(VENV)
        pip = find_pip()
        run(*pip, "install", "--require-hashes", "--requirement", LOCK)
        # The lock file carries the build backend too, so that nothing else is fetched.
        run(*pip, "install", "--no-deps", "--no-build-isolation", "--editable", ROOT)
        STAMP.write_text(wanted)


def fingerprint() -> str:
    """What .venv is made of: this Python, this place, these packages."""
    contents = hashlib.sha256(LOCK.read_bytes() + (ROOT / "pyproject.toml").read_bytes())
    return "{}\n{}\n{}\n".format(sys.version, VENV, contents.hexdigest())


def is_of_this_python() -> bool:
    """Whether .venv has a Python that runs and is the one that runs this file."""
    found = (
        subprocess.run(
            [PYTHON, "-c", "import sys; print(sys.version)"],
            capture_output=True,
            text=True,
            check=False,
        )
        if PYTHON.exists()
        else None
    )
    return found is not None and found.stdout.strip() == sys.version.strip()


def find_pip() -> list[object]:
    """How to call a pip that installs into .venv."""
    inside = [PYTHON, "-m", "pip"]
    if succeeds(*inside, "--version") or succeeds(PYTHON, "-m", "ensurepip", "--default-pip"):
        return [*inside, *QUIETLY]
    # `--python` makes the system's pip work on .venv, which no distribution forbids.
    outside = [sys.executable, "-m", "pip", "--python", PYTHON]
    if succeeds(*outside, "--version"):
        return [*outside, *QUIETLY]
    sys.exit(
        "This Python has neither pip nor ensurepip. Install one of them"
        " (Debian, Ubuntu: apt install python3-venv) and start again."
    )


def succeeds(*command: object) -> bool:
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False)
    return done.returncode == 0


def run(*command: object) -> None:
    if subprocess.run([str(part) for part in command], check=False).returncode:
        sys.exit("Setting up .venv failed; the reason is above.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
