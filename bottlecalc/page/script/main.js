"use strict";

/* The page: what it is opened with, what its controls say, and what is shown for it. */

const page = {
  data: JSON.parse(document.getElementById("data").textContent),
  state: {},
  how: { lang: "en" },
  unknown: [],
  bet: "",
  betRatio: "",
  isAnswered: false,
  frozen: 0,
  curve: null,
  next: null,
};

/* Take the state from the address; without one it is what the page was written with. */
function open() {
  const given = readFragment(location.hash);
  const isSaid = saysState(given);
  page.how = { lang: CHOICES.lang.includes(given.lang) ? given.lang : page.data.start.lang };
  if (given.embed === "1") page.how.embed = "1";
  const said = Object.fromEntries(Object.entries(given).filter(([key]) => ORDER.includes(key)));
  page.state = { ...USUAL, ...(isSaid ? said : page.data.start.state) };
  page.unknown = mistakes(given).filter(([, what]) => !ORDER.includes(what.key || "size"));
  page.isAnswered ||= isSaid;
  fillControls();
  refresh();
}

/* What the state comes to: both blocks counted, and the figure that is asked for. */
function viewOf(state) {
  const size = readSize(state.size);
  const [a, b] = [state.baseline, state.block].map((name) => {
    const family = page.data.families[name];
    return countBlock(family, keysOf(family, state), size);
  });
  const figure = `${state.figure}_${state.scope}`;
  const costs = [a.figures[figure], b.figures[figure]];
  return {
    state,
    size,
    a,
    b,
    figure,
    costs,
    cost: { a: costs[0], b: costs[1] },
    ratio: ratioText(...costs),
  };
}

/* A state without the keys that nobody gave. */
function saidOf(state) {
  return Object.fromEntries(Object.entries(state).filter(([, text]) => text !== undefined));
}

/* What is wrong with the state, as sentences. */
function problems() {
  const wrong = [...mistakes(saidOf(page.state)), ...page.unknown].map(([key, what]) =>
    say(key, what),
  );
  if (wrong.length) return wrong;
  const rules = [page.state.baseline, page.state.block].map(ruleProblem).filter(Boolean);
  return [...new Set(rules)];
}

function ruleProblem(name) {
  const family = page.data.families[name];
  const keys = keysOf(family, page.state);
  const values = valuesOf(family, keys, readSize(page.state.size));
  const rule = brokenRule(family, keys, values);
  if (!rule) return "";
  const words = page.data.words[page.how.lang][`rule.${name}.${rule.key}`] || rule.sentence;
  return words.replace(/\{(\w+)\}/g, (_, key) => number(values[key]));
}

function refresh() {
  translate();
  const wrong = problems();
  const isFine = !wrong.length;
  byId("wrong").hidden = isFine;
  const keys = mistakes(saidOf(page.state)).map(([, what]) => what.key || "size");
  for (const key of ORDER) byId(key).setAttribute("aria-invalid", String(keys.includes(key)));
  byId("wrong-list").replaceChildren(...wrong.map((words) => htmlElement("li", {}, words)));
  byId("answer").hidden = !(isFine && page.isAnswered);
  byId("bet").hidden = !isFine || page.isAnswered;
  byId("controls").hidden = !page.isAnswered && isFine;
  fillFollowing();
  if (!isFine) return;
  const view = viewOf(page.state);
  byId("lead").textContent = say("lead", {
    in: number(view.a.values.in),
    out: number(view.a.values.out),
  });
  if (page.isAnswered) showAnswer(view);
  else showBet(view);
  const fragment = page.isAnswered
    ? writeFragment(page.state, howSaid())
    : `#${new URLSearchParams(howSaid())}`;
  if (location.hash !== fragment && `${location.hash}#` !== fragment)
    history.replaceState(null, "", fragment);
}

function howSaid() {
  const { lang, embed } = page.how;
  return { ...(lang === page.data.start.lang ? {} : { lang }), ...(embed ? { embed } : {}) };
}

function translate() {
  document.documentElement.lang = page.how.lang === "zh" ? "zh-Hans" : "en";
  document.documentElement.classList.toggle("embed", page.how.embed === "1");
  document.title = say("title");
  for (const element of document.querySelectorAll("[data-say]"))
    element.textContent = say(element.dataset.say);
  const what = { version: page.data.version, points: number(page.data.points.length) };
  byId("footer").textContent = say("footer", what);
  byId("languages").setAttribute("aria-label", say("language"));
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === page.how.lang));
  }
}

