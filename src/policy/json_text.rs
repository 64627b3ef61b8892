//! Key policies given as JSON text: the text, of which parts may be unknown, becomes the value it stands for.
//!
//! Source: the AWS::KMS::Key handler (aws-cloudformation-resource-providers-kms): KeyPolicy may be an object or a text,
//! and a text is sent as it is.

use crate::source::{Document, Form, NodeId, NodeKind, Span, Style};
use crate::world::{Hole, Key, Kind, Piece, Text, Value};

/// Stand-ins for holes while the text is parsed: private-use characters, which KMS accepts in no policy.
const FIRST: u32 = 0xF_0000;

/// Reads `text` as JSON; every place in the result is `span`, where the text stands. The error says why it is no JSON.
pub(crate) fn from_json_text(text: &Text, span: Span) -> Result<Value, String> {
    let mut holes: Vec<Hole> = Vec::new();
    let mut source = String::new();
    for piece in text.pieces() {
        match piece {
            Piece::Literal(known) => source.push_str(known),
            Piece::Hole(hole) => {
                let index = u32::try_from(holes.len()).map_err(|_| "too many unknown parts")?;
                source.push(char::from_u32(FIRST + index).ok_or("too many unknown parts")?);
                holes.push(hole.clone());
            }
        }
    }
    if !source.trim_start().starts_with('{') {
        return Err("a policy given as text must be a JSON object".to_owned());
    }
    // The node reader takes YAML too; KMS takes JSON only.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&source) {
        return Err(format!("the policy given as text is no JSON: {error}"));
    }
    let document = Document::from_text(span.file, &source).map_err(|error| error.message)?;
    read(&document, document.root(), &holes, span).ok_or_else(|| "a policy given as text must be JSON".to_owned())
}

fn read(document: &Document, id: NodeId, holes: &[Hole], span: Span) -> Option<Value> {
    let kind = match &document.node(id).kind {
        NodeKind::Scalar(scalar) => {
            let quoted = matches!(scalar.style, Style::Double);
            if !quoted && scalar.form == Form::Text {
                return None;
            }
            Kind::Text(with_holes(scalar.text(), holes))
        }
        NodeKind::Sequence(items) => {
            Kind::List(items.iter().map(|&item| read(document, item, holes, span)).collect::<Option<_>>()?)
        }
        NodeKind::Mapping(entries) => {
            let entry = |key: NodeId, value: NodeId| {
                let NodeKind::Scalar(name) = &document.node(key).kind else { return None };
                Some((Key { text: name.shared_text(), span }, read(document, value, holes, span)?))
            };
            Kind::Map(entries.iter().map(|found| entry(found.key, found.value)).collect::<Option<_>>()?)
        }
    };
    Some(Value { span, kind })
}

fn with_holes(text: &str, holes: &[Hole]) -> Text {
    let mut out = Text::default();
    let mut known = String::new();
    for c in text.chars() {
        let hole = u32::from(c).checked_sub(FIRST).and_then(|index| holes.get(usize::try_from(index).ok()?));
        match hole {
            Some(hole) => {
                out.push_str(&std::mem::take(&mut known));
                out.push(&Piece::Hole(hole.clone()));
            }
            None => known.push(c),
        }
    }
    out.push_str(&known);
    out
}
