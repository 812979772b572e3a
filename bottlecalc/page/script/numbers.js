"use strict";

/* Numbers as bottlecalc writes them, and shorter for an axis. */

function number(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/* How many times: two decimals, or three digits where those would be mostly zeros. */
function ratioText(a, b) {
  const value = Number(a) / Number(b);
  if (a >= 1000000n * b) return `${number((2n * a + b) / (2n * b))}×`;
  if (10n * a < b) return `${Number(value.toPrecision(3))}×`;
  const [whole, decimals] = hundredths(value).split(".");
  return `${number(whole)}.${decimals}×`;
}

/* A number that lies between two hundredths exactly goes to the even one, as in Python. */
function hundredths(value) {
  const eighths = value * 8;
  if (!Number.isInteger(eighths) || eighths % 2 === 0) return value.toFixed(2);
  const below = Math.floor(value * 100);
  return ((below % 2 === 0 ? below : below + 1) / 100).toFixed(2);
}

const UNITS = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

function shortNumber(value) {
  if (value >= 1e15) return value.toExponential(1).replace("e+", "·10^");
  const unit = UNITS.find(([power]) => value >= power);
  return unit
    ? `${Number((value / unit[0]).toPrecision(3))} ${unit[1]}`
    : String(Number(value.toPrecision(3)));
}
