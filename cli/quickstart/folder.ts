/** The folder that quickstart writes: whole or not at all, and over nothing but an older one of its own. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';
import { describeSystemError } from '@alix/infer/io/files';

/** What report.json begins with, by which quickstart knows its own folder again. */
export const FORMAT = 'alix-quickstart';

/**
 * Whether there is something at `path` that is to be replaced.
 *
 * @throws AlixError 'output-exists' for a folder with content that quickstart did not write
 */
export async function mayReplace(path: string): Promise<boolean> {
  const entries = await readdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') return undefined;
    throw describeSystemError(error, path);
  });
  if (entries?.length === 0) return false;
  if (entries && (await isOwn(path))) return true;
  throw new AlixError('output-exists', `this ${entries ? 'folder was' : 'file was'} not written by quickstart`, {
    where: path,
    remedy: 'name another folder with -o',
  });
}

async function isOwn(path: string): Promise<boolean> {
  try {
    const report = JSON.parse(await readFile(join(path, 'report.json'), 'utf8')) as { format?: unknown } | null;
    return report?.format === FORMAT;
  } catch {
    return false;
  }
}
