/* The visual editor of 写与看: a ProseMirror over our blocks. The page hands in a ``room`` and gets the hands back. */
import { dropCursor } from "prosemirror-dropcursor";
import { GapCursor, gapCursor } from "prosemirror-gapcursor";
import { closeHistory, history } from "prosemirror-history";
import { keymap } from "prosemirror-keymap";
import { Fragment, Node, Slice } from "prosemirror-model";
import { EditorState, NodeSelection, Plugin, PluginKey, Selection, TextSelection } from "prosemirror-state";
import { CellSelection, tableEditing } from "prosemirror-tables";
import { Decoration, DecorationSet, EditorView } from "prosemirror-view";
import { carried, copying } from "./clip.js";
import { asBlock, asMark, goOn, keys, rules, toggleList } from "./keys.js";
import { pasted, worded } from "./paste.js";
import { schema } from "./schema.js";
import { slash } from "./slash.js";
import { views } from "./views.js";

const marked = new PluginKey("marked");
/** Colours the blocks with findings: levels by place, moved along while one writes on. */
const marking = new Plugin({
  key: marked,
  state: {
    init: () => DecorationSet.empty,
    apply: (tr, set) => {
      const levels = tr.getMeta(marked);
      if (!levels) return set.map(tr.mapping, tr.doc);
      const found = [...levels].map(([at, level]) => [at, level, tr.doc.content.size > at ? tr.doc.nodeAt(at) : null]).filter(([, , node]) => node?.isBlock);
      return DecorationSet.create(tr.doc, found.map(([at, level, node]) => Decoration.node(at, at + node.nodeSize, { class: `found-${level}` })));
    },
  },
  props: { decorations: (state) => marked.getState(state) },
});

/** The blocks around the cursor open their lesser fields. */
const around = new Plugin({
  props: {
    decorations: ({ doc, selection: { $from } }) => {
      const found = [];
      for (let depth = 1; depth <= $from.depth; depth += 1) found.push(Decoration.node($from.before(depth), $from.after(depth), { class: "within" }));
      return DecorationSet.create(doc, found);
    },
  },
});

/** An empty story says how it begins. */
const hint = new Plugin({
  props: {
    decorations: ({ doc, selection }) => {
      const { parent } = selection.$from;
      if (!selection.empty || parent.type !== schema.nodes.paragraph || parent.content.size) return null;
      const at = selection.$from.before();
      return DecorationSet.create(doc, [Decoration.node(at, at + 2, { class: "waiting", "data-hint": doc.childCount === 1 ? "从这里写起，按 / 插入块" : "按 / 插入块" })]);
    },
  },
});

