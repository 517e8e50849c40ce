/* 写与看: wires the sheet, the phones, saving, pictures, copying and the menus together. */
import { ask, icon, tell } from "./wire.js";
import { draw, field, insert, isComposing, onWritten, paper, put, style, text } from "./editor.js";
import { loadVisible, refresh } from "./look.js";

const body = document.body;
const byId = (id) => document.getElementById(id);
const { slug } = body.dataset;
const stash = `yigao.${slug}`;

/* --- saving: 2 s after the last key, on leaving the text, on Ctrl+S --- */
let kept = body.dataset.base ? text() : null;
let timer = 0, saving = null;

function state(name, words, sign = name) {
  byId("saved").dataset.state = name;
  byId("saved").replaceChildren(icon(sign), Object.assign(document.createElement("span"), { textContent: words }));
}

function dirty() {
  if (text() === kept) { clearTimeout(timer); return state("saved", `已保存 ${body.dataset.savedAt}`, "done"); }
  localStorage.setItem(stash, text());
  if (!saving) state("dirty", "有未保存的改动");
  clearTimeout(timer);
  timer = setTimeout(save, 2000);
}

async function save({ anyway = false } = {}) {
  clearTimeout(timer);
  if (saving || isComposing()) { timer = setTimeout(save, 500); return; }
  if (text() === kept && !anyway) return;
  const sent = text();
  state("saving", "正在保存", "dirty");
  saving = ask(`/write/${slug}`, { text: sent, base: body.dataset.base, anyway });
  try {
    const answer = await saving;
    saving = null;
    kept = sent;
    Object.assign(body.dataset, { base: answer.base, savedAt: answer.saved_at, version: answer.version });
    if (text() === sent) localStorage.removeItem(stash);
    if (location.pathname === "/new") history.replaceState(null, "", `/write/${slug}`);
    dirty();
  } catch (error) {
    saving = null;
    const conflict = error.answer?.conflict;
    state("failed", "没有保存，文字已存本机", "block");
    tell(error.message, { bad: true, button: conflict ? "仍存我的" : "再存一次", then: () => save({ anyway: conflict }) });
  }
}

onWritten(dirty);
field.addEventListener("blur", () => { if (text() !== kept && kept !== null) save(); });
byId("save").addEventListener("click", () => save({ anyway: kept === null }));
addEventListener("beforeunload", (event) => { if (text() !== kept && kept !== null) event.preventDefault(); });
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
    try {
      const { path } = await ask("/pictures", form, 120000);
      insert(`![](${path} "图注"){credit="" licence=""}`);
      const at = field.selectionStart + 2;
      field.setSelectionRange(at, at);
      byId("progress").textContent = "已插入，请写明画面内容和出处";
    } catch (error) {
      byId("progress").textContent = "";
      tell(`${file.name || "图片"}：${error.message}`, { bad: true, button: "再传一次", then: () => upload([file]) });
    }
  }
}
const pictures = (transfer) => [...(transfer?.files ?? [])].filter((file) => file.type.startsWith("image/"));
field.addEventListener("paste", (event) => {
  const files = pictures(event.clipboardData);
  if (files.length) { event.preventDefault(); upload(files); }
});
paper.addEventListener("dragover", (event) => { event.preventDefault(); paper.classList.add("dropping"); });
paper.addEventListener("dragleave", () => paper.classList.remove("dropping"));
paper.addEventListener("drop", (event) => {
  paper.classList.remove("dropping");
  const files = pictures(event.dataTransfer);
  if (event.dataTransfer.files.length) event.preventDefault();
  if (files.length) upload(files);
  else if (event.dataTransfer.files.length) tell("这里只收图片：JPEG、PNG、WebP 或 GIF。", { bad: true });
});
byId("picture").addEventListener("change", (event) => { upload([...event.target.files]); event.target.value = ""; });
byId("picture-label").addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); byId("picture").click(); } });

