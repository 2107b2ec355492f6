"""The words of vulnerabilities on PostgreSQL: a table with a GIN index, and the functions that search it.

Row-level security gives an index only the conditions of the policy itself: `@@` might tell of hidden rows, so that a
search's own condition would be tried on every row. Here the policy asks for the words. `cyberai.asked` holds them while
a function below runs, and whatever reads the table without these functions sees its own workspace's rows as ever.

Every word carries its workspace (`5=inject`): what the index is asked for can only be found in rows of that workspace,
and the words of others are not even passed over.
"""

from typing import Any

import psycopg

_TENANT = "current_setting('cyberai.workspace', true)"
_OWN = f"tenant = 'tenant' || {_TENANT}"
# No word has no letter: so that what changes a row by its number, and asks for no words, finds it.
_ASKED = "words @@ coalesce(nullif(current_setting('cyberai.asked', true), ''), '!''=''')::tsquery"

# No word is left out, and each stands in its base form by the same algorithm as in SQLite's index (Porter's).
_CONFIGURATION = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_ts_config WHERE cfgname = 'cyberai' AND cfgnamespace = current_schema()::regnamespace)
    THEN
        CREATE TEXT SEARCH DICTIONARY cyberai_stem (TEMPLATE = snowball, Language = porter);
        CREATE TEXT SEARCH CONFIGURATION cyberai (COPY = simple);
        ALTER TEXT SEARCH CONFIGURATION cyberai ALTER MAPPING FOR asciiword, word, numword WITH cyberai_stem;
    END IF;
END $$
"""

_TABLE = (
    'CREATE TABLE IF NOT EXISTS vulnerability_text (tenant text COLLATE "C" NOT NULL, rowid bigint NOT NULL, '
    "words tsvector NOT NULL, CONSTRAINT vulnerability_text_key PRIMARY KEY (tenant, rowid))",
    "CREATE INDEX IF NOT EXISTS vulnerability_text_words ON vulnerability_text USING gin (words)",
)

_POLICIES = (
    "ALTER TABLE vulnerability_text ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE vulnerability_text FORCE ROW LEVEL SECURITY",
    "DROP POLICY IF EXISTS own_workspace ON vulnerability_text",
    "DROP POLICY IF EXISTS own_words ON vulnerability_text",
    # For changes and new rows this one alone; what is seen must fit both.
    f"CREATE POLICY own_workspace ON vulnerability_text USING ({_OWN})",
    f"CREATE POLICY own_words ON vulnerability_text AS RESTRICTIVE FOR SELECT USING ({_ASKED})",
)

# Bounded, since nothing checks it later: a word takes 2,046 bytes at most and all of a row 1 MB, the workspaces included.
# So what stands behind 100,000 characters is not found, nor is a longer word, or one behind 20,000 others.
_WORDS = r"""
CREATE OR REPLACE FUNCTION cyberai_lexemes(workspace text, content text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array(
        SELECT workspace || '=' || lexeme
        FROM unnest(tsvector_to_array(
            to_tsvector('cyberai', regexp_replace(left(content, 100000), '[^[:alnum:]]+', ' ', 'g'))
        )) lexeme
        WHERE octet_length(lexeme) <= 2000 LIMIT 20000
    )
$$
"""

# NULL where the text has no word.
_WANTED = """
CREATE OR REPLACE FUNCTION cyberai_wanted(asked text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(quote_literal(word), ' & ')
    FROM unnest(cyberai_lexemes(current_setting('cyberai.workspace', true), asked)) word
$$
"""

_PUT = """
CREATE OR REPLACE FUNCTION cyberai_words(tenant text, content text) RETURNS tsvector LANGUAGE sql STABLE AS
$$ SELECT array_to_tsvector(cyberai_lexemes(substr(tenant, 7), content)) $$
"""

# Planned at each call: what is best depends on how many rows hold the words, which the planner knows of common ones. The
# whole table is never read, whatever the share of it that is this workspace's.
_SEARCH = """
CREATE OR REPLACE FUNCTION {name}(asked text, {parameters}) RETURNS SETOF bigint LANGUAGE plpgsql STABLE
SET enable_seqscan = off {settings}AS $$
DECLARE
    wanted text := cyberai_wanted(asked);
BEGIN
    IF wanted IS NOT NULL THEN
        PERFORM set_config('cyberai.asked', wanted, true);
        RETURN QUERY EXECUTE '{query}' USING {values};
        PERFORM set_config('cyberai.asked', '', true);
    END IF;
END $$
"""

# Whether so many rows hold the words that nobody has to look, by what the planner knows: of words that its statistics do
# not hold it says 0.5 % of all rows, which says nothing.
_COMMON = """
CREATE OR REPLACE FUNCTION cyberai_common(asked text, most bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    wanted text := cyberai_wanted(asked);
    plan json;
    expected real;
BEGIN
    IF wanted IS NULL THEN
        RETURN false;
    END IF;
    PERFORM set_config('cyberai.asked', wanted, true);
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT FROM vulnerability_text' INTO plan;
    PERFORM set_config('cyberai.asked', '', true);
    expected := plan->0->'Plan'->>'Plan Rows';
    RETURN expected > 4 * most
        AND expected > (SELECT 0.02 * reltuples FROM pg_class WHERE oid = 'vulnerability_text'::regclass);
END $$
"""


def _search(name: str, query: str, settings: str = "", **parameters: str) -> str:
    declared = ", ".join(f"{key} {kind}" for key, kind in parameters.items())
    values = ", ".join(parameters)
    return _SEARCH.format(name=name, parameters=declared, settings=settings, query=query, values=values)


_SEARCHES = (
    _search("cyberai_holding", "SELECT rowid FROM vulnerability_text LIMIT $1", most="bigint"),
    _search(
        "cyberai_holding_of",
        "SELECT rowid FROM vulnerability_text WHERE rowid = ANY ($1)",
        # By the numbers alone: else all rows with the words are gathered first, however many.
        settings="SET enable_bitmapscan = off ",
        numbers="bigint[]",
    ),
    _search(
        "cyberai_holding_count",
        "SELECT count(*) FROM (SELECT FROM vulnerability_text LIMIT $1) matching",
        most="bigint",
    ),
)

TEXT_INDEX = (*_TABLE, *_POLICIES, _CONFIGURATION, _WORDS, _WANTED, _PUT, _COMMON, *_SEARCHES)
"""The statements that make the table and its functions, or bring them up to date."""


def index_words(connection: "psycopg.Connection[tuple[Any, ...]]") -> None:
    """Make the index of words, unless it is there."""
    for statement in TEXT_INDEX:
        connection.execute(statement.encode())
