"""Events to the account's server, signed, plain or sealed (§8); with every way an event can go wrong."""

import base64
import hashlib
import os
import struct
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from xml.sax.saxutils import escape

import httpx
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from channels.wechat.sandbox.base import appid_of
from channels.wechat.sandbox.mass import Mass

BLOCK = 32  # §8: PKCS#7 with this block size
ANSWER_S = 5.0  # §8
TRIES = 4  # §8: the first and three retries
AGAIN = timedelta(seconds=5)
REORDERED = timedelta(seconds=90)


class Callbacks(Mass):
    """Events as the account's server hears them."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.works |= {"tell": self._tell}

    @cached_property
    def http(self) -> httpx.Client:
        """What carries the events; a test without sockets puts another in its place."""
        return httpx.Client(timeout=ANSWER_S)

    def announce(self, job: dict[str, Any], at: datetime) -> None:
        """By the switch that was struck when the job began: once, twice, never, later than those after it, or after
        a forged one that says the contrary."""
        kept = self.settings(job["appid"])
        if not kept["callback"] or job["notice"] == "async_lost":
            return
        event = {"Event": self._named(job, kept), **self._event(job, at)}
        told = {"appid": job["appid"], "event": event, "made": int(at.timestamp()), "tries": TRIES}
        if job["notice"] == "async_forged":
            wrong = {"Event": event["Event"], "PublishEventInfo": {"publish_id": job["id"], "publish_status": 4}}
            self.later("tell", at, **{**told, "event": wrong, "is_forged": True})
        first = at + (REORDERED if job["notice"] == "async_reorder" else timedelta())
        self.later("tell", first, **told)
        if job["notice"] == "async_dup":
            self.later("tell", first, **told)

    def _named(self, job: dict[str, Any], kept: dict[str, Any]) -> str:
        """§4: real traffic carries three names."""
        return "MASSSENDJOBFINISH" if job["road"] == "mass" else str(kept["event"])

    def _tell(self, told: dict[str, Any]) -> None:
        kept = self.settings(told["appid"])
        if self._send(told, kept) not in ("success", "") and told["tries"] > 1:
            self.later("tell", self.now() + AGAIN, **{**_bare(told), "tries": told["tries"] - 1})

    def _send(self, told: dict[str, Any], kept: dict[str, Any]) -> str:
        """What the server said; anything but "success" or nothing is asked again."""
        inner = {
            "ToUserName": "gh_sandbox",
            "FromUserName": "o_sandbox",
            "CreateTime": told["made"],
            "MsgType": "event",
            **told["event"],
        }
        text = f"<xml>{_xml(inner)}</xml>"
        token = "forged" if told.get("is_forged") else kept["token"]
        moment, nonce = str(int(self.now().timestamp())), os.urandom(5).hex()
        query = {"timestamp": moment, "nonce": nonce, "signature": sign(token, moment, nonce)}
        if kept["is_safe"]:
            sealed = seal(text, kept["aes_key"], told["appid"])
            query |= {"encrypt_type": "aes", "msg_signature": sign(token, moment, nonce, sealed)}
            text = f"<xml><ToUserName>gh_sandbox</ToUserName><Encrypt>{sealed}</Encrypt></xml>"
        try:
            answer = self.http.post(
                kept["callback"], params=query, content=text.encode(), headers={"Content-Type": "text/xml"}
            )
        except httpx.TransportError as error:
            return repr(error)
        return answer.text.strip() if answer.status_code == 200 else str(answer.status_code)

    def check_address(self, name: str, echo: str = "echo") -> bool:
        """§8: the check made when the address is entered in the console."""
        kept = self.settings(appid_of(name))
        moment, nonce = str(int(self.now().timestamp())), os.urandom(5).hex()
        signature = sign(kept["token"], moment, nonce)
        query = {"timestamp": moment, "nonce": nonce, "signature": signature, "echostr": echo}
        answer = self.http.get(kept["callback"], params=query)
        return (answer.status_code, answer.text) == (200, echo)


def sign(*words: str) -> str:
    """§8: sha1 of the sorted words."""
    return hashlib.sha1("".join(sorted(words)).encode(), usedforsecurity=False).hexdigest()


def seal(text: str, aes_key: str, appid: str) -> str:
    """§8: AES-256-CBC over 16 random bytes, the length, the text and the appid."""
    key = base64.b64decode(aes_key + "=")
    body = text.encode()
    plain = os.urandom(16) + struct.pack(">I", len(body)) + body + appid.encode()
    left = BLOCK - len(plain) % BLOCK
    sealer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(sealer.update(plain + bytes([left]) * left) + sealer.finalize()).decode()


def _bare(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name not in ("what", "at")}


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(
            "".join(f"<{name}>{_xml(one)}</{name}>" for one in (inner if isinstance(inner, list) else [inner]))
            for name, inner in value.items()
        )
    return escape(str(value))
