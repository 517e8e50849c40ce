"""Security headers on every answer, CSRF on every change, and errors that say what to do."""

from flask import Flask, Response, g, jsonify, render_template, request
from flask_wtf.csrf import CSRFError, CSRFProtect, generate_csrf
from werkzeug.exceptions import HTTPException

from channels.contract import ChannelError
from cms.people import PeopleError
from cms.web.spoken import on_screen

PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
# Renditions carry inline styles, so they are shown only in this cage: nothing runs, nothing leaves.
FRAME_CSP = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin"
)
STALE = "这一页打开太久，或者中途重新登录过，表单的凭证已经失效：刚才没有提交，什么也没有做。"
COPY = "请返回上一页，把填的内容复制下来，刷新页面再提交。"
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_SENTENCES = {
    400: "请求不完整，请刷新页面再试。",
    404: "没有这个页面：地址可能抄漏了，或稿件还没有保存过。请回到稿件列表再找。",
    405: "这个地址不能这样访问，请从稿件列表进入。",
    413: "内容太大：一篇稿件的文字不能超过 1 MB，图片不能超过 20 MB。请拆成几篇，或把图片缩小后再传。",
    415: "服务只认这个页面发出的内容，请刷新页面再试。",
    500: "服务器处理时出了错，您的文字还在这一页上。请先复制一份，再刷新重试；仍不行，请把时间告诉管理员查日志。",
}


def protect(app: Flask, https: bool) -> None:
    """Put the guards in front of ``app``."""
    CSRFProtect(app)
    app.jinja_env.filters["spoken"] = on_screen

    @app.after_request
    def add_headers(answer: Response) -> Response:
        answer.headers.setdefault("Content-Security-Policy", PAGE_CSP)
        for name, value in _HEADERS.items():
            answer.headers.setdefault(name, value)
        if https:
            answer.headers["Strict-Transport-Security"] = "max-age=31536000"
        return answer

    app.register_error_handler(CSRFError, _token_missing)
    app.register_error_handler(ChannelError, _channel_error)
    app.register_error_handler(PeopleError, _channel_error)
    app.register_error_handler(HTTPException, _http_error)


def _token_missing(_error: Exception) -> tuple[Response | str, int]:
    """A fresh token goes along: only a page of ours can read it, and the text need not be given up."""
    if not wants_json() and not request.is_json:
        generate_csrf()  # the visit has one from now on, and what was filled in can be kept for it
        return trouble(STALE, 400, alone=COPY, beside="凭证已换新，请核对后再提交。")
    sentence = "页面打开太久，保存凭证已过期，刚才这一步没有做。文字还在，凭证已换新，请再点一次。"
    answer = jsonify(sentence=sentence, token=generate_csrf())
    return answer, 400


def _channel_error(error: Exception) -> tuple[Response | str, int]:
    return trouble(getattr(error, "sentence", str(error)), 422)


def _http_error(error: HTTPException) -> tuple[Response | str, int]:
    code = error.code or 500
    return trouble(_SENTENCES.get(code, f"服务器回答了 {code}，请回到稿件列表重试。"), code)


def wants_json() -> bool:
    """Whether a page's script asked, not a person."""
    return request.accept_mimetypes.best_match(("text/html", "application/json")) == "application/json"


def trouble(
    sentence: str, code: int, *, markdown: bool = False, alone: str = "", beside: str = ""
) -> tuple[Response | str, int]:
    """The error as a page, or as JSON when a script asked. ``markdown``: see ``on_screen``. What to do follows,
    ``alone`` where there is this sentence alone, ``beside`` where the form is shown again with it (``answered``)."""
    happened = on_screen(sentence, markdown=markdown)
    sentence = f"{happened}{alone}"
    if wants_json():
        return jsonify(sentence=sentence), code
    g.refused = happened, beside
    return render_template("trouble.html", sentence=sentence, code=code), code
