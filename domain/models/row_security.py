"""The walls between families: roles, row-level security, grants.

One login suffices: each transaction takes one of two roles (see :mod:`domain.database`).

* ``carecircle_app`` serves one user in one family. It sees the rows of ``app.family_id`` and,
  to find out which families are theirs, the rows of ``app.user_id``.
* ``carecircle_dispatch`` claims due work across families. It sees which rows are due and for
  whom, never the content of a card: no names, no dosages, no notes.

Row security is enabled *and forced*, so that it applies to the owner too. Once a custom setting has
been set locally, it reads ``''`` on that connection afterwards, hence every ``nullif``.
"""

from collections.abc import Iterator

from domain.models.base import Base

APP_ROLE = "carecircle_app"
DISPATCH_ROLE = "carecircle_dispatch"
ROLES = (APP_ROLE, DISPATCH_ROLE)

CLOCK_FUNCTION = """
CREATE FUNCTION clock_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE
RETURN statement_timestamp()
     + coalesce(nullif(current_setting('app.clock_offset', true), ''), '0')::interval
"""


def _setting(name: str, cast: str) -> str:
    return f"(nullif(current_setting('app.{name}', true), ''))::{cast}"


FAMILY = _setting("family_id", "uuid")
USER = _setting("user_id", "uuid")
TELEGRAM_USER = _setting("telegram_id", "bigint")
UPDATE = _setting("update_id", "bigint")
INVITATION = "decode(nullif(current_setting('app.invitation', true), ''), 'hex')"

#: The people whom a restricted member may see; null where everybody is seen.
PEOPLE = "nullif(current_setting('app.people', true), '')"


def _about(column: str) -> str:
    """Of the scope's family, and about somebody whom its member may see."""
    return f"{IN_FAMILY} AND ({PEOPLE} IS NULL OR {column} = ANY (({PEOPLE})::uuid[]))"


IN_FAMILY = f"family_id = {FAMILY}"
IS_PERSON = _about("id")
ABOUT_PERSON = _about("care_recipient_id")
#: Where no person is named, it is about all of them.
ABOUT_PERSON_OR_ALL = (
    f"{IN_FAMILY} AND (care_recipient_id IS NULL OR {PEOPLE} IS NULL"
    f" OR care_recipient_id = ANY (({PEOPLE})::uuid[]))"
)
OWN_MEMBERSHIP = f"user_id = {USER}"
IS_SELF = f"id = {USER} OR telegram_id = {TELEGRAM_USER}"
SHARES_FAMILY = (
    f"EXISTS (SELECT 1 FROM family_members m WHERE m.user_id = users.id AND m.family_id = {FAMILY})"
)
# A policy for a role applies to every login that may take the role, even before it does. The login
# itself must see nothing, so that a forgotten scope shows nothing. A subquery, because of a bare
# comparison the planner assumes that it holds for one row in two hundred.
IS_DISPATCH = f"(SELECT current_user = '{DISPATCH_ROLE}')"
OWN_FAMILY = (
    f"id = {FAMILY} OR EXISTS (SELECT 1 FROM family_members m"
    f" WHERE m.family_id = families.id AND m.user_id = {USER} AND m.left_at IS NULL)"
)

# All rows of a family that is being purged, and nothing else, may be deleted: in its scope, once
# its time has come.
IS_PURGED = (
    f"{IS_DISPATCH} AND family_id = {FAMILY} AND EXISTS (SELECT 1 FROM families f"
    f" WHERE f.id = {FAMILY} AND f.purge_at <= clock_now() AND f.deleted_at IS NOT NULL)"
)

