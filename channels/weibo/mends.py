"""What can be done about a post that is out on Weibo, as dated data. § names a section of platforms/weibo.md."""

from functools import partial

from channels.contract import Mend

_rule = partial(Mend, read_on="2026-11-22")
_TESTS = "tests/weibo/test_weibo_mends.py"
_DESTROY = "open.weibo.com/wiki/2/statuses/destroy（rdrr.io/rforge/Rweibo 转述：只能删自己发的）"
_RATES = "次数：open.weibo.com/wiki 接口访问频次（版本 16512）"
_EDIT = "微博 2017-12 的功能说明（3533.com/news/6/201712/168597 转载：媒体、政务账号可用，文字和图片可改）"
_PAGE_STAYS = "头条文章的文章页接口删不掉，要人到微博里删"

MENDS = (
    _rule(
        key="weibo.reissue",
        action="reissue",
        serves=("correction",),
        words="删除原微博，再发更正后的一条",
        remains="原微博的评论和阅读都没了；新的一条是新地址。文字没有变的不能重发（会被判为重复）。"
        f"{_PAGE_STAYS}，删了才发新的",
        source=f"{_DESTROY}；{_RATES}",
        confidence="unverified",
        test=f"{_TESTS}::test_a_post_is_deleted_and_its_correction_sent",
        calls={"*": 3},
    ),
    _rule(
        key="weibo.edit",
        action="by_hand",
        serves=("correction",),
        words="登录微博，在这一条的菜单里点“编辑微博”，改文字或图片（会员和认证账号才有）",
        remains="地址、转发和评论都保留，显示“已编辑”，谁都能查看改之前的原文；不会再推给读者；文章和视频不能这样改",
        source=_EDIT,
        confidence="unverified",
        test=f"{_TESTS}::test_the_site_edits_a_post_and_says_so_and_no_article",
        keeps_address=True,
        keeps_reads=True,
    ),
    _rule(
        key="weibo.comment",
        action="remark",
        serves=("correction",),
        words="在原微博下发一条更正评论，最多 140 字",
        remains="原微博、地址和阅读都不动；错的字还在原处，读者翻到评论才看得到",
        source=f"open.weibo.com/wiki/2/comments/create；{_RATES}",
        confidence="doc",
        test=f"{_TESTS}::test_a_remark_is_said_once_under_the_post",
        keeps_address=True,
        keeps_reads=True,
        calls={"*": 2},
    ),
    _rule(
        key="weibo.withdraw",
        action="withdraw",
        serves=("retraction",),
        words="用接口删除这条微博",
        remains=f"评论和阅读都没了；{_PAGE_STAYS}",
        source=f"{_DESTROY}；{_RATES}",
        confidence="unverified",
        test=f"{_TESTS}::test_an_articles_post_is_deleted_and_its_page_is_for_a_person",
        calls={"*": 1},
    ),
    _rule(
        key="weibo.delete_by_hand",
        action="by_hand",
        serves=("retraction",),
        words="登录微博，删除这条微博；头条文章还要在“创作中心”的文章管理里删除文章页",
        remains="评论和阅读都没了",
        source="微博网页的做法，未见官方页",
        confidence="unverified",
        test=f"{_TESTS}::test_what_has_no_number_is_for_a_person",
    ),
)
