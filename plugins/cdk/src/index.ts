/** The findings of cfn-lockout at synth: `Validations.of(app).addPlugins(new CfnLockoutPlugin())`. */

export type { CfnLockoutOptions, FailOn, Settings } from './options';
export { CfnLockoutPlugin } from './plugin';
export type { Context, Report, StackTemplate, ViolatingResource, Violation } from './plugin';
