"""The audit of pinned packages in CI: a finding fails, and it passes where nobody can be asked."""

import json
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AUDIT = ROOT / ".ci" / "audit"

CLEAN = {"dependencies": [{"name": "alembic", "version": "1.20", "vulns": []}]}
FOUND = {
    "dependencies": [
        {
            "name": "alembic",
            "version": "1.20",
            "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["1.21"]}],
        }
    ]
}


def audit(tmp_path: Path, script: str, *, seconds: int = 30) -> subprocess.CompletedProcess[str]:
    """With a stand-in for pip-audit, which is no package of ours."""
    stand_in = tmp_path / "pip-audit"
    stand_in.write_text(f"#!/usr/bin/env bash\n{script}\n", encoding="utf-8")
    stand_in.chmod(0o755)
    return subprocess.run(  # noqa: S603 -- our own script
        [str(AUDIT)],
        env={**os.environ, "PIP_AUDIT": str(stand_in), "AUDIT_SECONDS": str(seconds)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def reporting(report: object, *, code: int) -> str:
    """A script that writes *report* where it was told to."""
    return (
        'while [ $# -gt 0 ]; do [ "$1" = --output ] && to="$2"; shift; done\n'
        f"cat >\"$to\" <<'JSON'\n{json.dumps(report)}\nJSON\nexit {code}"
    )


def test_nothing_found_passes(tmp_path: Path) -> None:
    done = audit(tmp_path, reporting(CLEAN, code=0))
    assert (done.returncode, done.stdout) == (0, "audited: packages=1 vulnerabilities=0\n")


def test_a_finding_fails(tmp_path: Path) -> None:
    done = audit(tmp_path, reporting(FOUND, code=1))
    assert done.returncode == 1
    assert "alembic 1.20: PYSEC-2026-1, fixed in 1.21" in done.stdout


@pytest.mark.parametrize(
    "script",
    [
        "echo 'no route to host' >&2; exit 1",
        "exit 2",
        reporting("not a report", code=1),
        "sleep 20",
    ],
)
def test_where_nobody_can_be_asked_it_says_so_and_passes(tmp_path: Path, script: str) -> None:
    done = audit(tmp_path, script, seconds=2)
    assert done.returncode == 0
    assert done.stdout.startswith("not audited: ")


def test_ci_asks() -> None:
    assert ".ci/audit" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "://" not in AUDIT.read_text("utf-8")  # where packages come from is the machine's to say
