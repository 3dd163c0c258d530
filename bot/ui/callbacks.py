"""What a button carries: verb, family, subject and a short argument, in at most 64 bytes.

A button says which family it belongs to, so that an old card keeps working after its reader has
switched to another family. It is no proof of anything: membership is checked at every press.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

NOWHERE = UUID(int=0)
ARGUMENT_LENGTH = 10
IN_ENTRY = "e"  # the argument of a button below an entry of the history, which it draws anew
IN_NOTICE = "n"  # of one below a message that only delivery edits
_ID_LENGTH = 22
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# What we write into arguments; also what `int(…, 36)` is given, which would take "_1" and "٣" too.
_ARGUMENT = re.compile(rf"[\w.-]{{0,{ARGUMENT_LENGTH}}}", re.ASCII)
_MINUTE = re.compile("[0-9a-z]+")
_EPOCH, _MINUTE_LONG = datetime.fromtimestamp(0, UTC), timedelta(minutes=1)
_MOMENT_LONG, _MOMENT_LENGTH = timedelta(milliseconds=1), 8
_PART = re.compile("[0-9a-z]")


class Verb(StrEnum):
    TAKE = "tk"  # subject: dose
    TAKE_TODAY = "tt"  # subject: dose; argument: page of the list of today, which is pressed
    TODAY = "td"  # argument: page
    TAKE_EXACTLY = "tx"  # subject: dose; its day and time are named; argument: where, if not asked
    TAKE_ALL_SURELY = "ts"  # subject: care recipient; argument: see encode_named
    TAKE_ALL = "ta"  # subject: care recipient; argument: see encode_slot
    TAKE_TOLD = "tl"  # subject: the message about doses whose time was over that it stands under
    MORE = "mo"  # subject: dose
    BACK = "bk"  # subject: dose
    SKIP = "sk"  # subject: dose; argument: where, if not on a card
    SNOOZE = "sz"  # subject: dose; argument: minutes
    UNDO = "un"  # subject: dose; argument: see encode_moment; none, or a minute, on old buttons
    UNDO_ON_CARD = "uc"  # as UNDO, below a card, which shows what it led to by itself
    UNDO_ACTION = "ua"  # subject: what the message says was done; argument: how many were added
    UNDO_LAST = "ul"  # subject: what the member was shown that they did
    KEEP = "kp"  # changes nothing, and takes the buttons away
    SHOW = "sh"  # subject: dose; only tells who answered for it
    CORRECT = "co"  # subject: dose
    GIVE = "gv"  # subject: medication
    MY_CLOCK = "mc"  # subject: dose; argument: the minute that was meant by the presser's clock
    MEDICINES = "ml"  # argument: page
    MEDICINE = "md"  # subject: medication
    PAUSE = "pa"  # subject: medication
    STOP = "st"  # subject: medication
    RESTORE = "rs"  # subject: medication; argument: "p" where only a pause is to end
    HISTORY = "ha"  # argument: page
    HISTORY_OF_MEDICINE = "hm"  # subject: medication; argument: page
    HISTORY_OF_PERSON = "hp"  # subject: care recipient; argument: page
    ENTRY = "en"  # subject: dose
    REFILL = "rf"  # subject: medication
    REFILL_DAYS = "rd"  # subject: medication; argument: days
    PER_DOSE = "pd"  # subject: medication
    PROMISE_REFILL = "pr"  # subject: medication
    RENAME_PERSON = "rn"  # subject: care recipient
    MOVE_PERSON = "mv"  # subject: care recipient
    PAUSE_PERSON = "pp"  # subject: care recipient
    RESUME_PERSON = "rp"  # subject: care recipient
    LENGTHEN_PAUSE = "pl"  # subject: care recipient
    END_PAUSE_AS_PLANNED = "pe"  # subject: care recipient; argument: minute of the end
    UNDO_MEDICINE = "um"  # subject: medication
    CHANGE_MEDICINE = "cm"  # subject: medication
    CHANGE_OPEN = "xo"  # subject: the change that left doses open as they were
    APPOINTMENTS = "al"  # argument: page
    PAST_APPOINTMENTS = "ap"  # argument: page
    APPOINTMENT = "an"  # subject: occurrence; argument: "n" where it is shown by a new message
    SERIES = "as"  # subject: appointment; argument: page of its dates
    DRIVE = "dr"  # subject: occurrence; argument: how the presser sees it, see bot.routes
    STOP_DRIVING = "nd"  # subject: occurrence; argument: as DRIVE
    MOVE_APPOINTMENT = "ma"  # subject: occurrence
    CHANGE_APPOINTMENT = "ca"  # subject: occurrence
    CANCEL_APPOINTMENT = "xa"  # call it off; subject: occurrence; argument: how far it reaches
    RESTORE_APPOINTMENT = "ra"  # subject: occurrence
    REMIND_TOO = "rt"  # subject: occurrence; argument: minutes before
    CALENDAR_FILE = "cf"  # subject: occurrence
    FAMILY_CALENDAR = "fc"
    OUTCOME = "oc"  # subject: occurrence
    ALL_FINE = "of"  # subject: occurrence; argument: as DRIVE
    DOCTORS = "dl"  # argument: page
    DOCTOR = "do"  # subject: doctor
    CHANGE_DOCTOR = "cd"  # subject: doctor
    REMOVE_DOCTOR = "xd"  # subject: doctor
    RESTORE_DOCTOR = "rc"  # subject: doctor
    ADD_DOCTOR = "ad"  # subject: occurrence, whose doctor is only a name so far
    OWN_CLOCK = "ow"
    HEAR_OF_CHANGES = "hc"  # argument: "y" or "n"
    SWITCH_FAMILY = "sf"
    INVITE = "iv"  # argument: role
    INVITE_PERSON = "ip"  # subject: care recipient
    MENU = "mn"  # argument: name of a command
    FLOW = "fl"  # subject: flow; argument: version of the question, then the choice
    CONTINUE = "ct"  # subject: flow that nobody answered in time; argument: its kind
    FORGET = "fd"  # subject and argument: as CONTINUE


#: What only looks: whoever is impatient with these loses nothing.
LOOKS = frozenset(
    {
        *(Verb.MORE, Verb.BACK, Verb.SHOW, Verb.TODAY, Verb.MEDICINES, Verb.MEDICINE, Verb.ENTRY),
        *(Verb.HISTORY, Verb.HISTORY_OF_MEDICINE, Verb.HISTORY_OF_PERSON, Verb.APPOINTMENTS),
        *(
            Verb.APPOINTMENT,
            Verb.SERIES,
            Verb.PAST_APPOINTMENTS,
            Verb.DOCTORS,
            Verb.DOCTOR,
            Verb.KEEP,
        ),
        *(Verb.CALENDAR_FILE, Verb.FAMILY_CALENDAR, Verb.MENU),
    }
)


_STYLES: Mapping[str, str] = {
    **dict.fromkeys(
        (Verb.TAKE, Verb.TAKE_EXACTLY, Verb.TAKE_TODAY, Verb.TAKE_ALL, Verb.TAKE_TOLD), "success"
    ),
    **dict.fromkeys((Verb.STOP, Verb.CANCEL_APPOINTMENT, Verb.REMOVE_DOCTOR), "danger"),
}


def style_of(data: str) -> str | None:
    """Telegram's style of the button that carries *data*: green for Taken, red for what removes."""
    return _STYLES.get(data[:2])


