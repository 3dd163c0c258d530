"""Parameters held against the published description of the Bot API."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.bot_api.make_methods import make_table
from bot.sandbox.bot_api.validation import TABLE, method_named, validate
from bot.sandbox.errors import ApiError

DESCRIPTION = Path(__file__).parents[5] / "shared" / "telegram-bot-api.json"


def refusal(method: str, given: dict[str, Any]) -> str:
    with pytest.raises(ApiError) as refused:
        validate(method, given)
    assert refused.value.code == 400
    return refused.value.description


def test_the_table_is_what_the_published_description_says() -> None:
    if not DESCRIPTION.exists():
        pytest.skip("the Bot API's description does not lie beside the checkout")
    assert make_table(json.loads(DESCRIPTION.read_text(encoding="utf-8"))) == TABLE


def test_every_method_has_checks_for_all_its_parameters() -> None:
    for method, fields in TABLE["methods"].items():
        with suppress(ApiError):
            validate(method, dict.fromkeys(fields, "1"))


def test_methods_are_found_in_any_case_and_unknown_ones_are_404() -> None:
    assert method_named("SENDMESSAGE") == "sendMessage"
    with pytest.raises(ApiError) as refused:
        method_named("sendMesage")
    assert (refused.value.code, refused.value.description) == (404, "Not Found")


def test_forms_and_json_are_typed_alike() -> None:
    keyboard = {"inline_keyboard": [[{"text": "Taken", "callback_data": "t"}]]}
    typed = {
        "chat_id": 7,
        "text": "5",
        "disable_notification": True,
        "reply_markup": keyboard,
    }
    form = {
        "chat_id": "7",
        "text": "5",
        "disable_notification": "true",
        "reply_markup": json.dumps(keyboard),
    }
    assert validate("sendMessage", form) == typed
    assert validate("sendMessage", {**typed, "parse_mode": None}) == typed


@pytest.mark.parametrize(
    ("method", "given", "expected"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": 1}, "message text is empty"),
        ("sendChatAction", {"chat_id": 1}, 'parameter "action" is required'),
        ("sendMessage", {"chat_id": 1, "text": "x", "parsemode": "HTML"}, "unknown parameter"),
        ("deleteMessage", {"chat_id": 1, "message_id": "x"}, "integer expected"),
        ("deleteMessage", {"chat_id": 1, "message_id": True}, "integer expected"),
        ("deleteMessage", {"chat_id": 2**63, "message_id": 1}, "integer expected"),
        ("sendMessage", {"chat_id": 1, "text": ["x"]}, "string expected"),
        ("getUpdates", {"allowed_updates": "message"}, "JSON expected"),
        ("getUpdates", {"allowed_updates": '"message"'}, "array expected"),
        ("answerCallbackQuery", {"callback_query_id": "1", "show_alert": "maybe"}, "boolean"),
        ("sendLocation", {"chat_id": 1, "latitude": "north", "longitude": 1}, "number expected"),
    ],
)
def test_what_is_missing_unknown_or_mistyped_is_refused(
    method: str, given: dict[str, Any], expected: str
) -> None:
    assert expected in refusal(method, given)


@pytest.mark.parametrize(
    ("button", "expected"),
    [
        ({"callback_data": "x"}, 'field "text" of InlineKeyboardButton is missing'),
        ({"text": "x", "callback": "x"}, 'unknown field "callback" of InlineKeyboardButton'),
        ({"text": 5, "callback_data": "x"}, "string expected"),
        ({"text": "x", "callback_data": 5}, "string expected"),
        ({"text": "x", "copy_text": "x"}, "CopyTextButton expected"),
    ],
)
def test_objects_inside_are_checked_too(button: dict[str, Any], expected: str) -> None:
    markup = {"inline_keyboard": [[button]]}
    given = {"chat_id": 1, "text": "x", "reply_markup": markup}
    assert expected in refusal("sendMessage", given)


def test_a_union_takes_each_of_its_types() -> None:
    for markup in (
        {"keyboard": [[{"text": "x"}]]},
        {"remove_keyboard": True},
        {"force_reply": True},
    ):
        given = {"chat_id": 1, "text": "x", "reply_markup": markup}
        assert validate("sendMessage", given)["reply_markup"] == markup
