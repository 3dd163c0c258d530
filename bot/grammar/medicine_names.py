"""The name of a medicine that was asked for."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.grammar.names import parse_name
from bot.grammar.problems import Misunderstood, Problem
from bot.grammar.schedules.parsing import parse_schedule


def parse_medicine_name(text: str) -> str:
    """As :func:`bot.grammar.names.parse_name`. Times and days are no name: they answer another
    question. Raises `Misunderstood`.
    """
    name = parse_name(text)
    if _says_when(name):
        raise Misunderstood(Problem.NAME_MISSING)
    return name


def _says_when(text: str) -> bool:
    if not any(letter.isalnum() for letter in text):
        return False
    try:
        parse_schedule(text, zone=ZoneInfo("UTC"), now=datetime.now(UTC))
    except Misunderstood as problem:
        return problem.problem.can_be_completed or problem.problem is Problem.AM_OR_PM
    return True
