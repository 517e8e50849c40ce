"""Uploads of the sandbox (douyin.md §3): whole up to 128 MB, in parts of 5 MB and more, ids of two hours."""

import hashlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from flask import Response, request

from channels.douyin.sandbox.oauth import Route
from channels.douyin.sandbox.refused import Refused
from channels.making.sandbox import Dropped

if TYPE_CHECKING:
    from channels.douyin.sandbox.platform import DouyinSandbox

MB = 1_000_000
WHOLE, TOTAL, PART, IMAGE = 128 * MB, 4000 * MB, 5 * MB, 20 * MB
LIFE = timedelta(hours=2)
BAD, BUSY = 28001007, 28001005


class Uploads:
    """Videos {size, sha256}, images, and uploads in parts {until, parts: {number: [size, sha256]}}."""

    def __init__(self, platform: "DouyinSandbox") -> None:
        self.platform, self.book = platform, platform.book

    def routes(self) -> tuple[Route, ...]:
        return (
            ("/upload_video/", "POST", self.video),
            ("/init_video_part_upload/", "POST", self.begin),
            ("/upload_video_part/", "POST", self.part),
            ("/complete_video_part_upload/", "POST", self.complete),
            ("/upload_image/", "POST", self.image),
        )

    def video(self) -> Response:
        open_id = self.platform.admit()
        content = self._file("video")
        if len(content) > WHOLE:
            raise Refused(BAD, "超过 128MB 必须分片上传")
        _is_a_film(content)
        return self._kept(open_id, len(content), hashlib.sha256(content).hexdigest())

    def begin(self) -> Response:
        open_id = self.platform.admit()
        upload_id = f"up{self.book.count('douyin', 'numbers', 'all')}"
        until = (self.platform.now() + LIFE).isoformat()
        self.book.put("douyin", "parts", upload_id, {"open_id": open_id, "until": until, "parts": {}})
        return self.platform.yes(upload_id=upload_id)

    def part(self) -> Response:
        upload_id, held = self._upload()
        content = self._file("video")
        number = request.args.get("part_number", "")
        if not number.isdigit() or int(number) < 1:
            raise Refused(BAD, "part_number 从 1 开始")
        if number == "1":
            _is_a_film(content)
        held["parts"][number] = [len(content), hashlib.sha256(content).hexdigest()]
        self.book.put("douyin", "parts", upload_id, held)
        self._may_lose_the_answer()
        return self.platform.yes()

    def complete(self) -> Response:
        upload_id, held = self._upload()
        parts = [held["parts"].get(str(number)) for number in range(1, len(held["parts"]) + 1)]
        if not parts or None in parts:
            raise Refused(BAD, "分片不完整")
        if any(size < PART for size, _ in parts[:-1]):
            raise Refused(BAD, "分片不能小于 5MB")
        size = sum(one for one, _ in parts)
        if size > TOTAL:
            raise Refused(BAD, "视频超过 4GB")
        self.book.put("douyin", "parts", upload_id, None)
        return self._kept(held["open_id"], size, hashlib.sha256(str(parts).encode()).hexdigest())

    def image(self) -> Response:
        open_id = self.platform.admit()
        content = self._file("image")
        if len(content) > IMAGE:
            raise Refused(BAD, "图片超过 20MB")
        if not content.startswith((b"\xff\xd8", b"\x89PNG", b"RIFF")):
            raise Refused(BAD, "不是图片")
        image_id = f"img{self.book.count('douyin', 'numbers', 'all')}"
        self.book.put("douyin", f"image:{open_id}", image_id, len(content))
        self._may_lose_the_answer()
        return self.platform.yes(image={"image_id": image_id, "width": 0, "height": 0})

    # ----------------------------------------------------------------- inside

    def _upload(self) -> tuple[str, dict[str, Any]]:
        open_id = self.platform.admit()
        upload_id = request.args.get("upload_id", "")
        held = self.book.get("douyin", "parts", upload_id)
        if held is None or held["open_id"] != open_id or datetime.fromisoformat(held["until"]) <= self.platform.now():
            raise Refused(BAD, "upload_id 无效或已过期")
        return upload_id, held

    def _file(self, name: str) -> bytes:
        if self.platform.strike("upload_fail_nth"):
            raise Refused(BUSY, "上传失败")
        given = request.files.get(name)
        if given is None:
            raise Refused(BAD, f"缺少文件 {name}")
        return bytes(given.read())

    def _kept(self, open_id: str, size: int, sha256: str) -> Response:
        """A name for the film; the same film, the same name when the platform merges what is alike."""
        video_id = f"v0{sha256[:16]}"
        if not self.platform.strike("media_dedup"):
            video_id += f"-{self.book.count('douyin', 'numbers', 'all')}"
        self.book.put("douyin", f"video:{open_id}", video_id, {"size": size, "sha256": sha256})
        self._may_lose_the_answer()
        return self.platform.yes(video={"video_id": video_id, "width": 0, "height": 0})

    def _may_lose_the_answer(self) -> None:
        if self.platform.strike("upload_response_lost"):
            raise Dropped("accept_then_drop")


def _is_a_film(content: bytes) -> None:
    if content[4:8] != b"ftyp" and not content.startswith(b"\x1a\x45\xdf\xa3"):
        raise Refused(BAD, "只支持 mp4 和 webm")
