"""Pictures for tests whose stores are new each time: cutting is nearly all such a test would do, again and again."""

from assets.pictures import Cut, Picture, Pictures
from assets.store import MemoryStore, Storage, hash_of

_cleaned: dict[str, bytes] = {}
_made: dict[tuple[str, Cut], bytes] = {}


class CutOnce(Pictures):
    """Over a store of its own, but what was taken in and cut in this process before is not taken in and cut again: a
    variant is a function of (picture, cut). What cutting itself must do is tested in tests/assets, and that another
    process cuts the same in tests/contract, over ``Pictures``."""

    def take_in(self, content: bytes, name: str = "") -> Picture:
        source = hash_of(content)
        if source in _cleaned:
            return self._keep(_cleaned[source])
        taken = super().take_in(content, name)
        _cleaned[source] = self.read(taken.hash)
        return taken

    def _make(self, known: Picture, cut: Cut) -> Picture:
        if (known.hash, cut) in _made:
            return self._keep(_made[known.hash, cut])
        made = super()._make(known, cut)
        _made[known.hash, cut] = self.read(made.hash)
        return made


def pictures(store: Storage | None = None) -> Pictures:
    """Over ``store``, else over memory."""
    return CutOnce(MemoryStore() if store is None else store)
