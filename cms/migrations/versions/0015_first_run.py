"""The first run of an empty machine, the sample story, thrown-away drafts, who is at a story now, sandboxed accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("workspaces", sa.Column("logo", sa.String(), nullable=False, server_default=""))
    op.add_column("stories", sa.Column("is_sample", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("stories", sa.Column("binned_at", sa.DateTime(), nullable=True))
    op.add_column("stories", sa.Column("binned_by", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "beginnings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("ruled_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_beginnings_one")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_beginnings_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beginnings")),
    )
    op.create_table(
        "sandboxed_accounts",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_sandboxed_accounts_account_id_accounts")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_sandboxed_accounts")),
    )
    op.create_table(
        "presences",
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("pane", sa.String(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_presences_story_id_stories")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_presences_person_id_persons")),
        sa.PrimaryKeyConstraint("story_id", "person_id", "pane", name=op.f("pk_presences")),
    )
    op.create_index(op.f("ix_presences_seen_at"), "presences", ["seen_at"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
