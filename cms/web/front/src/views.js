/* Blocks with fields: a quiet head with its inputs, and below it what is typed into. */
import { Selection, TextSelection } from "prosemirror-state";
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow } from "prosemirror-tables";
import { EMPTY, FIELDS, NAMES, PICTURE, WRITTEN } from "./fields.js";

export function make(tag, name = "", ...children) {
  const element = Object.assign(document.createElement(tag), { className: name });
  element.append(...children);
  return element;
}
let labelled = 0;
const OPTIONAL = new Set(["cite", "caption", "syntax", "alt", "note", "transcript"]); // seen when there is something, or one is there

/** One labelled input over ``read()``; ``write(value)`` after each change, never while an input method composes. */
function input([name, label, kind, more], read, write) {
  const [show, take] = WRITTEN[kind] ?? [(value) => value ?? "", (text) => text];
  const field = make(kind === "choice" ? "select" : kind === "long" || kind === "rows" ? "textarea" : "input");
  field.id = `field-${(labelled += 1)}`;
  field.dataset.field = name;
  field.autocomplete = "off";
  if (kind === "line" || kind === "long") field.placeholder = " ";
  if (kind === "yes") field.type = "checkbox";
  if (kind === "date") field.placeholder = "2026-01-01";
  if (kind === "choice") field.append(...more.map(([value, said]) => Object.assign(make("option", "", said), { value })));
  const said = Object.assign(make("label", "", label), { htmlFor: field.id });
  const sync = () => {
    if (document.activeElement === field) return;
    if (kind === "yes") field.checked = Boolean(read()); else field.value = show(read());
    if (field.tagName === "TEXTAREA") field.rows = Math.min(12, Math.max(2, field.value.split("\n").length));
  };
  const told = (event) => { if (!event.isComposing) write(kind === "yes" ? field.checked : take(field.value)); };
  field.addEventListener("input", told);
  field.addEventListener("compositionend", () => told({ isComposing: false }));
  field.addEventListener("blur", sync);
  sync();
  return { row: make("p", `field field-${kind}${OPTIONAL.has(name) ? " field-optional" : ""}`, said, field), sync };
}

/** A block's view: ``head`` is ours, ``contentDOM`` ProseMirror's. */
class Card {
  constructor(node, view, getPos, room) {
    Object.assign(this, { node, view, getPos, room });
    this.dom = make("div", `card card-${node.type.name}`);
    this.dom.dataset.kind = node.type.name;
    this.head = make("div", "card-head");
    this.head.contentEditable = "false";
    this.syncs = [];
    this.dom.append(this.head);
    this.build();
    this.update(node);
  }
  build() {
    const remove = make("button", "card-remove", "删除");
    Object.assign(remove, { type: "button", title: `删除这一块${NAMES[this.node.type.name]}` });
    remove.addEventListener("click", () => { const at = this.getPos(); this.view.dispatch(this.view.state.tr.delete(at, at + this.node.nodeSize)); this.view.focus(); });
    this.bar = make("p", "card-bar", make("b", "card-name", NAMES[this.node.type.name]), make("span", "card-tools"), remove);
    this.head.append(this.bar);
    for (const field of FIELDS[this.node.type.name] ?? []) this.add(field, () => this.node.attrs[field[0]], (value) => this.set({ [field[0]]: value }));
    const flag = input(["ai", "AI 生成", "yes"], () => this.node.attrs.ai, (value) => this.set({ ai: value }));
    this.bar.querySelector(".card-tools").before(flag.row);
    this.syncs.push(flag.sync);
    if (!this.node.isLeaf) { this.contentDOM = this.body(); this.dom.append(this.frame ?? this.contentDOM); }
  }
  body() { return make("div", "card-body"); }
  add(field, read, write) {
    const { row, sync } = input(field, read, write);
    this.head.append(row);
    this.syncs.push(sync);
  }
  tool(words, act) {
    const button = Object.assign(make("button", "", words), { type: "button" });
    button.addEventListener("click", () => { act(); this.view.focus(); });
    this.bar.querySelector(".card-tools").append(button);
    return button;
  }
  set(attrs) { this.view.dispatch(this.view.state.tr.setNodeMarkup(this.getPos(), null, { ...this.node.attrs, ...attrs })); }
  update(node) {
    if (node.type !== this.node.type) return false;
    this.node = node;
    this.dom.lang = node.attrs.lang ?? "";
    this.syncs.forEach((sync) => sync());
    return true;
  }
  selectNode() { this.dom.classList.add("ProseMirror-selectednode"); }
  deselectNode() { this.dom.classList.remove("ProseMirror-selectednode"); }
  stopEvent(event) { return this.head.contains(event.target); }
  ignoreMutation(mutation) { return mutation.type !== "selection" && !(this.contentDOM && this.contentDOM.contains(mutation.target)); }
}

