/* 角色: who speaks in the dialogues. A name typed as a speaker joins by itself; side and colour are set above the text. */
import { cast, recast } from "./fields.js";
import { byId, make } from "./wire.js";

const home = byId("cast");
const COLOURS = ["#1c5f70", "#7a5600", "#2c6a45", "#6b3f74"];
const lent = new Set(); // speakers of the example that was put in, until somebody else speaks their lines
const isTheirs = (input) => input.matches(".speaker[list=cast-list]");

function change(at, part) {
  recast(cast().map((one, number) => (number === at ? { ...one, ...part } : one)));
  voices();
}
function row(one, at) {
  const name = Object.assign(make("input"), { value: one.name, autocomplete: "off" });
  name.setAttribute("aria-label", "角色的名字");
  name.addEventListener("change", () => { if (name.value.trim()) change(at, { name: name.value.trim() }); else name.value = one.name; });
  const side = make("select", "", new Option("左边", "left"), new Option("右边", "right"));
  side.setAttribute("aria-label", `${one.name}在哪一边`);
  side.value = one.side;
  side.addEventListener("change", () => change(at, { side: side.value }));
  const colour = Object.assign(make("input"), { type: "color", value: one.colour });
  colour.setAttribute("aria-label", `${one.name}的颜色`);
  colour.addEventListener("change", () => change(at, { colour: colour.value }));
  const drop = Object.assign(make("button", "", "去掉"), { type: "button" });
  drop.setAttribute("aria-label", `去掉角色${one.name}`);
  drop.addEventListener("click", () => { recast(cast().filter((_, number) => number !== at)); draw(); byId("cast-add").focus(); });
  return make("li", "front-row cast-row", name, side, colour, drop);
}

/** Shows the cast as it stands, above the text and in the bubbles. */
export function draw() {
  home.replaceChildren(...cast().map(row));
  voices();
}
function voices() {
  for (const input of document.querySelectorAll("#prose .speaker")) {
    const one = isTheirs(input) && cast().find((each) => each.name === input.value || each.key === input.value);
    if (!one) continue;
    const line = input.closest(".line");
    if (document.activeElement !== input) input.value = one.name;
    line.classList.toggle("right", one.side === "right");
    line.style.setProperty("--voice", one.colour);
  }
}

/** Takes in who is not known yet. */
function meet(name) {
  const known = cast();
  if (!name || known.some((one) => one.name === name || one.key === name)) return;
  const side = known.at(-1)?.side === "left" ? "right" : "left";
  const colour = COLOURS.find((one) => !known.some((each) => each.colour === one)) ?? COLOURS[known.length % COLOURS.length];
  recast([...known, { key: name, name, side, colour }]);
  draw();
}
/** The example's own speakers go once no line speaks as them. */
function sweep() {
  const spoken = new Set([...document.querySelectorAll("#prose .speaker")].map((one) => one.value.trim()));
  const rest = cast().filter((one) => !lent.has(one.key) || spoken.has(one.name) || spoken.has(one.key));
  if (rest.length < cast().length) { recast(rest); draw(); }
}
byId("prose").addEventListener("change", (event) => { if (isTheirs(event.target)) { sweep(); meet(event.target.value.trim()); } });
byId("cast-add").addEventListener("click", () => {
  const known = cast().map((one) => one.name);
  meet(["角色甲", "角色乙", "角色丙", "角色丁"].find((one) => !known.includes(one)) ?? `角色${known.length + 1}`);
  home.lastElementChild?.querySelector("input").select();
});

/** A dialogue to put in, spoken by the first two of the cast; where there is none, its speakers become it. */
export function voiced(doc) {
  if (doc.content[0].type !== "dialogue") return doc;
  if (!cast().length) for (const { attrs: { speaker } } of doc.content[0].content) { lent.add(speaker); meet(speaker); }
  const [first, second = first] = cast();
  if (!first) return doc;
  const given = JSON.parse(JSON.stringify(doc));
  given.content[0].content.forEach((line, at) => { line.attrs.speaker = [first, second][at % 2].key; });
  return given;
}
