"""Alembic's entry: it runs the steps over the connection it is given."""

from alembic import context

from cyberai.storage.migrations import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=False,  # the caller's transaction spans all steps
)
context.run_migrations()
