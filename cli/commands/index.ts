/** The verbs of the command line, in the order of the help. One line each; a verb's file is loaded when it is needed. */
import type { CommandDefinition } from './command.js';

const verbs: Readonly<Record<string, () => Promise<CommandDefinition>>> = {
  quickstart: async () => (await import('./quickstart.js')).quickstart,
  doctor: async () => (await import('./doctor.js')).doctor,
  setup: async () => (await import('./setup.js')).setup,
  recipes: async () => (await import('./recipes.js')).recipes,
  data: async () => (await import('./data.js')).data,
  train: async () => (await import('./train.js')).train,
  export: async () => (await import('./export.js')).exportVerb,
  import: async () => (await import('./import.js')).importVerb,
  models: async () => (await import('./models.js')).models,
  encode: async () => (await import('./encode.js')).encode,
  decode: async () => (await import('./decode.js')).decode,
  reconstruct: async () => (await import('./reconstruct.js')).reconstruct,
  sample: async () => (await import('./sample.js')).sample,
  interpolate: async () => (await import('./interpolate.js')).interpolate,
  manifold: async () => (await import('./manifold.js')).manifold,
  inpaint: async () => (await import('./inpaint.js')).inpaint,
  neighbours: async () => (await import('./neighbours.js')).neighbours,
  eval: async () => (await import('./eval.js')).evalVerb,
  web: async () => (await import('./web.js')).web,
  completion: async () => (await import('./completion.js')).completion,
};

/** The verb that a command line begins with, alone; all of them where it names none: for the help, and what was mistyped. */
export function commandsFor(args: readonly string[]): Promise<readonly CommandDefinition[]> {
  // what follows --config is its file
  const [first = ''] = args.filter((arg, i) => !arg.startsWith('-') && args[i - 1] !== '--config');
  const named = Object.hasOwn(verbs, first) ? verbs[first] : undefined;
  return Promise.all((named ? [named] : Object.values(verbs)).map((load) => load()));
}
