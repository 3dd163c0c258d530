"""What CareCircle writes to its log, and what it never writes."""

import logging
import re
from collections.abc import Iterator

import pytest

from bot.ops.logs import OURS, LineFormatter, configure_logging

TOKEN = "123456789:AAE-h4rdToGuess_0123456789abcdefghi"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    loggers = [logging.getLogger(), *(logging.getLogger(name) for name in OURS)]
    before = [(logger.level, logger.handlers[:]) for logger in loggers]
    yield
    for logger, (level, handlers) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.handlers[:] = handlers


def test_one_line_with_utc_level_and_place(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    logging.getLogger("bot.intake").info("took %d updates\nand a line break", 3)
    line = capsys.readouterr().err
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z INFO bot\.intake:"
        r" took 3 updates \| and a line break\n",
        line,
    )


def test_a_traceback_stays_on_the_line_of_its_event(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO")
    try:
        raise RuntimeError("first line\nsecond line")
    except RuntimeError:
        logging.getLogger("bot").exception("incident 42")
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "incident 42 | Traceback: | test_logs.py:" in line
    assert line.endswith("RuntimeError\n")
    assert "first line" not in line


def test_of_what_a_library_says_only_the_fixed_words_stand(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("INFO")
    logging.getLogger("telegram.Bot").critical("Received data was %r", {"text": "Mum took Aspirin"})
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: Aspirin")
    logged = capsys.readouterr().err
    assert "Received data was %r" in logged
    assert "Task exception was never retrieved" in logged
    assert "Aspirin" not in logged


@pytest.mark.parametrize(
    "secret",
    [
        TOKEN,
        f"https://api.telegram.org/bot{TOKEN}/getMe",
        f"https://api.telegram.org/bot{TOKEN.replace(':', '%3A')}/getMe",
        "postgresql+asyncpg://anna:AAE-h4rdToGuess@db.example/care?ssl=require",
        "redis://:AAE-h4rdToGuess@cache:6379/0",
        "https://anna:AAE-h4rd@ToGuess@proxy.example",
    ],
)
@pytest.mark.parametrize("where", ["message", "argument", "exception", "cause"])
def test_secrets_are_struck_out_wherever_they_stand(
    secret: str, where: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("INFO")
    log = logging.getLogger("bot.telegram_api.transport")
    if where == "message":
        log.warning(f"cannot reach {secret}")
    elif where == "argument":
        log.warning("cannot reach %s", {"url": secret})
    else:
        try:
            try:
                raise OSError(f"cannot reach {secret}")
            except OSError as error:
                if where == "exception":
                    raise
                raise RuntimeError("later") from error
        except (OSError, RuntimeError):
            log.exception("failed")
    line = capsys.readouterr().err
    # Of an exception nothing is written that it says.
    assert ("***" in line) == (where in {"message", "argument"})
    assert "h4rd" not in line
    assert "ToGuess" not in line


def test_ordinary_text_is_left_alone() -> None:
    record = logging.LogRecord("bot", logging.INFO, "", 0, "", None, None)
    for text in (
        "due at 2026-11-23T08:00:00Z, wake:2026-11-23T08:00Z",
        "GET http://127.0.0.1:8080/people?mail=a@b.example 200",
        "family 0190f3c2-7d2e-7a60-8c41-5a1b6b1c2d3e",
    ):
        record.msg = text
        assert LineFormatter().format(record).endswith(f" {text}")


def test_libraries_only_warn_even_while_debugging(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("DEBUG")
    logging.getLogger("bot.intake").debug("ours")
    for library in ("telegram.Bot", "aiohttp.access", "apscheduler.executors.default", "httpx"):
        logging.getLogger(library).info("a family's words")
    logging.getLogger("apscheduler").warning("missed")
    logged = capsys.readouterr().err
    assert "ours" in logged
    assert "missed" in logged
    assert "words" not in logged


def test_a_higher_level_silences_everybody(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("ERROR")
    logging.getLogger("bot").warning("ours")
    logging.getLogger("telegram").warning("theirs")
    assert capsys.readouterr().err == ""
