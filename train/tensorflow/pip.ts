/** Finds pip and has it download one pinned wheel. pip knows the user's index, proxy and certificates; alix does not. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AlixError } from '@alix/infer/io/errors';
import { lastLine, runCommand } from './run.js';
import type { Wheel } from './wheels.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface Pip {
  /** The program and its first arguments, e.g. ["python3", "-m", "pip"]. */
  readonly command: readonly string[];
  readonly version: string;
}

const CANDIDATES = [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']];

/** Throws AlixError 'no-pip'. */
export async function findPip(env: Environment, signal?: AbortSignal): Promise<Pip> {
  for (const command of CANDIDATES) {
    const [program = '', ...rest] = command;
    const { code, stdout } = await runCommand(program, [...rest, '--version'], { env, signal });
    const version = /^pip (\S+)/.exec(stdout)?.[1];
    if (code === 0 && version) return { command, version };
  }
  throw new AlixError('no-pip', 'pip, which downloads TensorFlow, is not on the PATH', {
    remedy: 'install it, e.g. apt install python3-pip, dnf install python3-pip or brew install python',
  });
}

export interface DownloadOptions {
  readonly env: Environment;
  /** An empty folder for half-done work, on the same file system as the destination. */
  readonly temporary: string;
  readonly signal?: AbortSignal | undefined;
  /** Bytes on disk so far. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * Downloads `wheel` to `destination`, which appears only when its sha256 is the pinned one. Throws AlixError 'bad-hash',
 * 'no-space', 'download-failed'.
 */
export async function downloadWheel(
  pip: Pip,
  wheel: Wheel,
  destination: string,
  { env, temporary, signal, onProgress }: DownloadOptions,
): Promise<void> {
  const [program = '', ...first] = pip.command;
  const requirements = join(temporary, 'requirements.txt');
  const scratch = join(temporary, 'scratch');
  const folder = join(temporary, 'wheel');
  await Promise.all([mkdir(scratch), mkdir(folder)]);
  await writeFile(requirements, `${wheel.package}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  const { python, abi, platform } = wheel.tags;
  // biome-ignore format: an option and its value belong together
  const args = [
    ...first, 'download', '--no-deps', '--only-binary=:all:', '--require-hashes', '--no-cache-dir', '--no-input',
    '--progress-bar', 'off', '--disable-pip-version-check',
    '--python-version', python, '--implementation', abi === 'none' ? 'py' : 'cp', '--abi', abi, '--platform', platform,
    '--dest', folder, '--requirement', requirements,
  ];
  const watch = setInterval(() => void sizeOf(temporary).then(onProgress), 300);
  const { code, output } = await runCommand(program, args, {
    // pip's scratch space is often a small /tmp; and a pip told to insist on a virtual environment still may download.
    env: { ...env, TMPDIR: scratch, PIP_REQUIRE_VIRTUALENV: '0' },
    signal,
  }).finally(() => clearInterval(watch));
  if (code !== 0) throw pipError(wheel, output);
  const files = (await readdir(folder)).filter((name) => name.endsWith('.whl'));
  const file = files.length === 1 && files[0] !== undefined ? join(folder, files[0]) : undefined;
  if (!file) {
    throw new AlixError('download-failed', 'pip did not leave the one wheel it was asked for', {
      where: `${wheel.package} ${wheel.version}`,
      found: files.join(', ') || 'nothing',
      remedy: 'upgrade pip and try again',
    });
  }
  const found = await sha256Of(file, signal);
  if (found !== wheel.sha256) throw badHash(wheel, found);
  await mkdir(dirname(destination), { recursive: true });
  await rename(file, destination);
}

/** The sha256 of a file, in hexadecimal. */
export async function sha256Of(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, signal ? { signal } : {});
  return hash.digest('hex');
}

function badHash(wheel: Wheel, found: string | undefined): AlixError {
  return new AlixError('bad-hash', 'the downloaded wheel is not the pinned one, and was thrown away', {
    where: `${wheel.package} ${wheel.version}`,
    expected: `sha256 ${wheel.sha256}`,
    ...(found ? { found } : {}),
    remedy: 'try again; if it stays so, something between here and the package index alters files',
  });
}

function pipError(wheel: Wheel, output: string): AlixError {
  if (/DO NOT MATCH THE HASHES/i.test(output)) return badHash(wheel, /\bGot\s+([0-9a-f]{64})/.exec(output)?.[1]);
  if (/No space left on device|Errno 28\b/.test(output)) {
    return new AlixError('no-space', 'the disk is full', {
      where: `${wheel.package} ${wheel.version}`,
      remedy: 'free some space, or set ALIX_CACHE to a folder on a larger disk',
    });
  }
  return new AlixError('download-failed', 'pip could not download TensorFlow', {
    where: `${wheel.package} ${wheel.version}`,
    found: reason(output),
    remedy: 'check the network, the proxy and the index in `pip config list`, then run `alix setup` again',
  });
}

/** A lost connection comes first: pip's last line then only says that nothing was found. */
function reason(output: string): string {
  const broken = /connection broken by '(.*?)'(?:: |$)/m.exec(output)?.[1];
  if (broken) return broken.replace(/<[^>]*object at 0x[0-9a-f]+>:? ?/g, '');
  const lines = output.split('\n').filter((line) => /^ERROR: /.test(line));
  const line = lines.at(-1) ?? lastLine(output);
  return line.replace(/^ERROR: /, '');
}

/** Bytes in the largest file under `folder`: the one that is being downloaded. */
async function sizeOf(folder: string): Promise<number> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    const sizes = files.map((entry) =>
      stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      ),
    );
    return Math.max(0, ...(await Promise.all(sizes)));
  } catch {
    return 0;
  }
}
