"""On PostgreSQL every word in the index of words carries its workspace; SQLite's index stays as it is."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_OLD = (
    # The owner reads all rows of it once more.
    "ALTER TABLE vulnerability_text NO FORCE ROW LEVEL SECURITY",
    "DROP INDEX vulnerability_text_words",
    "ALTER TABLE vulnerability_text RENAME TO vulnerability_text_before",
    'CREATE TABLE vulnerability_text (tenant text COLLATE "C" NOT NULL, rowid bigint NOT NULL, words tsvector NOT NULL)',
    """
    INSERT INTO vulnerability_text (tenant, rowid, words)
    SELECT tenant, rowid, array_to_tsvector(array(
        SELECT substr(tenant, 7) || '=' || lexeme FROM unnest(tsvector_to_array(words)) lexeme
        WHERE octet_length(lexeme) <= 2000 LIMIT 20000
    ))
    FROM vulnerability_text_before ORDER BY tenant, rowid
    """,
    "DROP TABLE vulnerability_text_before",
    # The indexes last, so that they are sorted once.
    "ALTER TABLE vulnerability_text ADD CONSTRAINT vulnerability_text_key PRIMARY KEY (tenant, rowid)",
    "CREATE INDEX vulnerability_text_words ON vulnerability_text USING gin (words)",
    "DROP FUNCTION IF EXISTS cyberai_words(text)",
    "DROP FUNCTION IF EXISTS cyberai_query(text)",
    # Before its searches are planned for the first time.
    "ANALYZE vulnerability_text",
)


def upgrade() -> None:
    """Write the words anew. A new store has none yet: its table is made after the migrations."""
    connection = op.get_bind()
    if connection.dialect.name != "postgresql":
        return
    if connection.exec_driver_sql("SELECT to_regclass('vulnerability_text')").scalar() is not None:
        for statement in _OLD:
            op.execute(statement)
