"""A rendition put in place: pictures and cover uploaded once by content, and one draft that carries our key."""

from collections.abc import Mapping
from typing import Any

from channels import canonical, slots
from channels.contract import StoryError
from channels.making.asking import unclear
from channels.transport import Credential, Staged
from channels.values import Fills, Part, RenderedFile, Rendition
from channels.wechat.wire import call, code_of, rows, text

PAGE = 20
GONE = 40007
"""invalid media_id: a draft, or a cover, that is not there (§12)."""


def stage(rendition: Rendition, fills: Fills, key: str, credential: Credential, push: bool) -> Staged:
    """The draft of ``rendition``: one that carries our key already is taken again and made what was signed."""
    sent = {part.story: {**fills.get(part.story, {}), **_pictures(part, credential)} for part in rendition.parts}
    filled = [(part, slots.fill(part, sent[part.story])) for part in rendition.parts]
    articles = [_article(one, part, credential) for part, one in filled]
    media = _draft_of(key, credential)
    if media is None:
        media = _added(articles, rendition, credential)
    else:
        for index, article in enumerate(articles):
            call(credential, "draft/update", {"media_id": media, "index": index, "articles": article}, changes=True)
    return Staged(
        remote={"media_id": media, "push": "1" if push else ""},
        fills=sent,
        sent_hash=canonical.digest({"articles": articles}),
    )


def has_draft(media: str, credential: Credential) -> bool:
    """Whether the draft is in the box: it leaves when it is published or pushed (§3)."""
    answer = call(credential, "draft/get", {"media_id": media}, reserve=True, also=(GONE,))
    if code_of(answer) == GONE:
        return False
    if not isinstance(answer.get("news_item"), list):
        raise unclear(False, "draft/get without news_item")
    return True


def discard(staged: Staged | None, key: str, credential: Credential) -> bool:
    """draft/delete (§3: irreversible); one that is not there any more is none (40007)."""
    media = staged.remote["media_id"] if staged is not None else _draft_of(key, credential)
    if not media:
        return False
    answer = call(credential, "draft/delete", {"media_id": media}, changes=True, reserve=True, also=(GONE,))
    return code_of(answer) != GONE


def _added(articles: list[dict[str, Any]], rendition: Rendition, credential: Credential) -> str:
    """A new draft. A cover the platform has lost is uploaded once more (F32)."""
    answer = call(credential, "draft/add", {"articles": articles}, changes=True, also=(GONE,))
    if code_of(answer) == GONE:
        for part, article in zip(rendition.parts, articles, strict=True):
            cover = _cover(part)
            credential.uploads.forget(_material_name(cover))
            article["thumb_media_id"] = _material(cover, credential)
        answer = call(credential, "draft/add", {"articles": articles}, changes=True)
    return text(answer, "media_id", changes=True)


def _article(filled: Part, part: Part, credential: Credential) -> dict[str, Any]:
    """The fields of draft/add (§3); names as in our own rendition, which were signed under them."""
    fields = {name: value for name, value in filled.fields if value and name != "need_open_comment"}
    return {
        "article_type": "news",
        **fields,
        "content": filled.body,
        "thumb_media_id": _material(_cover(part), credential),
        "need_open_comment": int(filled.field("need_open_comment", "0")),
    }


def _cover(part: Part) -> RenderedFile:
    cover = next((one for one in part.files if one.role == "cover"), None)
    if cover is None:
        raise StoryError("公众号文章没有封面，请在稿头选一张封面，或在正文插入一张图片（Markdown：cover）。")
    return cover


def _pictures(part: Part, credential: Credential) -> dict[str, str]:
    """The address of every picture of the body, uploaded if it is not there yet (F03)."""
    files = {one.hash: one for one in part.files}
    wanted = [one for one in part.slots if one.kind == "picture"]
    return {one.id: _address(files[one.ref], credential) for one in wanted}


def _address(file: RenderedFile, credential: Credential) -> str:
    known = credential.uploads.get(file.hash)
    if known:
        return known
    address = text(_send_file("media/uploadimg", file, credential), "url", changes=False)
    credential.uploads.put(file.hash, address)
    return address


def _material_name(file: RenderedFile) -> str:
    return f"material:{file.hash}"


def _material(file: RenderedFile, credential: Credential) -> str:
    """§6: an image material may be a cover too, and need not fit 64 KB."""
    known = credential.uploads.get(_material_name(file))
    if known:
        return known
    media = text(_send_file("material/add_material?type=image", file, credential), "media_id", changes=False)
    credential.uploads.put(_material_name(file), media)
    return media


def _send_file(name: str, file: RenderedFile, credential: Credential) -> dict[str, Any]:
    files = {"media": (file.name, credential.read(file.hash), file.mime)}
    # An upload whose answer is lost leaves a picture nobody sees: it may be repeated.
    return call(credential, name, None, files=files)


def _draft_of(key: str, credential: Credential) -> str | None:
    """The draft that carries our key, whoever made it: looked for before another is made."""
    offset = 0
    while True:
        asked = {"offset": offset, "count": PAGE, "no_content": 1}
        answer = call(credential, "draft/batchget", asked, reserve=True)
        page = rows(answer, "media_id")
        for row in page:
            if any(key in str(one.get("content_source_url", "")) for one in news(row)):
                return str(row["media_id"])
        offset += len(page)
        if not page or offset >= int(answer.get("total_count", 0)):
            return None


def news(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The articles of one row of a list."""
    content = row.get("content")
    found = content.get("news_item", []) if isinstance(content, dict) else []
    return [one for one in found if isinstance(one, dict)]
