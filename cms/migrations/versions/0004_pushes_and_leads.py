"""Pushes to followers, reprints that wait for their lead, and what a release does when its time was missed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# In words both databases take: adding a column and its reference in one, without rebuilding the table.
_LEAD = (
    "ALTER TABLE deliveries ADD COLUMN lead_id INTEGER"
    " CONSTRAINT fk_deliveries_lead_id_deliveries REFERENCES deliveries (id)"
)


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("push", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(_LEAD)
    op.create_index("ix_deliveries_lead_id", "deliveries", ["lead_id"])
    op.add_column("releases", sa.Column("late", sa.String(), nullable=False, server_default="send"))
    op.add_column("columns", sa.Column("push", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
