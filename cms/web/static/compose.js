/* 组稿: the table's own form, asked without leaving the page; stories are carried by mouse and by Alt and the arrows.
   Every step is the form's, so whatever stands on the page is what the server says. */
import "./modern.js";
const table = () => document.getElementById("composer");
const form = () => document.getElementById("lay");
const hear = (words) => { document.getElementById("heard").textContent = words; };
const piece = (id) => table().querySelector(`.chosen .piece[data-id="${id}"]`);

/** The table as the form, with one step of it, would have it. ``focus``: which story is held on to. */
async function lay(act = "", focus = "") {
  const asked = new URLSearchParams(new FormData(form()));
  if (act) asked.set("act", act);
  const answer = await fetch(`${form().action}?${asked}`);
  if (!answer.ok) { location.assign(`${form().action}?${asked}`); return; }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  table().replaceWith(page.getElementById("composer"));
  const now = new URLSearchParams(new FormData(form()));
  history.replaceState(null, "", `${form().action}?${now}`);
  const held = focus && piece(focus);
  (held || table().querySelector(".chosen .piece, .shelf button"))?.focus();
  hear(held ? held.getAttribute("aria-label") : `这次推送 ${table().querySelectorAll(".chosen .piece").length} 篇`);
}

document.addEventListener("submit", (event) => {
  if (event.target.id !== "lay") return;
  event.preventDefault();
  const act = event.submitter?.value ?? "";
  lay(event.submitter?.name === "act" ? act : "", act.split(":")[1]);
});
document.addEventListener("change", (event) => {
  if (event.target.matches("#lay [name=way], #lay [name=at]") && form().reportValidity()) lay().then(() => table().querySelector(`[name=${event.target.name}]${event.target.type === "radio" ? ":checked" : ""}`).focus());
});
document.addEventListener("keydown", (event) => {
  const one = event.target.closest?.(".chosen .piece[data-id]");
  if (!one || !form()) return;
  const step = event.altKey ? { ArrowUp: "up", ArrowDown: "down" }[event.key] : event.key === "Delete" ? "out" : "";
  if (!step) return;
  event.preventDefault();
  lay(`${step}:${one.dataset.id}`, one.dataset.id);
});

/* --- by mouse --- */
let lifted = null;
document.addEventListener("dragstart", (event) => {
  lifted = event.target.closest?.(".chosen .piece[draggable]") ?? null;
  if (!lifted) return;
  lifted.classList.add("lifted");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", lifted.dataset.id);
});
document.addEventListener("dragend", () => document.querySelectorAll(".lifted, .over").forEach((one) => one.classList.remove("lifted", "over")));
document.addEventListener("dragover", (event) => {
  const over = lifted && event.target.closest(".chosen .piece");
  if (!over) return;
  event.preventDefault();
  document.querySelectorAll(".over").forEach((one) => one.classList.remove("over"));
  over.classList.add("over");
});
document.addEventListener("drop", (event) => {
  const over = lifted && event.target.closest(".chosen .piece");
  if (!over) return;
  event.preventDefault();
  const all = [...over.parentElement.children];
  over.parentElement.insertBefore(lifted, all.indexOf(lifted) < all.indexOf(over) ? over.nextSibling : over);
  const id = lifted.dataset.id;
  lifted = null;
  lay("", id);
});
