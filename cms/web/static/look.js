/* The phones: asks for a preview after a pause, drops what came too late, swaps frames without a flash. */
import { ask, icon, make, tell } from "./wire.js";
import { jump, mark, onWritten, text } from "./editor.js";

const unit = document.getElementById("unit");
const panels = new Map([...document.querySelectorAll(".phone")].map((panel) => [panel.dataset.channel, panel]));
const wanted = new Map(); // channel → address its phone should show
let pause = 0, latest = 0, asked = 0, busy = false, again = false;

/** Ask 300 ms after the last key, and every 800 ms while keys keep coming. */
export function soon() {
  clearTimeout(pause);
  pause = setTimeout(refresh, 300);
  latest ||= setTimeout(refresh, 800);
}

export async function refresh() {
  clearTimeout(pause);
  clearTimeout(latest);
  pause = latest = 0;
  if (busy) { again = true; return; }
  busy = true;
  const turn = (asked += 1);
  try {
    const answer = await ask("/preview", { text: text(), unit: unit.value, slug: document.body.dataset.slug });
    if (turn === asked) show(answer);
  } catch (error) { tell(error.message, { bad: true, button: "再试一次", then: refresh }); }
  busy = false;
  if (again) { again = false; refresh(); }
}

function show(answer) {
  const headline = answer.headline || "（还没有标题）";
  document.getElementById("headline").textContent = headline;
  document.title = `${headline} · 一稿`;
  for (const one of answer.channels) phone(one);
  counters(answer.channels);
  findings(answer.findings);
  losses(answer.losses);
  document.body.dataset.shown = Number(document.body.dataset.shown ?? 0) + 1;
}

function phone(one) {
  const panel = panels.get(one.name);
  if (!panel) return;
  panel.querySelector(".account").textContent = one.account;
  const problem = panel.querySelector(".problem");
  problem.hidden = !one.problem;
  problem.textContent = one.problem;
  if (one.frame) wanted.set(one.name, one.frame);
  load(panel);
}

/** Loads a phone's newest sheet behind the one in sight, then swaps, keeping the place. */
function load(panel) {
  const address = wanted.get(panel.dataset.channel);
  if (!address || !panel.checkVisibility() || panel.dataset.asked === address) return;
  panel.dataset.asked = address;
  const front = panel.querySelector("iframe.front");
  const back = panel.querySelector("iframe:not(.front)");
  back.onload = () => {
    if (panel.dataset.asked !== address) return;
    back.contentWindow.scrollTo(0, front.contentWindow.scrollY);
    back.classList.add("front");
    front.classList.remove("front");
    for (const [frame, hidden] of [[back, false], [front, true]]) {
      frame.toggleAttribute("aria-hidden", hidden);
      if (hidden) frame.setAttribute("aria-hidden", "true");
      frame.tabIndex = hidden ? -1 : 0;
    }
    panel.dataset.shown = address;
  };
  back.contentWindow.location.replace(address);
}

export const loadVisible = () => panels.forEach(load);

function counters(channels) {
  const rows = channels.flatMap((one) => one.counters.map((counter) => {
    const level = counter.block && counter.count > counter.block ? "block" : counter.warn && counter.count > counter.warn ? "warn" : "";
    const limits = [counter.warn, counter.block].filter(Boolean).join("·");
    const row = make("li", level, `${one.title}${counter.label} `, make("b", "", String(counter.count)), `/${limits}`);
    if (level) row.prepend(icon(level), " ");
    row.title = [counter.warn && `超过 ${counter.warn} ${counter.unit}提醒`, counter.block && `超过 ${counter.block} ${counter.unit}不能发`].filter(Boolean).join("，");
    return row;
  }));
  document.getElementById("counters").replaceChildren(...rows);
}

function entry(level, word, one) {
  const about = make("span", "about", make("b", "", word));
  const places = [one.channel, one.what, one.line && `第 ${one.line} 行`].filter(Boolean);
  about.append(...places.map((place) => make("span", "", place)));
  const button = make("button", "", icon(level === "change" ? "change" : level), about, make("span", "said", one.message));
  if (one.excerpt) button.append(make("span", "excerpt", `“${one.excerpt}”`));
  button.type = "button";
  button.addEventListener("click", () => { document.dispatchEvent(new CustomEvent("mode", { detail: "write" })); jump(one.line || 1); });
  return make("li", level === "change" ? "info" : level, button);
}

function list(id, rows, none) {
  const place = document.getElementById(id);
  place.replaceChildren(...(rows.length ? rows : [make("li", "none", icon("done"), none)]));
}

function findings(found) {
  list("findings", found.map((one) => entry(one.level, one.word, one)), "没有发现问题。");
  const count = (level) => found.filter((one) => one.level === level).length;
  const said = [["block", "必须改"], ["warn", "请留意"], ["info", "提示"]].filter(([level]) => count(level)).map(([level, word]) => `${word} ${count(level)}`);
  document.getElementById("tally").textContent = said.join(" · ");
  document.getElementById("tally-tab").textContent = found.length || "";
  const levels = new Map();
  for (const one of [...found].reverse()) if (one.line && one.level !== "info") levels.set(one.line, one.level);
  mark(levels);
}

function losses(lost) {
  list("losses", lost.map((one) => entry("change", one.channel, { ...one, channel: "" })), "各渠道都能原样呈现。");
  document.getElementById("loss-tally").textContent = lost.length || "";
}

onWritten(soon);
unit.addEventListener("change", () => { asked += 1; refresh(); });
