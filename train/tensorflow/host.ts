/** Everything that provisioning asks of the machine, in one object that tests replace piece by piece. */
import { access, statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { tfjsNodeFolder } from './link.js';
import { runCommand } from './run.js';
import { type LoadReport, loadInChild } from './try-load.js';
import { BUILDS, type Build } from './wheels.js';

export interface Host {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** E.g. "2.36"; undefined where the C library is another one (musl, macOS). */
  readonly glibc: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly hostname: string;
  readonly builds: readonly Build[];
  /** The folder of @tensorflow/tfjs-node-gpu. */
  packageFolder(): string;
  /** The folder of node_api.h. */
  headersFolder(): string;
  /** Bytes that this user may still write on the file system of `folder`, which exists. */
  freeBytes(folder: string): Promise<number>;
  hasGpu(): Promise<boolean>;
  /** Loads TensorFlow in a child process and says how that went. */
  tryLoad(signal?: AbortSignal): Promise<LoadReport>;
}

/** The machine this process runs on. */
export function thisHost(overrides: Partial<Host> = {}): Host {
  const env = overrides.env ?? process.env;
  return {
    platform: process.platform,
    arch: process.arch,
    glibc: process.platform === 'linux' ? glibcVersion() : undefined,
    env,
    home: homedir(),
    hostname: hostname(),
    builds: BUILDS,
    packageFolder: tfjsNodeFolder,
    headersFolder: () =>
      join(dirname(createRequire(import.meta.url).resolve('node-api-headers/package.json')), 'include'),
    freeBytes: async (folder) => {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
    hasGpu: () => hasNvidiaGpu(env),
    tryLoad: (signal) => loadInChild(env, signal),
    ...overrides,
  };
}

/** True if an NVIDIA driver is loaded and sees a device. */
async function hasNvidiaGpu(env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  if (
    await access('/proc/driver/nvidia/version').then(
      () => true,
      () => false,
    )
  )
    return true;
  // WSL and some containers have no /proc/driver/nvidia.
  const { code, output } = await runCommand('nvidia-smi', ['-L'], { env });
  return code === 0 && output.includes('GPU ');
}

function glibcVersion(): string | undefined {
  const report = process.report as { excludeNetwork?: boolean; getReport(): object };
  report.excludeNetwork = true;
  const { header } = report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return header?.glibcVersionRuntime;
}
