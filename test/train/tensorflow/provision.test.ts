import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../fixtures/folder.js';
import { type FakeMachine, fakeMachine, MEMBERS } from './fake-machine.js';
import { zip } from './zip.js';

const parent = temporaryFolder();
const fail = async (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: { code: string; message: string; remedy?: string }) => error,
  );
const programs = (machine: FakeMachine) => machine.calls().map(({ program }) => program);
/** What lies in the cache besides the lock's own folder. */
const leftovers = (machine: FakeMachine) =>
  readdirSync(join(machine.cache, 'tensorflow'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => /^(temporary|lock)/.test(name) || /\.whl$/.test(name),
  );

describe('provisioning', () => {
  test('downloads, unpacks what is needed, builds and links', async () => {
    const machine = fakeMachine(parent);
    const stages: string[] = [];
    const result = await machine.provision({
      onProgress: (stage, done, total) => {
        expect(done).toBeLessThanOrEqual(total);
        if (stages.at(-1) !== stage) stages.push(stage);
      },
    });
    expect(result).toMatchObject({
      status: 'provisioned',
      folder: machine.tree,
      build: '0.0.1-cpu-fake',
      device: 'cpu',
    });
    expect(stages).toEqual(['download fake 0.0.1', 'unpack fake 0.0.1', 'build the addon']);
    const library = join(machine.tree, 'tensorflow', 'libtensorflow_cc.so.2');
    expect(readFileSync(library, 'utf8')).toBe(MEMBERS['tensorflow/libtensorflow_cc.so.2']);
    expect(existsSync(join(machine.tree, 'tensorflow', 'python'))).toBe(false);
    expect(JSON.parse(readFileSync(machine.receipt, 'utf8'))).toEqual({
      package: 'fake',
      version: '0.0.1',
      sha256: machine.wheel.sha256,
      files: { 'libtensorflow_cc.so.2': 11_000, 'include/tensorflow/c/c_api.h': 8 },
    });
    expect(readFileSync(machine.link, 'utf8')).toBe('an addon');
    expect(readlinkSync(machine.link).startsWith(machine.tree)).toBe(true);
    // pip, the addon, and the helper beside it
    expect(programs(machine)).toEqual(['pip', 'compiler', 'compiler']);
    expect(leftovers(machine)).toEqual([]);
  });

  test('asks pip for exactly one file', async () => {
    const machine = fakeMachine(parent);
    await machine.provision();
    const args = machine.calls()[0]?.args ?? [];
    expect(args.slice(0, 3)).toEqual(['-m', 'pip', 'download']);
    expect(args).toEqual(expect.arrayContaining(['--no-deps', '--only-binary=:all:', '--require-hashes']));
    const after = (option: string) => args[args.indexOf(option) + 1];
    expect([after('--platform'), after('--python-version'), after('--implementation'), after('--abi')]).toEqual([
      'manylinux_2_27_x86_64',
      '3.11',
      'cp',
      'cp311',
    ]);
  });

  test('the second run does nothing, and a lost link is only linked again', async () => {
    const machine = fakeMachine(parent);
    await machine.provision();
    const calls = machine.calls().length;
    const again = await machine.provision({}, { tryLoad: async () => expect.unreachable('nothing to load') });
    expect(again.status).toBe('present');
    expect(again.seconds).toBeLessThan(1);
    rmSync(machine.link);
    expect((await machine.provision()).status).toBe('linked');
    expect(machine.calls()).toHaveLength(calls);
  });

  test('a shortened library is found and replaced', async () => {
    const machine = fakeMachine(parent);
    await machine.provision();
    writeFileSync(join(machine.tree, 'tensorflow', 'libtensorflow_cc.so.2'), 'short');
    expect((await machine.provision()).status).toBe('provisioned');
    expect(readFileSync(join(machine.tree, 'tensorflow', 'libtensorflow_cc.so.2'), 'utf8')).toHaveLength(11_000);
  });

  test('a whole wheel of an earlier run is used, an altered one is not', async () => {
    const machine = fakeMachine(parent);
    mkdirSync(dirname(machine.downloaded), { recursive: true });
    writeFileSync(machine.downloaded, zip(MEMBERS));
    await machine.provision();
    expect(programs(machine)).not.toContain('pip');

    const other = fakeMachine(parent);
    mkdirSync(dirname(other.downloaded), { recursive: true });
    writeFileSync(other.downloaded, zip({ ...MEMBERS, 'tensorflow/libevil.so': 'evil' }));
    await other.provision();
    expect(programs(other)).toContain('pip');
    expect(existsSync(join(other.tree, 'tensorflow', 'libevil.so'))).toBe(false);
  });

  test('CXX chooses the compiler, arguments and all', async () => {
    const machine = fakeMachine(parent);
    const cxx = `${join(machine.bin, 'g++')} -pipe`;
    await machine.provision({}, { env: { PATH: machine.bin, ALIX_CACHE: machine.cache, CXX: cxx } });
    const args = machine.calls().find(({ program }) => program === 'compiler')?.args ?? [];
    expect(args[0]).toBe('-pipe');
    expect(args).toContain(join(machine.tree, 'tensorflow/libtensorflow_cc.so.2'));
    expect(args).toContain('-Wl,-rpath,$ORIGIN/../tensorflow');
  });
});

describe("tfjs-node's own installation", () => {
  const install = (machine: FakeMachine) => {
    mkdirSync(dirname(machine.link), { recursive: true });
    writeFileSync(machine.link, 'official');
  };
  const loads = (gpu: boolean) => async () => ({ ok: true as const, version: '2.9.1', gpu, milliseconds: 1 });

  test('is used if it works', async () => {
    const machine = fakeMachine(parent);
    install(machine);
    const result = await machine.provision({}, { tryLoad: loads(false) });
    expect(result).toMatchObject({ status: 'official', folder: machine.packageFolder, device: 'cpu' });
    expect(machine.calls()).toEqual([]);
    expect(lstatSync(machine.link).isSymbolicLink()).toBe(false);
  });

  test('is replaced if it does not, or has no GPU where one is wanted', async () => {
    const broken = fakeMachine(parent);
    install(broken);
    let tries = 0;
    const tryLoad = async () => (tries++ === 0 ? { ok: false as const, reason: 'broken' } : await loads(false)());
    expect((await broken.provision({}, { tryLoad })).status).toBe('provisioned');
    expect(lstatSync(broken.link).isSymbolicLink()).toBe(true);

    const slow = fakeMachine(parent);
    install(slow);
    const gpuBuild = { ...slow.build, device: 'cuda' as const };
    const result = await slow.provision({ device: 'cuda' }, { tryLoad: loads(false), builds: [gpuBuild] });
    expect(result).toMatchObject({ status: 'provisioned', device: 'cuda' });
  });
});

describe('failures before anything is downloaded', () => {
  const without = (program: string) => (machine: FakeMachine) => {
    rmSync(join(machine.bin, program));
    return {};
  };
  const cases: [name: string, code: string, text: RegExp, arrange: (machine: FakeMachine) => object][] = [
    ['no pip', 'no-pip', /python3-pip/, without('python3')],
    ['no compiler', 'no-compiler', /g\+\+/, without('g++')],
    [
      'too little space',
      'no-space',
      /expected 0\.2 GB free, found 0\.1 GB.*ALIX_CACHE/,
      () => ({ freeBytes: async () => 1e8 }),
    ],
    ['Windows', 'unsupported-platform', /WSL/, () => ({ platform: 'win32' })],
    ['musl', 'unsupported-platform', /glibc/, () => ({ glibc: undefined })],
    ['an old glibc', 'unsupported-platform', /expected glibc 2\.27 or newer, found 2\.17/, () => ({ glibc: '2.17' })],
    ['another processor', 'unsupported-platform', /linux riscv64/, () => ({ arch: 'riscv64' })],
  ];
  test.each(cases)('%s', async (_name, code, text, arrange) => {
    const machine = fakeMachine(parent);
    const error = await fail(machine.provision({}, arrange(machine)));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(text);
    expect(error.message).not.toContain('\n');
    expect(error.remedy).toBeTruthy();
    expect(machine.calls()).toEqual([]);
    expect(existsSync(machine.link)).toBe(false);
  });

  test('CUDA where there is no build for it', async () => {
    expect((await fail(fakeMachine(parent).provision({ device: 'cuda' }))).code).toBe('unsupported-platform');
  });

  test('a cache that cannot be made', async () => {
    const machine = fakeMachine(parent);
    writeFileSync(join(machine.folder, 'file'), '');
    const error = await fail(machine.provision({ cache: join(machine.folder, 'file') }));
    expect(error.code).toBe('cache-not-writable');
    expect(error.remedy).toContain('ALIX_CACHE');
  });

  test.skipIf(process.getuid?.() === 0)('node_modules that cannot be written', async () => {
    const machine = fakeMachine(parent);
    chmodSync(machine.packageFolder, 0o555);
    expect((await fail(machine.provision())).code).toBe('cannot-link');
    expect(machine.calls()).toEqual([]);
  });
});

test('a package folder that takes no link', async () => {
  const machine = fakeMachine(parent);
  writeFileSync(join(machine.packageFolder, 'lib'), 'a file in the way');
  const error = await fail(machine.provision());
  expect(error.code).toBe('cannot-link');
  expect(error.remedy).toContain('node_modules');
  rmSync(join(machine.packageFolder, 'lib'));
  expect((await machine.provision()).status).toBe('linked');
});

describe('failures on the way leave nothing half-made', () => {
  const run = async (arrange: (machine: FakeMachine) => object | undefined, archive?: Buffer) => {
    const machine = fakeMachine(parent, archive);
    const error = await fail(machine.provision({}, arrange(machine) ?? {}));
    expect(error.message).not.toContain('\n');
    expect(existsSync(machine.link)).toBe(false);
    return { machine, error };
  };

  test.each([
    ['altered', 'bad-hash', /expected sha256 [0-9a-f]{64}, found [0-9a-f]{64}/],
    ['hash', 'bad-hash', new RegExp(`found ${'b'.repeat(64)}`)],
    [
      'network',
      'download-failed',
      /Failed to establish a new connection: \[Errno -2\] Name or service not known.*proxy/,
    ],
    ['full', 'no-space', /ALIX_CACHE/],
  ] as const)('pip: %s', async (mode, code, text) => {
    const { machine, error } = await run((m) => void m.setPip(mode));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(text);
    expect(existsSync(machine.tree)).toBe(false);
    expect(leftovers(machine)).toEqual([]);
    // And the next run, with a pip that works, starts afresh.
    machine.setPip('ok');
    expect((await machine.provision()).status).toBe('provisioned');
  });

  test('a compiler error keeps the unpacked library', async () => {
    const { machine, error } = await run((m) => void m.setCompiler('fail'));
    expect(error.code).toBe('compile-failed');
    expect(error.message).toContain('a.cc:2:1: error: no such thing');
    expect(existsSync(machine.receipt)).toBe(true);
    machine.setCompiler('ok');
    await machine.provision();
    expect(programs(machine).filter((name) => name === 'pip')).toHaveLength(1);
  });

  test('an addon that does not load is not taken for done', async () => {
    const { machine, error } = await run(() => ({ tryLoad: async () => ({ ok: false, reason: 'no AVX' }) }));
    expect(error.code).toBe('load-failed');
    expect(error.message).toContain('no AVX');
    expect((await machine.provision()).status).toBe('provisioned');
  });

  test.each([
    ['a path out of the folder', zip({ 'tensorflow/lib/../../../evil': 'evil' })],
    ['an absolute path', zip({ '/tensorflow/libevil': 'evil' })],
    ['a link', zip({ 'tensorflow/libtensorflow_cc.so.2': '/etc/passwd' }, { link: true })],
    ['a file cut short', zip(MEMBERS).subarray(0, 5000)],
  ])('an archive with %s is refused', async (_name, archive) => {
    const { machine, error } = await run(() => undefined, archive);
    expect(error.code).toBe('bad-archive');
    expect(existsSync(machine.tree)).toBe(false);
    expect(existsSync(join(machine.cache, 'evil'))).toBe(false);
    expect(existsSync(join(machine.folder, 'evil'))).toBe(false);
  });
});
