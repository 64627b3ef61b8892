//! AWS::CloudFormation::StackSet: the same template in several accounts and Regions, each by a role of the target account.
//!
//! Sources: AWS CloudFormation User Guide, stacksets-prereqs-self-managed.html (the administration role assumes
//! `AWSCloudFormationStackSetExecutionRole`, or the role of ExecutionRoleName, in every target account) and
//! aws-resource-cloudformation-stackset.html; the policy CloudFormationStackSetsOrgAdminServiceRolePolicy (service-managed stack
//! sets use roles `stacksets-exec-*`). The name of the session is not documented.

use super::super::places::{from_root, of_url};
use super::super::{Argument, Beside, Context, Kind, Node, Problem, Told};
use super::Deploying;
use crate::aws::partition_of_region;
use crate::deployment::said::Said;

pub(super) const TYPE: &str = "AWS::CloudFormation::StackSet";

/// How many targets of one group are told apart; of more, neither account nor Region is known.
const MOST: usize = 16;

/// A place that is deployed to, with the parameters that differ there.
struct Target<'f> {
    account: Option<Told>,
    region: Option<Told>,
    overrides: Option<&'f Node>,
}

/// The deployments of a stack set, one for each target that the template tells.
pub(super) fn contexts(set: &Deploying<'_>, beside: &mut dyn Beside) -> Result<Vec<Context>, Problem> {
    let Deploying { file, properties, values, .. } = *set;
    let Some(node) = properties.get("TemplateURL") else { return Ok(Vec::new()) };
    let url = values.value(node).pattern();
    let template =
        if url.contains("://") || url.contains('*') { of_url(&url, beside) } else { Some(local(&url, beside)) };
    let unlisted = |node: &Node| file.place(node);
    let mut out = Vec::new();
    for target in targets(set) {
        let mut said = Said { region: target.region.clone(), ..Said::default() };
        for list in [properties.get("Parameters"), target.overrides].into_iter().flatten() {
            match &list.kind {
                Kind::List(items) => {
                    for item in items {
                        match argument(set, item) {
                            Some(argument) => said.parameters.push(argument),
                            None => said.unlisted = Some(unlisted(item)),
                        }
                    }
                }
                Kind::Nothing => {}
                _ => said.unlisted = Some(unlisted(list)),
            }
        }
        let (deployer, unknown) = deployer(set, &target);
        said.deployer = deployer;
        let place = [target.account.as_ref(), target.region.as_ref()].into_iter().flatten();
        let name = [set.id].into_iter().chain(place.map(|told| told.value.as_str())).collect::<Vec<_>>().join(" ");
        let templates = template.iter().cloned().collect();
        out.push(Context { name, place: file.place(set.at), said, templates, unknown });
    }
    Ok(out)
}

/// A local path is relative to the template, as `aws cloudformation package` takes it.
fn local(path: &str, beside: &mut dyn Beside) -> String {
    let path = path.strip_prefix("file://").unwrap_or(path);
    if beside.has(path) { path.to_owned() } else { from_root(path, beside) }
}

/// Who creates the stacks, and what is not told of that.
fn deployer(set: &Deploying<'_>, target: &Target<'_>) -> (Option<Told>, Option<Told>) {
    let Deploying { file, properties, values, at, .. } = *set;
    let account = target.account.as_ref().map_or("*", |told| &told.value);
    let partition = target.region.as_ref().map_or("*", |told| partition_of_region(&told.value));
    let model = properties.get("PermissionModel");
    let place = file.place(model.unwrap_or(at));
    match model.map(|model| values.value(model)).as_ref().and_then(|model| model.text()) {
        Some("SERVICE_MANAGED") => {
            (Some(Told::new(format!("arn:{partition}:iam::{account}:role/stacksets-exec-*"), place)), None)
        }
        Some("SELF_MANAGED") => {
            let name = properties.get("ExecutionRoleName");
            let role = name.map(|name| values.value(name).pattern());
            let role = role.unwrap_or_else(|| "AWSCloudFormationStackSetExecutionRole".to_owned());
            let place = name.map_or(place, |name| file.place(name));
            (Some(Told::new(format!("arn:{partition}:sts::{account}:assumed-role/{role}/*"), place)), None)
        }
        _ => (None, Some(Told::new("the PermissionModel of the stack set is not told", place))),
    }
}

/// Every account and Region of every group; what is not told is unknown.
fn targets<'f>(set: &Deploying<'f>) -> Vec<Target<'f>> {
    let groups = set.properties.get("StackInstancesGroup").map_or(&[][..], Node::items);
    let mut out = Vec::new();
    for group in groups {
        let overrides = group.get("ParameterOverrides");
        // With an OU beside it, a list of accounts filters: its meaning hangs on AccountFilterType.
        let filters = group.at(&["DeploymentTargets", "OrganizationalUnitIds"]).is_some();
        let accounts = group.at(&["DeploymentTargets", "Accounts"]).filter(|_| !filters);
        let (accounts, regions) = (each(set, accounts), each(set, group.get("Regions")));
        let (accounts, regions) = match accounts.len().saturating_mul(regions.len()) > MOST {
            true => (vec![None], vec![None]),
            false => (accounts, regions),
        };
        for account in &accounts {
            let target = |region: &Option<Told>| Target { account: account.clone(), region: region.clone(), overrides };
            out.extend(regions.iter().map(target));
        }
    }
    if out.is_empty() {
        out.push(Target { account: None, region: None, overrides: None });
    }
    out
}

/// The members of a list as far as they are told; a single unknown one where the list is not, or one of them.
fn each(set: &Deploying<'_>, list: Option<&Node>) -> Vec<Option<Told>> {
    let items = list.map_or(&[][..], Node::items);
    let told: Option<Vec<Told>> = items.iter().map(|item| set.values.told(set.file, Some(item))).collect();
    match told {
        Some(all) if !all.is_empty() => all.into_iter().map(Some).collect(),
        _ => vec![None],
    }
}

/// `{ParameterKey: …, ParameterValue: …}`.
fn argument(set: &Deploying<'_>, item: &Node) -> Option<Argument> {
    let name = set.values.value(item.get("ParameterKey")?).text()?.to_owned();
    let value = item.get("ParameterValue")?;
    let known = set.values.value(value).text().map(str::to_owned);
    Some(Argument { name, value: known, from: set.file.place(value) })
}
