/** The Web Worker that runs graphs on the GPU. */
import * as ort from 'onnxruntime-web/webgpu';
import { serveOrt } from './serve-ort.js';

serveOrt(ort, 'webgpu');