class UnreadableCallback(ValueError):
    """Not one of our buttons, or one from a version of the bot long gone."""


@dataclass(frozen=True)
class Callback:
    verb: Verb
    family_id: UUID = NOWHERE
    subject_id: UUID = NOWHERE
    argument: str = ""

    def encode(self) -> str:
        if not _ARGUMENT.fullmatch(self.argument):
            raise ValueError("the argument of a button has at most 10 letters and digits")
        return self.verb + _encode_id(self.family_id) + _encode_id(self.subject_id) + self.argument


def decode(data: str) -> Callback:
    """Raises :class:`UnreadableCallback` for whatever :meth:`Callback.encode` would not write."""
    try:
        callback = Callback(
            verb=Verb(data[:2]),
            family_id=_decode_id(data[2 : 2 + _ID_LENGTH]),
            subject_id=_decode_id(data[2 + _ID_LENGTH : 2 + 2 * _ID_LENGTH]),
            argument=data[2 + 2 * _ID_LENGTH :],
        )
        # Python's base64 passes over foreign characters and spare bits; we take one spelling only.
        is_ours = callback.encode() == data
    except ValueError as error:
        raise UnreadableCallback from error
    if not is_ours:
        raise UnreadableCallback
    return callback


def encode_minute(instant: datetime) -> str:
    """A whole minute (UTC) in base 36."""
    return to_base36((instant - _EPOCH) // _MINUTE_LONG)


def decode_minute(argument: str) -> datetime:
    """Raises :class:`UnreadableCallback`."""
    if not _MINUTE.fullmatch(argument):
        raise UnreadableCallback
    try:
        return datetime.fromtimestamp(int(argument, 36) * 60, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableCallback from error


def encode_moment(instant: datetime) -> str:
    """A whole millisecond (UTC) in base 36: which record is meant, even of two in one minute."""
    return to_base36((instant - _EPOCH) // _MOMENT_LONG)


def decode_moment(argument: str) -> tuple[datetime, timedelta]:
    """When it began, and how long it is: older buttons name a minute. Raises
    :class:`UnreadableCallback`.
    """
    if len(argument) < _MOMENT_LENGTH:
        return decode_minute(argument), _MINUTE_LONG
    if not _MINUTE.fullmatch(argument):
        raise UnreadableCallback
    try:
        return _EPOCH + int(argument, 36) * _MOMENT_LONG, _MOMENT_LONG
    except OverflowError as error:
        raise UnreadableCallback from error


def encode_slot(instant: datetime, part: int) -> str:
    """The minute (UTC) of a slot, and which of its cards it is, unless it is the first."""
    return encode_minute(instant) + (f".{to_base36(part)}" if part else "")


def decode_slot(argument: str) -> tuple[datetime, int]:
    """Raises :class:`UnreadableCallback`."""
    minute, dot, part = argument.partition(".")
    if dot and not _PART.fullmatch(part):
        raise UnreadableCallback
    return decode_minute(minute), int(part, 36) if dot else 0


def encode_named(instant: datetime, part: int, digest: str) -> str:
    """As :func:`encode_slot`, and which doses of it the message has named."""
    return f"{encode_minute(instant)}{to_base36(part)}{digest}"


def decode_named(argument: str) -> tuple[datetime, int, str | None]:
    """Raises :class:`UnreadableCallback`. Buttons from before name the slot and no doses."""
    if len(argument) < ARGUMENT_LENGTH:
        return decode_minute(argument), 0, None
    minute, part, digest = argument[:-5], argument[-5], argument[-4:]
    if not _PART.fullmatch(part):
        raise UnreadableCallback
    return decode_minute(minute), int(part, 36), digest


def to_base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def _encode_id(value: UUID) -> str:
    return base64.urlsafe_b64encode(value.bytes).decode().rstrip("=")


def _decode_id(encoded: str) -> UUID:
    if len(encoded) != _ID_LENGTH:
        raise ValueError("an id has 22 characters")
    return UUID(bytes=base64.urlsafe_b64decode(encoded + "=="))


NEW_MESSAGE = "n"
