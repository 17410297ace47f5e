// A started Python as bytes, and back: its memory, the libraries at their places in it, the files of its file system
// that lie in memory, and what in JavaScript its memory refers to. Pyodide can keep a memory that has loaded no library
// and refers to nothing that is not a global; the rest is here.
const FOLDERS = ["/home", "/lib/python3.12/site-packages", "/tmp"];
const MOST_REFERENCES = 4096;

const aligned = (size) => Math.ceil(size / 64) * 64;

/** Where Python's references to JavaScript can be found again: the globals, Pyodide's public object, its private one. */
const roots = (module) => ({ globals: self, pyodide: module.API.public_api, api: module.API });

/** The values of an object's properties, inherited ones too, without those that reading would compute. */
function* valuesOf(object) {
  for (let one = object; one && one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(one))) {
      if ((typeof value === "object" && value) || typeof value === "function") yield [name, value];
    }
  }
}

/** The path by which each object can be found again. */
function pathsOf(module) {
  const paths = new Map(Object.entries(roots(module)).map(([name, root]) => [root, [name]]));
  for (const steps of [1, 2]) {
    for (const [object, path] of [...paths].filter(([, { length }]) => length === steps)) {
      for (const [name, value] of valuesOf(object)) if (!paths.has(value)) paths.set(value, [...path, name]);
    }
  }
  return paths;
}

const found = (module, [root, ...names]) => names.reduce((object, name) => object[name], roots(module)[root]);

/** What Python refers to, by its numbers; nothing where a number is not in use. */
function referencesOf(module) {
  const held = (key) => {
    try {
      return module.__hiwire_get(key);
    } catch {
      return undefined;
    }
  };
  const all = Array.from({ length: MOST_REFERENCES }, (_, key) => held(key));
  return all.slice(0, 1 + all.findLastIndex((object) => object !== undefined));
}

/** Use the unused numbers below the highest: Pyodide keeps references up to the first gap. */
function fillGaps(module) {
  for (let tries = 0; referencesOf(module).includes(undefined); tries += 1) {
    if (tries === MOST_REFERENCES) throw new Error("references without an end");
    module._hiwire_new(module.API);
  }
}

function librariesOf({ LDSO }) {
  const handles = new Map(Object.entries(LDSO.loadedLibsByHandle).map(([handle, library]) => [library, Number(handle)]));
  const named = Object.values(LDSO.loadedLibsByName); // in the order of their loading
  const others = named.filter((library) => library && library.name !== "__main__");
  return others.map((library) => {
    if (!handles.has(library)) throw new Error(`no handle of ${library.name}`);
    return { name: library.name, global: library.global, handle: handles.get(library) };
  });
}

/** Load the libraries at the places that the memory says they have, before any Python runs. */
function loadLibraries(module, { libraries, table }) {
  for (const { name, global, handle } of libraries) {
    const fs = { findObject: () => true, readFile: (path) => module.FS.readFile(path) };
    const done = module.loadDynamicLibrary(name, { global, nodelete: true, loadAsync: false, fs }, {}, handle);
    if (!done) throw new Error(`${name} could not be loaded again`);
  }
  // A function is known by its number: none may have another than it had.
  if (module.wasmTable.length !== table) throw new Error(`${module.wasmTable.length} functions, not ${table}`);
}

function* filesBelow(FS, folder) {
  for (const name of FS.readdir(folder)) {
    if (name === "." || name === "..") continue;
    const path = `${folder}/${name}`;
    const { node } = FS.lookupPath(path);
    if (FS.isDir(node.mode)) yield* filesBelow(FS, path);
    else yield [path, node.usedBytes ? node.contents.subarray(0, node.usedBytes) : new Uint8Array()];
  }
}

/** Python's memory with the paths of what it refers to, in Pyodide's form, which expects that no package is loaded. */
function memoryOf(python, loaded) {
  const module = python._module;
  const paths = pathsOf(module);
  const serializer = (object) => {
    if (!paths.has(object)) throw new Error(`Python refers to what cannot be found again: ${object}`);
    return paths.get(object);
  };
  for (const name of Object.keys(loaded)) delete python.loadedPackages[name];
  module.API.config._makeSnapshot = true;
  try {
    return python.makeMemorySnapshot({ serializer });
  } finally {
    module.API.config._makeSnapshot = false;
    Object.assign(python.loadedPackages, loaded);
  }
}

/** What `pythonFrom` takes up, as a blob. rest: what it gives to `options` again. */
self.pythonAsBytes = (python, rest) => {
  const module = python._module;
  fillGaps(module);
  const loaded = { ...python.loadedPackages };
  const memory = memoryOf(python, loaded);
  const files = FOLDERS.flatMap((folder) => [...filesBelow(module.FS, folder)]);
  const about = { ...rest, loaded, libraries: librariesOf(module), memory: memory.length };
  about.table = module.wasmTable.length;
  about.packages = referencesOf(module).findIndex((object) => object === python.loadedPackages);
  about.files = files.map(([path, content]) => [path, content.length]);
  const text = new TextEncoder().encode(JSON.stringify(about));
  const gap = new Uint8Array(aligned(8 + text.length) - 8 - text.length);
  return new Blob([new Uint32Array([text.length, 0]), text, gap, memory, ...files.map(([, content]) => content)]);
};

function unpacked(bytes) {
  const size = new Uint32Array(bytes, 0, 1)[0];
  const about = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, size)));
  const memory = new Uint8Array(bytes, aligned(8 + size), about.memory);
  return { about, memory, from: aligned(8 + size) + about.memory };
}

/** The Python that was kept. create: Emscripten's function, called anew by loadPyodide. */
self.pythonFrom = async (bytes, load, options) => {
  const { about, memory, from } = unpacked(bytes);
  const create = self._createPyodideModule;
  let module;
  self._createPyodideModule = async (settings) => {
    module = await create(settings);
    const restore = settings.API.restoreSnapshot;
    settings.API.restoreSnapshot = (given) => {
      restore(given); // so that handles can be read
      loadLibraries(module, about); // which writes into their memory
      return restore(given);
    };
    return module;
  };
  const fsInit = (FS) => {
    let begin = from;
    for (const [path, size] of about.files) {
      FS.mkdirTree(path.slice(0, path.lastIndexOf("/")));
      FS.writeFile(path, new Uint8Array(bytes, begin, size), { canOwn: true });
      begin += size;
    }
  };
  try {
    const _snapshotDeserializer = (path) => found(module, path);
    const python = await load({ ...options(about), fsInit, _loadSnapshot: memory, _snapshotDeserializer });
    module.__hiwire_set(about.packages, Object.assign(python.loadedPackages, about.loaded));
    return python;
  } finally {
    self._createPyodideModule = create;
  }
};
