"""Decide whether a query may run on somebody else's database: one SELECT that writes nothing."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ronghe.terms import InputError, Refused

__all__ = ["check_query"]

_DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "mariadb": "mysql", "oracle": "oracle", "sqlite": "sqlite"}
_DIALECTS |= {"mssql": "tsql", "dm": "oracle", "kingbase": "postgres"}

_WRITING: tuple[type[exp.Expression], ...] = (
    *(exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TruncateTable, exp.Copy, exp.Into, exp.Lock),
    *(exp.Create, exp.Drop, exp.Alter, exp.Grant, exp.Analyze, exp.Command, exp.Set, exp.Pragma, exp.Use, exp.Kill),
    *(exp.Attach, exp.Detach, exp.Transaction, exp.Commit, exp.Rollback),
)

_OPENINGS = ("SELECT", "WITH", "(", "VALUES")

_ACTING = (
    *("lo_", "pg_read_", "pg_ls_", "pg_stat_file", "pg_terminate_", "pg_cancel_", "pg_sleep", "pg_reload", "pg_rotate"),
    *("pg_advisory", "pg_logical", "pg_promote", "pg_switch_wal", "pg_create_", "pg_drop_", "pg_notify", "dblink"),
    *("query_to_xml", "database_to_xml", "set_config", "setval", "nextval", "load_extension", "writefile", "readfile"),
    *("load_file", "sleep", "benchmark", "get_lock", "sys_exec", "sys_eval", "xp_", "sp_", "openrowset"),
    *("opendatasource", "dbms_", "utl_", "httpuritype"),
)
"""Beginnings of functions that act, wait, or read files of the server: a read-only session does not stop them."""


def _acts(node: exp.Expr) -> bool:
    name = node.name if isinstance(node, exp.Anonymous) else node.sql_name() if isinstance(node, exp.Func) else ""
    owner = node.parent.this.name if isinstance(node.parent, exp.Dot) else ""  # dbms_lock in dbms_lock.sleep(9)
    return name.lower().startswith(_ACTING) or (bool(name) and owner.lower().startswith(_ACTING))


def check_query(query: str, backend: str) -> None:
    """Pass for a single SELECT (with UNION, WITH and sub-queries) that neither writes, locks nor calls what acts.

    `backend` is SQLAlchemy's name of the database. Raises Refused for anything else, InputError for what cannot be
    parsed. It is a guard against mistakes; the right of the account to read only is the guard against malice.
    """
    if "/*!" in query or "/*M!" in query:
        # MySQL runs what stands in these comments, and a parser does not see it.
        raise Refused("tables.query_writes", what="/*! ... */")
    dialect = _DIALECTS.get(backend)
    try:
        first = next((token.text.upper() for token in sqlglot.tokenize(query, dialect=dialect)), "-")
        if first not in _OPENINGS:
            raise Refused("tables.query_writes", what=first)
        statements = [part for part in sqlglot.parse(query, dialect=dialect) if part is not None]
    except (SqlglotError, RecursionError) as fault:
        detail = str(fault).splitlines()[0]
        raise InputError("tables.query_form", detail=detail) from fault
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        what = statements[0].key.upper() if statements else "-"
        raise Refused("tables.query_writes", what=what if len(statements) == 1 else f"{len(statements)} x ;")
    for node in statements[0].walk():
        if isinstance(node, _WRITING) or _acts(node):
            raise Refused("tables.query_writes", what=node.sql(dialect=dialect)[:60])
