"""What a platform knows an account by: one of the platform's accounts serves one of ours (F38)."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("subject", sa.String(), nullable=True))
    op.create_index("ux_accounts_subject", "accounts", ["channel", "subject"], unique=True)


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
