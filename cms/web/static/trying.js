/* 样式: the sample put on what is typed, as soon as the hands rest. Without a script the page still saves and shows. */
import "./modern.js";
const PAUSE = 250;
const form = document.getElementById("trying");
const [accent, pick, frame] = ["t-accent", "t-pick", "sample"].map((id) => document.getElementById(id));
let [token, waiting, turn] = [document.querySelector('meta[name="csrf-token"]').content, 0, 0];

async function show() {
  const mine = ++turn;
  const said = Object.fromEntries(new FormData(form));
  const body = JSON.stringify({ ...said, channel: form.dataset.channel });
  const headers = { "X-CSRFToken": token, Accept: "application/json", "Content-Type": "application/json" };
  const answer = await fetch(form.dataset.sample, { method: "POST", headers, body }).catch(() => null);
  const told = await answer?.json().catch(() => null);
  if (mine !== turn) return;
  if (told?.token) { token = told.token; return show(); }
  const refused = document.getElementById("refused");
  refused.hidden = Boolean(answer?.ok);
  refused.textContent = answer?.ok ? "" : told?.sentence ?? "连不上服务，样张没有换；改的还在。";
  if (!answer?.ok) return;
  document.getElementById("notes").replaceChildren(...told.notes.map((words) => {
    const item = document.createElement("li");
    item.append(Object.assign(document.createElement("span"), { className: "mark wait", textContent: words }));
    return item;
  }));
  const problem = document.getElementById("problem");
  problem.hidden = !told.problem;
  problem.textContent = told.problem;
  if (told.frame && frame.getAttribute("src") !== told.frame) frame.src = told.frame;
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(show, PAUSE);
}

pick.hidden = false;
pick.addEventListener("input", () => { accent.value = pick.value.toUpperCase(); soon(); });
form.addEventListener("input", (event) => {
  if (event.target === accent && /^#[0-9a-f]{6}$/i.test(accent.value)) pick.value = accent.value;
  if (event.target !== pick && event.target.name !== "reason") soon();
});
for (const tab of document.querySelectorAll(".fitting [data-channel]")) {
  tab.addEventListener("click", (event) => {
    event.preventDefault();
    for (const other of tab.parentElement.children) other.removeAttribute("aria-current");
    tab.setAttribute("aria-current", "true");
    form.dataset.channel = tab.dataset.channel;
    show();
  });
}
