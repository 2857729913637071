/** The checks behind `alix doctor`. None of them throws, and none changes anything. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { AlixError } from '@alix/infer/io/errors';
import { installCommand } from './install-command.js';

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
  readonly remedy?: string | undefined;
}

export interface Verdict {
  readonly works: boolean;
  readonly rows: readonly Check[];
}

/** An ONNX graph of one Identity node. */
const IDENTITY = 'CAg6NwoQCgF4EgF5IghJZGVudGl0eRIBcFoPCgF4EgoKCAgBEgQKAggBYg8KAXkSCgoICAESBAoCCAFCBAoAEBE=';

/** What running a model needs. CUDA is reported and not required. */
export async function checkRunning(node = process.versions.node): Promise<Verdict> {
  const cpu = await onnxCheck('cpu');
  const required = [
    nodeCheck(node),
    { name: 'platform', ok: true, detail: `${process.platform} ${process.arch}` },
    cpu,
  ];
  const cuda = await onnxCheck('cuda');
  return { works: required.every(({ ok }) => ok), rows: [...required, cuda] };
}

/** What training needs, as @alix/train sees it. */
export async function checkTraining(signal?: AbortSignal): Promise<Verdict> {
  let probe: typeof import('@alix/train/tensorflow/probe');
  try {
    probe = await import('@alix/train/tensorflow/probe');
  } catch {
    const detail = 'the package is not installed';
    return {
      works: false,
      rows: [{ name: '@alix/train', ok: false, detail, remedy: `run \`${installCommand('@alix/train')}\`` }],
    };
  }
  const { tensorflow, rows } = await probe.probeTraining(undefined, signal);
  return { works: tensorflow, rows };
}

/** alix runs on Node 20.19 and newer. */
export function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { name: 'Node', ok, detail: version, ...(ok ? {} : { remedy: 'install Node 20.19 or newer' }) };
}

async function onnxCheck(device: 'cpu' | 'cuda'): Promise<Check> {
  const name = `ONNX Runtime ${device}`;
  try {
    const { nodeRuntime } = await import('@alix/infer');
    const runtime = await nodeRuntime({ device });
    const session = await runtime.createSession(Buffer.from(IDENTITY, 'base64'), 'a test graph');
    await session.release();
    return { name, ok: true, detail: device === 'cpu' ? `works; ${providers()}` : 'works' };
  } catch (error) {
    const remedy = error instanceof AlixError ? error.remedy : undefined;
    const message = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
    return { name, ok: false, detail: remedy ? message.replace(`; ${remedy}`, '') : message, remedy };
  }
}

/** The version and providers of the ONNX Runtime that @alix/infer uses. */
function providers(): string {
  const require = createRequire(fileURLToPath(import.meta.resolve('@alix/infer')));
  const { version } = require('onnxruntime-node/package.json') as { version: string };
  const { listSupportedBackends } = require('onnxruntime-node') as {
    listSupportedBackends(): { name: string; bundled: boolean }[];
  };
  const names = listSupportedBackends().map(({ name, bundled }) => (bundled ? name : `${name} (not bundled)`));
  return `version ${version} with ${names.join(', ')}`;
}
