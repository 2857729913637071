/** A value of a user's file against a schema, with the first thing that is amiss as one line. */
import { AlixError } from '@alix/infer/io/errors';
import type { z } from 'zod';

/**
 * @param title what the value is, e.g. 'the objective "o"'
 * @param where the file
 * @throws AlixError 'bad-extension' naming the field, what the schema's message says it should be, and what it is
 */
export function insist<T>(schema: z.ZodType<T>, value: unknown, title: string, where: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  let at = value;
  for (const key of path) at = (at as Readonly<Record<PropertyKey, unknown>> | undefined)?.[key];
  const field = path.length > 0 ? `"${path.join('.')}" of ` : '';
  throw new AlixError('bad-extension', `${field}${title} is not what it should be`, {
    where,
    expected: issue?.message ?? '',
    found: shown(at),
  });
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  return typeof value === 'object' ? JSON.stringify(value) : `${typeof value} ${String(value)}`;
}
