/** One download: what the server says is checked before its bytes are read, and a connection that breaks is taken up again. */
import { AlixError } from '../io/errors.js';

/** What is downloaded, and what is known of it beforehand. */
export interface Wanted {
  readonly url: string;
  /** Exact size; undefined where nobody promised one. */
  readonly bytes?: number | undefined;
  /** The code of the error where the server has no such file, or another one. */
  readonly code: string;
  /** What to do then. */
  readonly remedy: string;
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes of this file so far. */
  readonly onBytes?: ((done: number) => void) | undefined;
  /** Called with what the server says that the file is. */
  readonly onType?: ((type: string) => void) | undefined;
  /** As in `fetch`: 'reload' passes the browser's HTTP cache over, 'no-cache' asks whether it is fresh. */
  readonly cacheMode?: RequestCache | undefined;
}

/** Most of a file whose size nobody promised: a model.json is some 100 KB. */
const LIMIT = 64 << 20;
/** The size of a wasm memory is 4 GiB, and a graph takes several times its file. */
const LARGEST = 2 ** 31;
/** Connections that may break before the file is given up. */
const BREAKS = 3;

/**
 * The bytes of a URL; never more than promised are read.
 *
 * @throws AlixError 'unreachable' (network, CORS), 'interrupted', or `wanted.code`
 */
export async function download(wanted: Wanted, options: DownloadOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { url, bytes: promised } = wanted;
  if (promised !== undefined && promised > LARGEST)
    throw refusal(wanted, 'the file is too large for a web page', `at most ${LARGEST} bytes`, `${promised} bytes`);
  const parts = new Parts();
  for (let breaks = 0; ; breaks++) {
    const response = await request(wanted, parts, options);
    // a server that does not resume sends all of it again
    if (response.status !== 206) parts.clear();
    checkLength(wanted, response, parts.length);
    options.onType?.(response.headers.get('content-type') ?? '');
    try {
      await read(wanted, response, parts, options);
    } catch (error) {
      if (error instanceof AlixError) throw error;
      if (options.signal?.aborted) throw interrupted(options.signal);
      if (breaks < BREAKS) continue;
      throw unreachable(url, `the connection broke after ${parts.length} bytes`, error);
    }
    // a server that closes early and says no length leaves a file that only looks whole
    if (promised === undefined || parts.length === promised) return parts.joined();
    if (breaks >= BREAKS || parts.length === 0 || response.headers.get('accept-ranges') !== 'bytes')
      throw other(wanted, `${parts.length} bytes`, response, parts.joined());
  }
}

/** The bytes so far, and which version of the file they are of. */
class Parts {
  length = 0;
  tag: string | null = null;
  #parts: Uint8Array<ArrayBuffer>[] = [];

  add(part: Uint8Array<ArrayBuffer>): void {
    this.#parts.push(part);
    this.length += part.length;
  }

  clear(): void {
    this.#parts = [];
    this.length = 0;
  }

  joined(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

async function request(wanted: Wanted, parts: Parts, { signal, cacheMode }: DownloadOptions): Promise<Response> {
  const { url } = wanted;
  const headers = parts.length > 0 ? { range: `bytes=${parts.length}-` } : undefined;
  const response = await fetch(url, {
    ...(signal && { signal }),
    ...(headers && { headers }),
    cache: headers ? 'no-store' : (cacheMode ?? 'default'),
  }).catch((cause: unknown) => {
    if (signal?.aborted) throw interrupted(signal);
    throw unreachable(url, 'it could not be fetched', cause);
  });
  // a part that nobody asked for would be asked for again and again
  if (!response.ok || (response.status === 206 && !headers)) {
    await response.body?.cancel().catch(() => undefined);
    throw refusal(wanted, 'the server does not give this file', undefined, `HTTP status ${response.status}`);
  }
  const [, start] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? [];
  const tag = response.headers.get('etag');
  // the rest of another version does not fit
  if (response.status === 206 && (Number(start) !== parts.length || tag !== parts.tag)) {
    await response.body?.cancel().catch(() => undefined);
    parts.clear();
    return request(wanted, parts, { signal, cacheMode: 'reload' });
  }
  parts.tag = tag;
  return response;
}

function checkLength(wanted: Wanted, response: Response, got: number): void {
  const stated = response.headers.get('content-length');
  // of other servers a page does not see whether they compress, but sees the length that came of it
  const isPlain = response.type !== 'cors' && response.headers.get('content-encoding') === null;
  if (stated === null || !isPlain || wanted.bytes === undefined || got + Number(stated) === wanted.bytes) return;
  void response.body?.cancel().catch(() => undefined);
  throw other(wanted, `${got + Number(stated)} bytes`, response);
}

async function read(wanted: Wanted, response: Response, parts: Parts, { onBytes }: DownloadOptions): Promise<void> {
  const most = wanted.bytes ?? LIMIT;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done) return;
    parts.add(value as Uint8Array<ArrayBuffer>);
    if (parts.length > most) {
      void reader?.cancel().catch(() => undefined);
      throw other(wanted, `more than ${most} bytes`, response, parts.joined());
    }
    onBytes?.(parts.length);
  }
}

/** What the server sent is not the file; a page in its place is what is mostly behind that. */
export function other(wanted: Wanted, found: string, response?: Response, bytes?: Uint8Array): AlixError {
  const type = response?.headers.get('content-type') ?? '';
  const isPage = type.startsWith('text/html') || (bytes !== undefined && looksLikePage(bytes));
  const expected = wanted.bytes === undefined ? undefined : `${wanted.bytes} bytes`;
  return isPage
    ? refusal(wanted, 'the server sends a web page in place of this file', expected, `${found}, ${type || 'HTML'}`)
    : refusal(wanted, 'the file is not the one that was promised', expected, found);
}

/** Whether bytes begin as HTML does. */
export function looksLikePage(bytes: Uint8Array): boolean {
  return /^\s*<(!doctype|html|head|body|!--)/i.test(new TextDecoder().decode(bytes.subarray(0, 64)));
}

export function refusal(wanted: Wanted, what: string, expected: string | undefined, found: string): AlixError {
  return new AlixError(wanted.code, what, {
    where: wanted.url,
    ...(expected !== undefined && { expected }),
    found,
    remedy: wanted.remedy,
  });
}

function unreachable(url: string, what: string, cause: unknown): AlixError {
  const isOther = globalThis.location !== undefined && new URL(url).origin !== location.origin;
  return new AlixError('unreachable', what, {
    where: url,
    remedy: isOther
      ? 'check the network, and that this other server sends "Access-Control-Allow-Origin" for this page'
      : 'check the network and the server',
    cause,
  });
}

const interrupted = (signal: AbortSignal) => new AlixError('interrupted', 'interrupted', { cause: signal.reason });
