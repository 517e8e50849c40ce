"""Whole and in parts: the size rules, the two hours, and going on where a dead worker stopped (douyin.md §3)."""

from typing import Any

import httpx
import pytest

from channels.contract import AdministratorError, UnknownOutcome
from channels.douyin import uploads
from channels.making.sandbox import InProcess
from tests.douyin.desk import TEXT, Wired, wired
from tests.douyin.film import film

BIG = film() + bytes(uploads.WHOLE)  # three parts
PARTS = 3


def posted(wire: Wired, name: str, content: bytes = b"", field: str = "video", **query: str) -> int:
    """A call by hand with a good token; the code it is answered with."""
    return int(told(wire, name, content, field, **query)["error_code"])


def told(wire: Wired, name: str, content: bytes = b"", field: str = "video", **query: str) -> dict[str, Any]:
    """The same, the whole answer."""
    secrets = wire.credential.secrets
    token = wire.sandbox.oauth.authorise(secrets["open_id"])["access_token"]
    client = httpx.Client(transport=InProcess(wire.sandbox), base_url="http://douyin/api/douyin/v1/video")
    answer = client.post(
        f"/{name}/", params={"open_id": secrets["open_id"], **query}, headers={"access-token": token},
        files={field: ("f", content)},
    )  # fmt: skip
    return dict(answer.json()["data"])


def test_a_small_clip_goes_whole_and_only_once() -> None:
    wire = wired()
    _, first = wire.stage()
    _, again = wire.stage()
    assert first == again and first.until is not None and first.until <= wire.now + uploads.LIFE
    assert wire.calls().count("upload_video") == wire.calls().count("upload_image") == 1


def test_after_two_hours_it_is_uploaded_anew() -> None:
    wire = wired()
    _, first = wire.stage()
    wire.later(hours=2)
    _, again = wire.stage()
    assert again.remote["video"] != first.remote["video"] and again.remote["cover"] != first.remote["cover"]


def test_a_large_clip_goes_in_parts_of_twenty_megabytes() -> None:
    wire = wired()
    made, staged = wire.stage(clip=BIG)
    assert wire.calls().count("upload_video_part") == PARTS and "upload_video" not in wire.calls()
    kept = wire.sandbox.book.get("douyin", f"video:{wire.credential.secrets['open_id']}", staged.remote["video"])
    assert kept["size"] == len(BIG)
    assert wire.transport.publish(made, staged, "k" * 20, wire.credential).state == "accepted"


@pytest.mark.proves("F03")
def test_parts_that_are_there_are_not_sent_again() -> None:
    wire = wired()
    wire.strike("upload_response_lost", "upload_video_part", nth=3)
    with pytest.raises(UnknownOutcome):
        wire.stage(clip=BIG)
    before = wire.calls().count("upload_video_part")
    wire.stage(clip=BIG)
    assert wire.calls().count("upload_video_part") == before + 1
    assert wire.calls().count("init_video_part_upload") == 1


@pytest.mark.parametrize(("lost", "hours"), [("complete_video_part_upload", 0), ("upload_video_part", 3)])
@pytest.mark.proves("F32")
def test_an_upload_the_platform_no_longer_takes_is_begun_anew(lost: str, hours: int) -> None:
    wire = wired()
    wire.strike("accept_then_drop", lost, nth=1)
    with pytest.raises(UnknownOutcome):
        wire.stage(clip=BIG)
    wire.later(hours=hours)
    _, staged = wire.stage(clip=BIG)
    assert staged.remote["video"] and wire.calls().count("init_video_part_upload") == 2


def test_a_failed_upload_is_tried_later() -> None:
    wire = wired()
    wire.strike("upload_fail_nth", "upload_image", nth=1)
    with pytest.raises(UnknownOutcome):
        wire.stage()
    assert wire.stage()[1].remote["cover"]


def test_what_the_platform_refused_is_uploaded_anew_the_next_time() -> None:
    wire = wired()
    made, staged = wire.stage()
    wire.strike("media_expired", "create_video", nth=1)
    with pytest.raises(AdministratorError, match="28001007"):
        wire.transport.publish(made, staged, "k" * 20, wire.credential)
    _, again = wire.stage()
    assert again.remote["video"] != staged.remote["video"]


def test_the_platform_wants_parts_over_128_megabytes_and_films_alone() -> None:
    wire = wired()
    assert posted(wire, "upload_video", film() + bytes(128_000_000)) == 28001007
    assert posted(wire, "upload_video", b"GIF89a..") == 28001007
    assert posted(wire, "upload_image", b"\xff\xd8" + bytes(20_000_000), "image") == 28001007
    assert posted(wire, "upload_image", TEXT.encode(), "image") == 28001007
    assert posted(wire, "upload_image", b"\xff\xd8" + bytes(100), "image") == 0


def test_a_part_but_the_last_has_five_megabytes_and_none_may_be_missing() -> None:
    wire = wired()
    upload = told(wire, "init_video_part_upload")["upload_id"]
    small, full = film() + bytes(1000), film() + bytes(5_000_000)
    assert posted(wire, "complete_video_part_upload", upload_id=upload) == 28001007
    assert posted(wire, "upload_video_part", small, upload_id=upload, part_number="0") == 28001007
    assert posted(wire, "upload_video_part", small, upload_id=upload, part_number="1") == 0
    assert posted(wire, "upload_video_part", small, upload_id=upload, part_number="3") == 0
    assert posted(wire, "complete_video_part_upload", upload_id=upload) == 28001007
    assert posted(wire, "upload_video_part", small, upload_id=upload, part_number="2") == 0
    assert posted(wire, "complete_video_part_upload", upload_id=upload) == 28001007
    for number in ("1", "2"):
        assert posted(wire, "upload_video_part", full, upload_id=upload, part_number=number) == 0
    assert posted(wire, "complete_video_part_upload", upload_id=upload) == 0
    assert posted(wire, "upload_video_part", full, upload_id=upload, part_number="1") == 28001007


def test_an_upload_id_lives_two_hours() -> None:
    wire = wired()
    upload = told(wire, "init_video_part_upload")["upload_id"]
    wire.later(hours=2)
    assert posted(wire, "upload_video_part", film(), upload_id=upload, part_number="1") == 28001007
