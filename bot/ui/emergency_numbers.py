"""Numbers to call in an emergency, by country (ISO 3166-1).

Only numbers that the countries' own services publish widely; where a country isn't listed, no
number is named, since a wrong one costs time. 112 is that of the European Union and its neighbours,
and of India and Turkey.
"""

from collections.abc import Mapping

_OF_112 = """
    AT BE BG CH CY CZ DE DK EE ES FI FR GR HR HU IN IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK TR
"""
AMBULANCE: Mapping[str, str] = {
    **dict.fromkeys(_OF_112.split(), "112"),
    "GB": "999",
    "IE": "112 / 999",
    "US": "911",
    "CA": "911",
    "MX": "911",
    "AU": "000",
    "NZ": "111",
}
POISON: Mapping[str, str] = {
    "GB": "111",
    "US": "1-800-222-1222",
    "AU": "13 11 26",
    "NZ": "0800 764 766",
}
CRISIS: Mapping[str, str] = {
    "GB": "116 123",
    "IE": "116 123",
    "US": "988",
    "CA": "988",
    "AU": "13 11 14",
    "NZ": "1737",
}