function showBet(view) {
  showBlocks({ ...view }, byId("bet-blocks"), false);
}

/* The first answer is about parameters of the main path, whatever the page was written with. */
function answer(bet) {
  page.bet = bet;
  page.betRatio = viewOf({ ...page.state, figure: "params", scope: "main" }).ratio;
  page.isAnswered = true;
  refresh();
  byId("ratio").focus();
}

function takeBet(event) {
  event.preventDefault();
  const text = byId("bet-text").value.trim().replace("×", "").replace(",", ".");
  const isBet = /^[0-9]{1,6}(\.[0-9]{1,4})?$/.test(text) && Number(text) > 0;
  byId("bet-wrong").textContent = isBet ? "" : say("bet.number", { text });
  if (isBet) answer(text);
  else byId("bet-text").focus();
}

function fillControls() {
  for (const key of ORDER) {
    const control = byId(key);
    if (control.value !== (page.state[key] || "") && page.state[key] !== undefined)
      control.value = page.state[key];
  }
}

/* What follows where nobody gave it, and which controls are of any use. */
function fillFollowing() {
  const { out, mid } = page.state;
  byId("follows").checked = mid === undefined;
  if (mid === undefined && isNumber(out)) byId("mid").value = String(following("mid", Number(out)));
  for (const row of document.querySelectorAll("[data-of]")) {
    row.hidden = ![page.state.baseline, page.state.block].includes(row.dataset.of);
  }
}

/* What a key of the bottleneck is where nobody gives it. */
function following(key, out) {
  return evaluate(page.data.families.bottleneck.follows[key], { out: BigInt(out) });
}

function change(key, text) {
  page.state[key] = text;
  page.unknown = [];
  refresh();
}

/* Move the middle to so many steps. */
function moveTo(steps) {
  const { middle, now } = page.curve;
  if (steps === now || steps < 1) return;
  byId(middle.key).value = String(steps * middle.step);
  change(middle.key, String(steps * middle.step));
}

/* The last of the actions that come between two frames. */
function onceAFrame(action) {
  if (!page.next) {
    requestAnimationFrame(() => {
      const next = page.next;
      page.next = null;
      if (page.frozen) next();
    });
  }
  page.next = action;
}

function drag(event) {
  if (!page.curve) return;
  const box = byId("plot").getBoundingClientRect();
  const width = Number(byId("plot").getAttribute("viewBox").split(" ")[2]);
  moveTo(page.curve.axes.steps(((event.clientX - box.left) * width) / box.width));
}

const MOVES = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 8, PageDown: -8 };

function pressKey(event) {
  const { now, last } = page.curve;
  const steps =
    { Home: 1, End: last }[event.key] ||
    (event.key in MOVES ? Math.max(1, now + MOVES[event.key]) : 0);
  if (!steps) return;
  event.preventDefault();
  moveTo(steps);
}

function listen() {
  for (const key of ORDER) {
    byId(key).addEventListener("input", () => change(key, byId(key).value.trim()));
  }
  byId("follows").addEventListener("change", (event) =>
    change("mid", event.target.checked ? undefined : byId("mid").value),
  );
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.addEventListener("click", () => {
      page.how.lang = button.dataset.lang;
      refresh();
    });
  }
  byId("bet-form").addEventListener("submit", takeBet);
  byId("bet-skip").addEventListener("click", () => answer(""));
  const plot = byId("plot");
  plot.addEventListener("pointerdown", (event) => {
    page.frozen = page.curve.last;
    plot.setPointerCapture(event.pointerId);
    byId("point").focus();
    drag(event);
    event.preventDefault();
  });
  plot.addEventListener("pointermove", (event) => {
    if (page.frozen) onceAFrame(() => drag(event));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    plot.addEventListener(end, (event) => {
      if (page.frozen && end === "pointerup") drag(event);
      page.frozen = 0;
      refresh();
    });
  }
  byId("point").addEventListener("keydown", pressKey);
  addEventListener("hashchange", open);
  addEventListener("resize", () => refresh());
  addEventListener("beforeprint", () => refresh());
}

/* Nothing is shown, but for the reason, where what is computed is not what was counted. */
function start() {
  const what = complaint(page.data);
  if (!what) {
    listen();
    open();
    return;
  }
  page.how.lang = page.data.start.lang;
  document.querySelector("main").remove();
  byId("failure").hidden = false;
  byId("failure").textContent = Object.values(page.data.words)
    .map((words) => words.failed.replace("{what}", what))
    .join(" ");
}

start();
