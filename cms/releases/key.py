"""The delivery key: what a platform carries back to us in band, and what makes a send unique."""

import base64
import hashlib
from collections.abc import Sequence

from channels import canonical

KEY_LENGTH = 20


def delivery_key(tenant: str, account: str, stories: Sequence[tuple[str, int]], generation: int = 1) -> str:
    """20 base32 characters of the SHA-256 of tenant, account, ordered (story, version) pairs, generation."""
    said = canonical.encode([tenant, account, stories, generation])
    return base64.b32encode(hashlib.sha256(said).digest()).decode()[:KEY_LENGTH].lower()
