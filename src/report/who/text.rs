//! The report for people: the principals, what else has to be so, and at the end the deployer that was named.

use crate::findings::short;
use crate::lockout::{Abilities, Able, Verdict, WhoKey};
use crate::source::Sources;

use super::super::sheet::Sheet;
use super::super::text::{TextOptions, clean};
use super::super::told::{Place, resource};
use super::super::why;
use super::named::{Can, Named};
use super::{Section, Told, words};

/// Up to this many principals and keys are listed without `--verbose`.
const LISTED: usize = 20;

/// Where to go from a no.
const SEE_FIX: &str = "`cfn-lockout check` with the same flags shows the place, `cfn-lockout fix` the smallest edit";

/// Where to go from what is not decided.
const SEE_CHECK: &str = "`cfn-lockout check` with the same flags names the flag for each fact that is missing";

/// The report as text.
pub(crate) fn text(told: &Told<'_>, sources: &Sources, options: TextOptions) -> String {
    let page = Sheet::new(options.width);
    let mut writer = Writer { told, sources, options, page };
    for section in &told.sections {
        writer.section(section);
    }
    for failure in &told.report.failures {
        let place = if failure.line > 0 { format!(":{}:{}", failure.line, failure.column) } else { String::new() };
        writer.page.heading(&format!("error: {}{place}: {}", failure.path, failure.message));
    }
    writer.page.out
}

struct Writer<'t> {
    told: &'t Told<'t>,
    sources: &'t Sources,
    options: TextOptions,
    page: Sheet,
}

