"""A stock client of the platform (wechatpy) against the sandbox on a real port: only the address is changed."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from channels.making.sandbox import Book, Fault, Faults
from channels.wechat.sandbox import WeChatSandbox
from pipeline.sandboxes import Sandboxes, SandboxServer
from tests.wechat.wired import NAME, picture

AHEAD = [timedelta()]
"""How far the platform's clock runs before the wall's: jobs need not be waited for."""
ARTICLE = {"title": "标题：中文", "content": "<p>正文</p>"}


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    sandboxes = Sandboxes(Book(), lambda: datetime.now(UTC) + AHEAD[0], Faults(), platforms=[WeChatSandbox])
    with SandboxServer(sandboxes) as made:
        yield made


@pytest.fixture
def client(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> WeChatClient:
    server.sandboxes.faults.clear()
    secrets = server.sandboxes.connect(NAME, server.address)
    made = WeChatClient(secrets["appid"], secrets["secret"], timeout=10)
    made.API_BASE_URL = f"{secrets['base']}/cgi-bin/"
    real = made._http.request

    def readdressed(method: str, url: str, **options: object) -> object:
        return real(method, url.replace("https://api.weixin.qq.com", secrets["base"]), **options)

    monkeypatch.setattr(made._http, "request", readdressed)
    return made


def file(kind: str = "JPEG", name: str = "c.jpg") -> io.BytesIO:
    made = io.BytesIO(picture(kind, (900, 383)))
    made.name = name
    return made


def test_it_makes_publishes_reads_and_deletes(client: WeChatClient) -> None:
    cover = client.material.add("image", file())["media_id"]
    address = client.media.upload_image(file())
    assert address.startswith("http://mmbiz.qpic.cn/")
    article = {**ARTICLE, "content": f'<p>正文<img src="{address}"></p>', "thumb_media_id": cover}
    media = client.draft.add([article])["media_id"]
    assert client.draft.get(media)["news_item"][0]["title"] == "标题：中文"
    assert client.draft.update(media, 0, {**article, "title": "改过的"})["errcode"] == 0
    assert client.draft.count()["total_count"] == client.draft.batchget()["total_count"] == 1
    number = client.freepublish.submit(media)["publish_id"]
    assert client.freepublish.get(number)["publish_status"] == 1
    AHEAD[0] += timedelta(seconds=10)
    told = client.freepublish.get(number)
    assert told["publish_status"] == 0 and client.draft.count()["total_count"] == 0
    (row,) = client.freepublish.batchget(0, 20)["item"]
    assert row["content"]["news_item"][0]["title"] == "改过的"
    assert client.freepublish.delete(told["article_id"])["errcode"] == 0


def test_it_hears_the_refusals_it_knows(client: WeChatClient, server: SandboxServer) -> None:
    with pytest.raises(WeChatClientException) as refused:
        client.draft.add([{**ARTICLE, "thumb_media_id": "nobody"}])
    assert refused.value.errcode == 40007
    server.sandboxes.faults.add(Fault("token_expired", method="draft/count", nth=1))
    assert client.draft.count()["total_count"] >= 0  # it fetches a new token by itself


def test_it_pushes_previews_and_asks_after_a_push(client: WeChatClient) -> None:
    cover = client.material.add("image", file())["media_id"]
    media = client.draft.add([{**ARTICLE, "thumb_media_id": cover}])["media_id"]
    assert client.message.send_mass_article(media, "bianji", preview=True)["errcode"] == 0
    number = client.message.send_mass_article(media, None, is_to_all=True, client_msg_id="mine")["msg_id"]
    assert client.message.get_mass(number)["msg_status"] == "SENDING"
    with pytest.raises(WeChatClientException) as refused:  # only what was sent with success can be deleted
        client.message.delete_mass(number)
    assert refused.value.errcode == 40059
    AHEAD[0] += timedelta(seconds=10)
    assert client.message.delete_mass(number)["errcode"] == 0
    assert client.message.get_mass(number)["msg_status"] == "DELETE"
