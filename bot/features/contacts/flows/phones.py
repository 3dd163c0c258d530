"""Phone numbers in the conversations of this area: read by the countries of the family."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.features.contacts.views import doctors as views
from bot.grammar.phones import parse_phones, split_line
from bot.grammar.remarks import parse_text
from bot.intake.request import Request
from domain.family.families import list_zones

LONGEST_NOTE = 500


@dataclass(frozen=True)
class ReadNumber:
    """`phone` is what was meant, if that is sure; else it is one of `phones`. `said` is what stood
    beside it and isn't part of it.
    """

    phone: str | None
    phones: tuple[str, ...]
    said: str


async def read_number(request: Request, typed: str, *, zone: ZoneInfo | None) -> ReadNumber:
    """The number that was *typed*. Without a country code it's one of the country of *zone*; if it
    isn't a valid one there, or is one of another country of the family, too, that is to be asked.
    Raises Misunderstood.
    """
    zones = [*([zone] if zone else []), *await list_zones(request.scope)]
    line, *others = split_line(typed)
    found = parse_phones(line, zones=zones)
    said = views.phone_note(found.extension, others)
    if found.is_sure:
        return ReadNumber(found.numbers[0], (), said)
    return ReadNumber(None, found.numbers, said)


def as_note(said: str, known: str | None = None) -> str | None:
    """A note to which *said* is added, unless it's in it. Raises Misunderstood if it's too long."""
    if not said or said in (known or ""):
        return known
    return parse_text(f"{known or ''}; {said}".removeprefix("; "), longest=LONGEST_NOTE)
