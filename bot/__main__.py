"""The command line: ``carecircle`` or ``python -m bot``.

Exit codes: 0 done, 1 something is wrong (and was reported), 2 bad configuration or usage.
"""

import argparse
import logging
import sys
from collections.abc import Coroutine, Sequence
from typing import Any

import uvloop

from bot.embedded import EmbeddedError
from bot.ops.logs import configure_logging
from bot.settings import Settings, SettingsError, load_settings
from migrations.runner import MigrationError

log = logging.getLogger("bot")

SANDBOX_PORT = 8080
GONE_WRONG = 1
BAD_CONFIGURATION = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        configure_logging(settings.log_level)
        return uvloop.run(_command(options, settings))
    except (SettingsError, EmbeddedError) as error:
        print(error, file=sys.stderr)
        return BAD_CONFIGURATION
    except MigrationError as error:
        print(error, file=sys.stderr)
        return GONE_WRONG
    except KeyboardInterrupt:
        return 130  # what a shell reports for a program ended by Ctrl-C
    except Exception:
        # The log redacts secrets in a traceback; the interpreter would not.
        log.critical("unexpected error", exc_info=True)
        return GONE_WRONG


def _command(options: argparse.Namespace, settings: Settings) -> Coroutine[Any, Any, int]:
    match options.command:
        case "run" | None:
            return _run(settings)
        case "sandbox":
            return _run(settings, sandbox_port=options.port)
        case "doctor":
            return _doctor(options, settings)
        case "resume":
            return _resume(settings)
        case "set-aside":
            return _set_aside(options, settings)
        case _:
            return _db(options, settings)


async def _run(settings: Settings, *, sandbox_port: int | None = None) -> int:
    # Imports the whole bot, which the other commands don't need.
    from bot.app import process  # noqa: PLC0415

    if sandbox_port is None and not settings.telegram_bot_token:
        print("TELEGRAM_BOT_TOKEN is not set: this is the sandbox, without Telegram.")
        sandbox_port = SANDBOX_PORT
    await process.run(settings, sandbox_port=sandbox_port)
    return 0


async def _doctor(options: argparse.Namespace, settings: Settings) -> int:
    from bot.commands.doctor import examine  # noqa: PLC0415

    healthy = True
    async for finding in examine(settings, deep=options.deep):
        print(finding, flush=True)
        healthy = healthy and finding.ok
    return 0 if healthy else GONE_WRONG


async def _resume(settings: Settings) -> int:
    from bot.commands.resume import resume  # noqa: PLC0415

    print(await resume(settings))
    return 0


async def _set_aside(options: argparse.Namespace, settings: Settings) -> int:
    from bot.commands import set_aside  # noqa: PLC0415

    try:
        match options.action:
            case "retry":
                said = await set_aside.retry(settings, options.id)
            case "drop":
                said = await set_aside.drop(settings, options.id)
            case _:
                said = await set_aside.list_all(settings)
    except set_aside.UnknownId:
        print(f"Nothing with the id {options.id} is set aside.", file=sys.stderr)
        return GONE_WRONG
    print(said)
    return 0


async def _db(options: argparse.Namespace, settings: Settings) -> int:
    from bot.commands import database  # noqa: PLC0415

    match options.action:
        case "upgrade":
            said = await database.upgrade(settings, revision=options.revision)
        case "downgrade":
            said = await database.downgrade(
                settings, revision=options.revision, may_lose_data=options.yes
            )
        case "revision":
            said = await database.new_revision(settings, message=options.message)
        case "check":
            said = await database.check(settings)
        case "reset":
            said = await database.reset(settings)
        case _:
            return await database.studio(settings)
    print(said)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="carecircle",
        description="A Telegram assistant for families who look after somebody together.",
        epilog="Settings come from the environment and .env; .env.example explains each of them.",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="run the bot (the default); without a token, the sandbox")
    sandbox = commands.add_parser("sandbox", help="run the bot on a page in your browser")
    sandbox.add_argument("--port", type=_port, default=SANDBOX_PORT, help="default: %(default)s")
    doctor = commands.add_parser("doctor", help="check configuration and connections")
    doctor.add_argument(
        "--deep", action="store_true", help="also check what must hold in the tables"
    )
    commands.add_parser("resume", help="send from a database that was restored from a backup")
    aside = commands.add_parser("set-aside", help="list what failed and was set aside")
    choices = aside.add_subparsers(dest="action", metavar="ACTION")
    for action, words in (("retry", "try it again"), ("drop", "never try it again")):
        choices.add_parser(action, help=words).add_argument("id", help="its id, or 'all'")

    actions = commands.add_parser("db", help="manage the database").add_subparsers(
        dest="action", metavar="ACTION", required=True
    )
    upgrade = actions.add_parser("upgrade", help="bring the schema up to date")
    upgrade.add_argument("revision", nargs="?", default="head", help="default: %(default)s")
    downgrade = actions.add_parser("downgrade", help="downgrade the schema")
    downgrade.add_argument("revision", nargs="?", default="-1", help="default: one step")
    downgrade.add_argument("--yes", action="store_true", help="confirm, even if data is lost")
    revision = actions.add_parser("revision", help="write a revision from changed models")
    revision.add_argument("-m", "--message", required=True, help="what changes, in a few words")
    actions.add_parser("check", help="check that the revisions match the models")
    reset = actions.add_parser("reset", help="delete all data and start over")
    reset.add_argument(
        "--yes", action="store_true", required=True, help="confirm that all data is deleted"
    )
    actions.add_parser("studio", help="look at the data with psql")
    return parser


def _port(text: str) -> int:
    number = int(text)
    if not 0 < number < 65_536:
        raise argparse.ArgumentTypeError("must be between 1 and 65535")
    return number


if __name__ == "__main__":
    sys.exit(main())
