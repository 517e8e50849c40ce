"""Pushes put together of several stories (组稿): which signed delivery each article of one is."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("sealed_set_id", sa.Integer(), nullable=False),
        sa.Column("rendition_hash", sa.String(), nullable=False),
        sa.CheckConstraint("position BETWEEN 1 AND 8", name=op.f("ck_push_articles_place")),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["deliveries.id"], name=op.f("fk_push_articles_delivery_id_deliveries")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["deliveries.id"], name=op.f("fk_push_articles_source_id_deliveries")),
        sa.ForeignKeyConstraint(
            ["sealed_set_id"], ["sealed_sets.id"], name=op.f("fk_push_articles_sealed_set_id_sealed_sets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_articles")),
        sa.UniqueConstraint("delivery_id", "position", name=op.f("uq_push_articles_delivery_id_position")),
        sa.UniqueConstraint("delivery_id", "source_id", name=op.f("uq_push_articles_delivery_id_source_id")),
    )
    op.create_index(op.f("ix_push_articles_source_id"), "push_articles", ["source_id"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
