// Planes of cells: one quiet ramp of the theme's own inks, painted as one image.
function rgb(text) {
  const dot = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  dot.fillStyle = text;
  dot.fillRect(0, 0, 1, 1);
  return dot.getImageData(0, 0, 1, 1).data;
}

export function ramp(colours) {
  // 256 steps from the first colour to the last.
  const ends = colours.map(rgb);
  return Array.from({ length: 256 }, (_, i) => {
    const at = (i / 255) * (ends.length - 1);
    const k = Math.min(ends.length - 2, Math.floor(at));
    return [0, 1, 2].map((c) => Math.round(ends[k][c] + (at - k) * (ends[k + 1][c] - ends[k][c])));
  });
}

export function paintCells(rows, edgesOf, [low, high], [from, to], [width, height], colours) {
  // One pixel at a time: rows from the bottom up, columns where their edges are.
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const picture = canvas.getContext("2d");
  const image = picture.createImageData(canvas.width, canvas.height);
  const line = new Uint8ClampedArray(canvas.width * 4);
  for (let r = 0; r < rows.length; r++) {
    const edges = edgesOf(r);
    const { values } = rows[r];
    line.fill(0);
    let cell = 0;
    for (let px = 0; px < canvas.width; px++) {
      const x = from + ((px + 0.5) / canvas.width) * (to - from);
      while (cell < values.length - 1 && edges[cell + 1] <= x) cell++;
      const value = values[cell];
      if (value === null || x < edges[0] || x > edges[edges.length - 1]) continue;
      const share = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
      line.set(colours[Math.round(255 * share)], px * 4);
      line[px * 4 + 3] = 255;
    }
    const top = Math.round(canvas.height * (1 - (r + 1) / rows.length));
    const bottom = Math.round(canvas.height * (1 - r / rows.length));
    for (let y = top; y < bottom; y++) image.data.set(line, y * canvas.width * 4);
  }
  picture.putImageData(image, 0, 0);
  return canvas;
}
