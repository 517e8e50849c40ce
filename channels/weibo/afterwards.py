"""What happens to a post after it is out: it is deleted, read, or something is said under it (weibo.md §3.5, §5)."""

from channels.contract import CannotError, StoryError
from channels.making.asking import unclear
from channels.making.matching import plain
from channels.transport import Credential, Sent, Standing
from channels.weibo import timeline, wire
from channels.weibo.count import count
from channels.weibo.errors import NO_SUCH_POST, code_of

PAGE, MOST = 50, 140
ARTICLE = "/ttarticle/"
"""What the address of a headline article's page has in it."""
_BY_HAND = "请登录微博处理"


def withdraw(number: str, sent: Sent, position: int, credential: Credential) -> Sent:
    """Delete the post; one that is gone is gone. No call of Weibo's removes an article's page: a person must."""
    answer = wire.post(credential, "statuses/destroy", {"id": number}, reserve=True)
    if code_of(answer) != NO_SUCH_POST and not timeline.number_of(wire.checked(answer, credential, changes=True)):
        raise unclear(True, str(answer)[:300])
    page = _page(sent, position)
    if page:
        said = f"附带的微博已经删除，头条文章的文章页 {page} 接口删不掉，{_BY_HAND}：在文章管理里删除它。"
        raise CannotError(said, number)
    return Sent(state="removed", remote_id=number)


def read(number: str, sent: Sent, position: int, credential: Credential) -> Standing:
    """The post as readers see it. Of a headline article only whether its post is there: its page is not given back."""
    answer = wire.get(credential, "statuses/show", id=number)
    page = _page(sent, position)
    if code_of(answer) == NO_SUCH_POST:
        return Standing(position=position, state="gone", address=page)
    status = wire.checked(answer, credential, changes=False)
    if timeline.number_of(status) != number:
        raise unclear(False, str(status)[:300])
    address = page or timeline.address_of(status, credential.secrets.get("uid", ""))
    return Standing(position=position, state="live", text="" if page else str(status.get("text", "")), address=address)


def remark(text: str, number: str, credential: Credential) -> Sent:
    """``text`` as a comment of our own under the post: one with the same words already there is it."""
    length = count(text)
    if length > MOST:
        raise StoryError(f"微博评论最多 {MOST} 字，这段更正说明有 {length} 字，请缩短后再写。", number)
    before = _said(text, number, credential)
    if before:
        return Sent(state="published", remote_id=before)
    fields = {"id": number, "comment": text, "rip": credential.secrets["rip"]}
    answer = wire.post(credential, "comments/create", fields, reserve=True)
    if code_of(answer) == NO_SUCH_POST:
        raise CannotError(f"这条微博已经不在了，不能在下面写更正，{_BY_HAND}。", number)
    made = timeline.number_of(wire.checked(answer, credential, changes=True))
    if not made:
        raise unclear(True, str(answer)[:300])
    return Sent(state="published", remote_id=made)


def _said(text: str, number: str, credential: Credential) -> str:
    """The number of our own comment with these words, "" for none."""
    answer = wire.get(credential, "comments/show", id=number, count=str(PAGE))
    if code_of(answer) == NO_SUCH_POST:
        raise CannotError(f"这条微博已经不在了，不能在下面写更正，{_BY_HAND}。", number)
    rows = wire.checked(answer, credential, changes=False).get("comments")
    if not isinstance(rows, list):
        raise unclear(False, str(answer)[:300])
    ours = credential.secrets.get("uid", "")
    for one in rows:
        user = one.get("user", {}) if isinstance(one, dict) else {}
        if str(user.get("idstr") or user.get("id")) == ours and plain(str(one.get("text", ""))) == plain(text):
            return timeline.number_of(one)
    return ""


def _page(sent: Sent, position: int) -> str:
    """The address of the article's page; "" for a post."""
    address = next((one.address for one in sent.items if one.position == position), "")
    return address if ARTICLE in address else ""
