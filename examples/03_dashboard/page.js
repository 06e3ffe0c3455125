// Shows the Pods that the script sends. Everything comes into the page as text, never as HTML.

const CONNECTION = {
  syncing: () => "Connecting to the API server…",
  live: () => "Live",
  waiting: (reason) => `The API server refuses: ${reason}`,
  reconnecting: (reason) => `The API server does not answer, retrying: ${reason}`,
};

/** The Pods by uid, the rows by uid, and the sections by the name of the Node. */
const pods = new Map();
const rows = new Map();
const sections = new Map();
const { compare } = new Intl.Collator("en", { numeric: true });
let phase = "syncing";
let frame = 0;

const nodes = document.getElementById("nodes");
const filter = document.getElementById("filter");
filter.addEventListener("input", () => {
  render();
  setText(document, "#result", document.getElementById("count").textContent);
});
setInterval(() => rows.forEach(showAge), 10_000);
connect();

function connect() {
  const source = new EventSource("events");
  source.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.isFirst) pods.clear();
    for (const [uid, pod] of message.pods) {
      if (pod) pods.set(uid, pod);
      else pods.delete(uid);
    }
    phase = message.phase;
    tell(CONNECTION[phase](message.reason), phase);
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(render);
  };
  source.onerror = () => {
    tell("Connection lost, retrying…", "lost");
    // After a broken connection the browser tries again by itself, but not after an answer that is an error.
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 1_000);
  };
}

/** Brings the page up to date, and keeps what stays as it is, for those who are reading or have selected something. */
function render() {
  const words = filter.value.toLowerCase().split(/\s+/);
  const shown = [...pods].filter(([, { metadata }]) => {
    const text = `${metadata.namespace}/${metadata.name}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const byNode = Map.groupBy(shown, ([, pod]) => pod.node);
  const names = [...byNode.keys()].sort(compare);
  for (const name of sections.keys().filter((name) => !byNode.has(name))) sections.delete(name);
  for (const uid of rows.keys().filter((uid) => !pods.has(uid))) rows.delete(uid);
  place(nodes, names.map((name) => showNode(name, byNode.get(name))));
  setText(document, "#count", countText(shown.length, names.filter((name) => name !== "").length));
}

function showNode(name, entries) {
  const section = sections.get(name) ?? copy("node");
  sections.set(name, section);
  const id = `node-${name}`;
  section.setAttribute("aria-labelledby", id);
  section.querySelector("h2").id = id;
  section.querySelector("table").setAttribute("aria-labelledby", id);
  setText(section, "h2", name || "Without a Node");
  const bad = entries.filter(([, { level }]) => level === "bad").length;
  setText(section, ".summary", plural(entries.length, "Pod") + (bad ? `, ${bad} in trouble` : ""));
  const sorted = entries.sort(([, a], [, b]) =>
    compare(a.metadata.namespace, b.metadata.namespace) || compare(a.metadata.name, b.metadata.name)
  );
  place(section.querySelector("tbody"), sorted.map(([uid, pod]) => showPod(uid, pod)));
  return section;
}

function showPod(uid, pod) {
  const row = rows.get(uid) ?? copy("pod");
  if (row.pod === pod) return row;
  row.pod = pod;
  rows.set(uid, row);
  setText(row, ".namespace", `${pod.metadata.namespace}/`);
  setText(row, ".name", pod.metadata.name);
  setText(row, ".status", pod.status);
  setText(row, ".message", pod.message);
  setText(row, ".ready", `${pod.ready}/${pod.containers}`);
  setText(row, ".restarts", String(pod.restarts));
  row.className = pod.level;
  row.querySelector("time").title = new Date(pod.created).toLocaleString();
  row.querySelector("time").dateTime = pod.created;
  showAge(row);
  return row;
}

function showAge(row) {
  const seconds = (Date.now() - Date.parse(row.pod.created)) / 1_000;
  const [size, unit] = [[86_400, "d"], [3_600, "h"], [60, "min"]].find(([size]) => seconds >= size) ?? [1, "s"];
  setText(row, "time", `${Math.max(0, Math.floor(seconds / size))} ${unit}`);
}

function countText(shown, nodeCount) {
  if (pods.size === 0) return phase === "live" ? "There are no Pods." : "";
  if (filter.value.trim() === "") return `${plural(shown, "Pod")} on ${plural(nodeCount, "Node")}`;
  return shown === 0 ? "No Pod matches the filter." : `${shown} of ${plural(pods.size, "Pod")} shown`;
}

/** Makes these the children, in this order, and moves none that is in its place. */
function place(parent, children) {
  const staying = new Set(children);
  for (const child of [...parent.children]) if (!staying.has(child)) child.remove();
  children.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
}

function copy(template) {
  return document.getElementById(template).content.firstElementChild.cloneNode(true);
}

function tell(text, state) {
  setText(document, "#connection", text);
  document.getElementById("connection").className = state;
}

/** Screen readers would read a status again if its text were set to what it is. */
function setText(parent, selector, text) {
  const element = parent.querySelector(selector);
  if (element.textContent !== text) element.textContent = text;
}

function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
