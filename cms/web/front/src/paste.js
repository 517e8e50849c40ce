/* What comes from elsewhere, put in place of what is chosen, as in every word processor: the first paragraph goes on with
   the words before, the last one with the words after. */
import { closeHistory } from "prosemirror-history";
import { Fragment, Slice } from "prosemirror-model";
import { NodeSelection, Selection, TextSelection } from "prosemirror-state";
import { CellSelection } from "prosemirror-tables";
import { schema } from "./schema.js";
import { next } from "./views.js";

const { nodes } = schema;
const RUNNING = new Set([nodes.paragraph, nodes.heading, nodes.code_block]); // the rest that holds words is a row or a caption
const isWords = (node) => node.type === nodes.paragraph;
const joins = (node) => isWords(node) && !node.attrs.lang && !node.attrs.ai; // what is said of it stays its own
const isEmpty = (node) => isWords(node) && !node.content.size;

/** Paragraphs of plain words, one for each line. */
export const worded = (text) => ({ type: "doc", content: text.split(/[\r\n]+/).map((one) => one.trim()).filter(Boolean).map((one) => ({ type: "paragraph", content: [{ type: "text", text: one }] })) });

/** The transaction that puts the blocks ``made`` in place of ``selection``; null where they have no place within it. */
export function pasted(state, selection, made, room) {
  const { $from, $to } = selection;
  const tr = closeHistory(state.tr); // one undo takes it back, and nothing else
  const isAllWords = made.content.every(isWords);
  if (selection instanceof CellSelection) return isAllWords ? instead(tr, selection, new Slice(broken(made), 0, 0)) : null;
  if (selection instanceof NodeSelection && selection.node.isBlock) return instead(tr, selection, new Slice(made, 0, 0));
  if (!$from.parent.inlineContent || !$to.parent.inlineContent) return selection.empty ? null : instead(tr, selection, new Slice(made, 0, 0));
  if ($from.parent.type === nodes.line && $to.parent.type === nodes.line && $from.node(-1) === $to.node(-1) && isAllWords) return spoken(tr, $from, $to, made, room);
  if (!RUNNING.has($from.parent.type) || !RUNNING.has($to.parent.type)) return isAllWords && $from.sameParent($to) ? instead(tr, selection, new Slice(broken(made), 0, 0)) : null;
  const items = $from.node(-1)?.type === nodes.list_item ? listed(made) : null;
  if (items) return instead(tr, selection, new Slice(items, 2, 2));
  return instead(tr, selection, new Slice(made, joins(made.firstChild) ? 1 : 0, joins(made.lastChild) ? 1 : 0));
}

function instead(tr, selection, slice) {
  selection.replace(tr, slice);
  const drop = ($at) => { if (isEmpty($at.parent) && $at.node(-1).childCount > 1) tr.delete($at.before(), $at.after()); };
  const $end = tr.doc.resolve(tr.mapping.map(selection.to));
  if (!slice.openEnd && slice.content.lastChild.isBlock) {
    if ($end.depth && $end.index(-1) + 1 < $end.node(-1).childCount) drop($end); // nothing is left of the words after
    else if (!$end.depth && !$end.nodeAfter && !$end.nodeBefore.isTextblock) {
      tr.insert($end.pos, nodes.paragraph.create());
      tr.setSelection(TextSelection.create(tr.doc, $end.pos + 1));
    }
  }
  if (!slice.openStart && slice.content.firstChild.isBlock) drop(tr.doc.resolve(selection.from));
  return tr;
}

/** In a row or a caption paragraphs become lines of it. */
function broken(made) {
  const said = [];
  made.forEach((one) => { if (said.length) said.push(nodes.break.create()); said.push(...one.content.content); });
  return Fragment.from(said);
}

/** The items that paragraphs and lists make; null where there is something else among them. */
function listed(made) {
  if (!made.content.every((one) => isWords(one) || one.type === nodes.list)) return null;
  return Fragment.from(made.content.flatMap((one) => (isWords(one) ? [nodes.list_item.create(null, one)] : one.content.content)));
}

/** In 对白 each paragraph is a line of its own; who speaks goes on as it does by Enter. */
function spoken(tr, $from, $to, made, room) {
  const holder = $from.node(-1), index = $from.index(-1), rows = holder.content.content.slice(0, index);
  const after = $to.parent.content.cut($to.parentOffset);
  made.forEach((one, _at, place) => {
    const speaker = place ? next({ child: (i) => rows[i], childCount: rows.length }, room) : $from.parent.attrs.speaker;
    const words = place ? one.content : $from.parent.content.cut(0, $from.parentOffset).append(one.content);
    rows.push(nodes.line.create({ speaker }, place === made.childCount - 1 ? words.append(after) : words));
  });
  const lines = rows.slice(index), start = $from.before();
  tr.replaceWith(start, $to.after(), lines);
  const end = start + lines.reduce((sum, one) => sum + one.nodeSize, 0) - 1 - after.size;
  return tr.setSelection(Selection.near(tr.doc.resolve(end), -1));
}
