/* 写与看: wires the surfaces, the phones, saving, copying and the menus together. */
import "./modern.js";
import { ask, byId, icon, make, tell } from "./wire.js";
import { forget as throwAway, rowsOf } from "./bytes.js";
import { copies, forget, fresh, held, seat, when } from "./copies.js";
import { draw, paper } from "./editor.js";
import { loadVisible, refresh } from "./look.js";
import { choose, goOn, unsent, upload } from "./pictures.js";
import { arrive, sorted } from "./arrive.js";
import { address, begin, change, draft, holdWhile, insert, isComposing, isVisual, onWritten, restore, stamp, style, synced, visual } from "./surface.js";

const { body } = document;
const { slug, channel = "", person } = body.dataset;
const here = channel ? `/write/${slug}/on/${channel}` : `/write/${slug}`; // which of the story's texts this is
const asDraft = () => ({ ...draft(), unit: byId("unit").value, slug, channel });

/* --- saving: 2 s after the last key, on leaving the text, on Ctrl+S; what is not saved is kept in the browser --- */
const reads = "reads" in body.dataset; // somebody who may look at it, and not change it
let own = fresh(person, slug, channel); // where the browser keeps the copy of this window
let isNew = !body.dataset.base; // nothing of it is on the server
let kept = null; // the stamp of what is there, or of the page a new story begins with
let timer = 0, saving = false;
const isDirty = () => kept !== null && stamp() !== kept;

function state(name, words, sign) {
  byId("saved").dataset.state = name;
  byId("saved").replaceChildren(icon(sign), make("span", "", words));
}
/** The words are on the server; the pictures of the page may not be. */
function settled() {
  const left = unsent(), failed = left.filter((one) => one.retry).length;
  if (isNew) state("dirty", "新稿，尚未保存", "dirty");
  else if (failed) state("failed", `文字已保存，${failed} 张图片没有传成`, "block");
  else if (left.length) state("dirty", `文字已保存，${left.length} 张图片还在上传`, "dirty");
  else state("saved", `已保存 ${body.dataset.savedAt}`, "done");
}
document.addEventListener("unsent", () => { if (!isDirty() && !saving) settled(); });
holdWhile(() => {
  if (!unsent().length) return false;
  tell("图片还没有传完，先不换写法：等它传完，或者把没有传成的删掉。");
  return true;
});
let isStowed = true, warned = false; // whether the browser took the last copy; that it did not is said once
function stow() {
  isStowed = held.put(own, JSON.stringify({ ...draft(), at: Date.now() }));
  if (!isStowed && !warned) tell("浏览器存不下草稿的副本，请保持联网：文字照常存到服务器。");
  warned ||= !isStowed;
}
let hush = () => {}; // takes away what was said of a save that failed
const alone = (trouble) => state("failed", isStowed ? `${trouble}已存本机` : "没有保存，请别关这一页", "block");

function dirty() {
  clearTimeout(timer);
  if (reads) return;
  if (stamp() === kept) { settled(); held.drop(own); return; }
  if (!saving) state("dirty", "有未保存的改动", "dirty");
  timer = setTimeout(save, 2000);
  stow();
}

async function save({ anyway = false } = {}) {
  clearTimeout(timer);
  if (reads) return;
  if (saving || isComposing()) { timer = setTimeout(() => save({ anyway }), 500); return; }
  if (stamp() === kept && !isNew && !anyway) return;
  const sent = stamp();
  saving = true;
  state("saving", "正在保存", "dirty");
  try {
    const answer = await ask(here, { ...draft(), person, base: body.dataset.base, anyway });
    [kept, isNew] = [sent, false];
    hush();
    synced(answer, sent);
    stands(answer.standing);
    Object.assign(body.dataset, { base: answer.base, savedAt: answer.saved_at, version: answer.version });
    if (location.pathname === "/new") history.replaceState(null, "", `/write/${slug}`);
    saving = false;
    dirty();
  } catch (error) {
    saving = false;
    const conflict = Boolean(error.answer?.conflict);
    alone(navigator.onLine ? "没有保存，文字" : "离线，");
    const next = conflict ? { button: "两边对照", then: () => decide(error.answer) } : { button: "再存一次", then: () => save() };
    hush = tell(error.answer || isStowed ? error.message : "连不上服务，浏览器也存不下副本：请别关这一页，网络好了再存一次。", { bad: true, ...next });
  }
}

