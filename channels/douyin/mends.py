"""What can be done about a work that is out on 抖音, as dated data. § names a section of platforms/douyin.md."""

from functools import partial

from channels.contract import Mend

_rule = partial(Mend, read_on="2026-11-22")
_TESTS = "tests/douyin/test_mends.py"
_NO_DELETION = "平台资料 douyin.md §1、§5：video.delete 2022-10 停用（blog.csdn.net/buda_l/article/details/130852833）"
_NO_EDIT = "作品修改只给被提示违规的作品测试（抖音安全中心 2024-07 公告，cbern.net.cn/post/36746.html 转述）"
_NO_COMMENT = (
    "developer.open-douyin.com 回复视频评论（企业号开放能力）：内测结束、暂不开放。"
    "置顶自己的评论是 App 里的做法，未见官方页"
)

MENDS = (
    _rule(
        key="douyin.reissue",
        action="reissue",
        serves=("correction",),
        words="请人在抖音 App 删除原作品（接口不能删），删除后一稿再发更正后的短片",
        remains="原作品的播放、点赞和评论都没了；新作品是新地址，要重新审核",
        source=f"{_NO_DELETION}；{_NO_EDIT}",
        confidence="unverified",
        test=f"{_TESTS}::test_a_work_is_deleted_by_a_person_and_its_correction_created",
    ),
    _rule(
        key="douyin.comment",
        action="by_hand",
        serves=("correction",),
        words="在抖音 App 里给作品发一条更正评论并置顶",
        remains="作品、地址和播放都不动；画面里的错还在，读者点开评论才看得到",
        source=_NO_COMMENT,
        confidence="unverified",
        test=f"{_TESTS}::test_nothing_is_said_by_the_interface",
        keeps_address=True,
        keeps_reads=True,
    ),
    _rule(
        key="douyin.delete_by_hand",
        action="by_hand",
        serves=("retraction",),
        words="在抖音 App 或创作者中心的作品管理里删除这条作品",
        remains="播放、点赞和评论都没了；别人已经保存的视频收不回来",
        source=_NO_DELETION,
        confidence="unverified",
        test=f"{_TESTS}::test_a_withdrawal_is_for_a_person",
    ),
)
