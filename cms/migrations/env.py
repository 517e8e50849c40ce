"""Alembic's entry: imports every room's rows and works on the connection it is given."""

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import cms.audit.rows
import cms.checks.rows
import cms.library.rows
import cms.matrix.health
import cms.matrix.looks
import cms.matrix.rows
import cms.matrix.sandboxed
import cms.matrix.wires
import cms.people.rows
import cms.releases.handlinks
import cms.releases.rows
import cms.review.rows
import cms.stories.rows  # noqa: F401

# Scripts name plain column types, so that old ones never depend on today's code.
_PLAIN = {"UtcTime": "sa.DateTime()", "Canonical": "sa.Text()", "AutoString": "sa.String()"}


def _written(kind: str, value: Any, _context: Any) -> str | Literal[False]:
    return _PLAIN.get(type(value).__name__, False) if kind == "type" else False


def run(connection: Connection) -> None:
    """Run what was asked for on ``connection``, inside its transaction."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        render_item=_written,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
