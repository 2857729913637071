import { stat } from 'node:fs/promises';
import { AlixError, isSystemError } from '@alix/infer/io/errors';
import { describeSystemError } from '@alix/infer/io/files';

/** Whether a file is at the path. @throws AlixError 'output-exists' for a folder or a device */
export async function isThere(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: unknown) => {
    if (isSystemError(error) && error.code === 'ENOENT') return undefined;
    throw describeSystemError(error, path);
  });
  if (found && !found.isFile())
    throw new AlixError('output-exists', 'something that is no file is in the place of the download', {
      where: path,
      remedy: 'remove it, or choose another folder',
    });
  return found !== undefined;
}
