import { AlixError } from '@alix/infer/io/errors';
import { expect, test } from 'vitest';
import { describeFailure } from '../../cli/dist/failure.js';

test('exit codes: failed, usage, interrupted', () => {
  expect(describeFailure(new AlixError('bad-image', 'x'), 'encode').exit).toBe(1);
  expect(describeFailure(new AlixError('usage', 'x'), 'encode').exit).toBe(2);
  expect(describeFailure(new AlixError('bad-option', 'x'), 'encode').exit).toBe(2);
  expect(describeFailure(new AlixError('interrupted', 'x'), 'encode').exit).toBe(130);
});

test('what alix did not raise is an internal error in one line', () => {
  expect(describeFailure(new TypeError('a\nb'), '')).toEqual({
    exit: 1,
    expected: false,
    error: {
      code: 'internal',
      message: 'internal error: TypeError: a b; run again with --debug and report what it prints',
      remedy: 'run again with --debug and report what it prints',
    },
  });
});

test('an error of the system is told in plain words, not as a mistake of alix', () => {
  const error = Object.assign(new Error('EMFILE'), { code: 'EMFILE', path: 'x.png', syscall: 'open' });
  expect(describeFailure(error, 'encode')).toMatchObject({
    exit: 1,
    expected: true,
    error: { code: 'too-many-files', message: 'x.png: too many open files; raise the limit (ulimit -n)' },
  });
});

test('an optional package that is missing is named with the command that installs it', () => {
  const error = Object.assign(new Error("Cannot find package '@alix/train' imported from x.js"), {
    code: 'ERR_MODULE_NOT_FOUND',
  });
  expect(describeFailure(error, 'train').error).toEqual({
    code: 'not-installed',
    message: 'this verb needs the package @alix/train, which is not installed; run `npm install @alix/train`',
    where: undefined,
    remedy: 'run `npm install @alix/train`',
  });
});
