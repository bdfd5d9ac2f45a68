// The desk's behaviour: buttons run operations, changes of the store arrive as events. No state of its own.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const csrf = $('meta[name="csrf"]').content;
const MOST_TEXT = 2200, MOST_TAGS = 5;

/** An element with text; never HTML from outside. */
function make(tag, className = "", text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

// ---- Messages -----------------------------------------------------------------------------------------
function tell(text, { bad = false, remedy = "" } = {}) {
  if (!text) return;
  const toast = make("div", bad ? "toast bad" : "toast");
  const line = make("p", "", text);
  if (remedy) line.append(make("small", "", remedy));
  const close = make("button", "", "✕");
  close.type = "button";
  close.setAttribute("aria-label", "Close the message");
  close.onclick = () => toast.remove();
  toast.append(line, close);
  if (!bad) $$(".toast:not(.bad)").forEach((older) => older.remove()); // the newest word is the one that counts
  $("#toasts").append(toast);
  $(bad ? "#warned" : "#said").textContent = `${text} ${remedy}`;
  while ($("#toasts").children.length > 3) $("#toasts").firstChild.remove();
  if (!bad) setTimeout(() => toast.remove(), 6000);
}

// ---- Operations ---------------------------------------------------------------------------------------
/** POST and read one reply a line; `onReply` sees each. Answers the last, or null after telling why not. */
async function run(path, body, onReply = () => {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept": "application/x-ndjson", "X-CSRF": csrf },
      body: JSON.stringify(body),
    });
    if (!answer.ok) {
      const problem = await answer.json();
      tell(problem.error, { bad: true, remedy: problem.remedy });
      return null;
    }
    let last = null;
    for await (const reply of lines(answer.body)) {
      last = reply;
      onReply(reply);
    }
    return last;
  } catch {
    tell("The operator did not answer.", { bad: true, remedy: "See whether it still runs, then try again." });
    return null;
  }
}

async function* lines(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) if (part) yield JSON.parse(part);
  }
}

function announce(reply) {
  if (reply.text) tell(reply.text, { bad: !reply.ok, remedy: reply.ok ? "" : reply.remedy });
}

async function act(card, id, extra = {}) {
  const buttons = $$("[data-action]", card);
  buttons.forEach((button) => { button.disabled = true; });
  const last = await run("/api/actions", { id, seen: card.dataset.seen, ...extra }, announce);
  buttons.forEach((button) => { button.disabled = false; });
  await refresh(card.dataset.draft);
  return last;
}

// ---- Asking before acting -----------------------------------------------------------------------------
const QUESTIONS = {
  deny: { title: "Deny this draft?", text: "It is not posted. A reason helps the next proposals.", field: "reason", ok: "Deny" },
  "revise:wish": { title: "Revise this draft?", text: "The planner makes the next revision of it; votes on this one no longer count.", field: "wish", ok: "Revise" },
  posted: { title: "Posted by hand?", text: "The draft counts as posted; the operator will not post it.", field: "permalink", ok: "It is posted" },
  live: { title: "Is it live?", text: "The draft counts as posted.", field: "permalink", ok: "It is live" },
  unpublished: { title: "Sure that it is not live?", text: "The operator looks once more, then posts it again if it is still approved.", ok: "It is not live" },
  "post:at": { title: "Post it when?", text: "It is posted at that time if the operator runs, instead of at a slot. This approves the draft; undo takes both back.", field: "at", ok: "Set the time" },
  post: { title: "Post it now?", text: "It is sent at once, without the time to take it back.", ok: "Post now" },
};

function ask(question) {
  const dialog = $("#ask");
  $("#ask-title").textContent = question.title;
  $("#ask-text").textContent = question.text;
  $("#ask-ok").textContent = question.ok;
  for (const name of ["reason", "permalink", "at", "wish"]) {
    const field = $(`#ask-${name}`);
    field.hidden = question.field !== name;
    $("[name]", field).value = "";
    $("[name]", field).disabled = field.hidden;
  }
  dialog.returnValue = "";
  dialog.showModal();
  (question.field ? $(`#ask-${question.field} [name]`) : $("#ask-ok")).focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      if (dialog.returnValue !== "ok") return resolve(null);
      const value = question.field ? $(`#ask-${question.field} [name]`).value.trim() : "";
      return resolve(question.field ? { [question.field]: value } : {});
    }, { once: true });
  });
}

