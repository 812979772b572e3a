"use strict";

/* The cost over the width of the middle: what varies, where it breaks even, and the curve. */

/* Of a family with a middle, which key makes it wider, and by how much a step does. */
function middleOf(name, state) {
  if (name === "bottleneck") return { key: "mid", step: Number(state.groups) };
  if (name === "inverted") return { key: "expand", step: 1 };
  return null;
}

/* The channels of the middle, which its 3×3 takes. */
function widthOf(counted) {
  return counted.layers.find((layer) => layer.kind === "conv" && layer.kernel[0] > 1).in;
}

function blockAt(family, state, size, middle, steps) {
  const keys = keysOf(family, { ...state, [middle.key]: String(steps * middle.step) });
  return countBlock(family, keys, size);
}

function costAt(family, state, size, middle, steps, figure) {
  return blockAt(family, state, size, middle, steps).figures[figure];
}

const WIDEST = 2 ** 31;

/* The most steps at which a block costs less than the limit; 0 where even one does not.
   A wider middle always costs more. */
function breakEven(family, state, size, middle, figure, limit) {
  const isLess = (steps) => costAt(family, state, size, middle, steps, figure) < limit;
  if (!isLess(1)) return 0;
  let less = 1;
  let more = 2;
  while (more < WIDEST && isLess(more)) [less, more] = [more, 2 * more];
  while (more - less > 1) {
    const between = Math.floor((less + more) / 2);
    if (isLess(between)) less = between;
    else more = between;
  }
  return less;
}

const POINTS = 120;

/* The figure at some 120 widths, from the narrowest to the last, the last one among them. */
function curveOf(family, state, size, middle, figure, last) {
  const stride = Math.max(1, Math.ceil(last / POINTS));
  const places = [];
  for (let steps = 1; steps < last; steps += stride) places.push(steps);
  places.push(last);
  return places.map((steps) => [steps, costAt(family, state, size, middle, steps, figure)]);
}
