"""What can go wrong with the servers that CareCircle brings along."""

from pathlib import Path
from typing import Self


class EmbeddedError(Exception):
    """An embedded server cannot run here. ``str()`` is one plain sentence for people."""


class NotInstalled(EmbeddedError):
    """This installation carries no servers of its own, as production installations need not."""

    @classmethod
    def naming(cls, settings: str) -> Self:
        return cls(
            f"Set {settings}, or let CareCircle bring servers of its own:"
            " pip install 'carecircle[embedded]'"
        )


class DataInUse(EmbeddedError):
    """Another bot keeps its servers in the same folder."""

    @classmethod
    def of(cls, data: Path) -> Self:
        return cls(
            f"Another CareCircle is running with the data in {data}:"
            " stop it, or set CARECIRCLE_DATA to another folder."
        )
