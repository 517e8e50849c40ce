"""The days a column does not come out on although its rhythm says so (停一期), each with why."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("columns", sa.Column("skips", sa.Text(), nullable=False, server_default="{}"))


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
