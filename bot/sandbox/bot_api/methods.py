"""The methods of the Bot API that the sandbox implements."""

import json
import re
from collections.abc import Callable
from struct import unpack
from typing import Any

from bot.sandbox.bot_api.keyboards import inline_keyboard
from bot.sandbox.bot_api.limits import LimitKeeper
from bot.sandbox.bot_api.validation import Upload
from bot.sandbox.errors import Json, bad_request
from bot.sandbox.formatting import MAX_CAPTION, format_text
from bot.sandbox.world.groups import Chat
from bot.sandbox.world.records import Account, Bubble, Group, StoredFile
from bot.sandbox.world.world import World

_MAX_POLL = 50
"""Seconds that Telegram holds a getUpdates at most."""
_MAX_DOWNLOAD = 20 * 1024 * 1024
"""Bytes that a bot may download."""
_MAX_TOAST = 200
_PNG, _PNG_SIZE_ENDS = b"\x89PNG\r\n\x1a\n", 24
"""The only pictures that the sandbox reads: how they begin, and where their size ends."""
_MAX_SIDES = 10_000
"""Pixels of a photo's width and height together."""

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")

# The scopes that apply to a private chat, most specific first.
_PRIVATE_SCOPES = ("all_private_chats", "default")

Method = Callable[[Json], Any]


