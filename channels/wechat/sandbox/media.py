"""Pictures: ``media/uploadimg`` and ``material/add_material``, with the files really looked into (§6)."""

import hashlib
import io
import re
from collections.abc import Callable
from typing import Any

from flask import jsonify, request
from PIL import Image

from channels.making.sandbox import Dropped
from channels.wechat.sandbox.base import Refused
from channels.wechat.sandbox.tokens import Tokens

HOST = "http://mmbiz.qpic.cn/sandbox/"
_ADDRESS = re.compile(re.escape(HOST) + r"([0-9a-f-]+)/0")
KINDS = {"JPEG": "jpg", "PNG": "png", "GIF": "gif", "BMP": "bmp"}
MIMES = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif", "bmp": "image/bmp"}
# §6: kinds and bytes
IN_BODY = (("jpg", "png"), 1_000_000)
MATERIAL = {"image": (("bmp", "png", "jpg", "gif"), 10_000_000), "thumb": (("jpg",), 64 * 1024)}
PICTURES = 100_000  # §6: image material an account


class Media(Tokens):
    """What is uploaded before an article is made."""

    def views(self) -> dict[str, Callable[[], Any]]:
        return {
            **super().views(),
            "/cgi-bin/media/uploadimg": self.uploadimg,
            "/cgi-bin/material/add_material": self.add_material,
        }

    def uploadimg(self) -> Any:
        """§6: jpg or png under 1 MB; an address that only works inside articles."""
        appid = self.admit()
        content, size = self._file(*IN_BODY)
        name = hashlib.sha256(content).hexdigest()[:32]
        if not self.strike("media_dedup"):
            name += f"-{self.book.count(self.platform, 'uploads', appid)}"
        self.book.put(self.platform, "picture", name, size)
        self.book.keep(self.platform, name, content)
        self._answer_lost()
        return jsonify(url=f"{HOST}{name}/0", errcode=0, errmsg="ok")

    def shown(self, body: str) -> str:
        """§6: the addresses only work inside articles; here they are served from this machine."""
        return _ADDRESS.sub(rf"/_uploads/{self.platform}/\1", body)

    def add_material(self) -> Any:
        """§6: permanent material by type; each kind has its size."""
        appid = self.admit()
        wanted = request.args.get("type", "")
        if wanted not in MATERIAL:
            raise Refused(40004)
        content, size = self._file(*MATERIAL[wanted])
        number = self.book.count(self.platform, "materials", appid)
        if number > PICTURES:
            raise Refused(45001)
        media = f"m{number}-{hashlib.sha256(content).hexdigest()[:24]}"
        self.book.put(self.platform, f"material:{appid}", media, size)
        self._answer_lost()
        return jsonify(media_id=media, url=f"{HOST}{media}/0")

    def _file(self, kinds: tuple[str, ...], most: int) -> tuple[bytes, list[int]]:
        """The one file of the form and its width and height. §6: name and type of the part must match the real
        kind, else 40005; too heavy is 40009."""
        file = request.files.get("media")
        if file is None:
            raise Refused(41005)
        content = file.read()
        if not content:
            raise Refused(44001)
        kind, size = looked_into(content)
        ending = (file.filename or "").rpartition(".")[2].lower().replace("jpeg", "jpg")
        told = file.mimetype.replace("image/jpg", "image/jpeg")
        if kind not in kinds or ending != kind or told not in (MIMES[kind], "application/octet-stream", ""):
            raise Refused(40005)
        if len(content) >= most:
            raise Refused(40009)
        if self.strike("upload_fail_nth"):
            raise Refused(-1)
        return content, size

    def _answer_lost(self) -> None:
        if self.strike("upload_response_lost"):
            self._note("dropped")
            raise Dropped("accept_then_drop")


def looked_into(content: bytes) -> tuple[str, list[int]]:
    """The real kind of a picture, and its width and height; "" when it is none the platform knows."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.verify()
            return KINDS.get(picture.format or "", ""), list(picture.size)
    except (OSError, SyntaxError, ValueError):
        return "", [0, 0]
