"""Buttons for medicines: the list, changes, pauses and stock."""

from dataclasses import dataclass
from typing import Annotated

from bot.ui.presses.arguments import (
    MaybeWhole,
    Minute,
    Page,
    flag,
    from_base36,
    maybe_member_of,
    one_of,
    to_base36,
)
from bot.ui.presses.press import Argument, Press, Style
from bot.ui.presses.subjects import OfAction, OfMedicine, OfPerson
from domain.models.family import LadderPlan

REFILL_DAYS = (3, 7, 14)


@dataclass(frozen=True, kw_only=True)
class MedicinesPage(Press):
    verb = "ml"
    is_read_only = True

    page: Page = 0


@dataclass(frozen=True, kw_only=True)
class ShowMedicine(OfMedicine):
    verb = "md"
    is_read_only = True


@dataclass(frozen=True, kw_only=True)
class ChangeMedicine(OfMedicine):
    verb = "cm"

    in_new_message: Annotated[bool, flag("n")] = False


@dataclass(frozen=True, kw_only=True)
class ChangeOpenDoses(OfAction):
    """Applies a change to the doses that it left open as they were."""

    verb = "xo"


@dataclass(frozen=True, kw_only=True)
class UndoMedicine(OfMedicine):
    """Removes a medicine that was just added."""

    verb = "um"


@dataclass(frozen=True, kw_only=True)
class StopMedicine(OfMedicine):
    verb = "st"
    style = Style.RED


@dataclass(frozen=True, kw_only=True)
class RestoreMedicine(OfMedicine):
    """*is_from_pause* means: only end a pause, and restore nothing that was stopped."""

    verb = "rs"

    is_from_pause: Annotated[bool, flag("p")] = False


@dataclass(frozen=True, kw_only=True)
class Give(OfMedicine):
    """*version* is the medicine's version as shown; older buttons don't carry it."""

    verb = "gv"
    is_for_groups = True

    version: MaybeWhole = None


@dataclass(frozen=True, kw_only=True)
class PauseMedicine(OfMedicine):
    verb = "pa"


@dataclass(frozen=True, kw_only=True)
class PausePerson(OfPerson):
    """Pauses everything a person takes."""

    verb = "pp"


@dataclass(frozen=True, kw_only=True)
class ResumePerson(OfPerson):
    verb = "rp"


@dataclass(frozen=True, kw_only=True)
class LengthenPause(OfPerson):
    verb = "pl"


@dataclass(frozen=True, kw_only=True)
class EndPauseAsPlanned(OfPerson):
    """*until* is the end that was announced."""

    verb = "pe"

    until: Minute


@dataclass(frozen=True, kw_only=True)
class ForgetNickname(OfMedicine):
    """What it isn't called any more, as the check sum of the words."""

    verb = "nn"

    checksum: Annotated[int, Argument(to_base36, from_base36)]


@dataclass(frozen=True, kw_only=True)
class Refill(OfMedicine):
    verb = "rf"


@dataclass(frozen=True, kw_only=True)
class SetRefillDays(OfMedicine):
    """How many days ahead the refill reminder comes."""

    verb = "rd"

    days: Annotated[int, one_of(REFILL_DAYS)]


@dataclass(frozen=True, kw_only=True)
class SetPerDose(OfMedicine):
    """Asks how many make one dose."""

    verb = "pd"


@dataclass(frozen=True, kw_only=True)
class PromiseRefill(OfMedicine):
    verb = "pr"


@dataclass(frozen=True, kw_only=True)
class ShowLadder(OfMedicine):
    """What happens when nobody answers about a medicine, and what else could."""

    verb = "lo"


@dataclass(frozen=True, kw_only=True)
class SetLadder(OfMedicine):
    """None is what the family has set."""

    verb = "ls"

    plan: Annotated[LadderPlan | None, maybe_member_of(LadderPlan)]
