"""陌生稿: what stands on an account and nobody here knows of, and what a person made of it; when that was last asked."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("sightings") as table:
        for name in ("title", "answer", "answered_by", "answer_reason"):
            table.add_column(sa.Column(name, sa.String(), nullable=False, server_default=""))
        table.add_column(sa.Column("posted_at", sa.DateTime(), nullable=True))
        table.add_column(sa.Column("answered_at", sa.DateTime(), nullable=True))
        table.create_check_constraint(
            op.f("ck_sightings_answer"), "answer IN ('', 'adopted', 'ours', 'foreign', 'gone')"
        )
        table.create_check_constraint(
            op.f("ck_sightings_says_who_and_why"),
            "answer IN ('', 'gone') OR (answered_by <> '' AND answer_reason <> '')",
        )
    is_stranger = sa.text("kind = 'stranger'")
    op.create_index(
        "ux_sightings_stranger",
        "sightings",
        ["account_id", "remote_id"],
        unique=True,
        sqlite_where=is_stranger,
        postgresql_where=is_stranger,
    )
    op.create_table(
        "stocktakings",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("whole_at", sa.DateTime(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_stocktakings_account_id_accounts")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_stocktakings")),
    )


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