class BotApi:
    """Serves calls with validated parameters. Raises ``ApiError`` as Telegram would."""

    def __init__(self, world: World, limits: LimitKeeper) -> None:
        self._world = world
        self._limits = limits
        self._methods: dict[str, Method] = {
            "getMe": self._get_me,
            "sendMessage": self._send_message,
            "editMessageText": self._edit_message_text,
            "editMessageReplyMarkup": self._edit_message_reply_markup,
            "deleteMessage": self._delete_message,
            "answerCallbackQuery": self._answer_callback_query,
            "sendDocument": self._send_document,
            "sendPhoto": self._send_photo,
            "sendChatAction": self._send_chat_action,
            "getChat": self._get_chat,
            "leaveChat": self._leave_chat,
            "getFile": self._get_file,
            "setMyCommands": self._set_my_commands,
            "getMyCommands": self._get_my_commands,
            "deleteMyCommands": self._delete_my_commands,
            "setMyName": self._setter("name", 64),
            "getMyName": self._getter("name"),
            "setMyDescription": self._setter("description", 512),
            "getMyDescription": self._getter("description"),
            "setMyShortDescription": self._setter("short_description", 120),
            "getMyShortDescription": self._getter("short_description"),
            "getWebhookInfo": self._get_webhook_info,
            "deleteWebhook": self._delete_webhook,
            "setWebhook": self._set_webhook,
        }

    async def call(self, method: str, params: Json) -> Any:
        """The ``result`` of a call."""
        if method == "getUpdates":
            return await self._get_updates(params)
        carry_out = self._methods.get(method)
        if carry_out is None:
            raise bad_request(f"the sandbox does not carry out {method}")
        return carry_out(params)

    # Updates.

    async def _get_updates(self, params: Json) -> list[Json]:
        limit = params.get("limit", 100)
        if not 1 <= limit <= 100:
            limit = 100
        if "allowed_updates" in params:
            self._world.updates.allow(params["allowed_updates"])
        return await self._world.updates.fetch(
            offset=params.get("offset", 0),
            limit=limit,
            timeout=min(_MAX_POLL, max(0, params.get("timeout", 0))),
        )

    def _get_webhook_info(self, _: Json) -> Json:
        return {
            "url": "",
            "has_custom_certificate": False,
            "pending_update_count": len(self._world.updates),
        }

    def _delete_webhook(self, params: Json) -> bool:
        if params.get("drop_pending_updates"):
            self._world.updates.drop()
        return True

    def _set_webhook(self, params: Json) -> bool:
        if params["url"]:
            raise bad_request("bad webhook: the sandbox hands out updates by getUpdates only")
        return self._delete_webhook(params)

    # Messages.

    def _send_message(self, params: Json) -> Json:
        formatted = format_text(
            params["text"],
            parse_mode=params.get("parse_mode", ""),
            entities=params.get("entities"),
        )
        if not formatted.text:
            raise bad_request("message text is empty")
        markup = params.get("reply_markup")
        keyboard = inline_keyboard(markup)
        account = self._addressee(params)
        reply_to = self._reply_to(account, params)
        self._limits.count(account.id)
        bubble = self._world.bot_sends(
            account,
            formatted,
            source=params["text"] if params.get("parse_mode") else None,
            keyboard=keyboard,
            composer=_composer(markup),
            silent=params.get("disable_notification", False),
            reply_to=reply_to,
            thread_id=params.get("message_thread_id"),
        )
        return self._world.message(bubble)

    def _send_document(self, params: Json) -> Json:
        return self._send_file(
            params, lambda: {"document": document(self._file(params["document"]))}
        )

    def _send_photo(self, params: Json) -> Json:
        return self._send_file(params, lambda: {"photo": [_picture(self._file(params["photo"]))]})

    def _send_file(self, params: Json, attach: Callable[[], Json]) -> Json:
        formatted = format_text(
            params.get("caption", ""),
            parse_mode=params.get("parse_mode", ""),
            entities=params.get("caption_entities"),
            limit=MAX_CAPTION,
        )
        markup = params.get("reply_markup")
        keyboard = inline_keyboard(markup)
        account = self._addressee(params)
        reply_to = self._reply_to(account, params)
        attachment = attach()
        self._limits.count(account.id)
        bubble = self._world.bot_sends(
            account,
            formatted,
            source=params.get("caption") if params.get("parse_mode") else None,
            keyboard=keyboard,
            composer=_composer(markup),
            attachment=attachment,
            silent=params.get("disable_notification", False),
            reply_to=reply_to,
            thread_id=params.get("message_thread_id"),
        )
        return self._world.message(bubble)

    def _edit_message_text(self, params: Json) -> Json:
        if "text" not in params:
            raise bad_request("message text is empty")
        formatted = format_text(
            params["text"],
            parse_mode=params.get("parse_mode", ""),
            entities=params.get("entities"),
        )
        if not formatted.text:
            raise bad_request("message text is empty")
        keyboard = inline_keyboard(params.get("reply_markup"))
        bubble = self._own_message(params)
        if bubble.attachment:
            raise bad_request("there is no text in the message to edit")
        self._limits.count(bubble.chat_id)
        source = params["text"] if params.get("parse_mode") else None
        self._world.bot_edits(bubble, formatted, source=source, keyboard=keyboard)
        return self._world.message(bubble)

    def _edit_message_reply_markup(self, params: Json) -> Json:
        keyboard = inline_keyboard(params.get("reply_markup"))
        bubble = self._own_message(params)
        self._limits.count(bubble.chat_id)
        self._world.bot_changes_keyboard(bubble, keyboard)
        return self._world.message(bubble)

    def _delete_message(self, params: Json) -> bool:
        account = self._world.chat(params["chat_id"])
        bubble = self._world.find_bubble(account.id, params["message_id"])
        if bubble is None:
            raise bad_request("message to delete not found")
        self._world.bot_deletes(bubble)
        return True

    def _answer_callback_query(self, params: Json) -> bool:
        text = params.get("text", "")
        if len(text) > _MAX_TOAST:
            raise bad_request("MESSAGE_TOO_LONG")
        self._world.bot_answers(
            params["callback_query_id"],
            text=text,
            alert=params.get("show_alert", False),
            url=params.get("url"),
        )
        return True

    def _send_chat_action(self, params: Json) -> bool:
        self._world.bot_types(self._addressee(params))
        return True

    # Chats and files.

    def _get_me(self, _: Json) -> Json:
        return {
            **self._world.bot_user(),
            "can_join_groups": True,
            "can_read_all_group_messages": True,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def _get_chat(self, params: Json) -> Json:
        return {
            **self._world.chat(params["chat_id"]).as_chat(),
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": {
                "unlimited_gifts": False,
                "limited_gifts": False,
                "unique_gifts": False,
                "premium_subscription": False,
                "gifts_from_channels": False,
            },
        }

    def _leave_chat(self, params: Json) -> bool:
        group = self._world.chat(params["chat_id"])
        if not isinstance(group, Group):
            raise bad_request("chat member status can't be changed in private chats")
        self._world.bot_leaves(group)
        return True

    def _get_file(self, params: Json) -> Json:
        file = self._world.file(params["file_id"])
        if file is None:
            raise bad_request("invalid file_id")
        if len(file.content) > _MAX_DOWNLOAD:
            raise bad_request("file is too big")
        return {**described(file), "file_path": file.path}

    def _file(self, given: str | Upload) -> StoredFile:
        if isinstance(given, Upload):
            if not given.content:
                raise bad_request("file must be non-empty")
            return self._world.keep_file(
                name=given.file_name, content_type=given.content_type, content=given.content
            )
        file = self._world.file(given)
        if file is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        return file

    # The bot's own page.

    def _set_my_commands(self, params: Json) -> bool:
        commands = params["commands"]
        if len(commands) > 100:
            raise bad_request("too much commands specified")
        for command in commands:
            if not _COMMAND.fullmatch(command["command"].removeprefix("/")):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        bare = [{**one, "command": one["command"].removeprefix("/")} for one in commands]
        self._world.set_profile(_commands_key(params), bare)
        return True

    def _get_my_commands(self, params: Json) -> list[Json]:
        commands: list[Json] = self._world.profile.get(_commands_key(params), [])
        return commands

    def _delete_my_commands(self, params: Json) -> bool:
        self._world.set_profile(_commands_key(params), [])
        return True

    def _setter(self, name: str, limit: int) -> Method:
        def set_text(params: Json) -> bool:
            text = params.get(name, "")
            if len(text) > limit:
                raise bad_request(f"{name.replace('_', ' ')} is too long")
            self._world.set_profile(f"{name}:{params.get('language_code', '')}", text)
            return True

        return set_text

    def _getter(self, name: str) -> Method:
        def get_text(params: Json) -> Json:
            usual = self._world.bot_user()["first_name"] if name == "name" else ""
            own = self._world.profile.get(f"{name}:{params.get('language_code', '')}")
            return {name: own or self._world.profile.get(f"{name}:") or usual}

        return get_text

    # Helpers for several methods.

    def _addressee(self, params: Json) -> Chat:
        return self._world.writable_chat(
            params["chat_id"], thread_id=params.get("message_thread_id")
        )

    def _reply_to(self, account: Chat, params: Json) -> int | None:
        wanted = params.get("reply_parameters")
        if wanted is None:
            return None
        if self._world.find_bubble(account.id, wanted["message_id"]) is not None:
            message_id: int = wanted["message_id"]
            return message_id
        if wanted.get("allow_sending_without_reply"):
            return None
        raise bad_request("message to be replied not found")

    def _own_message(self, params: Json) -> Bubble:
        """The message to edit. There are no inline messages here."""
        if "chat_id" not in params:
            raise bad_request("chat_id is empty")
        if "message_id" not in params:
            raise bad_request("message identifier is not specified")
        account = self._addressee(params)
        bubble = self._world.find_bubble(account.id, params["message_id"])
        if bubble is None:
            raise bad_request("message to edit not found")
        if not bubble.from_bot:
            raise bad_request("message can't be edited")
        return bubble


