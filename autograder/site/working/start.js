// Starts Pyodide for the kernel, which loads this in place of pyodide.js: with the packages of this folder beside
// Pyodide's own, without what nothing here uses, and with imported what first cells need. Python as it then is is kept
// in the browser, and taken up at the next visit.
self.loadPyodide ??= async ({ siteURL, stamp, packages, ...options }) => {
  const { indexURL } = options;
  importScripts(...["memory.js", "keeping.js"].map((name) => siteURL + name));
  importScripts(`${indexURL}pyodide.js`, `${indexURL}pyodide.asm.js`); // defines loadPyodide anew
  const load = self.loadPyodide;
  const kept = self.keptPython(siteURL, stamp);

  const lockAt = (lock) => URL.createObjectURL(new Blob([lock], { type: "application/json" }));
  const read = (address) => fetch(address).then((answer) => answer.text());

  async function lockOfAll() {
    const texts = [`${indexURL}pyodide-lock.json`, `${siteURL}wheels/packages.json`].map(read);
    const [lock, ours] = (await Promise.all(texts)).map(JSON.parse);
    const needed = (name) => !ours.needless.includes(name);
    for (const entry of Object.values(lock.packages)) entry.depends = entry.depends.filter(needed);
    for (const name of ours.needless) delete lock.packages[name];
    for (const [name, entry] of Object.entries(ours.packages)) {
      lock.packages[name] = { ...entry, file_name: `${siteURL}wheels/${entry.file_name}` };
    }
    return { lock: JSON.stringify(lock), needed };
  }

  /** Install packages; their libraries are loaded when something is imported that needs one. */
  async function install(python, names) {
    const loadLibrary = python._module.loadDynamicLibrary;
    python._module.loadDynamicLibrary = async () => true;
    try {
      await python.loadPackage(names, { messageCallback() {} });
    } finally {
      python._module.loadDynamicLibrary = loadLibrary;
    }
  }

  async function anew() {
    const [{ lock, needed }, prepared] = await Promise.all([lockOfAll(), read(`${siteURL}prepared.py`)]);
    const python = await load({ ...options, lockFileURL: lockAt(lock) });
    await install(python, packages.filter(needed));
    python.runPython(prepared, { globals: python.toPy({}) });
    performance.mark("Python is started");
    kept.keep(() => self.pythonAsBytes(python, { lock }));
    return python;
  }

  async function again() {
    const bytes = await kept.recalled();
    if (!bytes) return null;
    const python = await self.pythonFrom(bytes, load, ({ lock }) => ({ ...options, lockFileURL: lockAt(lock) }));
    python.runPython("import random, numpy\nrandom.seed()\nnumpy.random.seed()"); // not as at the last visit
    performance.mark("Python is taken up");
    return python;
  }

  const python = (await again().catch(kept.forget)) ?? (await anew());
  const fatal = python._api.fatal_error;
  python._api.fatal_error = (error) => {
    kept.forget(error); // so that the next start owes nothing to this one
    return fatal(error);
  };
  return python;
};
