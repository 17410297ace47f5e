// The page of a marker's desk. HTML in what the server sends is sanitized there; all other text is set as text.
"use strict";

const at = (id) => document.getElementById(id);
const tabs = [...document.querySelectorAll("#questions button")];
const drafts = new Map(); // what was begun and not saved, by answer or group
let shown = null; // the question, as the server told it
let here = { group: 0, member: 0, whole: true };
let draft = null;
let choosing = false; // the next digit takes an earlier comment
let saving = false;

const made = (tag, name, text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
};
const say = (text, wrong = false) => {
  at("status").textContent = text;
  at("status").classList.toggle("wrong", wrong);
};
const inWords = (points) => String(Math.round(points * 100) / 100);

async function ask(path, request) {
  const options = request && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  };
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Error("The command that serves this page has ended: start it again. What was saved is kept.");
  }
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

// Where the marker is

const group = () => shown.groups[here.group] || [];
const member = () => group()[here.member];
const alone = () => !here.whole || group().length === 1;
const waits = (answer) => answer.state !== "marked";
const targets = () => (alone() ? [member()] : group().filter((one) => waits(one) || !one.alone)).filter(Boolean);
const place = () => `${shown.name} ${alone() ? "" : "group "}${(alone() ? member() : group()[0]).key}`;

function go(groupIndex, memberIndex = 0) {
  if (!shown.groups.length) return;
  here.group = Math.min(Math.max(groupIndex, 0), shown.groups.length - 1);
  here.member = Math.min(Math.max(memberIndex, 0), group().length - 1);
  begin();
}

function step(by) {
  const next = here.member + by;
  if (!alone() || group().length === 1 || next < 0 || next >= group().length) {
    const to = here.group + by;
    const last = by < 0 && !here.whole && shown.groups[to] ? shown.groups[to].length - 1 : 0;
    if (shown.groups[to]) go(to, last);
  } else go(here.group, next);
}

function next(done = "") {
  const count = shown.groups.length;
  for (let ahead = 0; ahead <= count; ahead++) {
    const index = (here.group + ahead) % count;
    const found = (shown.groups[index] || []).findIndex(waits);
    if (found >= 0) {
      go(index, found);
      return;
    }
  }
  begin();
  const other = tabs.find((tab) => tab.classList.contains("waiting") && tab.dataset.question !== shown.name);
  say(`${done} ${other ? "Nothing waits here any more; l goes to the next question." : "Nothing waits any more."}`);
}

// What is about to be saved

function begin() {
  const key = place();
  if (!drafts.has(key) || !drafts.get(key).touched) drafts.set(key, known());
  draft = drafts.get(key);
  choosing = false;
  paint();
  const current = document.querySelector("[aria-current=true]");
  if (current) current.scrollIntoView({ block: "nearest" });
}

function known() {
  const marks = targets().filter((one) => one.points !== null);
  const same = marks.length && marks.every((one) => one.points === marks[0].points && one.comment === marks[0].comment);
  const mark = same && (!alone() || marks.length) ? marks[0] : { points: null, comment: "", ticks: {} };
  const ticks = { ...mark.ticks };
  const typed = mark.points !== null && sum(ticks) !== mark.points ? inWords(mark.points) : "";
  return { ticks, typed, comment: mark.comment, touched: false };
}

const sum = (ticks) =>
  Object.entries(ticks).reduce((total, [index, share]) => total + share * shown.criteria[index].points, 0);

function pointsOf(one) {
  if (one.typed !== "") return Number(one.typed.replace(",", "."));
  return Object.keys(one.ticks).length ? sum(one.ticks) : null;
}

function tick(index, share) {
  if (!shown.criteria[index]) return;
  if (draft.ticks[index] === share) delete draft.ticks[index];
  else draft.ticks[index] = share;
  draft.typed = Object.keys(draft.ticks).length ? "" : draft.typed;
  touch();
}

function all(share) {
  draft.ticks = share ? Object.fromEntries(shown.criteria.map((_, index) => [index, 1])) : {};
  draft.typed = share ? "" : "0";
  touch();
}

function touch() {
  draft.touched = true;
  paintDesk();
}

function takeComment(index) {
  choosing = false;
  const line = shown.comments[index];
  if (line !== undefined) {
    const lines = draft.comment.split("\n").filter((one) => one.trim());
    if (!lines.includes(line)) lines.push(line);
    draft.comment = lines.join("\n");
  }
  touch();
}

