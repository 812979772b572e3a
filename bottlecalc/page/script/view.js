"use strict";

/* The answer as it is seen: everything here is put together anew whenever the state changes. */

function byId(id) {
  return document.getElementById(id);
}

/* A sentence in the language of the page, with what it speaks of put in. */
function say(key, what = {}) {
  const words = page.data.words[page.how.lang];
  if (!Object.hasOwn(words, key)) throw new Error(`no words for ${key}`);
  return words[key].replace(/\{(\w+)\}/g, (_, name) => what[name]);
}

function layerLabel(layer) {
  return [layerName(layer), ...settingsOf(layer)].join(say("comma"));
}

function layerName(layer) {
  if (layer.kind === "conv") return say("kind.conv", { kernel: layer.kernel.join("×") });
  return page.data.words[page.how.lang][`kind.${layer.kind}`] || layer.kind;
}

/* What is not as usual: stride 2, groups 4. */
function settingsOf(layer) {
  const unusual =
    layer.kind === "conv" ? ["stride", "groups"].filter((key) => layer[key] !== 1n) : [];
  return unusual.map((key) => say(`kind.${key}`, { [key]: number(layer[key]) }));
}

function figureName() {
  return say(`figure.${page.state.figure}`);
}

function scopeName() {
  return say(`scope.${page.state.scope}`);
}

/* A ratio as languages have it: 4.80×, or a number before a word. */
function ratioWords(ratio) {
  return { ratio, times: ratio.replace("×", "") };
}

function showAnswer(view) {
  showRatio(view);
  showInk(view);
  showTables(view);
  showCurve(view);
  showBlocks(view, byId("blocks"), true);
  const fields = [view.a, view.b].map((one) => one.field.join("×"));
  byId("blocks-caption").textContent = say("blocks.caption", { a: fields[0], b: fields[1] });
  byId("command").textContent = commandOf(page.data.families, page.state);
}

function showRatio(view) {
  const { cost, state } = view;
  byId("ratio").textContent = view.ratio;
  const names = { a: say(`family.${state.baseline}`), b: say(`family.${state.block}`) };
  const sentence = [
    say("answer.sentence", {
      ...names,
      ...ratioWords(view.ratio),
      figure: figureName(),
      scope: scopeName(),
    }),
  ];
  if (cost.a < cost.b) sentence.push(say("answer.dearer"));
  if (cost.a === cost.b) sentence.push(say("answer.same"));
  byId("sentence").textContent = sentences(sentence);
  byId("sums").textContent = say("answer.sums", { a: number(cost.a), b: number(cost.b) });
  byId("told").textContent = page.bet
    ? say("bet.result", { bet: page.bet, ...ratioWords(page.betRatio) })
    : "";
}

function showInk(view) {
  const { figure, scope } = view.state;
  const sides = [view.a, view.b].map((one) =>
    layersIn(one, figure, scope).map((layer) => [layer, patchOf(layer, figure)]),
  );
  const width = Math.max(160, byId("ink").clientWidth / (innerWidth < 900 ? 1 : 2) - 20);
  const areas = sides.map((layers) => layers.map(([, patch]) => patch));
  const scale = scaleOf(areas, figure, width);
  sides.forEach((layers, i) => {
    const head = htmlElement(
      "h3",
      {},
      nameOf(view, i),
      " ",
      htmlElement("span", { class: "total" }, number(view.costs[i])),
    );
    const drawn = layers.map(([layer, patch]) =>
      htmlElement(
        "div",
        { class: "patch" },
        drawPatch(patch, scale, layer),
        htmlElement(
          "p",
          {},
          inkLabel(layer),
          htmlElement("br"),
          htmlElement("b", {}, number(layer[figure])),
        ),
      ),
    );
    byId(i ? "ink-b" : "ink-a").replaceChildren(
      head,
      htmlElement("div", { class: "patches" }, ...drawn),
    );
  });
  byId("ink-caption").textContent = sentences(
    inkSentences(
      view,
      sides.flat().map(([layer]) => layer),
    ),
  );
}

/* One after the other, as the language has them. */
function sentences(all) {
  return all.join(page.how.lang === "zh" ? "" : " ");
}

function inkSentences(view, layers) {
  const said = [say(`ink.${view.state.figure}`)];
  const isFlat = view.state.figure === "activations";
  if (!isFlat && layers.some((layer) => layer.groups > 1n)) said.push(say("ink.groups"));
  if (layers.some((layer) => layer.branch !== "main")) said.push(say("ink.grey"));
  said.push(
    say("ink.sums", { a: number(view.cost.a), b: number(view.cost.b), ...ratioWords(view.ratio) }),
  );
  return said;
}

function inkLabel(layer) {
  const label = layerLabel(layer);
  return layer.branch === "shortcut" ? `${label}${say("comma")}${say("branch.shortcut")}` : label;
}

function nameOf(view, i) {
  return `${"AB"[i]}${say("colon")}${say(`family.${i ? view.state.block : view.state.baseline}`)}`;
}

function showTables(view) {
  const { figure, scope } = view.state;
  const tables = [view.a, view.b].map((one, i) => {
    const rows = layersIn(one, figure, scope).map((layer) =>
      row("body", layerLabel(layer), productOf(layer, figure), number(layer[figure]), layer.name),
    );
    return htmlElement(
      "table",
      { id: i ? "table-b" : "table-a" },
      htmlElement(
        "caption",
        {},
        say("table.caption", { name: nameOf(view, i), figure: figureName(), scope: scopeName() }),
      ),
      htmlElement("thead", {}, row("head", say("table.layer"), say("table.product"), figureName())),
      htmlElement("tbody", {}, ...rows),
      htmlElement("tfoot", {}, row("foot", say("table.sum"), "", number(view.costs[i]))),
    );
  });
  byId("tables").replaceChildren(...tables);
  byId("scope-note").textContent = say(`scope.note.${figure}`);
}

