/** The Web Worker that runs graphs on the CPU. A file of its own for each runtime: bundlers then pack one into it, whole. */
import * as ort from 'onnxruntime-web/wasm';
import { serveOrt } from './serve-ort.js';

serveOrt(ort, 'wasm');
