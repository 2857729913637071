/** The files of onnxruntime-web that are fetched when a model is loaded: one version, known exactly. */

/** The version that these are of; the one in package.json. */
export const ORT_VERSION = '1.30.0';

export interface OrtFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Where a bundler finds it, and where `alix web assets` puts it beside the page's script. */
  readonly url: URL;
}

/** ONNX Runtime for the CPU. */
export const wasmFile: OrtFile = {
  name: 'ort-wasm-simd-threaded.wasm',
  bytes: 14_239_897,
  sha256: '3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2',
  url: new URL('onnxruntime-web/ort-wasm-simd-threaded.wasm', import.meta.url),
};

/** The script that its threads begin with. */
export const threadsFile: OrtFile = {
  name: 'ort-wasm-simd-threaded.mjs',
  bytes: 24_381,
  sha256: 'e13f7f94fc51b4ca72b12faeb1ee95f4ace6dfbc8939bc718aabdc0a27c4299b',
  url: new URL('onnxruntime-web/ort-wasm-simd-threaded.mjs', import.meta.url),
};

/** ONNX Runtime with WebGPU. */
export const webgpuFile: OrtFile = {
  name: 'ort-wasm-simd-threaded.asyncify.wasm',
  bytes: 26_781_914,
  sha256: '39f9f0894d478800487ed9f7dbe92618498db320cf55c8e3d89adff8dce658da',
  url: new URL('onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm', import.meta.url),
};

/** All of them. */
export const ortFiles: readonly OrtFile[] = [wasmFile, threadsFile, webgpuFile];
