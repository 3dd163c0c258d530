"""A day of a family at DEBUG, libraries and all: the log holds no token, no name, no message."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot.ops.logs import LineFormatter
from tests.town import Town, clock_in_london, found_family, join, undo

FAMILY, MUM, FOUNDER, HELPER = "Quarnblick", "Quendelina", "Annabrunn", "Benvolio"
MEDICINE, OTHER, NICKNAME, REASON = "Xarelzomab", "Brontifor", "vioblau", "gallstein"
DOCTOR, SPECIALTY_NOTE, PHONE = "Wobblethwaite", "Kniekehle", "+442079460018"
VISIT, PLACE, OUTCOME = "Zahnspange", "Mondgasse", "Befundgut"
TYPED, NOTE = "flibbertigibbet", "brechreiz"
SECRETS = (
    *(FAMILY, MUM, FOUNDER, HELPER, MEDICINE, OTHER, NICKNAME, REASON, DOCTOR, SPECIALTY_NOTE),
    *(PHONE, PHONE.removeprefix("+44"), VISIT, PLACE, OUTCOME, TYPED, NOTE),
    *("7 mg", "addmed", "I took"),
)


@contextmanager
def everything_logged() -> Iterator[io.StringIO]:
    """What the bot's own formatter writes, with every logger there is at DEBUG."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    loggers = [
        root,
        *(one for one in root.manager.loggerDict.values() if isinstance(one, logging.Logger)),
    ]
    before = [(one, one.level, one.propagate, one.disabled) for one in loggers]
    for one in loggers:
        one.setLevel(logging.DEBUG)
        one.propagate, one.disabled = True, False
    root.addHandler(handler)
    try:
        yield written
    finally:
        root.removeHandler(handler)
        for one, level, propagate, disabled in before:
            one.setLevel(level)
            one.propagate, one.disabled = propagate, disabled


async def live_a_day(town: Town) -> None:
    anna, ben = town.person(FOUNDER), town.person(HELPER)
    await found_family(anna, FAMILY)
    await join(anna, ben)
    await anna.send(f"/addperson {MUM} in Lisbon")
    await anna.sees("is in the family")
    minute = town.minute(ahead=30)
    at = clock_in_london(minute)  # as in Lisbon
    await anna.send(f"/addmed {MEDICINE} 7 mg at {at}")
    await anna.sees("Saved")
    await anna.send(f"/addmed {OTHER} 7 mg every 6 hours from {at}")
    await anna.sees("Saved")
    await anna.send(f"the {NICKNAME} one is {MEDICINE}")
    await town.settled()
    await anna.send(f"/adddoctor {DOCTOR}, cardiologist, {PHONE}")
    await anna.sees("Saved")
    await ben.send(f"/addappt {VISIT} tomorrow 10:00 at {PLACE} with Dr {DOCTOR}")
    await ben.sees("Saved")
    # What isn't understood, and what is said in own words.
    await ben.send(f"{TYPED} {MEDICINE}?")
    await town.settled()
    await ben.send("I took it already")
    await town.settled()
    await ben.send(f"/addmed {MEDICINE} {TYPED}")
    await town.settled()
    await ben.send("/cancel")
    await ben.send_voice()
    await ben.send_contact(DOCTOR, PHONE)
    await town.settled()
    # A card, answered on one phone and corrected on the other.
    town.jump_to(minute)
    card = await ben.sees("💊")
    await ben.press("⋯", message=card) if "⋯" in card.labels else None
    await anna.press("Taken", message=await anna.sees("💊"))
    await town.settled()
    await anna.send(f"/give {MEDICINE}")
    await town.settled()
    await anna.send("/cancel")
    await undo(anna)
    # An outage of Telegram, one of the database's making, and an update that fails for good.
    town.sandbox.fail_next("sendMessage", status=502, times=3)
    await anna.send("/today")
    await town.settled(seconds=40)
    await town.restart_bot()
    town.jump_by(hours=6)
    await town.settled(seconds=40)
    await ben.send("/export " + REASON)
    await town.settled(seconds=40)
    await town.change(
        "UPDATE medications SET schedule = jsonb_build_object('kind', CAST(name AS text))"
        " WHERE name LIKE 'Bront%'"
    )
    await anna.send("/meds")
    await anna.sees("something went wrong", timeout=30)
    for hours in (6, 6, 6):
        town.jump_by(hours=hours)
        await town.settled(seconds=40)
    await anna.send("/deletenothing " + NOTE)
    await ben.send("/start " + "W" * 32)
    await anna.send("/settings")
    await town.settled(seconds=40)


@pytest.mark.timeout(240)
async def test_a_day_at_debug_says_nothing_of_people_medicines_or_the_token(
    town: Town, tmp_path_factory: pytest.TempPathFactory
) -> None:
    token = town.wiring.token
    with everything_logged() as written:
        await town.restart_bot()
        await live_a_day(town)
        await town.restart_bot()
    lines = written.getvalue().splitlines()
    # It was logged, and what went wrong is in it.
    assert len(lines) > 500
    assert any("update failed: incident=" in line for line in lines)
    for library in ("telegram", "sqlalchemy", "apscheduler"):
        assert any(f" {library}." in line for line in lines), library
    found = {
        secret: [line[:200] for line in lines if secret.casefold() in line.casefold()][:3]
        for secret in (token, token.split(":")[1], *SECRETS)
    }
    assert {secret: where for secret, where in found.items() if where} == {}


def test_the_same_day_would_be_found_in_what_libraries_say() -> None:
    """The control: with the usual formatter, the library's own line has the words in it."""
    with everything_logged() as written:
        written_plainly = io.StringIO()
        plain = logging.StreamHandler(written_plainly)
        logging.getLogger().addHandler(plain)
        try:
            logging.getLogger("telegram.ext").debug("Processing update %s", f"text={MEDICINE}")
            try:
                raise ValueError(MEDICINE)
            except ValueError:
                logging.getLogger("bot.intake").exception("handling failed")
        finally:
            logging.getLogger().removeHandler(plain)
    assert MEDICINE in written_plainly.getvalue()
    assert MEDICINE not in written.getvalue()
