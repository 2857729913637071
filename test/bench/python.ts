/** The Python of the peers: ALIX_PYTHON, else python3. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The path of a peer's script in test/bench/peers. */
export const peerScript = (name: string): string =>
  fileURLToPath(new URL(`../../bench/peers/${name}`, import.meta.url));

/** A Python that has these modules. Throws an Error of one line that says what is missing. */
export function findPython(modules: readonly string[], python = process.env.ALIX_PYTHON ?? 'python3'): string {
  const check = `import importlib.util as u; print(*(m for m in ${JSON.stringify(modules)} if u.find_spec(m) is None))`;
  const { error, status, stdout } = spawnSync(python, ['-c', check], { encoding: 'utf8' });
  const remedy = `set ALIX_PYTHON to a Python that has ${modules.join(', ')}`;
  if (error || status !== 0) throw new Error(`the peer's Python cannot be started (${python}); ${remedy}`);
  const missing = stdout.trim();
  if (missing) throw new Error(`the peer needs Python modules that ${python} lacks (${missing}); ${remedy}`);
  return python;
}
