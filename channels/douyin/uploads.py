"""Bringing a clip and its cover to the platform (douyin.md §3): whole, or in parts taken up again where a dead
worker left them. What is there already is known by content hash, and only for two hours."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from channels.contract import AdministratorError
from channels.douyin.calls import call
from channels.transport import Credential
from channels.values import RenderedFile

WHOLE = 50_000_000  # more goes in parts: advised over 50 MB, required over 128 MB
PART = 20_000_000  # advised; never under 5 MB but for the last
LIFE = timedelta(hours=2)  # of an upload id; a video id's is not documented, so it is trusted no longer
_MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was uploaded: the platform's name for it, until when it counts, and for an upload in parts how many
    of them are there."""

    remote: str
    until: str
    parts: int = 0

    @property
    def until_at(self) -> datetime:
        return datetime.fromisoformat(self.until)


def video(file: RenderedFile, credential: Credential) -> Kept:
    """The clip on the platform: uploaded before and still good, else now."""
    known = _known(file.hash, credential)
    if known:
        return known
    content = credential.read(file.hash)
    kept = _whole(content, credential) if len(content) <= WHOLE else _in_parts(file.hash, content, credential)
    return _keep(file.hash, kept, credential)


def cover(file: RenderedFile, credential: Credential) -> Kept:
    """The cover on the platform."""
    known = _known(file.hash, credential)
    if known:
        return known
    files = {"image": (file.name, credential.read(file.hash), file.mime)}
    data = call(credential, "upload_image", "image", changes=True, files=files)
    return _keep(file.hash, _fresh(str(data["image"]["image_id"]), credential), credential)


def forget(digest: str, credential: Credential) -> None:
    """The platform did not want it: the next attempt uploads it anew (F32)."""
    credential.uploads.forget(digest)


def _whole(content: bytes, credential: Credential) -> Kept:
    data = call(credential, "upload_video", "video", changes=True, files=_as_form(content))
    return _fresh(str(data["video"]["video_id"]), credential)


def _in_parts(digest: str, content: bytes, credential: Credential) -> Kept:
    """Part by part; each is written down when it is there. An upload begun by another worker that the platform
    no longer takes is begun anew."""
    begun = _known(_parts_of(digest), credential)
    if begun:
        try:
            return _rest(digest, content, begun, credential)
        except AdministratorError:
            credential.uploads.forget(_parts_of(digest))
    data = call(credential, "init_video_part_upload", "upload_id", changes=True)
    new = _keep(_parts_of(digest), _fresh(str(data["upload_id"]), credential), credential)
    return _rest(digest, content, new, credential)


def _rest(digest: str, content: bytes, upload: Kept, credential: Credential) -> Kept:
    pieces = cut(content)
    named = {"upload_id": upload.remote}
    for number, piece in enumerate(pieces[upload.parts :], upload.parts + 1):
        query: dict[str, str | int] = {**named, "part_number": number}
        call(credential, "upload_video_part", "error_code", changes=True, query=query, files=_as_form(piece))
        upload = _keep(_parts_of(digest), replace(upload, parts=number), credential)
    data = call(credential, "complete_video_part_upload", "video", changes=True, query=named)
    credential.uploads.forget(_parts_of(digest))
    return replace(upload, remote=str(data["video"]["video_id"]), parts=0)


def cut(content: bytes) -> list[bytes]:
    """The parts: 20 MB each; the last takes what is left."""
    return [content[at : at + PART] for at in range(0, len(content), PART)]


def _as_form(content: bytes) -> dict[str, Any]:
    return {"video": ("clip.mp4", content, "video/mp4")}


def _parts_of(digest: str) -> str:
    return f"{digest}:parts"


def _fresh(remote: str, credential: Credential) -> Kept:
    return Kept(remote=remote, until=(credential.now() + LIFE - _MARGIN).isoformat())


def _known(name: str, credential: Credential) -> Kept | None:
    told = credential.uploads.get(name)
    if not told:
        return None
    kept = Kept(**json.loads(told))
    return kept if kept.until_at > credential.now() else None


def _keep(name: str, kept: Kept, credential: Credential) -> Kept:
    credential.uploads.put(name, json.dumps(asdict(kept)))
    return kept
