//! Policy variables: `${aws:username}`, `${key, 'default'}`, and the escapes `${*}`, `${?}`, `${$}`.
//!
//! Source: IAM User Guide, reference_policies_variables.html: from Version 2012-10-17 on, in Resource ("only in the resource
//! portion of the ARN", after the fifth colon) and in the values of string and ARN operators; single-valued keys only.

use crate::world::{ESCAPED_ONE, ESCAPED_RUN, Hole, Kind, Origin, Piece, Question, Shape, Stop, Text, Value, World};

use super::request::{ContextValue, Request};

/// The first version with policy variables. Source: reference_policies_elements_version.html.
const WITH_VARIABLES: &str = "2012-10-17";

/// The Version element of a document, if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'v>(pub(crate) Option<&'v Value>);

impl Version<'_> {
    /// Whether `${…}` is a variable: in a document of another version, or of none, it is plain text.
    pub(crate) fn has_variables(self, world: &World) -> Result<bool, Stop> {
        let wanted = Text::literal(WITH_VARIABLES);
        match self.0.map(|version| &version.kind) {
            Some(Kind::Text(text)) => world.equal(text, &wanted),
            Some(Kind::Unknown(hole)) => world.equal(&Text::hole(hole.clone()), &wanted),
            Some(Kind::Open(question, _)) => Err(Stop::Ask(question.clone())),
            Some(Kind::Refused(refusal)) => Err(Stop::Refused(refusal.clone())),
            Some(_) | None => Ok(false),
        }
    }
}

/// What a text with variables becomes.
pub(crate) struct Expander<'r> {
    /// The call whose context gives the values.
    pub(crate) request: &'r Request,
    /// What is known.
    pub(crate) world: &'r World,
    /// Whether the result is read as a pattern: then `*` and `?` that come from a variable are plain characters.
    pub(crate) pattern: bool,
}

impl Expander<'_> {
    /// `text` with its variables replaced; nothing where a variable has no value: then nothing matches.
    pub(crate) fn expand(&self, text: &Text) -> Result<Option<Text>, Stop> {
        if !has_variables(text) {
            return Ok(Some(text.clone()));
        }
        let mut out = Text::default();
        for piece in text.pieces() {
            match piece {
                Piece::Hole(_) => out.push(piece),
                Piece::Literal(known) => {
                    if self.literal(known, &mut out)?.is_none() {
                        return Ok(None);
                    }
                }
            }
        }
        Ok(Some(out))
    }

    /// As [`Expander::expand`], of the ARN in a Resource: only what stands after the fifth colon.
    pub(crate) fn expand_arn(&self, arn: &Text) -> Result<Option<Text>, Stop> {
        match arn.split(':', 5).as_deref() {
            Some([start @ .., resource]) if start.len() == 5 => {
                let Some(resource) = self.expand(resource)? else { return Ok(None) };
                let mut out = Text::default();
                for part in start {
                    out.append(part);
                    out.push_str(":");
                }
                out.append(&resource);
                Ok(Some(out))
            }
            _ => self.expand(arn),
        }
    }

    fn literal(&self, known: &str, out: &mut Text) -> Result<Option<()>, Stop> {
        let mut rest = known;
        while let Some((before, after)) = rest.split_once("${") {
            let Some((variable, tail)) = after.split_once('}') else { break };
            out.push_str(before);
            match self.value(variable)? {
                Some(value) => self.push_value(&value, out),
                None => return Ok(None),
            }
            rest = tail;
        }
        out.push_str(rest);
        Ok(Some(()))
    }

    fn push_value(&self, value: &Text, out: &mut Text) {
        for piece in value.pieces() {
            match piece {
                Piece::Literal(known) if self.pattern => {
                    out.push_str(&known.replace('*', ESCAPED_RUN).replace('?', ESCAPED_ONE))
                }
                piece => out.push(piece),
            }
        }
    }

    fn value(&self, variable: &str) -> Result<Option<Text>, Stop> {
        if matches!(variable, "*" | "?" | "$") {
            return Ok(Some(Text::literal(variable)));
        }
        let (key, default) = variable.split_once(',').map_or((variable, None), |(key, default)| (key, Some(default)));
        let default = default.map(|text| Text::literal(text.trim().trim_matches('\'')));
        Ok(match self.request.context(key.trim(), self.world)? {
            ContextValue::Is(text) if text.as_literal() == Some("") => default,
            ContextValue::Is(text) => Some(self.world.fill(&text)),
            ContextValue::Absent => default,
            ContextValue::Unknown(hole) if self.world.absent(&hole)? => default,
            ContextValue::Unknown(hole) => Some(self.world.fill(&Text::hole(hole))),
            // Undocumented for keys with several values: either there is some value, or nothing matches.
            ContextValue::Many(_) => {
                let origin = Origin::Later { kind: "operator", name: format!("${{{variable}}}"), at: None };
                let hole = Hole::new(origin, Shape::default(), None);
                self.world.ask(Question::Fact(hole.clone()))?.then(|| Text::hole(hole))
            }
        })
    }
}

/// Whether a known part of the text holds a `${`.
pub(crate) fn has_variables(text: &Text) -> bool {
    text.pieces().iter().any(|piece| matches!(piece, Piece::Literal(known) if known.contains("${")))
}
