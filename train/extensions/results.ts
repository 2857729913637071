/** What the functions of a user's objective give, held against what objective.ts says: its types are not seen when it runs. */
import { AlixError } from '@alix/infer/io/errors';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Objective, Terms } from '../objectives/objective.js';

/**
 * The objective, whose terms are refused where they are no tensors, and its losses and measures where they are not one number.
 *
 * @param where the file, for messages
 * @throws AlixError 'bad-extension' from the functions, naming the term, player or measure
 */
export function checkedResults(objective: Objective, where: string): Objective {
  const refused = (what: string, expected: string, found: unknown, remedy?: string): AlixError =>
    new AlixError('bad-extension', `${what} of the objective "${objective.name}" is not what it should be`, {
      where,
      expected,
      found: shown(found),
      ...(remedy ? { remedy } : {}),
    });
  const number = (what: string, value: unknown): Tensor => {
    if (isTensor(value) && value.size === 1) return value;
    const remedy = isTensor(value) ? 'tf.mean or tf.sum makes one number of many' : undefined;
    throw refused(what, 'a tensor of one number', value, remedy);
  };
  const numbers = <T extends Readonly<Record<string, Tensor>>>(what: string, values: T): T => {
    if (!isTable(values)) throw refused(what, 'a table of tensors', values);
    for (const [name, value] of Object.entries(values)) number(`${what}: "${name}"`, value);
    return values;
  };
  const term = (name: string, compute: unknown) => {
    if (typeof compute !== 'function') throw refused(`the term "${name}"`, 'a function without arguments', compute);
    return () => {
      const value: unknown = compute();
      if (!isTensor(value)) throw refused(`the term "${name}"`, 'a function that gives a tensor', value);
      return value;
    };
  };
  const terms: Objective['terms'] = (...given) => {
    const made: unknown = objective.terms(...given);
    if (!isTable(made)) throw refused('the result of "terms"', 'a table of functions', made);
    return Object.fromEntries(Object.entries(made).map(([name, compute]) => [name, term(name, compute)])) as Terms;
  };
  const players = Object.entries(objective.players).map(([name, player]) => {
    const { loss, monitor } = player;
    const answer = {
      ...player,
      loss: (...given: Parameters<typeof loss>) => number(`the loss of the player "${name}"`, loss(...given)),
    };
    if (!monitor) return [name, answer] as const;
    return [
      name,
      {
        ...answer,
        monitor: (...given: Parameters<typeof monitor>) => numbers(`"players.${name}.monitor"`, monitor(...given)),
      },
    ] as const;
  });
  const { heldOut } = objective;
  return {
    ...objective,
    terms,
    players: Object.fromEntries(players),
    ...(heldOut ? { heldOut: (...given) => numbers('"heldOut"', heldOut(...given)) } : {}),
  };
}

const isTable = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !isTensor(value) && !Array.isArray(value) && !isPromise(value);

const isPromise = (value: unknown): boolean => value instanceof Promise;

/** As tfjs itself knows them: tensors of every copy of it. */
const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'dataId' in value && 'shape' in value && 'dtype' in value;

function shown(value: unknown): string {
  if (isTensor(value)) return `a tensor of shape [${value.shape}]`;
  if (isPromise(value)) return 'a promise';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'a table';
  return value === undefined || value === null ? `${value}` : `${typeof value} ${value}`;
}
