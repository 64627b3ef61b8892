//! `cfn-lockout recover`: the policy of a key in, who can still repair it and how out. Runs no command.
//!
//! Comes in: what `aws kms get-key-policy` prints, or a template. Source of the forms: AWS CLI Command Reference, kms
//! get-key-policy: an object with `Policy`, a text; with `--output text`, or of that member alone, the policy itself.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use serde_json::{Value as Json, json};

use crate::aws::{AccountId, PrincipalArn, PrincipalKind};
use crate::deployment::{Deployment, DeploymentError};
use crate::lockout::{RecoverCase, Verdict, accounts, check, recover};
use crate::policy::from_node;
use crate::report::{Rescue, recover_json, recover_text};
use crate::resolve::follow;
use crate::source::{Document, FileId, Limits, NodeKind};
use crate::template::Template;
use crate::world::{Plain, Text, Value};

use super::args::{Format, RecoverArgs};
use super::discover::{Found, bytes, shown};
use super::exit::Exit;
use super::files::Files;
use super::given::Given;
use super::inputs::{as_principal, deployment, snapshot};
use super::output::{print, width};

/// Prints what is left to do for a key.
pub(crate) fn run(args: &RecoverArgs) -> anyhow::Result<Exit> {
    let given = Given::by_flags(&args.flags)?;
    let key_id = key_id(args)?;
    let read = args.file.as_ref().map(|file| policy(args, &given, file)).transpose()?;
    let owner = owner(args, &given, read.as_ref(), key_id.as_ref())?;
    let policy = read.unwrap_or_else(|| default_policy(&owner.root()));
    let administrator = administrator(args, &given, &owner)?;
    let deployer = given.said.role_arn.as_ref().or(given.said.deployer.as_ref()).map(|told| told.value.as_str());
    // What cannot be read stays wrong for every principal: it is said before anything is asked.
    let deployment_of = |principal: &str| {
        let own = match (&args.administrator, deployer) {
            (Some(_), Some(deployer)) => deployer == principal,
            _ => principal == administrator,
        };
        as_principal(&given, principal, &owner.account, own)
    };
    deployment_of(&owner.root()).or_else(absent)?;
    let snapshot = snapshot(&given)?;
    let case = RecoverCase {
        policy: &policy,
        administrator: &administrator,
        as_principal: &|principal| deployment_of(principal).ok(),
        root: &owner.root(),
        snapshot: snapshot.as_ref(),
    };
    let recovery = recover(&case).map_err(|error| anyhow!("the policy cannot be judged: {error}"))?;
    let rescue = Rescue {
        file: args
            .file
            .as_ref()
            .map(|file| if is_stdin(file) { args.flags.stdin_filename.clone() } else { shown(file) }),
        region: args.flags.region.clone().or_else(|| part(key_id.as_deref(), 3)),
        key_id,
        account: owner.account.clone(),
        administrator,
        recovery,
    };
    print(&match args.flags.format {
        Format::Json => recover_json(&rescue),
        _ => recover_text(&rescue, width()),
    })?;
    let fails = rescue.is_lost() && args.flags.fail_on.severity().is_some();
    Ok(if fails { Exit::Findings } else { Exit::Clean })
}

fn is_stdin(file: &Path) -> bool {
    file.as_os_str() == "-"
}

/// A principal that the snapshot does not have is an answer, not an error.
fn absent(error: anyhow::Error) -> anyhow::Result<Deployment> {
    match error.downcast_ref::<DeploymentError>() {
        Some(DeploymentError::NoDeployer(_)) => {
            Ok(Deployment::from_inputs("default", crate::deployment::Inputs::default())?)
        }
        _ => Err(error),
    }
}

/// The key's id or ARN. Source: KMS API, PutKeyPolicy: KeyId is no alias.
fn key_id(args: &RecoverArgs) -> anyhow::Result<Option<String>> {
    match &args.key_id {
        Some(id) if id.starts_with("alias/") || id.contains(":alias/") => bail!(
            "--key-id: put-key-policy takes no alias: `aws kms describe-key --key-id {id} --query KeyMetadata.KeyId` tells the id"
        ),
        Some(id) if id.is_empty() => bail!("--key-id is empty"),
        id => Ok(id.clone()),
    }
}

/// The account of the key.
struct Owner {
    partition: String,
    account: String,
}

impl Owner {
    fn root(&self) -> String {
        format!("arn:{}:iam::{}:root", self.partition, self.account)
    }
}

