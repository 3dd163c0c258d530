"""A database's schema as PostgreSQL's own catalog tells it, one line for each thing in it.

`alembic check` overlooks the texts of checks, predicates of indexes, policies and grants. Two
databases with the same lines behave the same.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_TABLES = "c.relnamespace = 'public'::regnamespace AND c.relname <> 'alembic_version'"

_QUERIES = {
    "table": f"""
        SELECT format('%s kind=%s row_security=%s forced=%s', c.relname, c.relkind,
                      c.relrowsecurity, c.relforcerowsecurity)
        FROM pg_class c WHERE c.relkind <> 'i' AND {_TABLES}""",
    "column": f"""
        SELECT format('%s.%s %s not_null=%s default=%s identity=%s generated=%s collation=%s',
                      c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                      pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
                      a.attcollation::regcollation)
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped AND {_TABLES}""",
    "constraint": f"""
        SELECT format('%s.%s %s', c.relname, k.conname, pg_get_constraintdef(k.oid))
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE {_TABLES}""",
    "index": """
        SELECT indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'""",
    "policy": """
        SELECT format('%s.%s %s for %s to %s using (%s) check (%s)', tablename, policyname,
                      permissive, cmd, roles, qual, with_check)
        FROM pg_policies WHERE schemaname = 'public'""",
    "table grant": f"""
        SELECT format('%s to %s on %s grantable=%s', g.privilege_type, g.grantee::regrole,
                      c.relname, g.is_grantable)
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) g
        WHERE g.grantee <> c.relowner AND {_TABLES}""",
    "column grant": f"""
        SELECT format('%s to %s on %s.%s grantable=%s', g.privilege_type, g.grantee::regrole,
                      c.relname, a.attname, g.is_grantable)
        FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid CROSS JOIN aclexplode(a.attacl) g
        WHERE {_TABLES}""",
    "function": """
        SELECT format('%s acl=%s', pg_get_functiondef(oid), proacl)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
    "trigger": f"""
        SELECT pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND {_TABLES}""",
    "type": """
        SELECT typname FROM pg_type
        WHERE typnamespace = 'public'::regnamespace AND typtype IN ('d', 'e')""",
}


async def read_catalog(connection: AsyncConnection) -> set[str]:
    """Every table, column, constraint, index, policy, grant, function, trigger and type."""
    return {
        f"{kind} {line}"
        for kind, query in _QUERIES.items()
        for line in await connection.scalars(text(query))
    }
