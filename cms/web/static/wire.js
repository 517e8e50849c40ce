/* Talking to the desk: one token, one way to ask, one way to fail; and the small things to build with. */
export const byId = (id) => document.getElementById(id);
let token = document.querySelector('meta[name="csrf-token"]').content;
let shut = null, entered = false; // what was answered when the visit had ended; whether one came in again since
let isWindowless = false; // the browser opens no window

/** A key for one POST: should it arrive twice, it counts once. (randomUUID is missing where the page is not https.) */
const key = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (one) => one.toString(16).padStart(2, "0")).join("");

/** Gives up after so many ms. (The signal that does it by itself is younger than the floor.) */
function patient(ms) {
  const giving = new AbortController();
  setTimeout(() => giving.abort(), ms);
  return giving.signal;
}

/** The answer to a POST; throws an Error whose message is a Chinese sentence to show. */
export async function ask(address, body, patience = 30000, again = 0) {
  const isForm = body instanceof FormData;
  const headers = { "X-CSRFToken": token, "Idempotency-Key": key(), Accept: "application/json", ...(!isForm && { "Content-Type": "application/json" }) };
  const wish = { method: "POST", headers, signal: patient(patience), body: isForm ? body : JSON.stringify(body) };
  const response = await fetch(address, wish).catch((cause) => {
    throw new Error(cause.name === "AbortError" ? "服务太久没有应答，请过一会儿再试。" : "连不上服务，请看看网络；文字已存在这台电脑上。");
  });
  const answer = await response.json().catch(() => ({ sentence: `服务没有正常应答（${response.status}），请过一会儿再试。` }));
  token = answer.token ?? token;
  if (response.ok) return answer;
  if (entered && again < 3 && answer.token !== undefined) return ask(address, body, patience, again + 1); // the token was the last visit's
  shut = answer.way ? answer : shut;
  throw Object.assign(new Error(answer.sentence), { answer });
}

/** One piece of a file, from ``offset``; an Error without an answer means that nobody knows whether it arrived. */
export async function send(address, piece, offset, patience = 120000) {
  const headers = { "X-CSRFToken": token, "Upload-Offset": String(offset), "Content-Type": "application/octet-stream", Accept: "application/json" };
  const response = await fetch(address, { method: "PATCH", headers, signal: patient(patience), body: piece }).catch(() => {
    throw new Error("连不上服务，请看看网络。");
  });
  const answer = await response.json().catch(() => null);
  if (!answer || response.status >= 500) throw new Error("服务没有正常应答，请过一会儿再试。");
  const renewed = answer.token !== undefined;
  token = answer.token ?? token;
  if (renewed) return send(address, piece, offset, patience);
  if (!response.ok) throw Object.assign(new Error(answer.sentence), { answer });
  return answer;
}

/** The same for a form with files, telling how far it is (0 to 1); an Error with ``unreached`` where nobody answered. */
export function carry(address, form, progress, patience = 180000) {
  return new Promise((done, fail) => {
    const sent = new XMLHttpRequest();
    sent.open("POST", address);
    sent.timeout = patience;
    for (const [name, value] of Object.entries({ "X-CSRFToken": token, "Idempotency-Key": key(), Accept: "application/json" })) sent.setRequestHeader(name, value);
    sent.upload.onprogress = (event) => progress(event.lengthComputable ? event.loaded / event.total : 0);
    const unreached = (sentence) => Object.assign(new Error(sentence), { unreached: true });
    sent.onerror = () => fail(unreached("连不上服务，请看看网络。"));
    sent.ontimeout = () => fail(unreached("服务太久没有应答，请过一会儿再试。"));
    sent.onload = () => {
      let answer = null;
      try { answer = JSON.parse(sent.responseText); } catch { /* not our service, but what stands before it */ }
      if (!answer) { fail(unreached(`服务没有正常应答（${sent.status}），请过一会儿再试。`)); return; }
      token = answer.token ?? token;
      shut = answer.way ? answer : shut;
      if (sent.status < 400) done(answer); else fail(Object.assign(new Error(answer.sentence), { answer }));
    };
    sent.send(form);
  });
}

byId("notice-close").addEventListener("click", () => { byId("notice").hidden = true; });
/** Says a sentence under the header, with one way on if there is one; what takes it away again once it is no longer so.
    Where the visit has ended, the way is to the door. */
export function tell(sentence, { bad = false, button = "", then = null } = {}) {
  const [bar, act] = [byId("notice"), byId("notice-act")];
  byId("notice-way")?.remove();
  const isShut = shut !== null && sentence === shut.sentence;
  bar.hidden = false;
  bar.dataset.said = sentence;
  bar.classList.toggle("bad", bad);
  bar.firstElementChild.textContent = sentence;
  act.hidden = !button && !isShut;
  act.textContent = isShut ? "重新登录" : button;
  act.onclick = isShut ? enter : () => { bar.hidden = true; then(); };
  if (isShut && isWindowless) lead();
  return () => { if (bar.dataset.said === sentence) bar.hidden = true; };
}

/** The door in a window of its own, which goes when one is in; then the page hears of it ("entered"), nothing of it lost. */
function enter() {
  const door = window.open(shut.way, "_blank");
  if (!door) { isWindowless = true; lead().focus(); return; }
  const watch = setInterval(() => {
    let at = "";
    try { at = door.location.pathname; } catch { /* it is somewhere else */ }
    if (!door.closed && at !== "/") return;
    clearInterval(watch);
    door.close();
    isIn();
  }, 300);
}
function isIn() {
  document.onvisibilitychange = null;
  entered = true;
  document.dispatchEvent(new Event("entered"));
}
/** Where no window may be opened (the browser inside WeChat), a plain link leads to the door and back to this page. Should it
    open a page of its own after all, this one goes on when somebody looks at it again. */
function lead() {
  const [bar, act] = [byId("notice"), byId("notice-act")];
  const way = Object.assign(make("a", "button", "去登录"), { id: "notice-way", target: "_blank", href: `${shut.way}?next=${encodeURIComponent(location.pathname + location.search)}` });
  const words = document.body.classList.contains("write") ? "；没存成的文字，点“找回这些文字”就有" : "";
  bar.firstElementChild.textContent = `这里打不开新窗口。请点“去登录”，登录后会回到这一页${words}。`;
  act.hidden = true;
  act.after(way);
  way.onclick = () => { document.onvisibilitychange = () => { if (document.visibilityState === "visible") isIn(); }; };
  return way;
}

/** A new element with a class and children. */
export function make(tag, name = "", ...children) {
  const element = Object.assign(document.createElement(tag), { className: name });
  element.append(...children);
  return element;
}

/** An icon of the page's own set. */
export function icon(name) {
  const holder = make("span");
  holder.innerHTML = `<svg class="icon" aria-hidden="true"><use href="#icon-${name}"></use></svg>`;
  return holder.firstChild;
}
