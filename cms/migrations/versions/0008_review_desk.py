"""The review desk: submissions and their stages, opinions, proofs and readings, 代审, signing links, notices by name."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('loans',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('until', sa.DateTime(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('given_by', sa.String(), nullable=False),
    sa.Column('given_at', sa.DateTime(), nullable=False),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_loans_person_id_persons')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_loans_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_loans'))
    )
    op.create_index(op.f('ix_loans_person_id'), 'loans', ['person_id'], unique=False)
    op.create_index(op.f('ix_loans_unit_id'), 'loans', ['unit_id'], unique=False)
    op.create_table('readings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('subject_hash', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("kind IN ('proof', 'read')", name=op.f('ck_readings_kind')),
    sa.CheckConstraint("person_id IS NOT NULL OR (kind = 'proof' AND number = 1)", name=op.f('ck_readings_says_who')),
    sa.CheckConstraint('number BETWEEN 0 AND 3', name=op.f('ck_readings_number')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_readings_person_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_readings')),
    sa.UniqueConstraint('kind', 'subject_hash', 'number', 'channel', name=op.f('uq_readings_kind_subject_hash_number_channel'))
    )
    op.create_table('review_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('grade', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('reach', sa.String(), nullable=False),
    sa.Column('is_apart', sa.Boolean(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("grade IN ('A', 'B', 'C')", name=op.f('ck_review_steps_grade')),
    sa.CheckConstraint("reach IN ('below', 'province')", name=op.f('ck_review_steps_reach')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_review_steps_person_id_persons')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_review_steps_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_steps')),
    sa.UniqueConstraint('unit_id', 'grade', 'position', name=op.f('uq_review_steps_unit_id_grade_position'))
    )
    op.create_index(op.f('ix_review_steps_unit_id'), 'review_steps', ['unit_id'], unique=False)
    op.create_table('notice_targets',
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], name=op.f('fk_notice_targets_notice_id_notices')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_notice_targets_person_id_persons')),
    sa.PrimaryKeyConstraint('notice_id', 'person_id', name=op.f('pk_notice_targets'))
    )
    op.create_table('submissions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('manuscript_hash', sa.String(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('grade', sa.String(), nullable=False),
    sa.Column('policy', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('attachment', sa.String(), nullable=False),
    sa.Column('sender_id', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(), nullable=False),
    sa.Column('due_at', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('trouble', sa.String(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('findings', sa.Text(), nullable=False),
    sa.Column('assigned_id', sa.Integer(), nullable=True),
    sa.Column('alarmed_at', sa.DateTime(), nullable=True),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("grade <> 'C' OR attachment <> ''", name=op.f('ck_submissions_attachment')),
    sa.CheckConstraint("grade IN ('A', 'B', 'C')", name=op.f('ck_submissions_grade')),
    sa.CheckConstraint("state IN ('drawing', 'reviewing', 'stopped', 'returned', 'pulled', 'replaced', 'signed')", name=op.f('ck_submissions_state')),
    sa.ForeignKeyConstraint(['assigned_id'], ['persons.id'], name=op.f('fk_submissions_assigned_id_persons')),
    sa.ForeignKeyConstraint(['release_id'], ['releases.id'], name=op.f('fk_submissions_release_id_releases')),
    sa.ForeignKeyConstraint(['revision_id'], ['revisions.id'], name=op.f('fk_submissions_revision_id_revisions')),
    sa.ForeignKeyConstraint(['sender_id'], ['persons.id'], name=op.f('fk_submissions_sender_id_persons')),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_submissions_story_id_stories')),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_submissions_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_submissions')),
    sa.UniqueConstraint('release_id', name=op.f('uq_submissions_release_id'))
    )
    op.create_index(op.f('ix_submissions_manuscript_hash'), 'submissions', ['manuscript_hash'], unique=False)
    op.create_index('ix_submissions_one_open', 'submissions', ['story_id'], unique=True, sqlite_where=sa.text("state IN ('drawing', 'reviewing')"), postgresql_where=sa.text("state IN ('drawing', 'reviewing')"))
    op.create_index(op.f('ix_submissions_sender_id'), 'submissions', ['sender_id'], unique=False)
    op.create_index(op.f('ix_submissions_state'), 'submissions', ['state'], unique=False)
    op.create_index(op.f('ix_submissions_story_id'), 'submissions', ['story_id'], unique=False)
    op.create_index(op.f('ix_submissions_unit_id'), 'submissions', ['unit_id'], unique=False)
    op.create_table('opinions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('excerpt', sa.String(), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('to_id', sa.Integer(), nullable=True),
    sa.Column('way', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("kind IN ('note', 'pass', 'return', 'transfer')", name=op.f('ck_opinions_kind')),
    sa.CheckConstraint("words <> ''", name=op.f('ck_opinions_says_why')),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_opinions_person_id_persons')),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], name=op.f('fk_opinions_submission_id_submissions')),
    sa.ForeignKeyConstraint(['to_id'], ['persons.id'], name=op.f('fk_opinions_to_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opinions'))
    )
    op.create_index(op.f('ix_opinions_submission_id'), 'opinions', ['submission_id'], unique=False)
    op.create_table('signing_links',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('code_hash', sa.String(), nullable=False),
    sa.Column('code_at', sa.DateTime(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_signing_links_person_id_persons')),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], name=op.f('fk_signing_links_submission_id_submissions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signing_links')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_signing_links_token_hash'))
    )
    op.create_index(op.f('ix_signing_links_submission_id'), 'signing_links', ['submission_id'], unique=False)
    op.create_table('submission_steps',
    sa.Column('submission_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('reach', sa.String(), nullable=False),
    sa.Column('is_apart', sa.Boolean(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['persons.id'], name=op.f('fk_submission_steps_person_id_persons')),
    sa.ForeignKeyConstraint(['submission_id'], ['submissions.id'], name=op.f('fk_submission_steps_submission_id_submissions')),
    sa.PrimaryKeyConstraint('submission_id', 'step', name=op.f('pk_submission_steps'))
    )


def downgrade() -> None:
    raise NotImplementedError("后退请用备份恢复。")
