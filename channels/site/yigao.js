/* Remembers 长辈版 and the text size on this device. Pages read the same without it. */
(function () {
  "use strict";
  var root = document.documentElement;
  function read(key) { try { return localStorage.getItem("yigao." + key) || ""; } catch (e) { return ""; } }
  function write(key, value) { try { localStorage.setItem("yigao." + key, value); } catch (e) { /* private mode */ } }
  function show(key, value) {
    if (value) { root.setAttribute("data-" + key, value); } else { root.removeAttribute("data-" + key); }
  }
  var known = { elder: read("elder") === "1" ? "1" : "", size: /^(large|huge)$/.test(read("size")) ? read("size") : "" };
  show("elder", known.elder);
  show("size", known.size);
  root.classList.add("js");
  function ready() {
    var elder = document.getElementById("elder");
    elder.checked = known.elder === "1";
    elder.addEventListener("change", function () {
      write("elder", elder.checked ? "1" : "");
      show("elder", elder.checked ? "1" : "");
    });
    document.querySelectorAll('input[name="size"]').forEach(function (choice) {
      choice.checked = choice.value === known.size;
      choice.addEventListener("change", function () { write("size", choice.value); show("size", choice.value); });
    });
    document.querySelectorAll("button[data-copy]").forEach(function (button) {
      button.addEventListener("click", function () { copy(button); });
    });
    var here = document.querySelector('.tabs a[aria-current="page"]');
    if (here) { var list = here.closest("ul"); list.scrollLeft = here.offsetLeft - list.clientWidth / 2 + here.offsetWidth / 2; }
  }
  function copy(button) {
    var field = document.getElementById(button.getAttribute("data-copy"));
    function said(words) { button.textContent = words; }
    field.select();
    if (navigator.clipboard) {
      navigator.clipboard.writeText(field.value).then(function () { said("已复制"); }, function () { said("请长按选中复制"); });
    } else { said(document.execCommand("copy") ? "已复制" : "请长按选中复制"); }
  }
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", ready); } else { ready(); }
})();
