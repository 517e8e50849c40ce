"""Every rule of the checks as data: its level, who may let a story pass it, and what it comes from.

``override`` names the role (R6, R5): "" = nobody, there the text has to change. A warning needs a reason of whoever
sends the story on; an info asks for nothing. docs/checks.md shows this table, and a test holds them together.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from cms.checks.passages import Level

SIGNER, PROVINCE, REVIEWER = "签发", "省级管理员", "审核"


@dataclass(frozen=True, slots=True)
class Rule:
    """``key`` is the id findings carry, ``law`` the line of the rules it keeps, ``words`` what it is about."""

    key: str
    level: Level
    law: str
    words: str
    override: str = ""


def _rules(*rules: Rule) -> Mapping[str, Rule]:
    return {rule.key: rule for rule in rules}


RULES = _rules(
    Rule("checks.word.block", "block", "R6", "错敏词、禁用语（词表里标为 block）", PROVINCE),
    Rule("checks.word.warn", "warn", "R6", "易错词、慎用语（词表里标为 warn）"),
    Rule("checks.word.info", "info", "R6", "词表里标为 info 的提示"),
    Rule("checks.word.hidden", "block", "R6", "用空格、符号或看不见的字符隔开的错敏词", PROVINCE),
    Rule("checks.name.title", "block", "R6", "姓名和职务对不上", SIGNER),
    Rule("checks.name.spelling", "block", "R6", "职务后面的姓名差一个字", SIGNER),
    Rule("checks.name.order", "block", "R6", "几位领导的排序不对", SIGNER),
    Rule("checks.name.untitled", "warn", "R6", "第一次出现没有写职务"),
    Rule("checks.place.full", "warn", "R6", "地名第一次出现没有用全称"),
    Rule("checks.personal.identity", "block", "R9", "居民身份证号（校验码对）", SIGNER),
    Rule("checks.personal.identity_like", "warn", "R9", "像身份证号，但校验码或日期不对"),
    Rule("checks.personal.mobile", "block", "R9", "手机号，不在本单位对外联系方式里", SIGNER),
    Rule("checks.personal.mobile_like", "warn", "R9", "像手机号，但写法少见，附近也没有“电话”一类的词"),
    Rule("checks.personal.bank", "block", "R9", "银行卡号（Luhn 校验对）", SIGNER),
    Rule("checks.personal.passport", "block", "R9", "护照号", SIGNER),
    Rule("checks.personal.credit_code", "warn", "R9", "统一社会信用代码校验不对，或属于个体工商户"),
    Rule("checks.personal.plate", "warn", "R9", "车牌号"),
    Rule("checks.personal.email", "warn", "R9", "私人邮箱"),
    Rule("checks.personal.address", "warn", "R9", "像个人住址"),
    Rule("checks.reprint.incomplete", "block", "R4", "转载缺来源、原作者、原标题、网址或责任编辑", PROVINCE),
    Rule("checks.reprint.unsaved", "block", "R4", "转载没有留存原文", PROVINCE),
    Rule("checks.reprint.changed", "warn", "R4", "转载和留存的原文不一样"),
    Rule("checks.source.unknown", "block", "R5", "来源不在稿源单位名单里", PROVINCE),
    Rule("checks.source.no_list", "warn", "R5", "还没有导入稿源单位名单"),
    Rule("checks.policy.unlinked", "block", "政策", "政策解读没有链接政策文件", SIGNER),
    Rule("checks.policy.one_way", "warn", "政策", "政策文件还没有链接它的解读"),
    Rule("checks.figure.elsewhere", "warn", "数字口径", "同一个数字在别的稿件里不一样"),
    Rule("checks.figure.bare", "info", "数字口径", "数字缺单位、口径、来源或截至时间"),
    Rule("checks.figure.shares", "warn", "数字口径", "占比加起来不是 100%"),
    Rule("checks.figure.growth", "warn", "数字口径", "增幅和前后两个数对不上"),
    Rule("checks.ai.unlabelled", "block", "R7", "标了 AI 生成，成品里看不到标识"),
    Rule("checks.ai.trace", "warn", "R7", "图片带有 AI 生成的元数据，稿件没有标"),
    Rule("checks.ai.unnamed", "warn", "R7", "正文里说是 AI 写的、画的，稿件没有标"),
    Rule("checks.picture.alt", "warn", "R17", "图片没有替代文字"),
    Rule("checks.picture.rights", "warn", "R18", "图片没有写作者或授权"),
    Rule("checks.picture.expired", "block", "R18", "图片授权已经过期", PROVINCE),
    Rule("checks.picture.unverified", "warn", "R18", "图片在素材库里还是“待核实”"),
    Rule("checks.link.dead", "warn", "R11", "链接打不开"),
    Rule("checks.link.unchecked", "info", "R11", "链接没有查（没有联网）"),
    Rule("checks.link.inside", "block", "R11", "链接指向内网或本机", SIGNER),
    Rule("checks.advert.shop", "block", "R19", "商品或推广链接", PROVINCE),
    Rule("checks.advert.selling", "block", "R19", "叫卖的广告语", PROVINCE),
    Rule("checks.advert.puff", "warn", "R19", "像给商家做宣传，或用了广告法的绝对化用语"),
    Rule("checks.date.impossible", "block", "日期", "没有这一天、这个时刻", REVIEWER),
    Rule("checks.date.weekday", "block", "日期", "日期和星期对不上", REVIEWER),
    Rule("checks.date.weekday_guess", "warn", "日期", "没有写年份，按发稿年份算，日期和星期对不上"),
    Rule("checks.text.skeleton", "block", "文字", "新稿或模板的提示语还没有换掉"),
    Rule("checks.text.silent", "block", "文字", "对白里有一句没有话"),
    Rule("checks.text.pair", "warn", "文字", "引号、括号、书名号不成对"),
    Rule("checks.text.repeated", "warn", "文字", "字词重复"),
    Rule("checks.text.mixed", "info", "文字", "中文里夹着半角标点"),
)
