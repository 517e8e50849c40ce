"""Walls: the rules the database itself keeps, whoever writes to it and by whatever road.

They are rebuilt at the end of every migration, so a table that was rebuilt never loses its wall. One
condition serves both databases; only the words around it differ.
"""

from dataclasses import dataclass

from sqlalchemy import Connection

SIGNED_STATES = (
    "ready",
    "staged",
    "sending",
    "accepted",
    "confirming",
    "published",
    "handed_over",
    "unknown",
    "reconciling",
    "amended",
    "removed",
    "withdrawing",
    "withdrawn",
    "withdraw_failed",
    "composed",
)
_SIGNED = ", ".join(f"'{state}'" for state in SIGNED_STATES)


@dataclass(frozen=True, slots=True)
class Wall:
    """No ``event`` (INSERT, UPDATE, DELETE) on ``table`` may leave ``wrong`` true; ``sentence`` says so."""

    table: str
    event: str
    wrong: str
    sentence: str
    after: bool = False

    @property
    def name(self) -> str:
        return f"wall_{self.table}_{self.event.lower()}"


def _never(table: str, unique: str, sentence: str, wrong: str = "") -> tuple[Wall, ...]:
    """No change, no deletion, no replacing insert (SQLite's REPLACE deletes without a trace), and no
    insert that is ``wrong``. ``unique``: the condition by which a new row would take an old one's place."""
    taken = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id OR {unique}){wrong}"  # noqa: S608
    return (
        Wall(table, "UPDATE", "1 = 1", sentence),
        Wall(table, "DELETE", "1 = 1", sentence),
        Wall(table, "INSERT", taken, sentence),
    )


def build(connection: Connection) -> None:
    """Put up every wall, taking down an older form of it first."""
    write = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for wall in WALLS:
        for statement in write(wall):
            connection.exec_driver_sql(statement)


def take_down(connection: Connection) -> None:
    """Take every wall down, for rows that were lawful where they come from (a restored backup): whoever does it
    puts them up again in the same transaction."""
    on = " ON {table}" if connection.dialect.name == "postgresql" else ""
    for wall in WALLS:
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {wall.name}{on.format(table=wall.table)}")


def are_standing(connection: Connection) -> bool:
    """Whether every wall stands as it is written here, so that opening a house changes nothing."""
    if connection.dialect.name == "postgresql":
        found = connection.exec_driver_sql(_STANDING).all()
        return {wall.name: (wall.table, _body(wall), _kind(wall)) for wall in WALLS} == {
            name: (table, source, kind) for name, table, source, kind in found
        }
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    return {wall.name: _sqlite(wall)[-1] for wall in WALLS} == {str(name): str(source) for name, source in rows}


def _sqlite(wall: Wall) -> tuple[str, ...]:
    when = "AFTER" if wall.after else "BEFORE"
    body = f"SELECT RAISE(ABORT, '{wall.sentence}') WHERE {wall.wrong};"
    return (
        f"DROP TRIGGER IF EXISTS {wall.name}",
        f"CREATE TRIGGER {wall.name} {when} {wall.event} ON {wall.table} BEGIN {body} END",
    )


# What PostgreSQL says of its triggers; ``tgtype`` is a set of bits, see _kind. Disabled ones are not standing.
_STANDING = """
    SELECT t.tgname, c.relname, p.prosrc, t.tgtype FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE NOT t.tgisinternal AND t.tgenabled = 'O' AND c.relnamespace = current_schema()::regnamespace"""
_EACH_ROW, _BEFORE, _EVENTS = 1, 2, {"INSERT": 4, "DELETE": 8, "UPDATE": 16}


def _kind(wall: Wall) -> int:
    return _EACH_ROW | (0 if wall.after else _BEFORE) | _EVENTS[wall.event]


def _body(wall: Wall) -> str:
    row = "OLD" if wall.event == "DELETE" else "NEW"
    check = f"IF {wall.wrong} THEN RAISE EXCEPTION '{wall.sentence}' USING ERRCODE = 'check_violation'; END IF;"
    return f" BEGIN {check} RETURN {row}; END "


