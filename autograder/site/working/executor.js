// Runs a cell once its notebook has a kernel. JupyterLab passes over one that is run while the kernel is asked for.
// A plugin in place of JupyterLab's own, in the form in which it takes those that were built elsewhere.
{
  const NAME = "stagewise";
  let shared;

  /** A module of JupyterLab's, as its own plugins have it. */
  async function moduleOf(name) {
    const [version] = Object.values(shared[name]);
    return (await version.get())();
  }

  async function plugin() {
    const { INotebookCellExecutor, runCell } = await moduleOf("@jupyterlab/notebook");

    async function run(asked) {
      const { cell, sessionContext } = asked;
      if (sessionContext && !sessionContext.session && cell.model.type === "code") {
        cell.model.executionState = "running"; // its number is a star until then
        await sessionContext.ready;
      }
      return runCell(asked);
    }
    return {
      id: `${NAME}:cell-executor`,
      description: "Runs a cell once its notebook has a kernel.",
      autoStart: true,
      provides: INotebookCellExecutor,
      activate: () => Object.freeze({ runCell: run }),
    };
  }

  self._JUPYTERLAB ??= {};
  self._JUPYTERLAB[NAME] = {
    init(scope) {
      shared = scope;
    },
    async get() {
      const made = await plugin();
      return () => ({ default: made, __esModule: true });
    },
  };
}
