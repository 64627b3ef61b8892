//! Policy documents: their statements, and what makes KMS refuse a document before it decides anything.
//!
//! Sources: KMS API, CreateKey and PutKeyPolicy (Policy: length, characters, "each statement must contain one or more
//! principals"); KMS Developer Guide, key-policy-overview.html; IAM User Guide, reference_policies_grammar.html.

use crate::source::Span;
use crate::world::{Kind, Question, Stop, Text, Value, World};

use super::conditions::lines;
use super::elements::{Member, members};
use super::impossible::{impossible, impossible_service};
use super::principals::named_principals;
use super::problem::{Problem, Says};
use super::statement::Statement;
use super::variables::Version;

/// The largest key policy, in bytes. Source: KMS API, CreateKey.
const MAX_BYTES: usize = 32_768;

/// A policy document.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document<'v> {
    /// The resolved document.
    pub(crate) value: &'v Value,
    /// Whether it is an IAM policy, which names no principals.
    pub(crate) of_identity: bool,
}

impl<'v> Document<'v> {
    /// Its statements; a single statement may stand without a list.
    pub(crate) fn statements(&self) -> Vec<Statement<'v>> {
        let version = Version(self.value.get("Version"));
        let statement = |(index, value)| Statement { index, value, version, of_identity: self.of_identity };
        match self.value.get("Statement") {
            Some(Value { kind: Kind::List(items), .. }) => items.iter().enumerate().map(statement).collect(),
            Some(one) => vec![statement((0, one))],
            None => Vec::new(),
        }
    }
}

impl Document<'_> {
    /// The context keys that its conditions name, in lower case.
    pub(crate) fn condition_keys(self) -> Vec<String> {
        let conditions = self.statements().into_iter().filter_map(|statement| statement.element("Condition"));
        conditions.flat_map(lines).map(|line| line.key.to_ascii_lowercase()).collect()
    }
}

/// What is wrong with a key policy. A question where that hangs on one.
pub(crate) fn problems(policy: &Value, partition: &Text, world: &World) -> Result<Vec<Problem>, Stop> {
    let mut check = Check { out: Vec::new(), ask: None, partition, world };
    check.document(policy);
    match check.ask {
        Some(question) if check.out.is_empty() => Err(Stop::Ask(question)),
        _ => Ok(check.out),
    }
}

struct Check<'a> {
    out: Vec<Problem>,
    ask: Option<Question>,
    partition: &'a Text,
    world: &'a World,
}

