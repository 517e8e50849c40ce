"""Checks: word lists by version, results, overrides, stated figures, policies and their readings, saved originals."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "word_books",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("retired_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint("imported_by <> ''", name=op.f("ck_word_books_says_who")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_word_books")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_word_books_name_version")),
    )
    op.create_index("ix_word_books_name", "word_books", ["name"])
    op.create_table(
        "check_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manuscript_hash", sa.String(), nullable=False),
        sa.Column("standards_hash", sa.String(), nullable=False),
        sa.Column("findings", sa.Text(), nullable=False),
        sa.Column("run_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_runs")),
        sa.UniqueConstraint(
            "manuscript_hash", "standards_hash", name=op.f("uq_check_runs_manuscript_hash_standards_hash")
        ),
    )
    op.create_table(
        "overrides",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("manuscript_hash", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("excerpt", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_overrides_says_why")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_overrides_person_id_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overrides")),
        sa.UniqueConstraint("manuscript_hash", "rule", "place", name=op.f("uq_overrides_manuscript_hash_rule_place")),
    )
    op.create_index("ix_overrides_person_id", "overrides", ["person_id"])
    op.create_table(
        "stated_figures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("as_of", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("is_about", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_stated_figures_story_id_stories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stated_figures")),
    )
    op.create_index("ix_stated_figures_story_id", "stated_figures", ["story_id"])
    op.create_index("ix_stated_figures_key", "stated_figures", ["key"])
    op.create_table(
        "policy_readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_policy_readings_story_id_stories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_readings")),
    )
    op.create_index("ix_policy_readings_story_id", "policy_readings", ["story_id"])
    op.create_index("ix_policy_readings_title", "policy_readings", ["title"])
    op.create_table(
        "saved_originals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_saved_originals_story_id_stories")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_originals")),
    )
    op.create_index("ix_saved_originals_story_id", "saved_originals", ["story_id"])


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