def _postgresql(wall: Wall) -> tuple[str, ...]:
    when = "AFTER" if wall.after else "BEFORE"
    return (
        f"CREATE OR REPLACE FUNCTION {wall.name}() RETURNS trigger LANGUAGE plpgsql AS $wall${_body(wall)}$wall$",
        # Replaced, not dropped: readers at work on the table are not waited for.
        f"CREATE OR REPLACE TRIGGER {wall.name} {when} {wall.event} ON {wall.table}"
        f" FOR EACH ROW EXECUTE FUNCTION {wall.name}()",
    )


_KEPT = "封存之后不能改动，请重新封存并重新签字。"
_LOOSE_STEP = """EXISTS (
    SELECT 1 FROM sealed_steps s WHERE s.sealed_set_id = NEW.id AND NOT EXISTS (
        SELECT 1 FROM signatures g WHERE g.step = s.step AND g.policy = NEW.policy AND (
            (s.manuscript_hash = '' AND g.sealed_set_id = NEW.id)
            OR (s.manuscript_hash <> '' AND g.manuscript_hash = s.manuscript_hash))))"""
_NO_STEP = """NOT EXISTS (SELECT 1 FROM sealed_steps s
    WHERE s.sealed_set_id = NEW.id AND s.manuscript_hash = ''
    AND s.step = CASE NEW.policy WHEN 'archive' THEN '归档核准' WHEN 'compose' THEN '组稿'
    WHEN 'adopt' THEN '确认采用' ELSE '签发' END)"""
# One person's word is enough for history alone: each story has an archive entry of the very unit, dated before
# the seal, and goes to that unit's own site and nowhere else.
_NOT_HISTORY = """NEW.policy = 'archive' AND EXISTS (
    SELECT 1 FROM items i JOIN deliveries d ON d.id = i.delivery_id JOIN accounts a ON a.id = i.account_id
    WHERE d.release_id = NEW.release_id AND (a.channel <> 'site' OR NOT EXISTS (
        SELECT 1 FROM archive_entries e WHERE e.story_id = i.story_id AND e.unit_id = a.unit_id
        AND e.published_at < NEW.sealed_at)))"""
_SET_CHANGED = """NEW.id <> OLD.id OR NEW.hash <> OLD.hash OR NEW.release_id <> OLD.release_id
    OR NEW.manuscripts <> OLD.manuscripts OR NEW.renditions <> OLD.renditions OR NEW.assets <> OLD.assets
    OR NEW.policy <> OLD.policy OR NEW.sealed_at <> OLD.sealed_at"""
_SET_SIGNED = """EXISTS (SELECT 1 FROM sealed_sets s WHERE s.id = NEW.sealed_set_id AND (
    s.complete OR EXISTS (SELECT 1 FROM signatures g WHERE g.sealed_set_id = s.id)))"""
_UNSEALED = f"""NEW.state IN ({_SIGNED}) AND NOT EXISTS (
    SELECT 1 FROM sealed_sets s JOIN sealed_renditions r ON r.sealed_set_id = s.id
    WHERE s.id = NEW.sealed_set_id AND s.complete AND (s.release_id = NEW.release_id OR EXISTS (
        SELECT 1 FROM remedies m WHERE m.delivery_id = NEW.id AND m.sealed_set_id = s.id))
    AND r.delivery_id = NEW.id AND r.rendition_hash = NEW.rendition_hash)"""  # noqa: S608
# I8, in the database's own words: what is stopped does not start, whoever asks.
_STOPPED = """OLD.state IN ('ready', 'staged') AND NEW.state IN ('sending', 'handed_over') AND EXISTS (
    SELECT 1 FROM items i JOIN stops s ON s.origin_id = i.origin_id
    WHERE i.delivery_id = NEW.id AND s.lifted_at IS NULL AND i.manuscript_hash <> s.keep_hash
    AND (s.story_id IS NULL OR s.story_id = i.story_id))"""
