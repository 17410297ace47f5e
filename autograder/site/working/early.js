// Begins the kernel while the page still loads the notebook, and hands it over when JupyterLite asks for its worker.
{
  const site = new URL("..", location);
  const kernel = new URL("kernel.js", site);
  const asked = new URL(KERNEL.worker, site).href;
  // Before there is a service worker, a kernel would not find the notebook's folder; JupyterLite waits for it.
  const ready = location.pathname.includes("/notebooks/") && navigator.serviceWorker?.controller;
  let begun = ready ? new Worker(kernel) : null;
  self.Worker = class extends Worker {
    constructor(address, options) {
      if (new URL(address, document.baseURI).href.split("?")[0] !== asked) return super(address, options);
      const worker = begun ?? super(kernel);
      begun = null;
      return worker;
    }
  };
}
