/* The phones: asks for a preview after a pause, drops what came too late, swaps frames without a flash. */
import { ask, byId, icon, make, tell } from "./wire.js";
import { counts } from "./fields.js";
import { unsent } from "./pictures.js";
import { draft, isComposing, isVisual, jump, mark, onWritten, seek, stamp, synced, visual } from "./surface.js";

const { slug, channel = "" } = document.body.dataset;
const panels = new Map([...document.querySelectorAll(".phone")].map((panel) => [panel.dataset.channel, panel]));
const RANK = { block: 0, warn: 1, info: 2 };
let pause = 0, latest = 0, asked = 0, busy = false, again = false;
let heal = () => {}; // takes away what was said of a preview that failed, once one came
let shown = null, others = [], dead = [], quiet = 0; // the newest answer, what other units' readers would see, links that do not open, and the pause before asking

/** Ask 300 ms after the last key, and every 800 ms while keys keep coming. */
onWritten(() => {
  clearTimeout(quiet);
  clearTimeout(pause);
  pause = setTimeout(refresh, 300);
  latest ||= setTimeout(refresh, 800);
});
byId("unit").addEventListener("change", () => { asked += 1; others = []; refresh(); });

addEventListener("online", () => refresh());

/** One question at a time; an answer to an older question than the newest is dropped. */
export async function refresh() {
  clearTimeout(pause);
  clearTimeout(latest);
  pause = latest = 0;
  if (busy) { again = true; return; }
  busy = true;
  const turn = (asked += 1), asOf = stamp();
  try {
    const answer = await ask("/preview", { ...draft(), unit: byId("unit").value, slug, channel }, 60000);
    synced(answer, asOf);
    if (turn === asked) show(answer);
    heal();
  } catch (error) { heal = tell(error.message, { bad: true, button: "再试一次", then: refresh }); }
  busy = false;
  if (again) { again = false; refresh(); }
}

/** Whether a channel shows the text under the hands: its limits are counted there, and nowhere else. */
const isOfThisText = ({ name }) => (channel ? name === channel : !document.querySelector(`#tab-${name} .parted`));

function show(answer) {
  const headline = answer.headline || "（还没有标题）";
  byId("headline").textContent = headline;
  document.title = `${headline} · 一稿`;
  answer.channels.forEach(phone);
  const there = new Set(answer.channels.map((one) => one.name));
  for (const [name, panel] of panels) if (!there.has(name)) without(panel);
  for (const one of document.querySelectorAll(".behind")) one.hidden = !answer.behind.includes(one.dataset.channel);
  counters(answer.channels.filter(isOfThisText));
  shown = answer;
  findings();
  losses(answer.losses);
  clearTimeout(quiet);
  if (answer.is_all) others = [];
  else quiet = setTimeout(elsewhere, 1500);
  document.body.dataset.shown = Number(document.body.dataset.shown ?? 0) + 1;
}

function phone(one) {
  const panel = panels.get(one.name);
  if (!panel) return;
  panel.querySelector(".account").textContent = one.account;
  const problem = panel.querySelector(".problem");
  problem.hidden = !one.problem;
  problem.textContent = one.problem;
  panel.dataset.wanted = one.frame || panel.dataset.wanted || "";
  if (panel.dataset.state === "none") panel.dataset.state = "behind";
  if (panel.dataset.asked !== panel.dataset.wanted) panel.dataset.state = "behind";
  load(panel);
}

/** A channel this unit has no account on; with no account at all there is no unit to choose either. */
function without(panel) {
  delete panel.dataset.wanted;
  delete panel.dataset.asked;
  panel.dataset.state = "none";
  panel.querySelector(".account").textContent = "";
  const problem = panel.querySelector(".problem");
  problem.hidden = false;
  problem.textContent = byId("unit").value ? "这个单位没有这个渠道的账号。" : "您的单位和下级单位都还没有账号，看不了样子；检查照常。账号由管理员在“账号”里接入。";
}

/** Loads a phone's newest sheet behind the one in sight, then swaps, keeping the place. */
function load(panel) {
  const address = panel.dataset.wanted;
  if (!address || panel.dataset.asked === address || !panel.getClientRects().length) return;
  panel.dataset.asked = address;
  const [front, back] = [panel.querySelector("iframe.front"), panel.querySelector("iframe:not(.front)")];
  back.onload = () => {
    if (panel.dataset.asked !== address) return;
    if (!back.contentDocument) { delete panel.dataset.asked; return; } // the line was cut: asked again when it is back
    const place = front.contentWindow.scrollY;
    const keep = () => back.contentWindow.scrollTo(0, place);
    keep();
    back.classList.add("front");
    front.classList.remove("front");
    requestAnimationFrame(() => { keep(); panel.dataset.state = "shown"; }); // once it is laid out, pictures and all
  };
  back.contentWindow.location.replace(address);
}
export const loadVisible = () => panels.forEach(load);

