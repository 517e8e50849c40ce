"""No secret and no token in rows, store, logs or notices, whatever went wrong (I12); every line names its delivery."""

import io
import json
from pathlib import Path

import pytest

from channels.making.sandbox import Fault
from cms.db import read_scope
from cms.matrix import Account
from cms.matrix.wires import secrets_of
from pipeline import log
from tests.ledger.platforms_world import build, prepare

STRIKES = (
    Fault("token_expired", method="draft/add", nth=1),
    Fault("accept_then_drop", method="freepublish/submit", nth=2),
    Fault("ip_denied", method="stable_token", nth=4),
    Fault("reject_sensitive", method="draft/add", nth=3),
    Fault("html_page", method="draft/add", nth=4),
)


@pytest.mark.proves("I12")
def test_nothing_that_speaks_for_an_account_is_written_down(tmp_path: Path) -> None:
    world = build(prepare(tmp_path / "made", ("wechat",)), tmp_path / "w", ("wechat",), *STRIKES)
    said = io.StringIO()
    log.to_stream(said)
    try:
        world.run(hours=6)
    finally:
        log.to_stream(io.StringIO())
    assert world.breaches() == []
    kept = _kept(world.house.root) | {"the log": said.getvalue().encode()}
    with read_scope(world.house.engine) as session:
        accounts = [session.get_one(Account, number) for number in (1, 2)]
    secrets = [secrets_of(world.house.engine, world.house.wires.vault, one.id)["secret"] for one in accounts]
    tokens = list(world.platform("wechat").book.things("wechat", "token"))
    assert len(set(secrets)) == 2 and len(tokens) >= 2
    for speaking in (*secrets, *tokens):
        assert [place for place, content in kept.items() if speaking.encode() in content] == []


def _kept(root: Path) -> dict[str, bytes]:
    """Every file of the house but the key itself, which is what seals them."""
    files = [one for one in root.rglob("*") if one.is_file() and one.name != "yigao.key"]
    return {str(one.relative_to(root)): one.read_bytes() for one in files}


def test_every_line_about_a_delivery_carries_its_key(tmp_path: Path) -> None:
    world = build(prepare(tmp_path / "made", ("wechat",), stories=1), tmp_path / "w", ("wechat",))
    said = io.StringIO()
    log.to_stream(said)
    try:
        world.run(hours=1)
    finally:
        log.to_stream(io.StringIO())
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    keys = {one.key for one in world.deliveries()}
    assert len(lines) >= 8 and {one["delivery"] for one in lines} == keys
    assert all(one["at"].endswith("+00:00") and one["logger"] == "yigao.delivery" for one in lines)
