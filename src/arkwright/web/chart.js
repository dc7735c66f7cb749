// One chart: colours from the page's tokens, zoom, crosshair, exports of what is shown, and a curve that grows.
import { echarts } from "nicegui-echart";

const ROW = 17; // height of a row of labels above the plot, at the usual size of type [px]
const USUAL = 15.4; // type of a page 1366 wide [px]; a wall screen has larger
const ROWS = 3;

const SIZES = new Set(["fontSize", "nameGap"]);

function isToken(value) {
  return typeof value === "string" && value.startsWith("var(--");
}

function grouped(text) {
  const [whole, rest] = text.split(".");
  const apart = whole.length > 4 + whole.startsWith("-") ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  return (rest === undefined ? apart : `${apart}.${rest}`).replace("-", "−");
}

function clear(value) {
  // Five figures, with a true minus.
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size > 0 && size < 1e-4) return value.toExponential(2).replaceAll("-", "−");
  return grouped(size >= 1e5 ? value.toFixed(0) : String(Number(value.toPrecision(5))));
}

function tick(value) {
  // The ticks of an axis are round: all their figures tell them apart.
  return grouped(String(Number(value.toPrecision(10))));
}

function escaped(text) {
  const node = document.createElement("span");
  node.textContent = text;
  return node.innerHTML;
}

function shortened(line) {
  // Beside its main line a sideband needs no more than how far off it is; the rest is a hover away.
  const side = line.name.match(/[+−].*$/);
  return side ? side[0] : `${line.name} ${clear(line.hz)}`;
}

