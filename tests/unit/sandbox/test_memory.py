"""What the sandbox remembers when its process ends, by stop or by ``kill -9``."""

import asyncio
import signal
import sqlite3
import stat
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from bot.sandbox import Sandbox
from domain.clock import Clock

# Adds one person who writes until the process is killed, and says when each message was taken.
_WRITER = """
import asyncio, sys
from pathlib import Path
from bot.sandbox import Sandbox

async def main():
    sandbox = Sandbox(Path(sys.argv[1]))
    await sandbox.start()
    anna = sandbox.add_person("Anna")
    while True:
        message = await anna.send("hello")
        sys.stdout.write(f"{message.id}\\n")
        sys.stdout.flush()

asyncio.run(main())
"""


def connect(sandbox: Sandbox) -> Bot:
    return Bot(
        sandbox.token,
        base_url=f"{sandbox.api_url}/bot",
        base_file_url=f"{sandbox.api_url}/file/bot",
    )


async def test_everything_is_there_after_a_restart(tmp_path: Path) -> None:
    async with Sandbox(tmp_path) as sandbox, connect(sandbox) as bot:
        token = sandbox.token
        anna, ben = sandbox.add_person("Anna", language_code="pt-br"), sandbox.add_person("Ben")
        await anna.start()
        [start] = await bot.get_updates()
        await bot.get_updates(offset=start.update_id + 1)
        keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Taken", callback_data="t")]])
        sent = await bot.send_message(anna.id, "<b>Due</b>", "HTML", reply_markup=keyboard)
        document = await bot.send_document(anna.id, b"a,b", filename="x.csv")
        await bot.set_my_commands([("today", "What is due")])
        ben.block()
        query_id = anna.tap("Taken")
        shown = anna.messages

    async with Sandbox(tmp_path) as sandbox, connect(sandbox) as bot:
        assert sandbox.token == token
        again, blocked = sandbox.people
        assert (again.id, again.name, again.messages) == (anna.id, "Anna", shown)
        assert blocked.name == "Ben"
        waiting = await bot.get_updates()
        assert [update.update_id for update in waiting] == [
            start.update_id + 1,
            start.update_id + 2,
        ]
        await bot.answer_callback_query(query_id, "Recorded")
        assert [toast.text for toast in again.toasts] == ["Recorded"]
        assert (await bot.get_my_commands())[0].command == "today"
        assert document.document is not None
        file = await bot.get_file(document.document.file_id)
        assert bytes(await file.download_as_bytearray()) == b"a,b"
        await bot.edit_message_text("Taken", anna.id, sent.message_id)
        newer = await bot.send_message(anna.id, "x")
        assert newer.message_id > document.message_id


async def test_numbers_never_repeat_even_when_everything_was_confirmed_and_deleted(
    tmp_path: Path,
) -> None:
    seen_updates, seen_messages = [], []
    for _ in range(2):
        async with Sandbox(tmp_path) as sandbox, connect(sandbox) as bot:
            anna = sandbox.people[0] if sandbox.people else sandbox.add_person("Anna")
            await anna.send("hello")
            [update] = await bot.get_updates()
            await bot.get_updates(offset=update.update_id + 1)
            await bot.delete_message(anna.id, anna.last.id)
            assert update.message is not None
            seen_updates.append(update.update_id)
            seen_messages.append(update.message.message_id)
    assert seen_updates[0] < seen_updates[1]
    assert seen_messages[0] < seen_messages[1]


async def test_a_fresh_folder_continues_after_a_lost_one(tmp_path: Path) -> None:
    """The bot's database may remember the updates and the people of a folder that is gone."""
    clock, numbers = Clock(), []
    for folder in ("one", "two"):
        async with Sandbox(tmp_path / folder, clock=clock) as sandbox, connect(sandbox) as bot:
            anna = sandbox.add_person("Anna")
            await anna.send("hello")
            [update] = await bot.get_updates()
            numbers.append((update.update_id, anna.id))
        clock.advance(timedelta(seconds=1))
    assert numbers[0][0] < numbers[1][0]
    assert numbers[0][1] < numbers[1][1]


async def test_what_was_said_survives_kill_9(tmp_path: Path) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _WRITER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert writer.stdout is not None
    taken = [int(await writer.stdout.readline()) for _ in range(50)]
    writer.send_signal(signal.SIGKILL)
    taken += [int(line) for line in (await writer.stdout.read()).split()]
    await writer.wait()
    async with Sandbox(tmp_path) as sandbox:
        [anna] = sandbox.people
        kept = [message.id for message in anna.messages]
        assert kept[: len(taken)] == taken
        assert sandbox.unconfirmed_updates == len(kept)


async def test_the_folder_is_nobody_elses_business(tmp_path: Path) -> None:
    folder = tmp_path / "sandbox"
    async with Sandbox(folder) as sandbox:
        sandbox.add_person("Anna")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}


async def test_two_sandboxes_cannot_share_a_folder(tmp_path: Path) -> None:
    async with Sandbox(tmp_path):
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            Sandbox(tmp_path)