async function save(takenBack = false) {
  if (saving || !targets().length) {
    if (!saving) say("Every answer of this group was marked alone; g goes to each.", true);
    return;
  }
  const points = takenBack ? null : pointsOf(draft);
  if (!takenBack && points === null) return say("Meet a criterion, press 0 for no points, or type points.", true);
  if (!takenBack && !(points >= 0 && points <= shown.points)) {
    return say(`Points go from 0 to ${inWords(shown.points)}.`, true);
  }
  saving = true;
  try {
    const told = await ask("mark", {
      question: shown.name,
      answers: Object.fromEntries(targets().map((one) => [one.key, one.seen])),
      points,
      comment: takenBack ? "" : draft.comment,
      ticks: takenBack ? {} : draft.ticks,
      alone: alone(),
    });
    await taken(told, takenBack);
  } catch (problem) {
    say(problem.message, true);
  } finally {
    saving = false;
  }
}

async function taken(told, takenBack) {
  for (const answer of shown.groups.flat()) Object.assign(answer, told.marked[answer.key] || {});
  shown.comments = told.comments;
  drafts.delete(place());
  for (const key of Object.keys(told.marked)) drafts.delete(`${shown.name} ${key}`);
  count(shown.name, told.counts);
  const marked = Object.keys(told.marked).length;
  const done = `${takenBack ? "Taken back" : "Marked"}: ${marked === 1 ? "1 answer" : `${marked} answers`}.`;
  if (told.stale.length) {
    await open(shown.name);
    say(`${done} ${told.stale.length} changed, or were marked by somebody else, since this page showed them: look again.`, true);
  } else if (takenBack) {
    begin();
    say(done);
  } else {
    say(done);
    next(done);
  }
}

// What is seen

function count(name, counts) {
  const tab = tabs.find((one) => one.dataset.question === name);
  tab.querySelector(".count").textContent = `${counts.waiting} of ${counts.waiting + counts.marked} wait`;
  tab.classList.toggle("waiting", counts.waiting > 0);
  const more = [];
  if (counts.blank) more.push(`${counts.blank} left blank: 0 points`);
  if (counts.lost) more.push(`${counts.lost} without a notebook that could be graded`);
  tab.title = more.join("; ");
}

async function open(name) {
  try {
    shown = await ask(`question/${encodeURIComponent(name)}`);
  } catch (problem) {
    return say(problem.message, true);
  }
  for (const tab of tabs) tab.setAttribute("aria-pressed", tab.dataset.question === name);
  at("text").innerHTML = shown.text;
  at("model").innerHTML = shown.model;
  at("known").hidden = !shown.model;
  at("most").textContent = inWords(shown.points);
  count(name, shown.counts);
  here = { group: 0, member: 0, whole: true };
  at("answers").replaceChildren(...shown.groups.map(card));
  if (shown.groups.length) next();
  else {
    draft = null;
    at("criteria").replaceChildren();
    say("There is no answer to this question.");
  }
}

function card(members, index) {
  const node = made("article", "group");
  if (members.length > 1) node.append(made("h2", "", `${members.length} alike`));
  members.forEach((answer, number) => {
    const part = made("div", "answer");
    part.dataset.key = answer.key;
    const head = made("p", "row");
    head.append(made("strong", "", answer.label), made("span", "state"));
    part.append(head);
    if (answer.html) {
      const body = made("div", "text");
      body.innerHTML = answer.html;
      part.append(body);
    } else head.append(made("span", "quiet", "the same text"));
    if (answer.other) {
      const other = made("details", "other");
      const text = made("p");
      text.innerHTML = answer.other;
      other.open = true;
      other.append(made("summary", "", "otherwise than the first"), text);
      part.append(other);
    }
    part.addEventListener("click", (event) => {
      if (event.target.closest("a, summary") || String(getSelection())) return;
      here.whole = number === 0;
      go(index, number);
    });
    node.append(part);
  });
  return node;
}

function paint() {
  const current = member();
  for (const node of document.querySelectorAll(".answer")) {
    const answer = answerOf(node.dataset.key);
    node.dataset.state = answer.state;
    const points = answer.points === null ? "" : `${inWords(answer.points)} points`;
    node.querySelector(".state").textContent =
      answer.state === "changed" ? `changed since it was marked: ${points}` : answer.state === "marked" ? points : "waits";
    const chosen = alone() ? answer === current : group().includes(answer);
    if (alone() ? chosen : answer === group()[0]) node.setAttribute("aria-current", "true");
    else node.removeAttribute("aria-current");
    node.classList.toggle("target", chosen && targets().includes(answer));
  }
  paintDesk();
}

