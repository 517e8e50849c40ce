"""What a freeze lets go all the same (豁免): an account, a unit's own, a story, a topic; given and ended by a person. And
how many read what an order takes away (阅读数), as a platform told or somebody saw."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exemptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("freeze_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("story_id", sa.Integer(), nullable=True),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_exemptions_says_why")),
        sa.CheckConstraint(
            "CASE WHEN unit_id IS NULL THEN 0 ELSE 1 END + CASE WHEN account_id IS NULL THEN 0 ELSE 1 END"
            " + CASE WHEN story_id IS NULL THEN 0 ELSE 1 END + CASE WHEN topic = '' THEN 0 ELSE 1 END = 1",
            name=op.f("ck_exemptions_is_of_one"),
        ),
        sa.CheckConstraint("ended_at IS NULL OR ended_by <> ''", name=op.f("ck_exemptions_says_who_ended")),
        sa.ForeignKeyConstraint(["freeze_id"], ["freezes.id"], name=op.f("fk_exemptions_freeze_id_freezes")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_exemptions_unit_id_units")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_exemptions_account_id_accounts")),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_exemptions_story_id_stories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exemptions")),
    )
    op.create_index("ix_exemptions_freeze_id", "exemptions", ["freeze_id"])
    op.create_table(
        "read_counts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("remedy_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_read_counts_is_a_number")),
        sa.CheckConstraint("count IS NOT NULL OR why <> ''", name=op.f("ck_read_counts_says_why")),
        sa.ForeignKeyConstraint(["remedy_id"], ["remedies.id"], name=op.f("fk_read_counts_remedy_id_remedies")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_counts")),
    )
    op.create_index("ix_read_counts_remedy_id", "read_counts", ["remedy_id"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
