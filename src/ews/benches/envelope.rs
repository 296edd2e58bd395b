//! Reading and writing envelopes, and what the whole client costs a message.
//!
//! Times are the processor time of the client's only thread: HTTP included, the server and all waiting excluded.
#![allow(missing_docs, clippy::unwrap_used)]

use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use ews::transport::{Route, Scheme, Secret, Settings, Transport};
use ews::{
    Client, DistinguishedFolder, FolderId, FolderRef, ItemChange, ItemId, Mime, Property, RequestServerVersion,
    recorded,
};
use exchange_server::{ExchangeServer, Handle, Plan, Rights};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::Runtime;

/// What the pipeline asks for before it matches.
const HEADERS: [Property; 9] = [
    Property::ItemClass,
    Property::Size,
    Property::IsRead,
    Property::From,
    Property::Sender,
    Property::ToRecipients,
    Property::CcRecipients,
    Property::BccRecipients,
    Property::InternetMessageId,
];
const BATCH: usize = 100;
const VERSION: RequestServerVersion = RequestServerVersion::Exchange2013_SP1;

struct Scene {
    runtime: Runtime,
    _server: Handle,
    client: Client,
    mailbox: String,
    folder: FolderId,
    ids: Vec<ItemId>,
}

impl Scene {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let plan: Plan = "users=1,messages=5000,contacts=100,matched=0.1,size=20k,seed=1"
            .parse()
            .unwrap();
        let mailbox = plan.expected().next().unwrap().mailbox;
        let server = ExchangeServer::builder()
            .account("svc", "x", Rights::All)
            .generate(plan)
            .start_blocking()
            .unwrap();
        let settings = Settings {
            scheme: Scheme::Basic,
            ..Settings::new(server.url().parse().unwrap(), "svc", Secret::new("x".into()))
        };
        let client = Client::new(Transport::new(settings).unwrap(), Some(VERSION));
        let jane = client.mailbox(&mailbox);
        let (folder, ids) = runtime.block_on(async {
            let inbox = FolderRef::Distinguished(DistinguishedFolder::Inbox);
            let folder = jane.get_folder(&[inbox]).await.unwrap().remove(0).unwrap().id;
            let ids = |changes: Vec<ItemChange<'_>>| {
                let ids = changes.iter().filter_map(|change| match change {
                    ItemChange::Create(item) => Some(item.item_id()),
                    _ => None,
                });
                ids.take(BATCH).collect()
            };
            let page = jane.sync_folder_items(&folder, None, 512, &[], ids).await.unwrap();
            (folder, page.changes)
        });
        Self {
            runtime,
            _server: server,
            client,
            mailbox,
            folder,
            ids,
        }
    }

    fn answer(&self, request: bytes::Bytes) -> Vec<u8> {
        let route = Route::default();
        self.runtime
            .block_on(self.client.transport().post(&route, request))
            .unwrap()
            .body
    }

    fn request(&self, mime: Mime) -> bytes::Bytes {
        let properties = if mime == Mime::Include { &[][..] } else { &HEADERS };
        recorded::get_item_request(&self.mailbox, VERSION, &self.ids, properties, mime)
    }
}

fn read(criterion: &mut Criterion<ProcessorTime>, scene: &Scene) {
    let mut group = criterion.benchmark_group("read");
    let headers = scene.answer(scene.request(Mime::Exclude));
    let mime = scene.answer(scene.request(Mime::Include));
    for (name, answer) in [("headers", headers), ("mime", mime)] {
        let items = recorded::read_get_item(answer.clone()).unwrap();
        assert!(items.len() == BATCH && items.iter().all(Result::is_ok));
        group.throughput(Throughput::ElementsAndBytes {
            elements: BATCH as u64,
            bytes: answer.len() as u64,
        });
        group.bench_function(name, |b| {
            b.iter_batched(|| answer.clone(), recorded::read_get_item, BatchSize::LargeInput);
        });
    }
    let request = recorded::sync_folder_items_request(&scene.mailbox, VERSION, &scene.folder, None, &[]);
    let changes = scene.answer(request);
    assert_eq!(
        recorded::read_sync_folder_items(changes.clone()).unwrap()[0]
            .as_ref()
            .unwrap()
            .changes
            .len(),
        512
    );
    group.throughput(Throughput::ElementsAndBytes {
        elements: 512,
        bytes: changes.len() as u64,
    });
    group.bench_function("changes", |b| {
        b.iter_batched(
            || changes.clone(),
            recorded::read_sync_folder_items,
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn write(criterion: &mut Criterion<ProcessorTime>, scene: &Scene) {
    let mut group = criterion.benchmark_group("write");
    group.throughput(Throughput::Elements(BATCH as u64));
    group.bench_function("headers", |b| b.iter(|| scene.request(Mime::Exclude)));
    group.finish();
}

fn client(criterion: &mut Criterion<ProcessorTime>, scene: &Scene) {
    let mut group = criterion.benchmark_group("client");
    group.throughput(Throughput::Elements(BATCH as u64));
    let jane = scene.client.mailbox(&scene.mailbox);
    for (name, mime) in [("headers", Mime::Exclude), ("mime", Mime::Include)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let items = scene
                    .runtime
                    .block_on(jane.get_item(&scene.ids, &HEADERS, mime))
                    .unwrap();
                assert!(items.len() == BATCH && items[0].is_ok());
            });
        });
    }
    group.finish();
}

/// Of this thread.
struct ProcessorTime;

impl Measurement for ProcessorTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        let now = clock_gettime(ClockId::ThreadCPUTime);
        Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
    }

    fn end(&self, start: Duration) -> Duration {
        self.start() - start
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn all(criterion: &mut Criterion<ProcessorTime>) {
    let scene = Scene::new();
    read(criterion, &scene);
    write(criterion, &scene);
    client(criterion, &scene);
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ProcessorTime);
    targets = all
}
criterion_main!(benches);