impl Check<'_> {
    fn malformed(&mut self, span: Span, message: impl Into<String>) {
        self.out.push(Problem { says: Says::Malformed, message: message.into(), span });
    }

    /// Runs `check` on a value; where it is open, on every alternative, and asks only if one of them has a problem.
    fn each(&mut self, value: &Value, check: &dyn Fn(&mut Self, &Value)) {
        let Kind::Open(question, alternatives) = &value.kind else { return check(self, value) };
        let mut inner = Check { out: Vec::new(), ask: None, partition: self.partition, world: self.world };
        alternatives.iter().filter(|one| one.kind != Kind::Nothing).for_each(|one| inner.each(one, check));
        if alternatives.is_empty() || !inner.out.is_empty() || inner.ask.is_some() {
            self.ask.get_or_insert(question.clone());
        }
    }

    fn document(&mut self, policy: &Value) {
        if !matches!(policy.kind, Kind::Map(_)) {
            return self.malformed(policy.span, "the key policy must be an object with `Version` and `Statement`");
        }
        // KMS looks no further, and neither does anybody who reads the report.
        if self.size_and_characters(policy) {
            return;
        }
        if let Some(Value { kind: Kind::Text(version), span }) = policy.get("Version")
            && version.as_literal().is_some_and(|version| !matches!(version, "2012-10-17" | "2008-10-17"))
        {
            self.malformed(*span, format!("`{version}` is no policy version: use `2012-10-17`"));
        }
        match policy.get("Statement") {
            None => self.malformed(policy.span, "the key policy has no statement"),
            Some(statements) => self.each(statements, &|check, statements| match &statements.kind {
                Kind::List(items) if items.is_empty() => {
                    check.malformed(statements.span, "the key policy has no statement");
                }
                Kind::List(items) => {
                    check.not_empty(items.iter());
                    items.iter().for_each(|item| check.each(item, &|check, item| check.statement(item)))
                }
                _ => check.statement(statements),
            }),
        }
    }

    /// Where every one of these may be AWS::NoValue, what is left may be nothing: that has to be asked.
    fn not_empty<'v>(&mut self, items: impl Iterator<Item = &'v Value>) {
        let questions: Option<Vec<&Question>> = items.map(may_vanish).collect();
        if let Some(first) = questions.and_then(|all| all.first().copied().cloned()) {
            self.ask.get_or_insert(first);
        }
    }

    /// Whether the policy is too long.
    fn size_and_characters(&mut self, policy: &Value) -> bool {
        let (bytes, odd) = measure(policy);
        if bytes > MAX_BYTES {
            let message = format!("the key policy is at least {bytes} bytes long; KMS accepts {MAX_BYTES}");
            self.out.push(Problem { says: Says::TooLong, message, span: policy.span });
        }
        if let Some((span, c)) = odd {
            let c = c.escape_default();
            let message = format!("KMS accepts no `{c}` in a key policy (only U+0020 to U+00FF, tab and line ends)");
            self.out.push(Problem { says: Says::Characters, message, span });
        }
        bytes > MAX_BYTES
    }

    fn statement(&mut self, statement: &Value) {
        match &statement.kind {
            Kind::Map(_) => {}
            Kind::Unknown(_) | Kind::Members(_) | Kind::Refused(_) | Kind::Nothing => return,
            _ => return self.malformed(statement.span, "a statement must be an object"),
        }
        match statement.get("Effect") {
            None => self.malformed(statement.span, "the statement has no `Effect`"),
            Some(effect) => self.each(effect, &|check, effect| match &effect.kind {
                Kind::Text(text) if matches!(text.as_literal(), Some("Allow" | "Deny") | None) => {}
                Kind::Unknown(_) | Kind::Refused(_) => {}
                _ => check.malformed(effect.span, "`Effect` must be `Allow` or `Deny`"),
            }),
        }
        for (a, b) in [("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")] {
            if let (Some(_), Some(both)) = (statement.get(a), statement.get(b)) {
                self.malformed(both.span, format!("a statement cannot have both `{a}` and `{b}`"));
            }
        }
        match statement.get("Principal").or_else(|| statement.get("NotPrincipal")) {
            None => self.malformed(statement.span, "the statement has no principal"),
            Some(principal) => self.each(principal, &|check, principal| check.principal(principal)),
        }
        if let Some(condition) = statement.get("Condition") {
            self.each(condition, &|check, condition| check.condition(condition));
        }
    }

    fn condition(&mut self, condition: &Value) {
        match &condition.kind {
            Kind::Map(operators) => {
                for (_, block) in operators {
                    if matches!(block.kind, Kind::Text(_) | Kind::List(_)) {
                        self.malformed(block.span, "an operator in `Condition` must hold an object of keys");
                    }
                }
            }
            Kind::Text(_) | Kind::List(_) => self.malformed(condition.span, "`Condition` must be an object"),
            _ => {}
        }
    }

    fn principal(&mut self, principal: &Value) {
        match &principal.kind {
            Kind::Text(text) => match self.world.equal(text, &Text::literal("*")) {
                Ok(true) => {}
                Err(Stop::Ask(question)) => {
                    self.ask.get_or_insert(question);
                }
                Ok(false) | Err(Stop::Refused(_)) => {
                    self.malformed(principal.span, format!("a bare principal can only be `*`: write `AWS: {text}`"));
                }
            },
            Kind::Map(entries) => {
                for (key, value) in entries {
                    if !matches!(&*key.text, "AWS" | "Service" | "Federated" | "CanonicalUser") {
                        self.malformed(
                            key.span,
                            format!("`{}` is no kind of principal: use `AWS` or `Service`", key.text),
                        );
                    }
                    self.each(value, &|check, value| match &value.kind {
                        Kind::List(items) if items.is_empty() => {
                            check.malformed(value.span, "the statement has no principal");
                        }
                        Kind::List(items) => check.not_empty(items.iter()),
                        _ => {}
                    });
                }
                self.not_empty(entries.iter().map(|(_, value)| value));
                if entries.is_empty() {
                    self.malformed(principal.span, "the statement has no principal");
                }
                for (text, span) in named_principals(principal) {
                    self.aws_principal(&self.world.fill(&text), span);
                }
                self.services(principal);
                self.open_members(principal);
            }
            Kind::List(_) => self.malformed(principal.span, "`Principal` must be an object or `*`"),
            _ => {}
        }
    }

    /// Members of a principal list that hang on a condition.
    fn open_members(&mut self, principal: &Value) {
        let Some(aws) = principal.get("AWS") else { return };
        let items = match &aws.kind {
            Kind::List(items) => items.iter().collect(),
            _ => vec![aws],
        };
        for item in items.into_iter().filter(|item| matches!(item.kind, Kind::Open(..))) {
            self.each(item, &|check, one| {
                if let Kind::Text(text) = &one.kind {
                    check.aws_principal(&check.world.fill(text), one.span);
                }
            });
        }
    }

    /// A principal that cannot exist, by the parts of it that are known (KMS facts b and f).
    fn aws_principal(&mut self, text: &Text, span: Span) {
        self.out.extend(impossible(text, self.partition).map(|(says, message)| Problem { says, message, span }));
    }

    /// Service principals that cannot exist.
    fn services(&mut self, principal: &Value) {
        for member in principal.get("Service").map_or_else(Vec::new, members) {
            let Member::One(text, span) = member else { continue };
            let message = self.world.fill(&text).as_literal().and_then(impossible_service);
            self.out.extend(message.map(|message| Problem { says: Says::InvalidPrincipals, message, span }));
        }
    }
}

