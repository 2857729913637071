/** What `build` of a user's architecture gives, held against spec.ts: its types are not seen when it runs. */
import { z } from 'zod';
import type { Architecture } from '../architectures/architecture.js';
import type { ArchitectureSpec } from '../spec.js';
import { insist } from './check.js';

const text = z.string('a text').min(1, 'a text');
const shape = z.array(z.number('a whole number'), 'a list of whole numbers');
const row = z.looseObject({ op: text }, 'a row, such as conv(4, 2, 64) gives');
const rows = z.array(row, 'a list of rows');
const block = z.looseObject(
  { name: text, from: z.array(text, 'a list of names'), rows },
  'a block { name, from, rows }',
);

const spec = z.looseObject(
  {
    data: z.looseObject(
      {
        kind: z.enum(['image', 'points'], "'image' or 'points'"),
        shape,
        range: z.tuple([z.number('a number'), z.number('a number')], 'the lowest and the highest value'),
      },
      'a table { kind, shape, range }',
    ),
    latent: z.looseObject(
      {
        size: z.int('a whole number of at least 1').min(1, 'a whole number of at least 1'),
        prior: z.enum(['normal', 'uniform'], "'normal' or 'uniform'"),
      },
      'a table { size, prior }',
    ),
    networks: z.record(
      z.string(),
      z.looseObject(
        {
          inputs: z.record(z.string(), shape, 'a table of shapes'),
          blocks: z.array(block, 'a list of blocks'),
          outputs: z.array(text, 'a list of names'),
          flow: rows.optional(),
        },
        'a network { inputs, blocks, outputs }, such as chain(...) gives',
      ),
      'a table of networks',
    ),
  },
  'a table { data, latent, networks }',
);

/**
 * The architecture, whose `build` refuses what are no networks.
 *
 * @param where the file, for messages
 * @throws AlixError 'bad-extension' from `build`, naming the field
 */
export function building(architecture: Architecture, where: string): Architecture {
  return {
    ...architecture,
    build(options): ArchitectureSpec {
      const made = architecture.build(options);
      insist(spec, made, `what the architecture "${architecture.name}" builds`, where);
      return made;
    },
  };
}
