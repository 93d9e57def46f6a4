//! The one command table: every command with its name, its kind, what it asks and answers, and which
//! tags it reads or makes stale. The router, the TypeScript types, the bridge's routes and the
//! window's cache all come from this list; nothing else names a command.

use crate::api::Tag;

/// Whether a command changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only reads; its answer is made of the tags.
    Query,
    /// It changes something; the tags are stale afterwards.
    Mutation,
}

/// One command, as a host needs to know it.
#[derive(Clone, Copy, Debug)]
pub struct CommandInfo {
    /// As it stands on the wire.
    pub name: &'static str,
    /// Whether it changes anything.
    pub kind: Kind,
    /// What it reads or makes stale.
    pub tags: &'static [Tag],
}

/// Hands the whole list to a macro, which makes of it what it needs.
macro_rules! with_commands {
    ($make:ident) => {
        $make! {
            Query "deliveries.query" deliveries::query(QueryDeliveries) -> ResultSet [Deliveries];
            Query "deliveries.window" deliveries::window(WindowRequest) -> Window [Deliveries];
            Mutation "deliveries.close" deliveries::close(ResultRef) -> Nothing [];
            Query "deliveries.locate" deliveries::locate(Locate) -> Located [Deliveries];
            Query "deliveries.histogram" deliveries::histogram(HistogramRequest) -> Histogram [Deliveries];
            Query "deliveries.complete" deliveries::complete(CompletionRequest) -> Vec<Completion> [];
            Query "deliveries.list" deliveries::list(ListDeliveries) -> DeliveryList [Deliveries];
            Query "deliveries.get" deliveries::get(DeliveryRef) -> Delivery [Deliveries];
            Query "deliveries.payload" deliveries::payload(DeliveryRef) -> PayloadView [];
            Query "deliveries.hex" deliveries::hex(HexRequest) -> HexPage [];
            Query "deliveries.diff" compare::compare(DiffRequest) -> DeliveryDiff [];
            Query "deliveries.signature" signatures::report(DeliveryRef) -> SignatureReport [Inboxes, Schemes, Secrets];
            Mutation "deliveries.check_again" signatures::check_again(CheckAgain) -> Checked [Deliveries, Inboxes];
            Mutation "diagnosis.start" signatures::start_search(DeliveryRef) -> DiagnosisProgress [];
            Query "diagnosis.progress" signatures::search_progress(DeliveryRef) -> DiagnosisProgress [];
            Mutation "diagnosis.cancel" signatures::cancel_search(DeliveryRef) -> DiagnosisProgress [];
            Mutation "diagnosis.mend" signatures::mend(Mend) -> Mended [Deliveries, Inboxes, Secrets];
            Mutation "deliveries.star" deliveries::star(StarDelivery) -> Nothing [Deliveries, Status];
            Mutation "deliveries.note" deliveries::note(NoteDelivery) -> Nothing [Deliveries];
            Mutation "deliveries.delete" deliveries::delete(AskIds) -> Deleted [Deliveries, Inboxes, Status];
            Mutation "deliveries.undelete" deliveries::undelete(Undelete) -> Nothing [Deliveries, Inboxes, Status];
            Query "deliveries.export" transfer::export(Export) -> Exported [];
            Mutation "deliveries.import" transfer::import(Import) -> Imported [Deliveries, Inboxes, Status];

            Query "inboxes.list" inboxes::list(Nothing) -> Vec<Inbox> [Inboxes];
            Query "inboxes.get" inboxes::get(Named) -> Inbox [Inboxes];
            Mutation "inboxes.create" inboxes::create(InboxCreate) -> Inbox [Inboxes, Secrets];
            Mutation "inboxes.update" inboxes::update(InboxUpdate) -> Inbox [Inboxes];
            Mutation "inboxes.add_secret" inboxes::add_secret(InboxAddSecret) -> Inbox [Inboxes, Secrets];
            Mutation "inboxes.remove_secret" inboxes::remove_secret(InboxRemoveSecret) -> Inbox [Inboxes, Secrets];
            Mutation "inboxes.remove" inboxes::remove(Named) -> Nothing [Inboxes, Secrets];

            Query "providers.list" catalogue::providers(Nothing) -> Vec<ProviderInfo> [];
            Query "providers.get" catalogue::provider(CatalogueRef) -> ProviderInfo [];
            Query "providers.check" catalogue::check_provider(DescriptionText) -> Checks [];
            Query "schemes.list" catalogue::schemes(Nothing) -> Vec<SchemeInfo> [Schemes];
            Query "schemes.get" catalogue::scheme(CatalogueRef) -> SchemeFile [Schemes];
            Query "schemes.check" catalogue::check_scheme(DescriptionText) -> Checks [];
            Query "schemes.own" schemes::own(Nothing) -> OwnSchemes [Schemes];
            Mutation "schemes.reload" schemes::reload(Nothing) -> OwnSchemes [Schemes, Inboxes];
            Mutation "schemes.save" schemes::save(SchemeSave) -> SchemeFile [Schemes, Inboxes];
            Mutation "schemes.remove" schemes::remove(CatalogueRef) -> Nothing [Schemes, Inboxes];
            Mutation "schemes.preview" schemes::preview(SchemePreviewRequest) -> SchemePreview [];
            Query "schemes.compose" schemes::compose(SchemeForm) -> SchemeText [];
            Query "schemes.detect" schemes::detect(DetectRequest) -> Vec<SchemeProposal> [Schemes];
            Mutation "schemes.test_key" schemes::test_key(TestKeyRequest) -> TestKey [Secrets];

            Query "connections.list" connections::list(Nothing) -> Vec<Connection> [Connections];
            Mutation "connections.add" connections::add(ConnectionAdd) -> Connection [Connections, Endpoints, Secrets];
            Mutation "connections.test" connections::test(Named) -> ConnectionTest [Connections, Endpoints];
            Mutation "connections.remove" connections::remove(Named) -> Nothing [Connections, Endpoints, Secrets];

            Query "streams.list" streams::list(Nothing) -> Vec<LiveStream> [Connections];
            Mutation "streams.start" streams::start(StreamStart) -> LiveStream [Connections, Inboxes];
            Mutation "streams.stop" streams::stop(Named) -> Nothing [Connections];

            Query "endpoints.list" endpoints::list(EndpointsRequest) -> EndpointList [Endpoints];
            Mutation "endpoints.read" endpoints::read(EndpointsRequest) -> EndpointList [Endpoints, Connections];
            Query "endpoints.get" endpoints::get(EndpointRef) -> Endpoint [Endpoints];
            Mutation "endpoints.create" endpoints::create(CreateEndpoint) -> EndpointCreated [Endpoints, Inboxes, Secrets, Connections];
            Mutation "endpoints.update" endpoints::update(UpdateEndpoint) -> EndpointCreated [Endpoints];
            Mutation "endpoints.set_active" endpoints::set_active(SetActive) -> EndpointCreated [Endpoints];
            Mutation "endpoints.delete" endpoints::delete(EndpointRef) -> EndpointCreated [Endpoints, Secrets, Connections];
            Mutation "endpoints.rotate" endpoints::rotate(EndpointRef) -> Rotated [Endpoints, Secrets, Inboxes];
            Mutation "endpoints.test" endpoints::test(TestEndpoint) -> EndpointTested [Deliveries];
            Mutation "endpoints.log" endpoints::log(LogRequest) -> Vec<LogEntry> [];
            Mutation "endpoints.redeliver" endpoints::redeliver(Redeliver) -> Nothing [];
            Mutation "endpoints.reconcile" reconcile::reconcile(ReconcileRequest) -> Vec<Reconciliation> [];
            Mutation "endpoints.bring_in" reconcile::bring_in(BringIn) -> BroughtIn [Deliveries, Inboxes, Status];
            Query "endpoints.history" endpoints::history(HistoryRequest) -> Vec<HistoryEntry> [Endpoints];

            Query "custody.list" custody::list(Nothing) -> Vec<CustodyCase> [Endpoints, Secrets];
            Mutation "custody.repair" custody::repair_one(CustodyRef) -> CustodyRepaired [Endpoints, Secrets, Inboxes];
            Mutation "custody.dismiss" custody::dismiss(CustodyRef) -> Nothing [Endpoints];

            Query "secrets.list" secrets::list(Nothing) -> Vec<SecretMeta> [Secrets];
            Mutation "secrets.set" secrets::set(SecretSet) -> SecretMeta [Secrets];
            Mutation "secrets.reveal" secrets::reveal(SecretRef) -> Revealed [];
            Mutation "secrets.remove" secrets::remove(SecretRef) -> Nothing [Secrets];

            Mutation "tools.verify" signatures::verify(VerifyRequest) -> VerifyReport [];
            Mutation "tools.sign" signatures::sign(SignRequest) -> Signed [];
            Mutation "tools.send" samples::send(SendEvent) -> Sent [];
            Mutation "tools.sample" samples::first(Nothing) -> Sent [Inboxes, Secrets];

            Query "replays.plan" replays::plan(ReplayStart) -> ReplayPlan [];
            Mutation "replays.start" replays::start(ReplayStart) -> ReplayJob [Replays];
            Query "replays.list" replays::list(Nothing) -> Vec<ReplayJob> [Replays];
            Query "replays.get" replays::get(JobRef) -> ReplayJob [Replays];
            Query "replays.attempts" replays::attempts(AttemptsRequest) -> AttemptList [Replays];
            Mutation "replays.pause" replays::pause(JobRef) -> ReplayJob [Replays];
            Mutation "replays.resume" replays::resume(JobRef) -> ReplayJob [Replays];
            Mutation "replays.cancel" replays::cancel(JobRef) -> ReplayJob [Replays];

            Query "settings.get" settings::get(Nothing) -> Settings [Settings];
            Mutation "settings.update" settings::update(SettingsPatch) -> Settings [Settings, Status];
            Query "status.get" settings::status(Nothing) -> Status [Status];
            Mutation "capture.start" capturing::start(CaptureStart) -> Status [Status];
            Mutation "capture.stop" capturing::stop(Nothing) -> Status [Status];
            Mutation "vault.check" secrets::check_vault(Nothing) -> VaultStatus [Status];
            Query "doctor" doctor::examine(Nothing) -> Vec<DoctorLine> [];
        }
    };
}
pub(crate) use with_commands;

macro_rules! infos {
    ($($kind:ident $name:literal $module:ident::$handler:ident($request:ty) -> $response:ty [$($tag:ident),*];)*) => {
        /// Every command.
        pub const COMMANDS: &[CommandInfo] = &[
            $(CommandInfo { name: $name, kind: Kind::$kind, tags: &[$(Tag::$tag),*] },)*
        ];
    };
}
with_commands!(infos);
