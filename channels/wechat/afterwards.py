"""What happens to an article after it is out: one is taken back, all are read (§4, §5). § as in ``api``.

A publication tells of each article whether it is deleted, not by whom. A push tells only of itself as a whole.
"""

from collections.abc import Mapping
from typing import Any, Literal

from channels.contract import CannotError, LaterError
from channels.making.asking import unclear
from channels.transport import Credential, Sent, SentItem, Standing
from channels.wechat.wire import call, code_of

MASS = "mass:"
"""How the remote id of a push begins: what became of it is asked for elsewhere."""
NO_ARTICLE, NO_MESSAGE = 53600, 40059
_CONSOLE = "请到公众号后台的发表记录里删除"


def withdraw(sent: Sent, position: int, credential: Credential) -> Sent:
    """Delete one article of a publication or a push; it cannot be undone. One that is gone is withdrawn."""
    if sent.remote_id.startswith(MASS):
        return _withdraw_from_push(sent, position, credential)
    article = _article(sent, position)
    asked = {"article_id": article, "index": position}
    call(credential, "freepublish/delete", asked, changes=True, reserve=True, also=(NO_ARTICLE,))
    return Sent(state="removed", remote_id=article)


def read(sent: Sent, credential: Credential) -> tuple[Standing, ...]:
    """What readers see of each article of ``sent``, which names all of them."""
    positions = [one.position for one in sent.items] or [1]
    if sent.remote_id.startswith(MASS):
        state = _state_of_push(sent, positions, credential)
        return tuple(Standing(position=one, state=state, address=_address(sent, one)) for one in positions)
    article = _article(sent, positions[0])
    answer = call(credential, "freepublish/getarticle", {"article_id": article}, reserve=True, also=(NO_ARTICLE,))
    listed = [] if code_of(answer) == NO_ARTICLE else _listed(answer)
    return tuple(_standing(one, listed, _address(sent, one)) for one in positions)


def secure(address: str) -> str:
    """The platform may name an article by http; only https may be linked to from another (§7)."""
    return address.replace("http://mp.weixin.qq.com/", "https://mp.weixin.qq.com/", 1)


def _withdraw_from_push(sent: Sent, position: int, credential: Credential) -> Sent:
    """A number the platform refuses is a push that is gone, or one that was not made by the interface."""
    asked = {"msg_id": _number(sent), "article_idx": position}
    answer = call(credential, "message/mass/delete", asked, changes=True, reserve=True, also=(NO_MESSAGE,))
    if code_of(answer) == NO_MESSAGE and _status(sent, credential) != "DELETE":
        raise CannotError(f"微信不让用接口删除这次群发（平台代码 {NO_MESSAGE}），{_CONSOLE}。", str(answer))
    return Sent(state="removed", remote_id=sent.remote_id)


def _state_of_push(sent: Sent, positions: list[int], credential: Credential) -> Literal["live", "gone"]:
    status = _status(sent, credential)
    if status == "DELETE":
        return "gone"
    if status != "SEND_SUCCESS":
        raise LaterError("这次群发还没有结果，稍后自动再查。", status)
    if len(positions) > 1:
        raise CannotError("微信不分篇告诉群发的文章还在不在，请打开每篇的地址核对。", sent.remote_id)
    return "live"


def _status(sent: Sent, credential: Credential) -> str:
    asked = {"msg_id": str(_number(sent))}
    answer = call(credential, "message/mass/get", asked, reserve=True, also=(NO_MESSAGE,))
    return str(answer.get("msg_status", ""))


def _number(sent: Sent) -> int:
    """§5: a number in the documents of every call but one."""
    number = sent.remote_id.removeprefix(MASS)
    if not number.isdecimal():
        raise CannotError(f"这次群发没有平台编号，{_CONSOLE}。", sent.remote_id)
    return int(number)


def _article(sent: Sent, position: int) -> str:
    """The article_id; a task that is still running has none, nor what a person found by its address alone."""
    named = next((one.remote_id for one in sent.items if one.position == position and one.remote_id), "")
    found = named or next((one.remote_id for one in sent.items if one.remote_id), "")
    if not found and sent.state == "accepted":
        raise LaterError("文章还在发布中，有了编号再继续。", sent.remote_id)
    if not found and not sent.items:
        found = sent.remote_id
    if not found:
        raise CannotError(f"这篇文章没有平台编号（地址是人工填的），{_CONSOLE}。", _address(sent, position))
    return found.partition(":")[0]


def _address(sent: Sent, position: int) -> str:
    return next((one.address for one in sent.items if one.position == position), "")


def _listed(answer: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = answer.get("news_item")
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise unclear(False, f"getarticle without news_item: {str(answer)[:80]}")
    return found


def _standing(position: int, listed: list[dict[str, Any]], address: str) -> Standing:
    found: Mapping[str, Any] = listed[position - 1] if position <= len(listed) else {"is_deleted": True}
    if not isinstance(found.get("is_deleted", False), bool):
        raise unclear(False, f"is_deleted {found['is_deleted']!r}")
    if found.get("is_deleted", False):
        return Standing(position=position, state="gone", address=address)
    return Standing(
        position=position,
        state="live",
        title=str(found.get("title", "")),
        text=str(found.get("content", "")),
        address=secure(str(found.get("url", ""))) or address,
    )


def item(article: str, position: int, address: str) -> SentItem:
    """One story of a publication."""
    return SentItem(position=position, remote_id=f"{article}:{position}", address=secure(address))
