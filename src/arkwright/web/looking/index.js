// What charts and pictures share.
export { paintCells, ramp } from "./cells.js";
export { Cursors, read } from "./cursors.js";
export { Inked } from "./inked.js";
export { clear, escaped, grouped, tick } from "./write.js";
