"""The findings of cfn-lockout, a rule for each code and severity. `UPDATE=1 cargo test` writes this file."""

from ._rule import HOME, Finding


class EK1001(Finding):
    id = "EK1001"
    code = "locks-out-deployer"
    shortdesc = "locks-out-deployer: KMS would refuse the key as a lockout"
    description = "KMS simulates a call before it accepts a key policy: could the principal that sends this policy, in this very call, change the policy again? The answer here is no, so KMS refuses the key and the deployment fails with \"The new key policy will not allow you to update the key policy in the future\"."
    source_url = f"{HOME}/rules/explain/locks-out-deployer.md"


class WK1002(Finding):
    id = "WK1002"
    code = "may-lock-out-deployer"
    shortdesc = "may-lock-out-deployer: KMS would refuse the key for other values that the template allows"
    description = "With the values that would be deployed now, KMS accepts the key. With other values that the template itself allows (another AllowedValue, the other side of a condition) it would refuse it."
    source_url = f"{HOME}/rules/explain/may-lock-out-deployer.md"


class IK1003(Finding):
    id = "IK1003"
    code = "relies-on-deployer-iam"
    shortdesc = "relies-on-deployer-iam: holds if the deployer's IAM policies allow it"
    description = "The key policy names the account, which leaves the decision to IAM: KMS accepts the key if the IAM policies of the deployer allow `kms:PutKeyPolicy`, and refuses it otherwise. They were not given, so the verdict is `safe-if-iam`."
    source_url = f"{HOME}/rules/explain/relies-on-deployer-iam.md"


class WK1004(Finding):
    id = "WK1004"
    code = "undecided"
    shortdesc = "undecided: it depends on facts that were not given"
    description = "Whether KMS accepts the key depends on facts that were not given: who deploys, a parameter without Default, an imported value, a key of the request context, an IAM policy that the snapshot lacks, or something that AWS does not document. Each one is named with its place and the flag that gives it, and the cases say which value leads to which verdict."
    source_url = f"{HOME}/rules/explain/undecided.md"


class EK1005(Finding):
    id = "EK1005"
    code = "invalid-principal"
    shortdesc = "invalid-principal: a principal that cannot exist, or not yet"
    description = "The policy names a principal that cannot exist: a wildcard inside an ARN, a group, another partition, the unique id of a deleted principal (`AIDA…`, `AROA…`), an account id that is not 12 digits, or the deployer's own role under a path that it does not have, or a service whose name is none (`logs` for `logs.amazonaws.com`). With `--iam-snapshot FILE`, also a user or role of the account that the snapshot does not have."
    source_url = f"{HOME}/rules/explain/invalid-principal.md"


class EK1006(Finding):
    id = "EK1006"
    code = "template-refused"
    shortdesc = "template-refused: CloudFormation itself refuses the template"
    description = "CloudFormation refuses the template before KMS sees it: a reference to nothing, a circular dependency, a mapping row that does not exist, a function whose arguments have the wrong form, a resource without a Type or with an attribute that no resource has, a logical id with other characters than letters and digits, a `null`."
    source_url = f"{HOME}/rules/explain/template-refused.md"


class EK1007(Finding):
    id = "EK1007"
    code = "malformed-policy"
    shortdesc = "malformed-policy: not a key policy that KMS reads"
    description = "The document is not a key policy that KMS reads: no statement, a statement without principal, a principal that is a bare text other than `*`, an Effect other than `Allow` and `Deny`, characters above U+00FF, more than 32,768 bytes."
    source_url = f"{HOME}/rules/explain/malformed-policy.md"


class WK1008(Finding):
    id = "WK1008"
    code = "ineffective-statement"
    shortdesc = "ineffective-statement: accepted and ignored"
    description = "KMS accepts something that it then ignores: a statement without `Action` or without `Resource`, an action that KMS does not have (`kms:ReEncrypt` is the name of an operation; the actions are `kms:ReEncryptFrom` and `kms:ReEncryptTo`), a `Resource` that is not this key, or one of two equal keys of a map, of which only the last counts."
    source_url = f"{HOME}/rules/explain/ineffective-statement.md"


