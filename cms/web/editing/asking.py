"""What the page sends: a story as its text, or as a document over the text it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import abort, request

from channels import canonical
from channels.values import Blocks
from cms.manuscript import FrontMatter
from cms.manuscript.front import parse
from cms.manuscript.rewriting import places, rewritten, told
from cms.manuscript.tree import blocks_of, tree_of
from cms.manuscript.yaml_front import split
from cms.people import PeopleError
from cms.web.desk import Desk
from cms.web.entrance import scope, who
from cms.web.permits import TEXT_LIMIT

ANOTHER = (
    "这一页是另一位同事登录时打开的，没有保存。请由本人重新登录后再存；文字留在这台电脑上，本人下次在这里登录也能找回。"
)


@dataclass(frozen=True, slots=True)
class Tree:
    """A story as the visual editor holds it."""

    front: FrontMatter
    blocks: Blocks


def asked_for(desk: Desk | None = None) -> dict[str, Any]:
    """The JSON or the form the page sent, its ``text`` saying what its document says; 400 when it is no story, 404
    when it is about one not theirs. ``PeopleError`` when the page was opened by another ``person`` (an id, as text)."""
    asked = _sent()
    if not isinstance(asked, dict) or not isinstance(asked.get("text"), str):
        abort(400)
    if asked.get("person", str(who().person_id)) != str(who().person_id):
        raise PeopleError(ANOTHER)
    slug = asked.get("slug", "")
    if not all(isinstance(asked.get(one, ""), str) for one in ("slug", "unit", "channel")):
        abort(400)
    if desk is not None and slug and not desk.is_theirs(slug, scope()):
        abort(404)
    text = asked["text"].replace("\r\n", "\n")
    if len(text.encode("utf-8", "replace")) > TEXT_LIMIT:
        abort(413)
    if "tree" not in asked:
        return {**asked, "text": text}
    tree = _tree(asked["tree"])
    return {**asked, "text": rewritten(text, tree.front, tree.blocks), "tree": tree}


def _sent() -> Any:
    if request.form:
        return request.form.to_dict()
    try:
        return request.get_json()
    except RecursionError:
        abort(400)


def _tree(given: Any) -> Tree:
    if not isinstance(given, dict) or not isinstance(given.get("front"), dict):
        abort(400)
    try:
        front: FrontMatter = canonical.build(FrontMatter, given["front"])
        return Tree(front, blocks_of(given.get("doc")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        abort(400)


def tree_json(text: str) -> dict[str, Any]:
    """The story of ``text`` for the visual editor."""
    now = told(text)
    return {"front": canonical.plain(now.front), "doc": tree_of(now.blocks)}


def where(text: str, tree: Tree) -> dict[str, Any]:
    """Lines of ``text`` to nodes of the document and to fields: [line, place] and [line, name] pairs."""
    parts = split(text)
    lines: Mapping[str, int] = parse(parts.front)[1] if parts.front and not parts.fault else {}
    return {
        "places": places(told(text).blocks, tree.blocks),
        "fields": [(line, name) for name, line in lines.items()],
        "body_line": parts.body_line,
    }