# table → (policy name, command, role, USING, WITH CHECK)
Policy = tuple[str, str, str, str | None, str | None]
_PURGE: Policy = ("purge", "DELETE", DISPATCH_ROLE, IS_PURGED, None)
_PURGE_READS: Policy = ("purge_reads", "SELECT", DISPATCH_ROLE, IS_PURGED, None)
POLICIES: dict[str, tuple[Policy, ...]] = {
    "users": (
        ("self_or_family", "SELECT", APP_ROLE, f"{IS_SELF} OR {SHARES_FAMILY}", None),
        ("arrives", "INSERT", APP_ROLE, None, f"telegram_id = {TELEGRAM_USER}"),
        ("self", "UPDATE", APP_ROLE, IS_SELF, IS_SELF),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        (
            "purge",
            "UPDATE",
            DISPATCH_ROLE,
            f"{IS_DISPATCH} AND current_family_id = {FAMILY}",
            f"{IS_DISPATCH} AND current_family_id IS NULL",
        ),
    ),
    "families": (
        ("own", "SELECT", APP_ROLE, OWN_FAMILY, None),
        ("founds", "INSERT", APP_ROLE, None, f"id = {FAMILY} AND created_by_id = {USER}"),
        ("current", "UPDATE", APP_ROLE, f"id = {FAMILY}", f"id = {FAMILY}"),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        ("dispatch_moves", "UPDATE", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
        (
            "purge",
            "DELETE",
            DISPATCH_ROLE,
            (
                f"{IS_DISPATCH} AND id = {FAMILY} AND purge_at <= clock_now()"
                " AND deleted_at IS NOT NULL"
            ),
            None,
        ),
    ),
    "family_members": (
        ("family_or_self", "SELECT", APP_ROLE, f"{IN_FAMILY} OR {OWN_MEMBERSHIP}", None),
        ("joins", "INSERT", APP_ROLE, None, IN_FAMILY),
        ("family", "UPDATE", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        _PURGE,
    ),
    "invitations": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("bearer", "SELECT", APP_ROLE, f"token_hash = {INVITATION}", None),
        ("dispatch_reads", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        ("dispatch_deletes", "DELETE", DISPATCH_ROLE, IS_DISPATCH, None),
    ),
    "care_recipients": (
        ("family", "ALL", APP_ROLE, IS_PERSON, IS_PERSON),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        _PURGE,
    ),
    "care_assignments": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        # Whom a member may see is read before their family is entered.
        ("self", "SELECT", APP_ROLE, OWN_MEMBERSHIP, None),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        _PURGE,
    ),
    "family_groups": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        _PURGE,
    ),
    "group_stays": (("dispatch", "ALL", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),),
    "medications": (
        ("family", "ALL", APP_ROLE, ABOUT_PERSON, ABOUT_PERSON),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        _PURGE,
    ),
    "doses": (
        ("family", "ALL", APP_ROLE, ABOUT_PERSON, ABOUT_PERSON),
        ("dispatch_reads", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        ("dispatch_moves", "UPDATE", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
        _PURGE,
    ),
    "doctors": (
        ("family", "ALL", APP_ROLE, ABOUT_PERSON, ABOUT_PERSON),
        _PURGE,
        _PURGE_READS,
    ),
    "emergency_contacts": (
        ("family", "ALL", APP_ROLE, ABOUT_PERSON_OR_ALL, ABOUT_PERSON_OR_ALL),
        _PURGE,
        _PURGE_READS,
    ),
    "appointments": (
        ("family", "ALL", APP_ROLE, ABOUT_PERSON, ABOUT_PERSON),
        ("dispatch", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        _PURGE,
    ),
    "appointment_occurrences": (
        ("family", "ALL", APP_ROLE, ABOUT_PERSON, ABOUT_PERSON),
        ("dispatch_reads", "SELECT", DISPATCH_ROLE, IS_DISPATCH, None),
        ("dispatch_moves", "UPDATE", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
        _PURGE,
    ),
    "calendar_copies": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        _PURGE,
        _PURGE_READS,
    ),
    "medication_logs": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        _PURGE,
        _PURGE_READS,
    ),
    "stock_movements": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        _PURGE,
        _PURGE_READS,
    ),
    "notifications": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch", "ALL", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
    ),
    "exports": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("own", "SELECT", APP_ROLE, OWN_MEMBERSHIP, None),
        ("dispatch", "ALL", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
    ),
    "set_asides": (
        ("family", "SELECT", APP_ROLE, IN_FAMILY, None),
        ("dispatch", "ALL", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
    ),
    "audit_events": (
        ("family", "ALL", APP_ROLE, IN_FAMILY, IN_FAMILY),
        ("dispatch", "INSERT", DISPATCH_ROLE, None, IS_DISPATCH),
        _PURGE,
        _PURGE_READS,
    ),
    "installations": (("dispatch", "ALL", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),),
    "inbound_updates": (
        (
            "own",
            "ALL",
            APP_ROLE,
            f"update_id = {UPDATE}",
            f"update_id = {UPDATE}",
        ),
        ("dispatch", "ALL", DISPATCH_ROLE, IS_DISPATCH, IS_DISPATCH),
    ),
}

# table → role → privileges. Append-only tables have no UPDATE and no DELETE.
GRANTS: dict[str, dict[str, str]] = {
    "users": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (id, telegram_id, current_family_id), UPDATE (current_family_id)",
    },
    "families": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: (
            "SELECT (id, settings, dissolved_at, purge_at, deleted_at),"
            " UPDATE (purge_at, deleted_at), DELETE"
        ),
    },
    "family_members": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: (
            "SELECT (id, family_id, user_id, role, left_at, digest_at, is_restricted), DELETE"
        ),
    },
    "invitations": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (id, family_id, expires_at), DELETE",
    },
    "care_recipients": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: (
            "SELECT (id, family_id, user_id, deleted_at, paused_at, paused_until,"
            " pause_silences_appointments, pause_ends_told_at), DELETE"
        ),
    },
    "care_assignments": {
        APP_ROLE: "SELECT, INSERT, UPDATE, DELETE",
        DISPATCH_ROLE: (
            "SELECT (id, family_id, care_recipient_id, user_id, asked_first, hears, sees), DELETE"
        ),
    },
    "family_groups": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (id, family_id, chat_id, receives, unbound_at), DELETE",
    },
    "group_stays": {DISPATCH_ROLE: "SELECT, INSERT, UPDATE, DELETE"},
    "medications": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: (
            "SELECT (id, family_id, status, resumes_at, expanded_until, stock_check_at, deleted_at,"
            " ladder), DELETE"
        ),
    },
    "doses": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: (
            "SELECT (id, family_id, care_recipient_id, due_at, window_ends_at, status,"
            " ladder_step, ask_no, next_action_at, snoozed_by_id, rung, medication_id),"
            " UPDATE (status, ladder_step, ask_no, next_action_at, resolved_at, rung, held_by_id,"
            " held_until), DELETE"
        ),
    },
    "doctors": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (id, family_id), DELETE",
    },
    "emergency_contacts": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT (id, family_id), DELETE",
    },
    "appointments": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: (
            "SELECT (id, family_id, origin_id, timezone, remind_before, is_all_day,"
            " expanded_until), DELETE"
        ),
    },
    "appointment_occurrences": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: (
            "SELECT (id, family_id, appointment_id, care_recipient_id, starts_at, ends_at, status,"
            " driver_id, ladder_step, next_action_at, own_remind_before),"
            " UPDATE (ladder_step, next_action_at, told_at), DELETE"
        ),
    },
    "calendar_copies": {
        APP_ROLE: "SELECT, INSERT, DELETE",
        DISPATCH_ROLE: "SELECT (id, family_id), DELETE",
    },
    "medication_logs": {
        APP_ROLE: "SELECT, INSERT",
        DISPATCH_ROLE: "SELECT (id, family_id, corrects_id, undoes_id), DELETE",
    },
    "stock_movements": {
        APP_ROLE: "SELECT, INSERT",
        DISPATCH_ROLE: "SELECT (id, family_id), DELETE",
    },
    "notifications": {
        APP_ROLE: "SELECT, INSERT, UPDATE",
        DISPATCH_ROLE: "SELECT, INSERT, UPDATE, DELETE",
    },
    "exports": {
        APP_ROLE: "SELECT, INSERT",
        DISPATCH_ROLE: "SELECT, UPDATE, DELETE",
    },
    "set_asides": {
        APP_ROLE: "SELECT",
        DISPATCH_ROLE: "SELECT, INSERT, UPDATE, DELETE",
    },
    "audit_events": {
        APP_ROLE: "SELECT, INSERT",
        DISPATCH_ROLE: "SELECT (id, family_id, undoes_id), INSERT, DELETE",
    },
    "installations": {DISPATCH_ROLE: "SELECT, INSERT, UPDATE"},
    "inbound_updates": {
        APP_ROLE: "SELECT, UPDATE",
        DISPATCH_ROLE: "SELECT, INSERT, UPDATE, DELETE",
    },
}


def wall_statements() -> Iterator[str]:
    """The DDL that adds row security and grants to the bare tables of the models."""
    for table in Base.metadata.sorted_tables:
        yield f"ALTER TABLE {table.name} ENABLE ROW LEVEL SECURITY"
        yield f"ALTER TABLE {table.name} FORCE ROW LEVEL SECURITY"
        for name, command, role, using, check in POLICIES[table.name]:
            yield (
                f"CREATE POLICY {name} ON {table.name} FOR {command} TO {role}"
                + (f" USING ({using})" if using else "")
                + (f" WITH CHECK ({check})" if check else "")
            )
        for role, privileges in GRANTS[table.name].items():
            yield f"GRANT {privileges} ON {table.name} TO {role}"
