/* 排期: a release is dragged, or picked up with M, to another day; what stands against it is told before the drop. */
import "./modern.js";
import { ask, byId, make, tell } from "./wire.js";

const dialog = byId("moving"), field = byId("moving-to"), said = byId("moving-said"), why = byId("moving-why"), go = byId("moving-go");
const done = []; // what may be taken back
let entry = null, held = null, home = null;
const hear = (words) => { byId("heard").textContent = words; };
const dayOf = (local) => local.slice(0, 10);
const cell = (day) => document.querySelector(`.day[data-day="${day}"]`);

/** What would stand against it: sentences in the dialog. False when it cannot be. */
async function look(to) {
  const answer = await ask("/schedule/look", { release: Number(entry.dataset.release), to });
  said.replaceChildren(...answer.warnings.map((one) => make("li", "", one)));
  why.hidden = !answer.signed;
  return answer;
}

async function move(one, to, reason, isUndo = false) {
  const was = one.dataset.local;
  const answer = await ask("/schedule/move", { release: Number(one.dataset.release), to, reason, base: one.dataset.base });
  Object.assign(one.dataset, { base: answer.base, local: answer.local });
  one.querySelector("time").textContent = answer.local.slice(11);
  const list = cell(dayOf(answer.local))?.querySelector("ul");
  if (list) {
    const after = [...list.children].find((other) => other !== one && other.querySelector("time").textContent > answer.local.slice(11));
    list.insertBefore(one, after ?? null);
  } else one.remove();
  if (!isUndo) done.push({ one, was, reason });
  hear(answer.said);
  tell(answer.said, { button: isUndo ? "" : "撤回", then: undo });
}

async function undo() {
  const last = done.pop();
  if (!last) { hear("没有可以撤回的。"); return; }
  try { await move(last.one, last.was, last.reason || "撤回改期", true); } catch (error) { tell(error.message, { bad: true }); }
}

/** Moves at once when nothing stands against it; otherwise asks. */
async function wish(one, to) {
  entry = one;
  field.value = to;
  try {
    const answer = await look(to);
    if (!answer.warnings.length && !answer.signed) { await move(one, to, ""); one.querySelector("a").focus(); return; }
    dialog.showModal();
    (answer.signed ? byId("moving-reason") : go).focus();
  } catch (error) { tell(error.message, { bad: true }); }
}

go.addEventListener("click", async () => {
  try {
    await move(entry, field.value, byId("moving-reason").value);
    dialog.close();
    entry.querySelector("a").focus();
  } catch (error) { said.replaceChildren(make("li", "bad", error.message)); }
});
field.addEventListener("change", () => look(field.value).catch((error) => said.replaceChildren(make("li", "bad", error.message))));

for (const button of document.querySelectorAll(".when")) {
  button.addEventListener("click", () => {
    entry = button.closest(".entry");
    field.value = entry.dataset.local;
    said.replaceChildren();
    why.hidden = true;
    look(field.value).catch((error) => said.replaceChildren(make("li", "bad", error.message)));
    dialog.showModal();
    field.focus();
  });
}

/* --- by mouse: the day changes, the hour stays --- */
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.(".entry[draggable]") ?? null;
  if (dragged) { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", dragged.dataset.release); }
});
document.addEventListener("dragend", () => { dragged = null; document.querySelectorAll(".day.over").forEach((one) => one.classList.remove("over")); });
for (const day of document.querySelectorAll(".day")) {
  day.addEventListener("dragover", (event) => { if (dragged) { event.preventDefault(); day.classList.add("over"); } });
  day.addEventListener("dragleave", (event) => { if (!day.contains(event.relatedTarget)) day.classList.remove("over"); });
  day.addEventListener("drop", (event) => {
    event.preventDefault();
    day.classList.remove("over");
    if (dragged && day.dataset.day !== dayOf(dragged.dataset.local)) wish(dragged, day.dataset.day + dragged.dataset.local.slice(10));
  });
}

/* --- by keyboard: M takes it up, the arrows carry it, Enter lets it down --- */
const STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };
function drop(back) {
  held.classList.remove("held");
  const [one, day] = [held, held.closest(".day").dataset.day];
  held = null;
  if (back || day === dayOf(one.dataset.local)) { home.append(one); one.querySelector("a").focus(); hear("放回原处"); return; }
  home.append(one);
  wish(one, day + one.dataset.local.slice(10));
}
document.addEventListener("keydown", (event) => {
  if (event.target.matches("input, select, textarea") || dialog.open) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") { event.preventDefault(); undo(); return; }
  const one = event.target.closest?.(".entry[draggable]");
  if (!held && one && event.key.toLowerCase() === "m" && !event.ctrlKey) {
    event.preventDefault();
    [held, home] = [one, one.parentElement];
    one.classList.add("held");
    hear("已拿起，用方向键移动，回车放下，Esc 放回");
  } else if (held && STEPS[event.key]) {
    event.preventDefault();
    const days = [...document.querySelectorAll(".day")];
    const to = days[days.indexOf(held.closest(".day")) + STEPS[event.key]];
    if (to) { to.querySelector("ul").append(held); held.querySelector("a").focus(); hear(to.querySelector("h3").textContent.trim()); }
  } else if (held && event.key === "Enter") { event.preventDefault(); drop(false); } else if (held && event.key === "Escape") drop(true);
});
