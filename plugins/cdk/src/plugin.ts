/** The plugin: templates of a synthesis come in, the findings about them go out as the CDK takes them. */

import { readFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';

import { CODES, VERSION } from './findings';
import { type CfnLockoutOptions, check, type FailOn, flags } from './options';
import { path, stepsAt } from './place';
import { type Failure, type Finding, type Place, report } from './program';

/** The name of violations about what could not be checked. */
const NOT_CHECKED = 'not-checked';
/** Severities of the program, as the CDK calls them. */
const SEVERITIES: Readonly<Record<string, string>> = { error: 'error', warning: 'warning', note: 'info' };
const RANKS: Readonly<Record<FailOn, number>> = { never: 3, error: 2, warning: 1, note: 0 };

// The interfaces of the CDK in as many words as all of its versions share: it has had them under two names.

/** What the CDK hands to a plugin. */
export interface Context {
  readonly templatePaths: readonly string[];
  /** Not in older versions. */
  readonly stackTemplates?: readonly StackTemplate[];
}

export interface StackTemplate {
  readonly stackConstructPath: string;
  readonly templatePath: string;
}

/** What a plugin hands back. */
export interface Report {
  pluginVersion: string;
  success: boolean;
  violations: Violation[];
}

export interface Violation {
  ruleName: string;
  description: string;
  fix?: string;
  severity: string;
  ruleMetadata?: { [key: string]: string };
  violatingResources: ViolatingResource[];
}

export interface ViolatingResource {
  resourceLogicalId: string;
  /** For what is about no resource: the path of the stack. */
  constructPath?: string;
  locations: string[];
  templatePath: string;
}

/** Reports what cfn-lockout finds in the templates of an app. */
export class CfnLockoutPlugin {
  readonly name = 'cfn-lockout';
  readonly version = VERSION;
  readonly ruleIds = [...CODES, NOT_CHECKED];
  private readonly options: CfnLockoutOptions;

  constructor(options: CfnLockoutOptions = {}) {
    check(options);
    this.options = { ...options };
  }

  /**
   * Runs the program once. Where it cannot be run, that is a violation: an error of a plugin is passed over by `cdk synth`,
   * which looks at violations only.
   */
  validate(context: Context): Report {
    try {
      return this.checked(context);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { pluginVersion: VERSION, success: false, violations: [notRun(message, context)] };
    }
  }

  private checked(context: Context): Report {
    const { executable, failOn = 'error', ignore = {}, ...settings } = this.options;
    const out = report(executable, [...flags(settings), '--', ...assemblies(context.templatePaths)]);
    const findings = out.findings.filter((finding) => !Object.hasOwn(ignore, finding.code));
    const failed = findings.filter((finding) => rank(finding.severity) >= RANKS[failOn]);
    const texts = new Texts();
    const violations = [
      ...out.failures.map((failure) => notChecked(failure, context)),
      ...findings.map((finding) => violation(finding, context, texts)),
    ];
    const success = out.failures.length === 0 && failed.length === 0;
    if (success && context.stackTemplates === undefined) {
      print(findings);
    }
    return { pluginVersion: VERSION, success, violations };
  }
}

/** A severity that this plugin does not know is an error. */
function rank(severity: string): number {
  return severity === 'warning' || severity === 'note' ? RANKS[severity] : RANKS.error;
}

/**
 * The folders of the assemblies, without those that are part of another one. Their manifests are written by now, and say
 * who deploys each stack and where.
 */
function assemblies(templates: readonly string[]): string[] {
  const folders = [...new Set(templates.map((template) => dirname(resolve(template))))];
  return folders.filter((folder) => !folders.some((other) => folder.startsWith(other + sep)));
}

function violation(finding: Finding, context: Context, texts: Texts): Violation {
  const { code, deployment, fix, help, message } = finding;
  const lines = [
    ...help.split('\n').filter((line) => line !== ''),
    ...(fix ? [`fix: ${fix.title}; cfn-lockout fix shows the edit`] : []),
    `at: ${place(finding)}`,
    `more: cfn-lockout explain ${code}`,
  ];
  const named = deployment === '' || deployment === 'default' ? [] : [`deployment: ${deployment}`];
  return {
    ruleName: code,
    description: text([message, ...named]),
    fix: text(lines),
    severity: SEVERITIES[finding.severity] ?? 'error',
    ruleMetadata: { place: place(finding), stack: finding.stack, deployment },
    violatingResources: [resource(finding, finding.logical_id, locations(finding, texts), context)],
  };
}

/** Fatal: the CDK lets nobody acknowledge it. */
function notChecked(failure: Failure, context: Context): Violation {
  return {
    ruleName: NOT_CHECKED,
    description: text([`not checked: ${failure.message}`]),
    fix: text([`at: ${place(failure)}`]),
    severity: 'fatal',
    ruleMetadata: { place: place(failure) },
    violatingResources: [resource(failure, '', [], context)],
  };
}

/** It is about no stack, so the CDK shows it whichever stacks are asked for. */
function notRun(message: string, context: Context): Violation {
  return {
    ruleName: NOT_CHECKED,
    description: text([`not checked: ${message}`]),
    severity: 'fatal',
    ruleMetadata: {},
    violatingResources: [{ resourceLogicalId: '', locations: [], templatePath: context.templatePaths[0] ?? '' }],
  };
}

/** The CDK finds the construct by the logical id and the template; without a logical id, it is the stack. */
function resource({ file }: Place, logicalId: string, paths: string[], context: Context): ViolatingResource {
  const templatePath = resolve(file);
  const found = { resourceLogicalId: logicalId, locations: paths, templatePath };
  const stack = context.stackTemplates?.find((one) => resolve(one.templatePath) === templatePath);
  return logicalId !== '' || !stack ? found : { ...found, constructPath: stack.stackConstructPath };
}

function place({ file, line, column }: Place): string {
  return line > 0 ? `${file}:${line}:${column}` : file;
}

function locations(finding: Finding, texts: Texts): string[] {
  const steps = finding.file.endsWith('.json') ? stepsAt(texts.of(finding.file), finding.line, finding.column) : undefined;
  const found = steps ? path(steps, finding.logical_id) : '';
  return found === '' ? [] : [found];
}

/** Older versions show what a plugin has found only if something of it is to fail. */
function print(findings: readonly Finding[]): void {
  for (const finding of findings) {
    console.error(text([`${finding.severity}[${finding.code}]: ${finding.message} (${place(finding)})`]));
  }
}

/** Lines of a report; what a template says stays on its line, and shows what would be invisible. */
function text(lines: readonly string[]): string {
  return lines.map((line) => line.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '\ufffd')).join('\n');
}

/** Templates that findings are in, each read once. */
class Texts {
  private readonly known = new Map<string, string>();

  of(file: string): string {
    const text = this.known.get(file) ?? readFileSync(file, 'utf8');
    this.known.set(file, text);
    return text;
  }
}
