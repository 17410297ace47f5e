// The notebooks that a student has in this browser: what is there, to take away, to bring back. JupyterLite keeps
// files in a database of the browser, by path; the same database is read and written here.
try {
  const theme = localStorage.getItem("stagewise-theme"); // chosen on the course's other pages
  if (theme) document.documentElement.style.colorScheme = theme;
} catch { /* this browser keeps nothing, which is told below */ }

const FOLDER = new URL(".", location);
const DATABASE = `JupyterLite Storage - ${FOLDER.pathname}`;
const STORE = "files";

function promised(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function opened(version) {
  const request = indexedDB.open(DATABASE, version);
  request.onupgradeneeded = () => {
    if (!request.result.objectStoreNames.contains(STORE)) request.result.createObjectStore(STORE);
  };
  const database = await promised(request);
  database.onversionchange = () => database.close();
  if (database.objectStoreNames.contains(STORE)) return database;
  database.close();
  return opened(database.version + 1);
}

async function inStore(mode, work) {
  const database = await opened();
  try {
    const transaction = database.transaction(STORE, mode);
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    const result = await work(transaction.objectStore(STORE));
    await done;
    return result;
  } finally {
    database.close();
  }
}

const releaseOf = (file) => file.content?.metadata?.stagewise?.release;
const unitOf = (notebook) => notebook?.metadata?.stagewise?.unit;

/** The unit's notebooks in this browser, the student's own first. */
async function filesOf(unit) {
  const all = await inStore("readonly", (store) => promised(store.getAll()));
  const mine = all.filter((file) => file.type === "notebook" && unitOf(file.content) === unit);
  return mine.sort((a, b) => (b.path === `${unit}.ipynb`) - (a.path === `${unit}.ipynb`) || (a.path < b.path ? -1 : 1));
}

async function keep(path, content) {
  const now = new Date().toISOString();
  const file = {
    name: path, path, type: "notebook", format: "json", mimetype: "application/json",
    content, created: now, last_modified: now, size: JSON.stringify(content).length, writable: true,
  };
  await inStore("readwrite", (store) => promised(store.put(file, path)));
}

const today = () => new Date().toISOString().slice(0, 16).replace("T", " ").replace(":", "");

/** Where the course has published a unit anew, put the new notebook beside the student's. */
async function placeNew(unit, release) {
  const files = await filesOf(unit);
  const begun = files.some((file) => releaseOf(file));
  if (!begun || files.some((file) => releaseOf(file) === release)) return;
  const published = await (await fetch(new URL(`files/${unit}.ipynb`, FOLDER))).json();
  if (releaseOf({ content: published }) === release) await keep(`${unit} published ${today()}.ipynb`, published);
}

async function restore(unit, picked) {
  let notebook;
  try {
    notebook = JSON.parse(await picked.text());
  } catch {
    throw new Error(`${picked.name} is no notebook: choose a file that Download gave you.`);
  }
  if (!Array.isArray(notebook.cells)) throw new Error(`${picked.name} has no cells: choose another file.`);
  const of = unitOf(notebook);
  if (of && of !== unit) throw new Error(`${picked.name} is a notebook of the unit “${of}”, not of this one.`);
  const [before] = (await filesOf(unit)).filter((file) => file.path === `${unit}.ipynb`);
  if (before) await keep(`${unit} before ${today()}.ipynb`, before.content);
  notebook.metadata = { ...notebook.metadata, stagewise: { ...notebook.metadata?.stagewise, unit } };
  await keep(`${unit}.ipynb`, notebook);
}

function download(unit, file) {
  const link = document.createElement("a");
  const text = JSON.stringify(file.content, null, 1);
  link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  link.download = `${unit}.ipynb`;
  link.click();
  URL.revokeObjectURL(link.href);
}

function element(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function line(unit, file) {
  const address = `notebooks/index.html?path=${encodeURIComponent(file.path)}`;
  const label = file.path === `${unit}.ipynb` ? "" : ` ${file.path}`;
  const take = element("button", { type: "button", textContent: "Download", onclick: () => download(unit, file) });
  take.setAttribute("aria-label", `Download ${file.path}`);
  return element("li", {}, element("a", { className: "open", href: address, textContent: "Open" }), take, label);
}

async function show(section) {
  const unit = section.id;
  await placeNew(unit, section.dataset.release);
  const files = await filesOf(unit);
  if (!files.length) return;
  const own = files.some((file) => file.path === `${unit}.ipynb`);
  const list = section.querySelector(".files");
  const fresh = list.querySelector("a").closest("li");
  list.replaceChildren(...(own ? [] : [fresh]), ...files.map((file) => line(unit, file)));
  const newer = files.some((file) => file.path.startsWith(`${unit} published`));
  const saved = new Date(files[0].last_modified).toLocaleString();
  section.querySelector(".state").textContent =
    `In this browser, last saved ${saved}.` +
    (newer ? " The course has published this unit anew; yours is kept as it is, the new notebook is beside it." : "");
}

function tell(problem) {
  const place = document.getElementById("trouble");
  place.textContent = problem.message ?? String(problem);
  place.hidden = false;
}

const sections = [...document.querySelectorAll("section[data-release]")];
const showAll = () => Promise.all(sections.map(show)).catch(tell);

for (const section of sections) {
  section.querySelector("input").onchange = async ({ target }) => {
    document.getElementById("trouble").hidden = true;
    await restore(section.id, target.files[0]).then(() => show(section)).catch(tell);
    target.value = "";
  };
}
// As JupyterLite registers it, so that it is one and the same, and keeps what the first notebook asks for.
navigator.serviceWorker?.register("service-worker.js?enableCache=false").catch(tell);
navigator.storage?.persist?.();
await showAll();
window.addEventListener("focus", showAll);
