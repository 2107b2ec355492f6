"use strict";
// Comforts on top of pages that work without this file: live updates, a button that copies a command, and files chosen
// instead of pasted as a data URI.

// What a button copies is the text that stands on the page.
function copyText(node) {
  if (navigator.clipboard) return navigator.clipboard.writeText(node.textContent);
  const selection = getSelection();
  selection.selectAllChildren(node);
  const done = document.execCommand("copy");
  return done ? Promise.resolve() : Promise.reject(new Error("copy"));
}

function offerCopying(root) {
  for (const button of root.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const label = button.textContent;
      copyText(document.getElementById(button.dataset.copy)).then(
        () => { button.textContent = "Copied"; },
        () => { button.textContent = "Press Ctrl+C"; },
      ).finally(() => setTimeout(() => { button.textContent = label; }, 2000));
    });
  }
}

// The field that takes a data URI gives way to one that chooses a file and writes it there.
function offerFiles(root) {
  for (const chooser of root.querySelectorAll("input[type='file'][data-into]")) {
    const field = document.getElementById(chooser.dataset.into);
    const said = document.getElementById(field.id + "-said");
    const most = Number(chooser.dataset.most);
    if (field.getAttribute("aria-invalid")) {
      field.value = "";
      chooser.setAttribute("aria-invalid", "true");
      chooser.setAttribute("aria-describedby", field.getAttribute("aria-describedby") + " " + said.id);
    } else if (field.value) said.textContent = "The file chosen before is kept.";
    document.querySelector("label[for='" + field.id + "']").htmlFor = chooser.id;
    field.hidden = true;
    chooser.hidden = false;
    chooser.addEventListener("change", () => take(chooser, field, said, most));
  }
}

function take(chooser, field, said, most) {
  const file = chooser.files[0];
  field.value = "";
  said.textContent = "";
  if (!file) return;
  if (file.size > most) {
    said.textContent = file.name + " has " + file.size.toLocaleString("en") + " bytes, which is too much. It is left out.";
    chooser.value = "";
    return;
  }
  const buttons = chooser.form.querySelectorAll("button");
  for (const button of buttons) button.disabled = true;
  const reader = new FileReader();
  reader.onload = () => { field.value = reader.result; };
  reader.onerror = () => { said.textContent = file.name + " cannot be read."; chooser.value = ""; };
  reader.onloadend = () => { for (const button of buttons) button.disabled = false; };
  reader.readAsDataURL(file);
}

// The page asks for itself again and takes over the regions that may have changed.
const REST_MS = 1000;
let asking = false;
let wanted = false;

function refresh() {
  wanted = true;
  if (asking) return;
  asking = true;
  wanted = false;
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.responseType = "document";
  request.setRequestHeader("Accept", "text/html");
  request.onloadend = () => {
    const page = request.response;
    if (page && new URL(request.responseURL).pathname !== location.pathname) location.reload();
    else if (page && request.status === 200) takeOver(page);
    setTimeout(() => { asking = false; if (wanted) refresh(); }, REST_MS);
  };
  request.send();
}

function isBeingRead(region) {
  const selection = getSelection();
  return !selection.isCollapsed && region.contains(selection.anchorNode);
}

function takeOver(page) {
  for (const old of document.querySelectorAll("[data-live][id]")) {
    const fresh = page.getElementById(old.id);
    if (!fresh || isBeingRead(old) || old.outerHTML === fresh.outerHTML) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const isOpen = new Map([...old.querySelectorAll("details[id]")].map((one) => [one.id, one.open]));
    const node = document.adoptNode(fresh);
    for (const one of node.querySelectorAll("details[id]")) if (isOpen.has(one.id)) one.open = isOpen.get(one.id);
    old.replaceWith(node);
    if (focused) (document.getElementById(focused) || document.getElementById("main")).focus({ preventScroll: true });
    if (node.dataset.announce && node.dataset.announce !== old.dataset.announce) {
      document.getElementById("announce").textContent = node.dataset.announce;
    }
  }
  document.title = page.title;
}

function concerns(message) {
  return [...document.querySelectorAll("[data-live][id]")].some((region) => {
    const [topic, scan] = region.dataset.live.split(".");
    return scan ? message.scan === scan : message.topic === topic;
  });
}

const SESSION_OVER = 4401;
let patience = 1000;

function listen(again) {
  const socket = new WebSocket((location.protocol === "https:" ? "wss://" : "ws://") + location.host + "/live");
  let opened = false;
  socket.onopen = () => { opened = true; patience = 1000; if (again) refresh(); };
  socket.onmessage = (event) => { if (concerns(JSON.parse(event.data))) refresh(); };
  socket.onclose = (event) => {
    if (event.code === SESSION_OVER) { location.reload(); return; }
    // Where a proxy lets no WebSocket through, the page asks by itself, ever less often.
    setTimeout(() => { if (!opened) refresh(); listen(true); }, patience);
    patience = Math.min(patience * 2, 30000);
  };
}

offerCopying(document);
offerFiles(document);
if (document.querySelector("[data-live][id]")) listen(false);
