"""The local Bot API over HTTP: addresses and parameters, limits, and faults on order."""

import asyncio
import json

import aiohttp
import pytest
from telegram import Bot
from telegram.error import BadRequest, InvalidToken, NetworkError, RetryAfter

from bot.sandbox import Drop, Limits, Person, Sandbox
from domain.clock import Clock
from tests.unit.sandbox.bot_api.calls import ask


async def test_parameters_come_as_json_form_multipart_or_query(
    sandbox: Sandbox, anna: Person
) -> None:
    given = {"chat_id": str(anna.id), "text": "Mum & co"}
    multipart = aiohttp.FormData(given, default_to_multipart=True)
    for options in ({"json": given}, {"data": given}, {"data": multipart}, {"params": given}):
        status, body = await ask(sandbox, "sendMessage", **options)
        assert (status, body["result"]["text"]) == (200, "Mum & co")
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.api_url}/bot{sandbox.token}/getMe") as response,
    ):
        assert (await response.json())["result"]["username"] == sandbox.bot_username


async def test_a_wrong_token_is_401_and_a_malformed_one_404(sandbox: Sandbox) -> None:
    async with aiohttp.ClientSession() as session:
        for token, status in (("123:abc", 401), ("nonsense", 404)):
            async with session.get(f"{sandbox.api_url}/bot{token}/getMe") as response:
                assert (response.status, (await response.json())["error_code"]) == (status, status)


async def test_unknown_methods_and_parameters_are_refused(sandbox: Sandbox) -> None:
    assert await ask(sandbox, "sendMesage") == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )
    status, body = await ask(sandbox, "getMe", json={"verbose": True})
    assert (status, body["description"]) == (
        400,
        'Bad Request: unknown parameter "verbose" of getMe',
    )


async def test_a_broken_body_is_refused(sandbox: Sandbox) -> None:
    headers = {"Content-Type": "application/json"}
    for broken in ("{", "[]", '"x"'):
        status, body = await ask(sandbox, "getMe", data=broken, headers=headers)
        assert (status, body["ok"]) == (400, False)


async def test_what_is_not_utf8_is_refused(sandbox: Sandbox, anna: Person) -> None:
    headers = {"Content-Type": "application/json"}
    half = json.dumps({"chat_id": anna.id, "text": "\ud83d"})
    for broken in (b'{"text": "\xff"}', half.encode()):
        status, body = await ask(sandbox, "sendMessage", data=broken, headers=headers)
        assert status == 400
        assert "strings must be encoded in UTF-8" in body["description"]


async def test_too_large_a_request_is_413(sandbox: Sandbox, anna: Person) -> None:
    # Only announced: a server that waited for all of it would not answer.
    host, port = sandbox.api_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(
        f"POST /bot{sandbox.token}/sendDocument HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Length: {60 * 1024 * 1024}\r\n\r\n".encode()
    )
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_methods_that_the_sandbox_does_not_carry_out_say_so(bot: Bot, anna: Person) -> None:
    with pytest.raises(BadRequest, match=r"(?i)the sandbox does not carry out sendDice"):
        await bot.send_dice(anna.id)


async def test_commands_are_kept_by_scope_and_language(bot: Bot) -> None:
    await bot.set_my_commands([("today", "What is due")])
    await bot.set_my_commands([("today", "Was ansteht")], language_code="de")
    assert [one.description for one in await bot.get_my_commands()] == ["What is due"]
    assert [one.description for one in await bot.get_my_commands(language_code="de")] == [
        "Was ansteht"
    ]
    await bot.delete_my_commands(language_code="de")
    assert await bot.get_my_commands(language_code="de") == ()
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([("Add-Med", "x")])


async def test_the_bot_introduces_itself(bot: Bot, anna: Person) -> None:
    await bot.set_my_name("Care")
    await bot.set_my_description("Looks after Mum")
    await bot.set_my_short_description("For families")
    assert (await bot.get_me()).first_name == "Care"
    assert (await bot.get_my_name()).name == "Care"
    assert (await bot.get_my_description(language_code="fr")).description == "Looks after Mum"
    assert (await bot.get_my_short_description()).short_description == "For families"
    assert (await bot.get_chat(anna.id)).first_name == "Anna"
    await bot.send_chat_action(anna.id, "typing")


