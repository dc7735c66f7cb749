// How numbers and names are written.
export function grouped(text) {
  const [whole, rest] = text.split(".");
  const apart = whole.length > 4 + whole.startsWith("-") ? whole.replace(/\B(?=(\d{3})+$)/g, "\u202f") : whole;
  return (rest === undefined ? apart : `${apart}.${rest}`).replace("-", "−");
}

export function clear(value, figures = 5) {
  // Five figures, with a true minus.
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size > 0 && size < 1e-4) return value.toExponential(2).replaceAll("-", "−");
  return grouped(size >= 1e5 ? value.toFixed(0) : String(Number(value.toPrecision(figures))));
}

export function tick(value) {
  // The ticks of an axis are round: all their figures tell them apart.
  return grouped(String(Number(value.toPrecision(10))));
}

export function escaped(text) {
  const node = document.createElement("span");
  node.textContent = text;
  return node.innerHTML;
}
