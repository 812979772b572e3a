"use strict";

/* A block from top to bottom, its boxes as wide as their channels: a bottleneck looks like one. */

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
      boxes.push({
        name: layerName(layer),
        settings,
        rest: [],
        enter: layer.in,
        leave: layer.out,
        weights,
        colour,
      });
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
  const pen = { parts: [], scale: (2 * HALF) / widest, withWeights, x: HALF + 6 };
  const main = boxesOf(counted.layers, "main");
  const last = main.at(-1).leave;
  pen.parts.push(svgText(say("figure.input"), pen.x, 12, "", "middle"));
  line(pen, pen.x, 16, pen.x, TOP);
  let end = column(pen, main, pen.x, TOP);
  let width = pen.x + HALF + BESIDE + roomBeside(main, pen);
  if (counted.adds) [end, width] = joined(pen, counted, main, end, width + 26);
  arrow(pen, pen.x, end, end + ARROW, last);
  pen.parts.push(svgText(say("figure.output"), pen.x, end + ARROW + 13, "", "middle"));
  const [w, h] = [width, end + ARROW + 20];
  const size = { viewBox: `0 0 ${w} ${h}`, width: w, height: h };
  const told = { role: "img", "aria-label": toldOf(counted) };
  return svgElement("svg", { ...size, ...told }, ...pen.parts);
}

/* The shortcut beside the main path, where they are added, and what comes after; returns how far
   all that reaches, downwards and to the right. */
function joined(pen, counted, main, end, left) {
  const shortcut = boxesOf(counted.layers, "shortcut");
  const last = main.at(-1).leave;
  const join = Math.max(end, TOP + depthOf(shortcut)) + ARROW + 9;
  const right = left + (shortcut.length ? HALF : 0);
  arrow(pen, pen.x, end, join - 9, last);
  beside(pen, shortcut, [pen.x, right], [TOP, join], [main[0].enter, last]);
  pen.parts.push(
    svgElement("circle", { cx: pen.x, cy: join, r: 9, class: "join" }),
    svgText("+", pen.x, join + 4.5, "", "middle"),
  );
  const bottom = column(pen, boxesOf(counted.layers, "after"), pen.x, join + 9);
  if (!shortcut.length) return [bottom, right + 6 + breadth(say("figure.identity"))];
  const words = shortcut.flatMap((box) => boxWords(box, pen).map(breadth));
  return [bottom, right + HALF + BESIDE + Math.max(...words)];
}

/* What leads past the main path: boxes, or nothing but a line. */
function beside(pen, boxes, [from, x], [top, join], [enters, leaves]) {
  line(pen, from, top, x, top);
  const first = boxes.length ? (top + join - ARROW - depthOf(boxes)) / 2 : (top + join) / 2;
  line(pen, x, top, x, first);
  const end = column(pen, boxes, x, first);
  line(pen, x, end, x, join);
  if (boxes.length) pen.parts.push(svgText(number(leaves), x + 5, end + 16, "flow"));
  else
    pen.parts.push(
      svgText(say("figure.identity"), x + 5, first, ""),
      svgText(number(enters), x + 5, first + 15, "flow"),
    );
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
  const [above, below] = [box.enter, box.leave].map(
    (channels) => (Number(channels) * pen.scale) / 2,
  );
  const end = top + box.height;
  const points = [
    [x - above, top],
    [x + above, top],
    [x + below, end],
    [x - below, end],
  ].join(" ");
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
  const weights =
    pen.withWeights && box.weights > 0n && !fits(box, pen) ? [number(box.weights)] : [];
  return [box.name, box.settings, [...box.rest, ...weights].join(say("comma"))].filter(
    (words) => words,
  );
}

function roomBeside(boxes, pen) {
  return Math.max(
    ...boxes.map((box) => {
      const half = (Math.max(Number(box.enter), Number(box.leave)) * pen.scale) / 2;
      return Math.max(...boxWords(box, pen).map(breadth)) - (HALF - half);
    }),
  );
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
  const told = (layer) =>
    `${layer.name}: ${layerLabel(layer)}, ${number(layer.in)} → ${number(layer.out)}`;
  return counted.layers
    .filter((layer) => layer.kind === "conv")
    .map(told)
    .join("; ");
}
