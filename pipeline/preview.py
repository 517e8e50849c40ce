"""预览到手机: the signed-to-be bytes on one editor's own phone, through the platform, seen by nobody else.

The draft made for it carries a key of generation 0, which no delivery has: a look-up never takes it for a send.
"""

from datetime import datetime

from sqlmodel import Session, select

from channels.contract import AdministratorError, ChannelError, StoryError
from channels.transport import Previews
from channels.values import Profile, Rendition
from cms import audit
from cms.db import read_scope, session_scope
from cms.matrix import Account, profiles_of
from cms.releases import Delivery, delivery_key
from cms.releases.plan import tenant
from pipeline import ledger, press
from pipeline.clock import TimeSource
from pipeline.fills import fills_for
from pipeline.house import House
from pipeline.seeing import credential_of

UNSIGNED = "（预览，未签发）"


def preview(house: House, delivery: Delivery, to: str, now: TimeSource) -> None:
    """Send ``delivery`` to the one person the platform knows as ``to``. ChannelError with the remedy."""
    with read_scope(house.engine) as session:
        account = session.get_one(Account, delivery.account_id)
        pairs = [(str(slug), int(number)) for slug, number in delivery.stories]
        key, profile = _key(session, account, pairs), profiles_of(session, [account.id])[account.id]
    if not delivery.rendition_hash:
        raise ChannelError("这份投递还没有成品，请先处理稿件的问题。", delivery.key)
    _show(house, account, profile, house.rendition(delivery.rendition_hash), key, delivery.due_at, to, now)


def preview_story(house: House, slug: str, account_key: str, to: str, by: str, now: TimeSource) -> None:
    """The newest saved text of a story as it would go out on an account, to the one person the platform knows as
    ``to``. ChannelError with the remedy; nothing is planned, and nobody else sees it."""
    with read_scope(house.engine) as session:
        revision = ledger.newest_revisions(session, [slug])[0]
        account = session.exec(select(Account).where(Account.key == account_key)).one()
        key, profile = _key(session, account, [(slug, revision.number)]), profiles_of(session, [account.id])[account.id]
    if not revision.manuscript_hash:
        raise StoryError("这一版还有拦截，做不出成品：请先处理“检查”里的红色条目，再发到手机。", slug)
    story = house.shown_on(revision.manuscript_hash, account.channel)
    rendition, findings = press.render_job(press.Job(0, profile, (story,)), house.pictures, now())
    if rendition is None:
        raise StoryError(findings[0].message, slug)
    _show(house, account, profile, rendition, key, now(), to, now)
    with session_scope(house.engine) as session:
        detail = {"account": account.key, "revision": revision.number}
        audit.record(session, by, "story.phone", f"story:{revision.story_id}", detail, now())


def _show(
    house: House, account: Account, profile: Profile, rendition: Rendition, key: str, at: datetime, to: str,
    now: TimeSource,
) -> None:  # fmt: skip
    if account.transport != "api":
        raise AdministratorError(
            "这个账号没有接入接口，请在“写与看”里预览，或请管理员在“账号”里接入（yigao accounts connect）。",
            account.key,
        )
    transport = house.wires.transport(account.channel)
    if not isinstance(transport, Previews):
        raise AdministratorError("这个平台的接口没有预览，请在“写与看”里看。", account.channel)
    fills = {part.story: fills_for(part, profile, key, at, UNSIGNED, profile.site_url) for part in rendition.parts}
    credential = credential_of(house, account, now)
    staged = transport.stage(rendition, fills, key, credential)
    transport.preview(rendition, staged, to, credential)


def _key(session: Session, account: Account, stories: list[tuple[str, int]]) -> str:
    return delivery_key(tenant(session), account.key, stories, 0)
