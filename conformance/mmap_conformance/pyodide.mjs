// Runs a Python file in Pyodide under Node, on Node's own stdin, stdout and stderr:
//
//     node pyodide.mjs FOLDER FILE [ARGUMENT …]
//
// FOLDER is that of the npm package, such as node_modules/pyodide. FILE is copied into Pyodide's
// file system, which is in memory. Starting takes seconds; from a copy of the fresh memory, which
// is kept in $TMPDIR where that is set, it takes a fraction of one from the second time on.

import { existsSync, readFileSync, readSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { deflateRawSync, inflateRawSync } from "node:zlib";

const RUN = `
import runpy, sys
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
    code = 0
except SystemExit as ended:
    code = ended.code
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
sys.stdout.flush()
code or 0
`;

async function start(folder) {
  const main = resolve(folder, "pyodide.mjs");
  if (!existsSync(main)) {
    throw new Error(`there is no Pyodide in ${folder}: npm install pyodide makes node_modules/pyodide`);
  }
  const { loadPyodide, version } = await import(pathToFileURL(main));
  const options = {
    indexURL: resolve(folder),
    stdin: () => null, // or else Node's own is opened, and reads of it no longer wait
  };
  const memory = process.env.TMPDIR && join(process.env.TMPDIR, `pyodide-${version}.memory`);
  if (!memory) return loadPyodide(options);
  if (existsSync(memory)) {
    return loadPyodide({ ...options, _loadSnapshot: inflateRawSync(readFileSync(memory)) });
  }
  const pyodide = await loadPyodide({ ...options, _makeSnapshot: true });
  keep(pyodide.makeMemorySnapshot(), memory);
  return pyodide;
}

function keep(bytes, path) {
  const part = `${path}.${process.pid}`;
  try {
    writeFileSync(part, deflateRawSync(bytes, { level: 1 })); // a fifth: $TMPDIR may be memory
    renameSync(part, path); // whole or not at all: another may be starting
  } catch {
    rmSync(part, { force: true }); // without it, starting takes its time
  }
}

function run(pyodide, file, words) {
  const path = `/${basename(file)}`;
  pyodide.setStdin({ read: (bytes) => readSync(0, bytes) });
  pyodide.setStdout({ write: (bytes) => writeSync(1, bytes) });
  pyodide.setStderr({ write: (bytes) => writeSync(2, bytes) });
  pyodide.FS.writeFile(path, readFileSync(file));
  pyodide.pyimport("sys").argv = pyodide.toPy([path, ...words]);
  return pyodide.runPython(RUN);
}

const [folder, file, ...words] = process.argv.slice(2);
try {
  process.exitCode = run(await start(folder), file, words);
} catch (error) {
  writeSync(2, `${error.message}\n`); // Node itself would print all of Pyodide's source with it
  process.exitCode = 1;
}
