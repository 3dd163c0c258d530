"""Who may do and see what: what a walk holds every step and every new message against."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from tests.walk.snapshot import Snapshot, normal
from tests.walk.steps import Outcome

_ACTS = ("admin", "caregiver")
_TABLES = ("people", "medicines", "doses", "appointments", "occurrences")


def check_rights(outcome: Outcome, user_id: UUID | None) -> Iterator[str]:
    """What has changed is about people for whom whoever acted may change things, before it or
    since, and only an admin has changed what others may do.
    """
    before, after = outcome.before, outcome.after
    was, is_now = (normal(tables, until=before.at) for tables in (before, after))
    for person_id, change in _changes(outcome, was, is_now):
        if not any(_may_act(tables, user_id, person_id) for tables in (before, after)):
            yield f"something of {after.people[person_id]['name']} was changed: {change}"
    for key in was["members"].keys() | is_now["members"].keys():
        old, new = was["members"].get(key), is_now["members"].get(key)
        member = new or old
        if old == new or member is None or member["user_id"] == user_id:
            continue
        acting = before.member(user_id, member["family_id"])
        if (acting or {}).get("role") != "admin":
            yield f"what {after.name_of(member['user_id'])} may do was changed: {old} to {new}"


def _changes(
    outcome: Outcome, was: Mapping[str, Any], is_now: Mapping[str, Any]
) -> Iterator[tuple[UUID, str]]:
    """Whom each change is about, and what it is."""
    before, after = outcome.before, outcome.after
    appointments = {**before.appointments, **after.appointments}
    for name in _TABLES:
        rows = {**getattr(before, name), **getattr(after, name)}
        for key in was[name].keys() | is_now[name].keys():
            old, new = was[name].get(key), is_now[name].get(key)
            if old == new:
                continue
            if name == "people":
                person_id = key
            elif name == "doses":
                person_id = rows[key[-1]]["care_recipient_id"]
            elif name == "occurrences":
                person_id = appointments[key[0]]["care_recipient_id"]
            else:
                person_id = rows[key]["care_recipient_id"]
            yield person_id, f"{name} {old} to {new}"


def _may_act(tables: Snapshot, user_id: UUID | None, person_id: UUID) -> bool:
    if person_id not in tables.people or not tables.sees(user_id, person_id):
        return False
    person = tables.people[person_id]
    member = tables.member(user_id, person["family_id"])
    is_self = person["user_id"] == user_id  # the cared-for record their own doses
    return member is not None and (member["role"] in _ACTS or is_self)


def hidden_names(tables: Snapshot, user_id: UUID | None) -> set[str]:
    """The people of families that this user is or was in, of whom they may see nothing."""
    theirs = {row["family_id"] for row in tables.members.values() if row["user_id"] == user_id}
    return {
        row["name"]
        for key, row in tables.people.items()
        if row["family_id"] in theirs and not tables.sees(user_id, key)
    }


def check_admins(tables: Snapshot) -> Iterator[str]:
    """A family with members has an admin."""
    for family_id, family in tables.families.items():
        roles = {
            row["role"]
            for row in tables.members.values()
            if row["family_id"] == family_id and row["left_at"] is None
        }
        if roles and "admin" not in roles:
            yield f"{family['name']} has no admin, but {', '.join(sorted(roles))}"
