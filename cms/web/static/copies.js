/* What this browser keeps of texts that are not on the server: a copy a window, under the person whose words they are, as
   yigao/<person>/<story>/<channel, or nothing>/<window>. Of the older ones, yigao.<story>[.<channel>][.found], nobody knows
   whose they are: `old`. */
import "./modern.js";

const NAME = /^yigao\/(\d+)\/([a-z0-9-]+)\/([^/]*)\/[0-9a-f]+$/;
const OLD = /^yigao\.(?!surface$)([a-z0-9-]+?)(?:\.(?!found$)([a-z]+))?(\.found)?$/; // yigao.surface: how somebody writes, not what

/** What this browser keeps by itself. It may be full or closed to us: then nothing is thrown, `put` is false, `get` null. */
export const held = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  put: (key, value) => { try { localStorage.setItem(key, value); return true; } catch { return false; } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* nothing of ours is there */ } },
};

/** A name nothing else has. */
export const mark = () => Array.from(crypto.getRandomValues(new Uint8Array(6)), (one) => one.toString(16).padStart(2, "0")).join("");
/** This window, as long as it is open. */
export const seat = mark();
/** A name for the copy of one window. */
export const fresh = (person, slug, channel) => ["yigao", person, slug, channel, mark()].join("/");

function under(name) {
  const said = held.get(name);
  if (said === null) return [];
  try { return [JSON.parse(said)].flat(); } catch { return [{ text: said }]; }
}

/** The copies `person` may see here, the newest first: their own and the old ones. Another's are not touched. */
export function copies(person) {
  let names = [];
  try { names = Object.keys(localStorage); } catch { /* closed to us: nothing of ours is there */ }
  const found = names.flatMap((name) => {
    const [, whose, slug, channel = ""] = NAME.exec(name) ?? (OLD.test(name) ? [name, "", ...OLD.exec(name).slice(1, 3)] : []);
    if (slug === undefined || (whose && whose !== person)) return [];
    return under(name).filter((one) => typeof one?.text === "string").map((one) => ({ ...one, name, slug, channel, old: !whose, said: JSON.stringify(one) }));
  });
  return found.sort((one, other) => (other.at ?? 0) - (one.at ?? 0));
}

/** Drops this copy, and nothing that was written under its name since. */
export function forget({ name, said }) {
  const all = under(name), rest = all.filter((one) => JSON.stringify(one) !== said);
  if (!rest.length) held.drop(name); else if (rest.length < all.length) held.put(name, JSON.stringify(rest));
}

/** When a copy was written, in Beijing; "" where it does not say. */
export const when = ({ at }) => (at ? `${new Date(at).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai", month: "long", day: "numeric", hour: "2-digit", minute: "2-digit" })} 写的` : "");