/** What an edit did to the signatures, told as soon as it is saved. */
function stands({ kind, sentence, release, revision, submission }) {
  const bar = byId("standing"), back = document.getElementById("as-it-was"), way = document.getElementById("signed-release");
  bar.dataset.kind = kind;
  bar.hidden = !sentence;
  bar.querySelector("p").textContent = sentence;
  if (back) back.elements.number.value = revision;
  if (way) way.href = `/releases/${release}`;
  const said = document.getElementById("opinions-of-it");
  if (said) said.href = `/review/${submission}`;
}
document.getElementById("as-it-was")?.addEventListener("submit", (event) => { // the words under the hands are kept first
  event.preventDefault();
  const form = event.target;
  leave(() => { form.elements.base.value = body.dataset.base; form.submit(); });
});

/** Shows both versions side by side; what the person decides is done, the other version is kept. */
function decide(answer) {
  const { who, at, rows } = answer.beside;
  const sides = byId("beside");
  const cell = ({ of, src, shown, runs }) => {
    const picture = src && Object.assign(make("img", "side-picture"), { src: shown || address(src), alt: "" });
    const made = make("p", "side", ...[of && make("span", "of", of), picture].filter(Boolean), ...runs.map(([kind, words]) => (kind === "same" ? words : make(kind === "new" ? "ins" : "del", "", words))));
    made.setAttribute("role", "cell");
    return made;
  };
  byId("beside-theirs").textContent = who ? `${who} ${at} 存的` : "已存的一版";
  byId("beside-rows").replaceChildren(...rows.map((one) => {
    const row = Array.isArray(one) ? make("div", "side-row", ...one.map(cell)) : make("div", "side-row far", cell({ runs: [["same", `${one} 段没有不同`]] }));
    row.setAttribute("role", "row");
    return row;
  }));
  sides.onclose = () => {
    if (sides.returnValue === "mine") save({ anyway: true });
    else if (sides.returnValue !== "theirs") tell(answer.sentence, { bad: true, button: "两边对照", then: () => decide(answer) });
    if (sides.returnValue === "theirs") { stow(); if (isStowed) kept = stamp(); location.assign(here); } // without a copy the browser asks before it leaves
  };
  sides.returnValue = "";
  sides.showModal();
}

onWritten(dirty);
byId("pane-write").addEventListener("focusout", (event) => {
  if (!byId("pane-write").contains(event.relatedTarget) && isDirty() && byId("saved").dataset.state === "dirty") save();
});
document.getElementById("save")?.addEventListener("click", () => save());
byId("sheet").addEventListener("submit", (event) => { event.preventDefault(); save(); });
let isLed = false; // to the door, by a link that may take the place of this page: the words wait in the browser
byId("notice").addEventListener("click", ({ target }) => {
  if (target.id !== "notice-way") return;
  stow();
  isLed = isStowed;
  setTimeout(() => { isLed = false; }, 1000);
});
addEventListener("beforeunload", (event) => { if ((isDirty() && !isLed) || unsent().length) event.preventDefault(); });
addEventListener("offline", () => { if (isDirty()) { stow(); alone("离线，"); } });
addEventListener("online", () => { if (isDirty()) { hush(); save(); } });
document.addEventListener("entered", async () => { if (isDirty()) await save(); refresh(); });

/* --- what this browser still holds of this text from other times, and from windows that are gone: offered until somebody
       takes it back or says that it is not wanted; today's saving does not touch it --- */
let older = [], leftPictures = [];
const windows = (() => { try { return new BroadcastChannel("yigao"); } catch { return null; } })();
const living = new Set();
windows?.addEventListener("message", ({ data }) => { if (data.from) windows.postMessage({ here: own, seat }); else living.add(data.here).add(data.seat); });
/* A window that slept may not have said that it is there: should another have thrown its copy away, it is put back. */
const restow = () => { if (isDirty()) stow(); };
addEventListener("storage", ({ key, newValue }) => { if (newValue === null && (key === own || key === null)) restow(); });
document.addEventListener("visibilitychange", restow);

