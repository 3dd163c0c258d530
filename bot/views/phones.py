"""Telephone numbers as people read them; Telegram makes them ring at a tap."""

import phonenumbers
from phonenumbers import NumberParseException

from bot.views.wording import escape


def phone_words(phone: str) -> str:
    """ "+351 912 345 678" for an E.164 number. The plus sign makes it tappable."""
    try:
        number = phonenumbers.parse(phone, None)
    except NumberParseException:
        return escape(phone)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def last_digits(phone: str) -> str:
    """ "…678": enough to tell two numbers apart on a button."""
    return f"…{phone[-3:]}"
