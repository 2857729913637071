/** Which build of TensorFlow a machine gets. */
import { AlixError } from '@alix/infer/io/errors';
import type { Host } from './host.js';
import { type Build, OLDEST_GLIBC } from './wheels.js';

export type Device = 'auto' | 'cpu' | 'cuda';

/** Throws AlixError 'unsupported-platform'. 'auto' takes CUDA where there is a build for it and an NVIDIA GPU is seen. */
export async function chooseBuild(
  host: Pick<Host, 'platform' | 'arch' | 'glibc' | 'builds' | 'hasGpu'>,
  device: Device,
): Promise<Build> {
  const { platform, arch, glibc } = host;
  const unsupported = (what: string, remedy: string) =>
    new AlixError('unsupported-platform', what, { found: `${platform} ${arch}`, remedy });
  if (platform === 'win32') {
    throw unsupported('TensorFlow for training does not run here', 'train in WSL; running models works here');
  }
  const builds = host.builds.filter((build) => build.platform === platform && build.arch === arch);
  if (builds.length === 0) {
    throw unsupported('there is no TensorFlow for this platform', 'train on Linux (x64, arm64) or macOS (arm64)');
  }
  if (platform === 'linux') {
    if (glibc === undefined) {
      throw unsupported(
        'TensorFlow needs glibc and this system has another C library',
        'use a Debian- or Red Hat-based image',
      );
    }
    if (older(glibc, OLDEST_GLIBC)) {
      throw new AlixError('unsupported-platform', 'the C library is too old for TensorFlow', {
        expected: `glibc ${OLDEST_GLIBC} or newer`,
        found: glibc,
        remedy: 'use a newer distribution',
      });
    }
  }
  const cuda = builds.find((build) => build.device === 'cuda');
  const cpu = builds.find((build) => build.device === 'cpu');
  if (device === 'cuda') {
    if (!cuda) throw unsupported('there is no CUDA build for this platform', 'use --device cpu, or Linux x64');
    return cuda;
  }
  if (device === 'auto' && cuda && (await host.hasGpu())) return cuda;
  if (!cpu) throw unsupported('there is no CPU build for this platform', 'use --device cuda');
  return cpu;
}

function older(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = than.split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < wantedMinor);
}
