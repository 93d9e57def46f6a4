//! The TypeScript side of the command table, made from the Rust types. The file is committed; a test
//! fails when it is stale, and `cargo xtask bindings` writes it anew.

use crate::api::*;
use crate::table::{COMMANDS, Kind, with_commands};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use ts_rs::{Config, TS, TypeVisitor};
use waybill_model::*;

/// Collects the declaration of a type and of everything it is made of.
struct Declarations {
    config: Config,
    by_name: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_none() {
            T::visit_dependencies(self);
            T::visit_generics(self);
            return;
        }
        let name = T::ident(&self.config);
        if self.by_name.contains_key(&name) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        self.by_name.insert(name, format!("{docs}export {}\n", T::decl(&self.config)));
        T::visit_dependencies(self);
        T::visit_generics(self);
    }
}

/// The text of `ui/src/generated/api.ts`.
#[must_use]
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut found = Declarations { config: Config::new().with_large_int("number"), by_name: BTreeMap::new() };
    let mut map = String::new();

    macro_rules! collect {
        ($($kind:ident $name:literal $module:ident::$handler:ident($request:ty) -> $response:ty [$($tag:ident),*];)*) => {
            $(
                found.visit::<$request>();
                found.visit::<$response>();
                let _ = writeln!(
                    map,
                    "  {:?}: {{ request: {}; response: {} }};",
                    $name,
                    <$request as TS>::name(&config),
                    <$response as TS>::name(&config),
                );
            )*
        };
    }
    with_commands!(collect);
    found.visit::<Event>();
    found.visit::<Failure>();
    found.visit::<BytesRequest>();

    let mut text =
        String::from("// Made from the Rust types by `cargo xtask bindings`. Changes here are lost.\n\n");
    for declaration in found.by_name.values() {
        text.push_str(declaration);
        text.push('\n');
    }
    text.push_str("/** What each command asks and answers. */\nexport interface Commands {\n");
    text.push_str(&map);
    text.push_str("}\n\n/** The name of a command. */\nexport type CommandName = keyof Commands;\n\n");
    text.push_str("/** What the answer of each query is made of. */\nexport const READS = {\n");
    write_tags(&mut text, Kind::Query);
    text.push_str("} as const satisfies Partial<Record<CommandName, readonly Tag[]>>;\n\n");
    text.push_str("/** What each mutation makes stale. */\nexport const INVALIDATES = {\n");
    write_tags(&mut text, Kind::Mutation);
    text.push_str("} as const satisfies Partial<Record<CommandName, readonly Tag[]>>;\n\n");
    text.push_str("/** Every error code, so that the window can have words for each. */\nexport const ERROR_CODES = [\n");
    for code in ErrorCode::ALL {
        let _ = writeln!(text, "  {:?},", code.code());
    }
    text.push_str("] as const satisfies readonly ErrorCode[];\n\n");
    text.push_str("/** Every reason code. */\nexport const REASONS = [\n");
    for reason in Reason::ALL {
        let _ = writeln!(text, "  {:?},", reason.code());
    }
    text.push_str("] as const satisfies readonly Reason[];\n");
    text
}

fn write_tags(text: &mut String, kind: Kind) {
    for command in COMMANDS.iter().filter(|command| command.kind == kind) {
        let tags: Vec<String> =
            command.tags.iter().map(|tag| serde_json::to_string(tag).unwrap_or_default()).collect();
        let _ = writeln!(text, "  {:?}: [{}],", command.name, tags.join(", "));
    }
}
