// Starts Pyodide for the kernel, which loads this in place of pyodide.js: with the packages of this folder beside
// Pyodide's own, and without what nothing here uses.
self.loadPyodide = async ({ wheelsURL, ...options }) => {
  importScripts(`${options.indexURL}pyodide.js`); // defines loadPyodide anew
  const read = async (address) => (await fetch(address)).json();
  const [lock, ours] = await Promise.all([
    read(`${options.indexURL}pyodide-lock.json`),
    read(`${wheelsURL}packages.json`),
  ]);
  const needed = (name) => !ours.needless.includes(name);
  for (const entry of Object.values(lock.packages)) entry.depends = entry.depends.filter(needed);
  for (const name of ours.needless) delete lock.packages[name];
  for (const [name, entry] of Object.entries(ours.packages)) {
    lock.packages[name] = { ...entry, file_name: new URL(entry.file_name, wheelsURL).href };
  }
  const text = new Blob([JSON.stringify(lock)], { type: "application/json" });
  const lockFileURL = URL.createObjectURL(text);
  return self.loadPyodide({ ...options, lockFileURL, packages: options.packages.filter(needed) });
};
