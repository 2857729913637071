/** The script that ONNX Runtime's threads begin with. A browser loads it itself, so it must be a script to the browser too. */
import { AlixError } from '../io/errors.js';
import { sha256 } from '../io/sha256.js';
import { download, looksLikePage, refusal } from './download.js';
import type { FetchOptions, KnownFile } from './fetch-file.js';

/** One for the page, and as long as it: threads begin with it at any time, and every load could leave one behind. */
let keptUrl: string | undefined;

/** The types that browsers take for a module. */
export const SCRIPT_TYPE = /\b(java|ecma)script\b/;

/**
 * A URL that threads can begin with: the server's own, or, without a network, one of the script that was kept. As any script
 * it may be rewritten on its way, which Vite's development server does; only the one that was not is kept.
 *
 * @throws AlixError 'unreachable', 'interrupted', and `file.code`
 */
export async function threadsScript(file: KnownFile, { cache, signal }: FetchOptions): Promise<string> {
  let type = '';
  const onType = (told: string) => {
    type = told;
  };
  try {
    const bytes = await download({ ...file, bytes: undefined }, { signal, onType });
    if (looksLikePage(bytes))
      throw refusal(file, 'the server sends a web page in place of this file', 'a script', 'HTML');
    if (!SCRIPT_TYPE.test(type)) throw wrongType(file.url, type);
    if ((await sha256(bytes)) === file.sha256) await cache?.put(file.sha256, bytes);
    return file.url;
  } catch (error) {
    const kept = error instanceof AlixError && error.code === 'unreachable' ? await cache?.get(file.sha256) : undefined;
    if (!kept || (await sha256(kept)) !== file.sha256) throw error;
    keptUrl ??= URL.createObjectURL(new Blob([kept], { type: 'text/javascript' }));
    return keptUrl;
  }
}

function wrongType(where: string, type: string): AlixError {
  return new AlixError('bad-assets', 'the server sends a script as another type, which browsers refuse', {
    where,
    expected: 'Content-Type: text/javascript',
    found: type || 'none',
    remedy: 'make the server send .mjs as text/javascript',
  });
}
