"""How other database servers word the error that SQLite really raised.

Only the wording is borrowed: whether there is an error, and where, is decided by the real parser.
"""

from collections.abc import Callable

Wording = Callable[[str, str], str]


def _offending(message: str) -> str:
    """The token SQLite complains about; empty where the statement ended too early."""
    for start in ('near "', 'unrecognized token: "'):
        if message.startswith(start):
            return message.removeprefix(start).rpartition('"')[0]
    return ""


def _is_syntax(message: str) -> bool:
    return message.startswith(("near ", "unrecognized token", "incomplete input"))


def _unclosed(message: str) -> bool:
    return message.startswith("unrecognized token: \"'")


def _rest(statement: str, message: str) -> str:
    """The statement from the offending token on, as far as a server quotes it."""
    token = _offending(message)
    at = statement.rfind(token) if token else len(statement)
    return statement[max(at, 0) :][:80]


def _missing(message: str, kind: str) -> str:
    return message.removeprefix(f"no such {kind}: ")


def mysql(statement: str, message: str) -> str:
    if _is_syntax(message):
        return (
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server "
            f"version for the right syntax to use near '{_rest(statement, message)}' at line 1"
        )
    if message.startswith("no such column"):
        return f"Unknown column '{_missing(message, 'column')}' in 'where clause'"
    if message.startswith("no such function"):
        return f"FUNCTION shop.{_missing(message, 'function')} does not exist"
    if message.startswith("no such table"):
        return f"Table 'shop.{_missing(message, 'table')}' doesn't exist"
    if message.startswith("SELECTs to the left"):
        return "The used SELECT statements have a different number of columns"
    return f"SQLSTATE[HY000]: General error: {message}"


def postgresql(statement: str, message: str) -> str:
    if _unclosed(message):
        quoted = _rest(statement, message)
        return f'ERROR:  unterminated quoted string at or near "{quoted}"\nLINE 1: {statement[:200]}'
    if message.startswith("incomplete input"):
        return f"ERROR:  syntax error at end of input\nLINE 1: {statement[:200]}"
    if _is_syntax(message):
        return f'ERROR:  syntax error at or near "{_offending(message)}"\nLINE 1: {statement[:200]}'
    if message.startswith("no such column"):
        return f'ERROR:  column "{_missing(message, "column")}" does not exist\nLINE 1: {statement[:200]}'
    if message.startswith("no such function"):
        return f"ERROR:  function {_missing(message, 'function')}(unknown) does not exist"
    if message.startswith("no such table"):
        return f'ERROR:  relation "{_missing(message, "table")}" does not exist'
    if message.startswith("SELECTs to the left"):
        return "ERROR:  each UNION query must have the same number of columns"
    return f"ERROR:  {message}"


def mssql(statement: str, message: str) -> str:
    prefix = "[Microsoft][ODBC SQL Server Driver][SQL Server]"
    if _unclosed(message):
        quoted = _offending(message).removeprefix("'")
        return f"{prefix}Unclosed quotation mark after the character string '{quoted}'."
    if _is_syntax(message):
        return f"{prefix}Incorrect syntax near '{_offending(message) or statement[-1:]}'."
    if message.startswith("no such column"):
        return f"{prefix}Invalid column name '{_missing(message, 'column')}'."
    if message.startswith("no such function"):
        return f"{prefix}'{_missing(message, 'function')}' is not a recognized built-in function name."
    if message.startswith("no such table"):
        return f"{prefix}Invalid object name '{_missing(message, 'table')}'."
    return f"{prefix}{message}"


def oracle(_statement: str, message: str) -> str:
    if _unclosed(message):
        return "ORA-01756: quoted string not properly terminated"
    if message.startswith("incomplete input"):
        return "ORA-00936: missing expression"
    if _is_syntax(message):
        return "ORA-00933: SQL command not properly ended"
    if message.startswith("no such column"):
        return f'ORA-00904: "{_missing(message, "column").upper()}": invalid identifier'
    if message.startswith("no such table"):
        return "ORA-00942: table or view does not exist"
    return f"ORA-00604: {message}"


def sqlite(_statement: str, message: str) -> str:
    return f"SQLSTATE[HY000]: General error: 1 {message}"


def python_sqlite(_statement: str, message: str) -> str:
    return f"sqlite3.OperationalError: {message}"
