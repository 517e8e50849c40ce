"""R19: a government account sells nothing. Shop and affiliate addresses, hawking words, puffs for a brand."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from channels.values import Finding
from cms.checks import folding
from cms.checks.passages import Passage, Reading

SHOPS = (
    "item.taobao.com", "detail.tmall.com", "s.click.taobao.com", "uland.taobao.com", "m.tb.cn", "item.jd.com",
    "item.m.jd.com", "u.jd.com", "union-click.jd.com", "yangkeduo.com", "pinduoduo.com", "p.pinduoduo.com",
    "weidian.com", "youzan.com", "haohuo.jinritemai.com", "product.suning.com", "click.meituan.com", "dpurl.cn",
    "product.dangdang.com", "mall.jd.com", "amzn.to",
)  # fmt: skip
_AFFILIATE = re.compile(r"[?&](?:pid=mm_|unionid=|aff_id=|affiliate=|tag=[\w-]+-2\d(?:&|$))", re.I)
_SELLING = re.compile(
    r"(?:扫码|点击|立即|马上|长按|戳)[^，。；！\n]{0,6}(?:购买|下单|抢购|秒杀|领券|领取优惠|砍价)|(?:限时|限量)(?:优惠|特价|抢购|秒杀|折扣)|优惠券码|"
    r"(?:买一送一|全场[一二三四五六七八九\d.]+折|原价\d+元?[，,]?\s*(?:现价|只要|仅需)|仅售\d+(?:\.\d+)?元|包邮到家|加(?:我)?微信(?:号)?[：:]\s*[a-z0-9_-]{5,})"
)
_PUFF = re.compile(
    r"(?:国家级|全国|全球|世界|行业|业界|国内)(?:最佳|第一品牌|销量第一|销量冠军)|(?:独家冠名|指定唯一|驰名商标|领导品牌|第一品牌)|(?:欢迎|即可)[^，。\n]{0,8}(?:选购|订购|抢购|洽购)|(?:招商|加盟)(?:热线|电话)"
)


def check(reading: Reading) -> list[Finding]:
    """Selling in addresses and in words."""
    found = [
        link.say("block", "checks.advert.shop", f"商品或推广链接（{host}），政务账号不发广告，请删去")
        for link in reading.links
        if (host := shop(link.address))
    ]
    for passage in reading.passages:
        if passage.kind not in ("code", "file", "name"):
            found += in_words(passage)
    return found


def shop(address: str) -> str:
    """The shop's host in an address; "" when it leads to no shop."""
    try:
        host = (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""
    is_shop = any(host == one or host.endswith("." + one) for one in SHOPS)
    return host if host and (is_shop or _AFFILIATE.search(address)) else ""


def in_words(passage: Passage) -> Iterator[Finding]:
    """Hawking and puffing in one passage."""
    text = folding.fold(passage.prose)
    for found in _SELLING.finditer(text):
        message = f"“{passage.text[found.start() : found.end()]}”是叫卖的广告语，政务账号不发广告，请删去"
        yield passage.say("block", "checks.advert.selling", message, *found.span())
    for found in _PUFF.finditer(text):
        message = f"“{passage.text[found.start() : found.end()]}”像商业宣传或绝对化用语，请删去，或写明评定单位和时间"
        yield passage.say("warn", "checks.advert.puff", message, *found.span())
