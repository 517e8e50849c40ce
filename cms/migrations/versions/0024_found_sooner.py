"""Deliveries are found by what changed lately, and by an account's slots, without walking all there ever were."""

from alembic import op

revision = "0024"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_deliveries_changed", "deliveries", ["state", "changed_at"])
    op.create_index("ix_deliveries_slots", "deliveries", ["account_id", "due_at"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
