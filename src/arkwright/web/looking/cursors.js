// Cursors of one chart: a line, its harmonics or its sidebands, and a second line to measure from.
// Places are kept in Hz (in seconds over a waveform), whatever the axis shows.
import { clear } from "./write.js";

const NEAR = 7; // a line is taken hold of this near [px]
const STILL = 4; // a press that moves less is a click [px]
const SNAP = 0.012; // share of what is seen in which the highest peak is taken
const MOST = 12; // harmonics, or sidebands to either side

export const KEYS = {
  ArrowRight: (c) => c.toPeak(1), ArrowLeft: (c) => c.toPeak(-1), Home: (c) => c.toHighest(),
  ArrowUp: (c) => c.more(1), ArrowDown: (c) => c.more(-1), "]": (c) => c.widen(1), "[": (c) => c.widen(-1),
  1: (c) => c.setMode("single"), h: (c) => c.setMode("harmonics"), s: (c) => c.setMode("sidebands"),
  d: (c) => c.setReference(), Escape: (c) => c.setMode("off"),
  "+": (c) => c.host.zoomBy(0.5), "=": (c) => c.host.zoomBy(0.5), "-": (c) => c.host.zoomBy(2), 0: (c) => c.host.reset(),
};

export function read(text) {
  // mode~at~gap~n~reference, as it stands in the address; nonsense is passed over.
  const [mode, at, gap, n, ref] = (text ?? "").split("~");
  const place = (part) => (part && Number.isFinite(Number(part)) ? Number(part) : null);
  const known = ["single", "harmonics", "sidebands"].includes(mode) && place(at) !== null;
  return { mode: known ? mode : "off", at: known ? place(at) : null, gap: place(gap), n: Math.min(MOST, Math.max(1, place(n) ?? 5)), ref: known ? place(ref) : null };
}

export function written({ mode, at, gap, n, ref }) {
  if (mode === "off" || at === null) return "";
  const short = (v) => (v === null ? "" : String(Number(v.toPrecision(7))));
  return [mode, short(at), mode === "sidebands" ? short(gap) : "", mode === "single" ? "" : n, short(ref)].join("~").replace(/~+$/, "");
}

export class Cursors {
  constructor(host, marks) {
    this.host = host;
    this.marks = marks; // what is set, seen by the page
    this.lines = [];
    this.hold = null;
    const plot = host.$refs.plot;
    this.onDown = (e) => this.down(e);
    this.onMove = (e) => this.move(e);
    this.onUp = (e) => this.up(e);
    this.onKey = (e) => this.key(e);
    this.onHover = (e) => { plot.style.cursor = this.hold || this.near(this.xOf(e)) ? "ew-resize" : ""; };
    plot.addEventListener("pointerdown", this.onDown, true);
    plot.addEventListener("pointermove", this.onHover);
    plot.addEventListener("keydown", this.onKey);
  }

  // ------------------------------------------------------------------------------------------- places
  get unit() { return this.host.cursor.per ?? 1; } // Hz in one unit of the axis
  get step() { return this.host.cursor.step ?? 0; }
  get isTime() { return this.host.cursor.kind === "waveform"; }

  xOf(event) {
    const box = this.host.$refs.plot.getBoundingClientRect();
    return event.clientX - box.left;
  }

  placeOf(px) {
    return this.host.chart.convertFromPixel({ xAxisIndex: 0 }, px) * this.unit;
  }

  pixelOf(place) {
    return this.host.chart.convertToPixel({ xAxisIndex: 0 }, place / this.unit);
  }

  inside(event) {
    const box = this.host.$refs.plot.getBoundingClientRect();
    return this.host.chart.containPixel({ gridIndex: 0 }, [event.clientX - box.left, event.clientY - box.top]);
  }

  seen() {
    return this.host.extent().map((x) => x * this.unit);
  }

  points() { // what is drawn now, and outside of it what was drawn first
    return this.host.points;
  }

  span(points, low, high) { // places of the points between two [Hz], as first and the one after the last
    const at = (v) => {
      let a = 0, b = points.length;
      while (a < b) { const m = (a + b) >> 1; if (points[m][0] * this.unit < v) a = m + 1; else b = m; }
      return a;
    };
    return [at(low), at(high + 1e-12 * Math.abs(high))];
  }

