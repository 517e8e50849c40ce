"""知道了 is each person's own (``notice_sends.seen_at``): until now one who took note silenced it for everybody it was for,
so what was seen counts as seen by all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notice_sends", sa.Column("seen_at", sa.DateTime(), nullable=True))
    op.execute(
        "UPDATE notice_sends SET seen_at ="
        " (SELECT notices.seen_at FROM notices WHERE notices.id = notice_sends.notice_id)"
    )


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
