//! What expressions become: a template in, values out.

mod conditions;
mod functions;
mod references;
mod whole;

use crate::resolve::{Givens, Scope};
use crate::source::{Document, FileId};
use crate::template::{Stacks, Template};
use crate::world::{Kind, Plain, Value, World};

/// Runs `f` for the template with these sections and one resource whose property `V` is `expr`.
fn with<T>(givens: &Givens, sections: &str, expr: &str, f: impl FnOnce(&Scope<'_>, &World) -> T) -> T {
    let text = format!("{sections}\nResources:\n  R: {{ Type: AWS::S3::Bucket, Properties: {{ V: {expr} }} }}\n");
    let document = Document::from_text(FileId(0), &text).expect("the template reads");
    let stacks = Stacks::of(FileId(0), Template::parse(&document).expect("it is a template").into());
    let scope = Scope::new(&stacks, givens);
    f(&scope, &scope.nominal())
}

fn value(givens: &Givens, sections: &str, expr: &str) -> Value {
    with(givens, sections, expr, |scope, world| {
        let resource = scope.template.resource("R").expect("it is there");
        scope.resolve(resource.property("V").expect("it has the property"), world)
    })
}

/// The value as a text shows it: lists in brackets, several outcomes with `|` between them, what is refused by its message.
fn shown(givens: &Givens, sections: &str, expr: &str) -> String {
    fn show(value: &Value) -> String {
        match &value.kind {
            Kind::Refused(refusal) => format!("refused: {}", refusal.message),
            Kind::Open(_, alternatives) => alternatives.iter().map(show).collect::<Vec<_>>().join("|"),
            Kind::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
            Kind::Members(hole) => format!("[{}…]", hole.mark()),
            _ => match value.plain() {
                Some(Plain::Text(text)) => text,
                other => format!("{other:?}"),
            },
        }
    }
    show(&value(givens, sections, expr))
}
