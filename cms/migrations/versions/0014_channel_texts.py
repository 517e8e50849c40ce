"""Channels with a text of their own (单独编辑): its states, each beside the revision that was saved with it."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_channel_texts_story_id_stories")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_channel_texts_revision_id_revisions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel_texts")),
        sa.UniqueConstraint("story_id", "channel", "number", name=op.f("uq_channel_texts_story_id_channel_number")),
    )
    op.create_index(op.f("ix_channel_texts_revision_id"), "channel_texts", ["revision_id"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
