//! Fn::Cidr and Fn::GetAZs.
//!
//! Source: AWS CloudFormation User Guide, intrinsic-function-reference-cidr.html (count from 1 to 256; cidrBits is the number
//! of bits that are left for hosts) and …-getavailabilityzones.html.

use ipnet::IpNet;

use crate::template::Expr;
use crate::world::{Class, Hole, Kind, Origin, Pattern, Shape, Text, Value};

use super::names::later;
use super::scope::refused;

const CIDR: &str = "every Fn::Cidr object requires two or three parameters, (1) an ipBlock, (2) a count between 1 and 256 and (3) the number of subnet bits";

/// Fn::Cidr: blocks of the network, one after the other.
pub(super) fn cidr(args: &[Value], expr: &Expr) -> Kind {
    let texts: Option<Vec<Text>> = args.iter().map(Value::as_text).collect();
    let Some(texts) = texts.filter(|texts| (2..=3).contains(&texts.len())) else { return refused(CIDR, expr) };
    let known: Option<Vec<&str>> = texts.iter().map(Text::as_literal).collect();
    let (Some([block, count, rest @ ..]), true) = (known.as_deref(), texts.len() == 3) else {
        // Without cidrBits the size of the blocks is AWS's choice, which is not documented.
        let names: Vec<String> = texts.iter().map(Text::to_string).collect();
        return Kind::Members(later("function", &format!("Fn::Cidr of {}", names.join(", ")), expr.span));
    };
    let bits = rest.first().and_then(|bits| bits.trim().parse::<u8>().ok());
    let (Ok(network), Ok(count), Some(bits)) = (block.trim().parse::<IpNet>(), count.trim().parse::<usize>(), bits)
    else {
        return refused(CIDR, expr);
    };
    let prefix = network.max_prefix_len().checked_sub(bits).filter(|prefix| *prefix >= network.prefix_len());
    let blocks: Option<Vec<IpNet>> =
        prefix.and_then(|prefix| Some(network.subnets(prefix).ok()?.take(count).collect()));
    match blocks.filter(|blocks| blocks.len() == count && (1..=256).contains(&count)) {
        Some(blocks) => {
            Kind::List(blocks.iter().map(|block| Value::text(expr.span, Text::literal(&block.to_string()))).collect())
        }
        None => refused(CIDR, expr),
    }
}

/// Fn::GetAZs: a list that only the account tells; each member begins with its Region.
pub(super) fn zones(argument: &Value, expr: &Expr, region: &Text) -> Kind {
    let Some(given) = argument.as_text() else { return refused("Fn::GetAZs takes the name of a Region", expr) };
    let region = if given.as_literal() == Some("") { region.clone() } else { given };
    let mut pattern = region.clone();
    pattern.push_str("?*");
    let shape = Shape { class: Class::Name, pattern: Some(Pattern::new(pattern)), ..Shape::default() };
    let origin = Origin::Later { kind: "zones", name: format!("Fn::GetAZs of {region}"), at: None };
    Kind::Members(Hole::new(origin, shape, Some(expr.span)))
}
