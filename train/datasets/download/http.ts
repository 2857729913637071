/** One GET over HTTP, the bytes as the server stores them: nothing is decompressed on the way, redirects are followed by hand. */
import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { AlixError, throwIfAborted } from '@alix/infer/io/errors';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** After redirects. */
  readonly address: string;
  /** Ends with an error where the connection is cut or gives nothing for too long. */
  readonly body: IncomingMessage;
}

export interface GetOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds without a byte after which a server is given up. */
  readonly patience: number;
  readonly signal?: AbortSignal | undefined;
  /** Whether the content is checked by a checksum: then an https address may lead to an http one. */
  readonly isChecked: boolean;
}

const MAX_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Thrown where another try may help. */
export class Transient extends Error {
  /** Milliseconds that the server asks to wait. */
  readonly wait: number | undefined;
  constructor(message: string, wait?: number) {
    super(message);
    this.wait = wait;
  }
}

/** The address as a URL that can be fetched. @throws AlixError 'bad-address' */
export function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new AlixError('bad-address', 'not an address that can be fetched', {
    where: address,
    expected: 'one that begins with http:// or https://',
  });
}

/**
 * The answer after redirects, whatever its status.
 *
 * @throws Transient where the server cannot be reached or is silent; AlixError 'bad-address', 'bad-redirect', 'interrupted'
 */
export async function get(address: string, options: GetOptions): Promise<Answer> {
  const seen = new Set<string>();
  for (let url = parseAddress(address); ; ) {
    seen.add(url.href);
    const body = await send(url, options);
    const status = body.statusCode ?? 0;
    const to = body.headers.location;
    if (!REDIRECTS.has(status) || to === undefined) return { status, headers: body.headers, address: url.href, body };
    body.destroy();
    const refuse = (what: string): AlixError =>
      new AlixError('bad-redirect', what, { where: address, found: to, remedy: 'try another address or --mirror' });
    if (!URL.canParse(to, url.href)) throw refuse('the server redirects to what is no address');
    const next = parseAddress(new URL(to, url.href).href);
    if (seen.has(next.href)) throw refuse('the server redirects in a circle');
    if (seen.size > MAX_REDIRECTS) throw refuse(`the server redirects more than ${MAX_REDIRECTS} times`);
    if (url.protocol === 'https:' && next.protocol === 'http:' && !options.isChecked)
      throw refuse('the server leads from https to http, and no checksum is known');
    url = next;
  }
}

function send(url: URL, { headers, patience, signal }: GetOptions): Promise<IncomingMessage> {
  throwIfAborted(signal);
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((settle, fail) => {
    const sent = request(
      url,
      {
        // an agent would keep the connection, and the process, after the last byte
        agent: false,
        headers: { 'user-agent': 'alix', 'accept-encoding': 'identity', ...headers },
        ...(signal && { signal }),
      },
      (answer) => {
        sent.setTimeout(0);
        answer.setTimeout(patience, () => answer.destroy(silence()));
        settle(answer);
      },
    );
    const silence = () => new Error(`nothing came for ${Number((patience / 1000).toFixed(1))} s`);
    sent.setTimeout(patience, () => sent.destroy(silence()));
    sent.on('error', (cause) => fail(signal?.aborted ? cause : new Transient(reason(cause))));
    sent.end();
  });
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was cut',
  ENOTFOUND: 'the server was not found',
  EAI_AGAIN: 'the server was not found: no network?',
  ETIMEDOUT: 'the server did not answer',
};

/** What went wrong on the way, in plain words. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  const first = (error as AggregateError).errors?.[0] as Error | undefined;
  return (
    (code && WORDS[code]) || (error.message === 'aborted' ? 'the connection was cut' : error.message) || reason(first)
  );
}

/** Milliseconds of a Retry-After, in seconds or as a date. */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const milliseconds = /^\d+$/.test(header.trim()) ? 1000 * Number(header) : Date.parse(header) - now;
  return Number.isFinite(milliseconds) ? Math.max(0, milliseconds) : undefined;
}
