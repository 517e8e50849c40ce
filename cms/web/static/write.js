/* 写与看: wires the sheet, the phones, saving, pictures, copying and the menus together. */
import { ask, byId, icon, make, tell } from "./wire.js";
import { draw, field, insert, isComposing, onWritten, paper, put, style, text } from "./editor.js";
import { loadVisible, refresh } from "./look.js";

const { body } = document;
const { slug } = body.dataset;
const stash = `yigao.${slug}`;
const asDraft = () => ({ text: text(), unit: byId("unit").value, slug });

/* --- saving: 2 s after the last key, on leaving the text, on Ctrl+S --- */
let kept = body.dataset.base ? text() : null;
let timer = 0, saving = false;
const isDirty = () => kept !== null && text() !== kept;

function state(name, words, sign) {
  byId("saved").dataset.state = name;
  byId("saved").replaceChildren(icon(sign), make("span", "", words));
}

function dirty() {
  clearTimeout(timer);
  if (text() === kept) { state("saved", `已保存 ${body.dataset.savedAt}`, "done"); return; }
  localStorage.setItem(stash, text());
  if (!saving) state("dirty", "有未保存的改动", "dirty");
  timer = setTimeout(save, 2000);
}

async function save({ anyway = false } = {}) {
  clearTimeout(timer);
  if (saving || isComposing()) { timer = setTimeout(() => save({ anyway }), 500); return; }
  if (text() === kept && !anyway) return;
  const sent = text();
  saving = true;
  state("saving", "正在保存", "dirty");
  try {
    const answer = await ask(`/write/${slug}`, { text: sent, base: body.dataset.base, anyway });
    kept = sent;
    Object.assign(body.dataset, { base: answer.base, savedAt: answer.saved_at, version: answer.version });
    if (text() === sent) localStorage.removeItem(stash);
    if (location.pathname === "/new") history.replaceState(null, "", `/write/${slug}`);
    saving = false;
    dirty();
  } catch (error) {
    saving = false;
    const conflict = Boolean(error.answer?.conflict);
    state("failed", "没有保存，文字已存本机", "block");
    tell(error.message, { bad: true, button: conflict ? "仍存我的" : "再存一次", then: () => save({ anyway: conflict }) });
  }
}

onWritten(dirty);
field.addEventListener("blur", () => { if (isDirty() && byId("saved").dataset.state === "dirty") save(); });
byId("save").addEventListener("click", () => save());
addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });
const left = localStorage.getItem(stash);
if (left !== null && left !== text()) {
  const restore = () => { put(left, 0, field.value.length); refresh(); };
  tell("这台电脑上还有这篇稿件没存成的文字。", { button: "找回这些文字", then: restore });
}

/* --- pictures: dropped, pasted or chosen --- */
async function upload(files) {
  for (const file of files) {
    byId("progress").textContent = `正在上传 ${file.name}…`;
    const form = new FormData();
    form.append("picture", file);
    form.append("slug", slug);
    try {
      const { path } = await ask("/pictures", form, 120000);
      insert(`![](${path} "图注"){credit="" licence=""}`);
      field.setSelectionRange(field.selectionStart + 2, field.selectionStart + 2);
      byId("progress").textContent = "已插入，请写明画面内容和出处";
    } catch (error) {
      byId("progress").textContent = "";
      tell(error.message.includes(file.name) ? error.message : `${file.name}：${error.message}`, { bad: true, button: "再传一次", then: () => upload([file]) });
    }
  }
}

function take(event, files) {
  const pictures = files.filter((file) => file.type.startsWith("image/"));
  if (files.length) event.preventDefault();
  if (pictures.length) upload(pictures);
  else if (files.length) tell("这里只收图片：JPEG、PNG、WebP 或 GIF。", { bad: true });
}
field.addEventListener("paste", (event) => take(event, [...event.clipboardData.files]));
paper.addEventListener("dragover", (event) => { event.preventDefault(); paper.classList.add("dropping"); });
paper.addEventListener("dragleave", () => paper.classList.remove("dropping"));
paper.addEventListener("drop", (event) => { paper.classList.remove("dropping"); take(event, [...event.dataTransfer.files]); });
byId("choose").addEventListener("click", () => byId("picture").click());
byId("picture").addEventListener("change", (event) => { upload([...event.target.files]); event.target.value = ""; });

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
  if (choice) { open(false); insert(choice.dataset.skeleton); }
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
document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".menu")) open(false); });
document.querySelectorAll("[data-mark]").forEach((button) => button.addEventListener("click", () => style(button.dataset.mark)));

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
  return (mode) => pick(all.find((tab) => tab.dataset.mode === mode));
}
const phones = document.querySelectorAll(".phone");
tabs(document.querySelector(".tabs"), ({ channel }) => phones.forEach((phone) => { phone.hidden = phone.dataset.channel !== channel; }));
const pickMode = tabs(document.querySelector(".modes"), ({ mode }) => { body.dataset.mode = mode; });
document.addEventListener("mode", (event) => pickMode(event.detail));
byId("abreast").addEventListener("click", (event) => {
  event.target.setAttribute("aria-pressed", body.classList.toggle("abreast"));
  loadVisible();
});
addEventListener("resize", loadVisible);
addEventListener("keydown", (event) => {
  if (isComposing() || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key === "s" && !event.shiftKey) { event.preventDefault(); save(); }
  if (key === "p" && event.shiftKey) { event.preventDefault(); refresh(); }
});

draw();
refresh();
