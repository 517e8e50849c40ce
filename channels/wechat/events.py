"""Events as WeChat sends them: signed, plain or sealed (§8). Anything else is refused."""

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from channels.contract import AdministratorError

ENDS = ("PUBLISHJOBFINISH", "FREEPUBLISHJOBFINISH", "MASSSENDJOBFINISH")
"""§4: real traffic carries all three names."""
WINDOW = timedelta(minutes=5)
LARGEST = 64 * 1024
BLOCK = 32


def opened(query: Mapping[str, str], body: bytes, secrets: Mapping[str, str], now: datetime) -> etree._Element | None:
    """The event; None for the check of the address, which carries none.

    AdministratorError: not signed by whoever knows our token, too old, too large, or no XML of the plain kind."""
    token = secrets.get("callback_token", "")
    moment, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if len(body) > LARGEST:
        raise _refused("too large")
    if not token or not _is_same(query.get("signature", ""), _sign(token, moment, nonce)):
        raise _refused("signature")
    if not moment.isdecimal() or abs(now.timestamp() - int(moment)) > WINDOW.total_seconds():
        raise _refused("timestamp")
    if not body:
        return None
    told = _xml(body)
    aes_key = secrets.get("callback_aes_key", "")
    if not aes_key:
        return told
    sealed = told.findtext("Encrypt", "")
    if not sealed or not _is_same(query.get("msg_signature", ""), _sign(token, moment, nonce, sealed)):
        raise _refused("msg_signature")
    return _xml(_unsealed(sealed, aes_key, secrets.get("appid", "")))


def _sign(*words: str) -> str:
    return hashlib.sha1("".join(sorted(words)).encode(), usedforsecurity=False).hexdigest()


def _is_same(told: str, ours: str) -> bool:
    return hmac.compare_digest(told.encode(), ours.encode())


def _xml(content: bytes) -> etree._Element:
    """No document type, so no entities; nothing is fetched."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        told = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _refused("not XML") from error
    if told.getroottree().docinfo.internalDTD is not None:
        raise _refused("document type")
    return told


def _unsealed(sealed: str, aes_key: str, appid: str) -> bytes:
    """§8: AES-256-CBC; 16 random bytes, the length of the XML, the XML, the appid."""
    try:
        key = base64.b64decode(aes_key + "=", validate=True)
        opener = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        plain = opener.update(base64.b64decode(sealed, validate=True)) + opener.finalize()
    except (ValueError, binascii.Error) as error:
        raise _refused("cannot be opened") from error
    padding = plain[-1] if plain else 0
    if not 1 <= padding <= BLOCK or len(plain) < 20 + padding:
        raise _refused("padding")
    plain = plain[:-padding]
    (length,) = struct.unpack(">I", plain[16:20])
    inner, theirs = plain[20 : 20 + length], plain[20 + length :]
    if not _is_same(theirs.decode("utf-8", "replace"), appid):
        raise _refused("another appid")
    return inner


def _refused(cause: str) -> AdministratorError:
    return AdministratorError("收到一个不是微信发来的事件，没有理会；若一直如此，请核对回调的 Token 和密钥。", cause)