/// By flags, else by the key's ARN, else the only account whose principals the policy names, else the administrator's.
fn owner(args: &RecoverArgs, given: &Given, policy: Option<&Json>, key_id: Option<&String>) -> anyhow::Result<Owner> {
    let known = deployment(given)?;
    let named = args.administrator.as_deref().and_then(|text| PrincipalArn::parse(text).ok());
    let in_policy = policy.map(accounts).unwrap_or_default();
    let only = match in_policy.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    let account = known.givens.account.as_literal().map(str::to_owned);
    let account = account.or_else(|| part(key_id.map(String::as_str), 4));
    let account = account.or_else(|| only.as_ref().map(|(_, account)| account.clone()));
    let account = account.or_else(|| named.as_ref().map(|arn| arn.account.clone()));
    let account = account.or_else(|| args.administrator.clone().filter(|text| AccountId::parse(text).is_some()));
    let account = account.filter(|account| AccountId::parse(account).is_some());
    let partition = known.givens.partition.as_literal().map(str::to_owned);
    let partition = partition.or_else(|| named.map(|arn| arn.partition));
    let partition = partition.or_else(|| part(key_id.map(String::as_str), 1));
    let partition = partition.or_else(|| in_policy.iter().find_map(|(partition, _)| partition.clone()));
    match account {
        Some(account) => Ok(Owner { account, partition: partition.unwrap_or_else(|| "aws".to_owned()) }),
        None => bail!("whose key it is cannot be told: give --account ID, or --administrator ARN"),
    }
}

/// A part of an ARN.
fn part(arn: Option<&str>, index: usize) -> Option<String> {
    let part = arn.filter(|arn| arn.starts_with("arn:"))?.split(':').nth(index)?;
    (!part.is_empty()).then(|| part.to_owned())
}

/// Who shall have the key, as it is written into a policy: a session by its role, an account by its root.
fn administrator(args: &RecoverArgs, by: &Given, owner: &Owner) -> anyhow::Result<String> {
    let flags = &args.flags;
    let deployer = by.said.role_arn.as_ref().or(by.said.deployer.as_ref()).map(|told| &told.value);
    let Some(given) = args.administrator.as_ref().or(deployer) else { return Ok(owner.root()) };
    if AccountId::parse(given).is_some() {
        if *given != owner.account {
            bail!("--administrator: the key is in account {}: no other account can change its policy", owner.account);
        }
        return Ok(owner.root());
    }
    let arn = PrincipalArn::parse(given).context("--administrator")?;
    if given.contains('*') {
        bail!("--administrator: `{given}` is a pattern, and a key policy names principals");
    }
    if arn.account != owner.account {
        bail!("--administrator: the key is in account {}: no other account can change its policy", owner.account);
    }
    let PrincipalKind::Session { role, .. } = &arn.kind else { return Ok(given.clone()) };
    let snapshot = snapshot(by)?;
    let written = snapshot.and_then(|snapshot| snapshot.role_arn(role));
    let given = flags.context.iter().find(|(key, _)| key.eq_ignore_ascii_case("aws:PrincipalArn"));
    let given = given.and_then(|(_, value)| value.clone());
    Ok(given.or(written).unwrap_or_else(|| format!("arn:{}:iam::{}:role/{role}", arn.partition, arn.account)))
}

/// The policy of a key that was created without one. Source: KMS Developer Guide, key-policy-default.html.
fn default_policy(root: &str) -> Json {
    json!({ "Version": "2012-10-17", "Id": "key-default-1", "Statement": [{
        "Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": { "AWS": root },
        "Action": "kms:*", "Resource": "*" }] })
}

