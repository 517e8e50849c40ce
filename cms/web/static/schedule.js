/* 排期: releases and issues are dragged, or picked up with M, to another day, one or several at a time; what stands
   against it is told before the drop, and what was done is taken back together. */
import "./modern.js";
import { ask, byId, make, tell } from "./wire.js";

const dialog = byId("moving"), field = byId("moving-to"), said = byId("moving-said"), why = byId("moving-why"), go = byId("moving-go");
const CARRIED = "yigao.carried"; // what is in somebody's hand while the page turns
const done = []; // what may be taken back: groups of {one, was, reason}
let wanted = [], seen = {}, held = null, home = null, stranger = null;
const hear = (words) => { byId("heard").textContent = words; };
const dayOf = (local) => local.slice(0, 10);
const cell = (day) => document.querySelector(`.day[data-day="${day}"]`);
const titleOf = (one) => one.querySelector(".what").textContent;
const isIssue = (one) => "issue" in one.dataset;
/** What the server is asked about: a release or an issue, by its number. */
const named = (one) => (isIssue(one) ? { issue: Number(one.dataset.issue) } : { release: Number(one.dataset.release) });
const entryOf = ({ issue, release }) => document.querySelector(issue ? `.entry[data-issue="${Number(issue)}"]` : `.entry[data-release="${Number(release)}"]`);

/** The day so many days on, as 2026-11-25. */
function daysOn(day, step) {
  const at = new Date(`${day}T00:00Z`);
  at.setUTCDate(at.getUTCDate() + step);
  return at.toISOString().slice(0, 10);
}

/** What would stand against it: sentences in the dialog. An error when one cannot be moved there. */
async function look(moves) {
  const answers = [];
  for (const { one, to } of moves) {
    try {
      answers.push(await ask("/schedule/look", { ...named(one), to }));
    } catch (error) { throw moves.length > 1 ? new Error(`《${titleOf(one)}》：${error.message}一张也没有动。`) : error; }
  }
  answers.forEach(({ warnings }, at) => { moves[at].told = warnings; });
  if (moves.length === 1) seen[moves[0].to] = moves[0].told;
  if (dialog.open && moves.length === 1 && moves[0].to !== field.value) return null; // another time is asked about by now
  const lines = answers.flatMap((answer, at) => answer.warnings.map((each) => (moves.length > 1 ? `《${titleOf(moves[at].one)}》：${each}` : each)));
  said.replaceChildren(...lines.map((each) => make("li", "", each)));
  why.hidden = !answers.some((answer) => answer.signed);
  return { warnings: lines, signed: !why.hidden };
}

/** ``told``: the warnings somebody has seen; with another one nothing is moved. */
async function move({ one, to, told = [] }, reason) {
  const was = one.dataset.local;
  const answer = await ask("/schedule/move", { ...named(one), to, reason, told, base: one.dataset.base });
  settle(one, answer);
  for (const other of answer.along) { // the issue of a release, the releases of an issue
    const entry = entryOf(other);
    if (entry) settle(entry, other);
  }
  return { one, was, reason, said: answer.said };
}
/** Stands where the server says that it goes out now. */
function settle(one, { base, local }) {
  Object.assign(one.dataset, { base, local });
  one.querySelector("time").textContent = local.slice(11);
  const list = cell(dayOf(local))?.querySelector("ul");
  if (list) {
    const after = [...list.children].find((other) => other !== one && other.querySelector("time").textContent > local.slice(11));
    list.insertBefore(one, after ?? null);
  } else one.remove();
}

/** Moves them one after the other; what is moved when one is refused stays moved, is said, and can be taken back. */
async function moveAll(moves, reason, isUndo = false) {
  const moved = [];
  try {
    for (const each of moves) moved.push(await move(each, reason));
  } finally {
    if (moved.length) {
      if (!isUndo) done.push(moved);
      const words = moved.length === 1 ? moved[0].said : `${moved.length} 张发布单已${isUndo ? "放回原来的时间" : "改期"}`;
      hear(words);
      tell(words, { button: isUndo ? "" : "撤回", then: undo });
    }
    if (stranger && moved.some(({ one }) => one === stranger)) { stranger.classList.remove("held"); stranger = null; }
    count();
  }
}

