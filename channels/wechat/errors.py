"""WeChat's error codes as data, after the table in §12 of its facts: what each means and what we do."""

from typing import Literal

from channels.making.refusals import ErrorRow, Kind
from channels.transport import Per

Confidence = Literal["doc", "client", "unverified"]

_ENUM = "github.com/binarywang/WxJava WxMpErrorMsgEnum"
_DOC = "developers.weixin.qq.com/doc/service/api"
_MASS = f"{_DOC}/notify/message/api_massmsgget"


def _row(
    code: int,
    kind: Kind,
    meaning: str,
    sentence: str,
    confidence: Confidence = "client",
    source: str = _ENUM,
    per: Per = "day",
) -> ErrorRow:
    return ErrorRow(
        code=code, meaning=meaning, kind=kind, sentence=sentence, source=source, confidence=confidence, per=per
    )


_BUG = "一稿发出的请求有误，请把这一条告诉管理员"
_RENEWED = "令牌失效，自动换新后重试；仍不行请管理员检查账号授权"
ROWS = (
    _row(-1, "later", "system busy", "微信系统繁忙，稍后自动重试"),
    _row(40001, "token", "bad AppSecret or token invalid", _RENEWED),
    _row(40002, "bug", "bad grant_type", _BUG),
    _row(40004, "story", "bad media type", "素材类型微信不收，请换一张图片"),
    _row(40005, "story", "bad file type", "图片格式微信不收，请另存为 jpg 或 png"),
    _row(40006, "story", "bad file size", "文件太大，请压缩后重新插入"),
    _row(40007, "bug", "invalid media_id", "素材编号失效或缺封面，请重新插入封面后再发"),
    _row(40008, "bug", "bad message type", _BUG),
    _row(40009, "story", "image size", "图片超过微信的大小限制，请换一张小一些的"),
    _row(40012, "story", "thumb size", "缩略图太大，请换一张小一些的封面"),
    _row(40013, "admin", "invalid appid", "AppID 不对，请管理员核对账号设置"),
    _row(40014, "token", "invalid access_token", _RENEWED),
    _row(40033, "bug", "\\uxxxx characters in the request", _BUG),
    _row(40035, "bug", "invalid parameter", _BUG),
    _row(40059, "bug", "invalid msg id", "微信不认这次群发的编号，请到公众号后台的发表记录里核对", "doc", _MASS),
    _row(40060, "bug", "article_idx invalid", _BUG),
    _row(40097, "bug", "invalid parameter", _BUG),
    _row(40113, "story", "unsupported file", "文件格式微信不收，请另存为 jpg 或 png", "unverified"),
    _row(40121, "bug", "bad media_id type", _BUG),
    _row(40125, "admin", "invalid appsecret", "AppSecret 不对或已重置，请管理员重新填写"),
    _row(40137, "story", "unsupported image format", "图片格式微信不收，请另存为 jpg 或 png"),
    _row(40164, "admin", "caller IP not in whitelist", "服务器的 IP 不在公众号的 API IP 白名单里，请管理员添加后恢复"),
    _row(40243, "admin", "AppSecret frozen", "AppSecret 已冻结，请管理员到微信开发者平台解冻", "doc", _DOC),
    _row(41001, "bug", "token missing", _BUG),
    _row(41005, "bug", "media missing", _BUG),
    _row(41006, "bug", "media_id missing", _BUG),
    _row(42001, "token", "token expired", _RENEWED),
    _row(43002, "bug", "POST required", _BUG),
    _row(43003, "bug", "HTTPS required", _BUG),
    _row(44001, "bug", "empty media", _BUG),
    _row(44002, "bug", "empty POST", _BUG),
    _row(44003, "story", "empty article", "正文是空的，请写正文"),
    _row(44004, "story", "empty text", "正文是空的，请写正文"),
    _row(45001, "story", "media too large", "素材太大，请压缩后重新插入"),
    _row(45002, "story", "content too long", "正文连同格式超过微信上限，请删减或拆成两篇"),
    _row(
        45003,
        "story",
        "title too long",
        "标题超过微信上限，请在稿头给公众号写一个短标题（Markdown：short_headlines: wechat:）",
    ),
    _row(45004, "story", "description too long", "摘要超过微信上限，请缩短摘要（Markdown：digest）"),
    _row(45005, "story", "link too long", "阅读原文的地址太长，请换一个短些的稿件名（Markdown：slug）"),
    _row(45008, "story", "too many articles", "一次推送的文章太多，请分成两次"),
    _row(45009, "quota", "daily quota reached", "今天的接口次数用完了，零点后自动继续", "doc", _DOC),
    _row(45011, "quota", "too frequent", "请求太频繁，一分钟后自动重试", per="minute"),
    _row(45028, "quota", "no mass-send quota left", "群发次数用完了，下个周期自动继续", "unverified"),
    _row(45064, "admin", "no permission for mini-program card", "账号不能插小程序卡片，请去掉卡片", "unverified"),
    _row(45065, "success", "same clientmsgid already sent", "这次群发微信已经收过，不会重复发送，先核对结果"),
    _row(45066, "later", "same clientmsgid retried too fast", "重试太快，一分钟后自动再试"),
    _row(45067, "bug", "clientmsgid too long", _BUG),
    _row(45106, "bug", "interface offline", _BUG, "doc", _DOC),
    _row(45110, "story", "author too long", "作者名太长，请缩短署名", "unverified"),
    _row(45166, "story", "invalid content", "正文里有微信不收的标签或链接，请看检查结果"),
    _row(46001, "bug", "media does not exist", _BUG),
    _row(46004, "bug", "user does not exist", _BUG),
    _row(47001, "bug", "JSON or XML parse error", _BUG),
    _row(48001, "admin", "interface not authorised", "账号没有发布接口的权限（须认证），请管理员处理或改为人工代发"),
    _row(48002, "admin", "follower refuses", "接收人关闭了消息，请管理员处理"),
    _row(48004, "admin", "interface banned", "接口被微信封禁，请管理员到后台查看"),
    _row(48006, "quota", "quota-clear budget used", "清零次数用完了，零点后自动继续"),
    _row(48008, "admin", "no right for this message type", "账号不能发这种消息，请管理员处理"),
    _row(50002, "admin", "account restricted", "账号被微信限制，请管理员到后台查看"),
    _row(50004, "admin", "barred from the token interface", "账号被禁止取令牌，请管理员到后台查看"),
    _row(50007, "admin", "account frozen", "账号被冻结，请管理员到后台查看"),
    _row(53404, "story", "barred from selling", "账号不能带商品卡片，请去掉卡片"),
    _row(53405, "story", "product data wrong", "商品卡片有误，请去掉卡片"),
    _row(53406, "story", "selling not enabled", "账号没有开通商品功能，请去掉商品卡片"),
    _row(53503, "story", "draft failed the publish check", "草稿没有通过微信的发布检查，请到后台查看原因后改稿"),
    _row(53504, "story", "must be handled in the console", "微信要求到后台手工处理这篇草稿，请到后台发布后贴回链接"),
    _row(53505, "story", "must be saved in the console first", "微信要求先在后台手工保存，请到后台发布后贴回链接"),
    _row(53600, "bug", "article_id invalid", _BUG, "unverified"),
    _row(61500, "bug", "bad date", _BUG),
    _row(61501, "bug", "bad date range", _BUG),
    _row(87014, "story", "content is unlawful", "微信判定内容违规，请编辑核查后改稿"),
    _row(88000, "admin", "no comment privilege", "账号没有留言功能，请管理员在设置里关掉留言"),
    _row(88001, "story", "message gone", "文章已经不在，请到公众号后台核对"),
    _row(88002, "story", "blocked for safety", "留言被安全策略拦下，请到公众号后台查看"),
    _row(88003, "story", "election limit", "精选留言已经满了，请先取消几条"),
    _row(88004, "story", "deleted by the user", "留言已被读者删除，请刷新后再看"),
    _row(88005, "story", "already replied", "这条留言已经回复过，请刷新后再看"),
    _row(88007, "story", "reply too long or empty", "回复太长或是空的，请改短后再发"),
    _row(88008, "story", "no such comment", "没有这条留言，请刷新后再看"),
    _row(88010, "bug", "count out of range", _BUG),
    *(
        _row(
            code, "admin", "IP needs the administrator", "调用 IP 还没有获准，请公众号管理员在手机上确认", "unverified"
        )
        for code in (89501, 89503, 89506, 89507)
    ),
)
BY_CODE = {row.code: row for row in ROWS}
