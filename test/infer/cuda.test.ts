/** What is said of CUDA where it is missing. Whether it works shows only where there is a GPU. */

import { nodeRuntime } from '@alix/infer';
import { AlixError } from '@alix/infer/io/errors';
import { expect, test } from 'vitest';
import { notFound, whatToInstall } from '../../infer/dist/node/cuda.js';

/** As ldd prints of the provider in the onnxruntime-gpu 1.30.0 wheel on a machine without CUDA. */
const printed = `	linux-vdso.so.1 (0x00007ffc)
	libcublasLt.so.13 => not found
	libcurand.so.10 => not found
	libcuda.so.1 => not found
	libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
`;

test('the libraries that a provider lacks are named, and what holds them', () => {
  const lacking = notFound(printed);
  expect(lacking).toEqual(['libcublasLt.so.13', 'libcurand.so.10', 'libcuda.so.1']);
  expect(whatToInstall(lacking)).toMatch(/^install an NVIDIA driver and the libraries of CUDA 13, with cuDNN 9,/);
  expect(whatToInstall(['libcuda.so.1'])).toMatch(/^install an NVIDIA driver, with cuDNN 9/);
  expect(whatToInstall(['libcublas.so.12'])).toMatch(/^install the libraries of CUDA 12, with/);
  expect(whatToInstall([])).toMatch(/the CUDA that the provider was built for/);
});

test('CUDA that was asked for works, or is an error that says what to install; auto goes on and says why', async () => {
  const asked = await nodeRuntime({ device: 'cuda' }).catch((error: unknown) => error);
  const auto = await nodeRuntime({ device: 'auto' });
  if (asked instanceof AlixError) {
    expect(asked).toMatchObject({ code: 'no-device', remedy: expect.stringMatching(/use the device "cpu"$/) });
    expect([auto.name, auto.reason]).toEqual(['cpu', asked.what]);
  } else {
    expect(auto.name).toBe('cuda');
    await (asked as typeof auto).dispose?.();
  }
  await auto.dispose?.();
});
