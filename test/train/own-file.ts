/** Users' files, written for a test. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../fixtures/folder.js';

export const root = temporaryFolder();
let count = 0;

/** Writes a file into a folder of its own. */
export function file(text: string, name = 'mine.ts', folder = join(root, `${count++}`)): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

export const recipe = (name: string, rest = '') =>
  `{ name: '${name}', config: { objective: { name: 'gan' } } ${rest} }`;
export const objective = (name: string, change = '') => `
  import { objective } from '@alix/train/objectives/objective';
  import { real, fake, add } from '@alix/train/objectives/terms';
  export const mine = objective({
    name: '${name}', title: 'mine', source: 'a test',
    networks: { G: 'z -> x', F: 'x -> features', D: 'features -> logit' },
    encoder: [], decoder: ['G'], options: { weight: 1 },
    presets: { only: { update: 'simultaneous', source: 'a test' } },
    terms: ({ G, F, D }, { x, z }) => ({ data: () => D(F(x)), model: () => D(F(G(z))) }),
    players: {
      critic: { updates: ['F', 'D'], loss: (t) => add(real(t.data), fake(t.model)) },
      generator: { updates: ['G'], loss: (t) => real(t.model) },
    },
    ${change}
  });`;