async def test_more_than_the_limit_waits_retry_after(clock: Clock) -> None:
    limits = Limits(chat_per_second=0.01, chat_burst=2)
    async with (
        Sandbox(clock=clock, limits=limits) as sandbox,
        Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot,
    ):
        anna, ben = sandbox.add_person("Anna"), sandbox.add_person("Ben")
        await anna.start()
        await ben.start()
        await bot.send_message(anna.id, "1")
        await bot.send_message(anna.id, "2")
        with pytest.raises(RetryAfter) as refused:
            await bot.send_message(anna.id, "3")
        assert 1 < refused.value.retry_after.total_seconds() <= 100  # type: ignore[union-attr]
        assert [message.text for message in anna.messages] == ["/start", "1", "2"]
        await bot.send_message(ben.id, "another chat is not held up")
        await bot.get_chat(anna.id)


async def test_a_whole_bot_has_its_limit_too() -> None:
    async with (
        Sandbox(limits=Limits(per_second=0.01, burst=3)) as sandbox,
        Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot,
    ):
        people = [sandbox.add_person(f"Person {number}") for number in range(4)]
        for person in people:
            await person.start()
        for person in people[:3]:
            await bot.send_message(person.id, "x")
        with pytest.raises(RetryAfter):
            await bot.send_message(people[3].id, "x")


async def test_without_limits_everything_passes() -> None:
    async with (
        Sandbox(limits=None) as sandbox,
        Bot(sandbox.token, base_url=f"{sandbox.api_url}/bot") as bot,
    ):
        anna = sandbox.add_person("Anna")
        await anna.start()
        for number in range(60):
            await bot.send_message(anna.id, str(number))
        assert anna.last.text == "59"


async def test_planned_errors_strike_as_often_as_asked(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    sandbox.fail_next("sendMessage", status=500, times=2)
    sandbox.fail_next("sendMessage", status=429, retry_after=7)
    for error in (NetworkError, NetworkError, RetryAfter):
        with pytest.raises(error):
            await bot.send_message(anna.id, "x")
    await bot.get_me()
    await bot.send_message(anna.id, "x")
    assert sandbox.faults_struck("sendMessage") == 3
    assert [message.text for message in anna.messages] == ["/start", "x"]


async def test_a_connection_breaks_before_or_after_the_effect(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    sandbox.fail_next("sendMessage", drop=Drop.BEFORE)
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "lost")
    sandbox.fail_next("sendMessage", drop=Drop.AFTER)
    with pytest.raises(NetworkError):
        await bot.send_message(anna.id, "arrived")
    assert [message.text for message in anna.messages] == ["/start", "arrived"]


async def test_a_server_that_knows_only_some_methods(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    sandbox.only({"getMe", "sendMessage"})
    await bot.get_me()
    await bot.send_message(anna.id, "x")
    with pytest.raises(BadRequest):
        await bot.set_my_commands([("today", "What is due")])
    sandbox.heal()
    await bot.set_my_commands([("today", "What is due")])


async def test_calls_are_recorded_with_what_became_of_them(
    sandbox: Sandbox, bot: Bot, anna: Person
) -> None:
    await bot.send_message(anna.id, "x")
    with pytest.raises(BadRequest):
        await bot.send_message(4711, "y")
    with pytest.raises(InvalidToken):
        await ask_with_other_token(sandbox)
    sent, refused = [call for call in sandbox.calls if call.method == "sendMessage"]
    assert (sent.params["text"], sent.result["text"], sent.error) == ("x", "x", None)
    assert (refused.params["chat_id"], refused.result) == (4711, None)
    assert refused.error is not None
    assert refused.error.description == "Bad Request: chat not found"
    assert json.dumps(sent.result)


async def ask_with_other_token(sandbox: Sandbox) -> None:
    async with Bot("123:abc", base_url=f"{sandbox.api_url}/bot"):
        pass
