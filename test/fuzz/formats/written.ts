/** Valid inputs that alix's own writers make. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Tree, treeOf } from '../tree.js';

/** What a function writes into a folder. */
export async function folderOf(write: (folder: string) => unknown): Promise<Tree> {
  const folder = mkdtempSync(join(tmpdir(), 'alix-fuzz-seed-'));
  try {
    await write(folder);
    const paths = (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[]).filter((path) =>
      statSync(join(folder, path)).isFile(),
    );
    return treeOf(Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))])));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
