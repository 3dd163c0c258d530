"""What the doctor says of each thing that it checks."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """The result of one check. *text* says what was found, or what to do."""

    ok: bool
    text: str

    def __str__(self) -> str:
        return f"{'✓' if self.ok else '✗'} {self.text}"
