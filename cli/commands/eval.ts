/** alix eval: what is known of a data set's features, and what is made of it. Its verbs are in cli/evaluation. */
import { defineFeatures } from '../evaluation/features.js';
import { defineMerge } from '../evaluation/merge.js';
import type { CommandDefinition } from './command.js';

export const evalVerb: CommandDefinition = {
  name: 'eval',
  define(program, context) {
    const verb = program.command('eval').description('statistics of data sets for distances between sets of images');
    defineFeatures(verb, context);
    defineMerge(verb, context);
  },
};
