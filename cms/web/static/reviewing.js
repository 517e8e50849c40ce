/* The reader's screen as tall as it is and channel by channel, one choice open at a time, and the page anew once the press room is done. */
import "./modern.js";
function fitted() {
  const frame = document.querySelector("iframe.glass");
  const fit = () => {
    const tall = frame.contentDocument?.documentElement?.scrollHeight ?? 0;
    if (tall > 200) frame.style.height = `${Math.min(tall + 2, 2400)}px`;
  };
  if (!frame) return;
  frame.addEventListener("load", fit);
  if (frame.contentDocument?.readyState === "complete") fit();
}
fitted();

/* Another channel's screen comes in place, so that what was begun below stays as it is. */
const WAYS = "[data-seen] .tabs a, [data-seen] .versions a";
async function seen(way) {
  const answer = await fetch(way.href);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector("[data-seen]");
  if (!fresh) throw new Error(answer.status);
  document.querySelector("[data-seen]").replaceWith(fresh);
  history.replaceState(null, "", way.href);
  fitted();
  [...document.querySelectorAll(WAYS)].find((one) => one.href === way.href)?.focus({ preventScroll: true });
}
document.addEventListener("click", (event) => {
  const way = event.target.closest?.(WAYS);
  if (!way || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  seen(way).catch(() => {
    const said = document.querySelector("[data-seen] .said") ?? document.createElement("p");
    Object.assign(said, { className: "said bad", role: "alert", textContent: "没有取到这个渠道的样子，请再点一次。您写的都还在。" });
    way.closest("nav").after(said);
  });
});

const choices = [...document.querySelectorAll(".choice")];
for (const one of choices) {
  one.addEventListener("toggle", () => {
    if (!one.open) return;
    for (const other of choices) if (other !== one) other.open = false;
  });
}
document.addEventListener("keydown", (event) => {
  const open = choices.find((one) => one.open);
  if (event.key !== "Escape" || event.isComposing || !open) return;
  open.open = false;
  open.querySelector("summary").focus();
});

if (document.body.dataset.state === "drawing" && !document.querySelector(".said.bad")) {
  setTimeout(() => { if (!choices.some((one) => one.open) && document.activeElement === document.body) location.reload(); }, 4000);
}
