"use strict";

/* The curve of the cost over the width of the middle, with a point that can be dragged. */

const PLOT = { left: 52, right: 14, top: 16, bottom: 40, height: 270 };

/* What places and costs are on the screen, and back. */
function axesOf(width, last, highest) {
  const [across, down] = [width - PLOT.left - PLOT.right, PLOT.height - PLOT.top - PLOT.bottom];
  return {
    x: (steps) => PLOT.left + (across * steps) / last,
    y: (cost) => PLOT.top + down * (1 - Number(cost) / highest),
    steps: (x) => Math.min(last, Math.max(1, Math.round(((x - PLOT.left) / across) * last))),
    right: width - PLOT.right,
    bottom: PLOT.height - PLOT.bottom,
  };
}

/* A step between ticks, so that there are about so many. */
function tickStep(last, many) {
  const rough = last / many;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= rough);
}

/* All of the plot but the point. */
function plotParts(axes, view) {
  const parts = [...ticks(axes, view)];
  const limit = axes.y(view.limit);
  const path = view.curve.map(([steps, cost]) => `${axes.x(steps)} ${axes.y(cost)}`).join("L");
  parts.push(
    svgElement("path", { d: `M${PLOT.left} ${limit}H${axes.right}`, class: "limit" }),
    svgText(`A: ${number(view.limit)}`, axes.right, limit - 5, "limit-name", "end"),
    svgElement("path", { d: `M${path}`, class: "curve" }),
  );
  if (view.even > 0 && view.even <= view.last) parts.push(...evenParts(axes, view, limit));
  return parts;
}

function evenParts(axes, view, limit) {
  const x = axes.x(view.even);
  const isRight = x > (PLOT.left + axes.right) / 2;
  const words = `m = ${number(view.even * view.unit)}`;
  return [
    svgElement("path", { d: `M${x} ${limit}V${axes.bottom}`, class: "even" }),
    svgText(words, x + (isRight ? -5 : 5), axes.bottom - 6, "even-name", isRight ? "end" : "start"),
  ];
}

function ticks(axes, view) {
  const parts = [
    svgElement("path", {
      d: `M${PLOT.left} ${PLOT.top}V${axes.bottom}H${axes.right}`,
      class: "axis",
    }),
  ];
  const up = tickStep(view.highest, 4);
  for (let cost = up; cost <= view.highest; cost += up) {
    parts.push(
      svgElement("path", { d: `M${PLOT.left} ${axes.y(cost)}H${axes.right}`, class: "grid" }),
    );
    parts.push(svgText(shortNumber(cost), PLOT.left - 6, axes.y(cost) + 4, "tick", "end"));
  }
  const along = tickStep(view.last * view.unit, (axes.right - PLOT.left) / 70);
  for (let m = 0; m <= view.last * view.unit; m += along) {
    parts.push(svgText(number(m), axes.x(m / view.unit), axes.bottom + 16, "tick", "middle"));
  }
  parts.push(svgText(view.label, axes.right, PLOT.height - 6, "tick", "end"));
  return parts;
}
