/** alix web assets: the files of a page that runs models, from this installation. */
import type { CommandDefinition, Context } from './command.js';

/** What a server must send with the page, its scripts and its workers, for threads. */
const HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
} as const;

export const web: CommandDefinition = {
  name: 'web',
  define(program, context) {
    const group = program.command('web').description('models in web pages');
    group
      .command('assets')
      .description("copy alix's scripts and ONNX Runtime's files, of versions that fit, to where a page can load them")
      .argument('<folder>', 'a folder that your web server serves; files of these names are replaced')
      .action(async (folder: string, _options, command) => run(folder, context(command)))
      .addHelpText('after', help);
  },
};

const help = `
A page without a bundler:  import { loadModel } from '/DIR/alix.js'
With Vite or webpack import '@alix/infer' instead, which finds its files itself; where it does not,
loadModel(url, { assets: '/DIR/' }) takes ONNX Runtime's from here. Nothing is loaded from elsewhere.

Examples:
  alix web assets public/alix
  alix web assets public/alix --dry-run
`;

/** The licences of what others have written in these files. */
const NOTICES = 'THIRD-PARTY.md';

interface Copied {
  /** Relative to the folder, with slashes. */
  readonly file: string;
  readonly bytes: number;
}

async function run(folder: string, context: Context): Promise<void> {
  const [{ textTable }, { planned }, { join }] = await Promise.all([
    import('../table.js'),
    import('../plan.js'),
    import('node:path'),
  ]);
  const all = context.dryRun ? await sources() : [];
  if (planned(context, { inputs: all.map(({ path }) => path), outputs: all.map(({ file }) => join(folder, file)) }))
    return;
  const files = await copyAssets(folder, context.signal);
  if (context.json) return context.out(JSON.stringify({ folder, files, headers: HEADERS }));
  const size = (bytes: number) => `${(bytes / 1e3).toLocaleString('en', { maximumFractionDigits: 0 })} KB`;
  for (const line of textTable(
    files.map(({ file, bytes }) => [file, size(bytes)]),
    { right: [1] },
  ))
    context.out(line);
  context.log(`\nFor threads your server must send, with the page and with these files:`);
  for (const [name, value] of Object.entries(HEADERS)) context.log(`  ${name}: ${value}`);
  context.log(
    'Without them models run on one thread. It must send .mjs as text/javascript, and best .wasm as application/wasm.',
  );
}

/**
 * Copies the files, each of which appears under its name when it is whole; alix.js, which names the others, comes last.
 *
 * @throws AlixError 'no-assets' where this installation lacks one, or has one of another version; 'not-writable', ...
 */
export async function copyAssets(folder: string, signal?: AbortSignal): Promise<Copied[]> {
  const [{ readBytes, writeFileAtomic, makeFolder, sha256 }, { throwIfAborted }, { join, dirname }] = await Promise.all(
    [import('@alix/infer/io/files'), import('@alix/infer/io/errors'), import('node:path')],
  );
  const copied: Copied[] = [];
  for (const { file, path, known } of await sources()) {
    throwIfAborted(signal);
    const bytes = await readBytes(path).catch((cause: unknown) => missing(path, 'a file is missing', cause));
    if (known !== undefined && sha256(bytes) !== known) await missing(path, 'a file is of another version');
    const target = join(folder, file);
    await makeFolder(dirname(target));
    await writeFileAtomic(target, bytes);
    copied.push({ file, bytes: bytes.length });
  }
  return copied;
}

async function missing(where: string, what: string, cause?: unknown): Promise<never> {
  const { AlixError } = await import('@alix/infer/io/errors');
  throw new AlixError('no-assets', `${what} in this installation`, {
    where,
    remedy: 'install alix again; in its sources run `npm run build`',
    cause,
  });
}

interface Source {
  readonly file: string;
  readonly path: string;
  readonly known?: string;
}

async function sources(): Promise<Source[]> {
  const [{ ortFiles }, { createRequire }, { dirname, join }] = await Promise.all([
    import('@alix/infer/web/assets'),
    import('node:module'),
    import('node:path'),
  ]);
  const manifest = createRequire(import.meta.url).resolve('@alix/infer/package.json');
  // as seen from there: another copy may lie beside it
  const { resolve } = createRequire(manifest);
  const scripts = ['worker-wasm.js', 'worker-webgpu.js', 'alix.js'];
  return [
    ...ortFiles.map(({ name, sha256 }) => ({
      file: `onnxruntime-web/${name}`,
      path: resolve(`onnxruntime-web/${name}`),
      known: sha256,
    })),
    { file: NOTICES, path: join(dirname(manifest), NOTICES) },
    ...scripts.map((file) => ({ file, path: join(dirname(manifest), 'dist', 'page', file) })),
  ];
}
