/** Workers whose rows are read in another way: slowly, not at all. */
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { resolve } = createRequire(import.meta.url);
const urlOf = (name: string) => JSON.stringify(pathToFileURL(resolve(name)).href);

/**
 * Writes a worker's file.
 *
 * @param read JavaScript: the body of an async function of `indices`; `stored(indices)` reads the rows as they are
 */
export async function workerThat(folder: string, read: string): Promise<URL> {
  const path = join(folder, `worker-${Math.random().toString(36).slice(2)}.mjs`);
  await writeFile(
    path,
    `import { setTimeout as sleep } from 'node:timers/promises';
    import { parentPort, workerData } from 'node:worker_threads';
    import { AlixError } from ${urlOf('@alix/infer/io/errors')};
    import { openRows } from ${urlOf('@alix/train/datasets/row-source')};
    import { serve } from ${urlOf('@alix/train/input/serve')};
    serve(parentPort, workerData, (source) => {
      const rows = openRows(source);
      const stored = (indices) => rows.read(indices);
      return { close: () => rows.close(), read: async (indices) => { ${read} } };
    });`,
  );
  return pathToFileURL(path);
}
