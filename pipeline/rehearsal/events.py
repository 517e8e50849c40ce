"""What platforms tell by themselves: the events of the WeChat sandbox reach the house's own endpoint, without a socket.

Struck like everything else: lost, doubled, late, forged. They only wake a question; what became of a delivery is asked.
"""

from typing import Any

import httpx
from sqlmodel import col, select

from cms.db import read_scope
from cms.matrix import Account
from pipeline.hooks import PATH, Hooks
from pipeline.rehearsal.stage import Stage

HOUSE = "http://house"


def listen(stage: Stage) -> None:
    """Every WeChat account of the house has its server address entered in the console."""
    if "wechat" not in stage.sandboxes.platforms:
        return
    wechat: Any = stage.sandboxes.platforms["wechat"]
    wechat.http = httpx.Client(transport=httpx.WSGITransport(app=Hooks(stage.house, stage.clock)))
    with read_scope(stage.house.engine) as session:
        keys = session.exec(select(Account.key).where(Account.channel == "wechat").order_by(col(Account.key))).all()
    for key in keys:
        wechat.change(key, callback=f"{HOUSE}{PATH}{key}")