class EK1009(Finding):
    id = "EK1009"
    code = "number-like-account-id"
    shortdesc = "number-like-account-id: an account id that is read as another number"
    description = "An account id stands without quotes and begins with 0. CloudFormation reads YAML 1.1: `012345670123` is an octal number and becomes `1402433619`, and `012345678901` becomes `1.2345678901E10`. The id that the key policy gets is another one."
    source_url = f"{HOME}/rules/explain/number-like-account-id.md"


class EK1010(Finding):
    id = "EK1010"
    code = "substitution-not-applied"
    shortdesc = "substitution-not-applied: `${AWS::AccountId}` in a text without Fn::Sub"
    description = "A text of the key policy holds `${AWS::AccountId}`, or another pseudo parameter, or the name of a parameter or resource of the template, and no `Fn::Sub` that replaces it. `#{…}`, which the pseudo-parameters plugin of the Serverless Framework replaced, is nothing to CloudFormation either."
    source_url = f"{HOME}/rules/explain/substitution-not-applied.md"


class WK1011(Finding):
    id = "WK1011"
    code = "no-account-delegation"
    shortdesc = "no-account-delegation: no statement lets the account delegate to IAM"
    description = "No statement of the key policy lets the account (its root's ARN, its id, or `*`) call `kms:PutKeyPolicy`. Only the principals that it names can change the policy."
    source_url = f"{HOME}/rules/explain/no-account-delegation.md"


class WK1012(Finding):
    id = "WK1012"
    code = "fragile-administrator"
    shortdesc = "fragile-administrator: whoever can change the policy is sure to go"
    description = "The account cannot delegate to IAM, and everybody who can change the key policy is sure to go: one IAM user, sessions of a role or of a federated user, a role of IAM Identity Center (`AWSReservedSSO_…`, which has another name once its permission set is provisioned again), or a role or user that the same stack creates and deletes."
    source_url = f"{HOME}/rules/explain/fragile-administrator.md"


class WK1013(Finding):
    id = "WK1013"
    code = "denies-aws-services"
    shortdesc = "denies-aws-services: a Deny that also stops AWS services"
    description = "A Deny for everyone but somebody also reaches AWS services that call KMS in their own name, such as AWS Backup. What identifies a user or role (`aws:PrincipalArn`, `aws:PrincipalOrgID`, …) is absent from their calls, and an absent key passes a negated operator. A Deny with `NotPrincipal` reaches every service that it does not list."
    source_url = f"{HOME}/rules/explain/denies-aws-services.md"


class EK1014(Finding):
    id = "EK1014"
    code = "deployer-cannot-finish"
    shortdesc = "deployer-cannot-finish: created, and then a call of the deployer fails"
    description = "KMS accepts the key policy, since the deployer may change it again. But CloudFormation makes further calls as the deployer before the key is complete, and the policies deny one of them: kms:EnableKeyRotation for `EnableKeyRotation: true`, kms:DisableKey for `Enabled: false`, kms:CreateAlias for an alias that targets the key, kms:DescribeKey for `Fn::GetAtt` of its Arn, kms:ReplicateKey for a replica key. Where IAM policies are given, also kms:CreateKey, and kms:TagResource for `Tags`: no key policy can allow these two."
    source_url = f"{HOME}/rules/explain/deployer-cannot-finish.md"


class WK1015(Finding):
    id = "WK1015"
    code = "deployer-cannot-delete"
    shortdesc = "deployer-cannot-delete: rollback or deletion would leave the key behind"
    description = "KMS accepts the key, but the deployer could not get rid of it again: CloudFormation calls kms:DescribeKey and kms:ScheduleKeyDeletion as the deployer when the stack is rolled back or deleted, and kms:DeleteAlias for every alias of the key, and the policies deny one of them."
    source_url = f"{HOME}/rules/explain/deployer-cannot-delete.md"


class EK1016(Finding):
    id = "EK1016"
    code = "update-refused"
    shortdesc = "update-refused: the policy in force does not allow the update"
    description = "The template that is deployed now was given with `--previous` or `--previous-git`, and the policy it gave the key, which is in force, does not let the deployer make this update. A key's policy is changed by `kms:PutKeyPolicy`, and the policy in force decides who may call it. What the new policy says comes too late."
    source_url = f"{HOME}/rules/explain/update-refused.md"


