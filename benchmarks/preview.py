"""The preview of 写与看 after a key: 5,000 characters on every channel of a unit, changed before each look."""

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.ratio import Measured, interleave
from channels import registry
from channels.values import AnyBlock, Paragraph, Text
from cms.manuscript import write
from cms.manuscript.rewriting import Told, rewritten, told
from cms.manuscript.tree import blocks_of, tree_of
from cms.matrix import Matrix, built_in, load_matrix
from cms.web.preview import Previewer
from pipeline.house import build_house
from pipeline.serve import desk_of

SAMPLE = Path(__file__).resolve().parents[1] / "pipeline" / "sample" / "lhaaso.md"
NOW = datetime(2026, 11, 25, 1, tzinfo=UTC)
CHARACTERS, LOOKS = 5000, 40


def measure(runs: int) -> Measured:
    """Each look is at a text never seen before; only what did not change may be remembered."""
    whole = load_matrix(built_in())
    matrix = Matrix(tuple(one for one in whole.units if one.slug in ("sichuan", "chengdu")))
    with tempfile.TemporaryDirectory() as folder:
        house = build_house(
            Path(folder) / "house",
            "四川科技",
            matrix,
            tuple(registry.all_channels()),
            NOW,
            demo=True,
            base_url="https://kj.test",
        )
        previewer = Previewer(desk_of(house))
        story = _story()
        text, numbers = write(story.front, story.blocks), iter(range(1_000_000))

        def changed() -> str:
            return text.replace("晴朗的夜里", f"晴朗的夜里{next(numbers)}", 1)

        def as_text() -> None:
            previewer.preview(changed(), "chengdu")

        def as_document() -> None:
            now = told(changed())
            blocks = blocks_of(tree_of(now.blocks))
            previewer.preview(rewritten(text, now.front, blocks), "chengdu")

        as_text()
        rows = interleave((("the text changed", as_text, "<= 0.3 s"), ("the document changed", as_document, "")), runs)
        slow = {name: _slow(look) for name, look in (("text", as_text), ("document", as_document))}
        house.engine.dispose()
    said = ", ".join(f"{name} {seconds * 1000:,.0f} ms" for name, seconds in slow.items())
    channels = len(registry.all_channels())
    return Measured(rows, f"{len(text):,} characters, {channels} channels. p95 of {LOOKS} looks: {said}")


def _slow(look: Callable[[], None]) -> float:
    """The p95 of so many looks, in seconds."""
    times = []
    for _ in range(LOOKS):
        start = time.perf_counter()
        look()
        times.append(time.perf_counter() - start)
    return statistics.quantiles(times, n=20)[-1]


def _story() -> Told:
    """The sample, its paragraphs repeated until it is long enough."""
    sample = told(SAMPLE.read_text(encoding="utf-8"))
    plain = [one for one in sample.blocks if isinstance(one, Paragraph)]
    blocks = [*sample.blocks]
    while sum(map(_letters, blocks)) < CHARACTERS:
        blocks[-2:-2] = plain
    return Told(sample.front, tuple(blocks))


def _letters(block: AnyBlock) -> int:
    if not isinstance(block, Paragraph):
        return 0
    return sum(len(run.text) for run in block.text if isinstance(run, Text))