async function findAgain() {
  const now = draft();
  const isHere = (one) => (one.tree ? JSON.stringify(one.tree) === JSON.stringify(now.tree) : one.text === now.text);
  windows?.postMessage({ from: own });
  await new Promise((later) => { setTimeout(later, 150); }); // the others answer
  const found = copies(person).filter((one) => one.slug === slug && one.channel === channel && one.name !== own && !living.has(one.name));
  for (const one of found.filter(isHere)) forget(one); // its very words are there
  older = found.filter((one) => !isHere(one));
  leftPictures = (await rowsOf(person, slug, channel)).filter((one) => one.window !== seat && !living.has(one.window));
  offer();
  if (isNew && older.length) bringBack(older[0]); // one came for nothing else
}
function offer() {
  const [newest, ...rest] = older;
  byId("found").hidden = !newest;
  offerPictures(!newest);
  if (!newest) return;
  const at = when(newest);
  byId("found").firstElementChild.textContent = `这台电脑上还有这篇稿件${at && `${at}、`}没存成的文字${rest.length ? `（还有更早的 ${rest.length} 份）` : ""}。`;
  byId("found-back").onclick = () => bringBack(newest);
  byId("found-drop").onclick = () => {
    if (!confirm("不要了就找不回来。确定不要这些文字？")) return;
    forget(newest);
    older = rest;
    offer();
  };
}
/** The pictures that windows which are gone could not send; after the words, in which they have their places. */
function offerPictures(isTheirTurn) {
  const all = leftPictures, names = all.slice(0, 3).map(({ name }) => name).join("、");
  byId("left-pictures").hidden = !all.length || !isTheirTurn;
  byId("left-pictures").firstElementChild.textContent = `有 ${all.length} 张图还没传上去（${names}${all.length > 3 ? "等" : ""}），这台电脑上还留着。`;
  const done = () => { leftPictures = []; offerPictures(true); };
  byId("pictures-on").onclick = () => { done(); goOn(all); };
  byId("pictures-drop").onclick = () => {
    if (!confirm(`丢弃了就找不回来。确定不要这 ${all.length} 张图？`)) return;
    done();
    for (const { id } of all) throwAway(id);
  };
}
/** Puts a copy on the page. What stands there now is a version of its own, to go back to; what could not be saved becomes a
    copy of its own, to be brought back in the same way. */
async function bringBack(one) {
  if (unsent().length) { tell("图片还没有传完，先不找回：等它传完，或者把没有传成的删掉，再点一次。"); return; }
  if (isDirty()) await settle();
  try {
    await restore(one, () => {
      older = older.filter((other) => other !== one);
      if (!isDirty()) return;
      stow();
      if (!isStowed) { older.unshift(one); throw new Error("这一页的文字还没有存成，浏览器也存不下副本，所以先不找回：网络好了存一次，再点“找回这些文字”。"); }
      older.unshift(copies(person).find((other) => other.name === own));
      own = fresh(person, slug, channel);
    });
    if (!isDirty() || isStowed) forget(one);
    refresh();
  } catch (error) { tell(error.message, { bad: true }); }
  offer();
}

/* --- two ways to write --- */
async function wear(name) {
  const was = isDirty();
  await change(name, () => { if (!was && kept !== null) kept = stamp(); refresh(); });
}
document.querySelectorAll("[data-as]").forEach((button) => button.addEventListener("click", () => wear(button.dataset.as)));

/* --- pictures and files, dropped or pasted on the sheet (the visual editor takes its own) --- */
function take(event, files) {
  if (!files.length || event.target.closest(".ProseMirror")) return;
  event.preventDefault();
  const { story, pictures } = sorted(files);
  if (pictures.length) upload(pictures);
  if (story) arriveAnywhere(story);
}
async function arriveAnywhere(file) {
  if (!isVisual()) await wear("visual");
  if (visual()) arrive({ file }, visual());
}
paper.addEventListener("paste", (event) => take(event, [...(event.clipboardData?.files ?? [])]));
paper.addEventListener("dragover", (event) => { event.preventDefault(); paper.classList.add("dropping"); });
paper.addEventListener("dragleave", () => paper.classList.remove("dropping"));
paper.addEventListener("drop", (event) => { paper.classList.remove("dropping"); take(event, [...event.dataTransfer.files]); });
byId("choose").addEventListener("click", () => choose());

