/**
 * A user's TypeScript or JavaScript file as one module of plain JavaScript, with the files that it imports packed in. What
 * it imports of alix and of tfjs-core stays an import: two copies of tfjs in a process do not know each other's tensors.
 */
import { existsSync, rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AlixError } from '@alix/infer/io/errors';
import { describing, readBytes, sha256 } from '@alix/infer/io/files';
import type { BuildOptions, Message, Plugin } from 'esbuild';

export interface Packed {
  /** JavaScript whose imports are those of alix, of tfjs-core and of Node. */
  readonly text: string;
  /** Of `text`: comments, types and the file's place do not change it. */
  readonly sha256: string;
}

const require = createRequire(import.meta.url);

/** The endings that a user's file may have. */
export const scriptEndings = ['.ts', '.mts', '.js', '.mjs'];

/**
 * Packs a file.
 *
 * @throws AlixError 'bad-extension' naming file, line and column where it does not parse or imports what is not there;
 *   'not-found', 'is-a-folder'
 */
export async function pack(path: string): Promise<Packed> {
  const contents = new TextDecoder().decode(await readBytes(path));
  const packed = await build(path, {
    // under a name that is always the same, so that a file may be renamed
    stdin: {
      contents,
      resolveDir: dirname(resolve(path)),
      sourcefile: `extension${extname(path)}`,
      loader: /ts$/.test(path) ? 'ts' : 'js',
    },
    absWorkingDir: dirname(resolve(path)),
    plugins: [shared((name) => ({ path: name, external: true }))],
  });
  return { text: packed, sha256: sha256(new TextEncoder().encode(packed)) };
}

/**
 * Runs a packed file and gives what it exports.
 *
 * @param path the file that it came from, for messages
 * @throws AlixError 'bad-extension' where it fails, or imports a file of alix that is not there
 */
export async function importPacked(text: string, path: string): Promise<Record<string, unknown>> {
  const linked = await build(path, {
    stdin: { contents: text, sourcefile: basename(path), loader: 'js' },
    plugins: [
      shared((name) => {
        const url = locate(name);
        return url
          ? { path: url, external: true }
          : { errors: [{ text: `"${name}" is imported, and alix has no such file` }] };
      }),
    ],
  });
  const folder = await describing(tmpdir(), () => mkdtemp(join(tmpdir(), 'alix-extension-')));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // a file may end the process, or hang until somebody else does
  process.once('exit', remove);
  try {
    const file = join(folder, `${basename(path, extname(path))}.mjs`);
    await describing(file, () => writeFile(file, linked));
    return (await deaf(() => settled(import(pathToFileURL(file).href), path))) as Record<string, unknown>;
  } catch (cause) {
    if (cause instanceof AlixError) throw cause;
    const found = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new AlixError('bad-extension', 'the file fails when it is loaded', { where: path, found, cause });
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/**
 * Runs `work` as if nobody listened to signals, so that they end the process at once: a listener is not called while a file hangs
 * in a loop, and before a file is loaded there is nothing to save.
 */
async function deaf<T>(work: () => Promise<T>): Promise<T> {
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const listeners = signals.map((signal) => [signal, process.rawListeners(signal) as (() => void)[]] as const);
  for (const signal of signals) process.removeAllListeners(signal);
  try {
    return await work();
  } finally {
    for (const [signal, heard] of listeners) for (const listener of heard) process.on(signal, listener);
  }
}

/** What is awaited; an error where it is the last thing that the process waits for, and nothing will ever settle it. */
async function settled<T>(awaited: Promise<T>, where: string): Promise<T> {
  let idle: () => void = () => {};
  const never = new Promise<never>((_, reject) => {
    idle = () =>
      reject(
        new AlixError('bad-extension', 'the file never ends loading: it awaits what nothing settles', {
          where,
          remedy: 'look at each await outside its functions',
        }),
      );
  });
  process.once('beforeExit', idle);
  try {
    return await Promise.race([awaited, never]);
  } finally {
    process.off('beforeExit', idle);
  }
}

async function build(path: string, options: BuildOptions): Promise<string> {
  const esbuild = await import('esbuild');
  try {
    const { outputFiles } = await esbuild.build({
      ...options,
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      charset: 'utf8',
      legalComments: 'none',
      logLevel: 'silent',
      // whatever lies around the user's file has no say in it
      tsconfigRaw: {},
    });
    return outputFiles?.[0]?.text ?? '';
  } catch (cause) {
    const [first] = (cause as { errors?: Message[] }).errors ?? [];
    if (!first) throw cause;
    const { file, line, column } = first.location ?? { file: '', line: 0, column: 0 };
    const own = /^extension\.m?[tj]s$/.test(file) || !file ? path : join(dirname(path), file);
    const where = line > 0 ? `${own}:${line}:${column + 1}` : own;
    throw new AlixError('bad-extension', first.text, { where, cause });
  }
}

type Resolved = { path: string; external: true } | { errors: { text: string }[] };

/** Hands what alix and the user's file have in common to `answer`, and refuses what would be a second TensorFlow. */
function shared(answer: (name: string) => Resolved): Plugin {
  return {
    name: 'shared with alix',
    setup(builder) {
      builder.onResolve({ filter: /^(@alix|@tensorflow)\// }, ({ path }) => {
        if (/^@alix\/|^@tensorflow\/tfjs-core$/.test(path)) return answer(path);
        return { errors: [{ text: `"${path}" is imported: import @tensorflow/tfjs-core, which alix shares with it` }] };
      });
      builder.onResolve({ filter: /^file:/ }, ({ path }) => answer(path));
    },
  };
}

/** Where alix's own copy of a module lies. */
function locate(name: string): string | undefined {
  try {
    const path = name.startsWith('file:') ? fileURLToPath(name) : require.resolve(name);
    return existsSync(path) ? pathToFileURL(path).href : undefined;
  } catch {
    return undefined;
  }
}