# I6: what was edited after its sign-off does not start, unless a signer said that it goes out as it was signed; the
# text of a correction voids nothing, its order says what becomes of each copy.
_KNOWN = """k.story_id = n.story_id
    AND (k.id = n.id OR (k.manuscript_hash = n.manuscript_hash AND k.manuscript_hash <> ''))"""
_EDITED = f"""OLD.state IN ('ready', 'staged') AND NEW.state IN ('staged', 'sending', 'handed_over') AND EXISTS (
    SELECT 1 FROM items i JOIN revisions n ON n.story_id = i.story_id
    WHERE i.delivery_id = NEW.id AND n.manuscript_hash <> i.manuscript_hash
    AND n.number = (SELECT MAX(m.number) FROM revisions m WHERE m.story_id = i.story_id)
    AND NOT EXISTS (SELECT 1 FROM affirmations a JOIN revisions k ON k.id = a.revision_id
        WHERE a.release_id = NEW.release_id AND {_KNOWN})
    AND NOT EXISTS (SELECT 1 FROM recalls c JOIN revisions k ON k.id = c.revision_id WHERE {_KNOWN}))"""  # noqa: S608
_LOOSE_WORD = """NOT EXISTS (
    SELECT 1 FROM release_stories t JOIN revisions r ON r.story_id = t.story_id
    WHERE t.release_id = NEW.release_id AND r.id = NEW.revision_id)
    OR NOT EXISTS (SELECT 1 FROM sealed_sets s WHERE s.release_id = NEW.release_id AND s.complete)"""
# The short signing paths are no way round 三审: a correction's set holds only what a recall mends or sends anew, a
# flash's only a flash.
_NOT_RECALLED = """NEW.policy = 'correction' AND EXISTS (
    SELECT 1 FROM sealed_renditions r JOIN deliveries d ON d.id = r.delivery_id JOIN releases l ON l.id = d.release_id
    WHERE r.sealed_set_id = NEW.id AND l.recall_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM remedies m WHERE m.delivery_id = d.id AND m.sealed_set_id = NEW.id))"""
_NOT_FLASH = """NEW.policy = 'flash' AND NOT EXISTS (
    SELECT 1 FROM releases l WHERE l.id = NEW.release_id AND l.flash)"""
# A push (组稿) is put together of what is signed: each of its articles is one delivery's signed rendition of that very
# manuscript for that very account, and nothing else goes along.
_LOOSE_ARTICLE = """NOT EXISTS (
    SELECT 1 FROM sealed_sets s JOIN sealed_renditions r ON r.sealed_set_id = s.id
    JOIN deliveries o ON o.id = r.delivery_id JOIN deliveries d ON d.id = NEW.delivery_id
    WHERE s.id = NEW.sealed_set_id AND s.complete AND s.policy IN ('lawful', 'rehearsal', 'adopt')
    AND r.delivery_id = NEW.source_id AND r.rendition_hash = NEW.rendition_hash
    AND o.account_id = d.account_id AND o.state = 'composed' AND d.id <> o.id)
    OR EXISTS (SELECT 1 FROM push_articles p JOIN items i ON i.delivery_id = p.source_id
    JOIN items n ON n.delivery_id = NEW.source_id
    WHERE p.delivery_id = NEW.delivery_id AND i.origin_id = n.origin_id)"""
_NOT_COMPOSED = """NEW.policy = 'compose' AND EXISTS (
    SELECT 1 FROM deliveries d JOIN items i ON i.delivery_id = d.id WHERE d.release_id = NEW.release_id
    AND NOT EXISTS (SELECT 1 FROM push_articles p JOIN items o ON o.delivery_id = p.source_id
        WHERE p.delivery_id = i.delivery_id AND p.position = i.position
        AND o.story_id = i.story_id AND o.manuscript_hash = i.manuscript_hash))"""
