import { join } from 'node:path';
import { cacheFolder } from '@alix/train/tensorflow/cache';
import { chooseBuild } from '@alix/train/tensorflow/choose';
import { BUILDS } from '@alix/train/tensorflow/wheels';
import { describe, expect, test } from 'vitest';

describe('the wheels', () => {
  const wheels = BUILDS.flatMap((build) => build.wheels);

  test('are pinned, each once', () => {
    for (const { sha256, size, unpacked } of wheels) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(Math.min(size, unpacked)).toBeGreaterThan(500_000);
    }
    expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length);
    for (const build of BUILDS) expect(new Set(build.wheels.map(({ root }) => root)).size).toBe(build.wheels.length);
  });

  /** Names from the wheels' own directories. */
  test('keep the library, the headers that the C API includes and the notices', () => {
    const keep = BUILDS[0]?.wheels[0]?.keep ?? (() => undefined);
    for (const name of [
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
      'THIRD_PARTY_NOTICES.txt',
      'include/LICENSE',
      'include/tensorflow/c/c_api.h',
      'include/tensorflow/c/eager/c_api.h',
      'include/tensorflow/core/platform/ctstring_internal.h',
      'include/tsl/platform/ctstring.h',
      'include/xla/tsl/c/tsl_status.h',
    ]) {
      expect(keep(`tensorflow/${name}`)).toBe(name);
    }
    for (const name of [
      'python/profiler/internal/_pywrap_profiler_plugin.so',
      'include/google/protobuf/any.pb.h',
      '',
    ]) {
      expect(keep(`tensorflow/${name}`)).toBeUndefined();
    }
  });

  test('of CUDA keep what is loaded at run time', () => {
    const part = (root: string) => wheels.find((wheel) => wheel.root === root)?.keep ?? (() => undefined);
    expect(part('nvidia/cublas')('nvidia/cublas/lib/libcublasLt.so.12')).toBe('lib/libcublasLt.so.12');
    expect(part('nvidia/cublas')('nvidia/cublas/include/cublas.h')).toBeUndefined();
    expect(part('nvidia/cuda_nvcc')('nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc')).toBe(
      'nvvm/libdevice/libdevice.10.bc',
    );
    expect(part('nvidia/cuda_nvrtc')('nvidia/cuda_nvrtc/lib/libnvrtc.alt.so.12')).toBeUndefined();
    expect(part('nvidia/nccl')('nvidia_nccl_cu12-2.27.7.dist-info/licenses/License.txt')).toBe('License.txt');
  });
});

describe('chooseBuild', () => {
  const machine = (platform: NodeJS.Platform, arch: string, gpu: boolean) => ({
    platform,
    arch,
    glibc: '2.36',
    builds: BUILDS,
    hasGpu: async () => gpu,
  });
  test.each([
    ['linux', 'x64', false, 'auto', '2.21.0-cpu-linux-x64'],
    ['linux', 'x64', true, 'auto', '2.21.0-cuda-linux-x64'],
    ['linux', 'x64', true, 'cpu', '2.21.0-cpu-linux-x64'],
    ['linux', 'x64', false, 'cuda', '2.21.0-cuda-linux-x64'],
    ['linux', 'arm64', true, 'auto', '2.21.0-cpu-linux-arm64'],
    ['darwin', 'arm64', false, 'auto', '2.21.0-cpu-darwin-arm64'],
  ] as const)('%s %s, GPU %s, --device %s: %s', async (platform, arch, gpu, device, name) => {
    expect((await chooseBuild(machine(platform, arch, gpu), device)).name).toBe(name);
  });
});

test.each([
  [{ ALIX_CACHE: '/a', XDG_CACHE_HOME: '/x' }, 'linux', '/a'],
  [{ XDG_CACHE_HOME: '/x' }, 'darwin', join('/x', 'alix')],
  [{ XDG_CACHE_HOME: 'relative' }, 'linux', join('/home', '.cache', 'alix')],
  [{}, 'linux', join('/home', '.cache', 'alix')],
  [{}, 'darwin', join('/home', 'Library', 'Caches', 'alix')],
] as const)('the cache of %j on %s is %s', (env, platform, folder) => {
  expect(cacheFolder({ env, platform, home: '/home' })).toBe(folder);
});
