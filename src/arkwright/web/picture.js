// A plane of cells (kurtogram, cascade): one quiet ramp, a value under the pointer, a cell to choose.
import { echarts } from "nicegui-echart";
import { Inked, clear, paintCells, ramp, tick } from "arkwright-looking";

const STILL = 4; // a press that moves less is a click [px]

export default {
  mixins: [Inked],
  template: `
    <figure class="aw-chart aw-picture">
      <figcaption class="aw-chart-head">
        <span class="aw-chart-title">{{ heading }}</span>
        <span class="aw-chart-tools">
          <button type="button" v-if="zoomed" @click="reset" :title="words.reset">{{ words.reset }}</button>
          <button type="button" @click="savePng" :title="words.png">PNG</button>
          <button type="button" @click="saveCsv" :title="words.csv">CSV</button>
        </span>
      </figcaption>
      <div class="aw-picture-told"><span class="aw-legend" aria-hidden="true"><i>{{ number(range[0]) }}</i><b></b><i>{{ number(range[1]) }}</i> {{ unit }}</span>
        <span aria-live="polite">{{ note }}</span></div>
      <div ref="plot" class="aw-chart-plot" role="application" tabindex="0" :aria-label="summary"></div>
    </figure>`,
  props: {
    option: Object, // axes
    rows: Array, // {name, values, edges?}, the lowest first
    edges: { type: Array, default: () => [] },
    range: Array, // values of the first and the last colour
    best: Array, // row and cell that stands out
    chosen: Array, // row and cell that is shown elsewhere
    whole: Boolean, // a row is chosen, not a cell
    heading: String,
    summary: String,
    file: String,
    unit: String,
    x: Array, // title and unit across
    value: String, // what a value is
    words: Object, // reset, png, csv, best, hint
  },
  data: () => ({ zoomed: false, note: "" }),
  async mounted() {
    await this.$nextTick();
    this.note = this.words.hint;
    this.chart = echarts.init(this.$refs.plot, null, { renderer: "canvas" });
    this.follow();
    this.chart.on("datazoom", () => {
      const zoom = this.chart.getOption().dataZoom[0];
      this.zoomed = zoom.start > 0.001 || zoom.end < 99.999;
    });
    this.chart.getZr().on("dblclick", () => this.reset());
    const plot = this.$refs.plot;
    plot.addEventListener("pointermove", (e) => this.hover(this.cellAt(e)));
    plot.addEventListener("pointerleave", () => this.hover(null));
    plot.addEventListener("pointerdown", (e) => { this.start = [e.clientX, e.clientY]; }, true);
    plot.addEventListener("click", (e) => {
      const still = this.start && Math.hypot(e.clientX - this.start[0], e.clientY - this.start[1]) < STILL;
      const cell = this.cellAt(e);
      if (still && cell) this.choose(cell);
    });
    plot.addEventListener("keydown", (e) => this.key(e));
  },
  beforeUnmount() {
    this.leave();
  },
  methods: {
    number: (value) => clear(value, 3),
    edgesOf(row) {
      return this.rows[row].edges ?? this.edges;
    },
    draw() {
      if (!this.chart) return;
      this.takeLook();
      const option = this.painted(this.option);
      option.textStyle = { fontFamily: this.style.fontFamily };
      for (const side of ["left", "right", "top", "bottom"]) option.grid[side] *= this.k;
      option.xAxis.axisLabel.formatter = tick;
      this.colours = ramp([0, 1, 2, 3].map((i) => this.colour(`var(--chart-heat-${i})`)));
      this.kept = null;
      option.series = [
        { id: "cells", type: "custom", silent: true, animation: false, clip: true, z: 2, data: [[0, 0]], encode: { x: -1, y: -1 }, renderItem: (params) => this.cells(params) },
        { id: "marks", type: "custom", silent: true, animation: false, clip: true, z: 3, data: this.marked(), encode: { x: -1, y: -1 }, renderItem: (params, api) => this.mark(params, api) },
      ];
      this.chart.setOption(option, { notMerge: true });
      this.chart.dispatchAction({ type: "takeGlobalCursor", key: "dataZoomSelect", dataZoomSelectActive: true });
    },
    extent() {
      const zoom = this.chart.getOption()?.dataZoom?.[0];
      return zoom?.startValue !== undefined ? [zoom.startValue, zoom.endValue] : [this.option.xAxis.min, this.option.xAxis.max];
    },
    cells(params) {
      const { x, y, width, height } = params.coordSys;
      const sharp = window.devicePixelRatio || 1;
      const size = [Math.round(width * sharp), Math.round(height * sharp)];
      const key = JSON.stringify([this.extent(), size]);
      if (this.kept?.key !== key) {
        this.kept = { key, image: paintCells(this.rows, (r) => this.edgesOf(r), this.range, this.extent(), size, this.colours) };
      }
      return { type: "image", style: { image: this.kept.image, x, y, width, height } };
    },
    // ------------------------------------------------------------------------------------- one cell
    cellAt(event) {
      const box = this.$refs.plot.getBoundingClientRect();
      const at = [event.clientX - box.left, event.clientY - box.top];
      if (!this.chart.containPixel({ gridIndex: 0 }, at)) return null;
      const x = this.chart.convertFromPixel({ xAxisIndex: 0 }, at[0]);
      const row = Math.min(this.rows.length - 1, Math.max(0, this.chart.convertFromPixel({ yAxisIndex: 0 }, at[1])));
      const edges = this.edgesOf(row);
      const cell = edges.findIndex((edge, i) => i < edges.length - 1 && x >= edge && x < edges[i + 1]);
      return cell < 0 ? null : [row, cell];
    },
    told([row, cell]) {
      const edges = this.edgesOf(row);
      const { name, values } = this.rows[row];
      return `${name} · ${clear(edges[cell], 4)}–${clear(edges[cell + 1], 4)} ${this.x[1] || this.x[0]}: ${clear(values[cell], 3)} ${this.unit}`;
    },
    hover(cell) {
      if (String(cell) === String(this.over)) return;
      this.over = cell;
      this.note = cell ? this.told(cell) : this.words.hint;
      this.remark();
    },
    choose(cell) {
      const [row, at] = cell;
      const edges = this.edgesOf(row);
      this.picked = cell;
      this.remark();
      this.$emit("chosen", { key: this.rows[row].key, low: edges[at], high: edges[at + 1] });
    },
    key(event) {
      const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] };
      const from = this.over ?? this.picked ?? this.chosen ?? this.best ?? [0, 0];
      if (event.key === "Enter" || event.key === " ") this.choose(from);
      else if (event.key === "Escape") this.hover(null);
      else if (event.key === "Home" && this.best) this.hover(this.best);
      else if (event.key in moves) this.hover(this.moved(from, moves[event.key]));
      else return;
      event.preventDefault();
    },
    moved([row, cell], [up, right]) {
      const to = Math.min(this.rows.length - 1, Math.max(0, row + up));
      const edges = this.edgesOf(to);
      if (!up) return [to, Math.min(edges.length - 2, Math.max(0, cell + right))];
      const own = this.edgesOf(row);
      const middle = (own[cell] + own[cell + 1]) / 2;
      return [to, Math.max(0, edges.findIndex((edge, i) => i < edges.length - 1 && middle >= edge && middle < edges[i + 1]))];
    },
    marked() {
      const marks = [];
      const add = (kind, cell) => cell && marks.push([kind, ...cell]);
      add(0, this.best);
      add(1, this.picked ?? this.chosen);
      add(2, this.over);
      return marks;
    },
    remark() {
      this.chart.setOption({ series: [{ id: "marks", data: this.marked() }] });
    },
    mark(params, api) {
      const [kind, row, cell] = [0, 1, 2].map((i) => api.value(i));
      const box = params.coordSys;
      const edges = this.edgesOf(row);
      const px = (v) => Math.min(box.x + box.width, Math.max(box.x, api.coord([v, 0])[0]));
      const line = this.whole && kind === 1;
      const [left, right] = line ? [box.x, box.x + box.width] : [px(edges[cell]), px(edges[cell + 1])];
      const high = box.height / this.rows.length;
      const top = box.y + box.height - (row + 1) * high;
      const ink = this.colour(["var(--chart-found)", "var(--chart-cursor)", "var(--chart-ink)"][kind]);
      const pad = Math.max(0, (6 - high) / 2);
      const children = [{ type: "rect", shape: { x: left, y: top - pad, width: Math.max(2, right - left), height: high + 2 * pad }, style: { fill: "none", stroke: ink, lineWidth: kind === 2 ? 1 : 2, lineDash: kind === 2 ? [3, 2] : null } }];
      if (kind === 0) {
        const late = right > box.x + box.width - 70;
        children.push({ type: "text", style: { text: `◆ ${this.words.best}`, x: late ? left - 4 : right + 4, y: top + high / 2, align: late ? "right" : "left", verticalAlign: "middle", fill: ink, font: `600 ${11 * this.k}px ${this.style.fontFamily}`, backgroundColor: this.colour("var(--chart-surface)"), padding: [2, 4], borderRadius: 3 } });
      }
      return { type: "group", children };
    },
    // --------------------------------------------------------------------------------------- the rest
    reset() {
      this.chart.dispatchAction({ type: "dataZoom", start: 0, end: 100 });
    },
    saveCsv() {
      const head = ["row", `from [${this.x[1] || this.x[0]}]`, `to [${this.x[1] || this.x[0]}]`, `${this.value} [${this.unit || "1"}]`];
      const [from, to] = this.extent();
      const rows = this.rows.flatMap((row, r) => row.values.map((v, i) => [row.name, this.edgesOf(r)[i], this.edgesOf(r)[i + 1], v ?? ""]));
      this.saveTable([head, ...rows.filter(([, a, b]) => b > from && a < to)]);
    },
  },
};
