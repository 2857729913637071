/** What was downloaded and checked, kept by the browser: files by their sha256, and each model.json by its URL. */

const NAME = 'alix-1';

/** Cache Storage as a table of bytes. It is a help and no more: what it cannot keep is downloaded again. */
export interface FileCache {
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Cache Storage wants an address for a key. Not one of the page's own: a page in a frame's `srcdoc` has none. */
const address = (key: string) => `https://alix.invalid/${key}`;

/** What `work` gives; undefined where it fails. */
const orNothing = async <T>(work: () => Promise<T> | undefined): Promise<T | undefined> => {
  try {
    return await work();
  } catch {
    return undefined;
  }
};

/** The browser's cache; undefined outside secure contexts, and where it is turned off. */
export async function openCache(): Promise<FileCache | undefined> {
  // in a frame without rights the very name throws
  const cache = await orNothing(() => globalThis.caches?.open(NAME));
  return (
    cache && {
      get: (key) =>
        orNothing(async () => {
          const found = await cache.match(address(key));
          return found && new Uint8Array(await found.arrayBuffer());
        }),
      // a full disk is no reason to refuse the model
      put: (key, bytes) => orNothing(() => cache.put(address(key), new Response(bytes))),
    }
  );
}

/** Forgets every model and runtime file that `loadModel` kept. */
export async function clearCache(): Promise<void> {
  await globalThis.caches?.delete(NAME);
}
