"""The one permission table: every route and method, which roles it takes and how far each reaches. What is not in it is
answered as if it were not there; a test walks the app and fails the build for a route that is missing here.

``gate``: open (anybody), step (the password was right, the second step may still be to come), enrol (the same, where a
role asks for a second step that is not set up yet), self (signed in: one's own affairs), roles.
``once``: how a replayed POST is known: form (a hidden token), key (a header), and pure where it changes nothing.
``fresh``: a code is asked for again, if the last one is older than five minutes. ``largest``: a body may have so many
bytes where that is not what the app allows elsewhere. ``often``: how many times a minute one person may ask for what
costs much (cms/web/pace.py); 0 for as often as they like. ``lent``: a role somebody was lent (代审) counts here like
one of their own, in the unit it was lent for and until its day; everywhere else it opens nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from cms.people.mandates import (
    ADMINISTRATORS,
    DECIDERS,
    ENDERS,
    GREYERS,
    HANDLERS,
    HANDS,
    PLANNERS,
    SIGNERS,
    STOPPERS,
)
from cms.people.roles import (
    AUDITOR,
    CITY,
    EDITOR,
    PROVINCE,
    REPORTER,
    REVIEWER,
    SIGNER,
    Reach,
)

PICTURE_LIMIT = 20 * 1024 * 1024
FILE_LIMIT = 64 * 1024 * 1024  # a Word file with its pictures
LOGO_LIMIT = 2 * 1024 * 1024 + 64 * 1024
PIECE_LIMIT = 1024 * 1024  # of a file that comes in pieces
ASSETS_LIMIT = 201 * 1024 * 1024  # the largest film, sent whole where there is no script
TEXT_LIMIT = 1024 * 1024  # a story of 300,000 characters still fits
STORY_LIMIT = 6 * 1024 * 1024  # the text, and the same story as a document
WORDS_LIMIT = 17 * 1024 * 1024
Gate = Literal["open", "step", "enrol", "self", "roles"]
Once = Literal["", "form", "key", "pure"]


@dataclass(frozen=True, slots=True)
class Permit:
    """Who may use one route with one method."""

    gate: Gate = "roles"
    roles: Mapping[str, Reach] = field(default_factory=dict)
    once: Once = ""
    fresh: bool = False
    largest: int = 0
    often: int = 0
    lent: bool = False


WRITERS: Mapping[str, Reach] = {REPORTER: "own", EDITOR: "below"}
STAFF: Mapping[str, Reach] = {
    **WRITERS,
    REVIEWER: "below",
    SIGNER: "below",
    CITY: "below",
    PROVINCE: "below",
    AUDITOR: "below",
}
REVIEWERS: Mapping[str, Reach] = {REVIEWER: "below", SIGNER: "below"}
WATCHERS: Mapping[str, Reach] = {**ADMINISTRATORS, AUDITOR: "below"}

_OPEN = Permit("open")
_SELF, _OWN_FORM = Permit("self"), Permit("self", once="form")
_READ, _WRITE = Permit(roles=STAFF), Permit(roles=WRITERS)
_READ_LENT = Permit(roles=STAFF, lent=True)
_PRINT = Permit(roles=STAFF, often=60)
_RULE = Permit(roles=ADMINISTRATORS, once="form", fresh=True)
LIBRARIANS: Mapping[str, Reach] = {**WRITERS, **ADMINISTRATORS}
_SHELVE = Permit(roles=LIBRARIANS, once="form")
FLASHERS: Mapping[str, Reach] = {EDITOR: "below", REVIEWER: "below", SIGNER: "below", **ADMINISTRATORS}
COMPOSERS: Mapping[str, Reach] = STOPPERS
"""Who moves what is signed already to another time, alone or in a push."""
ADOPTERS: Mapping[str, Reach] = {EDITOR: "own", SIGNER: "own"}
"""Who takes a story from above over, for the unit they work in."""
KEEPERS: Mapping[str, Reach] = {EDITOR: "below", SIGNER: "below", **WATCHERS}
"""Who sees how the accounts stand; what is done about them is the administrators'."""
_KEY = Permit(roles=ADMINISTRATORS, fresh=True)
LISTENERS: Mapping[str, Reach] = {REVIEWER: "below", SIGNER: "below", **WATCHERS}
"""Who reads the house's word lists."""
FIRST: Mapping[str, Reach] = {EDITOR: "below"}
_HANDLE, _HAND = Permit(roles=HANDLERS, once="form"), Permit(roles=HANDS, once="form")
_PHONE = Permit("open")
"""What the link on a phone opens, and nothing else (cms/web/handing)."""

