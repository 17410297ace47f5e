// Keeps every file of the site and of Pyodide that was once asked for, until the course publishes another site:
// the next visit downloads nothing and needs no network. The rest is JupyterLite's.
const PYODIDE = new URL(SITE.pyodide, self.registration.scope).href;
const STORES = { site: `site ${self.registration.scope} ${SITE.release}`, pyodide: `pyodide ${PYODIDE}` };
const ASKED_OF_THE_PAGE = ["/api/drive", "/api/stdin/", "/api/service-worker-heartbeat"];

function storeOf(address) {
  if (address.startsWith(PYODIDE)) return STORES.pyodide;
  return address.startsWith(self.registration.scope) ? STORES.site : null;
}

async function keptOrFetched(request) {
  const cacheName = storeOf(request.url);
  const page = request.mode === "navigate"; // what follows the question mark is for the page alone
  const kept = await caches.match(request.url, { cacheName, ignoreSearch: page, ignoreVary: true });
  if (kept) return kept;
  // A script from elsewhere is asked for without leave to read it, which could not be kept.
  const answer = page ? await fetch(request) : await fetch(request.url, { mode: "cors" });
  if (answer.status === 200 && !answer.redirected) await (await caches.open(cacheName)).put(request.url, answer.clone());
  return answer;
}

async function forgetOthers() {
  const ours = (name) => name.startsWith(`site ${self.registration.scope} `);
  for (const name of await caches.keys()) {
    if (ours(name) && name !== STORES.site) await caches.delete(name);
  }
}

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  if (method !== "GET" || !storeOf(url) || ASKED_OF_THE_PAGE.some((part) => url.includes(part))) return;
  event.stopImmediatePropagation();
  event.respondWith(keptOrFetched(event.request));
});
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers()));

importScripts("jupyterlite-service-worker.js");
