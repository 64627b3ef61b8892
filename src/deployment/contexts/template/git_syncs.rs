//! AWS::CodeConnections::SyncConfiguration: the stack that a deployment file of Git sync deploys.
//!
//! Source: AWS CloudFormation User Guide, aws-resource-codeconnections-syncconfiguration.html: ConfigFile is the path of the
//! deployment file in the repository, ResourceName the stack, RoleArn the role that makes change sets.

use super::super::places::from_root;
use super::super::{Beside, Context, Problem, git_sync};
use super::Deploying;

/// The deployment, if its deployment file is in this repository.
pub(super) fn context(sync: &Deploying<'_>, beside: &mut dyn Beside) -> Result<Option<Context>, Problem> {
    let Deploying { file, properties, values, at, id } = *sync;
    let path = properties.get("ConfigFile").map(|node| values.value(node));
    let path = path.as_ref().and_then(|path| path.text()).map(|path| from_root(path, beside));
    let Some(path) = path.filter(|path| beside.has(path)) else { return Ok(None) };
    let deployment = beside.read(&path)?;
    if !git_sync::is_one(&deployment.root) {
        return Ok(None);
    }
    let mut context = git_sync::context(&deployment, beside)?;
    context.said.stack_name = values.told(file, properties.get("ResourceName"));
    Ok(Some(Context { name: id.to_owned(), place: file.place(at), ..context }))
}
