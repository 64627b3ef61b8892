/** What the check is told: options of the plugin, as flags of `cfn-lockout check`. */

import { CODES } from './findings';

/** The least severity that makes the synthesis fail. */
export type FailOn = 'error' | 'warning' | 'note' | 'never';

/**
 * The deployment, where the app does not say it: each setting is the flag of `cfn-lockout check` with the same name.
 * Files are relative to the folder that the app runs in.
 */
export interface Settings {
  /** Whose credentials call CloudFormation: the ARN of a user, role, session, federated user or the root. */
  readonly deployer?: string;
  /** The service role of CloudFormation, as in `cdk deploy --role-arn`. */
  readonly roleArn?: string;
  readonly account?: string;
  readonly region?: string;
  readonly partition?: string;
  /** The environment of a samconfig. */
  readonly configEnv?: string;
  /** The configuration. Default: the nearest `.cfn-lockout.yaml` at or above each template. */
  readonly config?: string;
  /** The commit of what is deployed now, where the assembly is kept in git. */
  readonly previousGit?: string;
  readonly permissionsBoundary?: string;
  readonly iamSnapshot?: string;
  /** A file of known findings, which are not reported. */
  readonly baseline?: string;
  /** Files that say who deploys. */
  readonly from?: readonly string[];
  /** Deployments of the configuration: these only. */
  readonly deployment?: readonly string[];
  /** Values of parameters, `NAME=VALUE`. */
  readonly parameter?: readonly string[];
  /** Files with values of parameters. */
  readonly parameters?: readonly string[];
  /** Values of exports, `NAME=VALUE`. */
  readonly export?: readonly string[];
  /** Values of the Parameter Store, `NAME=VALUE`. */
  readonly ssm?: readonly string[];
  /** Keys of the request context, `KEY=VALUE`; `KEY` for one that the call does not carry. */
  readonly context?: readonly string[];
  /** The deployer's IAM policies: files, or ARNs of AWS managed policies. */
  readonly identityPolicy?: readonly string[];
  readonly sessionPolicy?: readonly string[];
  /** Service control policies, one level each. */
  readonly scp?: readonly string[];
  /** Resource control policies, one level each. */
  readonly rcp?: readonly string[];
  /** Guard rules: files or folders. */
  readonly rules?: readonly string[];
}

/** Everything that the plugin can be told. */
export interface CfnLockoutOptions extends Settings {
  /** The program. Default: what CFN_LOCKOUT_BINARY names, else `cfn-lockout` on the PATH. */
  readonly executable?: string;
  /** The least severity that makes the synthesis fail. Default: error. */
  readonly failOn?: FailOn;
  /** Findings that are not reported, by their codes, each with its reason. */
  readonly ignore?: Readonly<Record<string, string>>;
}

/** The settings with one value, and those with several. The types see to it that none is missing. */
export const ONE = keys<Only<string>>({
  deployer: true,
  roleArn: true,
  account: true,
  region: true,
  partition: true,
  configEnv: true,
  config: true,
  previousGit: true,
  permissionsBoundary: true,
  iamSnapshot: true,
  baseline: true,
});
export const MANY = keys<Only<readonly string[]>>({
  from: true,
  deployment: true,
  parameter: true,
  parameters: true,
  export: true,
  ssm: true,
  context: true,
  identityPolicy: true,
  sessionPolicy: true,
  scp: true,
  rcp: true,
  rules: true,
});
const FAIL_ON: readonly string[] = ['error', 'warning', 'note', 'never'] satisfies FailOn[];
const OTHERS = ['executable', 'failOn', 'ignore'];

type Only<T> = { [K in keyof Settings]-?: Required<Settings>[K] extends T ? K : never }[keyof Settings];

function keys<K extends string>(all: Record<K, true>): readonly K[] {
  return Object.keys(all) as K[];
}

/** The flag of a setting. */
export function flag(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** The settings as flags. A value is never taken for another flag. */
export function flags(settings: Settings): string[] {
  const one = ONE.flatMap((name) => (settings[name] === undefined ? [] : [`${flag(name)}=${settings[name]}`]));
  const many = MANY.flatMap((name) => (settings[name] ?? []).map((value) => `${flag(name)}=${value}`));
  return [...one, ...many];
}

/** Throws if the options are not what they have to be: an app in JavaScript has no compiler that says so. */
export function check(options: CfnLockoutOptions): void {
  const known: string[] = [...ONE, ...MANY, ...OTHERS];
  for (const [name, value] of Object.entries(options)) {
    must(known.includes(name), `there is no option \`${name}\`; there are ${known.join(', ')}`);
    const isList = Array.isArray(value) && value.every((item) => typeof item === 'string');
    must(!(MANY as string[]).includes(name) || value === undefined || isList, `\`${name}\` is a list of texts`);
    const isText = typeof value === 'string' && value !== '';
    must(![...(ONE as string[]), 'executable'].includes(name) || value === undefined || isText, `\`${name}\` is a text`);
  }
  must(FAIL_ON.includes(options.failOn ?? 'error'), `\`failOn\` is one of ${FAIL_ON.join(', ')}`);
  for (const [code, reason] of Object.entries(options.ignore ?? {})) {
    must(CODES.includes(code), `\`ignore\`: there is no finding \`${code}\``);
    must(typeof reason === 'string' && reason.trim() !== '', `\`ignore\`: \`${code}\` needs a reason`);
  }
}

function must(holds: boolean, message: string): void {
  if (!holds) {
    throw new TypeError(`cfn-lockout: ${message}`);
  }
}
