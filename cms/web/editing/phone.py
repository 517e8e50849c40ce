"""发到我的手机: the story as it would go out on a 公众号, on one's own phone and nobody else's."""

from flask import Blueprint, abort, render_template, request
from sqlmodel import Session, col, select

from channels import registry
from channels.contract import ChannelError
from channels.transport import Connected, Previews
from cms.db import read_scope
from cms.matrix import Account
from cms.stories import Story
from cms.web.desk import Desk
from cms.web.entrance import scope, who

LONGEST = 64


def blueprint(desk: Desk) -> Blueprint:
    """The page that asks for account and WeChat name, and the sending."""
    phone = Blueprint("phone", __name__)

    @phone.get("/write/<slug>/phone")
    def page(slug: str) -> str:
        return _page(desk, slug)

    @phone.post("/write/<slug>/phone")
    def send(slug: str) -> str | tuple[str, int]:
        account, to = request.form.get("account", ""), request.form.get("to", "").strip()
        with read_scope(desk.people.engine) as session:
            _story(session, slug)
            is_known = account in {key for key, _ in _able(session)}
        if not is_known:
            return _page(desk, slug, "请选一个您管的、已经接入接口的公众号。"), 422
        if not to or len(to) > LONGEST or any(one.isspace() for one in to):
            wrong = "请填微信号（微信“我”页面上的那一串，没有空格）。"
            return _page(desk, slug, wrong), 422
        try:
            desk.press.to_phone(slug, account, to, who().login)
        except ChannelError as error:
            return _page(desk, slug, error.sentence), 422
        return _page(desk, slug, done=f"已发给微信号 {to}，请在手机上看。只有这个人看得到，落款写着“预览，未签发”。")

    return phone


def _page(desk: Desk, slug: str, sentence: str = "", done: str = "") -> str:
    with read_scope(desk.people.engine) as session:
        story = _story(session, slug)
        return render_template(
            "phone.html", story=story, accounts=_able(session), sentence=sentence, done=done, said=request.form
        )


def _story(session: Session, slug: str) -> Story:
    found = session.exec(select(Story).where(Story.slug == slug, scope().over(Story.unit_id))).one_or_none()
    if found is None:
        abort(404)
    return found


def _able(session: Session) -> list[tuple[str, str]]:
    """(key, name) of the accounts of one's units whose platform shows a draft to one person."""
    query = select(Account).where(Account.transport == "api", scope().over(Account.unit_id)).order_by(col(Account.id))
    return [(one.key, one.name) for one in session.exec(query) if _shows(one.channel)]


def _shows(channel: str) -> bool:
    found = registry.get(channel)
    return isinstance(found, Connected) and isinstance(found.transport, Previews)
