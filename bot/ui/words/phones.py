"""Telephone numbers and addresses as people read them: a tap makes a call or opens a map."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from urllib.parse import quote

import phonenumbers
from phonenumbers import NumberParseException

from bot.ui.wording import _, escape


def phone_words(phone: str) -> str:
    """ "+351 912 345 678" for an E.164 number. The plus sign makes it a link."""
    try:
        number = phonenumbers.parse(phone, None)
    except NumberParseException:
        return escape(phone)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_by_country(phone: str) -> str:
    """ "+351 213 425 678 (Portugal)" for an E.164 number (no HTML)."""
    number = phonenumbers.parse(phone, None)
    code = number.country_code or 0
    region = phonenumbers.region_code_for_number(number)
    region = region or phonenumbers.region_code_for_country_code(code)
    country = _country_names().get(region)
    words = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return _("{phone} ({country})").format(phone=words, country=country) if country else words


@cache
def _country_names() -> Mapping[str, str]:
    """Country names by ISO 3166 code, from tzdata."""
    table = resources.files("tzdata").joinpath("zoneinfo", "iso3166.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


def last_digits(phone: str) -> str:
    """ "…678": enough to distinguish two numbers on a button."""
    return f"…{phone[-3:]}"


MAPS = "https://www.google.com/maps/search/?api=1&query="


def map_link(place: str) -> str:
    return f'<a href="{MAPS}{quote(place)}">{escape(place)}</a>'