class Figure extends Card {
  build() {
    super.build();
    this.bar.querySelector(".field-yes").remove(); // the picture has a flag of its own
    this.syncs.pop();
    const flag = input(PICTURE[3], () => this.picture.ai, (value) => this.setPicture({ ai: value }));
    this.bar.querySelector(".card-tools").before(flag.row);
    this.syncs.push(flag.sync);
    this.glass = make("div", "glass-plate");
    this.image = make("img");
    this.dot = make("button", "focus-dot");
    Object.assign(this.dot, { type: "button", title: "焦点：裁切时留住这里。点图片移动，或用方向键" });
    this.dot.setAttribute("aria-label", "焦点，方向键移动");
    this.meter = make("p", "meter");
    this.glass.append(this.image, this.dot, this.meter);
    this.bar.after(this.glass);
    this.image.addEventListener("click", (event) => {
      const box = this.image.getBoundingClientRect();
      this.focusOn(Math.round((1000 * (event.clientX - box.left)) / box.width), Math.round((1000 * (event.clientY - box.top)) / box.height));
    });
    this.dot.addEventListener("keydown", (event) => {
      const [x, y] = { ArrowLeft: [-20, 0], ArrowRight: [20, 0], ArrowUp: [0, -20], ArrowDown: [0, 20] }[event.key] ?? [];
      if (x === undefined) return;
      event.preventDefault();
      this.focusOn(this.focus[0] + x, this.focus[1] + y);
    });
    this.tool("换图片", () => this.room.choose(null, this.picture.src));
    for (const field of PICTURE.slice(0, 3)) this.add(field, () => this.picture[field[0]], (value) => this.setPicture({ [field[0]]: value }));
  }
  body() { const caption = make("p", "card-body caption"); caption.dataset.hint = "图注"; return caption; }
  get picture() { return this.node.attrs.picture ?? EMPTY.picture; }
  get focus() { return [this.picture.focus_x ?? 500, this.picture.focus_y ?? 500]; }
  focusOn(x, y) { const held = (one) => Math.min(1000, Math.max(0, one)); this.setPicture({ focus_x: held(x), focus_y: held(y) }); }
  setPicture(changed) { this.set({ picture: { ...this.picture, ...changed } }); }
  update(node) {
    if (!super.update(node)) return false;
    if (!this.glass) return true;
    const shown = this.room.address(this.picture.src);
    if (this.image.getAttribute("src") !== shown) this.image.src = shown;
    this.image.alt = this.picture.alt ?? "";
    this.dot.style.left = `${this.focus[0] / 10}%`;
    this.dot.style.top = `${this.focus[1] / 10}%`;
    this.room.watch(this.picture.src, this.meter);
    this.dom.classList.toggle("unsent", this.picture.src.startsWith("upload:"));
    return true;
  }
}

class Dialogue extends Card {
  build() {
    super.build();
    this.tool("加一句", () => {
      const at = this.getPos() + this.node.nodeSize - 1;
      const made = this.view.state.tr.insert(at, this.node.type.schema.nodes.line.create({ speaker: next(this.node, this.room) }));
      this.view.dispatch(made.setSelection(TextSelection.create(made.doc, at + 1)));
    });
  }
}

/** Who speaks next: the other of the last two, else the next of the cast. */
export function next(dialogue, room, upto = dialogue.childCount) {
  const said = [];
  for (let i = 0; i < upto; i += 1) said.push(dialogue.child(i).attrs.speaker);
  const last = said.at(-1) ?? "";
  return said.filter((one) => one !== last).at(-1) ?? room.cast().map((one) => one.key).find((one) => one !== last) ?? last;
}

/** One spoken line: who, and a bubble in their colour on their side; or one unit's words of a local lead. */
class Line {
  constructor(node, view, getPos, room) {
    const isLocal = node.type.name === "local_text";
    Object.assign(this, { node, view, getPos, key: isLocal ? "unit" : "speaker" });
    this.all = isLocal ? () => room.units().map(([key, name]) => ({ key, name })) : room.cast;
    this.who = Object.assign(make("input", "speaker"), { placeholder: isLocal ? "地方" : "谁", autocomplete: "off" });
    this.who.setAttribute("aria-label", isLocal ? "哪个地方" : "谁说");
    this.who.setAttribute("list", isLocal ? "unit-list" : "cast-list");
    this.holder = make("span", "speaker-holder", this.who);
    this.holder.contentEditable = "false";
    this.contentDOM = make("div", "bubble");
    this.dom = make("div", "line", this.holder, this.contentDOM);
    const told = () => {
      const found = this.all().find((one) => one.name === this.who.value);
      this.view.dispatch(this.view.state.tr.setNodeMarkup(this.getPos(), null, { [this.key]: found?.key ?? this.who.value }));
    };
    this.who.addEventListener("input", (event) => { if (!event.isComposing) told(); });
    this.who.addEventListener("compositionend", told);
    this.who.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); this.view.focus(); this.view.dispatch(this.view.state.tr.setSelection(TextSelection.create(this.view.state.doc, this.getPos() + 1))); } });
    this.update(node);
  }
  update(node) {
    if (node.type !== this.node.type) return false;
    this.node = node;
    const given = node.attrs[this.key];
    const one = this.all().find((each) => each.key === given || each.name === given);
    if (document.activeElement !== this.who) this.who.value = one?.name ?? given;
    this.dom.classList.toggle("local", this.key === "unit");
    this.dom.classList.toggle("right", one?.side === "right");
    this.dom.style.setProperty("--voice", one?.colour ?? "var(--action)");
    return true;
  }
  stopEvent(event) { return this.holder.contains(event.target); }
  ignoreMutation(mutation) { return mutation.type !== "selection" && !this.contentDOM.contains(mutation.target); }
}

