"""A button's data: verb, family, subject and a short argument, in at most 64 bytes.

A button names its family so that an old card keeps working after its reader has switched to another
one. That proves nothing: membership is checked on every press.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar, get_origin, get_type_hints
from uuid import UUID

NOWHERE = UUID(int=0)
VERB_LENGTH = 2
ARGUMENT_LENGTH = 10
_ID_LENGTH = 22
# The characters we write into arguments. Reading is just as strict, since `int(…, 36)` would also
# accept "_1" and "٣".
_ARGUMENT = re.compile(rf"[\w.-]{{0,{ARGUMENT_LENGTH}}}", re.ASCII)

T = TypeVar("T")


class UnreadableCallback(ValueError):
    """Not one of our buttons, or one from a version of the bot that is no longer supported."""


class Style(StrEnum):
    """Telegram's button styles."""

    GREEN = "success"
    RED = "danger"


@dataclass(frozen=True)
class Argument(Generic[T]):
    """How a value is encoded in a button. `write` and `read` raise ValueError for anything else;
    `old` encodings still exist on phones, but aren't written any more.
    """

    write: Callable[[T], str]
    read: Callable[[str], T]
    old: frozenset[str] = frozenset()

    def read_canonical(self, text: str) -> T:
        """Raises :class:`UnreadableCallback` for anything that :attr:`write` would encode
        differently.
        """
        try:
            value = self.read(text)
            is_ours = text in self.old or self.write(value) == text
        except (ValueError, OverflowError, OSError) as error:
            raise UnreadableCallback from error
        if not is_ours:
            raise UnreadableCallback
        return value


@dataclass(frozen=True)
class _Form:
    """Where each field of a kind is encoded."""

    subject: str = ""
    argument_name: str = ""
    argument: Argument[Any] | None = None


def _form_of(kind: type) -> _Form:
    """Raises TypeError for a kind with more fields than fit."""
    form = _Form()
    for name, hint in get_type_hints(kind, include_extras=True).items():
        if get_origin(hint) is ClassVar or name == "family_id":
            continue
        written = next((part for part in _annotations(hint) if isinstance(part, Argument)), None)
        if form.subject if written is None else form.argument:
            raise TypeError(f"{kind.__name__} has more fields than fit")
        if written is None:
            form = replace(form, subject=name)
        else:
            form = replace(form, argument_name=name, argument=written)
    return form


def _annotations(hint: Any) -> tuple[Any, ...]:
    found: tuple[Any, ...] = getattr(hint, "__metadata__", ())
    return found


@dataclass(frozen=True, kw_only=True)
class Press:
    """A button of one kind. Besides the family, a kind has at most one subject, which is an id, and
    at most one field encoded as the argument, whose type is annotated with its encoding.
    """

    verb: ClassVar[str] = ""
    #: For presses that change nothing: they may be dropped when somebody presses too fast.
    is_read_only: ClassVar[bool] = False
    #: For presses that may be made in a group, too: others would show there what is private.
    is_for_groups: ClassVar[bool] = False
    style: ClassVar[Style | None] = None
    _form: ClassVar[_Form] = _Form()

    family_id: UUID

    def __init_subclass__(cls) -> None:
        cls._form = _form_of(cls)

    def encode(self) -> str:
        """The `callback_data`. Raises ValueError for values that don't fit."""
        form = self._form
        subject_id = getattr(self, form.subject) if form.subject else NOWHERE
        argument = ""
        if form.argument is not None:
            argument = form.argument.write(getattr(self, form.argument_name))
        if not _ARGUMENT.fullmatch(argument):
            raise ValueError("the argument of a button has at most 10 letters and digits")
        return self.verb + _encode_id(self.family_id) + _encode_id(subject_id) + argument

    @classmethod
    def read(cls, data: str) -> Self:
        """A button of this kind. Raises :class:`UnreadableCallback` for anything that
        :meth:`encode` neither writes nor wrote in the past.
        """
        form, at = cls._form, VERB_LENGTH
        values: dict[str, Any] = {"family_id": _decode_id(data[at : at + _ID_LENGTH])}
        at += _ID_LENGTH
        subject_id, text = _decode_id(data[at : at + _ID_LENGTH]), data[at + _ID_LENGTH :]
        if form.subject:
            values[form.subject] = subject_id
        elif subject_id != NOWHERE:
            raise UnreadableCallback
        if not _ARGUMENT.fullmatch(text):
            raise UnreadableCallback
        if form.argument is not None:
            values[form.argument_name] = form.argument.read_canonical(text)
        elif text:
            raise UnreadableCallback
        return cls(**values)


def _encode_id(value: UUID) -> str:
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def _decode_id(encoded: str) -> UUID:
    """Python's base64 ignores foreign characters and spare bits; we accept one spelling only."""
    if len(encoded) != _ID_LENGTH:
        raise UnreadableCallback
    try:
        value = UUID(bytes=base64.urlsafe_b64decode(encoded + "=="))
    except ValueError as error:
        raise UnreadableCallback from error
    if _encode_id(value) != encoded:
        raise UnreadableCallback
    return value
