"use strict";

/* A block from top to bottom, its boxes as wide as their channels, so that a bottleneck looks like one. */

const HALF = 66;
const BOX = 32;
const THIN = 20;
const TALL = 44;
const ARROW = 25;
const TOP = 24;
const BESIDE = 8;

/* A layer that has weights opens a box; what follows it stands beside. */
function boxesOf(layers, branch) {
  const boxes = [];
  for (const layer of layers.filter((one) => one.branch === branch)) {
    if (layer.kind === "conv" || !boxes.length) {
      const weights = layer.kind === "conv" ? layer.params : 0n;
      const colour = weights ? colourOf(layer) : "none";
      const settings = settingsOf(layer).join(say("comma"));
      boxes.push({ name: layerName(layer), settings, rest: [], enter: layer.in, leave: layer.out, weights, colour });
    } else {
      boxes[boxes.length - 1].rest.push(layerName(layer));
    }
  }
  return boxes.map((box) => ({ ...box, height: heightOf(box) }));
}

function heightOf(box) {
  if (box.settings) return TALL;
  return box.weights || box.rest.length ? BOX : THIN;
}

function depthOf(boxes) {
  return boxes.reduce((sum, box) => sum + ARROW + box.height, 0);
}

/* The most channels that flow anywhere in a block. */
function widestOf(counted) {
  return Math.max(...counted.layers.map((layer) => Math.max(Number(layer.in), Number(layer.out))));
}

function drawBlock(counted, widest, withWeights) {
  const scale = (2 * HALF) / widest;
  const main = boxesOf(counted.layers, "main");
  const shortcut = boxesOf(counted.layers, "shortcut");
  const after = boxesOf(counted.layers, "after");
  const parts = [];
  const pen = { parts, scale, withWeights };
  const x = HALF + 6;
  const right = x + HALF + BESIDE + roomBeside(main, pen) + 26 + (shortcut.length ? HALF : 0);
  const last = counted.layers.filter((layer) => layer.branch === "main").at(-1).out;
  parts.push(svgText(say("figure.input"), x, 12, "", "middle"));
  line(pen, x, 16, x, TOP);
  let end = column(pen, main, x, TOP);
  if (counted.adds) {
    const join = Math.max(end, TOP + depthOf(shortcut)) + ARROW + 9;
    arrow(pen, x, end, join - 9, last);
    beside(pen, shortcut, [x, right], [TOP, join], [main[0].enter, last]);
    parts.push(svgElement("circle", { cx: x, cy: join, r: 9, class: "join" }), svgText("+", x, join + 4.5, "", "middle"));
    end = column(pen, after, x, join + 9);
  }
  arrow(pen, x, end, end + ARROW, last);
  parts.push(svgText(say("figure.output"), x, end + ARROW + 13, "", "middle"));
  const words = shortcut.length ? Math.max(...shortcut.map((box) => boxWords(box, pen).map(breadth)).flat()) : breadth(say("figure.identity"));
  const width = counted.adds ? right + (shortcut.length ? HALF + BESIDE : 6) + words : x + HALF + BESIDE + roomBeside(main, pen);
  const height = end + ARROW + 20;
  return svgElement("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": toldOf(counted) }, ...parts);
}

/* What leads past the main path: boxes, or nothing but a line. */
function beside(pen, boxes, [from, x], [top, join], [enters, leaves]) {
  line(pen, from, top, x, top);
  const first = boxes.length ? (top + join - ARROW - depthOf(boxes)) / 2 : (top + join) / 2;
  line(pen, x, top, x, first);
  const end = column(pen, boxes, x, first);
  line(pen, x, end, x, join);
  if (boxes.length) pen.parts.push(svgText(number(leaves), x + 5, end + 16, "flow"));
  else pen.parts.push(svgText(say("figure.identity"), x + 5, first, ""), svgText(number(enters), x + 5, first + 15, "flow"));
  line(pen, x, join, from + 9, join);
  pen.parts.push(svgElement("path", { d: `M${from + 9} ${join}l7 -3.5v7z`, class: "tip" }));
}

function column(pen, boxes, x, top) {
  for (const box of boxes) {
    arrow(pen, x, top, top + ARROW, box.enter);
    top += ARROW;
    drawBox(pen, box, x, top);
    top += box.height;
  }
  return top;
}

function drawBox(pen, box, x, top) {
  const [above, below] = [box.enter, box.leave].map((channels) => (Number(channels) * pen.scale) / 2);
  const end = top + box.height;
  const points = [[x - above, top], [x + above, top], [x + below, end], [x - below, end]].join(" ");
  const middle = top + box.height / 2 + 4;
  pen.parts.push(svgElement("polygon", { points, class: `box ${box.colour}` }));
  if (fits(box, pen)) pen.parts.push(svgText(number(box.weights), x, middle, "weights", "middle"));
  boxWords(box, pen).forEach((words, i, all) => {
    const y = middle + 14 * i - 7 * (all.length - 1);
    pen.parts.push(svgText(words, x + Math.max(above, below) + BESIDE, y, i ? "rest" : "name"));
  });
}

/* Whether a box has room for its weights, where they are shown. */
function fits(box, pen) {
  const room = ((Number(box.enter) + Number(box.leave)) / 2) * pen.scale - 2;
  return pen.withWeights && box.weights > 0n && breadth(number(box.weights)) * 0.87 < room;
}

function boxWords(box, pen) {
  const weights = pen.withWeights && box.weights > 0n && !fits(box, pen) ? [number(box.weights)] : [];
  return [box.name, box.settings, [...box.rest, ...weights].join(say("comma"))].filter((words) => words);
}

function roomBeside(boxes, pen) {
  return Math.max(...boxes.map((box) => {
    const half = (Math.max(Number(box.enter), Number(box.leave)) * pen.scale) / 2;
    return Math.max(...boxWords(box, pen).map(breadth)) - (HALF - half);
  }));
}

function arrow(pen, x, top, end, channels) {
  line(pen, x, top, x, end);
  pen.parts.push(svgElement("path", { d: `M${x} ${end}l-3.5 -7h7z`, class: "tip" }));
  pen.parts.push(svgText(number(channels), x + 5, top + 15, "flow"));
}

function line(pen, x, y, to, down) {
  pen.parts.push(svgElement("path", { d: `M${x} ${y}L${to} ${down}`, class: "line" }));
}

function toldOf(counted) {
  const layers = counted.layers.filter((layer) => layer.kind === "conv");
  return layers.map((layer) => `${layer.name}: ${layerLabel(layer)}, ${number(layer.in)} → ${number(layer.out)}`).join("; ");
}
