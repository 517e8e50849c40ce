"""Pushes, reprints that wait for their lead, what a release does when its time was missed, notices."""

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
    op.create_table(
        "notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sentence", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.DateTime(), nullable=False),
        sa.Column("last_at", sa.DateTime(), nullable=False),
        sa.Column("seen_by", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("ix_notices_subject", "notices", ["subject"])
    op.add_column("releases", sa.Column("late", sa.String(), nullable=False, server_default="send"))
    op.add_column("columns", sa.Column("push", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
