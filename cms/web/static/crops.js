/* One focus point, four frames: where somebody points or steps, the frames the server cuts are shown, and it is kept. */
import "./modern.js";
import { ask, byId, tell } from "./wire.js";

const [aim, form, said] = [byId("aim"), byId("aiming"), byId("aim-said")];
const stage = document.querySelector(".stage"), picture = stage.querySelector("svg"), crops = document.querySelector(".crops");
const size = [Number(stage.dataset.width), Number(stage.dataset.height)];
const [across, down] = [form.elements.x, form.elements.y];
let asked = 0, timer = 0;

const held = (value) => Math.min(100, Math.max(0, Math.round(value * 10) / 10));
function spot() {
  for (const one of stage.querySelectorAll(".spot circle")) {
    one.setAttribute("cx", (size[0] * across.value) / 100);
    one.setAttribute("cy", (size[1] * down.value) / 100);
  }
}
/** The frames as the server cuts them: an answer that comes too late is not shown. */
async function frames() {
  const mine = (asked += 1);
  const answer = await fetch(`${crops.dataset.frames}?x=${across.value}&y=${down.value}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const boxes = await answer.json();
  for (const one of crops.querySelectorAll("svg")) one.setAttribute("viewBox", boxes[one.dataset.ratio]);
}
async function keep() {
  said.textContent = "正在保存…";
  const sent = new FormData();
  sent.append("x", across.value);
  sent.append("y", down.value);
  try { said.textContent = (await ask(form.action, sent)).said; } catch (error) { said.textContent = ""; tell(error.message, { bad: true, button: "再存一次", then: keep }); }
}
function moved() {
  spot();
  frames();
  said.textContent = "还没保存";
  clearTimeout(timer);
  timer = setTimeout(keep, 700);
}
function point(x, y) { across.value = held(x); down.value = held(y); moved(); }

aim.hidden = false;
aim.addEventListener("click", (event) => {
  if (!event.detail) return; // a key: it has no place
  const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
  point((100 * place.x) / size[0], (100 * place.y) / size[1]);
});
aim.addEventListener("keydown", (event) => {
  const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
  if (x === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const step = event.shiftKey ? 10 : 2;
  point(Number(across.value) + x * step, Number(down.value) + y * step);
});
for (const one of [across, down]) one.addEventListener("input", () => { if (one.checkValidity()) moved(); });
form.addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); keep(); });
