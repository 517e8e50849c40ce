"""What a rehearsal seals is drawn from its seed: a backup's hash stands in the audit log, and sealed rows are in it."""

import base64
import hashlib
import hmac
from pathlib import Path

from cms.matrix.wires import NONCE, Vault


class DrawnVault(Vault):
    """Seals the secrets of sandboxes alike in every run of a seed. Anybody can draw its key: no house that stays may
    keep it (``stage.relock``)."""

    def __init__(self, seed: int) -> None:
        self._key = hashlib.sha256(f"vault {seed}".encode()).digest()
        super().__init__(self._key)

    def keep_key(self, path: Path) -> None:
        """Lay the key where the house looks for it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(base64.b64encode(self._key))

    def _nonce(self, text: str, identity: str) -> bytes:
        """The same for the same words of the same row, and for no others."""
        return hmac.digest(self._key, f"{identity}\n{text}".encode(), "sha256")[:NONCE]
