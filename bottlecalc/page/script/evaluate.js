"use strict";

/* The closed forms' expressions, evaluated in whole numbers of any size. */

function floorDivide(a, b) {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

const OPERATORS = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "//": floorDivide,
  "%": (a, b) => a - b * floorDivide(a, b),
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "&": (a, b) => a && b,
  "|": (a, b) => a || b,
  largest: (a, b) => (a > b ? a : b),
  smallest: (a, b) => (a < b ? a : b),
};

/* A number, a truth, a name that has a value, or a sign and what it stands between. */
function evaluate(expression, values) {
  if (typeof expression === "boolean") return expression;
  if (typeof expression === "number") return BigInt(expression);
  if (typeof expression === "string") {
    if (!Object.hasOwn(values, expression)) throw new Error(`${expression} has no value`);
    return values[expression];
  }
  const [sign, a, b] = expression;
  if (!Object.hasOwn(OPERATORS, sign)) throw new Error(`${sign} is no operator`);
  return OPERATORS[sign](evaluate(a, values), evaluate(b, values));
}

/* What each name is: the keys of a spec, those that follow where nobody gave them, the input. */
function valuesOf(family, keys, size) {
  const values = { batch: 1n, height: BigInt(size[0]), width: BigInt(size[1]) };
  for (const [key, value] of Object.entries({ ...family.usual, ...keys }))
    values[key] = BigInt(value);
  for (const [key, expression] of Object.entries(family.follows)) {
    if (!(key in values)) values[key] = evaluate(expression, values);
  }
  return values;
}

/* The first rule that a block breaks, or nothing. */
function brokenRule(family, keys, values) {
  const missing = Object.keys(family.follows).find((key) => !(key in keys)) || "";
  return family.rules[missing].find((rule) => evaluate(rule.broken, values));
}

/* A block counted: its layers and every figure in every scope. It must break no rule. */
function countBlock(family, keys, size) {
  const values = valuesOf(family, keys, size);
  const found = family.cases.find((one) => evaluate(one.holds, values));
  const figures = {};
  for (const [name, one] of Object.entries(found.figures)) figures[name] = evaluate(one, values);
  return {
    values,
    figures,
    adds: found.adds,
    field: found.field.map((one) => evaluate(one, values)),
    layers: found.layers.map((layer) => countLayer(layer, values)),
  };
}

const EVALUATED = ["in", "out", "params", "macs", "activations", "stride", "groups"];

function countLayer(layer, values) {
  const counted = { ...layer };
  for (const name of EVALUATED) {
    if (name in layer) counted[name] = evaluate(layer[name], values);
  }
  for (const name of ["factors", "positions", "sides"]) {
    counted[name] = layer[name].map((one) => evaluate(one, values));
  }
  return counted;
}

function product(factors) {
  return factors.reduce((a, b) => a * b, 1n);
}

const BRANCHES = { main: ["main", "aside"], convs: ["main", "aside", "shortcut", "after"] };

/* The layers that have something of a figure in a scope: of the narrower ones only weights. */
function layersIn(counted, figure, scope) {
  return counted.layers.filter((layer) => {
    const kept =
      scope === "block" || (layer.kind === "conv" && BRANCHES[scope].includes(layer.branch));
    return kept && layer[figure] !== 0n;
  });
}
