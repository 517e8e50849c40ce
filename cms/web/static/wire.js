/* Talking to the desk: one token, one way to ask, one way to fail. */
let token = document.querySelector('meta[name="csrf-token"]').content;

/** The answer to a POST; throws an Error whose message is a Chinese sentence to show. */
export async function ask(address, body, patience = 30000) {
  const isForm = body instanceof FormData;
  const headers = { "X-CSRFToken": token, Accept: "application/json" };
  if (!isForm) headers["Content-Type"] = "application/json";
  let response;
  try {
    const signal = AbortSignal.timeout(patience);
    response = await fetch(address, { method: "POST", headers, signal, body: isForm ? body : JSON.stringify(body) });
  } catch (cause) {
    const slow = cause.name === "TimeoutError";
    throw new Error(slow ? "服务太久没有应答，请过一会儿再试。" : "连不上服务，请看看网络；文字已存在这台电脑上。", { cause });
  }
  const answer = await response.json().catch(() => ({ sentence: `服务没有正常应答（${response.status}），请过一会儿再试。` }));
  if (answer.token) token = answer.token;
  if (!response.ok) throw Object.assign(new Error(answer.sentence), { answer });
  return answer;
}

const bar = document.getElementById("notice");
const act = document.getElementById("notice-act");
document.getElementById("notice-close").addEventListener("click", () => { bar.hidden = true; });

/** Says a sentence under the header, with one way on if there is one. */
export function tell(sentence, { bad = false, button = "", then = null } = {}) {
  bar.hidden = false;
  bar.classList.toggle("bad", bad);
  bar.firstElementChild.textContent = sentence;
  act.hidden = !button;
  act.textContent = button;
  act.onclick = () => { bar.hidden = true; then(); };
}

/** An SVG icon of the page's own set. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  svg.firstChild.setAttribute("href", `#icon-${name}`);
  return svg;
}

/** A new element with a class and children. */
export function make(tag, name = "", ...children) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...children);
  return element;
}
