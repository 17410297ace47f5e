// A style element that is given the text that it has already stays as it is. CodeMirror gives it for each editor that it
// makes, and the browser then works out anew how all of the page looks, which was half of what a notebook took to open.
{
  const { get, set } = Object.getOwnPropertyDescriptor(Node.prototype, "textContent");
  Object.defineProperty(HTMLStyleElement.prototype, "textContent", {
    configurable: true,
    enumerable: true,
    get,
    set(text) {
      if (text !== get.call(this)) set.call(this, text);
    },
  });
}