const answerOf = (key) => shown.groups.flat().find((one) => one.key === key);

function paintDesk() {
  at("criteria").replaceChildren(...shown.criteria.map(criterion));
  const points = pointsOf(draft);
  if (document.activeElement !== at("points")) at("points").value = points === null ? "" : inWords(points);
  if (document.activeElement !== at("comment")) at("comment").value = draft.comment;
  at("comments").replaceChildren(...shown.comments.map(earlier));
  at("earlier").open = choosing;
  at("earlier").hidden = !shown.comments.length;
  const size = targets().length;
  const kept = alone() ? 0 : group().length - size;
  at("scope").textContent = alone()
    ? `For this answer alone${group().length > 1 ? "; g takes its whole group" : ""}.`
    : `For ${size} answers that are alike${kept ? ` (${kept} more, marked alone, stay)` : ""}; g takes one alone.`;
}

function criterion(one, index) {
  const item = made("li");
  const button = made("button", "criterion");
  const share = draft.ticks[index];
  button.type = "button";
  button.setAttribute("aria-pressed", share ? (share === 1 ? "true" : "mixed") : "false");
  const worth = `${one.part ? `(${one.part}) ` : ""}${inWords(one.points)}`;
  const text = made("span", "text");
  text.innerHTML = one.text;
  button.append(made("kbd", "", index < 9 ? index + 1 : ""), made("span", "worth", share === 0.5 ? `${worth} half` : worth), text);
  button.addEventListener("click", (event) => tick(index, event.shiftKey ? 0.5 : 1));
  item.append(button);
  return item;
}

function earlier(line, index) {
  const item = made("li");
  const button = made("button", "", line);
  button.type = "button";
  if (index < 9) button.prepend(made("kbd", "", index + 1), " ");
  button.addEventListener("click", () => takeComment(index));
  item.append(button);
  return item;
}

// Keys

function turn(by) {
  const index = tabs.findIndex((tab) => tab.dataset.question === shown.name);
  const tab = tabs[index + by];
  if (tab) open(tab.dataset.question);
}

const KEYS = {
  Enter: () => save(),
  j: () => step(1),
  k: () => step(-1),
  n: () => next(),
  g: () => {
    here.whole = !here.whole;
    go(here.group, here.member);
  },
  f: () => all(1),
  u: () => save(true),
  m: () => (at("known").open = !at("known").open),
  c: () => at("comment").focus(),
  p: () => {
    at("points").focus();
    at("points").select();
  },
  r: () => {
    choosing = shown.comments.length > 0;
    paintDesk();
    say(choosing ? "Which comment? Press its number." : "No comment was given to this question yet.");
  },
  h: () => turn(-1),
  l: () => turn(1),
  Escape: () => {
    choosing = false;
    paintDesk();
  },
};

function pressed(event) {
  if (!shown || event.isComposing) return;
  const field = event.target.closest("textarea, input");
  if (field) {
    const saves = event.key === "Enter" && (event.ctrlKey || event.metaKey || field === at("points"));
    if (!saves && event.key !== "Escape") return;
    event.preventDefault();
    field.blur();
    if (saves) save();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (["Enter", " "].includes(event.key) && event.target.closest("button, summary, a")) return;
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  const key = KEYS[event.key];
  if (!draft && !["h", "l"].includes(event.key)) return;
  if (digit && digit[1] === "0") all(0);
  else if (digit) choosing ? takeComment(digit[1] - 1) : tick(digit[1] - 1, event.shiftKey ? 0.5 : 1);
  else if (key) key();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", pressed);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button && event.detail) button.blur(); // so that Enter saves after a click
});
at("points").addEventListener("input", (event) => {
  draft.typed = event.target.value.trim();
  draft.ticks = {};
  touch();
});
at("comment").addEventListener("input", (event) => {
  draft.comment = event.target.value;
  draft.touched = true;
});
at("save").addEventListener("click", () => save());
at("back").addEventListener("click", () => save(true));
for (const tab of tabs) tab.addEventListener("click", () => open(tab.dataset.question));
addEventListener("beforeunload", (event) => {
  if ([...drafts.values()].some((one) => one.touched)) event.preventDefault();
});

ask("counts")
  .then((counts) => Object.entries(counts).forEach(([name, one]) => count(name, one)))
  .then(() => open(tabs[0].dataset.question))
  .catch((problem) => say(problem.message, true));