class EK1017(Finding):
    id = "EK1017"
    code = "service-cannot-use-key"
    shortdesc = "service-cannot-use-key: hands the key to a service that cannot use it"
    description = "A resource of the template is given the key, by Ref, Fn::GetAtt, an alias or through a nested stack, and whoever then calls KMS for it is denied. That is the service itself for some resources (a log group, a trail, the bucket that notifies an encrypted queue), the deployer through the service for others (a table, a secret, a database), or a role that the resource names."
    source_url = f"{HOME}/rules/explain/service-cannot-use-key.md"


class WK1017(Finding):
    id = "WK1017"
    code = "service-cannot-use-key"
    shortdesc = "service-cannot-use-key: hands the key to a service that cannot use it"
    description = "A resource of the template is given the key, by Ref, Fn::GetAtt, an alias or through a nested stack, and whoever then calls KMS for it is denied. That is the service itself for some resources (a log group, a trail, the bucket that notifies an encrypted queue), the deployer through the service for others (a table, a secret, a database), or a role that the resource names."
    source_url = f"{HOME}/rules/explain/service-cannot-use-key.md"


class WK1018(Finding):
    id = "WK1018"
    code = "bypasses-lockout-check"
    shortdesc = "bypasses-lockout-check: the check is switched off"
    description = "`BypassPolicyLockoutSafetyCheck` is true: KMS accepts the policy without asking whether the deployer could change it again. The finding says what the verdict would be without it."
    source_url = f"{HOME}/rules/explain/bypasses-lockout-check.md"


class WK1019(Finding):
    id = "WK1019"
    code = "unused-suppression"
    shortdesc = "unused-suppression: a suppression that suppresses nothing"
    description = "A suppression suppresses nothing: the finding that it names is gone, it has no reason, it names a code that does not exist, it cannot be read, or it stands at no KMS key. It is only called unused if its key was checked in this run."
    source_url = f"{HOME}/rules/explain/unused-suppression.md"


class EK1020(Finding):
    id = "EK1020"
    code = "guard-rule"
    shortdesc = "guard-rule: a rule given with --rules does not hold"
    description = "A rule in a file or folder that `--rules` names does not hold. The message starts with the rule's name and goes on in the rule's own words; the note `rule:` says where it is written. The rule saw the template as it would be deployed, with the verdicts beside it (`cfn-lockout resolve` prints the same), and the finding stands where the template writes what the rule is about."
    source_url = f"{HOME}/rules/explain/guard-rule.md"


class IK1020(Finding):
    id = "IK1020"
    code = "guard-rule"
    shortdesc = "guard-rule: a rule given with --rules does not hold"
    description = "A rule in a file or folder that `--rules` names does not hold. The message starts with the rule's name and goes on in the rule's own words; the note `rule:` says where it is written. The rule saw the template as it would be deployed, with the verdicts beside it (`cfn-lockout resolve` prints the same), and the finding stands where the template writes what the rule is about."
    source_url = f"{HOME}/rules/explain/guard-rule.md"


class WK1020(Finding):
    id = "WK1020"
    code = "guard-rule"
    shortdesc = "guard-rule: a rule given with --rules does not hold"
    description = "A rule in a file or folder that `--rules` names does not hold. The message starts with the rule's name and goes on in the rule's own words; the note `rule:` says where it is written. The rule saw the template as it would be deployed, with the verdicts beside it (`cfn-lockout resolve` prints the same), and the finding stands where the template writes what the rule is about."
    source_url = f"{HOME}/rules/explain/guard-rule.md"


RULES = (
    EK1001,
    WK1002,
    IK1003,
    WK1004,
    EK1005,
    EK1006,
    EK1007,
    WK1008,
    EK1009,
    EK1010,
    WK1011,
    WK1012,
    WK1013,
    EK1014,
    WK1015,
    EK1016,
    EK1017,
    WK1017,
    WK1018,
    WK1019,
    EK1020,
    IK1020,
    WK1020,
)

__all__ = [rule.__name__ for rule in RULES]
