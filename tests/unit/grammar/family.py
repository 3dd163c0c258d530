"""The family whose lines about appointments are read, and the moment at which they are."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from bot.grammar.commands.appointments import PartialAppointment, understand_appointment
from bot.grammar.known_doctors import KnownDoctor
from bot.grammar.people import Person

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=LONDON)  # a Tuesday
MUM, DAD = Person("Mum", LONDON, UUID(int=1)), Person("Dad", LONDON, UUID(int=2))
WEBER = KnownDoctor("Dr. Anna Weber", UUID(int=3), UUID(int=1))


def understood(text: str) -> PartialAppointment:
    return understand_appointment(text, people=[MUM, DAD], doctors=[WEBER], zone=LONDON, now=NOW)


def rule_of(text: str) -> str | None:
    rule = understood(text).when.rule
    return rule.to_rfc5545(LONDON) if rule else None
