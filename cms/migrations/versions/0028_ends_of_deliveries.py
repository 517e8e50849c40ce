"""When what a delivery carries is over: a flash's own deliveries have its end, and what a correction sends instead."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("deliveries", sa.Column("expires_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE deliveries SET expires_at ="
        " (SELECT r.expires_at FROM releases r WHERE r.id = deliveries.release_id AND r.flash)"
        " WHERE urgent"
    )


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
