"""What can be done about a clip that is out on 视频号, as dated data: everything by a person."""

from functools import partial

from channels.contract import Mend

_rule = partial(Mend, read_on="2026-11-22")
_TESTS = "tests/shipinhao/test_shipinhao_mends.py"
_NO_CALL = "平台资料 others.md §3：没有发布和管理视频的接口；删除的做法见 dafaseo.com/wlpt/6458683892.html，未见官方页"

MENDS = (
    _rule(
        key="shipinhao.reissue",
        action="reissue",
        serves=("correction",),
        words="在视频号助手或手机上删除原视频，再按代发清单发更正后的短片",
        remains="原视频的播放、点赞和评论都没了，转发到群和朋友圈的打不开；新视频是新地址",
        source=_NO_CALL,
        confidence="unverified",
        test=f"{_TESTS}::test_a_correction_is_deleted_and_posted_anew_by_a_person",
    ),
    _rule(
        key="shipinhao.delete_by_hand",
        action="by_hand",
        serves=("retraction",),
        words="在视频号助手或手机上删除这个视频，不能恢复",
        remains="播放、点赞和评论都没了，转发到群和朋友圈的打不开；别人已经保存的收不回来",
        source=_NO_CALL,
        confidence="unverified",
        test=f"{_TESTS}::test_a_retraction_is_deleted_by_a_person",
    ),
)
