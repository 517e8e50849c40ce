"""预览到手机: the signed-to-be bytes on one editor's own phone, through the platform, seen by nobody else.

The draft made for it carries a key of generation 0, which no delivery has: a look-up never takes it for a send.
"""

from sqlmodel import Session

from channels.contract import AdministratorError, ChannelError
from channels.transport import Previews
from cms.db import read_scope
from cms.matrix import Account, profiles_of
from cms.releases import Delivery, delivery_key
from cms.releases.plan import tenant
from pipeline.clock import TimeSource
from pipeline.fills import fills_for
from pipeline.house import House
from pipeline.seeing import credential_of

UNSIGNED = "（预览，未签发）"


def preview(house: House, delivery: Delivery, to: str, now: TimeSource) -> None:
    """Send ``delivery`` to the one person the platform knows as ``to``. ChannelError with the remedy."""
    with read_scope(house.engine) as session:
        account = session.get_one(Account, delivery.account_id)
        key = _key(session, account, delivery)
        profile = profiles_of(session, [account.id])[account.id]
    if account.transport != "api":
        raise AdministratorError(
            "这个账号没有接入接口，请在“写与看”里预览，或先接入（yigao accounts connect）。", account.key
        )
    if not delivery.rendition_hash:
        raise ChannelError("这份投递还没有成品，请先处理稿件的问题。", delivery.key)
    transport = house.wires.transport(account.channel)
    if not isinstance(transport, Previews):
        raise AdministratorError("这个平台的接口没有预览，请在“写与看”里看。", account.channel)
    rendition = house.rendition(delivery.rendition_hash)
    fills = {
        part.story: fills_for(part, profile, key, delivery.due_at, UNSIGNED, profile.site_url)
        for part in rendition.parts
    }
    credential = credential_of(house, account, now)
    staged = transport.stage(rendition, fills, key, credential)
    transport.preview(rendition, staged, to, credential)


def _key(session: Session, account: Account, delivery: Delivery) -> str:
    pairs = [(str(slug), int(number)) for slug, number in delivery.stories]
    return delivery_key(tenant(session), account.key, pairs, 0)
