"""Units in which medicines are counted, in the reader's language."""

from bot.ui.wording import ngettext

PIECE = "piece"  # where nobody has said of what

_MANY = 100  # worded like a number that nobody says


def unit_name(unit: str, *, count: int) -> str:
    """ "tablet" for 1, "tablets" for 12; a measure ("ml") is the same for all."""
    match unit:
        case "ampoule":
            return ngettext("ampoule", "ampoules", count)
        case "ampule":
            return ngettext("ampule", "ampules", count)
        case "application":
            return ngettext("application", "applications", count)
        case "bottle":
            return ngettext("bottle", "bottles", count)
        case "caplet":
            return ngettext("caplet", "caplets", count)
        case "capsule":
            return ngettext("capsule", "capsules", count)
        case "click":
            return ngettext("click", "clicks", count)
        case "cup":
            return ngettext("cup", "cups", count)
        case "dose":
            return ngettext("dose", "doses", count)
        case "dragee":
            return ngettext("dragee", "dragees", count)
        case "drop":
            return ngettext("drop", "drops", count)
        case "enema":
            return ngettext("enema", "enemas", count)
        case "film":
            return ngettext("film", "films", count)
        case "glass":
            return ngettext("glass", "glasses", count)
        case "gummy":
            return ngettext("gummy", "gummies", count)
        case "inch":
            return ngettext("inch", "inches", count)
        case "inhalation":
            return ngettext("inhalation", "inhalations", count)
        case "injection":
            return ngettext("injection", "injections", count)
        case "lozenge":
            return ngettext("lozenge", "lozenges", count)
        case "measure":
            return ngettext("measure", "measures", count)
        case "nebule":
            return ngettext("nebule", "nebules", count)
        case "packet":
            return ngettext("packet", "packets", count)
        case "pastille":
            return ngettext("pastille", "pastilles", count)
        case "patch":
            return ngettext("patch", "patches", count)
        case "pen":
            return ngettext("pen", "pens", count)
        case "pessary" | "pessaries":
            return ngettext("pessary", "pessaries", count)
        case "piece":
            return ngettext("piece", "pieces", count)
        case "pill":
            return ngettext("pill", "pills", count)
        case "plaster":
            return ngettext("plaster", "plasters", count)
        case "puff":
            return ngettext("puff", "puffs", count)
        case "pump":
            return ngettext("pump", "pumps", count)
        case "sachet":
            return ngettext("sachet", "sachets", count)
        case "scoop":
            return ngettext("scoop", "scoops", count)
        case "shot":
            return ngettext("shot", "shots", count)
        case "softgel":
            return ngettext("softgel", "softgels", count)
        case "spoon":
            return ngettext("spoon", "spoons", count)
        case "spoonful":
            return ngettext("spoonful", "spoonfuls", count)
        case "spray":
            return ngettext("spray", "sprays", count)
        case "squirt":
            return ngettext("squirt", "squirts", count)
        case "stick":
            return ngettext("stick", "sticks", count)
        case "strip":
            return ngettext("strip", "strips", count)
        case "suppository" | "suppositories":
            return ngettext("suppository", "suppositories", count)
        case "syringe":
            return ngettext("syringe", "syringes", count)
        case "tablespoon":
            return ngettext("tablespoon", "tablespoons", count)
        case "tablet":
            return ngettext("tablet", "tablets", count)
        case "teaspoon":
            return ngettext("teaspoon", "teaspoons", count)
        case "tube":
            return ngettext("tube", "tubes", count)
        case "unit":
            return ngettext("unit", "units", count)
        case "vial":
            return ngettext("vial", "vials", count)
        case _:
            return unit


def plural_name(unit: str) -> str:
    """ "tablets", without a number."""
    return unit_name(unit, count=_MANY)