/* --- the toolbar of the visual editor --- */
byId("kind").addEventListener("change", ({ target: { value } }) => {
  const level = Number(value.replace("heading", ""));
  if (level) visual()?.block("heading", { level }); else visual()?.block("paragraph");
});
document.querySelectorAll("[data-list]").forEach((button) => button.addEventListener("click", () => visual()?.list(button.dataset.list === "yes")));
const ACTS = {
  note: (at) => at.note(),
  formula: (at) => at.formula(),
  center: (at) => at.here().kind === "paragraph" && at.setHere({ align: at.here().attrs.align === "center" ? "" : "center" }),
  right: (at) => at.here().kind === "paragraph" && at.setHere({ align: at.here().attrs.align === "right" ? "" : "right" }),
  ai: (at) => "ai" in at.here().attrs && at.setHere({ ai: !at.here().attrs.ai }),
};
document.querySelectorAll("[data-act]").forEach((button) => button.addEventListener("click", () => { byId("more-tools").open = false; ACTS[button.dataset.act](visual()); }));
byId("here-lang").addEventListener("change", ({ target }) => { if ("lang" in visual().here().attrs) visual().setHere({ lang: target.value }); });

/* --- taking away: rich text for the 公众号 back office, the clip to watch --- */
async function rich(html, plain) {
  const kinds = { "text/html": html, "text/plain": plain };
  if (navigator.clipboard?.write) {
    const blobs = Object.entries(kinds).map(([kind, words]) => [kind, new Blob([words], { type: kind })]);
    return navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
  }
  const fill = (event) => { event.preventDefault(); for (const kind in kinds) event.clipboardData.setData(kind, kinds[kind]); };
  document.addEventListener("copy", fill, { once: true });
  if (!document.execCommand("copy")) throw new Error("浏览器不让复制，请换用 Chrome 或 Edge 再试。");
}
byId("copy").addEventListener("click", async () => {
  try {
    const answer = await ask("/copy", asDraft());
    await rich(answer.html, answer.plain);
    tell(answer.sentence);
  } catch (error) { tell(error.message, { bad: true }); }
});
byId("clip")?.addEventListener("click", async (event) => {
  const said = event.target.nextElementSibling;
  event.target.disabled = true;
  said.textContent = "正在生成短片，约一两分钟，可以接着写。";
  try {
    const answer = await ask("/clip", asDraft(), 600000);
    Object.assign(byId("film"), { src: answer.film, hidden: false });
    said.textContent = answer.sentence;
  } catch (error) { said.textContent = error.message; }
  event.target.disabled = false;
});

/* --- menus, tabs, keys --- */
const menu = byId("block-menu"), opener = byId("blocks");
const choices = [...menu.querySelectorAll("button")];
let typed = "";
function open(isOpen) {
  menu.hidden = !isOpen;
  typed = "";
  opener.setAttribute("aria-expanded", isOpen);
  if (isOpen) choices[0].focus();
}
const near = (all, step) => all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
opener.addEventListener("click", () => open(menu.hidden));
menu.addEventListener("click", (event) => {
  const choice = event.target.closest("button");
  if (choice) { open(false); insert({ text: choice.dataset.skeleton, doc: JSON.parse(choice.dataset.doc) }); }
});
menu.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 2, ArrowUp: -2, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) { event.preventDefault(); near(choices, step).focus(); }
  if (event.key === "Escape") { open(false); opener.focus(); }
  if (!/^[a-z]$/.test(event.key) || event.ctrlKey) return;
  const find = (initials) => choices.find((one) => one.dataset.initials.startsWith(initials));
  typed = find(typed + event.key) ? typed + event.key : event.key;
  find(typed)?.focus();
});
document.addEventListener("pointerdown", (event) => {
  if (!event.target.closest(".menu")) open(false);
  if (!event.target.closest("#more-tools")) byId("more-tools").open = false;
});
document.querySelectorAll("[data-mark]").forEach((button) => button.addEventListener("click", () => { byId("more-tools").open = false; style(button.dataset.mark); }));

