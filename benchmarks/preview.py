"""The preview of 写与看 after a key, as the browser asks for it when the debounce ends: the answer with what every
channel of a unit shows, and the frame under the eyes. 5,000 characters, changed before each look."""

import itertools
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.ratio import HEAD, Measured, line, looked
from channels import registry
from channels.values import Paragraph
from cms.db import session_scope
from cms.manuscript import write
from cms.manuscript.rewriting import Told, told
from cms.matrix import Matrix, built_in, load_matrix
from cms.web import create_app
from cms.web.editing.asking import tree_json
from pipeline.house import House, build_house
from pipeline.serve import desk_of, unswept
from tests.people.house import hire, signed_in
from tests.web.asking import JSON, token

SAMPLE = Path(__file__).resolve().parents[1] / "pipeline" / "sample" / "lhaaso.md"
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
CHARACTERS, LOOKS, AIM_MS = 5000, 40, 300
CHANGED = "晴朗的夜里"
"""The words of the sample each key adds something to."""


def measure(runs: int) -> Measured:
    """Each look is at a text never seen before; only what did not change may be remembered."""
    with tempfile.TemporaryDirectory() as folder:
        house = _house(Path(folder) / "house")
        with session_scope(house.engine) as session:
            hire(session, "writer", "记者", "编辑", "chengdu", house.wires.vault)
        desk = desk_of(house, lambda: NOW)
        client = signed_in(create_app(desk), desk.people, "writer", NOW)
        story = _story()
        text, keys = write(story.front, story.blocks), itertools.count()
        asking = {**JSON, "X-CSRFToken": token(client)}

        def changed() -> str:
            return text.replace(CHANGED, f"{CHANGED}{next(keys)}", 1)

        def seen(body: dict[str, Any]) -> None:
            headers = {**asking, "Idempotency-Key": f"preview-{next(keys):08}"}
            answer = client.post("/preview", json={**body, "unit": "chengdu"}, headers=headers)
            shown = answer.get_json()["channels"]
            if any(one["problem"] for one in shown) or client.get(shown[0]["frame"]).status_code != 200:
                raise RuntimeError(f"not shown: {shown}")

        looks = max(runs, LOOKS)
        trees = iter([tree_json(changed()) for _ in range(looks + 1)])  # the browser's own work, before it asks
        ways: list[tuple[str, Callable[[], object]]] = [
            ("an empty page", partial(client.get, "/me/notices")),
            ("the text changed", lambda: seen({"text": changed()})),
            ("the document changed", lambda: seen({"text": text, "tree": next(trees)})),
        ]
        print(f"{len(text):,} characters, {len(registry.all_channels())} channels. Milliseconds:\n{HEAD}", flush=True)
        unswept()
        rows = looked(ways, looks, AIM_MS)
        for one in rows:
            print(line(one, rows[0].median, AIM_MS), flush=True)
        house.engine.dispose()
    return Measured(tuple(rows), f"{len(text):,} characters, {len(registry.all_channels())} channels", is_told=True)


def _house(root: Path) -> House:
    whole = load_matrix(built_in())
    matrix = Matrix(tuple(one for one in whole.units if one.slug in ("sichuan", "chengdu")))
    return build_house(
        root, "四川科技", matrix, tuple(registry.all_channels()), NOW, demo=True, base_url="https://kj.test"
    )


def _story() -> Told:
    """The sample, its paragraphs repeated until it is long enough."""
    sample = told(SAMPLE.read_text(encoding="utf-8"))
    plain = itertools.cycle([one for one in sample.blocks if isinstance(one, Paragraph)])
    blocks = [*sample.blocks]
    while len(write(sample.front, tuple(blocks))) < CHARACTERS:
        blocks.insert(-2, next(plain))
    return Told(sample.front, tuple(blocks))