/// The policy that the file holds.
fn policy(args: &RecoverArgs, given: &Given, file: &Path) -> anyhow::Result<Json> {
    if file.is_dir() {
        bail!("`{}` is a folder: name the file that holds the key policy", file.display());
    }
    let found = Found { shown: shown(file), path: (!is_stdin(file)).then(|| file.to_owned()), named: true };
    let bytes = bytes(&found).with_context(|| format!("`{}`", file.display()))?;
    let place =
        |error: crate::source::SourceError| anyhow!("{}:{}:{}: {error}", file.display(), error.line, error.column);
    let document = Document::parse(FileId(0), bytes, &Limits::default()).map_err(place)?;
    let json = match document.get(document.root(), "Policy").map(|entry| entry.value) {
        Some(inner) if document.get(document.root(), "Statement").is_none() => written(&document, inner),
        _ if document.get(document.root(), "Statement").is_some() || document.scalar(document.root()).is_some() => {
            written(&document, document.root())
        }
        _ if Template::parse(&document).is_some() => return of_template(args, given, &found),
        _ => None,
    };
    let is_policy = |json: &Json| json.get("Statement").is_some_and(|one| one.is_array() || one.is_object());
    match json {
        Some(json) if is_policy(&json) && args.key.is_none() => Ok(json),
        _ if args.key.is_some() => bail!("--key: `{}` is no template", file.display()),
        _ => bail!(
            "`{}` is neither a key policy, as `aws kms get-key-policy --policy-name default` prints it, nor a template",
            file.display()
        ),
    }
}

/// What a node writes, be it an object or a text that holds one; JSON keeps its own numbers and truth values.
fn written(document: &Document, node: crate::source::NodeId) -> Option<Json> {
    if let Some(text) = document.scalar(node) {
        return serde_json::from_str(text).ok();
    }
    let is_whole = node == document.root() && matches!(document.node(node).kind, NodeKind::Mapping(_));
    let whole = is_whole.then(|| serde_json::from_str(document.text()).ok()).flatten();
    whole.or_else(|| from_node(document, node).plain().map(|plain| as_json(&plain)))
}

fn as_json(plain: &Plain) -> Json {
    match plain {
        Plain::Text(text) => json!(text),
        Plain::List(items) => Json::Array(items.iter().map(as_json).collect()),
        Plain::Map(entries) => Json::Object(entries.iter().map(|(key, value)| (key.clone(), as_json(value))).collect()),
    }
}

/// The policy that a template gives a key.
fn of_template(args: &RecoverArgs, given: &Given, found: &Found) -> anyhow::Result<Json> {
    if found.path.is_none() {
        bail!("stdin holds a template: name it as a file");
    }
    let deployment = with_account(args, given)?;
    let mut files = Files::default();
    let Some((file, template)) = files.template(found, &args.flags.stdin_filename) else {
        bail!("`{}` cannot be read as a template", found.shown);
    };
    let stacks = follow(file, template, &deployment.givens, &mut files);
    let keys: Vec<_> = check(&stacks, &deployment).into_iter().flat_map(|checked| checked.keys).collect();
    let name = |stack: &str, id: &str| if stack.is_empty() { id.to_owned() } else { format!("{stack}/{id}") };
    let names = || keys.iter().map(|key| format!("`{}`", name(&key.stack, &key.id))).collect::<Vec<_>>().join(", ");
    let key = match (&args.key, keys.as_slice()) {
        (_, []) => bail!("`{}` has no KMS key that is created", found.shown),
        (Some(wanted), all) => all.iter().find(|key| name(&key.stack, &key.id) == *wanted).ok_or_else(|| {
            anyhow!("--key: `{}` has no key `{wanted}` that is created; it has {}", found.shown, names())
        })?,
        (None, [one]) => one,
        (None, _) => bail!("`{}` has several keys: name one with --key: {}", found.shown, names()),
    };
    if key.verdict == Verdict::DefaultPolicy {
        let owner = owner(args, given, None, args.key_id.as_ref())?;
        return Ok(default_policy(&owner.root()));
    }
    let open = || key.open.iter().map(|open| open.help.clone()).collect::<Vec<_>>().join("; ");
    let json = key.policy.as_deref().and_then(Value::plain).map(|plain| as_json(&plain));
    match json {
        Some(json) if !json.to_string().contains("{{") => Ok(json),
        Some(json) => {
            let rest = json.to_string();
            let mark = rest.split("{{").nth(1).and_then(|rest| rest.split("}}").next()).unwrap_or_default().to_owned();
            bail!(
                "the policy of `{}` holds `{mark}`, which was not given: give it, or the output of get-key-policy",
                key.id
            )
        }
        None => bail!("the policy of `{}` is not known: {}", key.id, open()),
    }
}

/// The deployment by the flags, in the account and partition of the key.
fn with_account(args: &RecoverArgs, given: &Given) -> anyhow::Result<Deployment> {
    let mut known = deployment(given)?;
    let owner = owner(args, given, None, args.key_id.as_ref())?;
    known.givens.account = Text::literal(&owner.account);
    known.givens.partition = Text::literal(&owner.partition);
    Ok(known)
}
