"""Storage in a bucket: anything that speaks S3. boto3 lives only here, and is imported when it is first used.

What comes back is believed only when its hash is right: a body that was cut is asked for again. Every upload signs
the hash of its bytes, so the other side keeps what was sent or refuses it. Checksums beyond that are sent only where
the protocol demands them: several servers refuse the newer ones.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from threading import Lock
from typing import Any, TypeVar

from assets.store import MissingAssetError, StoreDownError, hash_of

T = TypeVar("T")
TRIES = 3
_MAKING = Lock()  # clients are shared by threads, but not made by two at once
_GONE = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True)
class Bucket:
    """Where the objects are. No keys: those of the machine's role are used. ``endpoint`` "": Amazon's own."""

    name: str
    endpoint: str = ""
    region: str = "us-east-1"
    path_style: bool = True
    prefix: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    timeout_s: float = 20.0

    @property
    def address(self) -> str:
        """What names this bucket among all, without its keys."""
        return f"{self.endpoint or 's3'}/{self.name}/{self.prefix}"


class S3Store:
    """Bytes by their hash, ``<prefix>ab/cdef...`` as in the local folder."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def put(self, content: bytes) -> str:
        digest = hash_of(content)
        self._ask(lambda client, place: client.put_object(**place, Body=content), digest)
        return digest

    def get(self, digest: str) -> bytes:
        for _ in range(TRIES):
            content = self._ask(_read, digest)
            if content is not None and hash_of(content) == digest:
                return content
        if content is None:
            raise StoreDownError(f"对象存储的回答总是不完整（{self.bucket.address}），请检查网络，稍后会自动重试。")
        raise MissingAssetError(f"对象存储里的素材 {digest} 已损坏，请从备份恢复")

    def exists(self, digest: str) -> bool:
        try:
            self._ask(lambda client, place: client.head_object(**place), digest)
        except MissingAssetError:
            return False
        return True

    def delete(self, digest: str) -> None:
        self._ask(lambda client, place: client.delete_object(**place), digest)

    def _ask(self, call: Callable[[Any, dict[str, str]], T], digest: str) -> T:
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise MissingAssetError(f"不是素材指纹：{digest!r}")
        key = f"{self.bucket.prefix}{digest[:2]}/{digest[2:]}"
        try:
            return call(self._client, {"Bucket": self.bucket.name, "Key": key})
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _GONE:
                raise MissingAssetError(f"对象存储里没有 {digest}") from error
            remedy = (
                "请检查设置里的桶名、密钥和权限" if code.startswith(("4", "No", "Invalid", "Access", "Sig")) else ""
            )
            raise StoreDownError(
                f"对象存储 {self.bucket.address} 拒绝了请求（{code}），{remedy or '稍后会自动重试'}。"
            ) from error
        except (BotoCoreError, HTTPClientError) as error:
            raise StoreDownError(
                f"对象存储 {self.bucket.address} 连不上（{type(error).__name__}），请检查网络和地址，稍后会自动重试。"
            ) from error

    @cached_property
    def _client(self) -> Any:
        with _MAKING:
            return self._made()

    def _made(self) -> Any:
        from botocore.config import Config

        return _session().client(
            "s3",
            endpoint_url=self.bucket.endpoint or None,
            region_name=self.bucket.region,
            aws_access_key_id=self.bucket.access_key or None,
            aws_secret_access_key=self.bucket.secret_key or None,
            config=Config(
                signature_version="s3v4",
                s3={
                    "addressing_style": "path" if self.bucket.path_style else "virtual",
                    "payload_signing_enabled": True,
                },
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=min(5.0, self.bucket.timeout_s),
                read_timeout=self.bucket.timeout_s,
                retries={"mode": "standard", "total_max_attempts": TRIES},
            ),
        )


@cache
def _session() -> Any:
    """One a process: reading boto3's description of S3 takes half a second."""
    import boto3

    return boto3.session.Session()


def _read(client: Any, place: dict[str, str]) -> bytes | None:
    """The whole body; None when it broke off."""
    from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError

    answer = client.get_object(**place)
    try:
        content: bytes = answer["Body"].read()
    except (IncompleteReadError, ReadTimeoutError, ResponseStreamingError):
        return None
    return content
