/**
 * The shape of a JSON value, checked. In place of a library of such checks, of which the least is a third of what a web page
 * may carry of alix; the words are those of zod, which model.json was checked with before.
 */

/** What is wrong with a value, and where in it. */
export interface Issue {
  readonly path: readonly string[];
  readonly message: string;
}

/** Looks at a value, and at all that is in it, up to the first issue. */
export interface Schema<T> {
  (value: unknown, path: readonly string[]): Issue | undefined;
  /** Of a key that may be missing. */
  readonly isOptional?: true;
  /** For the type alone; never there. */
  readonly type?: T;
}

/** What a schema lets through. */
export type Of<S> = S extends Schema<infer T> ? T : never;

type Fields = Readonly<Record<string, Schema<unknown>>>;
type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly isOptional: true } ? K : never;
}[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };
type ObjectOf<F extends Fields> = Flat<
  { [K in Exclude<keyof F, OptionalKeys<F>>]: Of<F[K]> } & { [K in OptionalKeys<F>]?: Of<F[K]> | undefined }
>;

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value === 'number' && !Number.isFinite(value) ? `${value}` : typeof value;
};

const expected = (what: string, value: unknown) => `Invalid input: expected ${what}, received ${kindOf(value)}`;

/** A schema from what is wrong with a value, in words. */
function simple<T>(problem: (value: unknown) => string | undefined): Schema<T> {
  return (value, path) => {
    const message = problem(value);
    return message === undefined ? undefined : { path, message };
  };
}

const kind = <T>(name: string) => simple<T>((value) => (kindOf(value) === name ? undefined : expected(name, value)));

/** A schema and more that is wanted of what it lets through. */
function also<T>(schema: Schema<T>, problem: (value: T) => string | undefined): Schema<T> {
  return (value, path) => schema(value, path) ?? simple((checked) => problem(checked as T))(value, path);
}

export const anything: Schema<unknown> = () => undefined;
export const boolean = kind<boolean>('boolean');
export const number = kind<number>('number');
export const string = kind<string>('string');

/** A text of at least one character. */
export const named = also(string, (text) =>
  text.length > 0 ? undefined : 'Too small: expected string to have >=1 characters',
);

export const matching = (pattern: RegExp, message: string): Schema<string> =>
  also(string, (text) => (pattern.test(text) ? undefined : message));

export const above = (schema: Schema<number>): Schema<number> =>
  also(schema, (value) => (value > 0 ? undefined : 'Too small: expected number to be >0'));

export const notBelow = (schema: Schema<number>): Schema<number> =>
  also(schema, (value) => (value >= 0 ? undefined : 'Too small: expected number to be >=0'));

/** A whole number that a double holds exactly. */
export const whole = also(number, (value) => {
  if (!Number.isInteger(value)) return expected('int', value);
  if (Number.isSafeInteger(value)) return undefined;
  return value > 0
    ? `Too big: expected int to be <=${Number.MAX_SAFE_INTEGER}`
    : `Too small: expected int to be >=${Number.MIN_SAFE_INTEGER}`;
});

/** One of a list of texts or numbers. */
export const oneOf = <const T extends readonly (string | number)[]>(...options: T): Schema<T[number]> =>
  simple((value) => {
    if (options.includes(value as T[number])) return undefined;
    const list = options.map((option) => JSON.stringify(option));
    return list.length === 1 ? `Invalid input: expected ${list}` : `Invalid option: expected one of ${list.join('|')}`;
  });

export function optional<T>(schema: Schema<T>): Schema<T> & { readonly isOptional: true } {
  const check: Schema<T> = (value, path) => (value === undefined ? undefined : schema(value, path));
  return Object.assign(check, { isOptional: true as const });
}

/** An object of these keys and no others. */
export function object<F extends Fields>(fields: F): Schema<ObjectOf<F>> {
  return (value, path) => {
    if (kindOf(value) !== 'object') return { path, message: expected('object', value) };
    const given = value as Readonly<Record<string, unknown>>;
    for (const [key, schema] of Object.entries(fields)) {
      const issue = schema(Object.hasOwn(given, key) ? given[key] : undefined, [...path, key]);
      if (issue) return issue;
    }
    const others = Object.keys(given).filter((key) => !Object.hasOwn(fields, key));
    if (others.length === 0) return undefined;
    const list = others.map((key) => JSON.stringify(key)).join(', ');
    return { path, message: `Unrecognized key${others.length > 1 ? 's' : ''}: ${list}` };
  };
}

/** An object of any keys that `key` lets through. */
export function record<T>(key: Schema<string>, values: Schema<T>): Schema<Record<string, T>> {
  return (value, path) => {
    if (kindOf(value) !== 'object') return { path, message: expected('record', value) };
    for (const [name, entry] of Object.entries(value as object)) {
      if (key(name, [])) return { path: [...path, name], message: 'Invalid key in record' };
      const issue = values(entry, [...path, name]);
      if (issue) return issue;
    }
    return undefined;
  };
}
