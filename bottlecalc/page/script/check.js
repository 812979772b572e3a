"use strict";

/* Whether this browser and these expressions give what bottlecalc counted; else what differs. */

function complaint(data) {
  try {
    for (const point of data.points) {
      const wrong = pointComplaint(data.families[point.family], point);
      if (wrong) return `${point.family} ${JSON.stringify(point.keys)}: ${wrong}`;
    }
    for (const one of data.refusals) {
      const family = data.families[one.family];
      const rule = brokenRule(family, one.keys, valuesOf(family, one.keys, [1, 1]));
      if (!rule || rule.key !== one.refused) return `${one.family} ${JSON.stringify(one.keys)}`;
    }
    return data.points.length ? "" : "no points";
  } catch (error) {
    return String(error);
  }
}

function pointComplaint(family, point) {
  if (brokenRule(family, point.keys, valuesOf(family, point.keys, point.size))) return "refused";
  const counted = countBlock(family, point.keys, point.size);
  for (const [name, value] of Object.entries(point.figures)) {
    if (counted.figures[name] !== BigInt(value)) return name;
  }
  if (counted.field.some((side) => side !== BigInt(point.field))) return "field";
  const expected = point.layers.filter((row) => row.length);
  if (expected.length !== counted.layers.length) return "layers";
  const place = counted.layers.findIndex((layer, i) => layerDiffers(layer, expected[i]));
  return place < 0 ? sumsComplaint(counted) : counted.layers[place].name;
}

function layerDiffers(layer, expected) {
  const found = [
    layer.params,
    layer.macs,
    layer.activations,
    layer.stride || 1n,
    layer.out,
    ...layer.sides,
  ];
  return found.some((one, i) => one !== BigInt(expected[i])) || !addsUp(layer);
}

/* The product that is shown, and the area that is drawn, are what is counted. */
function addsUp(layer) {
  if (layer.kind !== "conv")
    return layer.params === (layer.factors.length ? product(layer.factors) : 0n);
  const outputs = [layer.out, ...layer.sides];
  const ink = product(layer.kernel.map(BigInt)) * layer.in * layer.out;
  return (
    ink === layer.params * layer.groups &&
    product(layer.factors) === layer.params &&
    layer.params * product(layer.positions) === layer.macs &&
    product(outputs) === layer.activations
  );
}

function sumsComplaint(counted) {
  for (const figure of ["params", "macs", "activations"]) {
    for (const scope of ["main", "convs", "block"]) {
      const rows = layersIn(counted, figure, scope).map((layer) => layer[figure]);
      const sum = rows.reduce((a, b) => a + b, 0n);
      if (sum !== counted.figures[`${figure}_${scope}`]) return `sum of ${figure}_${scope}`;
    }
  }
  return "";
}
