"""Schema versions. A new store is made straight from `cyberai.storage.schema`; an older one is upgraded by the
numbered steps here, and a test holds both ways to the same schema."""

import logging

HEAD = "0012"
"""The newest version: the one `cyberai.storage.schema` describes."""

VERSION_TABLE = "schema_version"

# Alembic tells of each of its plugins while it is imported.
logging.getLogger("alembic").setLevel(logging.WARNING)
