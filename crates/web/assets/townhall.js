// Townhall's own script: keys, drafts, drops, live parts. Every page works without it.
// It says nothing in its own words: what people read comes from the server (meta th-words) or stands in the page.
"use strict";
(() => {
  const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content;
  const words = JSON.parse(meta("th-words") || "{}");
  const say = (key, time) => (words[key] || "").replace("{time}", time || "");
  // The hour of the business clock, in Viet Nam: the page came with it, and it runs on with this computer's.
  const ahead = Number(meta("th-now")) - Date.now();
  const clock = (at) => new Date(Number(at) + ahead + 7 * 3600 * 1000).toISOString().slice(11, 16);
  const isField = (element) => Boolean(element?.closest("input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]"));

  // 1. Keys. One table (keys.json), which the buttons show too, so hint and behaviour cannot differ.
  let keys = [];
  let first = ""; // the first letter of a pair such as G V, for a second
  const lettersOn = document.body.dataset.keys !== "off";

  function pressed(event) {
    const name = event.key.length === 1 ? event.key.toUpperCase() : event.key;
    if (event.ctrlKey || event.metaKey) return `Ctrl ${name}`;
    return event.shiftKey && name === "Enter" ? "Shift Enter" : name;
  }

  // The nearest element with that key: in the row or list item with focus, else anywhere on the page.
  function holder(id) {
    const row = document.activeElement?.closest("tr, li");
    return row?.querySelector(`[data-key="${id}"]`) || document.querySelector(`[data-key="${id}"]`);
  }

  function obey(key) {
    const element = holder(key.id);
    if (element) {
      if (isField(element)) { element.focus(); element.select?.(); } else element.click();
      return true;
    }
    if (key.id === "help") return showKeys();
    if (key.id === "down" || key.id === "up") return moveRow(key.id === "down" ? 1 : -1);
    if (key.id === "choose") return chooseRow();
    // Only a place that the navigation offers to this person.
    const place = key.href && document.querySelector(`.th-side a[href="${key.href}"]`);
    if (place) { place.click(); return true; }
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented || event.altKey) return;
    const name = pressed(event);
    // In the express lane an empty scanner's field is simply passed by.
    const passedBy = event.target.closest?.("form[data-enter]") && !event.target.value?.trim();
    if (event.target.matches?.("[data-scan]") && name === "Enter" && !passedBy) {
      event.preventDefault();
      document.getElementById(event.target.dataset.scan)?.click();
      return;
    }
    if (enterMovesOn(event, name)) return;
    const special = name.startsWith("Ctrl ") || /^F\d+$/.test(name);
    const adding = name === "+" && event.target.closest?.("[data-enter]") && event.target.inputMode === "numeric";
    if (!special && !adding && (isField(event.target) || !lettersOn)) return;
    const pair = first ? `${first} ${name}` : name;
    first = !first && name === "G" ? "G" : "";
    if (first) { setTimeout(() => { first = ""; }, 1000); return; }
    const key = keys.filter((entry) => entry.keys === pair && entry.keys !== "Enter").find(obey);
    if (key) event.preventDefault();
  });

  // Express lane: Enter goes on, Shift Enter goes back, and the last field's Enter presses the button.
  function enterMovesOn(event, name) {
    const form = event.target.closest?.("form[data-enter]");
    if (!form || !/^(Shift )?Enter$/.test(name) || event.target.matches("button, a, textarea, summary")) return false;
    const chain = [...form.querySelectorAll("[data-enter-chain] input:not([type=hidden])")].filter((field) => field.offsetParent);
    if (chain.includes(event.target)) {
      const next = chain[chain.indexOf(event.target) + (name === "Enter" ? 1 : -1)];
      if (next) { next.focus(); next.select(); } else if (name === "Enter") form.querySelector("[data-enter-last]")?.click();
      event.preventDefault();
      return true;
    }
    const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea, button")].filter((field) => field.offsetParent);
    fields[fields.indexOf(event.target) + (name === "Enter" ? 1 : -1)]?.focus();
    event.preventDefault();
    return true;
  }

  function showKeys() {
    fetch("/keys").then((reply) => reply.text()).then((html) => {
      const page = new DOMParser().parseFromString(html, "text/html").getElementById("keys");
      if (!page) { location.href = "/keys"; return; }
      const dialog = document.createElement("dialog");
      dialog.className = "th-dialog";
      dialog.setAttribute("aria-label", page.querySelector("h1").textContent);
      const close = document.createElement("button");
      close.className = "btn btn-sm";
      close.textContent = say("close");
      close.addEventListener("click", () => dialog.close());
      dialog.append(page, close);
      dialog.addEventListener("close", () => dialog.remove());
      document.body.append(dialog);
      dialog.showModal();
    }).catch(() => { location.href = "/keys"; });
    return true;
  }

  // 2. Rows of a work list: J, K, X; the row shown beside the list is fetched when it is reached.
  const rows = () => [...document.querySelectorAll("[data-list] .th-item")];

  function selectRow(row) {
    rows().forEach((other) => other.toggleAttribute("aria-current", false));
    row.setAttribute("aria-current", "true");
    row.dispatchEvent(new CustomEvent("th-select"));
  }

  function moveRow(step) {
    const all = rows();
    if (!all.length) return false;
    const now = all.findIndex((row) => row.contains(document.activeElement));
    const from = now >= 0 ? now : all.findIndex((row) => row.hasAttribute("aria-current"));
    const next = all[Math.min(all.length - 1, Math.max(0, from + step))];
    next.querySelector(".th-name").focus();
    selectRow(next);
    return true;
  }

  function chooseRow() {
    const row = rows().find((one) => one.contains(document.activeElement)) || rows().find((one) => one.hasAttribute("aria-current"));
    const box = row?.querySelector("input[type=checkbox]");
    box?.click();
    return Boolean(box);
  }

  // All rows or none; the button is there for this script only.
  document.querySelectorAll("[data-choose-all]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", (event) => {
    const all = event.target.closest?.("[data-choose-all]");
    if (!all) return;
    const boxes = [...all.form.querySelectorAll("input[type=checkbox][name=item]")];
    const on = boxes.some((box) => !box.checked);
    boxes.forEach((box) => { box.checked = on; });
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("[data-list] .th-item[hx-get]");
    if (row && !event.target.closest("a, input, button, label")) selectRow(row);
    // A menu closes when one clicks elsewhere.
    document.querySelectorAll("details.th-menu[open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.("details.th-menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // 3. Drafts: what is typed goes to the server and, for the time without a network or session, into the browser.
  const HOURS = 12 * 3600 * 1000;
  const person = document.body.dataset.person || "";
  const store = person ? localStorage : sessionStorage; // on a citizen's borrowed computer nothing outlives the tab
  const place = (form) => `draft:${person}:${form.dataset.draft}`;
  const kept = (form) => [...form.elements].filter((field) => field.name && !["password", "file", "submit", "button"].includes(field.type) && (field.type !== "hidden" || "keep" in field.dataset) && !("nodraft" in field.dataset));

  function readFields(form) {
    return kept(form).map((field) => [field.name, field.value, field.type === "checkbox" || field.type === "radio" ? field.checked : null]);
  }

  function writeFields(form, saved) {
    const left = [...saved];
    kept(form).forEach((field) => {
      const ticking = field.type === "checkbox" || field.type === "radio";
      const index = left.findIndex(([name, value]) => name === field.name && (!ticking || value === field.value));
      if (index < 0) return;
      const [[, value, checked]] = left.splice(index, 1);
      if (ticking) field.checked = checked; else field.value = value;
    });
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function status(form, text) {
    const line = form.querySelector("[data-draft-status]") || document.querySelector("[data-draft-status]");
    if (!line) return;
    const icon = line.querySelector("svg");
    line.replaceChildren(...(icon ? [icon, " "] : []), text);
  }

  const readKept = (form) => { try { return JSON.parse(store.getItem(place(form)) || "null"); } catch { return null; } };
  function keep(form, marks) {
    try { store.setItem(place(form), JSON.stringify({ at: Date.now(), fields: readFields(form), ...marks })); } catch { /* a full or forbidden store: the server has it */ }
  }

  async function sendDraft(form) {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && form.elements[name]?.type !== "password") body.append(name, value);
    const at = clock(Date.now());
    try {
      const reply = await fetch(form.dataset.draftUrl, { method: "POST", body, headers: { "HX-Request": "true" }, redirect: "manual" });
      if (reply.ok) { keep(form, { sent: true }); status(form, say("saved", at)); }
      else status(form, say(reply.status === 401 || reply.type === "opaqueredirect" ? "signedOut" : "kept", at));
    } catch { status(form, say("kept", at)); }
  }

  function watchDraft(form) {
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => { keep(form, {}); sendDraft(form); }, 800);
    });
    form.addEventListener("submit", () => { clearTimeout(timer); keep(form, { submitted: true }); });
    // What reached the server stands in the page already, and a form sent back with mistakes holds what was typed.
    const saved = readKept(form);
    if (!saved || saved.sent || document.querySelector(".th-summary")) return;
    if (Date.now() - saved.at > HOURS) { store.removeItem(place(form)); return; }
    if ("draftDraw" in form.dataset) { drawFrom(form, saved); return; }
    writeFields(form, saved.fields);
    status(form, say("restored", clock(saved.at)));
  }

  // Where answers decide which fields there are, the server draws the form from what this browser kept.
  async function drawFrom(form, saved) {
    const body = new URLSearchParams([["csrf", form.elements.csrf?.value || ""]]);
    for (const [name, value, checked] of saved.fields) if (checked !== false) body.append(name, value);
    const reply = await fetch(form.dataset.draftUrl, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (!reply?.ok) { status(form, say("kept", clock(saved.at))); return; }
    store.setItem(place(form), JSON.stringify({ ...saved, sent: true }));
    location.reload();
  }

  // What was kept for somebody else, or has become a saved case, goes.
  function forgetOld() {
    // Once for each answer: a reload of the same page must not drop what was typed since.
    const told = `done:${location.href}`;
    const done = sessionStorage.getItem(told) ? "" : meta("th-draft-done");
    if (done) sessionStorage.setItem(told, "1");
    // Whoever is asked to sign in after sending has sent nothing: the session had ended.
    const refused = location.pathname.startsWith("/sign-in");
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith("draft:")) continue;
      if (refused) {
        const kept = JSON.parse(localStorage.getItem(name));
        if (kept.submitted) localStorage.setItem(name, JSON.stringify({ ...kept, submitted: false, sent: false }));
        continue;
      }
      const [, owner, draft] = name.split(":");
      // A form that was sent and is not on the page that came back has arrived.
      const arrived = JSON.parse(localStorage.getItem(name)).submitted && !document.querySelector(`form[data-draft="${CSS.escape(draft)}"]`);
      if ((person && owner !== person) || draft === done || arrived) localStorage.removeItem(name);
    }
    if (done) sessionStorage.removeItem(`draft::${done}`);
  }

  // 4. Forms: a second press while the first is on its way sends nothing; fields that depend on an answer follow it.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post") return;
    if (event.target.dataset.busy) { event.preventDefault(); return; }
    event.target.dataset.busy = "1";
    setTimeout(() => { delete event.target.dataset.busy; }, 5000);
  });
  addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach((form) => { delete form.dataset.busy; }));

  function followAnswers(form) {
    // In the order of the page: a part whose question is hidden is hidden too.
    form.querySelectorAll("[data-when]").forEach((part) => {
      const wanted = JSON.parse(part.dataset.values);
      const question = form.querySelector(`[name="${CSS.escape(part.dataset.when)}"]`);
      const asked = question && !question.closest("[data-when]")?.hidden;
      const given = new FormData(form).getAll(part.dataset.when);
      part.hidden = !asked || !(given.length ? given : [""]).some((value) => wanted.includes(value));
      part.querySelector("[data-when-hint]")?.setAttribute("hidden", "");
    });
  }
  document.addEventListener("change", (event) => {
    const { form, dataset, name, value } = event.target;
    if (form && dataset.ticks && value) form.elements[dataset.ticks].checked = true;
    if (form?.querySelector("[data-when]")) followAnswers(form);
    // An answer on which another part of the page depends.
    const part = event.target.closest?.("[data-refresh-on]");
    if (part && JSON.parse(part.dataset.refreshOn).includes(name)) part.dispatchEvent(new CustomEvent("th-refresh"));
  });
  function goOn() {
    document.querySelectorAll("[data-focus]").forEach((part) => {
      part.querySelector(part.dataset.focus)?.focus();
      part.removeAttribute("data-focus");
    });
  }

  // A part that was swapped follows the answers as the page did.
  document.addEventListener("htmx:after:swap", () => {
    document.querySelectorAll("form:has([data-when])").forEach(followAnswers);
    // Where the work goes on, as the server says; after htmx has put the focus back.
    setTimeout(goOn, 0);
  });

  // 5. Files dropped on a field of files.
  ["dragover", "dragleave", "drop"].forEach((kind) => document.addEventListener(kind, (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("th-over-drop", kind === "dragover");
    const field = zone.querySelector("input[type=file]");
    if (kind === "drop" && event.dataTransfer.files.length) {
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }));

  // 5b. Large files go in pieces before their form does, and go on where a bad line broke off. Without a script, or
  // when they are small, they go with the form.
  const LARGE = 4 << 20;
  const PIECE = 1 << 20;
  const begun = new Map(); // file → name of its upload, for a second try

  async function sendPieces(zone, file, token, tell) {
    const url = zone.dataset.pieces;
    const ask = async (path, options) => {
      const reply = await fetch(path, { ...options, headers: { "x-csrf": token, ...options.headers } });
      const answer = await reply.json().catch(() => ({}));
      if (!reply.ok && reply.status !== 409) throw Object.assign(new Error(answer.sentence), { final: reply.status < 500 });
      return answer;
    };
    if (!begun.has(file)) {
      const body = JSON.stringify({ name: file.name, bytes: file.size });
      begun.set(file, (await ask(url, { method: "POST", body, headers: { "content-type": "application/json" } })).id);
    }
    const path = `${url}/${begun.get(file)}`;
    let { offset } = await ask(path, {});
    for (let tries = 0; offset < file.size;) {
      tell(`${file.name}: ${Math.floor((100 * offset) / file.size)} %`);
      try {
        const body = await file.slice(offset, offset + PIECE).arrayBuffer();
        ({ offset } = await ask(path, { method: "PATCH", body, headers: { "upload-offset": String(offset), "content-type": "application/octet-stream" } }));
        tries = 0;
      } catch (error) {
        if (error.final || ++tries > 5) throw error;
        await new Promise((later) => setTimeout(later, 1000 * 2 ** tries));
        offset = (await ask(path, {}).catch(() => ({ offset }))).offset;
      }
    }
    return begun.get(file);
  }

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const zone = form.querySelector("[data-pieces]");
    const field = zone?.querySelector("input[type=file]");
    const all = [...(field?.files || [])];
    const large = all.filter((file) => file.size > LARGE);
    if (!large.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const status = zone.querySelector("[data-pieces-status]");
    const tell = (text) => { status.textContent = text; };
    const choose = (files) => {
      const rest = new DataTransfer();
      files.forEach((file) => rest.items.add(file));
      field.files = rest.files;
    };
    // Refused is that file alone: it leaves the choice, the others stay for the next press.
    const refused = [];
    const part = (file) => sendPieces(zone, file, form.elements.csrf.value, (text) => tell(`${zone.dataset.piecesSay} ${text}`)).catch((error) => {
      if (!error.final || !error.message) throw error;
      refused.push(error.message);
      choose([...field.files].filter((other) => other !== file));
    });
    try {
      const names = [];
      for (const file of large) names.push(await part(file));
      if (refused.length) throw Object.assign(new Error(refused.join(" ") + (field.files.length ? ` ${zone.dataset.piecesRest || ""}` : "")), { final: true });
      choose(all.filter((file) => !large.includes(file)));
      names.forEach((value) => zone.append(Object.assign(document.createElement("input"), { type: "hidden", name: "uploads", value })));
      form.submit();
    } catch (error) {
      delete form.dataset.busy;
      tell(error.final && error.message ? error.message : zone.dataset.piecesFail);
    }
  }, true);

  // Where a form is nothing but its files, choosing them sends it.
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-send-on-choose] input[type=file]") && event.target.files.length) event.target.form.requestSubmit();
  });

  // A button that prints is only worth something where a script runs.
  document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => print()); });

  // 6. Live parts: an event stream while the tab is seen; where streams fail, a look every 15 seconds.
  function goLive(part) {
    let stream = null;
    let timer = 0;
    const refresh = () => part.dispatchEvent(new CustomEvent("th-live"));
    const stop = () => { stream?.close(); stream = null; clearInterval(timer); };
    const start = () => {
      stop();
      if (document.hidden || !part.isConnected) return;
      stream = new EventSource(part.dataset.live);
      stream.onmessage = refresh;
      // A stream that only broke off comes back by itself; one that was refused does not.
      stream.onerror = () => { if (stream?.readyState === EventSource.CLOSED) { stop(); timer = setInterval(refresh, 15000); } };
    };
    document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); else { refresh(); start(); } });
    addEventListener("beforeunload", () => { stop(); setTimeout(start, 5000); });
    addEventListener("pageshow", (event) => { if (event.persisted) start(); });
    start();
  }

  // What is still being fetched when the page is left, or is asked for while the next page is on its way, ends as if the
  // network were gone; htmx would complain, and the page would say so in its last moment. Nothing is broken off here: who
  // only fetches a file stays, and needs the answer.
  let leaving = 0;
  addEventListener("beforeunload", () => {
    clearTimeout(leaving);
    leaving = setTimeout(() => { leaving = 0; }, 30000);
  });
  const quietly = (error) => { throw leaving ? new DOMException("the page is left", "AbortError") : error; };
  document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
    const ask = ctx.fetch;
    ctx.fetch = async (...given) => {
      const reply = await ask(...given).catch(quietly);
      const text = reply.text.bind(reply);
      reply.text = () => text().catch(quietly);
      return reply;
    };
  });

  // 6b. A display may sound when another number is called: only after somebody has pressed its button.
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-sound]");
    if (!button) return;
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    if (!on) { button.sound?.close(); button.sound = null; return; }
    button.sound = new AudioContext();
    const board = document.querySelector(button.dataset.sound);
    const call = () => board.querySelector("[data-call]")?.dataset.call || "";
    let last = call();
    chime(button.sound);
    new MutationObserver(() => {
      const now = call();
      if (now && now !== last && button.sound) chime(button.sound);
      last = now;
    }).observe(board, { childList: true, subtree: true });
  });
  function chime(sound) {
    [660, 880].forEach((pitch, at) => {
      const [tone, gain] = [sound.createOscillator(), sound.createGain()];
      const start = sound.currentTime + at * 0.35;
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.25, start);
      gain.gain.exponentialRampToValueAtTime(0.001, start + 0.6);
      tone.connect(gain).connect(sound.destination);
      tone.start(start);
      tone.stop(start + 0.6);
    });
  }

  // 7. Without a network the page says so and keeps what is typed.
  const offline = document.getElementById("offline");
  const online = () => { if (offline) offline.hidden = navigator.onLine; };
  addEventListener("offline", online);
  addEventListener("online", () => { online(); document.querySelectorAll("form[data-draft]").forEach(sendDraft); });
  document.addEventListener("htmx:error", () => { if (offline) offline.hidden = false; });
  document.addEventListener("htmx:after:request", online);

  // 8. The start of a page: keys, drafts, answers, and focus on the mistakes.
  fetch(meta("th-keys")).then((reply) => reply.json()).then((table) => { keys = table; }).catch(() => {});
  try { forgetOld(); } catch { /* storage is forbidden */ }
  document.querySelectorAll("form[data-draft]").forEach(watchDraft);
  document.querySelectorAll("form:has([data-when])").forEach(followAnswers);
  document.querySelectorAll("[data-live]").forEach(goLive);
  goOn();
  document.querySelector(".th-summary")?.focus();
  online();
})();