  highest(low, high, points = this.points()) {
    let [a, b] = this.span(points, low, high);
    let best = -1;
    for (let i = a; i < b; i++) if (best < 0 || this.size(points[i][1]) > this.size(points[best][1])) best = i;
    return best;
  }

  size(y) { return this.isTime ? Math.abs(y) : y ?? -Infinity; }

  snapped(place) {
    const [low, high] = this.seen();
    const best = this.highest(place - (high - low) * SNAP, place + (high - low) * SNAP);
    return best < 0 ? place : this.points()[best][0] * this.unit;
  }

  // What stands at a place: the highest line as near as the lines are apart.
  levelAt(place, order = 1) {
    if (place > this.host.cursor.top * this.unit + this.step) return { level: null, over: null };
    const [first, last] = this.seen();
    const whole = place < first || place > last;
    const points = whole ? this.host.whole : this.points();
    const over = whole ? this.host.wholeOver : this.host.shownOver;
    const tolerance = this.isTime ? this.step : this.step * (0.75 + 0.5 * Math.abs(order));
    let best = this.highest(place - tolerance, place + tolerance, points);
    if (best < 0) {
      const [i] = this.span(points, place, place);
      const beside = [i - 1, i].filter((j) => j >= 0 && j < points.length);
      best = beside.toSorted((p, q) => Math.abs(points[p][0] * this.unit - place) - Math.abs(points[q][0] * this.unit - place))[0] ?? -1;
    }
    return best < 0 ? { level: null, over: null } : { level: points[best][1], over: over?.[best] ?? null };
  }

  // ------------------------------------------------------------------------------------------ by hand
  near(px) {
    let best = null;
    for (const line of this.lines) {
      const far = Math.abs(this.pixelOf(line.place) - px);
      if (far <= NEAR && (!best || far < best.far)) best = { ...line, far };
    }
    return best;
  }

  down(event) {
    if (event.button !== 0 || !this.inside(event)) return;
    this.start = [event.clientX, event.clientY, event.shiftKey, event.altKey];
    this.hold = event.shiftKey ? null : this.near(this.xOf(event));
    if (this.hold) {
      event.stopPropagation(); // the chart must not mark a stretch while a cursor is moved
      event.preventDefault();
      this.host.$refs.plot.focus({ preventScroll: true });
    }
    window.addEventListener("pointermove", this.onMove);
    window.addEventListener("pointerup", this.onUp);
  }

  move(event) {
    if (!this.hold) return;
    this.drag(this.placeOf(this.xOf(event)), event.altKey);
  }

  up(event) {
    window.removeEventListener("pointermove", this.onMove);
    window.removeEventListener("pointerup", this.onUp);
    const [x, y, shift, alt] = this.start;
    const still = Math.hypot(event.clientX - x, event.clientY - y) < STILL;
    if (!this.hold && still) this.click(this.placeOf(this.xOf(event)), shift || this.marks.measuring, alt);
    this.hold = null;
  }

  drag(place, free) {
    const { hold, marks } = this;
    const to = free ? place : this.snapped(place);
    if (hold.kind === "ref") marks.ref = to;
    else if (hold.kind === "side") marks.gap = Math.max(this.step || 1e-6, Math.abs((free ? place : to) - marks.at) / Math.abs(hold.k));
    else marks.at = hold.k ? to / hold.k : to;
    this.changed();
  }

  click(place, second, free) {
    const to = free ? place : this.snapped(place);
    if (second && this.marks.mode !== "off") {
      this.marks.ref = to;
      this.marks.measuring = false;
    } else {
      if (this.marks.mode === "off") this.setMode("single", true);
      this.marks.at = to;
    }
    this.changed();
  }

  // ---------------------------------------------------------------------------------------- by keyboard
  key(event) {
    if (event.ctrlKey || event.metaKey) return;
    const act = event.shiftKey && event.key.startsWith("Arrow") ? (c) => c.byLine(event.key === "ArrowRight" ? 1 : -1) : KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
    if (!act || (event.shiftKey && /Up|Down/.test(event.key))) return;
    event.preventDefault();
    act(this);
  }

  toHighest() {
    const best = this.highest(...this.seen());
    if (best >= 0) this.go(this.points()[best][0] * this.unit);
  }

