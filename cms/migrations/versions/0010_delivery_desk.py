"""The delivery desk: links that carry a task by hand to a phone; the releases by time, for their list."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hand_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.Column("used_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_hand_links_delivery_id_deliveries")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_hand_links_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_hand_links_token_hash")),
    )
    op.create_index("ix_hand_links_delivery_id", "hand_links", ["delivery_id"])
    op.create_index("ix_hand_links_person_id", "hand_links", ["person_id"])
    op.create_index("ix_releases_due_at", "releases", ["due_at"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
