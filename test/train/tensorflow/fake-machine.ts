/**
 * A machine for provisioning without network or compiler: a pip that hands out a small wheel, a compiler that writes a
 * file, an empty tfjs-node package, all in a temporary folder. Children of the test can be given the same machine.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Host, thisHost } from '@alix/train/tensorflow/host';
import { type ProvisionOptions, provisionTensorflow } from '@alix/train/tensorflow/provision';
import type { Build, Wheel } from '@alix/train/tensorflow/wheels';
import { zip } from './zip.js';

/** What the wheel of the fake build holds; the first two are kept. */
export const MEMBERS = {
  'tensorflow/libtensorflow_cc.so.2': 'the library'.repeat(1000),
  'tensorflow/include/tensorflow/c/c_api.h': 'a header',
  'tensorflow/python/eager.py': 'not needed',
} as const;

export interface FakeMachine {
  readonly folder: string;
  readonly cache: string;
  readonly packageFolder: string;
  readonly bin: string;
  readonly wheel: Wheel;
  readonly build: Build;
  readonly tree: string;
  /** The final names of the three stages. */
  readonly downloaded: string;
  readonly receipt: string;
  readonly link: string;
  /** What pip does: 'ok', or one of the failures in `pipScript`; 'hang' writes half a wheel and waits to be killed. */
  setPip(mode: PipMode): void;
  setCompiler(mode: 'ok' | 'fail' | 'hang'): void;
  /** One entry per `pip download` and per compilation. */
  calls(): { program: 'pip' | 'compiler'; pid: number; args: string[] }[];
  host(overrides?: Partial<Host>): Host;
  provision(options?: Partial<ProvisionOptions>, overrides?: Partial<Host>): ReturnType<typeof provisionTensorflow>;
  /** Another process that provisions on this machine; its stdout ends with the result or the error's code. */
  child(): ChildProcess & { ended: Promise<string> };
}

export type PipMode = 'ok' | 'altered' | 'hash' | 'network' | 'full' | 'hang' | 'slow';

