"use strict";

/* What is shown, as the fragment of the address says it: #in=64&out=128&mid=32 */

const MOST = 1000000;
const USUAL = {
  baseline: "plain",
  block: "bottleneck",
  in: "64",
  out: "128",
  groups: "1",
  expand: "6",
  stride: "1",
  size: "56",
  figure: "params",
  scope: "main",
};
const CHOICES = {
  baseline: ["plain", "basic", "bottleneck", "inverted"],
  block: ["plain", "basic", "bottleneck", "inverted"],
  figure: ["params", "macs", "activations"],
  scope: ["main", "convs", "block"],
  lang: ["en", "zh"],
  embed: ["1"],
};
const NUMBERS = ["in", "out", "mid", "groups", "expand", "stride"];
const ALWAYS = ["in", "out"];
const ORDER = [
  "baseline",
  "block",
  "in",
  "out",
  "mid",
  "groups",
  "expand",
  "stride",
  "size",
  "figure",
  "scope",
];

/* The keys that a fragment gives, as text. */
function readFragment(fragment) {
  return Object.fromEntries(new URLSearchParams(fragment.replace(/^#/, "")));
}

/* Whether a fragment says what to show, and not only how. */
function saysState(given) {
  return Object.keys(given).some((key) => ORDER.includes(key));
}

/* What is wrong with each key that is, as [sentence, what it speaks of]. */
function mistakes(given) {
  const wrong = [];
  for (const [key, text] of Object.entries(given)) {
    if (key in CHOICES) {
      if (!CHOICES[key].includes(text))
        wrong.push(["wrong.choice", { key, text, known: CHOICES[key].join(", ") }]);
    } else if (NUMBERS.includes(key)) {
      const sentence = text ? "wrong.number" : "wrong.empty";
      if (!isNumber(text)) wrong.push([sentence, { key, text, most: number(MOST) }]);
    } else if (key === "size") {
      if (!readSize(text)) wrong.push(["wrong.size", { text, most: number(MOST) }]);
    } else {
      wrong.push(["wrong.key", { key, known: [...ORDER, "lang", "embed"].join(", ") }]);
    }
  }
  return wrong;
}

function isNumber(text) {
  return /^[0-9]{1,9}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST;
}

/* Height and width, from 56 or 28x56; nothing where it is neither. */
function readSize(text) {
  const sides = text.replace("×", "x").split("x");
  if (sides.length > 2 || !sides.every(isNumber)) return null;
  return [Number(sides[0]), Number(sides[sides.length - 1])];
}

/* The fragment of a state; what is as usual is left out, but for the channels. */
function writeFragment(state, how) {
  const parts = new URLSearchParams();
  for (const key of ORDER) {
    const text = state[key];
    if (text !== undefined && (ALWAYS.includes(key) || text !== USUAL[key])) parts.set(key, text);
  }
  for (const [key, text] of Object.entries(how)) parts.set(key, text);
  return `#${parts}`;
}

/* The keys of a family's spec, whole numbers, that a state has. */
function keysOf(family, state) {
  const said = family.keys.filter((key) => state[key] !== undefined);
  return Object.fromEntries(said.map((key) => [key, Number(state[key])]));
}

/* The command that counts the same. */
function commandOf(families, state) {
  const words = ["bottlecalc", "compare"];
  const has = (key) =>
    [state.baseline, state.block].some((one) => families[one].keys.includes(key));
  for (const key of ["in", "out", "mid", "groups", "stride"]) {
    const isSaid = state[key] !== undefined && (ALWAYS.includes(key) || state[key] !== USUAL[key]);
    if (isSaid && has(key)) words.push(`--${key}`, state[key]);
  }
  if (has("expand") && state.expand !== USUAL.expand) words.push("--set", `expand=${state.expand}`);
  if (state.size !== USUAL.size) words.push("--size", state.size.replace("×", "x"));
  if (state.baseline !== USUAL.baseline || state.block !== USUAL.block) {
    words.push("--block", state.baseline, "--block", state.block);
  }
  return words.join(" ");
}
