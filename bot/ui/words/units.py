"""Units in which medicines are counted, in the reader's language."""

from collections.abc import Callable, Mapping

from bot.ui.wording import ngettext

PIECE = "piece"  # the unit of a stock that was entered without one

_MANY = 100  # the number whose word form stands without a number


def unit_name(unit: str, *, count: int) -> str:
    """ "tablet" for 1, "tablets" for 12; a measure ("ml") doesn't change."""
    name = _NAMES.get(unit)
    return unit if name is None else name(count)


def is_named(unit: str) -> bool:
    """Whether it's a word ("tablet"), as opposed to the sign of a measure ("ml")."""
    return unit in _NAMES


def plural_name(unit: str) -> str:
    """ "tablets", without a number."""
    return unit_name(unit, count=_MANY)


# Stocks typed in as pessaries or suppositories are stored in the plural.
_NAMES: Mapping[str, Callable[[int], str]] = {
    "ampoule": lambda count: ngettext("ampoule", "ampoules", count),
    "ampule": lambda count: ngettext("ampule", "ampules", count),
    "application": lambda count: ngettext("application", "applications", count),
    "bottle": lambda count: ngettext("bottle", "bottles", count),
    "caplet": lambda count: ngettext("caplet", "caplets", count),
    "capsule": lambda count: ngettext("capsule", "capsules", count),
    "click": lambda count: ngettext("click", "clicks", count),
    "cup": lambda count: ngettext("cup", "cups", count),
    "dose": lambda count: ngettext("dose", "doses", count),
    "dragee": lambda count: ngettext("dragee", "dragees", count),
    "drop": lambda count: ngettext("drop", "drops", count),
    "enema": lambda count: ngettext("enema", "enemas", count),
    "film": lambda count: ngettext("film", "films", count),
    "glass": lambda count: ngettext("glass", "glasses", count),
    "gummy": lambda count: ngettext("gummy", "gummies", count),
    "inch": lambda count: ngettext("inch", "inches", count),
    "inhalation": lambda count: ngettext("inhalation", "inhalations", count),
    "injection": lambda count: ngettext("injection", "injections", count),
    "lozenge": lambda count: ngettext("lozenge", "lozenges", count),
    "measure": lambda count: ngettext("measure", "measures", count),
    "nebule": lambda count: ngettext("nebule", "nebules", count),
    "packet": lambda count: ngettext("packet", "packets", count),
    "pastille": lambda count: ngettext("pastille", "pastilles", count),
    "patch": lambda count: ngettext("patch", "patches", count),
    "pen": lambda count: ngettext("pen", "pens", count),
    "pessary": lambda count: ngettext("pessary", "pessaries", count),
    "pessaries": lambda count: ngettext("pessary", "pessaries", count),
    "piece": lambda count: ngettext("piece", "pieces", count),
    "pill": lambda count: ngettext("pill", "pills", count),
    "plaster": lambda count: ngettext("plaster", "plasters", count),
    "puff": lambda count: ngettext("puff", "puffs", count),
    "pump": lambda count: ngettext("pump", "pumps", count),
    "sachet": lambda count: ngettext("sachet", "sachets", count),
    "scoop": lambda count: ngettext("scoop", "scoops", count),
    "shot": lambda count: ngettext("shot", "shots", count),
    "softgel": lambda count: ngettext("softgel", "softgels", count),
    "spoon": lambda count: ngettext("spoon", "spoons", count),
    "spoonful": lambda count: ngettext("spoonful", "spoonfuls", count),
    "spray": lambda count: ngettext("spray", "sprays", count),
    "squirt": lambda count: ngettext("squirt", "squirts", count),
    "stick": lambda count: ngettext("stick", "sticks", count),
    "strip": lambda count: ngettext("strip", "strips", count),
    "suppository": lambda count: ngettext("suppository", "suppositories", count),
    "suppositories": lambda count: ngettext("suppository", "suppositories", count),
    "syringe": lambda count: ngettext("syringe", "syringes", count),
    "tablespoon": lambda count: ngettext("tablespoon", "tablespoons", count),
    "tablet": lambda count: ngettext("tablet", "tablets", count),
    "teaspoon": lambda count: ngettext("teaspoon", "teaspoons", count),
    "tube": lambda count: ngettext("tube", "tubes", count),
    "unit": lambda count: ngettext("unit", "units", count),
    "vial": lambda count: ngettext("vial", "vials", count),
}
