/** Why a worker's script does not load: browsers give no reason, so it is asked for once more and looked at. */
import { AlixError } from '../io/errors.js';
import { SCRIPT_TYPE } from './threads-script.js';

/** What is wrong with the script at `url`, as far as a page can see it. */
export async function workerProblem(url: URL): Promise<AlixError> {
  const response = await fetch(url, { cache: 'no-store' }).catch(() => undefined);
  const refuse = (what: string, remedy: string, found?: string) =>
    new AlixError('no-worker', what, { where: url.href, ...(found && { found }), remedy });
  if (!response) return refuse("the worker's script could not be fetched", 'check the network and the server');
  const type = response.headers.get('content-type') ?? 'none';
  const embedder = response.headers.get('cross-origin-embedder-policy');
  await response.body?.cancel().catch(() => undefined);
  if (!response.ok)
    return refuse(
      "the server does not give the worker's script",
      'run `alix web assets` again and serve the whole folder; with a bundler, let it pack @alix/infer itself',
      `HTTP status ${response.status}`,
    );
  if (!SCRIPT_TYPE.test(type))
    return refuse(
      "the server sends the worker's script as another type",
      'make the server send .js and .mjs as text/javascript',
      `Content-Type: ${type}`,
    );
  if (globalThis.crossOriginIsolated && !embedder)
    return refuse(
      "the page is cross-origin isolated and its worker's script is not",
      'send "Cross-Origin-Embedder-Policy: require-corp" with the script too',
    );
  return refuse(
    "the worker's script does not run",
    "allow it in the page's Content-Security-Policy, or update the browser",
  );
}
