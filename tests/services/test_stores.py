"""One suite of promises for every store: the folder, the bucket (two servers), and the folder mirrored in it."""

from dataclasses import replace
from pathlib import Path

import pytest

from assets.s3 import Bucket, S3Store
from assets.store import LocalStore, MemoryStore, MirroredStore, MissingAssetError, Storage, StoreDownError, hash_of
from tests.services.flaky import Door

PICTURE = bytes(range(256)) * 400


@pytest.fixture
def remote(bucket: Bucket, gate: Door) -> S3Store:
    """The bucket behind the door."""
    return S3Store(replace(bucket, endpoint=gate.url, timeout_s=1.0))


@pytest.fixture
def mirrored(remote: S3Store, tmp_path: Path) -> MirroredStore:
    return MirroredStore(tmp_path / "store", remote)


class TestHere:
    """What every store promises; here without a network."""

    @pytest.fixture(params=["memory", "folder"])
    def store(self, request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
        return MemoryStore() if request.param == "memory" else LocalStore(tmp_path)

    @pytest.mark.parametrize("content", [PICTURE, b"", "中文".encode()], ids=["picture", "nothing", "words"])
    def test_what_is_put_is_there_until_it_is_deleted(self, store: Storage, content: bytes) -> None:
        digest = store.put(content)
        assert digest == hash_of(content) == store.put(content)
        assert (store.exists(digest), store.get(digest)) == (True, content)
        store.delete(digest)
        store.delete(digest)
        assert not store.exists(digest)
        with pytest.raises(MissingAssetError):
            store.get(digest)

    def test_what_was_never_put_is_missing(self, store: Storage) -> None:
        assert not store.exists(hash_of(b"never"))
        with pytest.raises(MissingAssetError):
            store.get(hash_of(b"never"))


class TestThere(TestHere):
    """The same, with one."""

    @pytest.fixture(params=["bucket", "mirrored"])
    def store(self, request: pytest.FixtureRequest, remote: S3Store, mirrored: MirroredStore) -> Storage:
        return remote if request.param == "bucket" else mirrored


def raw(remote: S3Store, digest: str, content: bytes) -> None:
    """Other bytes at the place of ``digest``, behind the store's back."""
    place = f"{remote.bucket.prefix}{digest[:2]}/{digest[2:]}"
    remote._client.put_object(Bucket=remote.bucket.name, Key=place, Body=content)


class TestTheBucket:
    @pytest.mark.proves("F20")
    def test_a_damaged_object_is_never_handed_out(self, remote: S3Store) -> None:
        digest = remote.put(PICTURE)
        raw(remote, digest, PICTURE[:-1])
        with pytest.raises(MissingAssetError, match="已损坏，请从备份恢复"):
            remote.get(digest)

    @pytest.mark.proves("F20")
    def test_a_body_cut_short_is_asked_for_again(self, remote: S3Store, gate: Door) -> None:
        digest = remote.put(PICTURE)
        gate.strike("short_read", 1)
        assert remote.get(digest) == PICTURE
        gate.strike("short_read")
        with pytest.raises(StoreDownError, match="不完整"):
            remote.get(digest)

    def test_bytes_changed_on_the_way_are_asked_for_again(self, remote: S3Store, gate: Door) -> None:
        digest = remote.put(PICTURE)
        gate.strike("damaged", 1)
        assert remote.get(digest) == PICTURE

    def test_an_error_after_the_put_is_no_harm(self, remote: S3Store, gate: Door) -> None:
        gate.strike("500_after_put", 1)
        assert remote.get(remote.put(PICTURE)) == PICTURE
        gate.strike("500_after_put")
        with pytest.raises(StoreDownError, match="稍后会自动重试"):
            remote.put(b"other")
        assert remote.exists(hash_of(b"other"))

    @pytest.mark.parametrize("fault", ["down", "500"])
    def test_an_outage_says_so_and_passes(self, remote: S3Store, gate: Door, fault: str) -> None:
        digest = remote.put(PICTURE)
        gate.strike(fault)
        for call in (remote.get, remote.exists, remote.delete):
            with pytest.raises(StoreDownError, match="稍后会自动重试"):
                call(digest)
        gate.strike("")
        assert remote.get(digest) == PICTURE

    def test_slow_is_waited_for_and_silence_is_not(self, remote: S3Store, gate: Door) -> None:
        digest = remote.put(PICTURE)
        gate.strike("slow", slow_s=0.3)
        assert remote.get(digest) == PICTURE
        gate.strike("slow", slow_s=1.2)
        with pytest.raises(StoreDownError):
            remote.get(digest)

    def test_keys_never_show(self, remote: S3Store, gate: Door) -> None:
        assert remote.bucket.secret_key not in repr(remote.bucket) + remote.bucket.address
        gate.strike("down")
        with pytest.raises(StoreDownError) as caught:
            remote.put(b"x")
        assert remote.bucket.secret_key not in str(caught.value)

    def test_a_prefix_is_a_place_of_its_own(self, bucket: Bucket) -> None:
        mine, other = S3Store(replace(bucket, prefix="a/")), S3Store(replace(bucket, prefix="b/"))
        assert not other.exists(mine.put(PICTURE))

    def test_a_missing_bucket_names_the_remedy(self, bucket: Bucket) -> None:
        with pytest.raises(StoreDownError, match="请检查设置里的桶名"):
            S3Store(replace(bucket, name="no-such-bucket")).put(b"x")


class TestTheMirror:
    def test_a_put_asks_the_network_nothing(self, mirrored: MirroredStore, gate: Door) -> None:
        digest = mirrored.put(PICTURE)
        assert gate.seen == []
        assert mirrored.waiting() == [digest]

    def test_what_waits_is_carried_and_then_nothing_waits(self, mirrored: MirroredStore) -> None:
        digests = sorted(mirrored.put(PICTURE + bytes([n])) for n in range(3))
        assert mirrored.flush() == 3
        assert mirrored.waiting() == []
        assert all(mirrored.remote.exists(one) for one in digests)
        assert mirrored.flush() == 0

    @pytest.mark.proves("F20")
    def test_an_outage_keeps_the_rest_for_later(self, mirrored: MirroredStore, gate: Door) -> None:
        digests = {mirrored.put(bytes([n])) for n in range(3)}
        gate.strike("down")
        with pytest.raises(StoreDownError):
            mirrored.flush()
        again = MirroredStore(mirrored.root, mirrored.remote)  # a new process finds the notes
        assert set(again.waiting()) == digests
        assert all(again.get(one) for one in digests)
        gate.strike("")
        assert again.flush() == 3

    def test_while_the_bucket_is_away_only_what_is_here_exists(self, mirrored: MirroredStore, gate: Door) -> None:
        gate.strike("down")
        assert mirrored.exists(mirrored.put(PICTURE))
        assert not mirrored.exists(hash_of(b"elsewhere"))
        asked = len(gate.seen)
        assert not mirrored.exists(hash_of(b"elsewhere"))
        assert len(gate.seen) == asked

    def test_another_machine_fetches_once(self, mirrored: MirroredStore, tmp_path: Path, gate: Door) -> None:
        digest = mirrored.put(PICTURE)
        mirrored.flush()
        other = MirroredStore(tmp_path / "other", mirrored.remote)
        assert other.local(digest).read_bytes() == PICTURE
        gate.strike("down")
        assert other.get(digest) == PICTURE
        assert other.waiting() == []

    def test_a_damaged_file_is_healed_from_the_bucket(self, mirrored: MirroredStore) -> None:
        digest = mirrored.put(PICTURE)
        mirrored.flush()
        mirrored.path(digest).write_bytes(b"damaged")
        assert mirrored.get(digest) == PICTURE
        assert mirrored.path(digest).read_bytes() == PICTURE

    def test_damage_is_not_carried(self, mirrored: MirroredStore) -> None:
        digest = mirrored.put(PICTURE)
        mirrored.path(digest).write_bytes(b"damaged")
        mirrored.flush()
        assert not mirrored.remote.exists(digest)

    def test_a_note_without_its_object_is_harmless(self, mirrored: MirroredStore) -> None:
        (mirrored.outbox).mkdir(parents=True)
        (mirrored.outbox / hash_of(b"died between")).touch()
        assert mirrored.flush() == 1
        assert mirrored.waiting() == []

    def test_an_older_folder_is_carried_too(self, remote: S3Store, tmp_path: Path) -> None:
        digest = LocalStore(tmp_path).put(PICTURE)
        mirrored = MirroredStore(tmp_path, remote)
        assert (mirrored.queue_all(), mirrored.flush()) == (1, 1)
        assert remote.get(digest) == PICTURE
