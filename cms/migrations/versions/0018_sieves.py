"""Which pairs of characters a story's newest text holds: a search reads only the texts that may have the phrase."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "story_sieves",
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("bits", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_sieves_story_id_stories")),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_story_sieves")),
    )


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
