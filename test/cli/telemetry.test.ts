/** Whoever runs a model tells nobody. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { launcher } from '../fixtures/cli.js';
import { temporaryFolder } from '../fixtures/folder.js';

const root = temporaryFolder();
/** By these it knows that it is there. */
const OF_CI =
  /^(CI|TF_BUILD|GITHUB_ACTIONS|GITLAB_CI|CIRCLECI|TRAVIS|JENKINS_URL|CODEBUILD_.*|BUILDKITE|TEAMCITY_.*|APPVEYOR)$/;

/** What a run leaves in the temporary folder. ONNX Runtime is silent in CI by itself, so the run is told that it is not there. */
function leftBy(name: string, more: NodeJS.ProcessEnv): string[] {
  const folder = join(root, name);
  mkdirSync(folder);
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !OF_CI.test(key)));
  execFileSync(process.execPath, [launcher, 'sample', 'strokes-dali', '-n', '2', '-o', join(root, `${name}.png`)], {
    env: { ...env, ...more, TMPDIR: folder },
    stdio: 'ignore',
  });
  return readdirSync(folder);
}

it('ONNX Runtime keeps no identifier and reports nothing', () => {
  expect(leftBy('quiet', {})).toEqual([]);
});

it('whoever wants it sets the variable', () => {
  // the same test would pass if ONNX Runtime left nothing behind anyway
  const left = leftBy('told', { ORT_DISABLE_TELEMETRY: '0', ORT_TELEMETRY_DISABLED: '0' });
  if (process.platform === 'linux') expect(left).toContain('.ses');
});
