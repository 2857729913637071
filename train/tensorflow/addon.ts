/** Builds tfjs-node's native addon from the package's own sources, against an unpacked TensorFlow. */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { PRELUDE_FILE, PRELUDE_SOURCE } from './prelude.js';
import { runCommand } from './run.js';
import type { Build } from './wheels.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** The sources that binding.gyp of the package lists. */
const SOURCES = ['binding/tfjs_backend.cc', 'binding/tfjs_binding.cc'];

/** Throws AlixError 'no-compiler'. CXX may hold arguments too, e.g. "ccache g++". */
export async function findCompiler(env: Environment, signal?: AbortSignal): Promise<readonly string[]> {
  const chosen = env.CXX?.trim().split(/\s+/).filter(Boolean) ?? [];
  const candidates = chosen.length > 0 ? [chosen] : [['g++'], ['c++'], ['clang++']];
  for (const command of candidates) {
    const [program = '', ...rest] = command;
    const { code } = await runCommand(program, [...rest, '--version'], { env, signal });
    if (code === 0) return command;
  }
  throw new AlixError('no-compiler', 'there is no C++ compiler on the PATH', {
    ...(chosen.length > 0 ? { where: `CXX=${chosen.join(' ')}` } : {}),
    remedy: 'install one, e.g. apt install g++, dnf install gcc-c++ or xcode-select --install',
  });
}

/** Names an addon by all that goes into it except the compiler; Node-API makes it independent of Node's version. */
export async function addonKey(packageFolder: string, headers: string, build: Build): Promise<string> {
  const hash = createHash('sha256');
  hash.update(
    JSON.stringify([build.name, build.wheels.map((wheel) => wheel.sha256), PRELUDE_SOURCE, flags(build, '', '', '')]),
  );
  for (const file of [...SOURCES.map((source) => join(packageFolder, source)), join(headers, 'node_api.h')]) {
    hash.update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 12);
}

export interface CompileOptions {
  readonly compiler: readonly string[];
  readonly packageFolder: string;
  readonly headers: string;
  readonly build: Build;
  /** The unpacked TensorFlow. */
  readonly tree: string;
  /** An empty folder for half-done work, on the same file system as the destination. */
  readonly temporary: string;
  readonly env: Environment;
  readonly signal?: AbortSignal | undefined;
}

/** Compiles the addon to `destination`, whose folder appears only when it is done. Throws AlixError 'compile-failed'. */
export async function compileAddon(destination: string, options: CompileOptions): Promise<void> {
  const { packageFolder, headers, build, tree, temporary } = options;
  const folder = join(temporary, 'addon');
  await mkdir(folder);
  const sources = SOURCES.map((source) => join(packageFolder, source));
  await compile(
    [...sources, ...flags(build, packageFolder, headers, tree)],
    join(folder, basename(destination)),
    options,
  );
  const prelude = join(temporary, 'prelude.cc');
  await writeFile(prelude, PRELUDE_SOURCE);
  const framework = `-DFRAMEWORK="../${build.libraries[1]}"`;
  await compile(
    [prelude, ...COMMON, framework, ...(build.platform === 'darwin' ? [] : ['-ldl', '-pthread'])],
    join(folder, PRELUDE_FILE),
    options,
  );
  await rm(dirname(destination), { recursive: true, force: true });
  await rename(folder, dirname(destination));
}

async function compile(
  args: readonly string[],
  output: string,
  { compiler, env, signal }: CompileOptions,
): Promise<void> {
  const [program = '', ...rest] = compiler;
  const result = await runCommand(program, [...rest, ...args, '-o', output], { env, signal });
  if (result.code === 0) return;
  const lines = result.output.split('\n');
  const line = lines.find((candidate) => /error:|undefined|cannot find/i.test(candidate)) ?? lines.find(Boolean);
  throw new AlixError('compile-failed', 'the compiler could not build the addon', {
    where: compiler.join(' '),
    found: line?.trim() || `exit code ${result.code}`,
    remedy: 'use g++ 9 or clang++ 10 or newer; CXX chooses the compiler',
  });
}

const COMMON = ['-std=c++17', '-O2', '-shared', '-fPIC'];

/** The addon lies in a folder beside `tensorflow`, so that it finds its libraries wherever the tree is. */
function flags(build: Build, packageFolder: string, headers: string, tree: string): string[] {
  const platform =
    build.platform === 'darwin'
      ? ['-undefined', 'dynamic_lookup', '-Wl,-rpath,@loader_path/../tensorflow']
      : ['-Wl,-rpath,$ORIGIN/../tensorflow'];
  return [
    ...COMMON,
    '-DNAPI_VERSION=8',
    '-DBUILDING_NODE_EXTENSION',
    ...[headers, packageFolder, dirname(packageFolder), join(tree, build.include)].map((folder) => `-I${folder}`),
    ...build.libraries.map((library) => join(tree, library)),
    ...platform,
  ];
}
