/* Files to the library: several at once, a piece at a time; a cut line or a restarted server goes on from what is there. */
import "./modern.js";
import { ask, byId, make, send } from "./wire.js";
import { sha256 } from "./sha256.js";

const [drop, list, grid] = [byId("drop"), byId("sending"), byId("assets")];
const CHUNK = Number(document.body.dataset.chunk), AT_ONCE = 2, READ = 4 * 1024 * 1024;
const waiting = [];
let busy = 0;

const facts = () => Object.fromEntries(["unit", "licence", "author", "source", "keywords", "until"].map((name) => [name, drop.elements[name]?.value ?? ""]));
const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));
const online = () => (navigator.onLine ? null : new Promise((done) => addEventListener("online", done, { once: true })));

/** The file's own hash, read in parts. */
async function hashOf(file, told) {
  const hash = sha256();
  for (let at = 0; at < file.size; at += READ) {
    hash.take(new Uint8Array(await file.slice(at, at + READ).arrayBuffer()));
    told(Math.min(1, (at + READ) / file.size));
  }
  return hash.end();
}

/** One row of the list: what it is, how far, and what can be done about it. */
function row(file) {
  const shown = file.type.startsWith("image/") ? Object.assign(make("img"), { src: "", alt: "" }) : make("span", "film", "视频");
  if (shown.tagName === "IMG") { const reader = new FileReader(); reader.onload = () => { shown.src = reader.result; }; reader.readAsDataURL(file); }
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", `${file.name} 的进度`);
  const [said, hand] = [make("span", "told", "排队"), make("span", "at-hand")];
  const item = make("li", "", shown, make("b", "", file.name), hand, bar, said);
  list.append(item);
  return {
    say(words, part = null) { said.textContent = words; if (part !== null) bar.value = part; },
    end(words, tone, ...buttons) { said.textContent = words; item.className = tone; bar.hidden = true; hand.replaceChildren(...buttons); },
    again(words) {
      const button = Object.assign(make("button", "", "再传一次"), { type: "button" });
      button.setAttribute("aria-label", `再传一次：${file.name}`);
      button.addEventListener("click", () => { item.className = ""; bar.hidden = false; hand.replaceChildren(); queue(file, this); });
      this.end(words, "bad", button);
    },
  };
}

/** Sends what the server has not got. What is cut off is asked about and gone on with; only a refusal ends it. */
async function carry(file, line) {
  line.say("正在核对…", 0);
  const hash = await hashOf(file, (part) => line.say(`正在核对 ${Math.round(part * 100)}%`));
  let here = await ask("/library/uploads", { name: file.name, size: file.size, hash, ...facts() });
  let failures = 0;
  while (!here.done) {
    line.say(`正在上传 ${Math.round((100 * here.offset) / file.size)}%`, here.offset / file.size);
    try {
      here = await send(`/library/uploads/${here.id}`, file.slice(here.offset, here.offset + CHUNK), here.offset);
      failures = 0;
    } catch (error) {
      if (error.answer && error.answer.offset === undefined) throw error;
      if (error.answer) { here.offset = error.answer.offset; continue; }
      failures += 1;
      if (failures > 8) throw error;
      line.say("连不上服务，网络一好就接着传。", here.offset / file.size);
      await (online() ?? pause(Math.min(15, failures * failures)));
      here = await look(here);
    }
  }
  return here.done;
}
async function look(here) {
  const answer = await fetch(`/library/uploads/${here.id}`, { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? answer.json() : here;
}

async function work(file, line) {
  try {
    const done = await carry(file, line);
    const way = Object.assign(make("a", "button", done.is_new ? "写说明" : "看这张"), { href: done.address });
    way.setAttribute("aria-label", `${way.textContent}：${done.name}`);
    line.end(done.is_new ? done.said : `${done.said}：${done.name}`, done.is_new ? "good" : "twin", way);
    if (done.is_new) show(done.card);
  } catch (error) { line.again(error.message); }
}
/** The new one stands first in the grid. */
function show(card) {
  const holder = document.createElement("template");
  holder.innerHTML = card.trim();
  grid.hidden = false;
  byId("empty")?.remove();
  grid.prepend(holder.content.firstElementChild);
}
async function next() {
  if (busy >= AT_ONCE || !waiting.length) return;
  busy += 1;
  await work(...waiting.shift());
  busy -= 1;
  next();
}
function queue(file, line) { waiting.push([file, line]); next(); }
const take = (files) => { for (const file of files) queue(file, row(file)); };

byId("files").addEventListener("change", ({ target }) => { take([...target.files]); target.value = ""; });
drop.addEventListener("submit", (event) => event.preventDefault());
const holds = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
addEventListener("dragover", (event) => { if (holds(event)) { event.preventDefault(); drop.classList.add("over"); } });
addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
addEventListener("drop", (event) => { if (holds(event)) { event.preventDefault(); drop.classList.remove("over"); take([...event.dataTransfer.files]); } });
addEventListener("paste", (event) => { const files = [...(event.clipboardData?.files ?? [])]; if (files.length) { event.preventDefault(); take(files); } });
addEventListener("beforeunload", (event) => { if (busy || waiting.length) event.preventDefault(); });
