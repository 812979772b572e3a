"use strict";

/* Elements, and what drawings have in common. */

const SVG = "http://www.w3.org/2000/svg";

function svgElement(name, attributes, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function htmlElement(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== ""));
  return element;
}

function svgText(words, x, y, kind, anchor = "start") {
  return svgElement("text", { x, y, class: kind, "text-anchor": anchor }, words);
}

/* Room that a line takes at most, in a font of 12 pixels. */
function breadth(words) {
  return [...words].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 12 : 7), 0);
}

/* The class by which a layer has its colour. */
function colourOf(layer) {
  if (layer.branch !== "main") return "beside";
  if (layer.kind !== "conv") return "pointwise";
  return layer.kernel[0] > 1 ? "spatial" : "pointwise";
}
