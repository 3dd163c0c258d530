"""Errors of the embedded servers."""

from pathlib import Path
from typing import Self


class EmbeddedError(Exception):
    """An embedded server can't run here. ``str()`` is one plain sentence for people."""


class NotInstalled(EmbeddedError):
    """This installation has no embedded servers, which production doesn't need."""

    @classmethod
    def naming(cls, settings: str) -> Self:
        return cls(
            f"Set {settings}, or let CareCircle bring servers of its own:"
            " pip install 'carecircle[embedded]'"
        )


class DataInUse(EmbeddedError):
    """Another bot uses the same data folder."""

    @classmethod
    def of(cls, data: Path) -> Self:
        return cls(
            f"Another CareCircle is running with the data in {data}:"
            " stop it, or set CARECIRCLE_DATA to another folder."
        )