  toPeak(way) {
    // The next line that is the highest of its surroundings, as wide as a person sees apart.
    if (this.marks.at === null) return this.toHighest();
    const [low, high] = this.seen();
    const reach = (high - low) * SNAP;
    const points = this.points();
    let i = this.span(points, this.marks.at, this.marks.at)[0] + (way > 0 ? 1 : -1);
    for (; i >= 0 && i < points.length; i += way) {
      const place = points[i][0] * this.unit;
      if (way * (place - this.marks.at) < this.step / 2) continue;
      if (place < low || place > high) return;
      if (this.highest(place - reach, place + reach) === i) return this.go(place);
    }
  }

  byLine(way) {
    if (this.marks.at === null) return this.toHighest();
    const points = this.points();
    const i = this.span(points, this.marks.at, this.marks.at)[0];
    const there = way > 0 ? points.findIndex(([x], j) => j >= i && x * this.unit > this.marks.at * (1 + 1e-9)) : i - 1;
    if (there >= 0 && there < points.length) this.go(points[there][0] * this.unit);
  }

  go(place) {
    if (this.marks.mode === "off") this.setMode("single", true);
    this.marks.at = place;
    this.changed();
  }

  setMode(mode, quiet = false) {
    const { marks } = this;
    marks.mode = mode;
    marks.measuring = false;
    if (mode === "off") Object.assign(marks, { at: null, ref: null });
    else if (!quiet && marks.at === null) return this.toHighest();
    if (mode === "sidebands" && !marks.gap) {
      const [low, high] = this.seen();
      const shaft = this.host.cursor.shaft;
      marks.gap = this.isTime ? (shaft ? 1 / shaft : (high - low) / 10) : shaft || (high - low) / 20;
    }
    if (!quiet) this.changed();
  }

  setReference() {
    const { marks } = this;
    if (marks.mode === "off") return this.toHighest();
    marks.ref = marks.ref === null ? marks.at : null;
    this.changed();
  }

  measure() { // the button: the next click says from where
    if (this.marks.mode === "off") this.toHighest();
    if (this.marks.ref !== null) this.marks.ref = null;
    else this.marks.measuring = !this.marks.measuring;
    this.changed();
  }

  more(by) {
    this.marks.n = Math.min(MOST, Math.max(1, this.marks.n + by));
    this.changed();
  }

  widen(way) {
    if (this.marks.mode !== "sidebands") return;
    this.marks.gap = Math.max(this.step || 1e-6, this.marks.gap + way * (this.step || this.marks.gap / 50) / 4);
    this.changed();
  }