PERMITS: Mapping[tuple[str, str], Permit] = {
    # 今天
    ("today.page", "GET"): _READ,
    # 发布
    ("delivering.page", "GET"): _READ,
    ("delivering.release", "GET"): _READ,
    ("delivering.delivery", "GET"): _READ,
    ("delivering.retry", "POST"): _HANDLE,
    ("delivering.retry_all", "POST"): _HANDLE,
    ("delivering.as_signed", "POST"): Permit(roles=SIGNERS, once="form", fresh=True),
    ("delivering.hold", "POST"): _HANDLE,
    ("delivering.cancel", "POST"): _HANDLE,
    ("delivering.adopt", "POST"): _HANDLE,
    # 更正与撤稿
    ("delivering.recalls", "GET"): _READ,
    ("delivering.recall", "GET"): _READ,
    ("delivering.report", "GET"): _READ,
    ("delivering.report_pdf", "GET"): _PRINT,
    ("delivering.draft", "GET"): Permit(roles=HANDLERS),
    ("delivering.order", "POST"): _HANDLE,
    ("delivering.decide", "GET"): Permit(roles=DECIDERS, fresh=True),
    ("delivering.approve", "POST"): Permit(roles=DECIDERS, once="form", fresh=True),
    ("delivering.reject", "POST"): Permit(roles=DECIDERS, once="form", fresh=True),
    ("delivering.done", "POST"): _HANDLE,
    ("delivering.note_reads", "POST"): _HANDLE,
    ("delivering.strangers", "GET"): _READ,
    ("delivering.claim", "POST"): _HANDLE,
    ("delivering.answer", "POST"): _HANDLE,
    # 停发、快讯、灰度
    ("delivering.halts", "GET"): _READ,
    ("delivering.halt", "GET"): _READ,
    ("delivering.stop", "POST"): Permit(roles=STOPPERS, once="form"),  # at once: no code stands in its way
    ("delivering.exempt", "POST"): Permit(roles=STOPPERS, once="form", fresh=True),
    ("delivering.end_exemption", "POST"): Permit(roles=STOPPERS, once="form"),
    ("delivering.thaw", "POST"): Permit(roles=STOPPERS, once="form", fresh=True),
    ("delivering.items", "POST"): Permit(roles=STOPPERS, once="form"),
    ("delivering.flashes", "GET"): Permit(roles=FLASHERS),
    ("delivering.announce", "POST"): Permit(roles=ENDERS, once="form"),
    ("delivering.flash_of", "GET"): Permit(roles=FLASHERS),
    ("delivering.issue", "POST"): Permit(roles=SIGNERS, once="form", fresh=True),
    ("delivering.lift", "POST"): Permit(roles=ENDERS, once="form"),
    ("delivering.review", "POST"): Permit(roles=DECIDERS, once="form"),
    ("delivering.grey", "GET"): Permit(roles=GREYERS),
    ("delivering.switch", "POST"): Permit(roles=GREYERS, once="form", fresh=True),
    # 待代发
    ("handing.page", "GET"): Permit(roles=HANDS),
    ("handing.task", "GET"): Permit(roles=HANDS),
    ("handing.file", "GET"): Permit(roles=HANDS),
    ("handing.phone_link", "POST"): _HAND,
    ("handing.done", "POST"): _HAND,
    ("handing.cannot", "POST"): _HAND,
    ("handing.arrive", "GET"): _PHONE,
    ("handing.open_task", "POST"): Permit("open", once="form"),
    ("handing.phone", "GET"): _PHONE,
    ("handing.phone_file", "GET"): _PHONE,
    ("handing.phone_done", "POST"): Permit("open", once="form"),
    ("handing.phone_remedy", "POST"): Permit("open", once="form"),
    # the desk
    ("pages.stories", "GET"): _READ,
    ("adopting.page", "GET"): Permit(roles=ADOPTERS),
    ("adopting.show", "GET"): Permit(roles=ADOPTERS),
    ("adopting.take", "POST"): Permit(roles=ADOPTERS, once="form"),
    ("pages.new", "GET"): _WRITE,
    ("pages.write", "GET"): _READ,
    ("pages.save", "POST"): Permit(roles=WRITERS, once="form", largest=STORY_LIMIT),
    ("plain.look", "GET"): _READ,
    ("pages.preview", "POST"): Permit(roles=STAFF, once="pure", largest=STORY_LIMIT, often=600),
    ("pages.elsewhere", "POST"): Permit(roles=STAFF, once="pure", largest=STORY_LIMIT, often=300),
    ("pages.links", "POST"): Permit(roles=STAFF, once="pure", largest=STORY_LIMIT, often=60),
    ("editing.tree", "POST"): Permit(roles=STAFF, once="pure", often=600),
    ("editing.text", "POST"): Permit(roles=STAFF, once="pure", largest=STORY_LIMIT),
    ("editing.beside", "GET"): _READ,
    # 单独编辑
    ("apart.write", "GET"): _READ,
    ("apart.save", "POST"): Permit(roles=WRITERS, once="form", largest=STORY_LIMIT),
    ("apart.cut", "POST"): Permit(roles=WRITERS, once="form"),
    ("apart.compare", "GET"): _READ,
    ("apart.take", "POST"): Permit(roles=WRITERS, once="form"),
    ("apart.ask_to_follow", "GET"): _WRITE,
    ("apart.follow", "POST"): Permit(roles=WRITERS, once="form"),
    ("apart.states", "GET"): _READ,
    ("apart.restore", "POST"): Permit(roles=WRITERS, once="form"),
    ("history.page", "GET"): _READ,
    ("faces.here", "POST"): Permit(roles=WRITERS, once="pure"),  # said twice it says nothing new
    ("binning.throw", "POST"): Permit(roles=WRITERS, once="form"),
    ("binning.bring_back", "POST"): Permit(roles=WRITERS, once="form"),
    ("phone.page", "GET"): Permit(roles=WRITERS),
    ("phone.send", "POST"): Permit(roles=WRITERS, once="form"),
    ("history.restore", "POST"): Permit(roles=WRITERS, once="form"),
    ("arriving.arrive", "POST"): Permit(roles=WRITERS, once="key", largest=FILE_LIMIT + 64 * 1024, often=60),
    ("arriving.begin", "POST"): Permit(roles=WRITERS, once="form", largest=FILE_LIMIT + 64 * 1024, often=60),
    ("pages.frame", "GET"): _READ,
    ("hands.package", "GET"): _READ,
    ("hands.copy", "POST"): Permit(roles=STAFF, once="pure", largest=STORY_LIMIT, often=60),
    ("hands.clip", "POST"): Permit(roles=WRITERS, once="pure", largest=STORY_LIMIT, often=12),
    ("shelf.show", "GET"): _READ_LENT,
    ("shelf.upload", "POST"): Permit(roles=WRITERS, once="key", largest=PICTURE_LIMIT + 64 * 1024, often=300),
    # 素材库
    ("library.page", "GET"): _READ,
    ("library.asset", "GET"): _READ,
    ("library.frames", "GET"): _READ,
    ("library.pick", "GET"): _READ,
    ("library.add_files", "POST"): Permit(roles=LIBRARIANS, once="form", largest=ASSETS_LIMIT),
    ("library.begin", "POST"): Permit(roles=LIBRARIANS, once="key"),
    ("library.upload", "GET"): Permit(roles=LIBRARIANS),
    ("library.piece", "PATCH"): Permit(roles=LIBRARIANS, largest=PIECE_LIMIT + 4096),  # its offset lets it count once
    ("library.describe", "POST"): _SHELVE,
    ("library.focus", "POST"): _SHELVE,
    ("library.retire", "POST"): _SHELVE,
    ("library.revive", "POST"): _SHELVE,
    ("library.remove", "POST"): _SHELVE,
    ("library.apart", "POST"): _SHELVE,
    ("library.take", "POST"): Permit(roles=WRITERS, once="key"),
    # 排期
    ("scheduling.page", "GET"): _READ,
    ("scheduling.look_at", "POST"): Permit(roles=PLANNERS, once="pure"),
    ("scheduling.move_it", "POST"): Permit(roles=PLANNERS, once="key"),
    ("scheduling.write", "POST"): Permit(roles=WRITERS, once="form"),
    ("scheduling.issue_page", "GET"): Permit(roles=PLANNERS),
    ("scheduling.retime_issue", "POST"): Permit(roles=PLANNERS, once="form"),
    ("scheduling.skip_page", "GET"): Permit(roles=PLANNERS),
    ("scheduling.skip_issues", "POST"): Permit(roles=PLANNERS, once="form"),
    ("scheduling.unskip_issue", "POST"): Permit(roles=PLANNERS, once="form"),
    ("scheduling.columns_page", "GET"): _READ,
    ("scheduling.calendar_page", "GET"): _READ,
    ("scheduling.look_at_year", "POST"): Permit(roles={PROVINCE: "below"}, once="form"),
    ("scheduling.keep_year", "POST"): Permit(roles={PROVINCE: "below"}, once="form", fresh=True),
    ("scheduling.keep_column", "POST"): Permit(roles={SIGNER: "below", **ADMINISTRATORS}, once="form"),
    # 词表
    ("wording.page", "GET"): Permit(roles=LISTENERS),
    ("wording.version", "GET"): Permit(roles=LISTENERS),
    ("wording.look", "POST"): Permit(roles={PROVINCE: "below"}, once="form", largest=WORDS_LIMIT),
    ("wording.take", "POST"): Permit(roles={PROVINCE: "below"}, once="form", fresh=True),
    ("wording.retire", "POST"): Permit(roles={PROVINCE: "below"}, once="form", fresh=True),
    ("wording.original", "GET"): _READ,
    ("wording.keep_original", "POST"): Permit(roles=WRITERS, once="form", largest=TEXT_LIMIT * 2),
    # 组稿
    ("composing.page", "GET"): _READ,
    ("composing.new", "GET"): Permit(roles=COMPOSERS),
    ("composing.schedule", "POST"): Permit(roles=COMPOSERS, once="form"),
    ("composing.show", "GET"): _READ,
    ("composing.cancel", "POST"): Permit(roles=COMPOSERS, once="form"),
    # 审稿
    ("reviewing.page", "GET"): _READ_LENT,
    ("reviewing.new", "GET"): _WRITE,
    ("reviewing.submit", "POST"): Permit(roles=WRITERS, once="form", largest=PICTURE_LIMIT + 64 * 1024),
    ("reviewing.blocks", "GET"): _READ,
    ("reviewing.let_pass", "POST"): Permit(roles={**REVIEWERS, PROVINCE: "below"}, once="form", fresh=True),
    ("reviewing.ask_to_pass", "POST"): Permit(roles=WRITERS, once="form"),
    ("reviewing.attachment", "GET"): _READ_LENT,
    ("reviewing.link_attachment", "GET"): _OPEN,
    ("reviewing.show", "GET"): _READ_LENT,
    ("reviewing.frame", "GET"): _READ_LENT,
    ("reviewing.beside", "GET"): _READ_LENT,
    ("reviewing.sheet", "GET"): _READ_LENT,
    ("reviewing.sheet_pdf", "GET"): Permit(roles=STAFF, often=60, lent=True),
    ("reviewing.passed", "POST"): Permit(roles=REVIEWERS, once="form", lent=True),
    ("reviewing.sign", "POST"): Permit(roles=SIGNERS, once="form", fresh=True, lent=True),
    ("reviewing.batch", "POST"): Permit(roles=SIGNERS, once="form", fresh=True, lent=True),
    ("reviewing.send_back", "POST"): Permit(roles=REVIEWERS, once="form", lent=True),
    ("reviewing.transfer", "POST"): Permit(roles=REVIEWERS, once="form", lent=True),
    ("reviewing.note", "POST"): Permit(roles={**REVIEWERS, EDITOR: "below"}, once="form", lent=True),
    ("reviewing.proof", "POST"): Permit(roles={**REVIEWERS, EDITOR: "below"}, once="form", lent=True),
    ("reviewing.pull", "POST"): Permit(roles={**WRITERS, SIGNER: "below"}, once="form"),
    ("reviewing.link", "POST"): Permit(roles={**REVIEWERS, EDITOR: "below", **ADMINISTRATORS}, once="form", lent=True),
    ("reviewing.by_link", "GET"): _OPEN,
    ("reviewing.link_frame", "GET"): _OPEN,
    ("reviewing.link_picture", "GET"): _OPEN,
    ("reviewing.link_code", "POST"): Permit("open", once="form"),
    ("reviewing.link_open", "POST"): Permit("open", once="form"),
    ("reviewing.link_sign", "POST"): Permit("open", once="form"),
    ("reviewing.rules", "GET"): Permit(roles=WATCHERS),
    ("reviewing.set_rules", "POST"): _RULE,
    ("reviewing.set_adoptions", "POST"): Permit(roles={PROVINCE: "below"}, once="form", fresh=True),
    ("reviewing.lend", "POST"): _RULE,
    ("reviewing.end_loan", "POST"): _RULE,
    # 初次设置: the first step with the key printed on the machine, the others by the first administrator alone
    ("beginning.start", "GET"): _OPEN,
    ("beginning.take", "POST"): Permit("open", once="form", largest=LOGO_LIMIT),
    ("beginning.column", "GET"): Permit(roles=FIRST),
    ("beginning.keep", "POST"): Permit(roles=FIRST, once="form"),
    ("beginning.ready", "GET"): Permit(roles=FIRST),
    ("beginning.write", "POST"): Permit(roles=FIRST, once="form"),
    ("brand.logo", "GET"): _OPEN,
    # the door
    ("static", "GET"): _OPEN,
    ("door.sign_in", "GET"): _OPEN,
    ("door.let_in", "POST"): Permit("open", once="form"),
    ("door.second", "GET"): Permit("step"),
    ("door.prove", "POST"): Permit("step", once="form"),
    ("door.sign_out", "POST"): Permit("step", once="form"),
    ("door.invited", "GET"): _OPEN,
    ("door.accept", "POST"): Permit("open", once="form"),
    ("door.enter", "GET"): _OPEN,
    # one's own
    ("mine.page", "GET"): _SELF,
    ("mine.password", "POST"): _OWN_FORM,
    ("mine.enrol", "GET"): Permit("enrol"),
    ("mine.keep_code", "POST"): Permit("enrol", once="form"),
    ("mine.drop_code", "POST"): Permit("self", once="form", fresh=True),
    ("mine.recovery", "POST"): Permit("self", once="form", fresh=True),
    ("mine.others_out", "POST"): _OWN_FORM,
    ("mine.contacts", "POST"): _OWN_FORM,
    ("mine.notices", "GET"): _SELF,
    ("mine.seen", "POST"): _OWN_FORM,
    # 账号
    ("accounts.page", "GET"): Permit(roles=KEEPERS),
    ("accounts.show", "GET"): Permit(roles=KEEPERS),
    ("accounts.check", "POST"): Permit(roles=ADMINISTRATORS, once="form"),
    ("accounts.connect", "GET"): _KEY,
    ("accounts.keep", "POST"): _RULE,
    ("accounts.to_sandbox", "POST"): _RULE,
    ("accounts.leave", "GET"): _KEY,
    ("accounts.disconnect", "POST"): _RULE,
    # 样式
    ("accounts.look", "GET"): Permit(roles=KEEPERS),
    ("accounts.sample", "POST"): Permit(roles=ADMINISTRATORS, once="pure"),
    ("accounts.keep_look", "POST"): _RULE,
    ("accounts.our_house", "GET"): Permit(roles={PROVINCE: "below"}),
    ("accounts.keep_house", "POST"): Permit(roles={PROVINCE: "below"}, once="form", fresh=True, largest=LOGO_LIMIT),
    # people
    ("staff.page", "GET"): Permit(roles=WATCHERS),
    ("staff.invite", "POST"): _RULE,
    ("staff.register", "POST"): _RULE,
    ("staff.phone", "POST"): _RULE,
    ("staff.link", "POST"): _RULE,
    ("staff.grant", "POST"): _RULE,
    ("staff.take", "POST"): _RULE,
    ("staff.disable", "POST"): _RULE,
    ("staff.enable", "POST"): _RULE,
}
