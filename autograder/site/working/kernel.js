// The kernel's process, begun by the page while it builds itself: starts Python at once, then is JupyterLite's own.
importScripts("start.js");
{
  const absolute = ([name, value]) => [name, name.endsWith("URL") ? new URL(value, location).href : value];
  const python = self.loadPyodide(Object.fromEntries(Object.entries(KERNEL.options).map(absolute)));
  self.loadPyodide = () => python;
}
importScripts(KERNEL.worker);
