//! The description as the window and the command line see it, and its operations by name.

use super::rules::{AllKind, EventGroup};
use super::{Description, Scope};
use crate::base;
use waybill_model::{
    AllEvents, AuthForm, BaseAddress, CredentialKind, EventTypeInfo, FieldInfo, FieldKind, OperationInfo,
    ProviderInfo, ProviderOperation, VariableInfo,
};

impl Description {
    /// Everything a form or a page about this provider needs.
    #[must_use]
    pub fn info(&self) -> ProviderInfo {
        ProviderInfo {
            id: self.id().to_owned(),
            title: self.title.clone(),
            introduction: self.introduction.clone(),
            bases: self
                .bases
                .iter()
                .map(|base| BaseAddress { label: base.label.clone(), url: base.url.get_ref().clone() })
                .collect(),
            variables: self
                .variables
                .iter()
                .map(|variable| VariableInfo {
                    name: variable.name.get_ref().clone(),
                    label: variable.label.clone(),
                    hint: variable.hint.clone(),
                    scope: self.scope_of(variable.name.get_ref()),
                })
                .collect(),
            auth: self
                .auth
                .iter()
                .map(|auth| AuthForm {
                    id: auth.id.get_ref().clone(),
                    label: auth.label.clone(),
                    hint: auth.hint.clone(),
                })
                .collect(),
            fields: self.fields.iter().map(field_info).collect(),
            events: self.event_types().collect(),
            all_events: self.all_events(),
            events_note: self.events.note.clone(),
            scheme: self.scheme.clone(),
            operations: ProviderOperation::ALL
                .into_iter()
                .map(|operation| {
                    let shape = self.operation(operation);
                    OperationInfo { operation, support: shape.support, note: shape.note.clone() }
                })
                .collect(),
            url_rules: self.url_rules.words.clone(),
            delivery_notes: self.delivery_notes.clone(),
            sources: self.all_sources(),
        }
    }

    /// What verifies this provider's deliveries.
    #[must_use]
    pub fn credential_kind(&self) -> CredentialKind {
        self.credential.kind
    }

    /// For how many seconds the provider honours the old secret after a rotation; 0: it dies at
    /// once; absent: the provider does not say.
    #[must_use]
    pub fn rotation_overlap_s(&self) -> Option<u64> {
        self.credential.overlap_s
    }

    fn event_types(&self) -> impl Iterator<Item = EventTypeInfo> + '_ {
        self.events.groups.iter().flat_map(|group| {
            group
                .types
                .iter()
                .map(|name| EventTypeInfo { name: name.get_ref().clone(), group: group.name.clone() })
        })
    }

    /// The groups of event types that an account of this kind has.
    fn groups(&self, scope: &str) -> impl Iterator<Item = &EventGroup> {
        let fits = move |group: &&EventGroup| {
            group.scopes.is_empty() || group.scopes.iter().any(|known| known.get_ref() == scope)
        };
        self.events.groups.iter().filter(fits)
    }

    /// Every type that is known for an account of this kind.
    pub(crate) fn known_types(&self, scope: &str) -> impl Iterator<Item = &str> {
        self.groups(scope).flat_map(|group| group.types.iter().map(|name| name.get_ref().as_str()))
    }

    /// The kind of account that a variable belongs to, for people; absent: to all.
    fn scope_of(&self, variable: &str) -> Option<String> {
        let named = |scope: &&Scope| base::placeholders(scope.path.get_ref()).contains(&variable);
        self.scopes.iter().find(named).map(|scope| scope.label.clone())
    }

    /// The types that "every type" stands for when each must be named.
    pub(crate) fn every_type(&self, scope: &str) -> Vec<String> {
        let named = self.groups(scope).filter(|group| group.in_all);
        named.flat_map(|group| group.types.iter().map(|name| name.get_ref().clone())).collect()
    }

    pub(crate) fn all_events(&self) -> AllEvents {
        match (self.events.all.get_ref(), &self.events.word) {
            (AllKind::Wildcard, Some(word)) => AllEvents::Wildcard { word: word.clone() },
            (AllKind::Empty | AllKind::Null, _) => AllEvents::Empty,
            _ => AllEvents::Explicit,
        }
    }

    fn all_sources(&self) -> Vec<String> {
        let areas = [
            ("event types", &self.events.source),
            ("address rules", &self.url_rules.source),
            ("endpoint", &self.endpoint.source),
            ("credential", &self.credential.source),
            ("errors", &self.errors.source),
            ("rate limit", &self.rate_limit.source),
        ];
        let log = self.log.iter().map(|log| format!("log entry: {}", log.source));
        let operations = self.operations().filter_map(|(operation, shape)| {
            let source = &shape.get_ref().source;
            let name = serde_json::to_value(operation).ok()?;
            (!source.is_empty()).then(|| format!("{}: {source}", name.as_str().unwrap_or_default()))
        });
        let sign_in = self.auth.iter().filter_map(|auth| auth.sign_in.as_ref());
        let sign_in = sign_in.map(|sign_in| format!("signing in: {}", sign_in.get_ref().source));
        let choices = self.fields.iter().filter_map(|field| Some((field, field.choices.as_ref()?)));
        let choices =
            choices.map(|(field, choices)| format!("{}: {}", field.label, choices.get_ref().source));
        let areas = areas.into_iter().map(|(area, source)| format!("{area}: {source}"));
        self.sources
            .iter()
            .cloned()
            .chain(operations)
            .chain(areas)
            .chain(log)
            .chain(sign_in)
            .chain(choices)
            .collect()
    }
}

fn field_info(field: &super::shape::Field) -> FieldInfo {
    FieldInfo {
        name: field.name.get_ref().clone(),
        label: field.label.clone(),
        hint: field.hint.clone(),
        required: field.required,
        editable: field.editable,
        kind: match &field.options {
            Some(options) => FieldKind::Choice { options: options.clone() },
            None => FieldKind::Text,
        },
        default: field.default.as_ref().map(|default| default.get_ref().clone()),
    }
}