async function undo() {
  const last = done.pop();
  if (!last) { hear("没有可以撤回的。"); return; }
  const back = last.map(({ one, was }) => ({ one, to: was }));
  try {
    for (const each of back) each.told = (await ask("/schedule/look", { ...named(each.one), to: each.to })).warnings; // it stood there
    await moveAll(back, last[0].reason || "撤回改期", true);
  } catch (error) { tell(error.message, { bad: true }); }
}

const focus = (one) => one.isConnected && one.querySelector("a").focus();
/** Moves at once when nothing stands against it; otherwise asks. */
async function wish(moves) {
  wanted = moves;
  seen = {};
  const isOne = moves.length === 1;
  field.value = moves[0].to;
  byId("moving-when").hidden = !isOne;
  byId("moving-what").hidden = isOne;
  byId("moving-what").textContent = isOne ? "" : `${moves.length} 张一起改期，钟点不变。`;
  go.textContent = isOne ? "改到这个时间" : "一起改期";
  try {
    const answer = await look(moves);
    if (!answer.warnings.length && !answer.signed) { await moveAll(moves, ""); focus(moves[0].one); return; }
    dialog.showModal();
    (answer.signed ? byId("moving-reason") : go).focus();
  } catch (error) { tell(error.message, { bad: true }); turnBack(); }
}

const refuse = (error) => said.replaceChildren(make("li", "bad", error.message), ...(error.answer?.warnings ?? []).map((each) => make("li", "", each)));
dialog.querySelector("form").addEventListener("submit", async (event) => { // by the button, or by Enter in a field
  event.preventDefault();
  if (go.disabled) return;
  const [to, isOne] = [field.value, wanted.length === 1];
  const moves = isOne ? [{ one: wanted[0].one, to, told: seen[to] }] : wanted;
  go.disabled = true;
  try {
    await moveAll(moves, byId("moving-reason").value);
    dialog.close();
    focus(moves[0].one);
  } catch (error) {
    if (isOne && error.answer?.warnings) seen[to] = error.answer.warnings; // now they are in sight
    refuse(error);
  } finally { go.disabled = false; }
});
byId("moving-no").addEventListener("click", () => dialog.close());
const again = () => look([{ one: wanted[0].one, to: field.value }]).catch((error) => { why.hidden = true; refuse(error); });
field.addEventListener("change", again);
dialog.addEventListener("close", () => turnBack());

/** The form for one: day and hour both. */
function retime(one) {
  wanted = [{ one, to: one.dataset.local }];
  seen = {};
  field.value = one.dataset.local;
  byId("moving-when").hidden = false;
  byId("moving-what").hidden = true;
  go.textContent = "改到这个时间";
  said.replaceChildren();
  why.hidden = true;
  again();
  dialog.showModal();
  field.focus();
}
for (const button of document.querySelectorAll(".when")) button.addEventListener("click", () => retime(button.closest(".entry")));

/* --- several at once: a tick, or the space bar --- */
const picks = () => [...document.querySelectorAll(".entry .choose input:checked")].map((one) => one.closest(".entry"));
function count() {
  const number = picks().length;
  byId("picked").hidden = !number;
  byId("picked-count").textContent = `选了 ${number} 张`;
  document.querySelectorAll(".entry.picked").forEach((one) => one.classList.remove("picked"));
  picks().forEach((one) => one.classList.add("picked"));
}
/** The same step for every one that is picked, when ``one`` is among them; else for it alone. */
function together(one, day) {
  const all = picks();
  if (!all.includes(one)) return [{ one, to: day + one.dataset.local.slice(10) }];
  const step = Math.round((new Date(day) - new Date(dayOf(one.dataset.local))) / 86400000);
  return shifted([one, ...all.filter((other) => other !== one)], step);
}
const shifted = (all, step) => all.map((one) => ({ one, to: daysOn(dayOf(one.dataset.local), step) + one.dataset.local.slice(10) }));
document.addEventListener("change", (event) => { if (event.target.closest(".choose")) count(); });
byId("picked-none").addEventListener("click", () => {
  document.querySelectorAll(".entry .choose input:checked").forEach((one) => { one.checked = false; });
  count();
});
byId("picked").addEventListener("click", ({ target: { dataset: { days } } }) => { if (days) wish(shifted(picks(), Number(days))); });

