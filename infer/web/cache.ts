/** What was downloaded and checked, kept by the browser: files by their sha256, and each model.json by its URL. */

const NAME = 'alix-1';

/** Cache Storage as a table of bytes. It is a help and no more: what it cannot keep is downloaded again. */
export interface FileCache {
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  put(key: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(key: string): Promise<void>;
}

/** No request ever goes to such an address: Cache Storage wants one for a key. */
const address = (key: string) => new URL(`/.alix/${key}`, location.href).href;

/** The browser's cache; undefined outside secure contexts, and where it is turned off. */
export async function openCache(): Promise<FileCache | undefined> {
  const cache = await globalThis.caches?.open(NAME).catch(() => undefined);
  return (
    cache && {
      async get(key) {
        const found = await cache.match(address(key)).catch(() => undefined);
        return found && new Uint8Array(await found.arrayBuffer());
      },
      // a full disk is no reason to refuse the model
      put: (key, bytes) => cache.put(address(key), new Response(bytes)).catch(() => undefined),
      async remove(key) {
        await cache.delete(address(key)).catch(() => undefined);
      },
    }
  );
}

/** Forgets every model and runtime file that `loadModel` kept. */
export async function clearCache(): Promise<void> {
  await globalThis.caches?.delete(NAME);
}
