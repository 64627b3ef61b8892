/** Runs cfn-lockout once: arguments come in, its report goes out. Knows nothing of the CDK. */

import { spawnSync } from 'node:child_process';

/** The variable that names the program. */
export const VARIABLE = 'CFN_LOCKOUT_BINARY';
const SCHEMA = 'cfn-lockout/1';

/** What the plugin reads of a report (`rules/schema/cfn-lockout-1.schema.json`). */
export interface Findings {
  readonly schema: string;
  readonly findings: readonly Finding[];
  readonly failures: readonly Failure[];
}

export interface Finding extends Place {
  readonly code: string;
  readonly severity: string;
  readonly message: string;
  readonly help: string;
  readonly stack: string;
  readonly logical_id: string;
  readonly deployment: string;
  readonly fix: { readonly title: string } | null;
}

export interface Failure extends Place {
  readonly message: string;
}

/** Lines and columns count from 1; 0 where there is none. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The report of `cfn-lockout check`, or an error that says why there is none and what to do. */
export function report(executable: string | undefined, args: readonly string[]): Findings {
  const program = executable ?? (process.env[VARIABLE] || 'cfn-lockout');
  const command = ['check', '--format=json', '--fail-on=never', ...args];
  const done = spawnSync(program, command, {
    encoding: 'utf8',
    maxBuffer: Infinity,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  if (done.error) {
    throw new Error(cannotRun(program, done.error));
  }
  const out = parsed(done.stdout);
  if (out?.schema === undefined) {
    throw new Error(said(program, done.stderr, done.status ?? done.signal));
  }
  if (out.schema !== SCHEMA || !Array.isArray(out.findings) || !Array.isArray(out.failures)) {
    throw new Error(`\`${program}\` writes reports of another schema than ${SCHEMA}: update this plugin`);
  }
  if (done.status !== 0 && out.failures.length === 0) {
    throw new Error(said(program, done.stderr, done.status ?? done.signal));
  }
  process.stderr.write(done.stderr);
  return out as Findings;
}

function cannotRun(program: string, error: NodeJS.ErrnoException): string {
  return error.code === 'ENOENT'
    ? `there is no program \`${program}\`: install cfn-lockout, or set ${VARIABLE} to the program`
    : `\`${program}\` cannot be run: ${error.message}; ${VARIABLE} names the program`;
}

function parsed(text: string): Partial<Findings> | null {
  try {
    return JSON.parse(text) as Partial<Findings> | null;
  } catch {
    return null;
  }
}

/** What the program says of a run without a report. */
function said(program: string, stderr: string, end: number | string | null): string {
  return stderr.trim().replace(/^error: /, '') || `\`${program}\` ended with ${end} and without a report`;
}
