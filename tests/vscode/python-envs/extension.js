// Stands for the Python Environments extension: the workspace's interpreter is what MAI_TEST_PYTHONS/envs has in it. That
// it was asked is written down there, too.

const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const FOLDER = process.env.MAI_TEST_PYTHONS;

exports.activate = ({ subscriptions }) => {
  const changed = new vscode.EventEmitter();
  const watcher = fs.watch(FOLDER, (_, name) => name === "envs" && changed.fire({}));
  subscriptions.push(changed, new vscode.Disposable(() => watcher.close()));
  return {
    onDidChangeEnvironment: changed.event,
    async getEnvironment(scope) {
      fs.appendFileSync(path.join(FOLDER, "asked"), `envs ${scope.fsPath}\n`);
      const executable = fs.readFileSync(path.join(FOLDER, "envs"), "utf8");
      return executable ? { execInfo: { run: { executable } } } : undefined;
    },
  };
};
