"""What can be done about an article that is out on a 公众号, as dated data. § is a section of platforms/wechat.md."""

from functools import partial

from channels.contract import Mend

_rule = partial(Mend, read_on="2026-11-22")
_TESTS = "tests/wechat/test_wechat_mends.py"
_DELETE = "developers.weixin.qq.com/doc/subscription/api/public/api_freepublishdelete"
_MASS_DELETE = "developers.weixin.qq.com/doc/subscription/api/notify/message/api_deletemassmsg"
_IN_CLIENTS = "平台资料 wechat.md §4：公开程序里实际在用"
_CARDS = "平台资料 wechat.md §5：字段见公开程序，卡片还在、网页失效未核实"
_BATCH = "developers.weixin.qq.com/doc/subscription/guide/product/message/Batch_Sends"
_LIMITS = "developers.weixin.qq.com/doc/service/Message_Management/API_Call_Limits.html"
_NO_CALL = "developers.weixin.qq.com/community/develop/doc/000e862d78c6b8b894ac7457b5b800（没有修改的接口）"
_TWENTY = "20 字、一次、不含标题：运营者转述（简书 ce3a7ae6dcee 的镜像），各家说法不一"

MENDS = (
    _rule(
        key="wechat.small_edit",
        action="by_hand",
        serves=("correction",),
        words="在公众号后台的发表记录里点“修改”，只改正文里的几个字，放不下更正说明；有留言功能的，再置顶一条更正留言",
        remains="地址、阅读数和留言都保留；只能改一次，最多 20 字，标题、封面和图片改不了。"
        "更正说明写在自家网站和订阅上，文章里没有",
        source=f"{_NO_CALL}；{_TWENTY}",
        confidence="unverified",
        test=f"{_TESTS}::test_the_console_changes_twenty_characters_of_a_body_once",
        keeps_address=True,
        keeps_reads=True,
        most=20,
        body_only=True,
        once=True,
    ),
    _rule(
        key="wechat.reissue",
        action="reissue",
        serves=("correction",),
        only="publish",
        words="删除原文，再发布更正稿，不推送",
        remains="原地址失效，阅读数和留言都没了；更正稿是新地址，转给别人的旧链接打不开",
        source=f"{_DELETE}（{_IN_CLIENTS}）；次数：{_LIMITS}",
        confidence="client",
        test=f"{_TESTS}::test_a_publication_is_deleted_and_its_correction_published",
        calls={"freepublish/delete": 1, "freepublish/submit": 1},
    ),
    _rule(
        key="wechat.push_reissue",
        action="reissue",
        serves=("correction",),
        only="push",
        words="让原文失效，再群发一次更正稿",
        remains="收到过的人手机里还有那张卡片，点开已失效；阅读数和留言都没了。要再用一次群发"
        "（订阅号每天 1 次，服务号每月 4 次），用完了就等到下个周期",
        source=f"{_MASS_DELETE}（{_CARDS}）；次数：{_BATCH}",
        confidence="unverified",
        test=f"{_TESTS}::test_a_push_is_deleted_and_pushing_again_costs_a_push",
        calls={"message/mass": 1},
    ),
    _rule(
        key="wechat.comment",
        action="by_hand",
        serves=("correction",),
        words="在文章下写一条更正留言并置顶（账号要有留言功能）",
        remains="文章、地址和阅读数都不动；错的字还在原处，读者翻到留言才看得到",
        source="平台资料 wechat.md §10：接口只能回复读者的留言，自己留言要在后台或手机上写",
        confidence="unverified",
        test=f"{_TESTS}::test_the_interface_has_no_comment_of_ones_own",
        keeps_address=True,
        keeps_reads=True,
    ),
    _rule(
        key="wechat.withdraw",
        action="withdraw",
        serves=("retraction",),
        only="publish",
        words="用接口删除这一篇，不能恢复",
        remains="原地址失效，阅读数和留言都没了；同一次发布的别的文章不受影响",
        source=f"{_DELETE}（{_IN_CLIENTS}）；次数：{_LIMITS}",
        confidence="client",
        test=f"{_TESTS}::test_ten_articles_a_day_are_deleted_and_the_eleventh_waits",
        calls={"freepublish/delete": 1},
    ),
    _rule(
        key="wechat.push_withdraw",
        action="withdraw",
        serves=("retraction",),
        only="push",
        words="用接口让这一篇失效，不能恢复；群发次数不退",
        remains="收到过的人手机里还有那张卡片，点开已失效；同一篇素材群发过几次的，几次一起失效",
        source=f"{_MASS_DELETE}（{_CARDS}）",
        confidence="unverified",
        test=f"{_TESTS}::test_one_story_of_a_push_is_deleted_and_the_others_stay",
    ),
    _rule(
        key="wechat.delete_by_hand",
        action="by_hand",
        serves=("retraction",),
        words="在公众号后台的发表记录里删除这一篇（在后台手工群发的，接口删不了）",
        remains="原地址失效，阅读数和留言都没了；收到过推送的人手机里还有那张卡片",
        source=f"{_MASS_DELETE}（只有通过接口发送的才能用接口删）；后台的做法未见官方页",
        confidence="unverified",
        test=f"{_TESTS}::test_what_has_no_number_is_for_a_person",
    ),
)