function row(kind, first, middle, last, name = "") {
  const scope = kind === "head" ? "col" : "row";
  const rest = kind === "head" ? "th" : "td";
  const attributes = kind === "head" ? { scope } : {};
  return htmlElement(
    "tr",
    {},
    htmlElement("th", { scope }, first, ...(name ? [" ", htmlElement("small", {}, name)] : [])),
    htmlElement(rest, { class: "product", ...attributes }, ...breakable(middle)),
    htmlElement(
      rest,
      { class: last.length > 14 ? "value long" : "value", ...attributes },
      ...breakable(last),
    ),
  );
}

/* A long product or number, which may go on in a next line after a factor or a thousand. */
function breakable(words) {
  if (words.length < 14) return [words];
  return words
    .split(words.includes("·") ? /(?<=·)/ : /(?<=,)/)
    .flatMap((part) => [part, document.createElement("wbr")]);
}

/* 3·3·32·32, and of MACs × 56·56. */
function productOf(layer, figure) {
  const written = (factors) => factors.map(number).join("·");
  if (figure === "activations") return written([layer.out, ...layer.sides]);
  const weights = written(layer.factors);
  return figure === "macs" ? `${weights} × ${written(layer.positions.slice(1))}` : weights;
}

function showBlocks(view, where, withWeights) {
  const widest = Math.max(widestOf(view.a), widestOf(view.b));
  const drawn = [view.a, view.b].map((one) => drawBlock(one, widest, withWeights));
  const figures = drawn.map((svg, i) =>
    htmlElement(
      "div",
      {},
      htmlElement("h3", {}, nameOf(view, i)),
      htmlElement("p", { class: "shape" }, shapeOf(view, i)),
      svg,
    ),
  );
  where.replaceChildren(...figures);
  fit(drawn, figures[0].clientWidth);
}

/* Drawings made smaller by one factor, so that all have room and keep one scale. */
function fit(drawn, room) {
  const sizes = drawn.map((svg) => svg.getAttribute("viewBox").split(" ").slice(2).map(Number));
  const factor = Math.min(1, room / Math.max(...sizes.map(([width]) => width)));
  drawn.forEach((svg, i) =>
    filled(svg, { width: sizes[i][0] * factor, height: sizes[i][1] * factor }, []),
  );
}

function shapeOf(view, i) {
  const name = i ? view.state.block : view.state.baseline;
  const counted = i ? view.b : view.a;
  const { in: enter, out } = counted.values;
  return say(`shape.${name}`, {
    in: number(enter),
    out: number(out),
    m: number(widthOf(counted)),
  });
}

function showCurve(view) {
  const middle = middleOf(view.state.block, view.state);
  byId("plot").toggleAttribute("hidden", !middle);
  byId("curve-caption").toggleAttribute("hidden", !middle);
  byId("curve-words").textContent = say("curve.caption", {
    figure: figureName(),
    scope: scopeName(),
  });
  page.curve = null;
  if (!middle) {
    byId("even").textContent = say("curve.none");
    return;
  }
  const family = page.data.families[view.state.block];
  const limit = view.cost.a;
  const at = (steps) => blockAt(family, view.state, view.size, middle, steps);
  const cost = (steps) => at(steps).figures[view.figure];
  const even = breakEven(family, view.state, view.size, middle, view.figure, limit);
  const unit = Number(widthOf(at(1)));
  byId("even").textContent = evenSentence(even, unit, cost, limit);
  drawCurve(view, { family, middle, limit, even, cost, unit });
}

function evenSentence(even, unit, cost, limit) {
  if (!even) return say("curve.never");
  if (even >= WIDEST / 2) return say("curve.always");
  const [m, next] = [even, even + 1].map((steps) => number(steps * unit));
  return say("curve.even", {
    m,
    next,
    cost: number(cost(even)),
    limit: number(limit),
    more: number(cost(even + 1)),
  });
}

function drawCurve(view, { family, middle, limit, even, cost, unit }) {
  const now = Number(view.b.values[middle.key]) / middle.step;
  const wide = Math.max(now + 1, 2 * now, Math.ceil(Math.min(even, WIDEST / 4) * 1.5), 4);
  const last = page.frozen || wide;
  const curve = curveOf(family, view.state, view.size, middle, view.figure, last);
  const highest = Number([limit, curve.at(-1)[1]].reduce((a, b) => (a > b ? a : b))) * 1.08;
  const width = Math.max(260, byId("curve-figure").clientWidth);
  const axes = axesOf(width, last, highest);
  page.curve = { axes, middle, last, now };
  byId("plot").setAttribute("viewBox", `0 0 ${width} ${PLOT.height}`);
  const label = say("curve.label");
  const parts = plotParts(axes, { curve, limit, even, last, highest, unit, label });
  byId("plot-parts").replaceChildren(...parts);
  placePoint(axes, last, now, number(now * unit), cost(now));
}

/* The point that is dragged, and what is read of it aloud. */
function placePoint(axes, last, now, m, cost) {
  const place = { cx: axes.x(now), cy: axes.y(cost) };
  const said = { name: `m = ${m}`, figure: figureName(), scope: number(cost) };
  const told = {
    "aria-label": say("curve.point"),
    "aria-valuemin": 1,
    "aria-valuemax": last,
    "aria-valuenow": now,
    "aria-valuetext": say("table.caption", said),
  };
  filled(byId("point"), { ...place, ...told }, []);
  filled(byId("point-name"), { x: place.cx, y: place.cy - 12 }, []);
  byId("point-name").textContent = `m = ${m}`;
}
