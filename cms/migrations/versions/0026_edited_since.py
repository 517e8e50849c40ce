"""What was edited after its sign-off: which revision a delivery is held for, and a signer's word that it goes all the same."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In these words on both databases: SQLite would not let a table that others refer to be written anew.
    op.execute(
        "ALTER TABLE deliveries ADD COLUMN voided_by INTEGER "
        "CONSTRAINT fk_deliveries_voided_by_revisions REFERENCES revisions (id)"
    )
    op.create_index("ix_deliveries_voided_by", "deliveries", ["voided_by"])
    op.create_table(
        "affirmations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_affirmations_says_why")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_affirmations_release_id_releases")),
        sa.ForeignKeyConstraint(["revision_id"], ["revisions.id"], name=op.f("fk_affirmations_revision_id_revisions")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_affirmations_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affirmations")),
    )
    op.create_index("ix_affirmations_release_id", "affirmations", ["release_id"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
