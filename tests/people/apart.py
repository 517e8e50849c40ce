"""A story of chengdu's whose 公众号 has a text of its own, to ask about, and who may ask what of it."""

from typing import Any

from sqlmodel import select

from cms.db import session_scope
from cms.matrix import Unit
from cms.people import PeopleDesk
from cms.stories import Apart, save, story_named, texts_of
from tests.people.house import NOON

MAIN = "---\nslug: chengdu-own\nheadline: 有单独版本的稿\ndigest: 一句话。\nbyline: 记者 张三\n---\n\n正文一段。\n"
OWN = "---\nheadline: 公众号的题\ndigest: 一句话。\n---\n\n公众号自己的一段。\n"


def an_own_text(people: PeopleDesk) -> None:
    """It is cut loose, whatever was done to it."""
    with session_scope(people.engine) as session:
        story = story_named(session, "chengdu-own")
        if story is not None and "wechat" in texts_of(session, story):
            return
        unit = session.exec(select(Unit.id).where(Unit.slug == "chengdu")).one()
        save(
            session, "chengdu-own", MAIN, "有单独版本的稿", "somebody", NOON, unit_id=unit,
            apart=[Apart("wechat", OWN, 1)],
        )  # fmt: skip


def asks(people: PeopleDesk, write: set[str], read: set[str]) -> list[dict[str, Any]]:
    """What ``Ask`` takes, one a route; the last ties it again."""
    an_own_text(people)
    on = "/write/chengdu-own/on/wechat"

    def ask(endpoint: str, method: str, path: str, roles: set[str], **sent: Any) -> dict[str, Any]:
        return {"endpoint": f"apart.{endpoint}", "method": method, "path": path, "roles": roles, "sent": sent}

    return [
        ask("write", "GET", on, read),
        ask("compare", "GET", f"{on}/main", read),
        ask("states", "GET", f"{on}/history", read),
        ask("ask_to_follow", "GET", f"{on}/follow", write),
        ask("save", "POST", on, write, json={"text": OWN, "anyway": True}),
        ask("take", "POST", f"{on}/main", write, data={}),
        ask("restore", "POST", f"{on}/restore", write, data={"number": "1"}),
        ask("cut", "POST", f"{on}/cut", write, data={}),
        ask("follow", "POST", f"{on}/follow", write, data={}),
    ]
