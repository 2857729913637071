/** A model bundle at a URL: model.json now, each graph when it is needed. */
import { parseBundle } from '../bundle.js';
import { AlixError } from '../io/errors.js';
import { sha256 } from '../io/sha256.js';
import type { OpenBundle } from '../model.js';
import { download, looksLikePage, refusal } from './download.js';
import { type FetchOptions, fetchFile } from './fetch-file.js';
import { pageBase } from './page-base.js';

const REMEDY = 'put the whole model folder, as `alix export` wrote it, where the page can fetch it';

/**
 * Reads the model.json of a bundle. Without a network, the one of an earlier visit.
 *
 * @param source the folder's URL, or that of its model.json; a text is taken from the page's own address
 * @throws AlixError 'no-bundle', 'bad-bundle', 'bundle-too-new', 'unreachable', 'interrupted'
 */
export async function openUrl(source: string | URL, options: FetchOptions = {}): Promise<OpenBundle> {
  const base = folderOf(source);
  const at = (file: string) => new URL(file, base).href;
  const manifest = at('model.json');
  const key = `model.json?${encodeURIComponent(manifest)}`;
  const text = await readManifest(manifest, key, options);
  const bundle = parseBundle(new TextDecoder().decode(text), manifest);
  // only now: it takes the place of one that was whole
  await options.cache?.put(key, text);
  return {
    bundle,
    sha256: await sha256(text),
    files: {
      where: at,
      read: (file) => fetchFile({ url: at(file), ...bundle.files[file]!, code: 'bad-bundle', remedy: REMEDY }, options),
    },
  };
}

function folderOf(source: string | URL): URL {
  try {
    const url = new URL(source, pageBase());
    if (!url.pathname.endsWith('/model.json') && !url.pathname.endsWith('/')) url.pathname += '/';
    return new URL('.', url);
  } catch (cause) {
    throw new AlixError('no-bundle', 'not a URL', { where: `${source}`, remedy: "give a model folder's URL", cause });
  }
}

async function readManifest(
  url: string,
  key: string,
  { cache, signal }: FetchOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const wanted = { url, code: 'no-bundle', remedy: REMEDY };
  const text = await download(wanted, { signal, cacheMode: 'no-cache' }).catch(async (error: unknown) => {
    const kept = error instanceof AlixError && error.code === 'unreachable' ? await cache?.get(key) : undefined;
    if (!kept) throw error;
    return kept;
  });
  if (looksLikePage(text)) throw refusal(wanted, 'the server sends a web page in place of model.json', 'JSON', 'HTML');
  return text;
}
