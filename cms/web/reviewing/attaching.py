"""依据材料: the paper a story of grade C rests on, as a file beside what is signed.

It is never opened here: it is kept by its hash, printed with it on the 审签单, and only ever handed out as a download.
"""

import io

from flask import Blueprint, abort, request, send_file
from flask import session as browser
from sqlmodel import Session
from werkzeug.wrappers import Response as Answer

from assets.store import MissingAssetError
from cms.db import read_scope
from cms.releases.submitting import SubmitError
from cms.review import Submission
from cms.web.desk import Desk
from cms.web.reviewing import reading

LARGEST = 20 * 1024 * 1024
LONGEST_NAME = 120
KEPT = "attached"
_KINDS = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)


def add(reviewing: Blueprint, desk: Desk) -> None:
    """The route by which reviewers fetch it."""

    @reviewing.get("/review/<int:number>/attachment")
    def attachment(number: int) -> Answer:
        with read_scope(desk.people.engine) as session:
            return handed_out(desk, session, reading.submission(session, number))


def taken(desk: Desk, slug: str) -> tuple[str, str]:
    """(name, hash) of the file sent with the form, or with an earlier try of it by this browser; "" for none.
    SubmitError for one that cannot be taken."""
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        name, digest = (browser.get(KEPT) or {}).get(slug, ("", ""))
        return (name, digest) if request.form.get("kept") == digest else ("", "")
    content = sent.stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise SubmitError("依据材料超过 20 MB，请分页扫描或压缩后再传。")
    if not _kind(content):
        raise SubmitError("依据材料要是 PDF 或图片（PNG、JPEG），请把文件转成 PDF 再传。")
    digest = desk.pictures.store.put(content)
    name = " ".join(sent.filename.replace("\\", "/").rsplit("/", 1)[-1].split())[-LONGEST_NAME:]
    browser[KEPT] = {slug: (name, digest)}  # a refused form is not asked for it again
    return name, digest


def handed_out(desk: Desk, session: Session, one: Submission) -> Answer:
    """The file of this submission, to be saved and not shown; 404 when there is none."""
    if not one.attachment_hash:
        abort(404)
    try:
        content = desk.pictures.store.get(one.attachment_hash)
    except MissingAssetError:
        abort(404)
    mime, suffix = _kind(content) or ("application/octet-stream", ".bin")
    named = f"{one.id}-{one.attachment_hash[:8]}{suffix}"
    return send_file(io.BytesIO(content), mimetype=mime, as_attachment=True, download_name=named)


def _kind(content: bytes) -> tuple[str, str] | None:
    return next(((mime, suffix) for magic, mime, suffix in _KINDS if content.startswith(magic)), None)
