// One started Python, kept in the browser for this site. What it was made from is in its address: it is taken up by
// the same release of the course in the same browser alone.
self.keptPython = (siteURL, stamp) => {
  const name = `python ${siteURL}`;
  const address = `${siteURL}python?${stamp}&${encodeURIComponent(navigator.userAgent)}`;

  async function put(blob) {
    await caches.delete(name);
    const store = await caches.open(name);
    await store.put(address, new Response(blob));
  }

  return {
    /** Its bytes; nothing where none is kept, or the browser keeps nothing. */
    async recalled() {
      const answer = await self.caches?.match(address, { cacheName: name });
      return answer?.arrayBuffer();
    },

    /** Keep what `made` returns at once; writing it may take longer. A browser that has no room keeps nothing. */
    keep(made) {
      try {
        if (self.caches) put(made()).catch((problem) => console.warn("Python is not kept:", problem));
      } catch (problem) {
        console.warn("Python cannot be kept:", problem);
      }
    },

    /** Keep it no longer, for this reason; returns nothing. */
    async forget(reason) {
      console.warn("Python as kept is given up:", reason);
      await self.caches?.delete(name).catch(() => false); // a browser that forbids storing keeps nothing
    },
  };
};