/* --- by mouse: the day changes, the hour stays --- */
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".entry[draggable]") ?? null;
  if (dragged) { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", titleOf(dragged)); }
});
document.addEventListener("dragend", () => { dragged = null; document.querySelectorAll(".day.over").forEach((one) => one.classList.remove("over")); });
for (const day of document.querySelectorAll(".day")) {
  day.addEventListener("dragover", (event) => { if (dragged) { event.preventDefault(); day.classList.add("over"); } });
  day.addEventListener("dragleave", (event) => { if (!day.contains(event.relatedTarget)) day.classList.remove("over"); });
  day.addEventListener("drop", (event) => {
    event.preventDefault();
    day.classList.remove("over");
    if (dragged && day.dataset.day !== dayOf(dragged.dataset.local)) wish(together(dragged, day.dataset.day));
  });
}

/* --- by keyboard: M takes it up, the arrows carry it, over the edge of the page too, Enter lets it down --- */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
function drop(back) {
  held.classList.remove("held");
  const [one, day] = [held, held.closest(".day").dataset.day];
  held = null;
  if (back || day === dayOf(one.dataset.local)) {
    if (one === stranger) { turnBack(); return; }
    home.append(one);
    one.querySelector("a").focus();
    hear("放回原处");
    return;
  }
  if (one !== stranger) home.append(one);
  wish(together(one, day));
}
/** Puts what is held down on ``day``, turning the page when it is not on this one. */
function carry(day) {
  const to = cell(day);
  if (to) {
    to.querySelector("ul").append(held);
    held.querySelector("a").focus();
    hear(to.querySelector("h3").textContent.trim());
    return;
  }
  const { release, issue, base, local } = held.dataset;
  const from = held === stranger ? JSON.parse(stranger.dataset.from) : location.href;
  const carried = JSON.stringify({ release, issue, base, local, day, from, title: titleOf(held), clock: held.querySelector("time").textContent });
  try { sessionStorage.setItem(CARRIED, carried); } catch { tell("这个浏览器不让网页记东西，拖不到别的页上：请点“改期”选时间。", { bad: true }); return; }
  location.assign(document.querySelector(`.ruler [rel=${day > dayOf(held.closest(".day").dataset.day) ? "next" : "prev"}]`).href);
}
/** What came over from another page is not moved after all: back to where it stands. */
function turnBack() {
  if (stranger) location.assign(JSON.parse(stranger.dataset.from));
}
/** What somebody carried over the edge of the page before. */
function arrive() {
  let kept = null;
  try { kept = sessionStorage.getItem(CARRIED); sessionStorage.removeItem(CARRIED); } catch { /* closed to us: nothing was carried */ }
  const carried = kept && JSON.parse(kept);
  const to = carried && cell(carried.day);
  if (!to) return;
  const here = entryOf(carried);
  if (here) home = here.parentElement;
  else {
    const way = make("a", "", make("time", "", carried.clock), " ", make("span", "what", carried.title));
    way.href = carried.issue ? `/schedule/issues/${Number(carried.issue)}` : `/releases/${Number(carried.release)}`;
    stranger = make("li", "entry", way);
    stranger.draggable = true;
    Object.assign(stranger.dataset, carried.issue ? { issue: carried.issue } : { release: carried.release });
    Object.assign(stranger.dataset, { base: carried.base, local: carried.local, from: JSON.stringify(carried.from) });
  }
  held = here ?? stranger;
  held.classList.add("held");
  carry(carried.day);
}
arrive();
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input:not([type=checkbox]), select, textarea") || dialog.open) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") { event.preventDefault(); undo(); return; }
  const one = event.target.closest?.(".entry[draggable]");
  if (!held && one && event.key.toLowerCase() === "m" && !event.ctrlKey) {
    event.preventDefault();
    if (document.querySelector(".calendar").dataset.view === "list") { retime(one); return; } // no grid to carry it over
    [held, home] = [one, one.parentElement];
    one.classList.add("held");
    hear("已拿起，用方向键移动，回车放下，Esc 放回");
  } else if (!held && one && event.key === " " && event.target.matches("a")) {
    event.preventDefault();
    const tick = one.querySelector(".choose input");
    if (tick) { tick.checked = !tick.checked; count(); hear(`${tick.checked ? "选上" : "不选"}《${titleOf(one)}》，共选 ${picks().length} 张`); }
  } else if (held && STEPS[event.key]) {
    event.preventDefault();
    carry(daysOn(held.closest(".day").dataset.day, STEPS[event.key]));
  } else if (held && event.key === "Enter") { event.preventDefault(); drop(false); } else if (held && event.key === "Escape") drop(true);
});
count();
