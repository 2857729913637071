/** A web server of this machine for the browser tests: alix's page, ONNX Runtime's files and a model, and lies on request. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, extname, join } from 'node:path';
import { TYPES } from './folder-server.js';

const resolve = createRequire(import.meta.url).resolve;
const infer = dirname(resolve('@alix/infer/package.json'));
export const modelFolder = join(dirname(resolve('alix/package.json')), 'models', 'strokes-dali');

/** Folders by the beginnings of their URLs. */
const FOLDERS: Readonly<Record<string, string>> = {
  '/page/onnxruntime-web/': dirname(createRequire(join(infer, 'package.json')).resolve('onnxruntime-web/wasm')),
  '/page/': join(infer, 'dist', 'page'),
  '/model/': modelFolder,
};

/** An ordinary page: what is tested is called from outside. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>alix</title><link rel="icon" href="data:,">
<script type="module">import * as alix from '/page/alix.js'; globalThis.alix = alix;</script>`;

/** Answers in place of the server; what it leaves unanswered the server answers. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export interface TestServer {
  /** Such as http://127.0.0.1:4711 */
  readonly origin: string;
  /** How often each path was asked for. */
  readonly asked: Map<string, number>;
  /** Answers by path; emptied by `reset`. */
  readonly lies: Map<string, Answer>;
  reset(): void;
  close(): Promise<void>;
}

export async function startServer({ isolated = false } = {}): Promise<TestServer> {
  const asked = new Map<string, number>();
  const lies = new Map<string, Answer>();
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    asked.set(pathname, (asked.get(pathname) ?? 0) + 1);
    if (isolated) {
      response.setHeader('cross-origin-opener-policy', 'same-origin');
      response.setHeader('cross-origin-embedder-policy', 'require-corp');
    }
    response.setHeader('cache-control', 'no-store');
    await lies.get(pathname)?.(request, response);
    if (!response.writableEnded && !response.headersSent && !response.destroyed) await answer(pathname, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    lies,
    reset() {
      asked.clear();
      lies.clear();
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function answer(path: string, response: ServerResponse): Promise<void> {
  if (path === '/') return send(response, Buffer.from(PAGE), '.html');
  const folder = Object.keys(FOLDERS).find((start) => path.startsWith(start));
  const bytes = folder && (await fileAt(join(FOLDERS[folder] as string, path.slice(folder.length))));
  if (bytes) return send(response, bytes, extname(path));
  response.statusCode = 404;
  send(response, Buffer.from('<!doctype html><title>not found</title>'), '.html');
}

/** The bytes that the server has for a path. */
export async function fileOfPath(path: string): Promise<Buffer> {
  const folder = Object.keys(FOLDERS).find((start) => path.startsWith(start)) as string;
  return readFile(join(FOLDERS[folder] as string, path.slice(folder.length)));
}

const fileAt = (path: string) => readFile(path).catch(() => undefined);

function send(response: ServerResponse, bytes: Buffer, extension: string): void {
  if (!response.hasHeader('content-type'))
    response.setHeader('content-type', TYPES[extension] ?? 'application/octet-stream');
  response.setHeader('content-length', bytes.length);
  response.end(bytes);
}
