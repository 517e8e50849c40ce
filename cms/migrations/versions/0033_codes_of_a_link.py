"""How many codes a leader's link was sent (``signing_links.codes``): guessing and texting have an end."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("signing_links", sa.Column("codes", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
