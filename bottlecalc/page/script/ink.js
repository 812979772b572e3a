"use strict";

/* Ink is cost: each layer as an area, all layers of both blocks to one scale. */

const TALLEST = 230;
const GAP = 2;
const DIMENSION = 13;
const MOST_RECTANGLES = 2000;

/* What is drawn of a layer, in units: of weights a tile for each place of the kernel, as wide as
   the channels that go in and as high as those that come out; of MACs the same, larger by how often
   they are used; of outputs all positions beside each other. */
function patchOf(layer, figure) {
  const high = Number(layer.out);
  const positions = Number(product(layer.positions));
  if (figure === "activations")
    return { rows: 1, columns: 1, wide: positions, high, groups: 1, marks: [positions, high] };
  if (layer.kind !== "conv") {
    const wide = Number(layer.params) / high;
    return { rows: 1, columns: 1, wide, high, groups: 1, marks: [wide, high] };
  }
  const times = figure === "macs" ? Math.sqrt(positions) : 1;
  const marks = [Number(layer.in), high];
  return {
    rows: layer.kernel[0],
    columns: layer.kernel[1],
    wide: marks[0] * times,
    high: marks[1] * times,
    groups: Number(layer.groups),
    marks,
  };
}

/* Pixels a unit, to the right and downwards; the same but for outputs. So that nothing is wider or
   higher than there is room, and that the layers of a block stand in one row where halving does. */
function scaleOf(sides, figure, width) {
  const patches = sides.flat();
  const widest = Math.max(1e-9, ...patches.map((patch) => patch.columns * patch.wide));
  const highest = Math.max(1e-9, ...patches.map((patch) => patch.rows * patch.high));
  const [x, y] = [(width - 60) / widest, TALLEST / highest];
  if (figure === "activations") return [Math.min(x, 160 / widest), y];
  const whole = Math.min(x, y);
  const row = Math.min(...sides.map((side) => rowScale(side, width)));
  const scale = row < whole && row >= whole / 2 ? row : whole;
  return [scale, scale];
}

/* The scale at which all layers of a block have room beside each other. */
function rowScale(side, width) {
  const sum = side.reduce((all, patch) => all + patch.columns * patch.wide, 1e-9);
  return (width - 70 * side.length) / sum;
}

/* A layer's area as a drawing of its own. */
function drawPatch(patch, scale, layer) {
  const [wide, high] = [patch.wide * scale[0], patch.high * scale[1]];
  const left = breadth(number(patch.marks[1])) * 0.85 + 3;
  const across = patch.columns * wide + (patch.columns - 1) * GAP;
  const down = patch.rows * high + (patch.rows - 1) * GAP;
  const mark = breadth(number(patch.marks[0])) * 0.85;
  const size = {
    width: left + Math.max(across, wide / 2 + mark / 2) + 1,
    height: DIMENSION + Math.max(down, 10) + 1,
  };
  return svgElement(
    "svg",
    { ...size, "aria-hidden": "true", "data-layer": layer.name, class: colourOf(layer) },
    svgText(
      number(patch.marks[0]),
      Math.max(left + wide / 2, left + mark / 2 - 4),
      10,
      "mark",
      "middle",
    ),
    svgText(
      number(patch.marks[1]),
      left - 3,
      DIMENSION + Math.min(high / 2 + 4, TALLEST),
      "mark",
      "end",
    ),
    ...tilesOf(patch, wide, high, left),
  );
}

function tilesOf(patch, wide, high, left) {
  const elements = [];
  for (let row = 0; row < patch.rows; row += 1) {
    for (let column = 0; column < patch.columns; column += 1) {
      const [x, y] = [left + column * (wide + GAP), DIMENSION + row * (high + GAP)];
      if (patch.groups > 1) elements.push(rectangle(x, y, wide, high, "empty"));
      elements.push(...blocksOf(patch, wide, high, x, y));
    }
  }
  return elements;
}

/* The blocks along the diagonal, the whole tile where there is one group; of very many a band. */
function blocksOf(patch, wide, high, x, y) {
  const groups = patch.groups;
  if (groups * patch.rows * patch.columns > MOST_RECTANGLES && groups > 1) {
    const length = Math.hypot(wide, high);
    const attributes = {
      d: `M${x} ${y}l${wide} ${high}`,
      "stroke-width": (wide * high) / groups / length,
    };
    return [svgElement("path", { ...attributes, class: "band" })];
  }
  const [across, down] = [wide / groups, high / groups];
  return Array.from({ length: groups }, (_, i) =>
    rectangle(x + i * across, y + i * down, across, down, "tile"),
  );
}

function rectangle(x, y, width, height, kind) {
  return svgElement("rect", { x, y, width, height, class: kind });
}
