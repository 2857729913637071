/** alix train: a wrong name, option, network, label or file is one line and an exit code, before anything is computed. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeIdx } from '@alix/infer/io/idx';
import { expect, test } from 'vitest';
import { alix } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { inside } from '../fixtures/inside.js';
import { describeWithTensorflow } from '../tensorflow.js';

const root = temporaryFolder();

async function refused(line: string, code: number, words: RegExp): Promise<void> {
  const before = readdirSync(root).sort();
  const ran = await inside(['train', ...line.split(' '), '--quiet'], root);
  expect(ran.stderr).toMatch(/^alix: [^\n]+\n$/);
  expect(ran.stderr).toMatch(words);
  expect([ran.code, ran.stdout]).toEqual([code, '']);
  expect(readdirSync(root).sort()).toEqual(before);
}

const small = '--steps 1 --threads 1 --set data.options.train=100 --set evaluationRows=0';

test.each([
  [
    'a name near an objective',
    'dalli',
    /dalli: no such recipe, objective or file \(did you mean dali\?\); `alix recipes`/,
  ],
  ['a name near a recipe', 'ali-strooks', /did you mean ali-strokes\?/],
  ['a name near none', 'zzzzzzzzz', /zzzzzzzzz: no such recipe, objective or file; `alix recipes`/],
  ['a script that is not there', 'my-objective.ts', /my-objective\.ts: no such file; check the path/],
  ['a configuration that is not there', 'gan.json', /gan\.json: no such file; check the path/],
  ['no name', '-o run', /nothing to train was named; name a recipe \(`alix recipes` lists them\)/],
  [
    'an option that an objective has not',
    'dali --set objective.options.beta=1',
    /"beta" is no option of dali \(expected lambda\)/,
  ],
  [
    'an option of a wrong kind',
    'dali --set objective.options.lambda=much',
    /"lambda" of dali .*expected a number, found much/,
  ],
  ['an option that networks have not', 'dali --set architecture.options.wdith=3', /"wdith" is no option of small-28/],
  ['no such preset', 'dali --set objective.preset=author', /"author" is no preset of dali \(expected authors, paper/],
  ['no such objective', 'dali --set objective.name=dalli', /"dalli" is no objective \(expected /],
  [
    'networks that an objective cannot use',
    'dali --set architecture.name=small-28-joint',
    /small-28-joint, network F: dali cannot be trained .*expected x -> features, found no such network/,
  ],
  [
    'a critic of too few answers',
    'gali-4 --set architecture.name=small-28-joint',
    /small-28-joint, network D: .*expected logit of 4 numbers, found 1/,
  ],
])('%s', (_what, line, words) => refused(`${line} ${small}`, 2, words));

/** A user's networks of which one is changed: its rows, as text. */
function networks(change: Readonly<Record<string, string>>): string {
  const rows: Readonly<Record<string, string>> = {
    G: 'fullyConnected(784), reshape(28, 28, 1)',
    F: 'fullyConnected(8)',
    ...change,
  };
  const path = 'networks.ts';
  writeFileSync(
    join(root, path),
    `import { architecture } from '@alix/train/architectures/architecture';
     import { chain, conv, fullyConnected, reshape } from '@alix/train/spec';
     export default architecture({ name: 'nets', title: 'nets', source: 'a test', options: {}, build: () => ({
       data: { kind: 'image', shape: [28, 28, 1], range: [0, 1] },
       latent: { size: 4, prior: 'normal' },
       networks: {
         G: chain('z', [4], 'x', [${rows.G}]),
         F: chain('x', [28, 28, 1], 'features', [${rows.F}]),
         D: chain('features', [8], 'logit', [fullyConnected(1)]),
       },
     }) });`,
  );
  return path;
}

test.each([
  [
    'one network puts out what the next does not read',
    { F: 'fullyConnected(9)' },
    2,
    /nets, network D, features: .*expected 9, found 8/,
  ],
  [
    'a generator of other images',
    { G: 'fullyConnected(196), reshape(14, 14, 1)' },
    2,
    /nets, network G, x: .*expected 28x28x1, found 14x14x1/,
  ],
  [
    'a layer that its input does not fit',
    { G: 'fullyConnected(49), reshape(14, 14, 1)' },
    1,
    /G\.x\.1\.reshape: .*expected 196 \(14x14x1\), found 49/,
  ],
  ['a window over no image', { G: 'conv(4, 2, 3)' }, 1, /G\.x\.0\.conv: .*expected height x width x channels/],
])("a user's networks: %s", (_what, change, code, words) => refused(`${networks(change)} ${small}`, code, words));

test("a user's file that does not parse", async () => {
  writeFileSync(join(root, 'broken.ts'), 'export const a: number = {;\n');
  await refused(`broken.ts ${small}`, 1, /^alix: broken\.ts:1:27: Expected identifier but found ";"\n$/);
});

test('a network that should have been trained beforehand', async () => {
  const line = `gali-pt --set data.options.test=100 ${small}`;
  await refused(`${line} --set pretrained.M=nowhere -o run`, 1, /pretrained\.M=nowhere: .*; train it first/);
});

describeWithTensorflow('with TensorFlow', () => {
  test('labels of data that have none', async () => {
    writeFileSync(join(root, 'images-ubyte'), encodeIdx({ shape: [100, 28, 28], data: new Uint8Array(78400) }));
    const { code, stderr } = await inside(
      ['train', 'classifier', '--data', 'images-ubyte', '--steps', '1', '-o', 'unlabelled', '--quiet'],
      root,
    );
    expect([code, stderr]).toEqual([2, expect.stringMatching(/^alix: [^\n]*labels[^\n]*\n$/)]);
  });

  test('a pretrained network of other outputs', async () => {
    const line = `classifier ${small} --set data.options.test=100 --set architecture.options.features=5 -o narrow --quiet`;
    expect(await alix(['train', ...line.split(' ')], root)).toMatchObject({ code: 0, stderr: '' });
    const words = /narrow: M\.[^\n]*is not the one that the architecture asks for \(expected [0-9x]+, found [0-9x]+\)/;
    await refused(`gali-pt --set data.options.test=100 ${small} --set pretrained.M=narrow -o run`, 1, words);
  });
});