export default {
  template: `
    <figure class="aw-chart" :class="{'is-busy': busy}">
      <figcaption class="aw-chart-head">
        <span class="aw-chart-title">{{ heading }}</span>
        <span class="aw-chart-note" aria-live="polite">{{ note }}</span>
        <span class="aw-chart-tools">
          <button type="button" v-if="zoomed" @click="reset" :title="words.reset">{{ words.reset }}</button>
          <button type="button" @click="savePng" :title="words.png">PNG</button>
          <button type="button" @click="saveCsv" :title="words.csv">CSV</button>
        </span>
      </figcaption>
      <div ref="plot" class="aw-chart-plot" role="img" :aria-label="summary"></div>
    </figure>`,
  props: {
    option: Object, // ECharts option; colours are tokens such as var(--ink)
    heading: String,
    summary: String, // what the chart says, for those who cannot see it
    file: String,
    axis: { type: String, default: "value" }, // value or time
    zone: { type: String, default: "UTC" },
    units: { type: Array, default: () => ["", ""] },
    columns: { type: Array, default: () => ["x", "y"] },
    lines: { type: Array, default: () => [] }, // {hz, name, found, level}
    live: String, // signal whose live values make the curve grow
    span: Number, // length of a growing curve [ms]
    words: Object,
  },
  data: () => ({ zoomed: false, busy: false, note: "" }),
  async mounted() {
    await this.$nextTick();
    this.points = this.option.series[0].data;
    this.chart = echarts.init(this.$refs.plot, null, { renderer: "canvas" });
    this.draw();
    this.sizes = new ResizeObserver(() => this.chart.resize());
    this.sizes.observe(this.$refs.plot);
    this.looks = new MutationObserver(() => this.draw());
    this.looks.observe(document.documentElement, { attributes: true });
    this.looks.observe(document.body, { attributes: true, attributeFilter: ["class"] });
    this.dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.onDark = () => this.draw();
    this.dark.addEventListener("change", this.onDark);
    this.chart.on("datazoom", () => this.onZoom());
    this.chart.getZr().on("dblclick", () => this.reset());
    this.onTick = (event) => this.grow(event.detail);
    if (this.live) document.addEventListener("arkwright:tick", this.onTick);
  },
  beforeUnmount() {
    document.removeEventListener("arkwright:tick", this.onTick);
    this.dark?.removeEventListener("change", this.onDark);
    this.sizes?.disconnect();
    this.looks?.disconnect();
    clearTimeout(this.later);
    this.chart?.dispose();
  },
  methods: {
    // ------------------------------------------------------------------------------------------ drawing
    draw() {
      if (!this.chart) return;
      this.style = getComputedStyle(this.$refs.plot);
      this.k = Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL);
      const option = this.painted(this.option);
      option.textStyle = { fontFamily: this.style.fontFamily };
      for (const side of ["left", "right", "top", "bottom"]) option.grid[side] *= this.k;
      option.series[0].data = this.points;
      option.tooltip.formatter = (params) => this.tip(params);
      for (const axis of [option.xAxis, option.yAxis]) {
        axis.axisLabel.formatter = axis.type === "time" ? (ms) => this.clock(ms) : tick;
        axis.axisPointer = { label: { backgroundColor: this.colour("var(--chart-ink-2)"), color: this.colour("var(--chart-surface)"), formatter: (p) => (axis.type === "time" ? this.clock(p.value, true) : clear(p.value)) } };
      }
      if (this.lines.length) {
        option.series.push(this.lineSeries());
        option.grid.top = this.top();
      }
      this.chart.setOption(option, { notMerge: true });
      // Dragging marks the stretch to look at; the tool itself stays out of sight.
      this.chart.dispatchAction({ type: "takeGlobalCursor", key: "dataZoomSelect", dataZoomSelectActive: true });
    },
    painted(value) {
      if (isToken(value)) return this.colour(value);
      if (Array.isArray(value)) return value.length && typeof value[0] !== "object" && !isToken(value[0]) ? value : value.map((v) => this.painted(v));
      if (value && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, SIZES.has(k) ? v * this.k : this.painted(v)]));
      }
      return value;
    },
    colour(token) {
      return this.style.getPropertyValue(token.slice(4, -1)).trim() || "#888";
    },
    clock(ms, whole = false) {
      const seconds = !whole && this.shownSpan() < 6e5;
      const days = !whole && this.shownSpan() > 2 * 864e5;
      const form = whole ? { month: "short", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" }
        : days ? { month: "short", day: "2-digit", hour: "2-digit" } : { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) };
      return new Intl.DateTimeFormat(this.words.locale, { timeZone: this.zone, hourCycle: "h23", ...form }).format(new Date(ms));
    },
    shownSpan() {
      const [from, to] = this.extent();
      return to - from;
    },
    extent() {
      const zoom = this.chart?.getOption()?.dataZoom?.[0];
      if (zoom && zoom.startValue !== undefined) return [zoom.startValue, zoom.endValue];
      return [this.option.xAxis.min ?? this.points[0]?.[0] ?? 0, this.option.xAxis.max ?? this.points.at(-1)?.[0] ?? 1];
    },
    tip(params) {
      const at = (Array.isArray(params) ? params : [params]).find((p) => p.seriesIndex === 0);
      if (!at) return "";
      const [x, y] = at.value;
      const first = this.axis === "time" ? this.clock(x, true) : `${clear(x)} ${this.units[0]}`;
      const near = this.lines.filter((l) => Math.abs(l.hz - x) <= Math.max(1.5, 0.004 * this.shownSpan()));
      const more = near.map((l) => `<br>${l.found ? "▼" : "○"} ${escaped(l.name)} · ${clear(l.hz)} ${this.units[0]} · ${escaped(l.found ? this.words.found : this.words.missing)}`);
      return `${escaped(first)}<br><b>${clear(y)}</b> ${escaped(this.units[1])}${more.join("")}`;
    },
    // ------------------------------------------------------------------------- expected lines of a fault
    lineSeries() {
      const data = [...this.lines].sort((a, b) => a.hz - b.hz);
      return {
        type: "custom", z: 1, silent: true, animation: false, clip: false, data: data.map((l, i) => [l.hz, i]),
        encode: { x: 0, y: -1 }, renderItem: (params, api) => this.drawLine(params, api, data),
      };
    },
    drawLine(params, api, data) {
      params.context.places ??= this.places(params.coordSys, api, data);
      const { x, row, left, text, found } = params.context.places[params.dataIndex];
      const box = params.coordSys;
      if (x < box.x || x > box.x + box.width) return null;
      const ink = this.colour(found ? "var(--chart-found)" : "var(--chart-missing)");
      const dash = found ? null : [3, 3];
      const y = box.y - 8 * this.k;
      const marker = found
        ? { type: "polygon", shape: { points: [[x - 5, y - 4], [x + 5, y - 4], [x, y + 5]] }, style: { fill: ink } }
        : { type: "circle", shape: { cx: x, cy: y, r: 3.5 }, style: { fill: "none", stroke: ink, lineWidth: 1.5 } };
      const children = [
        { type: "line", shape: { x1: x, y1: box.y, x2: x, y2: box.y + box.height }, style: { stroke: ink, lineWidth: found ? 1.5 : 1, lineDash: dash, opacity: found ? 0.75 : 0.7 } },
        marker,
      ];
      if (row >= 0) {
        const top = box.y - (18 + row * ROW) * this.k;
        if (row > 0) children.push({ type: "line", shape: { x1: x, y1: top + 3, x2: x, y2: y - 5 }, style: { stroke: ink, lineWidth: 0.75, opacity: 0.5 } });
        children.push({ type: "text", style: { text, x: left, y: top, textVerticalAlign: "bottom", fill: ink, font: `${found ? 600 : 400} ${11 * this.k}px ${this.style.fontFamily}`, backgroundColor: this.colour("var(--chart-surface)"), padding: [1, 2] } });
      }
      return { type: "group", children };
    },
    top() {
      return this.k * (26 + ROW * (this.rows ?? 1));
    },
    fit(rows) {
      // Room above the plot for as many rows of names as are in use, no more.
      if (rows === (this.rows ?? 1)) return;
      this.rows = rows;
      setTimeout(() => this.chart.isDisposed() || this.chart.setOption({ grid: { top: this.top() } }));
    },
    places(box, api, data) {
      const placed = data.map((l) => ({ x: api.coord([l.hz, 0])[0], row: -1, left: 0, width: 0, text: shortened(l), found: l.found }));
      // Found lines choose first, sidebands last, so that a crowd of them never hides what matters.
      const taken = Array.from({ length: ROWS }, () => []);
      const rank = (p) => 2 * !p.found + /[+−]/.test(p.text);
      for (const p of placed.toSorted((a, b) => rank(a) - rank(b))) {
        if (p.x < box.x || p.x > box.x + box.width) continue;
        const width = echarts.format.getTextRect(p.text, `${p.found ? 600 : 400} ${11 * this.k}px ${this.style.fontFamily}`).width + 5;
        p.width = width;
        p.left = Math.max(box.x, Math.min(p.x - width / 2, box.x + box.width - width));
        p.row = taken.findIndex((spans, r) => spans.every(([a, b]) => p.left >= b || p.left + width <= a) && this.leaderFree(taken, r, p.x));
        if (p.row >= 0) taken[p.row].push([p.left, p.left + width]);
      }
      this.fit(Math.max(1, ...placed.map((p) => p.row + 1)));
      return placed;
    },
    leaderFree(taken, row, x) {
      // The leader of a label in a higher row must not run through a label below it.
      return taken.slice(0, row).every((spans) => spans.every(([a, b]) => x < a - 1 || x > b + 1));
    },
    // ------------------------------------------------------------------------------------ zoom and growth
    onZoom() {
      const zoom = this.chart.getOption().dataZoom[0];
      const whole = zoom.start <= 0.001 && zoom.end >= 99.999;
      if (whole) return;
      this.zoomed = true;
      if (this.axis !== "time") return;
      clearTimeout(this.later);
      this.later = setTimeout(() => {
        this.busy = true;
        this.$emit("zoomed", { from: zoom.startValue, to: zoom.endValue });
      }, 250);
    },
    reset() {
      if (!this.zoomed) return;
      this.zoomed = false;
      this.chart.dispatchAction({ type: "dataZoom", start: 0, end: 100 });
      if (this.axis === "time") {
        this.busy = true;
        this.$emit("zoomed", { from: null, to: null });
      }
    },
    replace(option, note) {
      // A window read anew: the option's own data, without the zoom that asked for it.
      this.busy = false;
      this.note = note ?? "";
      this.fresh = option;
      this.points = option.series[0].data;
      Object.assign(this.option, option);
      this.draw();
    },
    grow({ time, rows, changed }) {
      if (!changed.has(this.live) || this.zoomed || !this.chart) return;
      const row = rows.get(this.live);
      const ms = Math.min(row.reported * 1000, time);
      if (this.points.length && ms <= this.points.at(-1)[0]) return;
      const known = typeof row.value === "number" && row.state !== "bad";
      this.points.push([ms, known ? row.value : null]);
      while (this.points.length && this.points[0][0] < ms - this.span) this.points.shift();
      clearTimeout(this.later);
      this.later = setTimeout(() => {
        const reach = this.option.series.slice(1).map((s) => ({ data: s.data.map(([, v]) => [ms, v]) }));
        this.chart.setOption({ series: [{ data: this.points }, ...reach], xAxis: { min: ms - this.span, max: ms } });
      }, 150);
    },
    // -------------------------------------------------------------------------------------------- exports
    shownRows() {
      const [from, to] = this.extent();
      const rows = this.points.filter(([x]) => x >= from && x <= to).map(([x, y]) => [this.axis === "time" ? new Date(x).toISOString() : x, y ?? "", ""]);
      for (const l of this.lines) if (l.hz >= from && l.hz <= to) rows.push([l.hz, l.level ?? "", `${l.name} ${l.found ? "found" : "missing"}`]);
      return rows;
    },
    saveCsv() {
      const quote = (v) => (/[",\n]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : v);
      const text = [[...this.columns, "note"], ...this.shownRows()].map((row) => row.map(quote).join(",")).join("\r\n");
      this.save(URL.createObjectURL(new Blob(["\ufeff" + text + "\r\n"], { type: "text/csv" })), "csv");
    },
    savePng() {
      this.save(this.chart.getDataURL({ pixelRatio: 2, backgroundColor: this.colour("var(--chart-surface)"), excludeComponents: ["toolbox"] }), "png");
    },
    save(href, end) {
      const link = Object.assign(document.createElement("a"), { href, download: `${this.file}.${end}` });
      document.body.append(link);
      link.click();
      link.remove();
      if (href.startsWith("blob:")) setTimeout(() => URL.revokeObjectURL(href), 5000);
    },
  },
};
