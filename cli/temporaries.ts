/** What atomic writes of processes that are no more have left half-written. */
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** As `temporaryName` of infer/io/files makes them: the beginning of the file's name, and the process. */
const TEMPORARY = /^\.(.*)\.(\d+)-[0-9a-f]{12}\.tmp$/s;
/** Characters of the file's name in it. */
const NAME = 40;

/** Removes what was to become one of these files. */
export async function removeTemporaries(files: readonly string[]): Promise<void> {
  const folders = new Map<string, Set<string>>();
  for (const file of files) {
    const folder = dirname(resolve(file));
    const names = folders.get(folder) ?? new Set();
    folders.set(folder, names.add(basename(file).slice(0, NAME)));
  }
  for (const [folder, names] of folders) await removeFrom(folder, (name) => names.has(name));
}

/** Removes all in a folder, whatever they were to become. */
export function removeAllTemporaries(folder: string): Promise<void> {
  return removeFrom(folder, () => true);
}

async function removeFrom(folder: string, isMeant: (name: string) => boolean): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const [, name = '', process = ''] = TEMPORARY.exec(entry.name) ?? [];
    if (!entry.isFile() || process === '' || !isMeant(name) || isRunning(Number(process))) continue;
    await rm(join(folder, entry.name), { force: true });
  }
}

/** For a file that need not be there. */
export function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
