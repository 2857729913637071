/** How a model is loaded: the same words in Node and on a web page. */
import type { Precision } from './precision.js';

/** Node has 'cpu' and 'cuda', a web page 'wasm' and 'webgpu'; both have 'auto'. */
export type Device = 'auto' | 'cpu' | 'cuda' | 'wasm' | 'webgpu';

/** Settings of `loadModel`. */
export interface LoadOptions {
  /**
   * In Node 'auto' is the default and takes CUDA where it works, else the CPU. On a web page 'wasm' is the default, and
   * 'auto' tries WebGPU, which must give what the bundle's golden pairs say, and falls back to wasm; `model.reason` says why.
   * A device asked for by name and missing is an error.
   */
  readonly device?: Device | undefined;
  /**
   * Threads of one run on the CPU. By default as many as there are cores; on a page that is not cross-origin isolated 1, and
   * more is an error.
   */
  readonly threads?: number | undefined;
  /** What the weights are stored in: the bundle's own unless given; one that the bundle lacks is an error. */
  readonly precision?: Precision | undefined;
  /** Ends the loading, with AlixError 'interrupted'. */
  readonly signal?: AbortSignal | undefined;
  /** Web: the folder that `alix web assets` wrote, where the page's bundler does not serve ONNX Runtime's files itself. */
  readonly assets?: string | URL | undefined;
  /** Web: false keeps nothing in the browser's cache, and takes nothing from it. */
  readonly cache?: boolean | undefined;
  /** Web: called as ONNX Runtime is downloaded, with the bytes so far and in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}
