"""采用省级来稿: what an adoption rests on, one open submission a story and unit, and where one confirmation is enough."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    is_open = sa.text("state IN ('drawing', 'reviewing')")
    op.drop_index("ix_submissions_one_open", table_name="submissions")
    # In these words on both databases: SQLite would not let a table that others refer to be written anew.
    op.execute(
        "ALTER TABLE submissions ADD COLUMN source_set_id INTEGER "
        "CONSTRAINT fk_submissions_source_set_id_sealed_sets REFERENCES sealed_sets (id)"
    )
    op.create_index(
        "ix_submissions_one_open",
        "submissions",
        ["story_id", "unit_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "adoption_rules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("one_step", sa.Boolean(), nullable=False),
        sa.CheckConstraint("grade IN ('A', 'B', 'C')", name=op.f("ck_adoption_rules_grade")),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"], name=op.f("fk_adoption_rules_unit_id_units")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption_rules")),
        sa.UniqueConstraint("unit_id", "grade", name=op.f("uq_adoption_rules_unit_id_grade")),
    )
    op.create_index(op.f("ix_adoption_rules_unit_id"), "adoption_rules", ["unit_id"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