# 采用: nothing goes out under it but what is, in that very version, in a complete 三审 set of another release; and only
# on accounts of a unit below the one whose story it is (a province has at most four levels).
_NOT_ADOPTED = """NEW.policy = 'adopt' AND (NOT EXISTS (
    SELECT 1 FROM sealed_renditions r WHERE r.sealed_set_id = NEW.id) OR EXISTS (
    SELECT 1 FROM sealed_renditions r LEFT JOIN items i ON i.delivery_id = r.delivery_id
    LEFT JOIN stories t ON t.id = i.story_id LEFT JOIN accounts a ON a.id = i.account_id
    LEFT JOIN units u ON u.id = a.unit_id LEFT JOIN units p ON p.id = u.parent_id
    LEFT JOIN units q ON q.id = p.parent_id
    WHERE r.sealed_set_id = NEW.id AND (NOT EXISTS (
        SELECT 1 FROM sealed_sets s JOIN release_stories o ON o.release_id = s.release_id
        WHERE s.complete AND s.release_id <> NEW.release_id AND o.story_id = i.story_id
        AND o.manuscript_hash = i.manuscript_hash AND (s.policy = 'lawful'
            OR (s.policy = 'rehearsal' AND EXISTS (SELECT 1 FROM workspaces WHERE demo))))
    OR COALESCE(t.unit_id, (SELECT MIN(id) FROM units WHERE parent_id IS NULL))
        NOT IN (COALESCE(u.parent_id, 0), COALESCE(p.parent_id, 0), COALESCE(q.parent_id, 0)))))"""
# A channel's own text (单独编辑) belongs to a revision of its very story, and with it to the manuscript that is signed.
_LOOSE_TEXT = """NOT EXISTS (SELECT 1 FROM revisions r WHERE r.id = NEW.revision_id AND r.story_id = NEW.story_id
    AND r.author = NEW.author)"""
# Nothing completes over words of a channel that were saved after the version it releases.
_OTHER_WORDS = """NOT OLD.complete AND NEW.policy NOT IN ('archive', 'compose') AND EXISTS (
    SELECT 1 FROM release_stories t JOIN channel_texts c ON c.story_id = t.story_id
    WHERE t.release_id = NEW.release_id AND c.revision_id > t.revision_id)"""
_OWN_ORDER = """NEW.approved_by <> '' AND NEW.approved_by = NEW.proposed_by AND NEW.kind <> 'expiry'
    AND NOT EXISTS (SELECT 1 FROM workspaces WHERE demo)"""
_ORDER_CHANGED = """OLD.state <> 'drafted' AND (NEW.kind <> OLD.kind OR NEW.origin_id <> OLD.origin_id
    OR NEW.reason <> OLD.reason OR NEW.notice <> OLD.notice OR NEW.approved_by <> OLD.approved_by)"""
_REHEARSED = """NEW.policy = 'rehearsal' AND NOT EXISTS (SELECT 1 FROM workspaces WHERE demo)"""
_OWN_TEXT = """NEW.policy <> 'rehearsal' AND EXISTS (
    SELECT 1 FROM revisions r JOIN persons p ON p.login = r.author
    WHERE p.id = NEW.signer_id AND r.manuscript_hash = NEW.manuscript_hash AND r.manuscript_hash <> '')"""
# A flash and an adoption have one signature, on the set: the database looks whose the words are.
_OWN_FLASH = """NEW.policy IN ('flash', 'adopt') AND EXISTS (
    SELECT 1 FROM sealed_sets s JOIN release_stories t ON t.release_id = s.release_id
    JOIN revisions c ON c.id = t.revision_id
    JOIN revisions r ON r.story_id = t.story_id AND r.number <= c.number
    JOIN persons p ON p.login = r.author WHERE s.id = NEW.sealed_set_id AND p.id = NEW.signer_id)"""
# The same for 三审 whole: the words of every story in the set.
_OWN_SET = _OWN_FLASH.replace("NEW.policy IN ('flash', 'adopt')", "NEW.policy = 'lawful'")
# No two steps by one person; who reads last may issue (a grade may ask for more than that).
_TWICE = """NEW.policy = 'lawful' AND (EXISTS (
    SELECT 1 FROM signatures g WHERE g.signer_id = NEW.signer_id AND g.policy = 'lawful'
    AND g.subject_hash = NEW.subject_hash AND NOT (NEW.step IN ('终审', '签发') AND g.step IN ('终审', '签发')))
    OR EXISTS (SELECT 1 FROM sealed_steps s JOIN signatures g ON g.manuscript_hash = s.manuscript_hash
    WHERE s.sealed_set_id = NEW.sealed_set_id AND s.manuscript_hash <> '' AND g.policy = 'lawful'
    AND g.signer_id = NEW.signer_id))"""
