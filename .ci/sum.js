/** node .ci/sum.js FAILED_STEPS REPORT.json...: the counts of vitest's JSON reports as one line; exit code 1 if anything failed. */
import { readFileSync } from 'node:fs';

const [steps = '0', ...reports] = process.argv.slice(2);
const total = { passed: 0, failed: Number(steps), skipped: 0 };
for (const path of reports) {
  const { testResults } = JSON.parse(readFileSync(path, 'utf8'));
  for (const { status, assertionResults } of testResults) {
    for (const test of assertionResults) {
      if (test.status === 'passed') total.passed += 1;
      else if (test.status === 'failed') total.failed += 1;
      else total.skipped += 1;
    }
    // a file that could not be read, or whose hooks failed, has no failed test to count
    if (status === 'failed' && !assertionResults.some((test) => test.status === 'failed')) total.failed += 1;
  }
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
