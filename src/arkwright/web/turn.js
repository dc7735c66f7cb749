// The mean turn of a shaft, drawn around a circle: angle clockwise from the top, value outwards.
import { echarts } from "nicegui-echart";
import { Inked, clear, tick } from "arkwright-looking";

export default {
  mixins: [Inked],
  template: `
    <figure class="aw-chart aw-turn">
      <figcaption class="aw-chart-head">
        <span class="aw-chart-title">{{ heading }}</span>
        <span class="aw-chart-tools">
          <button type="button" @click="savePng" :title="words.png">PNG</button>
          <button type="button" @click="saveCsv" :title="words.csv">CSV</button>
        </span>
      </figcaption>
      <div ref="plot" class="aw-chart-plot" role="img" :aria-label="summary"></div>
    </figure>`,
  props: { points: Array, unit: String, heading: String, summary: String, file: String, words: Object },
  async mounted() {
    await this.$nextTick();
    this.chart = echarts.init(this.$refs.plot, null, { renderer: "canvas" });
    this.follow();
  },
  beforeUnmount() {
    this.leave();
  },
  methods: {
    draw() {
      this.takeLook();
      const high = Math.max(...this.points.map(([, v]) => Math.abs(v))) || 1;
      // Two and a half times the swing across: the turn keeps its shape, and zero is a circle in the middle.
      const line = (data, color, width, z) => ({ type: "line", coordinateSystem: "polar", showSymbol: false, silent: true, z, data: data.map(([a, v]) => [v, a]), lineStyle: { color, width }, itemStyle: { color } });
      this.chart.setOption(this.painted({
        animation: false, textStyle: { fontFamily: this.style.fontFamily },
        polar: { center: ["50%", "50%"], radius: "78%" },
        angleAxis: { min: 0, max: 360, startAngle: 90, clockwise: true, interval: 30, axisLine: { lineStyle: { color: "var(--chart-rule)" } }, axisLabel: { color: "var(--chart-ink-2)", fontSize: 11, formatter: (v) => (v === 360 ? "" : `${v}°`) }, splitLine: { show: true, lineStyle: { color: "var(--chart-grid)" } } },
        radiusAxis: { min: -2 * high, max: 1.15 * high, interval: high, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: "var(--chart-ink-2)", fontSize: 10, formatter: (v) => (v < -1.01 * high ? "" : tick(Number(v.toPrecision(2)))) }, splitLine: { lineStyle: { color: "var(--chart-grid)" } } },
        tooltip: { trigger: "axis", confine: true, backgroundColor: "var(--chart-surface)", borderColor: "var(--chart-rule)", textStyle: { color: "var(--chart-ink)", fontSize: 12 }, formatter: (p) => `${p[0].value[1]}°<br><b>${clear(p[0].value[0], 4)}</b> ${this.unit}` },
        series: [line(this.points, "var(--chart-line)", 1.75, 3), line([[0, 0], ...Array.from({ length: 360 }, (_, i) => [i + 1, 0])], "var(--chart-rule)", 1, 1)],
      }), { notMerge: true });
    },
    saveCsv() {
      this.saveTable([["angle [deg]", `mean [${this.unit}]`], ...this.points]);
    },
  },
};
