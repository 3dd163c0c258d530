"""A hundred thousand forged buttons: none of them reads or changes anything of another family.

All are decoded, and all that can be read are held against the membership check. Those that would
pass it (they claim the forger's own family, and name another family's doses, people, invitations …)
are handled: every kind of button, in the transaction of its effect, as the serving role.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bot.grammar.problems import Misunderstood
from bot.intake.admission import read_press
from bot.intake.request import Request
from bot.press_routes import PRESSES
from bot.routes import COMMANDS
from bot.ui.answer import Answer
from bot.ui.presses.arguments import Pick
from bot.ui.presses.conversation import OfFlow
from bot.ui.presses.press import NOWHERE, Press
from bot.ui.presses.registry import KINDS
from domain.database.requests import as_user
from domain.database.scope import Scope
from domain.database.unit_of_work import Database
from domain.errors import CareCircleError
from domain.medicines.records.presses import CardMessage
from domain.models import Base
from tests.databases import without_walls
from tests.end_to_end.test_buttons import ARGUMENTS
from tests.integration.database.test_walls import Household, household

FORGED, HANDLED_OF_A_KIND, SEED = 100_000, 12, 20_261_201
#: Where the subject of a button may be, by the name of its field.
SUBJECTS = {
    "dose_id": "doses",
    "medication_id": "medications",
    "person_id": "care_recipients",
    "occurrence_id": "appointment_occurrences",
    "appointment_id": "appointments",
    "doctor_id": "doctors",
    "contact_id": "emergency_contacts",
    "invitation_id": "invitations",
    "notification_id": "notifications",
    "action_id": "audit_events",
    "user_id": "family_members",
    "member_id": "family_members",
    "flow_id": "doses",
    "group_id": "family_groups",
    "subject_id": "medications",
}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ é🙂\0"


@dataclass(frozen=True)
class Known:
    """What the forger knows of a family: every id in it."""

    family_id: UUID
    ids: Mapping[str, Sequence[UUID]]


async def known(database_url: str, home: Household) -> Known:
    async with without_walls(database_url) as connection:
        ids = {}
        for table in set(SUBJECTS.values()):
            column = "user_id" if table == "family_members" else "id"
            found = await connection.scalars(
                text(f"SELECT {column} FROM {table} WHERE family_id = :id"), {"id": home.facts.id}
            )
            ids[table] = list(found)
        return Known(home.facts.id, ids)


def forge(dice: random.Random, own: Known, theirs: Known) -> Iterator[str]:
    """Endless data of buttons that nobody made: noise, damaged ones, and ones that look right."""
    kinds = list(KINDS.values())
    while True:
        match dice.randrange(10):
            case 0 | 1:
                yield "".join(dice.choices(LETTERS, k=dice.randrange(65)))
            case 2:
                verb = dice.choice(list(KINDS))
                yield verb + "".join(dice.choices(LETTERS[:64], k=dice.randrange(40, 57)))
            case 3 | 4:
                good = list(look_right(dice, dice.choice(kinds), own, theirs).encode())
                for _ in range(dice.randrange(1, 4)):
                    good[dice.randrange(len(good))] = dice.choice(LETTERS)
                yield "".join(good)
            case _:
                yield look_right(dice, dice.choice(kinds), own, theirs).encode()


def look_right(dice: random.Random, kind: type[Press], own: Known, theirs: Known) -> Press:
    """Of any family, about anybody's things."""
    anybody = UUID(int=dice.getrandbits(128))
    values: dict[str, Any] = {
        **ARGUMENTS,
        "command": dice.choice(list(COMMANDS)),
        "pick": Pick(dice.randrange(36), "yes"),
        "family_id": dice.choice([own.family_id, own.family_id, theirs.family_id, anybody]),
    }
    for name, table in SUBJECTS.items():
        values[name] = dice.choice([*theirs.ids[table], anybody])
    names = {each.name for each in fields(kind)}
    return kind(**{name: value for name, value in values.items() if name in names})


