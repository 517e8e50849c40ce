"""What can be done about an article that is out on 头条号, as dated data. § names a section of platforms/toutiao.md."""

from functools import partial

from channels.contract import Mend

_rule = partial(Mend, read_on="2026-11-22")
_TESTS = "tests/toutiao/test_toutiao_mends.py"
_CLIENT = "github.com/AceDataCloud/Skills skills/toutiao（4983444，2026-08）"
_CONSOLE = "头条号后台的做法，未见官方页"

MENDS = (
    _rule(
        key="toutiao.edit",
        action="by_hand",
        serves=("correction",),
        words="在头条号后台的作品管理里点“修改”，换成更正稿再提交",
        remains="地址和阅读数保留；提交后重新审核，审核通过前读者看到的还是原文",
        source=f"{_CLIENT}：发布满 14 天拒绝修改；文章都要审核",
        confidence="client",
        test=f"{_TESTS}::test_an_article_is_edited_for_fourteen_days",
        keeps_address=True,
        keeps_reads=True,
        within_days=14,
    ),
    _rule(
        key="toutiao.reissue",
        action="reissue",
        serves=("correction",),
        words="在头条号后台删除原文，再按代发清单发更正稿",
        remains="原地址失效，阅读数和评论都没了；更正稿是新地址，要重新审核，占当天一篇",
        source=_CONSOLE,
        confidence="unverified",
        test=f"{_TESTS}::test_after_that_it_is_deleted_and_posted_anew",
    ),
    _rule(
        key="toutiao.delete_by_hand",
        action="by_hand",
        serves=("retraction",),
        words="在头条号后台的作品管理里删除这一篇",
        remains="原地址失效，阅读数和评论都没了",
        source=_CONSOLE,
        confidence="unverified",
        test=f"{_TESTS}::test_a_retraction_is_for_a_person_however_old",
    ),
)
