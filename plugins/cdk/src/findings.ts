/** The version of the program that this plugin belongs to, and the codes of its findings. `UPDATE=1 cargo test` writes this file. */

export const VERSION = '0.1.0';
export const CODES: readonly string[] = [
  'locks-out-deployer',
];
