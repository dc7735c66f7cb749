// One chart: colours from the page's tokens, zoom, crosshair, exports of what is shown, and a curve that grows.
import { echarts } from "nicegui-echart";
import { Cursors, Inked, clear, escaped, read, tick } from "arkwright-looking";

const ROW = 17; // height of a row of labels above the plot, at the usual size of type [px]
const ROWS = 3;

function shortened(line) {
  // Beside its main line a sideband needs no more than how far off it is; the rest is a hover away.
  const side = line.name.match(/[+−].*$/);
  return side ? side[0] : `${line.name} ${clear(line.hz, 4)}`;
}

export default {
  mixins: [Inked],
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
      <div v-if="cursor" class="aw-cursor-bar">
        <span class="choices" role="group" :aria-label="cursor.words.title">
          <button type="button" v-for="mode in cursor.modes" class="choice" :aria-pressed="String(marks.mode === mode)" @click="cursors.setMode(mode)">{{ cursor.words[mode] }}</button>
        </span>
        <span v-if="marks.mode === 'harmonics' || marks.mode === 'sidebands'" class="aw-cursor-count">
          <button type="button" @click="cursors.more(-1)" :aria-label="cursor.words.fewer">−</button><output>{{ marks.n }}</output><button type="button" @click="cursors.more(1)" :aria-label="cursor.words.more">+</button>
        </span>
        <button type="button" v-if="marks.mode !== 'off'" class="choice aw-cursor-delta" :aria-pressed="String(marks.measuring || marks.ref !== null)" @click="cursors.measure()" :title="cursor.words.delta">Δ</button>
        <span class="aw-cursor-hint" v-if="marks.measuring">{{ cursor.words.measuring }}</span>
        <span class="aw-cursor-hint for-keys" v-else>{{ cursor.words.keys }}</span>
      </div>
      <div ref="plot" class="aw-chart-plot" :role="cursor ? 'slider' : 'img'" :tabindex="cursor ? 0 : null" :aria-label="summary"
        :aria-valuetext="cursor ? told : null" :aria-valuenow="cursor ? marks.at ?? 0 : null" :aria-valuemin="cursor ? 0 : null" :aria-valuemax="cursor ? cursor.top : null"></div>
      <div v-if="readout.length" class="aw-readout scroll">
        <table>
          <thead><tr><th></th><th class="num">{{ cursor.kind === "waveform" ? "s" : "Hz" }}</th><th v-if="ordered" class="num">{{ cursor.words.orders }}</th><th class="num">{{ units[1] || cursor.words.level }}</th><th v-if="cursor.floor" class="num">{{ cursor.words.over }}</th><th></th></tr></thead>
          <tbody><tr v-for="row in readout" :class="{'is-main': row.main, 'is-delta': 'Δ↔'.includes(row.name || '-')}"><th scope="row">{{ row.name || cursor.words.here }}</th><td class="num">{{ row.place }}</td><td v-if="ordered" class="num">{{ row.order ?? "" }}</td><td class="num">{{ row.level }}</td><td v-if="cursor.floor" class="num">{{ row.over ?? "" }}</td><td class="num">{{ row.each ?? "" }}</td></tr></tbody>
        </table>
      </div>
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
    over: Array, // levels over the floor of the points [dB]
    detail: Boolean, // a stretch that is marked can be read anew in full
    began: Boolean, // shown first is a stretch, not the whole
    beyond: Object, // the points of that whole and their levels over the floor {points, over}
    cursor: Object, // {kind, per, shaft, step, top, modes, floor, start, words}; none without cursors
  },
  data() {
    return { zoomed: this.began, busy: false, note: "", marks: { ...read(this.cursor?.start), measuring: false }, readout: [] };
  },
  computed: {
    ordered() {
      return this.readout.some((row) => row.order);
    },
    told() {
      return this.readout.length && this.cursors ? this.cursors.told() : this.cursor.words.none;
    },
  },
  async mounted() {
    await this.$nextTick();
    this.points = this.option.series[0].data;
    this.shownOver = this.over;
    this.whole = this.beyond?.points ?? this.points;
    this.wholeOver = this.beyond ? this.beyond.over : this.over;
    this.chart = echarts.init(this.$refs.plot, null, { renderer: "canvas" });
    if (this.cursor) this.cursors = new Cursors(this, this.marks);
    this.follow();
    this.$refs.plot.addEventListener("pointerdown", () => { this.pressed = true; }, true);
    this.chart.on("datazoom", (event) => this.onZoom(event));
    this.chart.getZr().on("dblclick", () => this.reset());
    this.onTick = (event) => this.grow(event.detail);
    if (this.live) document.addEventListener("arkwright:tick", this.onTick);
  },
  beforeUnmount() {
    document.removeEventListener("arkwright:tick", this.onTick);
    this.cursors?.dispose();
    clearTimeout(this.later);
    this.leave();
  },
  methods: {
    // ------------------------------------------------------------------------------------------ drawing
    draw() {
      if (!this.chart) return;
      this.takeLook();
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
      if (this.cursors) option.series.push(this.cursors.series());
      this.chart.setOption(option, { notMerge: true });
      this.cursors?.refresh();
      // Dragging marks the stretch to look at; the tool itself stays out of sight.
      this.chart.dispatchAction({ type: "takeGlobalCursor", key: "dataZoomSelect", dataZoomSelectActive: true });
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
    onZoom(event) {
      // One press marks one stretch: on a busy computer the tool marks it again after the chart was drawn anew.
      if (event?.batch?.[0]?.from?.startsWith?.("toolbox")) {
        if (!this.pressed) return this.chart.dispatchAction({ type: "dataZoom", start: 0, end: 100 });
        this.pressed = false;
      }
      const zoom = this.chart.getOption().dataZoom[0];
      const whole = zoom.start <= 0.001 && zoom.end >= 99.999;
      if (whole) return;
      this.zoomed = true;
      if (this.axis !== "time" && !this.detail) return;
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
      if (this.axis === "time" || this.detail) {
        this.busy = true;
        this.$emit("zoomed", { from: null, to: null });
      }
    },
    zoomBy(factor) {
      // Around the cursor, or the middle of what is seen.
      const [from, to] = this.extent();
      const at = this.marks.at === null ? (from + to) / 2 : this.marks.at / (this.cursor?.per ?? 1);
      const whole = [0, this.cursor?.top ?? this.whole.at(-1)[0]];
      const half = ((to - from) * factor) / 2;
      const [low, high] = [Math.max(whole[0], at - half), Math.min(whole[1], at + half)];
      if (high - low >= 0.999 * (whole[1] - whole[0])) return this.reset();
      this.zoomed = true;
      if (!this.detail) return this.chart.dispatchAction({ type: "dataZoom", startValue: low, endValue: high });
      this.busy = true;
      this.$emit("zoomed", { from: low, to: high });
    },
    replace(option, note, over) {
      // A window read anew: the option's own data, without the zoom that asked for it.
      this.busy = false;
      this.note = note ?? "";
      this.fresh = option;
      this.points = option.series[0].data;
      this.shownOver = over ?? this.wholeOver;
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
      const rows = [];
      for (const series of this.option.series.slice(1)) if (series.name) for (const [x, y] of series.data) if (x >= from && x <= to) rows.push([x, y, series.name]);
      rows.unshift(...this.points.filter(([x]) => x >= from && x <= to).map(([x, y]) => [this.axis === "time" ? new Date(x).toISOString() : x, y ?? "", ""]));
      for (const l of this.lines) if (l.hz >= from && l.hz <= to) rows.push([l.hz, l.level ?? "", `${l.name} ${l.found ? "found" : "missing"}`]);
      return rows;
    },
    saveCsv() {
      this.saveTable([[...this.columns, "note"], ...this.shownRows()]);
    },
  },
};
