/* The block menu: "/" (or 、, which the key gives in Chinese) at the beginning of a line or after a space, then
   initials or the name. Never while an input method composes. */
import { Plugin, PluginKey } from "prosemirror-state";
import { make } from "./views.js";

const OPENING = /(?:^|[\s，。；：！？])[/、]([a-z一-鿿]{0,6})$/i;
const key = new PluginKey("slash");

export function slash(choices, pick) {
  const menu = make("div", "sheet-menu slash-menu");
  Object.assign(menu, { id: "slash-menu", hidden: true });
  menu.setAttribute("role", "listbox");
  menu.setAttribute("aria-label", "插入块");
  let found = [], at = 0, from = 0, dismissed = -1;

  const fits = (word) => choices.filter((one) => one.initials.startsWith(word.toLowerCase()) || one.name.startsWith(word));
  const close = (view) => { menu.hidden = true; found = []; view?.dom.removeAttribute("aria-activedescendant"); };
  const paint = (view) => {
    menu.replaceChildren(...found.map((one, number) => {
      const row = make("div", "slash-choice", make("span", "", one.name), make("kbd", "", `/${one.initials}`));
      row.id = `slash-${number}`;
      row.setAttribute("role", "option");
      row.setAttribute("aria-selected", number === at);
      row.addEventListener("pointerdown", (event) => { event.preventDefault(); at = number; take(view); });
      return row;
    }));
    const row = menu.children[at];
    if (row) menu.scrollTop = Math.max(Math.min(menu.scrollTop, row.offsetTop), row.offsetTop + row.offsetHeight - menu.clientHeight);
    view.dom.setAttribute("aria-activedescendant", `slash-${at}`);
  };
  const take = (view) => {
    const chosen = found[at], to = view.state.selection.from;
    close(view);
    view.dispatch(view.state.tr.delete(from, to));
    pick(view, chosen);
  };
  const look = (view) => {
    const { $from, empty } = view.state.selection;
    const parent = $from.parent;
    const words = empty && parent.isTextblock && !parent.type.spec.code && !view.composing ? parent.textBetween(0, $from.parentOffset, "", "\ufffc") : "";
    const match = words.match(OPENING);
    const start = match ? $from.pos - match[1].length - 1 : -1;
    if (start < 0) dismissed = -1;
    found = match && start !== dismissed && view.hasFocus() ? fits(match[1]) : [];
    if (!found.length) { close(view); return; }
    from = start;
    at = Math.min(at, found.length - 1);
    menu.hidden = false;
    paint(view); // its height decides on which side of the line it opens
    const box = view.coordsAtPos(from), home = menu.parentElement.getBoundingClientRect();
    const left = Math.max(8, Math.min(box.left - home.left, home.width - menu.offsetWidth - 8));
    const below = box.bottom - home.top + 6;
    const top = below + menu.offsetHeight > home.height ? Math.max(4, box.top - home.top - menu.offsetHeight - 6) : below;
    Object.assign(menu.style, { left: `${left}px`, top: `${top}px` });
  };
  return new Plugin({
    key,
    view(view) {
      view.dom.closest(".pane-write").append(menu);
      view.dom.addEventListener("blur", () => close(view));
      view.dom.addEventListener("compositionend", () => setTimeout(() => look(view), 30));
      view.dom.closest(".paper")?.addEventListener("scroll", () => { if (!menu.hidden) look(view); });
      return { update: (now, before) => { if (!before.doc.eq(now.state.doc) || !before.selection.eq(now.state.selection)) { at = 0; look(now); } }, destroy: () => menu.remove() };
    },
    props: {
      handleKeyDown(view, event) {
        if (menu.hidden || view.composing || event.isComposing || event.keyCode === 229) return false;
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step) { at = (at + step + found.length) % found.length; paint(view); return true; }
        if (event.key === "Enter" || event.key === "Tab") { take(view); return true; }
        if (event.key === "Escape") { dismissed = from; close(view); return true; }
        return false;
      },
    },
  });
}
