"""Buttons of `/history`: its pages and their entries."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.ui.presses.arguments import TurnedPage
from bot.ui.presses.press import Press
from bot.ui.presses.subjects import OfDose, OfMedicine, OfPerson


@dataclass(frozen=True, kw_only=True)
class FamilyHistory(Press):
    verb = "ha"
    is_read_only = True

    page: TurnedPage = None


@dataclass(frozen=True, kw_only=True)
class MedicineHistory(OfMedicine):
    verb = "hm"
    is_read_only = True

    page: TurnedPage = None


@dataclass(frozen=True, kw_only=True)
class PersonHistory(OfPerson):
    verb = "hp"
    is_read_only = True

    page: TurnedPage = None


@dataclass(frozen=True, kw_only=True)
class ShowEntry(OfDose):
    verb = "en"
    is_read_only = True


HistoryPress: TypeAlias = FamilyHistory | MedicineHistory | PersonHistory
