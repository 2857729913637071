/** ONNX Runtime on a device of this page: its files fetched, its worker started. */
import { AlixError } from '../io/errors.js';
import type { Runtime } from '../runtime.js';
import { openCache } from './cache.js';
import { type FetchOptions, fetchFile } from './fetch-file.js';
import { ORT_VERSION, type OrtFile, threadsFile, wasmFile, webgpuFile } from './ort-files.js';
import { pageBase } from './page-base.js';
import { startWorker, type WebDevice } from './start-worker.js';
import { threadsScript } from './threads-script.js';

export interface RuntimeOptions {
  readonly threads?: number | undefined;
  readonly assets?: string | URL | undefined;
  readonly cache?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

const ASSETS =
  'run `alix web assets DIR`, serve that folder, and name it: loadModel(url, { assets: "/DIR/" }); its files must not be changed';

/**
 * What runs graphs in a page, for graphs that are no model's: see `onnxExtractor` of @alix/eval. Dispose of it when done.
 *
 * @param reason why it is not the device that would have been preferred
 * @throws AlixError 'no-device', 'no-threads', 'bad-assets', 'unreachable', 'no-worker', 'interrupted'
 */
export async function webRuntime(device: WebDevice, options: RuntimeOptions, reason?: string): Promise<Runtime> {
  const threads = device === 'webgpu' ? 1 : threadsOf(options.threads);
  if (device === 'webgpu') await checkAdapter();
  const { signal, onProgress } = options;
  const fetching: FetchOptions = { signal, cache: options.cache === false ? undefined : await openCache() };
  const file = device === 'webgpu' ? webgpuFile : wasmFile;
  const known = (wanted: OrtFile) => ({
    ...wanted,
    url: urlOf(wanted, options.assets),
    code: 'bad-assets',
    remedy: `${ASSETS} (onnxruntime-web ${ORT_VERSION})`,
  });
  const onBytes = onProgress && ((done: number) => onProgress(done, file.bytes));
  const [wasm, script] = await Promise.all([
    fetchFile(known(file), { ...fetching, onBytes }),
    threads > 1 ? threadsScript(known(threadsFile), fetching) : undefined,
  ]);
  onProgress?.(file.bytes, file.bytes);
  return startWorker(device, { threads, wasm, script }, { signal, reason });
}

function urlOf({ name, url }: OrtFile, assets: string | URL | undefined): string {
  // where node_modules is served as it is, which Vite's development server does of packages that it has packed before
  if (assets === undefined) return url.href.replace('/@alix/infer/dist/web/onnxruntime-web/', '/onnxruntime-web/dist/');
  try {
    const base = new URL(assets, pageBase());
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    return new URL(`onnxruntime-web/${name}`, base).href;
  } catch (cause) {
    throw new AlixError('bad-option', 'assets is a URL', { found: `${assets}`, cause });
  }
}

/** @throws AlixError 'bad-option', 'no-threads' */
function threadsOf(threads: number | undefined): number {
  const isIsolated = globalThis.crossOriginIsolated === true;
  if (threads === undefined) return isIsolated ? Math.min(16, navigator.hardwareConcurrency || 1) : 1;
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64))
    throw new AlixError('bad-option', 'threads is a whole number from 1 to 64', { found: `${threads}` });
  if (threads === 1 || isIsolated) return threads;
  throw new AlixError('no-threads', 'this page may not use threads: it is not cross-origin isolated', {
    where: location.href,
    expected:
      'both headers: "Cross-Origin-Opener-Policy: same-origin" and "Cross-Origin-Embedder-Policy: require-corp"',
    remedy: globalThis.isSecureContext
      ? 'send them with the page, or ask for one thread'
      : 'serve the page over https (or from localhost) and send them, or ask for one thread',
  });
}

interface Gpu {
  requestAdapter(): Promise<object | null>;
}

/** Before anything large is downloaded. @throws AlixError 'no-device' */
async function checkAdapter(): Promise<void> {
  const { gpu } = navigator as { readonly gpu?: Gpu };
  const refuse = (what: string, remedy: string, cause?: unknown): never => {
    throw new AlixError('no-device', what, { where: 'webgpu', remedy: `${remedy}, or use device: "wasm"`, cause });
  };
  if (!gpu)
    return globalThis.isSecureContext
      ? refuse('this browser has no WebGPU', 'use a newer one')
      : refuse('WebGPU needs a secure context', 'serve the page over https (or from localhost)');
  const adapter = await gpu
    .requestAdapter()
    .catch((cause: unknown) => refuse('WebGPU fails', 'restart the browser', cause));
  if (!adapter)
    refuse('the browser gives no GPU adapter', 'turn hardware acceleration on in its settings, see chrome://gpu');
}