async def state_of(database_url: str, family_id: UUID) -> str:
    """Everything that there is of a family."""
    async with without_walls(database_url) as connection:
        parts = []
        for name, table in sorted(Base.metadata.tables.items()):
            if "family_id" in table.columns:
                where = "family_id = :id"
            elif name == "families":
                where = "id = :id"
            elif name == "users":
                where = "id IN (SELECT user_id FROM family_members WHERE family_id = :id)"
            else:
                continue
            parts.append(
                await connection.scalar(
                    text(
                        f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY id), ''))"
                        f" FROM {name} t WHERE {where}"
                    ),
                    {"id": family_id},
                )
            )
        return " ".join(parts)


async def handle(database: Database, press: Press, user_id: UUID) -> Answer | None:
    """As :mod:`bot.intake.effects` does; None if it is refused."""

    async def effect(scope: Scope) -> Answer:
        family_id = None if press.family_id == NOWHERE else press.family_id
        assert await scope.enter_family(family_id) is not None
        request = Request(
            scope=scope,
            update_id=1,
            bot_username="bot",
            name="Eve",
            press=press,
            message=CardMessage(1, 1),
        )
        return await PRESSES[type(press)](request)

    try:
        return await database.run(effect, as_user(user_id))
    except (CareCircleError, Misunderstood):
        return None


def said(answer: Answer) -> str:
    screens = [*answer.send, *([answer.edit] if answer.edit else [])]
    labels = [button.label for screen in screens for row in screen.keyboard for button in row]
    documents = [screen.document.content for screen in screens if screen.document]
    return "\n".join([answer.toast or "", *(s.text for s in screens), *labels, *documents])


async def test_100000_forged_buttons_have_no_effect_across_families(
    database: Database, database_url: str
) -> None:
    smith, eve = await household(database, "Quill"), await household(database, "Evil")
    own, theirs = await known(database_url, eve), await known(database_url, smith)
    before = await state_of(database_url, theirs.family_id)
    dice = random.Random(SEED)  # noqa: S311 -- the same forgeries each time
    forging = forge(dice, own, theirs)
    readable: dict[UUID, set[Press]] = defaultdict(set)
    unreadable = 0
    for _ in range(FORGED):
        press = read_press(next(forging))
        if press is None:
            unreadable += 1
        else:
            readable[press.family_id].add(press)
    assert unreadable > FORGED / 3
    assert set(readable) > {own.family_id, theirs.family_id}

    # Whoever claims another family's button, or one of no family at all, gets no further than this.
    async def entered(scope: Scope) -> set[UUID]:
        found = set()
        for family_id in readable:
            if family_id != NOWHERE and await scope.enter_family(family_id) is not None:
                found.add(family_id)
        return found

    assert await database.run(entered, as_user(eve.admin.id)) == {own.family_id}

    # What claims the forger's own family is handled.
    handled: Counter[type[Press]] = Counter()
    for press in sorted(
        readable[own.family_id] | readable.get(NOWHERE, set()), key=lambda one: one.encode()
    ):
        if handled[type(press)] >= HANDLED_OF_A_KIND:
            continue
        handled[type(press)] += 1
        answer = await handle(database, press, eve.admin.id)
        if answer is not None:
            assert "Quill" not in said(answer), press
    assert {kind for kind in KINDS.values() if not issubclass(kind, OfFlow)} <= set(handled)
    assert await state_of(database_url, theirs.family_id) == before


async def test_the_same_buttons_have_their_effect_for_the_family_itself(
    database: Database, database_url: str
) -> None:
    """The control: it's who presses that makes the difference, not that the buttons do nothing."""
    smith = await household(database, "Quill")
    theirs = await known(database_url, smith)
    before = await state_of(database_url, theirs.family_id)
    dice = random.Random(SEED)  # noqa: S311 -- the same forgeries each time
    heard = ""
    for kind in list(KINDS.values()) * 4:
        press = look_right(dice, kind, theirs, theirs)
        if press.family_id == theirs.family_id and not isinstance(press, OfFlow):
            answer = await handle(database, press, smith.admin.id)
            heard += said(answer) if answer is not None else ""
    assert "Quill" in heard
    assert await state_of(database_url, theirs.family_id) != before