// Enter in the window's fields means its main button, not Cancel, which comes first.
$("#ask form").addEventListener("keydown", (event) => {
  const newline = event.target.tagName === "TEXTAREA" && !(event.ctrlKey || event.metaKey);
  if (event.key !== "Enter" || event.target.tagName === "BUTTON" || newline) return;
  event.preventDefault();
  if (event.currentTarget.reportValidity()) $("#ask").close("ok");
});

async function press(button) {
  const card = button.closest("[data-draft]");
  const [name, , , asks] = button.dataset.action.split(":");
  const live = name === "posted" && card.dataset.state === "unknown";
  const question = live ? QUESTIONS.live : QUESTIONS[asks ? `${name}:${asks}` : name];
  const extra = question ? await ask(question) : {};
  if (extra === null) return;
  if (isDirty(card) && ["approve", "post"].includes(name)) {
    tell("The caption was changed but not saved.", { bad: true, remedy: "Save or reset it, then decide." });
    $("textarea", card).focus();
    return;
  }
  await act(card, button.dataset.action, extra);
}

// ---- Captions -----------------------------------------------------------------------------------------
const isDirty = (root) => $$("textarea[data-original]", root).some((area) => area.value !== area.dataset.original);

function measure(area) {
  const form = area.form;
  const length = [...area.value].length;
  const tags = (area.value.match(/[#\uff03](?=[\p{L}\p{N}_\u2600-\u27bf\u{1f000}-\u{1faff}])/gu) || []).length;
  const text = $('[data-counter="text"]', form), hash = $('[data-counter="tags"]', form);
  text.textContent = `${length.toLocaleString("en")} / ${MOST_TEXT.toLocaleString("en")}`;
  hash.textContent = `${tags} / ${MOST_TAGS} hashtags`;
  text.classList.toggle("over", length > MOST_TEXT);
  hash.classList.toggle("over", tags > MOST_TAGS);
  $("[data-caption-buttons]", form).hidden = area.value === area.dataset.original;
}

// ---- Cards --------------------------------------------------------------------------------------------
/** Put what is new into a card, but keep a playing video, an open part and a half-edited caption. */
async function refresh(number) {
  const card = $(`[data-draft="${number}"]`);
  if (!card) return;
  const detail = "detail" in card.dataset;
  let html;
  try {
    const answer = await fetch(detail ? `/drafts/${number}` : `/drafts/${number}/card`, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    html = await answer.text();
  } catch {
    return; // the live connection tells that the operator is gone
  }
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = $(`[data-draft="${number}"]`, page);
  if (!fresh) return;
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  const action = focused?.dataset.action;
  const kept = !$('[data-part="caption"] textarea', fresh) ? false : isDirty(card) || focused?.name === "caption";
  for (const part of $$("[data-part]", card)) {
    const name = part.dataset.part, other = $(`[data-part="${name}"]`, fresh);
    if (!other || (name === "media" && part.dataset.key === other.dataset.key)) continue;
    if (name === "caption" && kept) {
      const mine = $("textarea", part), theirs = $("textarea", other).dataset.original;
      if (theirs !== mine.dataset.original && theirs !== mine.value) {
        tell(`The caption of draft ${number} was changed elsewhere.`, { remedy: "Saving yours replaces it." });
      }
      mine.dataset.original = theirs;
      continue;
    }
    if (part.innerHTML === other.innerHTML) continue;
    if (part.tagName === "DETAILS") other.open = part.open;
    part.replaceWith(document.adoptNode(other));
  }
  for (const key of ["state", "shape", "seen"]) card.dataset[key] = fresh.dataset[key];
  for (const part of detail ? $$("[data-beside]") : []) {
    const other = $(`[data-beside="${part.dataset.beside}"]`, page);
    if (other && part.innerHTML !== other.innerHTML) part.replaceWith(document.adoptNode(other));
  }
  arm(card);
  if (focused && !document.contains(focused)) ($(`[data-action="${action}"]`, card) || card).focus();
}

/** Make what was just put on the page count: captions are measured, countdowns get their end. */
function arm(root) {
  $$("textarea[data-original]", root).forEach(measure);
  $$("time[data-due]", root).forEach((time) => { time.dataset.end ??= Date.now() + Number(time.dataset.due) * 1000; });
}

function countDown() {
  for (const time of $$("time[data-end]")) {
    const left = Math.max(0, Math.round((time.dataset.end - Date.now()) / 1000));
    const hours = Math.floor(left / 3600), minutes = Math.floor(left / 60) % 60, pad = String(left % 60).padStart(2, "0");
    time.textContent = hours ? `${hours} h ${minutes} min` : `${minutes}:${pad}`;
  }
}

// ---- Live ---------------------------------------------------------------------------------------------
let source = null;
let stages = "";

function listen() {
  if (source || document.hidden) return;
  source = new EventSource("/events");
  source.onopen = () => live("on", "Live");
  source.onerror = () => {
    live("lost", "Connecting…");
    if (source?.readyState === EventSource.CLOSED) { source = null; setTimeout(listen, 3000); }
  };
  source.onmessage = (event) => follow(JSON.parse(event.data));
}

function live(state, text) {
  $("#live").dataset.state = state;
  $("#live-text").textContent = text;
}

function follow(message) {
  if (message.started && message.started !== $('meta[name="started"]').content) {
    // The operator was restarted: this page's key is no longer valid.
    if (!isDirty(document)) location.reload();
    return;
  }
  for (const [number, shape] of Object.entries(message.shapes || {})) {
    const card = $(`[data-draft="${number}"]`);
    if (card && card.dataset.shape !== shape) refresh(number);
  }
  for (const view of message.drafts) {
    const card = $(`[data-draft="${view.number}"]`);
    if (card && card.dataset.shape !== view.shape) {
      card.dataset.shape = view.shape; // asked for: not again for the same
      refresh(view.number);
    } else if (card && view.progress !== null) progress(view);
  }
  const cards = $("#cards");
  if (cards && !$(".tabs a[data-tab][aria-current]") && !new URLSearchParams(location.search).size) {
    message.drafts.filter((view) => !$(`[data-draft="${view.number}"]`)).forEach((view) => addCard(view, cards));
  }
  for (const [name, count] of Object.entries(message.counts)) {
    $$(`[data-count="${name}"]`).forEach((element) => { element.textContent = count; });
    if (name === "attention" && count) $$('[data-tab="attention"]').forEach((tab) => { tab.hidden = false; });
  }
  if ($("#headline")) $("#headline").textContent = message.headline;
  showJobs(message.jobs);
}

const adding = new Set();

/** A draft this page does not show yet: newer ones go to the front. */
async function addCard(view, cards) {
  const newest = Number($("[data-draft]", cards)?.dataset.draft || 0);
  if (view.number < newest || adding.has(view.number)) return;
  adding.add(view.number);
  const answer = await fetch(`/drafts/${view.number}/card`).catch(() => null);
  adding.delete(view.number);
  if (!answer?.ok || $(`[data-draft="${view.number}"]`)) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const next = $$("[data-draft]", cards).find((card) => Number(card.dataset.draft) < view.number) || null;
  cards.insertBefore(document.adoptNode($("[data-draft]", page)), next);
  cards.hidden = false;
  $(".empty")?.remove();
  arm(cards);
}

function progress(view) {
  const bar = $(`[data-progress="${view.number}"]`), text = $(`[data-progress-text="${view.number}"]`);
  if (!bar || !text) return;
  bar.value = view.progress;
  text.textContent = `${Math.round(view.progress * 100)} %`;
}

let hadJobs = false;

function showJobs(jobs) {
  const box = $("#jobs");
  box.replaceChildren(...jobs.map((job) => {
    const row = make("div", "job");
    const bar = make("progress");
    if (job.total) { bar.max = job.total; bar.value = job.done; }
    bar.setAttribute("aria-label", `${job.kind} ${job.id}`);
    const name = make("strong", "", { generate: "Making videos", revise: "Revising", collect: "Collecting", look: "Looking at footage", describe: "Describing footage" }[job.kind] || job.kind);
    const count = job.total ? ` ${Math.floor(job.done)} of ${job.total}` : "";
    row.append(name, bar, make("span", "muted", `${job.stage || "waiting"}${count}`));
    return row;
  }));
  box.hidden = !jobs.length;
  const now = jobs.map((job) => `${job.kind}: ${job.stage || "waiting"}`).join(", ");
  if (now !== stages) { stages = now; if (now) $("#said").textContent = now; }
  if (hadJobs && !jobs.length && $("#joblist")) location.reload();
  hadJobs = jobs.length > 0;
}

// ---- Forms of operations ------------------------------------------------------------------------------
function values(form) {
  const given = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if (field.type === "checkbox") given[field.name] = field.checked;
    else if (field.value !== "") given[field.name] = field.value;
  }
  return given;
}

async function submit(form) {
  if (form.classList.contains("busy")) return;
  form.classList.add("busy");
  const box = $("[data-answer]", form);
  if (box) { box.hidden = false; box.replaceChildren(make("p", "muted", "Working…")); }
  const name = form.dataset.operation;
  const free = () => form.classList.remove("busy");
  const last = await run(`/api/operations/${name}`, values(form), (reply) => {
    if (name === "generate") free();
    if (box) show(box, reply); else announce(reply);
  });
  free();
  if (!last && box) box.hidden = true;
  if (last?.ok && form.dataset.kind === "caption") {
    const area = $("textarea", form);
    area.dataset.original = last.data?.caption ?? area.value;
    area.value = area.dataset.original;
    measure(area);
    await refresh(form.elements.number.value);
  }
  if (last?.ok && "reload" in form.dataset) location.reload();
}

/** An operation's answer as it is: text, table, data. */
function show(box, reply) {
  const parts = [];
  if (reply.progress) parts.push(make("p", "muted", `${reply.progress.stage} ${reply.progress.message}`));
  if (reply.text) parts.push(make("p", reply.ok ? "" : "problem", reply.text));
  if (reply.remedy) parts.push(make("p", "muted", reply.remedy));
  if (reply.table.length) parts.push(table(reply.table));
  if (reply.data !== null && !reply.table.length && reply.ok) parts.push(make("pre", "", JSON.stringify(reply.data, null, 2)));
  if (parts.length) box.replaceChildren(...parts);
}

function table(rows) {
  const result = make("table"), head = result.createTHead().insertRow(), body = result.createTBody();
  for (const name of Object.keys(rows[0])) {
    const cell = make("th", "", name);
    cell.scope = "col";
    head.append(cell);
  }
  for (const row of rows) {
    const line = body.insertRow();
    for (const value of Object.values(row)) line.insertCell().textContent = value ?? "";
  }
  return result;
}

// ---- Preview ------------------------------------------------------------------------------------------
const KINDS = { image: /\.(jpe?g|png|webp|gif|avif|bmp)$/i, video: /\.(mp4|m4v|mov|webm|mkv)$/i, audio: /\.(mp3|m4a|aac|wav|ogg|opus|flac)$/i };

function preview(button) {
  const { preview: url, name, facts = "" } = button.dataset;
  const kind = button.dataset.kind || Object.keys(KINDS).find((key) => KINDS[key].test(name));
  const body = $("#preview-body");
  const element = make(kind === "image" || !kind ? "img" : kind);
  if (kind === "image" || !kind) element.alt = name;
  else Object.assign(element, { controls: true, autoplay: true, playsInline: true });
  element.onerror = () => body.replaceChildren(make("p", "", "This browser cannot show the file. It lies unchanged in its folder."));
  element.src = url;
  body.replaceChildren(element);
  $("#preview-title").textContent = name;
  $("#preview-facts").textContent = facts;
  $("#preview-seen").replaceChildren();
  if (!$("#preview").open) $("#preview").showModal();
  $("#preview").scrollTop = 0;
  $("#preview").classList.toggle("with-seen", Boolean(button.dataset.asset));
  if (button.dataset.asset) showSeen(button.dataset.asset);
}

let seenOf = "";

/** What the file shows, below it; told by the operator, which escapes every name in it. */
async function showSeen(asset) {
  seenOf = asset;
  const answer = await fetch(`/inventory/${asset}`).catch(() => null);
  if (!answer?.ok || seenOf !== asset) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = $(".seen", page);
  if (found) $("#preview-seen").replaceChildren(document.adoptNode(found));
}

/** The pictures of a clip beside it while a mouse is over it. */
const peek = make("img", "peek");
peek.alt = "";
peek.hidden = true;
document.body.append(peek);
let peeked = null;

function peekAt(thumb) {
  peeked = thumb;
  peek.hidden = true;
  if (!thumb) return;
  peek.onload = () => {
    if (peeked !== thumb) return;
    peek.hidden = false;
    const at = thumb.getBoundingClientRect(), size = peek.getBoundingClientRect();
    const left = at.left + at.width / 2 - size.width / 2;
    peek.style.left = `${Math.max(12, Math.min(innerWidth - size.width - 12, left))}px`;
    const above = at.top - size.height - 10;
    peek.style.top = `${above > 12 ? above : Math.min(innerHeight - size.height - 12, at.bottom + 10)}px`;
  };
  peek.src = thumb.dataset.sheet;
}

// ---- Keyboard -----------------------------------------------------------------------------------------
const current = () => document.activeElement?.closest?.("[data-draft]") || $("[data-draft][data-current]");

function step(by) {
  const cards = $$("[data-draft]");
  if (!cards.length) return;
  const at = cards.indexOf(current());
  const next = cards[Math.max(0, Math.min(cards.length - 1, at < 0 ? 0 : at + by))];
  cards.forEach((card) => { delete card.dataset.current; });
  next.dataset.current = "";
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

const ACTION_KEYS = { a: "approve", d: "deny", u: "undo", p: "post" };

function onKey(event) {
  const typing = event.target.matches?.("input, textarea, select, [contenteditable]");
  if (typing && event.key === "Escape") return event.target.blur();
  if (typing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return undefined;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?") $("#keys").showModal();
  else if (event.key === "/" && $("[data-search]")) $("[data-search]").select();
  else if (ACTION_KEYS[event.key]) {
    const card = current() || $("[data-detail]");
    if (!card) return tell("Choose a draft first: j and k go through them.");
    const button = $(`[data-action^="${ACTION_KEYS[event.key]}:"]`, card);
    if (button) button.click();
    else tell(`Draft ${card.dataset.draft} has nothing to ${ACTION_KEYS[event.key]} now.`);
  } else return undefined;
  event.preventDefault();
  return undefined;
}

// ---- Wiring -------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.action) press(button);
  else if (button && "logout" in button.dataset) {
    fetch("/api/logout", { method: "POST", headers: { "X-CSRF": csrf } }).then(() => location.assign("/login"));
  }
  else if (button?.dataset.preview) { peekAt(null); preview(button); }
  else if (button && "reset" in button.dataset) {
    const area = $("textarea", button.form);
    area.value = area.dataset.original;
    measure(area);
    area.focus();
  }
});
document.addEventListener("submit", (event) => {
  if (!event.target.dataset.operation) return;
  event.preventDefault();
  submit(event.target);
});
document.addEventListener("input", (event) => {
  if (event.target.dataset?.original !== undefined) measure(event.target);
});
document.addEventListener("pointerover", (event) => {
  const thumb = event.pointerType === "mouse" && !$("dialog[open]") ? event.target.closest?.("[data-sheet]") : null;
  if (thumb !== peeked) peekAt(thumb);
});
document.addEventListener("keydown", onKey);
document.addEventListener("play", (event) => {
  $$("video").forEach((video) => { if (video !== event.target) video.pause(); });
}, true);
$("#preview").addEventListener("close", () => {
  seenOf = "";
  $("#preview-body").replaceChildren();
  $("#preview-seen").replaceChildren();
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) { source?.close(); source = null; } else listen();
});
addEventListener("beforeunload", (event) => { if (isDirty(document)) event.preventDefault(); });
arm(document);
countDown();
setInterval(countDown, 1000);
listen();
