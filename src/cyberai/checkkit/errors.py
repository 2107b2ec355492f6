"""Error messages of database systems and their drivers, from the message formats their manuals document.

Sources: MySQL 8.0 Error Message Reference; MariaDB Error Codes; PostgreSQL 16 Appendix A and its parser's
messages; SQLite Result Codes and its parser's messages; SQL Server "Database Engine events and errors"; Oracle
Database Error Messages; ISO/IEC 9075 SQLSTATE classes 22 and 42 as ODBC and JDBC print them; the exception
class names of common drivers. A signature names what only a database says; a word such as "error" never does.
"""

from msgspec import Struct

from cyberai.checkkit.text import PatternSet, excerpt

_SIGNATURES: tuple[tuple[str, str], ...] = (
    ("MySQL", r"You have an error in your SQL syntax; check the manual"),
    ("MySQL", r"MySQL server version for the right syntax to use"),
    ("MariaDB", r"MariaDB server version for the right syntax to use"),
    (
        "MySQL",
        r"(Unknown column|Unknown table) (&#0?39;|&apos;|&#x27;|'|\\')[^\n]{0,120} in (&#0?39;|&apos;|&#x27;|'|\\')",
    ),
    (
        "MySQL",
        r"mysql_(fetch|num|query|real)_?[a-z_]{0,24}\(\)[^\n]{0,60}(expects parameter|supplied argument)",
    ),
    ("MySQL", r"mysqli?_sql_exception"),
    ("MySQL", r"com\.mysql\.(cj\.)?jdbc\.exceptions"),
    (
        "MySQL",
        r"(pymysql|MySQLdb|mysql\.connector)[a-z._]{0,20}(err|errors|_exceptions)?\.(Programming|Operational|Data)Error",
    ),
    ("MySQL", r"ER_(PARSE_ERROR|BAD_FIELD_ERROR|WRONG_VALUE_COUNT)"),
    ("MySQL", r"org\.mariadb\.jdbc"),
    ("PostgreSQL", r"(syntax error at or near|unterminated quoted (string|identifier) at or near)"),
    ("PostgreSQL", r"syntax error at end of input"),
    (
        "PostgreSQL",
        r"invalid input syntax for (type )?(integer|bigint|numeric|uuid|double precision|boolean)",
    ),
    ("PostgreSQL", r"pg_(query|exec|prepare|send_query)\(\)[^\n]{0,60}(Query failed|ERROR)"),
    ("PostgreSQL", r"org\.postgresql\.util\.PSQLException"),
    ("PostgreSQL", r"psycopg2?\.(errors\.[A-Z]|ProgrammingError|DataError)"),
    ("PostgreSQL", r"(PG::|PG_?)(SyntaxError|UndefinedColumn)|Npgsql\.PostgresException|asyncpg\.exceptions"),
    ("SQLite", r"near (&quot;|&#34;|\\?\")[^\n]{0,160}(&quot;|&#34;|\"): syntax error"),
    ("SQLite", r"unrecognized token: ?(&quot;|&#34;|\\?\")"),
    ("SQLite", r"SQLITE_ERROR|SQLite(3::|/JDBCDriver|\.Exception|Exception|_exception)"),
    ("SQLite", r"(sqlite3|apsw|aiosqlite|SQLite3)\.(OperationalError|ProgrammingError|SQLError|Warning)"),
    ("SQLite", r"(no such column|incomplete input|no such function): ?[^\n<]{0,80}"),
    ("SQLite", r"sqlite_(query|exec|array_query)\(\)[^\n]{0,60}error|SQLite3::(query|exec|prepare)\(\)"),
    ("SQL Server", r"Unclosed quotation mark (after|before) the character string"),
    ("SQL Server", r"Incorrect syntax near (the keyword )?(&#0?39;|&apos;|&#x27;|')"),
    (
        "SQL Server",
        r"(com\.microsoft\.sqlserver\.jdbc|System\.Data\.SqlClient|Microsoft\.Data\.SqlClient)\.SQL?[A-Za-z]{0,12}Exception",
    ),
    ("SQL Server", r"Conversion failed when converting the n?varchar value"),
    ("SQL Server", r"\[(SQL Server|Microsoft)\]\[[^\]\n]{0,40}(SQL Server|ODBC)[^\]\n]{0,20}\]"),
    ("Oracle", r"\bORA-(00900|00907|00911|00917|00920|00921|00923|00933|00936|01722|01740|01742|01756)\b"),
    ("Oracle", r"quoted string not properly terminated|SQL command not properly ended"),
    ("Oracle", r"oracle\.jdbc\.|cx_Oracle\.DatabaseError|oracledb\.exceptions|OracleException"),
    ("H2", r"org\.h2\.jdbc\.JdbcSQL|Syntax error in SQL statement"),
    (
        "HSQLDB",
        r"org\.hsqldb\.|(Unexpected token|unexpected token): ?[^\n]{0,60} (in statement|required:)|malformed string: ?'?",
    ),
    ("Derby", r"org\.apache\.derby|Lexical error at line \d+, column \d+"),
    ("DB2", r"\bSQLCODE[=:] ?-\d{3}|com\.ibm\.db2\.jcc|DB2 SQL error"),
    (
        "Access",
        r"Syntax error \(missing operator\) in query expression|Microsoft (JET|Access) Database Engine|JET Database Engine",
    ),
    ("Firebird", r"Dynamic SQL Error|org\.firebirdsql"),
    ("ODBC", r"SQLSTATE\[(42|22|HY)[0-9A-Z]{2,3}\]|ODBC[^\n]{0,40}Driver[^\n]{0,120}(42000|22018|37000)"),
    ("JDBC", r"java\.sql\.SQL[A-Za-z]{0,20}Exception|org\.springframework\.jdbc\.BadSqlGrammarException"),
    (
        "SQL",
        r"(unterminated|unclosed) (quoted )?(string|quotation mark|string literal)[^\n]{0,40}(sql|query|statement)",
    ),
    (
        "SQL",
        r"sqlalchemy\.exc\.|SequelizeDatabaseError|ActiveRecord::StatementInvalid|QueryFailedError|org\.hibernate\.(exception\.SQLGrammar|QueryException|query)",
    ),
    (
        "SQL",
        r"(PDO|Doctrine\\DBAL\\|Illuminate\\Database\\)(Query)?Exception|DB Error: syntax error|Zend_Db_(Adapter|Statement)",
    ),
    (
        "SQL",
        r"Sequel::DatabaseError|django\.db\.utils\.|peewee\.[A-Z][a-z]+Error|knex[^\n]{0,40} - (ER_|SQLITE_ERROR|syntax error)",
    ),
)

