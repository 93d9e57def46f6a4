//! The description as the window and the command line see it, and its operations by name.

use super::Description;
use super::calls::Operation;
use super::shape::AllKind;
use toml::Spanned;
use waybill_model::{
    AllEvents, AuthForm, BaseAddress, CredentialKind, EventTypeInfo, FieldInfo, FieldKind, OperationInfo,
    ProviderInfo, ProviderOperation, Support, VariableInfo,
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
            operations: self
                .operations()
                .into_iter()
                .map(|(operation, shape)| OperationInfo {
                    operation,
                    support: shape.get_ref().support,
                    note: shape.get_ref().note.clone(),
                })
                .collect(),
            url_rules: self.url_rules.words.clone(),
            delivery_notes: self.delivery_notes.clone(),
            sources: self.all_sources(),
        }
    }

    /// How far an operation is there.
    #[must_use]
    pub fn support(&self, operation: ProviderOperation) -> Support {
        self.operation(operation).support
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

    /// The shape of an operation.
    pub(crate) fn operation(&self, operation: ProviderOperation) -> &Operation {
        let all = &self.operations;
        match operation {
            ProviderOperation::List => &all.list,
            ProviderOperation::Get => &all.get,
            ProviderOperation::Create => &all.create,
            ProviderOperation::Update => &all.update,
            ProviderOperation::SetActive => &all.set_active,
            ProviderOperation::Delete => &all.delete,
            ProviderOperation::Rotate => &all.rotate,
            ProviderOperation::Test => &all.test,
            ProviderOperation::Log => &all.log,
            ProviderOperation::Redeliver => &all.redeliver,
        }
        .get_ref()
    }

    /// Every operation with its shape, in the order of the window.
    pub(crate) fn operations(&self) -> [(ProviderOperation, &Spanned<Operation>); 10] {
        let all = &self.operations;
        [
            (ProviderOperation::List, &all.list),
            (ProviderOperation::Get, &all.get),
            (ProviderOperation::Create, &all.create),
            (ProviderOperation::Update, &all.update),
            (ProviderOperation::SetActive, &all.set_active),
            (ProviderOperation::Delete, &all.delete),
            (ProviderOperation::Rotate, &all.rotate),
            (ProviderOperation::Test, &all.test),
            (ProviderOperation::Log, &all.log),
            (ProviderOperation::Redeliver, &all.redeliver),
        ]
    }

    fn event_types(&self) -> impl Iterator<Item = EventTypeInfo> + '_ {
        self.events.groups.iter().flat_map(|group| {
            group
                .types
                .iter()
                .map(|name| EventTypeInfo { name: name.get_ref().clone(), group: group.name.clone() })
        })
    }

    /// The types that "every type" stands for when each must be named.
    pub(crate) fn every_type(&self) -> Vec<String> {
        let named = self.events.groups.iter().filter(|group| group.in_all);
        named.flat_map(|group| group.types.iter().map(|name| name.get_ref().clone())).collect()
    }

    pub(crate) fn all_events(&self) -> AllEvents {
        match (self.events.all.get_ref(), &self.events.word) {
            (AllKind::Wildcard, Some(word)) => AllEvents::Wildcard { word: word.clone() },
            (AllKind::Empty, _) => AllEvents::Empty,
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
        let operations = self.operations().into_iter().filter_map(|(operation, shape)| {
            let source = &shape.get_ref().source;
            let name = serde_json::to_value(operation).ok()?;
            (!source.is_empty()).then(|| format!("{}: {source}", name.as_str().unwrap_or_default()))
        });
        let areas = areas.into_iter().map(|(area, source)| format!("{area}: {source}"));
        self.sources.iter().cloned().chain(operations).chain(areas).chain(log).collect()
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