export function fakeMachine(parent: string, archive: Buffer = zip(MEMBERS)): FakeMachine {
  const folder = mkdtempSync(join(parent, 'machine-'));
  const at = (name: string) => join(folder, name);
  const [cache, packageFolder, bin, headers] = [at('cache'), at('tfjs-node-gpu'), at('bin'), at('headers')];
  for (const path of [bin, headers, join(packageFolder, 'binding')]) mkdirSync(path, { recursive: true });
  for (const name of ['tfjs_backend.cc', 'tfjs_binding.cc']) writeFileSync(join(packageFolder, 'binding', name), name);
  writeFileSync(join(headers, 'node_api.h'), '');
  writeFileSync(at('the.whl'), archive);
  writeFileSync(at('calls'), '');
  program(join(bin, 'python3'), pipScript(folder));
  program(join(bin, 'g++'), compilerScript(folder));
  const wheel = fakeWheel(archive);
  const build: Build = {
    name: '0.0.1-cpu-fake',
    device: 'cpu',
    platform: 'linux',
    arch: 'x64',
    tried: true,
    wheels: [wheel],
    libraries: ['tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'],
    include: 'tensorflow/include',
  };
  const tree = join(cache, 'tensorflow', build.name);
  const machine: FakeMachine = {
    folder,
    cache,
    packageFolder,
    bin,
    wheel,
    build,
    tree,
    downloaded: join(cache, 'tensorflow', 'wheels', `fake-0.0.1-${wheel.sha256.slice(0, 12)}.whl`),
    receipt: join(tree, 'tensorflow', 'receipt.json'),
    link: join(packageFolder, 'lib', 'napi-v8', 'tfjs_binding.node'),
    setPip: (mode) => writeFileSync(at('pip-mode'), mode),
    setCompiler: (mode) => writeFileSync(at('compiler-mode'), mode),
    calls: () =>
      readFileSync(at('calls'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    host: (overrides) =>
      thisHost({
        platform: 'linux',
        arch: 'x64',
        glibc: '2.36',
        env: { PATH: bin, ALIX_CACHE: cache },
        home: folder,
        builds: [build],
        packageFolder: () => packageFolder,
        headersFolder: () => headers,
        freeBytes: async () => 1e12,
        hasGpu: async () => false,
        tryLoad: async () => ({ ok: true, version: 'fake', gpu: false, milliseconds: 1 }),
        ...overrides,
      }),
    provision: (options, overrides) =>
      provisionTensorflow({ device: 'auto', ...options }, machine.host(overrides), { every: 20 }),
    child() {
      const script = at('child.mjs');
      writeFileSync(script, childScript(machine, headers));
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
      let output = '';
      child.stdout.on('data', (piece: Buffer) => {
        output += piece;
      });
      return Object.assign(child, {
        ended: new Promise<string>((settle) => child.once('close', () => settle(output))),
      });
    },
  };
  machine.setPip('ok');
  machine.setCompiler('ok');
  return machine;
}

function fakeWheel(archive: Buffer): Wheel {
  return {
    package: 'fake',
    version: '0.0.1',
    tags: { python: '3.11', abi: 'cp311', platform: 'manylinux_2_27_x86_64' },
    sha256: createHash('sha256').update(archive).digest('hex'),
    size: archive.length,
    unpacked: 20_000,
    root: 'tensorflow',
    keep: (member) => (/^tensorflow\/(lib|include)/.test(member) ? member.slice('tensorflow/'.length) : undefined),
  };
}

function program(path: string, script: string): void {
  writeFileSync(path, `#!${process.execPath}\n${script}`);
  chmodSync(path, 0o755);
}

const prelude = (folder: string, name: string) => `
const fs = require('node:fs'), path = require('node:path');
const args = process.argv.slice(2), folder = ${JSON.stringify(folder)};
const log = () => fs.appendFileSync(folder + '/calls', JSON.stringify({ program: '${name}', pid: process.pid, args }) + '\\n');
const mode = fs.readFileSync(folder + '/${name}-mode', 'utf8');
const after = (option) => args[args.indexOf(option) + 1];
const hang = () => setTimeout(() => {}, 60_000);
`;

/** The messages are pip 26's own. */
const pipScript = (folder: string) => `${prelude(folder, 'pip')}
if (args[2] === '--version') { console.log('pip 99.1 from nowhere'); process.exit(0); }
log();
const wheel = fs.readFileSync(folder + '/the.whl');
const save = (bytes) => fs.writeFileSync(path.join(after('--dest'), 'fake-0.0.1-cp311-cp311-x.whl'), bytes);
const fail = (...lines) => { console.error(lines.join('\\n')); process.exit(1); };
const modes = {
  ok: () => save(wheel),
  slow: () => setTimeout(() => save(wheel), 700),
  altered: () => save(Buffer.concat([wheel, Buffer.from('x')])),
  hang: () => { save(wheel.subarray(0, 100)); hang(); },
  full: () => fail("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"),
  hash: () => fail(
    'ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated the package versions, please',
    '    fake==0.0.1 from somewhere:',
    '        Expected sha256 ' + 'a'.repeat(64),
    '             Got        ' + 'b'.repeat(64), ''),
  network: () => fail(
    "WARNING: Retrying (Retry(total=0, connect=None, read=None, redirect=None, status=None)) after connection broken by " +
      "'NewConnectionError('<pip.HTTPSConnection object at 0x7f95478cb910>: Failed to establish a new connection: " +
      "[Errno -2] Name or service not known')': /simple/fake/",
    'ERROR: Could not find a version that satisfies the requirement fake==0.0.1 (from versions: none)',
    'ERROR: No matching distribution found for fake==0.0.1'),
};
modes[mode]();
`;

const compilerScript = (folder: string) => `${prelude(folder, 'compiler')}
if (args.includes('--version')) { console.log('g++ 99'); process.exit(0); }
log();
if (mode === 'hang') { fs.writeFileSync(after('-o'), 'half an addon'); hang(); }
else if (mode === 'fail') { console.error('a.cc:1:1: note: hm\\na.cc:2:1: error: no such thing'); process.exit(1); }
else fs.writeFileSync(after('-o'), 'an addon');
`;

const childScript = (machine: FakeMachine, headers: string) => `
import { provisionTensorflow } from ${JSON.stringify(import.meta.resolve('@alix/train/tensorflow/provision'))};
import { thisHost } from ${JSON.stringify(import.meta.resolve('@alix/train/tensorflow/host'))};
const build = ${JSON.stringify(machine.build)};
build.wheels[0].keep = ${machine.wheel.keep.toString()};
const stop = new AbortController();
process.on('SIGINT', () => stop.abort());
const host = thisHost({
  platform: 'linux', arch: 'x64', glibc: '2.36', builds: [build],
  env: ${JSON.stringify({ PATH: machine.bin, ALIX_CACHE: machine.cache })},
  packageFolder: () => ${JSON.stringify(machine.packageFolder)}, headersFolder: () => ${JSON.stringify(headers)},
  freeBytes: async () => 1e12, hasGpu: async () => false,
  tryLoad: async () => ({ ok: true, version: 'fake', gpu: false, milliseconds: 1 }),
});
const options = { device: 'auto', signal: stop.signal, onMessage: (line) => console.log(line) };
try { console.log((await provisionTensorflow(options, host, { every: 20 })).status); }
catch (error) { console.log('error', error.code ?? error); }
`;

/** Waits until `condition` holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((settle) => setTimeout(settle, 10));
}