_OF_THE_VALUE = PatternSet(
    [
        r"fts5: |malformed MATCH expression|\bunterminated string\b[^\n\w]{0,20}(\n|<|&|$)",
        r"(syntax error|no operand) in tsquery",
        r"invalid regular expression|error '[^'\n]{0,80}' from regexp|LIKE pattern must not end with escape",
    ],
    ignore_case=True,
)
"""Messages about the language of a value, such as that of a text search or of a pattern: the statement around it was read
as it was meant."""

_SET = PatternSet([pattern for _, pattern in _SIGNATURES], ignore_case=True)


class DatabaseError(Struct, frozen=True):
    """A database's message in a page: which system speaks, and the words that say so."""

    system: str
    text: str


def database_errors(body: bytes) -> tuple[DatabaseError, ...]:
    """Every kind of database message in the body, the most specific system first."""
    found = [DatabaseError(_SIGNATURES[i][0], excerpt(m.text)) for i, m in _SET.matches(body)]
    return tuple(sorted(found, key=lambda error: error.system in ("SQL", "ODBC", "JDBC")))


def new_database_errors(body: bytes, usual: bytes) -> tuple[DatabaseError, ...]:
    """The messages of `body` whose kind and words the usual page has not; none where the value itself, and not the
    statement, could not be read (SQLite FTS5, section "Full-text Query Syntax"; PostgreSQL, to_tsquery)."""
    if _OF_THE_VALUE.matches(body) and not _OF_THE_VALUE.matches(usual):
        return ()
    known = {(error.system, error.text) for error in database_errors(usual)}
    return tuple(e for e in database_errors(body) if (e.system, e.text) not in known)