  // ------------------------------------------------------------------------------------ drawn and told
  changed() {
    this.refresh();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.host.$emit("cursor", written(this.marks)), 300);
  }

  refresh() {
    this.lines = this.made();
    this.host.readout = this.rows();
    this.host.chart.setOption({ series: [{ id: "cursor", data: this.lines.map((l, i) => [l.place / this.unit, i]) }] });
  }

  made() {
    const { mode, at, gap, n, ref } = this.marks;
    const lines = [];
    if (mode === "off" || at === null) return lines;
    lines.push({ kind: "main", k: 1, place: at, text: mode === "harmonics" ? "1×" : "" });
    if (mode === "harmonics") for (let k = 2; k <= n; k++) lines.push({ kind: "harmonic", k, place: k * at, text: `${k}×` });
    if (mode === "sidebands") {
      for (let k = 1; k <= n; k++) {
        for (const side of [-1, 1]) if (at + side * k * gap > 0) lines.push({ kind: "side", k: side * k, place: at + side * k * gap, text: `${side < 0 ? "−" : "+"}${k}` });
      }
    }
    if (ref !== null) lines.push({ kind: "ref", k: 0, place: ref, text: "R" });
    return lines.toSorted((p, q) => p.place - q.place);
  }

  rows() {
    const { mode, ref, at, gap } = this.marks;
    // Of a comb over time its step is what tells; of lines in a spectrum each one.
    const told = this.lines.filter((l) => l.kind !== "ref" && (!this.isTime || l.kind === "main"));
    const rows = told.map((l) => this.row(l.text || "", l.place, l.k, l.kind === "main"));
    if (mode === "sidebands" && at !== null) rows.push(this.apart("↔", gap));
    if (ref !== null && at !== null) rows.push(this.row("R", ref), this.delta(ref, at));
    return rows;
  }

  row(name, place, k = 1, main = false) {
    const shaft = this.host.cursor.shaft;
    const { level, over } = this.levelAt(place, this.marks.mode === "harmonics" ? k : 1);
    const order = shaft && !this.isTime ? clear(place / shaft) : null;
    return { name, place: clear(place), order, level: clear(level, 4), over: over === null ? null : `${over >= 0 ? "+" : ""}${clear(over, 3)}`, main };
  }

  apart(name, far) { // of two lines the period, of two times the frequency
    const shaft = this.host.cursor.shaft;
    const each = far > 0 ? 1 / far : null;
    const turns = shaft && each ? (this.isTime ? each / shaft : far / shaft) : null;
    return { name, place: clear(far), order: turns === null ? null : clear(turns), level: "", over: null, each: each === null ? "" : this.isTime ? `${clear(each)} Hz` : `${clear(1000 * each)} ms` };
  }

  delta(ref, at) {
    const [a, b] = [this.levelAt(ref).level, this.levelAt(at).level];
    const ratio = this.host.units[1] === "dB" || this.host.cursor.db ? b - a : 20 * Math.log10(Math.abs(b / a));
    return { ...this.apart("Δ", Math.abs(at - ref)), level: Number.isFinite(ratio) ? `${ratio >= 0 ? "+" : ""}${clear(ratio, 3)} dB` : "" };
  }

  told() { // in words, for those who cannot see the lines
    const { mode, at } = this.marks;
    if (mode === "off" || at === null) return this.host.cursor.words.none;
    const { place, order, level, over } = this.row("", at);
    const parts = [`${place} ${this.isTime ? "s" : "Hz"}`, order && `${order} ${this.host.cursor.words.orders}`, `${level} ${this.host.units[1]}`, over && `${over} dB`];
    return parts.filter(Boolean).join(", ");
  }

  series() {
    return {
      id: "cursor", type: "custom", z: 5, silent: true, animation: false, clip: false, encode: { x: 0, y: -1 },
      tooltip: { show: false }, data: this.lines.map((l, i) => [l.place / this.unit, i]),
      renderItem: (params, api) => this.draw(params, api),
    };
  }

  draw(params, api) {
    const line = this.lines[params.dataIndex];
    const box = params.coordSys;
    if (!line) return null;
    const x = api.coord([line.place / this.unit, 0])[0];
    if (x < box.x - 0.5 || x > box.x + box.width + 0.5) return null;
    const { host } = this;
    const ink = host.colour(line.kind === "ref" ? "var(--chart-ink)" : "var(--chart-cursor)");
    const bottom = box.y + box.height;
    const main = line.kind === "main" || line.kind === "ref";
    const dash = line.kind === "side" ? [2, 3] : line.kind === "ref" ? [5, 3] : null;
    const children = [
      { type: "line", shape: { x1: x, y1: box.y, x2: x, y2: bottom }, style: { stroke: ink, lineWidth: main ? 1.5 : 1, lineDash: dash, opacity: main ? 1 : 0.8 } },
      { type: "rect", shape: { x: x - 3.5, y: bottom - 3.5, width: 7, height: 7 }, style: { fill: main ? ink : host.colour("var(--chart-surface)"), stroke: ink, lineWidth: 1.25 } },
    ];
    if (line.text && this.room(line)) {
      const font = `600 ${10.5 * host.k}px ${host.style.fontFamily}`;
      const right = x > box.x + box.width - 24;
      children.push({ type: "text", style: { text: line.text, x: right ? x - 3 : x + 3, y: box.y + 2, align: right ? "right" : "left", fill: ink, font, backgroundColor: host.colour("var(--chart-surface)"), padding: [0, 1] } });
    }
    return { type: "group", children };
  }

  room(line) { // names that would touch are left out, but for the outermost
    const next = this.marks.mode === "sidebands" ? this.marks.gap : this.marks.at;
    const apart = Math.abs(this.pixelOf(this.marks.at + next) - this.pixelOf(this.marks.at));
    return apart >= 22 || line.kind === "ref" || Math.abs(line.k) === this.marks.n || line.kind === "main";
  }

  dispose() {
    clearTimeout(this.later);
    window.removeEventListener("pointermove", this.onMove);
    window.removeEventListener("pointerup", this.onUp);
  }
}
