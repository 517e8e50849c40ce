"""What a post leaves out: one loss a block, with the number of sentences cut, the first of them, the line."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import NamedTuple

from channels.making import words
from channels.making.kinds import NAMES
from channels.values import AnyBlock, Loss, Manuscript, Mark, Text
from channels.weibo import sentences
from channels.weibo.pictures import Shown
from channels.weibo.routes import Route

_FILMS = {"video": "微博正文带不了视频", "audio": "微博正文带不了音频"}
_RESHAPED = {"table": "表格改为逐行文字", "fact_box": "改为普通段落", "resource_card": "改为普通段落"}
_SHAPES = {"strong": "加粗", "em": "着重", "code": "代码字体", "sub": "下标"}


class Post(NamedTuple):
    """A post as far as losses ask."""

    headline: str
    is_headline_cut: bool
    body: sentences.Kept
    shown: Shown
    route: Route
    has_link: bool


def of_post(manuscript: Manuscript, post: Post) -> tuple[Loss, ...]:
    """Everything of the story that is not in the post, or not as it was written."""
    return (*_of_front(manuscript, post), *_of_blocks(manuscript, post), *_of_marks(manuscript, post))


def _of_front(manuscript: Manuscript, post: Post) -> Iterator[Loss]:
    if post.is_headline_cut:
        reason = "微博放不下整个标题，请在稿头给微博写一个短标题（Markdown：short_headlines: weibo:）"
        yield _front("大标题", reason, manuscript.headline)
    unsaid = sentences.cut_digest(manuscript, post.body)
    if unsaid and post.route.name != "longtext":
        yield _front("摘要", _cut(len(unsaid), post), unsaid[0])
    for what, said in (("副题", manuscript.subtitle), ("署名", " ".join(manuscript.byline))):
        if said:
            yield _front(what, f"微博没有{what}的位置", said)
    kept = [manuscript.headline_for("weibo"), *(piece.text for piece in post.body.pieces)]
    topics = [one for one in kept if sentences.one_line(one) != sentences.hushed(one)]
    if topics and post.route.name == "share":
        reason = "分享接口不收 #话题#，去掉了 # 号（C# 写成 C♯）"
        yield Loss(what="话题", reason=reason, excerpt=words.excerpt(topics[0]))


def _front(what: str, reason: str, said: str) -> Loss:
    return Loss(what=what, reason=reason, excerpt=words.excerpt(said, 40), kind="dropped")


def _of_blocks(manuscript: Manuscript, post: Post) -> Iterator[Loss]:
    in_text = {piece.block for piece in post.body.pieces}
    left = dict(post.shown.left)
    for place, (block, lost) in enumerate(zip(manuscript.blocks, sentences.cut(manuscript, post.body), strict=True)):
        reasons = [_cut(len(lost), post)] if lost else []
        if missing := left.get(place, 0):
            reasons.append(f"{missing} 张图没有带上，这条微博带 {len(post.shown.files)} 张")
        if block.kind in _FILMS:
            reasons.append(_FILMS[block.kind])
        if not reasons and place not in in_text and block.kind not in ("figure", "gallery", "paragraph"):
            reasons.append("没有放进微博")
        said = words.excerpt(lost[0] if lost else words.of_block(block), 40)
        if reasons:
            yield Loss(what=NAMES[block.kind], reason="；".join(reasons), line=block.line, excerpt=said, kind="dropped")
        elif block.kind in _RESHAPED:
            yield Loss(what=NAMES[block.kind], reason=_RESHAPED[block.kind], line=block.line, excerpt=said)


def _cut(number: int, post: Post) -> str:
    return f"{number} 句没有放进正文，" + ("全文见链接" if post.has_link else "单位没有网址，读者看不到")


def _of_marks(manuscript: Manuscript, post: Post) -> Iterator[Loss]:
    """Addresses and shapes of type that plain text cannot carry, for the blocks that got in."""
    for place in sorted({piece.block for piece in post.body.pieces} - {sentences.DIGEST}):
        block = manuscript.blocks[place]
        runs = [(run, mark) for run in _runs(block) for mark in run.marks]
        for run, mark in runs:
            if mark.kind == "link":
                yield _link(block, run, mark)
        shapes = list(dict.fromkeys(_SHAPES[mark.kind] for _, mark in runs if mark.kind in _SHAPES))
        if shapes:
            said = next(run.text for run, mark in runs if mark.kind in _SHAPES)
            reason = f"微博是纯文字，{'、'.join(shapes)}不显示"
            yield Loss(what="字样", reason=reason, line=block.line, excerpt=words.excerpt(said))


def _link(block: AnyBlock, run: Text, mark: Mark) -> Loss:
    reason = f"微博里只留文字（原指向 {words.excerpt(mark.href, 60)}）"
    return Loss(what="链接", reason=reason, line=block.line, excerpt=words.excerpt(run.text), kind="dropped")


def _runs(value: object) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _runs(one)
    elif is_dataclass(value):
        for one in fields(value):
            yield from _runs(getattr(value, one.name))
