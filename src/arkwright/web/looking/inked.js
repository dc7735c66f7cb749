// What every picture does: take its colours from the page's tokens, follow light, dark and size, and be saved.
const USUAL = 15.4; // type of a page 1366 wide [px]; a wall screen has larger
const SIZES = new Set(["fontSize", "nameGap"]);

function isToken(value) {
  return typeof value === "string" && value.startsWith("var(--");
}

export const Inked = {
  methods: {
    takeLook() {
      this.style = getComputedStyle(this.$refs.plot);
      this.k = Math.max(1, parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL);
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
    redraw() {
      // Much about a page may change; only another look is worth drawing anew, which forgets the zoom.
      const style = getComputedStyle(this.$refs.plot);
      const tokens = ["--chart-line", "--chart-surface", "--chart-ink"].map((t) => style.getPropertyValue(t));
      const look = JSON.stringify([...tokens, style.fontFamily, getComputedStyle(document.documentElement).fontSize]);
      if (look === this.look) return;
      this.look = look;
      this.draw();
    },
    follow() {
      this.redraw();
      this.sizes = new ResizeObserver(() => this.chart.resize());
      this.sizes.observe(this.$refs.plot);
      this.looks = new MutationObserver(() => this.redraw());
      this.looks.observe(document.documentElement, { attributes: true });
      this.looks.observe(document.body, { attributes: true, attributeFilter: ["class"] });
      this.dark = window.matchMedia("(prefers-color-scheme: dark)");
      this.onDark = () => this.redraw();
      this.dark.addEventListener("change", this.onDark);
    },
    leave() {
      this.dark?.removeEventListener("change", this.onDark);
      this.sizes?.disconnect();
      this.looks?.disconnect();
      this.chart?.dispose();
    },
    saveTable(rows) {
      const quote = (v) => (/[",\n]/.test(String(v)) ? `"${String(v).replaceAll('"', '""')}"` : v);
      const text = rows.map((row) => row.map(quote).join(",")).join("\r\n");
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
