/** Where a data set that does not ship with alix lies. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AlixError } from '@alix/infer/io/errors';

/**
 * The path that was given, else the folder of this name below ALIX_DATA.
 *
 * @param title what people call the data set
 * @param holds what is in its folder
 * @throws AlixError 'no-data' where there is neither
 */
export function namedFolder(path: string | undefined, folder: string, title: string, holds: string): string {
  const found = path ?? (process.env.ALIX_DATA && join(process.env.ALIX_DATA, folder));
  if (found && existsSync(found)) return found;
  throw new AlixError('no-data', `${title} is not on this machine`, {
    ...(found ? { where: found } : {}),
    remedy: `give the folder of ${holds} with --data, or set ALIX_DATA to the folder that has it as ${folder}; \`alix data download\` helps to get it`,
  });
}
