/* What the keys do: Enter by the kind of block, marks, lists, moving blocks, Markdown's own beginnings of a line. */
import { baseKeymap, chainCommands, createParagraphNear, exitCode, newlineInCode, setBlockType, toggleMark } from "prosemirror-commands";
import { redo, undo } from "prosemirror-history";
import { inputRules, InputRule, textblockTypeInputRule, wrappingInputRule } from "prosemirror-inputrules";
import { liftListItem, sinkListItem, splitListItem, wrapInList } from "prosemirror-schema-list";
import { NodeSelection, Selection, TextSelection } from "prosemirror-state";
import { goToNextCell } from "prosemirror-tables";
import { ONE_LINE, ROWS, schema } from "./schema.js";
import { next } from "./views.js";

const { nodes, marks } = schema;

/** Enter in a caption leaves the block; in a spoken line it gives the word to the next. */
const enter = (room) => (state, dispatch) => {
  const { $from, empty } = state.selection;
  const kind = $from.parent.type.name;
  if (ONE_LINE.has(kind)) return leave(state, dispatch, kind === "caption" ? $from.depth - 1 : $from.depth);
  if (!ROWS.has(kind) || !empty) return kind === "table_cell" || kind === "table_header";
  const holder = $from.node($from.depth - 1), at = $from.index($from.depth - 1);
  if (!$from.parent.content.size && holder.childCount > 1 && at === holder.childCount - 1) {
    const tr = state.tr.delete($from.before(), $from.after());
    return leave(state, dispatch, $from.depth - 1, tr);
  }
  if (dispatch) {
    const attrs = kind === "line" ? { speaker: next(holder, room, at + 1) } : {};
    dispatch(state.tr.split($from.pos, 1, [{ type: $from.parent.type, attrs }]).scrollIntoView());
  }
  return true;
};

/** A paragraph after the block at ``depth``, and the cursor in it. */
function leave(state, dispatch, depth, tr = state.tr) {
  const after = tr.mapping.map(state.selection.$from.after(depth));
  if (dispatch) {
    const below = tr.doc.resolve(after).nodeAfter;
    if (below?.type !== nodes.paragraph || below.content.size) tr.insert(after, nodes.paragraph.create());
    dispatch(tr.setSelection(TextSelection.near(tr.doc.resolve(after + 1))).scrollIntoView());
  }
  return true;
}

/** A paragraph behind the last block, and the cursor in it, where that block is none to write on in. */
export function goOn(state, dispatch) {
  const { doc, tr } = state;
  if ([nodes.paragraph, nodes.heading].includes(doc.lastChild.type)) return false;
  tr.insert(doc.content.size, nodes.paragraph.create());
  dispatch?.(tr.setSelection(TextSelection.create(tr.doc, tr.doc.content.size - 1)).scrollIntoView());
  return true;
}
/** Down from where nothing follows. */
function below(state, dispatch, view) {
  const { selection } = state, { $head } = selection;
  const $at = selection instanceof NodeSelection ? selection.$from : $head;
  if (selection instanceof TextSelection && (!selection.empty || !view?.endOfTextblock("down"))) return false;
  for (let depth = 0; depth <= $at.depth; depth += 1) {
    const node = $at.node(depth);
    if (!node.inlineContent && node.type !== nodes.table_row && $at.index(depth) < node.childCount - 1) return false; // something does
  }
  return goOn(state, dispatch);
}

const newLine = (state, dispatch) => {
  if (state.selection.$from.parent.type.spec.code) return newlineInCode(state, dispatch);
  dispatch?.(state.tr.replaceSelectionWith(nodes.break.create()).scrollIntoView());
  return true;
};

/** Moves the block the cursor is in past its neighbour. */
const move = (step) => (state, dispatch) => {
  const { $from } = state.selection;
  const depth = state.selection instanceof NodeSelection ? $from.depth : 0;
  const parent = $from.node(depth), index = $from.index(depth);
  if (index + step < 0 || index + step >= parent.childCount) return true;
  if (!dispatch) return true;
  const start = state.selection instanceof NodeSelection ? $from.pos : $from.before(1);
  const node = parent.child(index), other = parent.child(index + step);
  const target = step < 0 ? start - other.nodeSize : start + other.nodeSize;
  const tr = state.tr.delete(start, start + node.nodeSize).insert(target, node);
  dispatch(tr.setSelection(Selection.near(tr.doc.resolve(Math.min(target + 1 + (state.selection.from - start - 1), tr.doc.content.size)))).scrollIntoView());
  return true;
};

/** A list, or none: of the kind asked. */
export const toggleList = (ordered) => (state, dispatch) => {
  const { $from } = state.selection;
  for (let depth = $from.depth; depth > 0; depth -= 1) {
    const node = $from.node(depth);
    if (node.type !== nodes.list) continue;
    if (node.attrs.ordered === ordered) return liftListItem(nodes.list_item)(state, dispatch);
    dispatch?.(state.tr.setNodeMarkup($from.before(depth), null, { ...node.attrs, ordered }));
    return true;
  }
  return wrapInList(nodes.list, { ordered })(state, dispatch);
};
export const asBlock = (kind, attrs) => (state, dispatch) => setBlockType(nodes[kind], attrs)(state, dispatch);
export const asMark = (kind, attrs) => toggleMark(marks[kind], attrs, { includeWhitespace: false });

export const keys = (room) => ({
  ...baseKeymap,
  "Mod-z": undo, "Mod-y": redo, "Shift-Mod-z": redo,
  "Mod-b": asMark("strong"), "Mod-i": asMark("em"), "Mod-e": asMark("code"),
  "Mod-Alt-0": asBlock("paragraph"), "Mod-Alt-2": asBlock("heading", { level: 2 }), "Mod-Alt-3": asBlock("heading", { level: 3 }),
  "Alt-ArrowUp": move(-1), "Alt-ArrowDown": move(1),
  "Shift-Enter": chainCommands(exitCode, newLine),
  "Mod-Enter": exitCode,
  Enter: chainCommands(newlineInCode, enter(room), splitListItem(nodes.list_item), createParagraphNearLeaf, baseKeymap.Enter),
  ArrowDown: below,
  Tab: chainCommands(goToNextCell(1), sinkListItem(nodes.list_item)),
  "Shift-Tab": chainCommands(goToNextCell(-1), liftListItem(nodes.list_item)),
});
function createParagraphNearLeaf(state, dispatch) {
  return state.selection instanceof NodeSelection && state.selection.node.isBlock ? createParagraphNear(state, dispatch) : false;
}

export const rules = () => inputRules({
  rules: [
    textblockTypeInputRule(/^(#{1,6})\s$/, nodes.heading, (match) => ({ level: match[1].length })),
    textblockTypeInputRule(/^```$/, nodes.code_block),
    wrappingInputRule(/^\s*[-*]\s$/, nodes.list),
    wrappingInputRule(/^(\d{1,3})[.、]\s$/, nodes.list, (match) => ({ ordered: true, start: Number(match[1]) })),
    wrappingInputRule(/^[>》]\s$/, nodes.quote),
    new InputRule(/^---$/, (state, _match, from) => state.tr.replaceRangeWith(state.doc.resolve(from).before(), state.selection.$from.after(), nodes.divider.create()).insert(state.doc.resolve(from).before() + 1, nodes.paragraph.create())),
  ],
});