/** A row of tabs by click and by arrow keys; the answer picks one. */
function tabs(row, choose) {
  const all = [...row.querySelectorAll('[role="tab"]')];
  const pick = (tab) => {
    for (const one of all) { one.setAttribute("aria-selected", one === tab); one.tabIndex = one === tab ? 0 : -1; }
    choose(tab.dataset);
    loadVisible();
  };
  all.forEach((tab) => tab.addEventListener("click", () => pick(tab)));
  row.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) { const next = near(all, step); next.focus(); pick(next); }
  });
  return (name) => pick(all.find((tab) => name === (tab.dataset.mode ?? tab.dataset.channel)));
}
const phones = document.querySelectorAll(".phone");
const pickPhone = tabs(document.querySelector(".tabs"), ({ channel }) => phones.forEach((phone) => { phone.hidden = phone.dataset.channel !== channel; }));
const pickMode = tabs(document.querySelector(".modes"), ({ mode }) => { body.dataset.mode = mode; });
document.addEventListener("mode", ({ detail }) => { if (!reads || detail !== "write") pickMode(detail); });
document.addEventListener("phone", ({ detail }) => {
  pickMode("look");
  pickPhone(detail);
  byId(`panel-${detail}`).scrollIntoView({ block: "nearest", inline: "nearest" });
  byId(`tab-${detail}`).focus();
});
byId("abreast").addEventListener("click", (event) => {
  event.target.setAttribute("aria-pressed", body.classList.toggle("abreast"));
  loadVisible();
});
addEventListener("resize", loadVisible);
/** Once no save is under way, whatever is still unsaved is saved. */
async function settle() {
  while (saving || isComposing()) await new Promise((later) => { setTimeout(later, 50); });
  await save();
}
let going = 0;
/** To another of the story's texts, to a decision about one, or to 送审: what is written is saved first, and what is being
    sent arrives. */
async function leave(go) {
  const turn = (going += 1), isUnderWay = () => turn === going && unsent().some((one) => !one.retry);
  do {
    const arrived = isUnderWay() ? tell("图片还在上传，传完就去。", { button: "先不去", then: () => { going += 1; } }) : () => {};
    while (isUnderWay()) await new Promise((later) => { setTimeout(later, 100); });
    arrived();
    if (turn === going) await settle();
  } while (isUnderWay());
  const [failed] = unsent();
  if (turn === going && failed) tell(`图片“${failed.name}”没有传成，稿件里还没有它：请点“再传一次”，或把它删掉，再走下一步。`, { bad: true, button: "再传一次", then: failed.retry });
  else if (turn === going && !isNew && !isDirty()) go();
}
document.querySelectorAll("a[data-leave]").forEach((way) => way.addEventListener("click", (event) => {
  event.preventDefault();
  leave(() => location.assign(way.href));
}));
document.querySelectorAll("form[data-leave]").forEach((form) => form.addEventListener("submit", (event) => {
  event.preventDefault();
  leave(() => form.submit());
}));
const shown = channel && document.getElementById(`tab-${channel}`);
if (shown) shown.click();

/** 送审: what is written goes along. */
function send() {
  const way = byId("submit");
  if (way) leave(() => location.assign(way.href)); else tell("这里不能送审：请交给这篇稿件的记者或编辑来送。");
}
byId("submit")?.addEventListener("click", (event) => { event.preventDefault(); send(); });
const box = byId("keys-box");
byId("all-keys").addEventListener("click", () => box.showModal());
const isTyping = (target) => target.closest("input, textarea, select, [contenteditable=true]");
addEventListener("keydown", (event) => {
  if (isComposing() || event.isComposing || event.keyCode === 229) return;
  if (event.key === "?" && !isTyping(event.target)) { event.preventDefault(); box.showModal(); return; }
  if (event.altKey && event.code === "Digit0" && byId("to-main")) { event.preventDefault(); byId("to-main").click(); return; }
  if (!(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key === "s" && !event.shiftKey) { event.preventDefault(); save(); }
  if (key === "p" && event.shiftKey) { event.preventDefault(); refresh(); }
  if (key === "enter") { event.preventDefault(); event.stopPropagation(); send(); }
  if (/^[1-4]$/.test(key) && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    document.querySelectorAll(".tabs [role=tab]")[Number(key) - 1]?.click();
  }
}, { capture: true });

await begin();
kept = stamp();
draw();
if (!reads) findAgain();
refresh();