/// The question on which it hangs whether a value is there at all; nothing where it certainly is.
fn may_vanish(value: &Value) -> Option<&Question> {
    let Kind::Open(question, alternatives) = &value.kind else { return None };
    let vanishes = |one: &Value| one.kind == Kind::Nothing || may_vanish(one).is_some();
    (alternatives.is_empty() || alternatives.iter().any(vanishes)).then_some(question)
}

/// Whether the policy is certainly longer than KMS takes: it is refused as a whole, whatever it says.
pub(crate) fn is_too_long(policy: &Value) -> bool {
    measure(policy).0 > MAX_BYTES
}

/// The bytes that the document has at least as JSON, and the first character that KMS does not accept.
fn measure(value: &Value) -> (usize, Option<(Span, char)>) {
    let known = |text: &Text| -> (usize, Option<char>) {
        let literals = text.pieces().iter().filter_map(|piece| match piece {
            crate::world::Piece::Literal(text) => Some(&**text),
            crate::world::Piece::Hole(_) => None,
        });
        let odd = |c: &char| !matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}');
        literals.fold((0, None), |(bytes, found), text| (bytes + text.len(), found.or_else(|| text.chars().find(odd))))
    };
    match &value.kind {
        Kind::Text(text) => {
            let (bytes, odd) = known(text);
            (bytes + 2, odd.map(|c| (value.span, c)))
        }
        Kind::List(items) => items.iter().map(measure).fold((2, None), add),
        Kind::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| {
                let (bytes, odd) = measure(value);
                let (key_bytes, key_odd) = known(&Text::literal(&key.text));
                (bytes + key_bytes + 3, key_odd.map(|c| (key.span, c)).or(odd))
            });
            entries.fold((2, None), add)
        }
        _ => (0, None),
    }
}

fn add(total: (usize, Option<(Span, char)>), one: (usize, Option<(Span, char)>)) -> (usize, Option<(Span, char)>) {
    // The comma between two members; the first has none, which the bound "at least" leaves room for.
    let comma = usize::from(total.0 > 2);
    (total.0 + one.0 + comma, total.1.or(one.1))
}