# R3, R2: what was sent to review at a grade has every stage of that grade, three proofs and a reading of each channel.
_SENT = """NEW.policy NOT IN ('correction', 'archive', 'flash') AND EXISTS (
    SELECT 1 FROM submissions b JOIN submission_steps t ON t.submission_id = b.id
    WHERE b.release_id = NEW.release_id AND b.policy = NEW.policy AND NOT EXISTS (
        SELECT 1 FROM sealed_steps x WHERE x.sealed_set_id = NEW.id AND x.step = t.step))"""
_UNREAD = """NEW.policy IN ('lawful', 'adopt') AND (EXISTS (
    SELECT 1 FROM sealed_steps s WHERE s.sealed_set_id = NEW.id AND s.manuscript_hash <> '' AND (
        SELECT COUNT(*) FROM readings r WHERE r.kind = 'proof' AND r.subject_hash = s.manuscript_hash) < 3)
    OR EXISTS (SELECT 1 FROM sealed_renditions r JOIN deliveries d ON d.id = r.delivery_id
    JOIN accounts a ON a.id = d.account_id WHERE r.sealed_set_id = NEW.id AND NOT EXISTS (
        SELECT 1 FROM readings x WHERE x.kind = 'read' AND x.subject_hash = NEW.hash AND x.channel = a.channel)))"""
_SENT_CHANGED = """NEW.story_id <> OLD.story_id OR NEW.manuscript_hash <> OLD.manuscript_hash OR NEW.grade <> OLD.grade
    OR NEW.release_id <> OLD.release_id OR NEW.unit_id <> OLD.unit_id OR NEW.policy <> OLD.policy
    OR NEW.attachment <> OLD.attachment OR NEW.attachment_hash <> OLD.attachment_hash
    OR NEW.sender_id <> OLD.sender_id OR NEW.sent_at <> OLD.sent_at
    OR COALESCE(NEW.source_set_id, 0) <> COALESCE(OLD.source_set_id, 0)"""
_SENT_ONCE = "送审的稿件、等级、发布单和附件不能改动或删除，请重新送审。"
# What was sealed, or went out, as an ordinary release never becomes a flash, nor a flash an ordinary one.
_TURNED = "NEW.flash <> OLD.flash AND OLD.state <> 'planned'"
_FILED = "旧档的来历（原日期、原网址、单位、原稿）登记之后不能改动或删除，只能补记新的指纹和旧地址。"
_ORIGIN_CHANGED = """NEW.id <> OLD.id OR NEW.story_id <> OLD.story_id OR NEW.unit_id <> OLD.unit_id
    OR NEW.identity <> OLD.identity OR NEW.imported_by <> OLD.imported_by OR NEW.imported_at <> OLD.imported_at"""
# What any frozen text rests on stays: an old version may be brought back, a release may be looked at again.
_IN_USE = "EXISTS (SELECT 1 FROM asset_uses u WHERE u.asset_hash = OLD.hash)"
_OTHER_BYTES = "NEW.id <> OLD.id OR NEW.hash <> OLD.hash OR NEW.kind <> OLD.kind OR NEW.unit_id <> OLD.unit_id"
_NEEDS_SEAL = "未经签发的投递不能进入待发或之后的状态，请先走完审签。"
_CALLED_BACK = "已撤稿、已更正的旧稿不能再发。"
# The 示例 of the first run is seen on this machine alone: by sandboxes and on its own pages.
_SAMPLE = """EXISTS (SELECT 1 FROM items i JOIN stories s ON s.id IN (i.story_id, i.origin_id)
    JOIN accounts a ON a.id = i.account_id WHERE i.{which} = NEW.id AND s.is_sample AND a.transport <> 'files'
    AND NOT EXISTS (SELECT 1 FROM sandboxed_accounts x WHERE x.account_id = a.id))"""
