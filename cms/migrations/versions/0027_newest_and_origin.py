"""Two indexes: what lists of stories show of the newest revision, and the copies of a story wherever it was adopted."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_revisions_newest", "revisions", ["story_id", "number", "saved_at", "author"])
    op.create_index("ix_items_origin_id", "items", ["origin_id"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
