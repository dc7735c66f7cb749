/* The browser's half of the live component: collects what the page shows, writes what arrives. */
(() => {
  "use strict";
  const SILENCE_MS = 3000; // a tick comes every second; three missed ones are a lost server
  const TRAIL_S = 600;
  const TRAIL_MOST = 240;
  const zh = () => document.documentElement.lang === "zh";
  const STATES = { n: "none", g: "good", u: "uncertain", b: "bad", s: "stale" };
  const WORDS = {
    none: ["NO DATA", "无数据"], stale: ["STALE", "过时"], bad: ["BAD", "坏值"], uncertain: ["UNSURE", "存疑"],
  };
  const BEYOND = { HH: ["▲▲", "is-stop"], H: ["▲", "is-act"], L: ["▼", "is-act"], LL: ["▼▼", "is-stop"] };
  const LOOKS = ["is-none", "is-good", "is-uncertain", "is-bad", "is-stale", "is-stop", "is-act"];

  const rows = new Map(); // signal -> {value, state, reported, limit, why}
  const figures = new Map(); // name -> [text, state]
  const trails = new Map(); // signal -> [[seconds, value], ...]
  let watched = { signals: [], sparks: [], figures: [], generation: 0 };
  let heard = performance.now(); // of the last tick
  let skew = 0; // server's clock minus ours [ms]
  let lost = false;

  const each = (kind, name, act) => {
    for (const el of document.querySelectorAll(`[data-${kind}]`)) if (el.dataset[kind] === name) act(el);
  };
  const names = (kind) => {
    const found = new Set();
    for (const el of document.querySelectorAll(`[data-${kind}]`)) found.add(el.dataset[kind]);
    return [...found];
  };

  /* ------------------------------------------------------------------------------------ numbers and ages */
  const number = (x, digits) => {
    if (typeof x !== "number") return x ?? "–";
    const size = Math.abs(x);
    const decimals = digits ?? (size < 1 ? 3 : Math.max(0, 3 - Math.floor(Math.log10(size))));
    let text = x.toFixed(decimals);
    if (size >= 10000) text = text.replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f"); // no number so large has decimals
    return text.replace("-", "\u2212");
  };
  const places = new Map(); // signal -> decimals that its values really have, so that "6.000 %" is not written for 6
  const digitsOf = (name, x) => {
    if (typeof x !== "number") return undefined;
    const size = Math.abs(x), most = size < 1 ? 3 : Math.max(0, 3 - Math.floor(Math.log10(size)));
    const own = Math.max(places.get(name) ?? 0, (String(x).split(".")[1] ?? "").length);
    places.set(name, Math.min(own, 3));
    return Math.min(own, most);
  };
  const age = (s) => {
    for (const [size, en, cn] of [[86400, "d", "天"], [3600, "h", "小时"], [60, "min", "分钟"]])
      if (s >= 2 * size) return `${Math.round(s / size)} ${zh() ? cn : en}`;
    return `${Math.max(0, Math.round(s))} ${zh() ? "秒" : "s"}`;
  };
  const now = () => Date.now() + skew;

  /* ------------------------------------------------------------------------------------ drawing */
  const write = (el, text) => { if (el && el.textContent !== text) el.textContent = text; };
  function drawValue(el, row) {
    const digits = el.dataset.digits === undefined ? digitsOf(el.dataset.live, row.value) : Number(el.dataset.digits);
    const [glyph, look] = BEYOND[row.limit] ?? ["", ""];
    const word = WORDS[row.state]?.[zh() ? 1 : 0] ?? "";
    write(el.querySelector(".lv-v") ?? el, number(row.value, digits));
    write(el.querySelector(".lv-m"), word || glyph);
    for (const l of LOOKS) el.classList.toggle(l, l === `is-${row.state}` || l === look);
  }
  function drawIndicator(el, row) {
    const least = Number(el.dataset.least), most = Number(el.dataset.most);
    const known = typeof row.value === "number";
    el.classList.toggle("is-empty", !known);
    el.classList.toggle("is-old", row.state === "stale" || row.state === "bad");
    const look = BEYOND[row.limit]?.[1];
    for (const l of ["is-stop", "is-act"]) el.classList.toggle(l, l === look);
    if (known) el.style.setProperty("--at", Math.min(1, Math.max(0, (row.value - least) / (most - least))).toFixed(4));
  }
  function drawSpark(el) {
    const line = el.firstElementChild, points = trails.get(el.dataset.spark) ?? [];
    if (!line) return;
    if (points.length < 2) { line.setAttribute("points", ""); return; }
    const end = now() / 1000, start = Math.max(end - TRAIL_S, points[0][0]);
    let low = Infinity, high = -Infinity;
    for (const [, v] of points) { if (v < low) low = v; if (v > high) high = v; }
    const span = Math.max(high - low, Math.abs(high) * 0.004, 1e-9), mid = (high + low) / 2;
    const at = points.map(([t, v]) =>
      `${(((t - start) / Math.max(end - start, 1)) * 100).toFixed(2)},${(12 - ((v - mid) / span) * 20).toFixed(2)}`);
    line.setAttribute("points", at.join(" "));
  }
  function drawFigure(el, [text, state]) {
    write(el.querySelector(".figure-text") ?? el, text);
    if (el.dataset.state !== state) el.dataset.state = state;
    if (el.classList.contains("meter")) el.style.setProperty("--fill", (parseFloat(text) || 0) / 100);
  }
  function drawAll() {
    for (const el of document.querySelectorAll("[data-live]")) if (rows.has(el.dataset.live)) drawValue(el, rows.get(el.dataset.live));
    for (const el of document.querySelectorAll("[data-mai]")) if (rows.has(el.dataset.mai)) drawIndicator(el, rows.get(el.dataset.mai));
    for (const el of document.querySelectorAll("[data-spark]")) drawSpark(el);
    for (const el of document.querySelectorAll("[data-figure]")) if (figures.has(el.dataset.figure)) drawFigure(el, figures.get(el.dataset.figure));
  }

  /* ------------------------------------------------------------------------------------ what arrives */
  function onTick(event) {
    heard = performance.now();
    skew = event.t - Date.now();
    setLost(false);
    if (event.g !== watched.generation) return;
    const changed = new Set(), sparks = new Set(watched.sparks);
    for (const [i, value, state, reported, limit, why] of event.s ?? []) {
      const name = watched.signals[i];
      rows.set(name, { value, state: STATES[state], reported, limit, why });
      changed.add(name);
      if (sparks.has(name) && typeof value === "number" && state !== "b" && state !== "s") {
        const trail = trails.get(name) ?? [];
        if (!trail.length || reported > trail[trail.length - 1][0]) trail.push([reported, value]);
        while (trail.length > TRAIL_MOST || (trail.length && trail[0][0] < event.t / 1000 - TRAIL_S)) trail.shift();
        trails.set(name, trail);
      }
    }
    for (const [name, figure] of Object.entries(event.f ?? {})) figures.set(name, figure);
    if (changed.size) {
      for (const el of document.querySelectorAll("[data-live]")) if (changed.has(el.dataset.live)) drawValue(el, rows.get(el.dataset.live));
      for (const el of document.querySelectorAll("[data-mai]")) if (changed.has(el.dataset.mai)) drawIndicator(el, rows.get(el.dataset.mai));
      for (const el of document.querySelectorAll("[data-spark]")) if (changed.has(el.dataset.spark)) drawSpark(el);
    }
    for (const name of Object.keys(event.f ?? {})) each("figure", name, (el) => drawFigure(el, figures.get(name)));
    document.dispatchEvent(new CustomEvent("arkwright:tick", { detail: { time: event.t, rows, changed } }));
  }
  function onTrail(found) {
    for (const [name, points] of Object.entries(found)) {
      const newer = (trails.get(name) ?? []).filter(([t]) => !points.length || t > points[points.length - 1][0]);
      trails.set(name, [...points, ...newer]);
    }
    for (const el of document.querySelectorAll("[data-spark]")) drawSpark(el);
  }

  /* ------------------------------------------------------------------------------------ what is watched */
  function watch(always) {
    const sparks = names("spark"), shown = names("figure");
    const signals = [...new Set([...names("live"), ...names("mai"), ...sparks])];
    const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
    if (!always && same(signals, watched.signals) && same(shown, watched.figures) && same(sparks, watched.sparks)) return;
    const fresh = always ? sparks : sparks.filter((n) => !trails.has(n));
    watched = { signals, sparks, figures: shown, generation: watched.generation + 1 };
    if (window.emitEvent && window.did_handshake) {
      emitEvent("arkwright_watch", { signals, sparks: fresh, figures: shown, generation: watched.generation });
    }
  }
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => { waiting = false; watch(false); drawAll(); }, 50);
  };

  /* ------------------------------------------------------------------------------------ a lost server */
  function setLost(is) {
    if (is === lost) return;
    lost = is;
    document.documentElement.classList.toggle("is-lost", is);
    const banner = document.querySelector(".lost");
    if (banner) banner.hidden = !is;
    if (is) for (const el of document.querySelectorAll("[data-live]")) {
      const row = rows.get(el.dataset.live);
      if (row) drawValue(el, { ...row, state: "stale", limit: "" });
    } else drawAll();
  }
  async function askTheDoor() {
    try {
      const answer = await fetch("/", { method: "HEAD", redirect: "manual", headers: { Accept: "application/json" } });
      if (answer.status === 401) location.assign("/login?next=" + encodeURIComponent(location.pathname));
    } catch { /* the server is away: socket.io tries again */ }
  }
  setInterval(() => { if (performance.now() - heard > SILENCE_MS) setLost(true); tickClock(); }, 250);

  /* ------------------------------------------------------------------------------------ clock and hovering */
  let clocks;
  function tickClock() {
    const clock = document.querySelector(".clock");
    if (!clock) return;
    const zone = document.documentElement.dataset.zone || "UTC";
    const lang = zh() ? "zh-CN" : "en-GB";
    if (clocks?.key !== zone + lang) clocks = {
      key: zone + lang,
      time: new Intl.DateTimeFormat(lang, { timeZone: zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false }),
      day: new Intl.DateTimeFormat(lang, { timeZone: zone, weekday: "short", day: "numeric", month: "short", timeZoneName: "short" }),
    };
    write(clock.querySelector(".clock-time"), clocks.time.format(now()));
    write(clock.querySelector(".clock-day"), clocks.day.format(now()));
  }
  function explain(event) {
    const el = event.target.closest?.("[data-live]");
    const row = el && rows.get(el.dataset.live);
    if (!row) return;
    const quality = { none: ["no data", "无数据"], good: ["good", "良好"], uncertain: ["uncertain", "存疑"], bad: ["bad", "坏值"], stale: ["stale", "过时"] }[row.state];
    const heardOf = row.reported ? `${age(now() / 1000 - row.reported)}${zh() ? "前" : " ago"}` : "–";
    el.title = [el.dataset.live, quality[zh() ? 1 : 0], heardOf, row.why].filter(Boolean).join(" · ");
  }
  document.addEventListener("pointerover", explain);
  document.addEventListener("focusin", explain);
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.person[open]")) if (!open.contains(event.target)) open.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const open of document.querySelectorAll("details.person[open]")) open.open = false;
  });

  /* ------------------------------------------------------------------------------------ start */
  function start() {
    if (!window.socket) { setTimeout(start, 20); return; }
    window.socket.on("arkwright_live", onTick);
    window.socket.on("arkwright_trail", onTrail);
    const hello = () => { if (window.did_handshake) watch(true); else setTimeout(hello, 20); };
    window.socket.on("connect", hello);
    window.socket.on("disconnect", askTheDoor);
    window.socket.on("connect_error", askTheDoor);
    if (window.socket.connected) hello();
    new MutationObserver((changes) => {
      if (changes.some((c) => [...c.addedNodes, ...c.removedNodes].some((n) => n.nodeType === 1))) soon();
    }).observe(document.body, { childList: true, subtree: true });
    tickClock();
  }
  start();
  window.arkwright = {
    rows, trails, number, age, now,
    token: (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(),
  };
})();
