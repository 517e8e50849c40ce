"""依据材料 as a file: the hash of the paper a submission rests on."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("submissions", sa.Column("attachment_hash", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
