/** The version of the program that this plugin belongs to, and the codes of its findings. `UPDATE=1 cargo test` writes this file. */

export const VERSION = '0.1.0';
export const CODES: readonly string[] = [
  'locks-out-deployer',
  'may-lock-out-deployer',
  'relies-on-deployer-iam',
  'undecided',
  'invalid-principal',
  'template-refused',
  'malformed-policy',
  'ineffective-statement',
  'number-like-account-id',
  'substitution-not-applied',
  'no-account-delegation',
  'fragile-administrator',
  'denies-aws-services',
  'deployer-cannot-finish',
  'deployer-cannot-delete',
  'update-refused',
  'service-cannot-use-key',
  'bypasses-lockout-check',
  'unused-suppression',
  'guard-rule',
];