_SAMPLE_OUT = _SAMPLE.format(which="id")
_SAMPLE_SENT = f"""OLD.state IN ('ready', 'staged') AND NEW.state IN ('staged', 'sending', 'handed_over')
    AND {_SAMPLE.format(which="delivery_id")}"""
_SAMPLE_WORDS = "示例稿件不会发到真的平台。"
# 豁免: what was let go under a freeze, by whom and why, stays as it was written; it ends once.
_LET_ANEW = """OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NEW.id <> OLD.id OR NEW.freeze_id <> OLD.freeze_id
    OR COALESCE(NEW.unit_id, 0) <> COALESCE(OLD.unit_id, 0) OR COALESCE(NEW.story_id, 0) <> COALESCE(OLD.story_id, 0)
    OR COALESCE(NEW.account_id, 0) <> COALESCE(OLD.account_id, 0) OR NEW.topic <> OLD.topic
    OR NEW.reason <> OLD.reason OR NEW."by" <> OLD."by" OR NEW.at <> OLD.at"""
_LET_ONCE = "停发的豁免不能改动或删除，只能收回一次；要改请收回后另加。"
_ORDER = "更正令、撤稿令、解除令批准之后不能改动或删除；更正和撤稿，提出的人不能自己批准。"

WALLS: tuple[Wall, ...] = (
    *_never("audit_entries", "previous_hash = NEW.previous_hash", "审计记录只能追加，不能改动或删除。"),
    Wall("audit_heads", "UPDATE", "NEW.id <> OLD.id OR NEW.length <> OLD.length + 1", "审计记录只能追加。"),
    Wall("audit_heads", "DELETE", "1 = 1", "审计记录只能追加，不能改动或删除。"),
    *_never(
        "revisions",
        "story_id = NEW.story_id AND number = NEW.number",
        "版本一经保存不能改动或删除，请另存新版本。",
    ),
    *_never(
        "channel_texts",
        "story_id = NEW.story_id AND channel = NEW.channel AND number = NEW.number",
        "单独版本一经保存不能改动或删除，也要记在本稿的版本上，请另存一版。",
        f" OR ({_LOOSE_TEXT})",
    ),
    *_never(
        "overrides",
        "manuscript_hash = NEW.manuscript_hash AND rule = NEW.rule AND place = NEW.place",
        "放行一经给出不能改动或删除；稿件改动后它自然失效。",
    ),
    *_never("saved_originals", "1 = 0", "留存的原文不能改动或删除，请另存一份。"),
    *_never(
        "signatures",
        "subject_hash = NEW.subject_hash AND step = NEW.step AND policy = NEW.policy",
        "签字不能改动或删除，不能自审，同一人不能签两步，演练签字不能用于正式工作区。",
        f" OR ({_OWN_TEXT}) OR ({_OWN_FLASH}) OR ({_OWN_SET}) OR ({_TWICE}) OR ({_REHEARSED})",
    ),
    *_never("opinions", "1 = 0", "审稿意见一经提交不能改动或删除，请另写一条。"),
    *_never(
        "affirmations",
        "1 = 0",
        "“照签发的那一版发”的记录不能改动或删除，也只能给已签发的发布单。",
        f" OR ({_LOOSE_WORD})",
    ),
    *_never("readings", "1 = 0", "校对和通读的记录不能改动或删除。"),
    Wall("submissions", "UPDATE", _SENT_CHANGED, _SENT_ONCE),
    Wall("submissions", "DELETE", "1 = 1", _SENT_ONCE),
    Wall("submission_steps", "UPDATE", "1 = 1", _SENT_ONCE),
    Wall("submission_steps", "DELETE", "1 = 1", _SENT_ONCE),
    Wall(
        "sealed_sets",
        "INSERT",
        "NEW.complete OR EXISTS (SELECT 1 FROM sealed_sets WHERE id = NEW.id OR hash = NEW.hash)",
        "封存件必须逐步签字之后才算完成。",
    ),
    Wall(
        "sealed_sets",
        "UPDATE",
        f"{_SET_CHANGED} OR (OLD.complete AND NOT NEW.complete) OR "
        f"(NEW.complete AND ({_NO_STEP} OR {_LOOSE_STEP} OR ({_NOT_HISTORY}) OR ({_NOT_RECALLED}) OR ({_NOT_FLASH}) "
        f"OR ({_NOT_COMPOSED}) OR ({_NOT_ADOPTED}) OR ({_OTHER_WORDS}) "
        f"OR ({_SENT}) OR ({_UNREAD})))",
        "封存件不能改动；签字不齐，也不能算完成；归档核准只用于本单位微站的旧稿，更正和快讯的签发只用于更正和快讯；"
        "组稿只能收已签发的稿件；确认采用只用于上级已签发、原样发在下级账号上的稿件；单独版本又改过的要重新送审；"
        "送审的要走完本级的每一步，做完三校一读。",
    ),
    Wall("sealed_sets", "DELETE", "1 = 1", _KEPT),
    Wall("sealed_renditions", "INSERT", _SET_SIGNED, _KEPT),
    Wall("sealed_renditions", "UPDATE", "1 = 1", _KEPT),
    Wall("sealed_renditions", "DELETE", "1 = 1", _KEPT),
    Wall("sealed_steps", "INSERT", _SET_SIGNED, _KEPT),
    Wall("sealed_steps", "UPDATE", "1 = 1", _KEPT),
    Wall("sealed_steps", "DELETE", "1 = 1", _KEPT),
    *_never(
        "push_articles",
        "1 = 0",
        "一次推送只能收这个账号已签发的稿件，每篇一次，排定后不能改动；要改请取消后重新组稿。",
        f" OR ({_LOOSE_ARTICLE})",
    ),
    Wall("releases", "UPDATE", _TURNED, "封存之后，普通发布不能改成快讯，快讯也不能改成普通发布。"),
    Wall("deliveries", "INSERT", _UNSEALED, _NEEDS_SEAL, after=True),
    Wall(
        "deliveries",
        "UPDATE",
        f"({_UNSEALED}) OR ({_STOPPED}) OR ({_EDITED}) OR ({_SAMPLE_SENT})",
        f"{_NEEDS_SEAL}已撤稿、已更正的旧稿不能再发，签发后改过的要重新送审。{_SAMPLE_WORDS}",
        after=True,
    ),
    Wall("items", "INSERT", _SAMPLE_OUT, _SAMPLE_WORDS, after=True),
    Wall("recalls", "INSERT", _OWN_ORDER, _ORDER),
    Wall("recalls", "UPDATE", f"({_OWN_ORDER}) OR ({_ORDER_CHANGED})", _ORDER),
    Wall("recalls", "DELETE", "1 = 1", _ORDER),
    Wall("exemptions", "UPDATE", _LET_ANEW, _LET_ONCE),
    Wall("exemptions", "DELETE", "1 = 1", _LET_ONCE),
    Wall("stops", "DELETE", "1 = 1", "止发记录不能删除，只能解除。"),
    Wall("archive_entries", "UPDATE", _ORIGIN_CHANGED, _FILED),
    Wall("archive_entries", "DELETE", "1 = 1", _FILED),
    Wall("assets", "UPDATE", _OTHER_BYTES, "素材的内容和单位不能改，请另传一张。"),
    Wall("assets", "DELETE", _IN_USE, "有稿件用过的素材不能删除，只能停用。"),
    Wall("asset_uses", "UPDATE", "1 = 1", "用在哪里的记录不能改动或删除。"),
    Wall("asset_uses", "DELETE", "1 = 1", "用在哪里的记录不能改动或删除。"),
    *_never(
        "unit_looks", "(unit_id = NEW.unit_id AND number = NEW.number)", "样式的旧版本不能改动或删除，请另存一版。"
    ),
    Wall("deliveries", "DELETE", "OLD.state <> 'planned'", "投递是台账，不能删除，只能取消。"),
)