def document(file: StoredFile) -> Json:
    """A file as the ``document`` of a message."""
    return {**described(file), "file_name": file.name, "mime_type": file.content_type}


def _picture(file: StoredFile) -> Json:
    """A file as one size of a ``photo``. Raises 400 for what is no picture."""
    if not file.content.startswith(_PNG) or len(file.content) < _PNG_SIZE_ENDS:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = unpack(">II", file.content[_PNG_SIZE_ENDS - 8 : _PNG_SIZE_ENDS])
    if width + height > _MAX_SIDES:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return {**described(file), "width": width, "height": height}


def described(file: StoredFile) -> Json:
    return {
        "file_id": file.id,
        "file_unique_id": file.id[:16],
        "file_size": len(file.content),
    }


def menu(world: World, account: Account) -> list[Json]:
    """The commands that a person's app offers: the most specific scope and language wins."""
    scopes = [{"type": "chat", "chat_id": account.id}, *({"type": one} for one in _PRIVATE_SCOPES)]
    for scope in scopes:
        for language in (account.language_code.partition("-")[0], ""):
            commands: list[Json] | None = world.profile.get(
                _commands_key({"scope": scope, "language_code": language})
            )
            if commands:
                return commands
    return []


def _commands_key(params: Json) -> str:
    scope = params.get("scope") or {"type": "default"}
    return f"commands:{json.dumps(scope, sort_keys=True)}:{params.get('language_code', '')}"


def _composer(markup: Json | None) -> Json | None:
    return None if markup is None or "inline_keyboard" in markup else markup