export function open(place, room) {
  const state = (doc) => EditorState.create({
    doc,
    plugins: [slash(room.choices, (_view, one) => choose(one)), keymap({ "Mod-k": () => { room.link(hands); return true; } }), keymap(keys(room)), rules(), history(), dropCursor({ class: "drop-line" }), gapCursor(), tableEditing({ allowTableNodeSelection: true }), marking, around, hint],
  });
  const view = new EditorView(place, {
    state: state(Node.fromJSON(schema, { type: "doc", content: [{ type: "paragraph" }] })),
    nodeViews: views(room),
    attributes: { role: "textbox", "aria-multiline": "true", "aria-label": "正文。按 / 插入块，Esc 后按 Tab 离开", spellcheck: "false", class: "prose", translate: "no" },
    dispatchTransaction(tr) {
      if (tr.getMeta("uiEvent") === "cut") stay(tr);
      for (const one of awaited) one.mark = one.mark.map(tr.mapping);
      view.updateState(view.state.apply(tr));
      if (tr.docChanged && !tr.getMeta("quiet")) room.written();
      if (tr.docChanged || tr.selectionSet) room.moved(hands);
    },
    handleClick: (at, pos, event) => overwritten(at, pos) || event.target === at.dom && event.clientY > at.dom.lastElementChild.getBoundingClientRect().bottom && goOn(at.state, at.dispatch),
    ...copying,
    handleDOMEvents: { paste: before(room.paste), drop: before(room.drop), keydown: (_view, event) => { if (event.key === "Escape" && !view.composing) { escaped = true; return false; } if (event.key === "Tab" && escaped) { escaped = false; event.stopImmediatePropagation(); return true; } escaped = false; return false; } },
    clipboardTextParser: (text) => new Slice(Fragment.from(text.split(/\n+/).filter((one) => one.trim()).map((one) => schema.nodes.paragraph.create(null, schema.text(one.trim())))), 1, 1),
  });
  /** The words a story begins with, which the first click chooses and what is pasted replaces; null elsewhere. */
  const begun = ($from) => (room.begun && $from.parent.type === schema.nodes.paragraph && $from.parent.textContent === room.begun ? [$from.start(), $from.end()] : null);
  function overwritten(at, pos) {
    const found = begun(at.state.doc.resolve(pos));
    if (found) at.dispatch(at.state.tr.setSelection(TextSelection.create(at.state.doc, ...found)));
    return Boolean(found);
  }
  let escaped = false;
  const awaited = new Set(); // where something is to come, moved along while one writes on

  /** Asks the page first. ProseMirror parses what is pasted or dropped before it asks: its styles would be reported as
      breaches of our policy, while what comes from elsewhere is cleaned and parsed by the server alone. */
  function before(take) {
    return (at, event) => {
      if (at.composing || at.dragging || !take(event, hands)) return false;
      event.preventDefault();
      return true;
    };
  }
  const run = (command) => { command(view.state, view.dispatch, view); view.focus(); };
  /** Puts blocks after the current one, or in place of an empty paragraph; one lone paragraph flows into the text. */
  function insert(json, tr = view.state.tr) {
    const made = Node.fromJSON(schema, json).content;
    const { selection } = tr;
    if (made.childCount === 1 && made.firstChild.type === schema.nodes.paragraph && selection.$from.parent.inlineContent) {
      view.dispatch(tr.replaceSelection(new Slice(made, 1, 1)).scrollIntoView());
    } else {
      const { $from } = selection;
      const depth = homeOf($from);
      const isEmpty = $from.depth === depth && $from.parent.type === schema.nodes.paragraph && !$from.parent.content.size;
      const at = isEmpty ? $from.before(depth) : $from.depth ? $from.after(depth) : selection.to;
      if (isEmpty) tr.replaceWith(at, $from.after(depth), made); else tr.insert(at, made);
      const end = at + made.size;
      if (!tr.doc.resolve(end).nodeAfter && !made.lastChild.isTextblock) tr.insert(end, schema.nodes.paragraph.create());
      tr.setSelection(Selection.near(tr.doc.resolve(at + 1)));
      view.dispatch(tr.scrollIntoView());
    }
    view.focus();
    return view.state.selection.from;
  }
  /** Puts blocks in place of what was chosen at ``place`` (``hold``), else after its block. */
  function paste(json, place) {
    if (view.composing) { view.dom.addEventListener("compositionend", () => setTimeout(paste, 50, json, place), { once: true }); return; }
    const chosen = awaited.delete(place) ? place.mark.resolve(view.state.doc) : view.state.selection;
    const found = chosen.empty && begun(chosen.$from);
    const selection = found ? TextSelection.create(view.state.doc, ...found) : chosen;
    const { $from, empty } = selection;
    const made = Node.fromJSON(schema, json).content;
    const isWaiting = empty && $from.parent.type === schema.nodes.paragraph && !$from.parent.content.size; // an empty line
    let tr = null;
    if (!isWaiting) try { tr = pasted(view.state, selection, made, room); } catch { /* no place in it: after it */ }
    if (tr && !view.state.selection.eq(selection)) view.dispatch(tr.setSelection(view.state.selection.map(tr.doc, tr.mapping))); // one writes elsewhere by now
    else if (tr) {
      view.dispatch(tr.scrollIntoView());
      view.focus();
    } else {
      const gone = closeHistory(view.state.tr.setSelection(selection));
      if (!empty && !(selection instanceof CellSelection)) gone.deleteSelection();
      insert(json, gone);
    }
    view.dispatch(closeHistory(view.state.tr)); // what is typed next is another thing to undo
  }
  /** A block of the menu: pictures are asked for, a note gets its number, the rest is put in as it is. */
  function choose(one) {
    if (one.open) { one.open(); return; }
    const [first] = one.doc.content;
    if (first.type === "figure") room.choose();
    else if (first.type === "footnote") hands.note();
    else if (first.type === "gallery") insert({ type: "doc", content: [{ type: "gallery", content: [{ type: "caption" }] }] });
    else { insert(one.doc); chooseWords(); }
  }
  /** The example's words, so that one's own take their place. */
  function chooseWords() {
    const { $from } = view.state.selection;
    if ($from.parent.isTextblock && $from.parent.content.size) view.dispatch(view.state.tr.setSelection(TextSelection.create(view.state.doc, $from.start(), $from.end())));
  }
  /** The depth at which a block may stand: outermost, or inside a box, quote or region. */
  function homeOf($from) {
    for (let depth = $from.depth; depth > 1; depth -= 1) if (["fact_box", "region", "quote", "footnote"].includes($from.node(depth - 1).type.name)) return depth;
    return Math.min(1, $from.depth);
  }

  /** Where a block was cut the cursor stays: ProseMirror would choose the next card, and pasting would take its place. */
  function stay(tr) {
    const { selection: was } = view.state, now = tr.selection;
    if (!(was instanceof NodeSelection) || !was.node.isBlock) return;
    const $at = tr.doc.resolve(tr.mapping.map(was.from));
    const isBefore = now instanceof TextSelection && now.$from.depth === $at.depth + 1 && now.from === $at.pos + 1; // the next words
    if (!$at.parent.inlineContent && !(isBefore && !now.$from.parent.type.spec.code)) tr.setSelection(new GapCursor($at));
  }
  /** Puts a slice in place of the selection, as ProseMirror does with what is pasted; false where it cannot stand. */
  function replace(slice, event) {
    const was = view.state;
    try {
      if (view.someProp("handlePaste", (one) => one(view, event, slice))) return true; // cells into cells
      const isWhole = !slice.openStart && !slice.openEnd && slice.content.firstChild?.isBlock;
      if (was.selection.$from.parent.type.spec.code) {
        if (isWhole) insert({ type: "doc", content: slice.content.toJSON() });
        return isWhole; // words become words of the code
      }
      const lone = isWhole && slice.content.childCount === 1 ? slice.content.firstChild : null;
      view.dispatch((lone ? was.tr.replaceSelectionWith(lone) : was.tr.replaceSelection(slice)).scrollIntoView());
      return true;
    } catch {
      view.updateState(was);
      return false;
    }
  }

  const hands = {
    view,
    /** Takes our own blocks off the clipboard; how many pictures stayed behind, null where ``html`` carries none of ours. */
    recall(html, event) {
      const found = carried(html);
      return found && replace(found.slice, event) ? found.left : null;
    },
    load(json) { awaited.clear(); view.updateState(state(Node.fromJSON(schema, json))); },
    json() {
      const bare = (node) => {
        const { attrs = {}, content, ...rest } = node;
        const kept = Object.fromEntries(Object.entries(attrs).filter(([name, value]) => value !== null && !/^(colspan|rowspan|colwidth)$/.test(name)));
        const inner = content?.filter((one) => !(one.type === "figure" && one.attrs.picture.src.startsWith("upload:")));
        return { ...rest, ...(Object.keys(kept).length && { attrs: kept }), ...(inner?.length && { content: inner.map(bare) }) };
      };
      return bare(view.state.doc.toJSON());
    },
    doc: () => view.state.doc,
    focus: () => view.focus(),
    isComposing: () => view.composing,
    insert,
    /** Keeps in mind what is chosen now, for what is to be pasted there later. */
    hold() { const place = { mark: view.state.selection.getBookmark() }; awaited.add(place); return place; },
    /** What was to come does not. */
    release(place) { awaited.delete(place); },
    paste,
    words: worded,
    choose,
    place(at) { view.dispatch(view.state.tr.setSelection(Selection.near(view.state.doc.resolve(at)))); },
    insertAt(at, json) { view.dispatch(view.state.tr.insert(at, Node.fromJSON(schema, json).content)); },
    /** Changes the picture whose address is ``src``, and fills in what is known of it where nothing is said yet; nothing
        when it is gone. */
    resolve(src, path, known = {}) {
      const found = [];
      view.state.doc.descendants((node, at) => { if (node.type === schema.nodes.figure && node.attrs.picture.src === src) found.push(at); });
      const tr = view.state.tr;
      for (const at of found) {
        const own = Object.fromEntries(Object.entries(tr.doc.nodeAt(at).attrs.picture).filter(([, said]) => said));
        tr.setNodeMarkup(at, null, { ...tr.doc.nodeAt(at).attrs, picture: { ...known, ...own, src: path } });
      }
      if (found.length) view.dispatch(tr);
    },
    mark: (levels) => view.dispatch(view.state.tr.setMeta(marked, levels)),
    /** Goes to the block at ``at``, to ``words`` in it where they stand there. */
    jump(at, words = "") {
      const { doc, tr } = view.state;
      const node = at < doc.content.size ? doc.nodeAt(at) : null;
      if (!node) return;
      let chosen = null;
      const near = words.slice(0, 12);
      if (near) node.descendants((one, from) => {
        if (chosen || !one.isTextblock) return !chosen;
        const start = one.textContent.indexOf(near);
        if (start >= 0) chosen = TextSelection.create(doc, at + 1 + from + 1 + start, at + 1 + from + 1 + start + near.length);
        return false;
      });
      if (!chosen && node.isTextblock) {
        const start = near ? node.textContent.indexOf(near) : -1;
        chosen = start >= 0 ? TextSelection.create(doc, at + 1 + start, at + 1 + start + near.length) : TextSelection.create(doc, at + 1, at + 1 + node.content.size);
      }
      view.dispatch(tr.setSelection(chosen ?? (NodeSelection.isSelectable(node) ? NodeSelection.create(doc, at) : Selection.near(doc.resolve(at)))));
      view.focus();
      const home = view.nodeDOM(at);
      (home?.nodeType === 1 ? home : home?.parentElement)?.scrollIntoView({ block: "center" });
    },
    style: (kind, attrs) => run(asMark(kind, attrs)),
    block: (kind, attrs) => run(asBlock(kind, attrs)),
    list: (ordered) => run(toggleList(ordered)),
    /** The words chosen, and the address of the link they carry. */
    chosen() {
      const { from, to, empty, $from } = view.state.selection;
      const link = schema.marks.link.isInSet($from.marks()) ?? (empty ? null : schema.marks.link.isInSet($from.nodeAfter?.marks ?? []));
      return { empty, words: view.state.doc.textBetween(from, to, " "), href: link?.attrs.href ?? "", from, to };
    },
    /** Makes the words between two places a link; without an address they are none. */
    linkTo({ from, to, words }, href) {
      const tr = view.state.tr;
      if (from === to && href) { tr.insertText(words || href, from); to = from + (words || href).length; }
      tr.removeMark(from, to, schema.marks.link);
      if (href) tr.addMark(from, to, schema.marks.link.create({ href }));
      view.dispatch(tr);
      view.focus();
    },
    /** What the block under the cursor is, for the toolbar. */
    here() {
      const { $from } = view.state.selection;
      const active = Object.keys(schema.marks).filter((name) => schema.marks[name].isInSet(view.state.storedMarks ?? $from.marks()));
      return { kind: $from.parent.type.name, attrs: $from.parent.attrs, marks: active };
    },
    setHere(attrs) {
      const { $from } = view.state.selection;
      if ($from.depth) run((state, dispatch) => dispatch(state.tr.setNodeMarkup($from.before(), null, { ...$from.parent.attrs, ...attrs })));
    },
    /** A note at the end, and its number here. */
    note() {
      const { doc, tr, selection } = view.state;
      const taken = new Set();
      doc.forEach((node) => { if (node.type === schema.nodes.footnote) taken.add(node.attrs.label); });
      let number = 1;
      while (taken.has(String(number))) number += 1;
      tr.insert(doc.content.size, schema.nodes.footnote.create({ label: String(number) }, schema.nodes.paragraph.create()));
      tr.insert(selection.to, schema.nodes.footnote_ref.create({ label: String(number) }));
      view.dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(tr.doc.content.size - 2), -1)).scrollIntoView());
      view.focus();
    },
    formula: () => run((state, dispatch) => dispatch(state.tr.replaceSelectionWith(schema.nodes.inline_formula.create({ tex: "x" })))),
  };
  return hands;
}
