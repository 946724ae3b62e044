// Stands for the Python extension: the workspace's interpreter is what MAI_TEST_PYTHONS/python has in it. That it was asked
// is written down there, too.

const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const FOLDER = process.env.MAI_TEST_PYTHONS;

exports.activate = ({ subscriptions }) => {
  const changed = new vscode.EventEmitter();
  const watcher = fs.watch(FOLDER, (_, name) => name === "python" && changed.fire({}));
  subscriptions.push(changed, new vscode.Disposable(() => watcher.close()));
  return {
    environments: {
      onDidChangeActiveEnvironmentPath: changed.event,
      getActiveEnvironmentPath: () => ({ path: fs.readFileSync(path.join(FOLDER, "python"), "utf8") }),
      async resolveEnvironment(environment) {
        fs.appendFileSync(path.join(FOLDER, "asked"), `python ${environment.path}\n`);
        return environment.path ? { executable: { uri: vscode.Uri.file(environment.path) } } : undefined;
      },
    },
  };
};