/* --- copying to the 公众号 back office --- */
async function rich(html, plain) {
  if (navigator.clipboard?.write) {
    const kinds = { "text/html": new Blob([html], { type: "text/html" }), "text/plain": new Blob([plain], { type: "text/plain" }) };
    return navigator.clipboard.write([new ClipboardItem(kinds)]);
  }
  const fill = (event) => { event.preventDefault(); event.clipboardData.setData("text/html", html); event.clipboardData.setData("text/plain", plain); };
  document.addEventListener("copy", fill, { once: true });
  if (!document.execCommand("copy")) throw new Error("浏览器不让复制，请换用 Chrome 或 Edge 再试。");
}
byId("copy").addEventListener("click", async () => {
  byId("copy").disabled = true;
  try {
    const answer = await ask("/copy", { text: text(), unit: byId("unit").value, slug });
    await rich(answer.html, answer.plain);
    tell(answer.sentence);
  } catch (error) { tell(error.message, { bad: true }); }
  byId("copy").disabled = false;
});

/* --- the clip, made when asked for --- */
byId("clip")?.addEventListener("click", async (event) => {
  const said = event.target.nextElementSibling;
  event.target.disabled = true;
  said.textContent = "正在生成短片，约一两分钟，可以接着写。";
  try {
    const answer = await ask("/clip", { text: text(), unit: byId("unit").value, slug }, 600000);
    byId("film").src = answer.film;
    byId("film").hidden = false;
    said.textContent = answer.sentence;
  } catch (error) { said.textContent = error.message; }
  event.target.disabled = false;
});

/* --- menus, tabs, keys --- */
const menu = byId("block-menu"), opener = byId("blocks");
const choices = [...menu.querySelectorAll("button")];
let typed = "";
function open(shown) {
  menu.hidden = !shown;
  typed = "";
  opener.setAttribute("aria-expanded", shown);
  if (shown) choices[0].focus();
}
opener.addEventListener("click", () => open(menu.hidden));
menu.addEventListener("click", (event) => {
  const choice = event.target.closest("button");
  if (choice) { open(false); insert(choice.dataset.skeleton); }
});
menu.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 2, ArrowUp: -2, ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (event.key === "Escape") { open(false); opener.focus(); return; }
  if (step) { event.preventDefault(); choices[(choices.indexOf(document.activeElement) + step + choices.length) % choices.length].focus(); }
  else if (/^[a-z]$/.test(event.key) && !event.ctrlKey) {
    typed += event.key;
    const found = choices.find((one) => one.dataset.initials.startsWith(typed)) ?? choices.find((one) => one.dataset.initials.startsWith((typed = event.key)));
    found?.focus();
  }
});
document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".menu")) open(false); });
document.querySelectorAll("[data-mark]").forEach((button) => button.addEventListener("click", () => style(button.dataset.mark)));

/** A row of tabs by click and by arrow keys. */
function tabs(row, choose) {
  const all = [...row.querySelectorAll('[role="tab"]')];
  const pick = (tab) => {
    for (const one of all) { one.setAttribute("aria-selected", one === tab); one.tabIndex = one === tab ? 0 : -1; }
    choose(tab);
    loadVisible();
  };
  row.addEventListener("click", (event) => { const tab = event.target.closest('[role="tab"]'); if (tab) pick(tab); });
  row.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    next.focus();
    pick(next);
  });
  return (name) => pick(all.find((tab) => Object.values(tab.dataset).includes(name)));
}
tabs(document.querySelector(".tabs"), (tab) => document.querySelectorAll(".phone").forEach((panel) => { panel.hidden = panel.dataset.channel !== tab.dataset.channel; }));
const mode = tabs(document.querySelector(".modes"), (tab) => { body.dataset.mode = tab.dataset.mode; });
document.addEventListener("mode", (event) => mode(event.detail));
byId("abreast").addEventListener("click", (event) => {
  event.target.setAttribute("aria-pressed", body.classList.toggle("abreast"));
  loadVisible();
});
addEventListener("resize", loadVisible);
addEventListener("keydown", (event) => {
  if (isComposing() || !(event.ctrlKey || event.metaKey)) return;
  const key = event.key.toLowerCase();
  if (key === "s" && !event.shiftKey) { event.preventDefault(); save({ anyway: kept === null }); }
  if (key === "p" && event.shiftKey) { event.preventDefault(); refresh(); }
});

draw();
refresh();