impl Writer<'_> {
    fn path(&self) -> &str {
        self.sources.path(self.told.file)
    }

    fn section(&mut self, section: &Section) {
        let deployment = section.place.as_ref().map(|place| format!(", deployment {} ({place})", section.deployment));
        let subject = format!("{}{}", self.path(), deployment.unwrap_or_default());
        match section.who.keys.as_slice() {
            [] => {
                self.page.heading(&format!("who can deploy {subject}: anybody, as far as keys go"));
                self.page.item("  ", "it creates no KMS key", "  ");
            }
            [key] => {
                self.page.heading(&format!("who can deploy {subject}, key {}:", resource(&key.stack, &key.id)));
                self.abilities(&section.who.together, section, "  ");
            }
            keys => {
                self.page.heading(&format!("who can deploy {subject}, all {} keys together:", keys.len()));
                self.together(section);
                if !self.options.quiet {
                    self.each(section);
                }
            }
        }
        self.left_out(section);
        if section.who.has_nobody() && section.deployer.is_none() {
            self.what_to_do();
        }
        if let Some(named) = Named::of(section, self.told.report) {
            self.named(&named);
        }
    }

    /// All keys together. Where nobody can, the keys say why.
    fn together(&mut self, section: &Section) {
        let together = &section.who.together;
        if !section.who.has_nobody() {
            return self.abilities(together, section, "  ");
        }
        let stuck: Vec<&WhoKey> = section.who.keys.iter().filter(|key| key.can.nobody.is_some()).collect();
        if stuck.is_empty() {
            self.page.item("  ", "nobody: no principal passes for every key", "  ");
        }
        for key in stuck {
            let why = key.can.nobody.as_ref().map(words::nobody).unwrap_or_default();
            self.page.item("  ", &format!("nobody, because of key {}: {why}", resource(&key.stack, &key.id)), "    ");
        }
        self.cases(together, section, "  ");
    }

    /// The keys of which something else is said than of all together.
    fn each(&mut self, section: &Section) {
        let together = &section.who.together;
        let anybody = |able: &Able| matches!(able.verdict, Verdict::Bypassed | Verdict::DefaultPolicy);
        let differs = |key: &&WhoKey| {
            let says_more = key.can.principals != together.principals || key.can.open != together.open;
            key.can.nobody.is_none() && says_more && !key.can.principals.iter().all(anybody)
        };
        let others: Vec<&WhoKey> = section.who.keys.iter().filter(differs).collect();
        let listed = if self.options.verbose { others.len() } else { LISTED };
        for key in others.iter().take(listed) {
            let place = Place::of(key.span, self.sources);
            let place = format!("{}:{}", place.file, place.start.0);
            self.page.heading(&format!("key {} by itself ({}):", resource(&key.stack, &key.id), clean(&place)));
            self.abilities(&key.can, section, "  ");
        }
        if others.len() > listed {
            self.page.heading(&format!("… and {} more keys: --verbose lists them", others.len() - listed));
        }
    }

    fn abilities(&mut self, can: &Abilities, section: &Section, indent: &str) {
        if let Some(nobody) = &can.nobody {
            self.page.item(indent, &format!("nobody: {}", words::nobody(nobody)), "    ");
        } else if can.principals.is_empty() && can.open.is_empty() {
            self.page.item(indent, "nobody, with the values that would be deployed", "    ");
        }
        self.list(&can.principals, section, indent);
        for open in &can.open {
            let told = match open.kind {
                "budget" => format!("not known, at least not all: {}", open.help),
                kind => format!("not known: it depends on {kind} {} ({})", open.name, open.help),
            };
            self.page.item(indent, &told, "    ");
        }
        self.cases(can, section, indent);
    }

    fn cases(&mut self, can: &Abilities, section: &Section, indent: &str) {
        if !can.cases.is_empty() {
            self.page.item(indent, "with other values:", indent);
            self.list(&can.cases, section, "    ");
        }
    }

    fn list(&mut self, all: &[Able], section: &Section, indent: &str) {
        let listed = if self.options.verbose { all.len() } else { LISTED };
        for able in all.iter().take(listed) {
            let deeper = format!("{indent}  ");
            self.page.item(indent, &words::who(able, section.who.account.as_deref()), &deeper);
            if let Some(when) = words::when(able) {
                self.page.item(&deeper, &when, &deeper);
            }
        }
        if all.len() > listed {
            self.page.item(indent, &format!("… and {} more: --verbose lists them", all.len() - listed), indent);
        }
    }

    /// Keys that are not created, and what nobody could look into.
    fn left_out(&mut self, section: &Section) {
        let skipped = self.told.report.skipped.iter().filter(|row| row.deployment == section.deployment);
        let mut lines: Vec<String> =
            skipped.map(|row| format!("{}: {}", resource(&row.stack, &row.logical_id), row.because)).collect();
        let (unknown, loops) = (self.told.report.unknown, self.told.report.loops);
        if unknown > 0 {
            lines.push(format!("keys of {unknown} nested stack{} whose template is not known", plural(unknown)));
        }
        if loops > 0 {
            lines.push(format!("keys of {loops} loop{} over values that were not given", plural(loops)));
        }
        if !lines.is_empty() {
            self.page.heading("not counted:");
            lines.iter().for_each(|line| self.page.item("  ", line, "    "));
        }
    }

    fn what_to_do(&mut self) {
        let command = format!("cfn-lockout fix {} --deployer ARN", self.path());
        self.page.heading("to let somebody in, ask for the smallest edit:");
        self.page.copied(&command);
    }

    fn named(&mut self, named: &Named<'_>) {
        let origin = named.origin.map_or_else(String::new, |origin| format!(" (from {origin})"));
        let answer = match named.can {
            Can::Yes => "yes",
            Can::IfIam => "yes, if its IAM policies allow kms:PutKeyPolicy",
            Can::Undecided => "not decided",
            Can::No => "no",
        };
        self.page.heading(&format!("`{}`{origin}: {answer}", short(named.deployer)));
        for why in &named.because {
            self.page.item("  ", why, "    ");
        }
        if named.can == Can::IfIam {
            self.page.item("  ", "--identity-policy FILE or --iam-snapshot FILE settles it", "  ");
        }
        match named.can {
            Can::No => self.page.item("  ", SEE_FIX, "  "),
            Can::Undecided => self.page.item("  ", SEE_CHECK, "  "),
            Can::Yes | Can::IfIam => {}
        }
        if self.options.why {
            for row in &named.keys {
                self.page.item(
                    "  ",
                    &format!("{}  {}", row.verdict.word(), resource(&row.stack, &row.logical_id)),
                    "  ",
                );
                self.page.out.push_str(&why::tree(row, self.options, clean));
            }
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
