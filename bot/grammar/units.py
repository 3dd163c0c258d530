"""Units of amounts, as people write them: "tabs", "mcg", "gtt"."""

from decimal import Decimal

from domain.medicines.dosages import THINGS

_WORDS = """
    kg g gm gms gram grams mg mgs milligram milligrams μg mcg mcgs ug microgram micrograms
    ng nanogram nanograms
    l litre litres liter liters dl cl ml mls millilitre millilitres milliliter milliliters cc
    iu i.u ie u unit units mmol mol meq mu miu %
    tablet tablets tab tabs tbl pill pills capsule capsules cap caps caplet caplets softgel softgels
    gummy gummies lozenge lozenges pastille pastilles dragee dragees
    drop drops gtt gtts puff puffs spray sprays inhalation inhalations squirt squirts pump pumps
    sachet sachets packet packets stick sticks patch patches plaster plasters strip strips
    injection injections shot shots ampoule ampoules ampule ampules amp amps vial vials pen pens
    syringe syringes click clicks suppository suppositories pessary pessaries enema enemas
    teaspoon teaspoons tsp tablespoon tablespoons tbsp spoon spoons spoonful spoonfuls
    scoop scoops cup cups glass glasses bottle bottles measure measures
    tube tubes cm inch inches piece pieces
    dose doses application applications nebule nebules film films
"""
UNITS = frozenset(_WORDS.split())
_SAME_UNIT = {
    **dict.fromkeys(["tablets", "tab", "tabs", "tbl"], "tablet"),
    **dict.fromkeys(["capsules", "cap", "caps"], "capsule"),
    **dict.fromkeys(["gm", "gms", "gram", "grams"], "g"),
    **dict.fromkeys(["mgs", "milligram", "milligrams"], "mg"),
    **dict.fromkeys(["μg", "mcg", "mcgs", "ug", "microgram", "micrograms"], "µg"),
    **dict.fromkeys(["nanogram", "nanograms"], "ng"),
    **dict.fromkeys(["litre", "litres", "liter", "liters"], "l"),
    **dict.fromkeys(["mls", "millilitre", "millilitres", "milliliter", "milliliters", "cc"], "ml"),
    **dict.fromkeys(["i.u", "ie", "u", "units"], "unit"),
    **dict.fromkeys(["gtt", "gtts", "drops"], "drop"),
    **dict.fromkeys(["teaspoons", "tsp"], "teaspoon"),
    **dict.fromkeys(["tablespoons", "tbsp"], "tablespoon"),
    **dict.fromkeys(["patches", "plasters"], "patch"),
    "inches": "inch",
    "glasses": "glass",
    "gummies": "gummy",
    "amp": "ampoule",
    "amps": "ampoule",
}


def amount_in_words(amount: Decimal, unit: str) -> str:
    """ "2 tablets", "½ tablet", "2.5 ml", in a form that parses back."""
    whole, half = divmod(amount, 1)
    number = f"{amount.normalize():f}"
    if half == Decimal("0.5"):
        number = f"{whole:f}½" if whole else "½"
    if amount <= 1 or unit not in THINGS or f"{unit}s" not in UNITS:
        unit = _IRREGULAR.get(unit, unit) if amount > 1 else unit
    else:
        unit = f"{unit}s"
    return f"{number} {unit}"


_IRREGULAR = {"patch": "patches", "glass": "glasses", "gummy": "gummies"}


def name_of_unit(word: str) -> str | None:
    """The canonical name of a unit: "tabs" is "tablet", "mcg" is "µg"; None if it isn't one."""
    word = word.rstrip(".")
    if word not in UNITS:
        return None
    if word in _SAME_UNIT:
        return _SAME_UNIT[word]
    return word[:-1] if word[:-1] in UNITS and word.endswith("s") else word