class Table extends Card {
  build() {
    super.build();
    const run = (command, shift) => () => { this.enter(); command(this.view.state, (tr) => this.view.dispatch(shift ? shift(tr) : tr)); };
    this.tool("加行", run(addRowAfter));
    this.tool("加列", run(addColumnAfter, (tr) => this.realign(tr, 1)));
    this.tool("删行", () => { this.enter(); if (this.place().row > 0) deleteRow(this.view.state, this.view.dispatch); });
    this.tool("删列", run(deleteColumn, (tr) => this.realign(tr, -1)));
    for (const [value, words] of [["left", "靠左"], ["center", "居中"], ["right", "靠右"]]) this.tool(words, () => this.align(value));
  }
  body() { const rows = make("tbody"); this.frame = make("div", "table-frame", make("table", "", rows)); return rows; }
  /** The cursor into the last cell, unless it stands in this table: the table may be chosen as a whole. */
  enter() {
    const { doc, tr, selection } = this.view.state, at = this.getPos(), end = at + this.node.nodeSize;
    if (selection.from <= at || selection.to >= end) this.view.dispatch(tr.setSelection(Selection.near(doc.resolve(end - 1), -1)));
  }
  /** Where the cursor stands: row and column. */
  place() {
    const { $head } = this.view.state.selection;
    for (let depth = $head.depth; depth > 1; depth -= 1) if ($head.node(depth - 1).type.name === "table_row") return { row: $head.index(depth - 2), column: $head.index(depth - 1) };
    return { row: 0, column: 0 };
  }
  get aligns() { return Array.from({ length: this.node.child(0).childCount }, (_, at) => this.node.attrs.aligns[at] ?? ""); }
  realign(tr, by) {
    const aligns = this.aligns, { column } = this.place();
    if (by > 0) aligns.splice(column + 1, 0, ""); else aligns.splice(column, 1);
    return tr.doc.nodeAt(this.getPos())?.type === this.node.type ? tr.setNodeMarkup(this.getPos(), null, { ...this.node.attrs, aligns }) : tr;
  }
  align(value) { this.enter(); const aligns = this.aligns, { column } = this.place(); aligns[column] = aligns[column] === value ? "" : value; this.set({ aligns }); }
  update(node) {
    if (!super.update(node)) return false;
    if (this.frame) this.aligns.forEach((one, at) => { if (at < 12) this.frame.dataset[`column${at}`] = one; });
    return true;
  }
}

class Code extends Card {
  body() { const words = make("code"); this.frame = make("pre", "card-body", words); return words; }
}

/** A formula in a line: its TeX, typed in place. */
class Formula {
  constructor(node, view, getPos) {
    this.node = node;
    this.dom = make("span", "tex");
    this.field = make("input");
    this.field.setAttribute("aria-label", "公式，TeX");
    this.dom.append(this.field);
    this.field.addEventListener("input", (event) => {
      if (event.isComposing) return;
      this.fit();
      view.dispatch(view.state.tr.setNodeMarkup(getPos(), null, { tex: this.field.value }));
    });
    this.update(node);
  }
  fit() { this.field.size = Math.max(2, this.field.value.length); }
  update(node) {
    if (node.type !== this.node.type) return false;
    this.node = node;
    if (document.activeElement !== this.field) { this.field.value = node.attrs.tex; this.fit(); }
    return true;
  }
  stopEvent() { return true; }
  ignoreMutation() { return true; }
}

class Local extends Card {
  build() {
    super.build();
    this.tool("加一地", () => {
      const at = this.getPos() + this.node.nodeSize - 1;
      const made = this.view.state.tr.insert(at, this.node.type.schema.nodes.local_text.create());
      this.view.dispatch(made.setSelection(TextSelection.create(made.doc, at + 1)));
    });
  }
}

class Gallery extends Card {
  build() { super.build(); this.tool("加图片", () => this.room.choose(this.getPos() + this.node.nodeSize - 1 - this.node.lastChild.nodeSize)); }
}

export function views(room) {
  const own = { figure: Figure, gallery: Gallery, dialogue: Dialogue, line: Line, local_lead: Local, local_text: Line, table: Table, code_block: Code, inline_formula: Formula };
  const kinds = new Set([...Object.keys(FIELDS), ...Object.keys(own)]);
  return Object.fromEntries([...kinds].map((kind) => [kind, (node, view, getPos) => new (own[kind] ?? Card)(node, view, getPos, room)]));
}