function counters(channels) {
  const rows = channels.flatMap((one) => one.counters.map((counter) => {
    const figures = [make("b", "", counter.count.toLocaleString()), `/${counter.bounds.map((bound) => bound.toLocaleString()).join("·")}`];
    const row = make("li", counter.level, `${one.title}${counter.label} `, ...figures);
    if (counter.level) row.prepend(icon(counter.level), " ");
    const said = [counter.warn && `超过 ${counter.warn} ${counter.unit}提醒`, counter.block && `超过 ${counter.block} ${counter.unit}不能发`];
    row.title = said.filter(Boolean).join("，");
    row.dataset.field = counter.field;
    return row;
  }));
  const home = (row) => (isVisual() && counts(row.dataset.field)) || byId("counters");
  for (const one of [byId("counters"), ...document.querySelectorAll("[data-counts]")]) one.replaceChildren(...rows.filter((row) => home(row) === one));
}

/** A sentence as the hands write: what it says of Markdown beside itself is for those who write Markdown. */
const spoken = (words) => (isVisual() ? words.replace(/（Markdown：[^（）]*）/g, "") : words);

function entry(level, word, one) {
  const places = [one.channel, one.what, one.line && !isVisual() && `第 ${one.line} 行`].filter(Boolean).map((place) => make("span", "", place));
  const button = make("button", "", icon(level), make("span", "about", make("b", "", word), ...places), make("span", "said", spoken(one.message)));
  if (one.excerpt) button.append(make("span", "excerpt", `“${one.excerpt}”`));
  button.type = "button";
  if (!one.line && one.on) button.title = "看它在渠道上的样子";
  button.addEventListener("click", () => (one.go ?? jump)(one));
  return make("li", level, button);
}

for (const one of document.querySelectorAll("#opinions button")) {
  one.addEventListener("click", () => { if (!seek(one.dataset.excerpt)) tell("稿件里找不到这一句，可能已经改过了。"); });
}

function list(id, rows, none) {
  byId(id).replaceChildren(...(rows.length ? rows : [make("li", "none", icon("done"), none)]));
}

/** Each channel's losses by reason; what is open stays open while the editor writes on. */
function losses(channels) {
  const open = new Set([...document.querySelectorAll("#losses details[open]")].map((one) => one.dataset.key));
  const rows = channels.map((one) => {
    const groups = one.groups.map((group) => lost(group, `${one.channel} ${group.kind} ${group.reason}`, open));
    return make("li", "", make("p", "about", make("b", "", one.channel), one.tally), ...groups);
  });
  list("losses", rows, "各渠道都能原样呈现。");
}

/** One reason: a few places stand open, many wait to be opened; each leads to its line. */
function lost(group, key, open) {
  const places = group.places.map((place) => {
    const words = [place.line && !isVisual() && `第 ${place.line} 行`, place.times > 1 ? `${place.what} × ${place.times}` : place.what];
    const button = make("button", "place", ...words.filter(Boolean).map((word) => make("span", "", word)));
    if (place.excerpt) button.append(make("span", "excerpt", `“${place.excerpt}”`));
    button.type = "button";
    button.addEventListener("click", () => jump(place));
    return make("li", "", button);
  });
  const summary = make("summary", "", make("b", group.kind, `${group.word} ${group.count} 处`), make("span", "said", spoken(group.reason)));
  const box = make("details", "", summary, make("ul", "", ...places));
  box.dataset.key = key;
  box.open = places.length <= 3 || open.has(key);
  return box;
}

/** Once nothing was written for a while: what stands against it where other units' readers see something else. */
async function elsewhere() {
  const turn = asked;
  if (isComposing()) { quiet = setTimeout(elsewhere, 1500); return; }
  try {
    const answer = await ask("/preview/elsewhere", { ...draft(), unit: byId("unit").value, slug, channel }, 60000);
    if (turn !== asked) return;
    others = answer.findings;
    findings();
    const opened = await ask("/preview/links", { ...draft(), slug, channel }, 90000);
    if (turn !== asked) return;
    dead = opened.findings;
    findings();
  } catch { /* asked again with the next preview, which says what is wrong */ }
}

/** A picture that is not in the story yet, though it is on the page: no server knows of it. */
function missing({ name, retry, at }) {
  const go = () => {
    document.dispatchEvent(new CustomEvent("mode", { detail: "write" }));
    if (at < 0) byId("unsent").querySelector("button")?.focus(); else visual().jump(at);
  };
  const said = retry ? "没有传成，存下的稿件里没有它：请点“再传一次”，不要它就删掉。" : "还在上传，传完才在稿件里。";
  return { level: retry ? "block" : "info", word: retry ? "必须改" : "提示", message: `图片“${name}”${said}`, line: 0, go };
}
document.addEventListener("unsent", () => { if (shown) findings(); });

function findings() {
  const found = [...unsent().map(missing), ...shown.findings, ...others, ...dead].sort((one, next) => RANK[one.level] - RANK[next.level] || one.line - next.line);
  list("findings", found.map((one) => entry(one.level, one.word, one)), "没有发现问题。");
  const words = new Map(found.map((one) => [one.level, one.word]));
  const said = [...words].map(([level, word]) => `${word} ${found.filter((one) => one.level === level).length}`);
  byId("tally").textContent = said.join(" · ");
  byId("tally-tab").textContent = found.length || "";
  mark(found);
}
