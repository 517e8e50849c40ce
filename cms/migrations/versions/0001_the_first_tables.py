"""The first tables: audit, matrix, people, stories, review, releases."""

import sqlalchemy as sa
from alembic import op

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('detail', sa.Text(), nullable=False),
    sa.Column('previous_hash', sa.String(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries')),
    sa.UniqueConstraint('previous_hash', name=op.f('uq_audit_entries_previous_hash'))
    )
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entries_subject'), ['subject'], unique=False)

    op.create_table('audit_heads',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('length', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_heads'))
    )
    op.bulk_insert(sa.table('audit_heads', sa.column('id'), sa.column('length'), sa.column('hash')),
                   [{'id': 1, 'length': 0, 'hash': ''}])
    op.create_table('columns',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('hour', sa.Integer(), nullable=False),
    sa.Column('minute', sa.Integer(), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('cast', sa.Text(), nullable=False),
    sa.Column('first_number', sa.Integer(), nullable=False),
    sa.Column('opened_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_columns')),
    sa.UniqueConstraint('slug', name=op.f('uq_columns_slug'))
    )
    op.create_table('persons',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('login', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('roles', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_persons')),
    sa.UniqueConstraint('login', name=op.f('uq_persons_login'))
    )
    op.create_table('releases',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('policy', sa.String(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_releases'))
    )
    op.create_table('units',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('short', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['parent_id'], ['units.id'], name=op.f('fk_units_parent_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_units')),
    sa.UniqueConstraint('slug', name=op.f('uq_units_slug'))
    )
    with op.batch_alter_table('units', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_units_parent_id'), ['parent_id'], unique=False)

    op.create_table('workspaces',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('demo', sa.Boolean(), nullable=False),
    sa.Column('base_url', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_workspaces'))
    )
    op.create_table('accounts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('transport', sa.String(), nullable=False),
    sa.Column('theme', sa.String(), nullable=False),
    sa.Column('site_url', sa.String(), nullable=False),
    sa.Column('contact', sa.String(), nullable=False),
    sa.Column('settings', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['units.id'], name=op.f('fk_accounts_unit_id_units')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('key', name=op.f('uq_accounts_key'))
    )
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accounts_channel'), ['channel'], unique=False)
        batch_op.create_index(batch_op.f('ix_accounts_unit_id'), ['unit_id'], unique=False)

    op.create_table('issues',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('column_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['column_id'], ['columns.id'], name=op.f('fk_issues_column_id_columns')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_issues')),
    sa.UniqueConstraint('column_id', 'due_at', name=op.f('uq_issues_column_id_due_at')),
    sa.UniqueConstraint('column_id', 'number', name=op.f('uq_issues_column_id_number'))
    )
    op.create_table('sealed_sets',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hash', sa.String(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('manuscripts', sa.Text(), nullable=False),
    sa.Column('renditions', sa.Text(), nullable=False),
    sa.Column('assets', sa.Text(), nullable=False),
    sa.Column('policy', sa.String(), nullable=False),
    sa.Column('complete', sa.Boolean(), nullable=False),
    sa.Column('sealed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['release_id'], ['releases.id'], name=op.f('fk_sealed_sets_release_id_releases')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sealed_sets')),
    sa.UniqueConstraint('hash', name=op.f('uq_sealed_sets_hash'))
    )
    with op.batch_alter_table('sealed_sets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sealed_sets_release_id'), ['release_id'], unique=False)

    op.create_table('deliveries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('stories', sa.Text(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('due_at', sa.DateTime(), nullable=False),
    sa.Column('rendition_hash', sa.String(), nullable=False),
    sa.Column('sealed_set_id', sa.Integer(), nullable=True),
    sa.Column('lease_owner', sa.String(), nullable=False),
    sa.Column('lease_until', sa.DateTime(), nullable=True),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('deaths', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('person', sa.String(), nullable=False),
    sa.Column('deadline', sa.DateTime(), nullable=True),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("state <> 'handed_over' OR (person <> '' AND deadline IS NOT NULL)", name=op.f('ck_deliveries_says_who')),
    sa.CheckConstraint("state NOT IN ('held', 'failed') OR reason <> ''", name=op.f('ck_deliveries_says_why')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_deliveries_account_id_accounts')),
    sa.ForeignKeyConstraint(['release_id'], ['releases.id'], name=op.f('fk_deliveries_release_id_releases')),
    sa.ForeignKeyConstraint(['sealed_set_id'], ['sealed_sets.id'], name=op.f('fk_deliveries_sealed_set_id_sealed_sets')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('key', name=op.f('uq_deliveries_key'))
    )
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deliveries_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_deliveries_due', ['state', 'next_at', 'due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_deliveries_release_id'), ['release_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_deliveries_sealed_set_id'), ['sealed_set_id'], unique=False)

    op.create_table('sealed_steps',
    sa.Column('sealed_set_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('manuscript_hash', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['sealed_set_id'], ['sealed_sets.id'], name=op.f('fk_sealed_steps_sealed_set_id_sealed_sets')),
    sa.PrimaryKeyConstraint('sealed_set_id', 'step', 'manuscript_hash', name=op.f('pk_sealed_steps'))
    )
    op.create_table('signatures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('signer_id', sa.Integer(), nullable=False),
    sa.Column('subject_hash', sa.String(), nullable=False),
    sa.Column('manuscript_hash', sa.String(), nullable=False),
    sa.Column('sealed_set_id', sa.Integer(), nullable=True),
    sa.Column('opinion', sa.String(), nullable=False),
    sa.Column('policy', sa.String(), nullable=False),
    sa.Column('signed_at', sa.DateTime(), nullable=False),
    sa.CheckConstraint("opinion <> ''", name=op.f('ck_signatures_says_why')),
    sa.ForeignKeyConstraint(['sealed_set_id'], ['sealed_sets.id'], name=op.f('fk_signatures_sealed_set_id_sealed_sets')),
    sa.ForeignKeyConstraint(['signer_id'], ['persons.id'], name=op.f('fk_signatures_signer_id_persons')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signatures')),
    sa.UniqueConstraint('step', 'policy', 'subject_hash', name=op.f('uq_signatures_step_policy_subject_hash'))
    )
    with op.batch_alter_table('signatures', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_signatures_manuscript_hash'), ['manuscript_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_signatures_sealed_set_id'), ['sealed_set_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_signatures_signer_id'), ['signer_id'], unique=False)

    op.create_table('stories',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('headline', sa.String(), nullable=False),
    sa.Column('column_id', sa.Integer(), nullable=True),
    sa.Column('issue_id', sa.Integer(), nullable=True),
    sa.Column('origin_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['column_id'], ['columns.id'], name=op.f('fk_stories_column_id_columns')),
    sa.ForeignKeyConstraint(['issue_id'], ['issues.id'], name=op.f('fk_stories_issue_id_issues')),
    sa.ForeignKeyConstraint(['origin_id'], ['stories.id'], name=op.f('fk_stories_origin_id_stories')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stories')),
    sa.UniqueConstraint('slug', name=op.f('uq_stories_slug'))
    )
    with op.batch_alter_table('stories', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stories_column_id'), ['column_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stories_issue_id'), ['issue_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stories_origin_id'), ['origin_id'], unique=False)

    op.create_table('attempts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('request_hash', sa.String(), nullable=False),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('began_at', sa.DateTime(), nullable=False),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_attempts_delivery_id_deliveries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempts'))
    )
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempts_delivery_id'), ['delivery_id'], unique=False)

    op.create_table('items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('origin_id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('manuscript_hash', sa.String(), nullable=False),
    sa.Column('fills', sa.Text(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('remote_id', sa.String(), nullable=False),
    sa.Column('fate', sa.String(), nullable=False),
    sa.Column('guid', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_items_account_id_accounts')),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_items_delivery_id_deliveries')),
    sa.ForeignKeyConstraint(['origin_id'], ['stories.id'], name=op.f('fk_items_origin_id_stories')),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_items_story_id_stories')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_items')),
    sa.UniqueConstraint('delivery_id', 'position', name=op.f('uq_items_delivery_id_position'))
    )
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_items_account_id'), ['account_id'], unique=False)
        batch_op.create_index('ix_items_one_live', ['origin_id', 'account_id'], unique=True, sqlite_where=sa.text("fate IN ('planned', 'published', 'amended')"), postgresql_where=sa.text("fate IN ('planned', 'published', 'amended')"))
        batch_op.create_index(batch_op.f('ix_items_story_id'), ['story_id'], unique=False)

    op.create_table('receipts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('remote_id', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('fills', sa.Text(), nullable=False),
    sa.Column('sent_hash', sa.String(), nullable=False),
    sa.Column('verified', sa.Boolean(), nullable=False),
    sa.Column('note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_receipts_delivery_id_deliveries')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_receipts'))
    )
    with op.batch_alter_table('receipts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_receipts_delivery_id'), ['delivery_id'], unique=False)

    op.create_table('revisions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('author', sa.String(), nullable=False),
    sa.Column('saved_at', sa.DateTime(), nullable=False),
    sa.Column('manuscript_hash', sa.String(), nullable=False),
    sa.Column('findings', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_revisions_story_id_stories')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_revisions')),
    sa.UniqueConstraint('story_id', 'number', name=op.f('uq_revisions_story_id_number'))
    )
    with op.batch_alter_table('revisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_revisions_manuscript_hash'), ['manuscript_hash'], unique=False)

    op.create_table('sealed_renditions',
    sa.Column('sealed_set_id', sa.Integer(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=False),
    sa.Column('rendition_hash', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['deliveries.id'], name=op.f('fk_sealed_renditions_delivery_id_deliveries')),
    sa.ForeignKeyConstraint(['sealed_set_id'], ['sealed_sets.id'], name=op.f('fk_sealed_renditions_sealed_set_id_sealed_sets')),
    sa.PrimaryKeyConstraint('sealed_set_id', 'delivery_id', name=op.f('pk_sealed_renditions'))
    )
    with op.batch_alter_table('sealed_renditions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sealed_renditions_delivery_id'), ['delivery_id'], unique=False)

    op.create_table('release_stories',
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('story_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('manuscript_hash', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['release_id'], ['releases.id'], name=op.f('fk_release_stories_release_id_releases')),
    sa.ForeignKeyConstraint(['revision_id'], ['revisions.id'], name=op.f('fk_release_stories_revision_id_revisions')),
    sa.ForeignKeyConstraint(['story_id'], ['stories.id'], name=op.f('fk_release_stories_story_id_stories')),
    sa.PrimaryKeyConstraint('release_id', 'position', name=op.f('pk_release_stories'))
    )
    with op.batch_alter_table('release_stories', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_release_stories_story_id'), ['story_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('release_stories', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_release_stories_story_id'))

    op.drop_table('release_stories')
    with op.batch_alter_table('sealed_renditions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sealed_renditions_delivery_id'))

    op.drop_table('sealed_renditions')
    with op.batch_alter_table('revisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_revisions_manuscript_hash'))

    op.drop_table('revisions')
    with op.batch_alter_table('receipts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_receipts_delivery_id'))

    op.drop_table('receipts')
    with op.batch_alter_table('items', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_items_story_id'))
        batch_op.drop_index('ix_items_one_live', sqlite_where=sa.text("fate IN ('planned', 'published', 'amended')"), postgresql_where=sa.text("fate IN ('planned', 'published', 'amended')"))
        batch_op.drop_index(batch_op.f('ix_items_account_id'))

    op.drop_table('items')
    with op.batch_alter_table('attempts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempts_delivery_id'))

    op.drop_table('attempts')
    with op.batch_alter_table('stories', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stories_origin_id'))
        batch_op.drop_index(batch_op.f('ix_stories_issue_id'))
        batch_op.drop_index(batch_op.f('ix_stories_column_id'))

    op.drop_table('stories')
    with op.batch_alter_table('signatures', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_signatures_signer_id'))
        batch_op.drop_index(batch_op.f('ix_signatures_sealed_set_id'))
        batch_op.drop_index(batch_op.f('ix_signatures_manuscript_hash'))

    op.drop_table('signatures')
    op.drop_table('sealed_steps')
    with op.batch_alter_table('deliveries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_deliveries_sealed_set_id'))
        batch_op.drop_index(batch_op.f('ix_deliveries_release_id'))
        batch_op.drop_index('ix_deliveries_due')
        batch_op.drop_index(batch_op.f('ix_deliveries_account_id'))

    op.drop_table('deliveries')
    with op.batch_alter_table('sealed_sets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sealed_sets_release_id'))

    op.drop_table('sealed_sets')
    op.drop_table('issues')
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_accounts_unit_id'))
        batch_op.drop_index(batch_op.f('ix_accounts_channel'))

    op.drop_table('accounts')
    op.drop_table('workspaces')
    with op.batch_alter_table('units', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_units_parent_id'))

    op.drop_table('units')
    op.drop_table('releases')
    op.drop_table('persons')
    op.drop_table('columns')
    op.drop_table('audit_heads')
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entries_subject'))

    op.drop_table('audit_entries')
