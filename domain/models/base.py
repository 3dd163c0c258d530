"""What all tables share: the declarative base, naming conventions, keys, timestamps."""

import secrets
import time
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, MetaData, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

_E = TypeVar("_E", bound=StrEnum)


def new_id() -> UUID:
    """A version 7 UUID (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 fresh random bits.

    Time-ordered, so that new rows land on the same index page; made by the application, so that
    rows can refer to each other before they are written. Never a secret: those come from `secrets`.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76  # version
    value = value & ~(0x3 << 62) | 0x2 << 62  # variant
    return UUID(int=value)


class TextOf(TypeDecorator[_E]):
    """Text that holds the values of an enum: a named CHECK limits it, and rows carry its members.

    Not SQLAlchemy's own `Enum`, which makes a VARCHAR as long as its longest value, so that a new
    status would have to rewrite the column.
    """

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[_E]) -> None:
        super().__init__()
        self.enum = enum

    def process_result_value(self, value: str | None, dialect: Dialect) -> _E | None:  # noqa: ARG002
        return None if value is None else self.enum(value)


class Base(DeclarativeBase):
    """Constraint names follow one convention, so that a migration can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        str: Text,
        dict[str, Any]: JSONB(none_as_null=True),  # None is SQL NULL, not JSON null
    }


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
TelegramId = Annotated[int, mapped_column(BigInteger)]
Now = Annotated[datetime, mapped_column(server_default=func.clock_now())]
Settings = Annotated[dict[str, Any], mapped_column(server_default="{}")]
