//! A client that only applies what it is told must end with what the folder holds, whatever happens meanwhile.

use std::collections::BTreeMap;

use super::*;
use crate::generate::{Direction, Plan, mix};

/// What a client knows of an item: its read flag and the size of its content.
type View = BTreeMap<u64, (bool, u32)>;

struct Client {
    view: View,
    floor: u64,
    ceiling: u64,
    cursor: u64,
}

impl Client {
    /// One page; true where the round is complete.
    fn page(&mut self, folder: &Folder, most: usize) -> bool {
        if self.cursor == self.ceiling {
            (self.floor, self.ceiling) = (self.ceiling, folder.last());
        }
        let page = folder.changes(self.floor, self.ceiling, self.cursor, most);
        assert!(page.changes.len() <= most);
        for (key, kind) in page.changes {
            let known = self.view.contains_key(&key);
            match (kind, folder.item(key)) {
                (ChangeKind::Create, Some(item)) => {
                    assert!(!known, "told as new twice");
                    self.view.insert(key, (item.flags.read, item.content.properties().size));
                }
                (ChangeKind::Update, Some(item)) => {
                    assert!(known, "a change to an item that was never told");
                    self.view.insert(key, (item.flags.read, item.content.properties().size));
                }
                (ChangeKind::ReadFlag, Some(item)) => {
                    assert!(known, "a read flag of an item that was never told");
                    self.view.entry(key).or_default().0 = item.flags.read;
                }
                (ChangeKind::Delete, None) => drop(self.view.remove(&key)),
                (kind, _) => panic!("{kind:?} does not fit the folder"),
            }
        }
        self.cursor = page.cursor;
        assert_eq!(page.complete, page.cursor == self.ceiling);
        page.complete && self.ceiling == folder.last()
    }
}

fn message(size: usize) -> Arc<StoredMessage> {
    let properties = Properties::empty(size, OffsetDateTime::UNIX_EPOCH);
    Arc::new(StoredMessage {
        properties,
        mime: bytes::Bytes::new(),
    })
}

fn edit(folder: &mut Folder, random: u64) {
    let keys: Vec<u64> = folder.keys().collect();
    let some = keys
        .get((random >> 8) as usize % keys.len().max(1))
        .copied()
        .unwrap_or_default();
    match random % 5 {
        0 | 1 => drop(folder.deliver(message((random >> 40) as usize), random & 32 != 0)),
        2 => drop(folder.touch(some, Touch::Read(random & 64 != 0))),
        3 => drop(folder.touch(some, Touch::Content(message((random >> 40) as usize)))),
        _ => drop(folder.remove(some)),
    }
}

fn contents(folder: &Folder) -> View {
    let view = |key| {
        folder
            .item(key)
            .map(|i| (key, (i.flags.read, i.content.properties().size)))
    };
    folder.keys().filter_map(view).collect()
}

#[test]
fn a_client_ends_with_what_the_folder_holds_whatever_happens_while_it_pages() {
    for seed in 0..300u64 {
        let mut folder = Folder::new(1, None, "Inbox", "IPF.Note", 1);
        if seed % 3 == 0 {
            let plan = Plan {
                messages: 40,
                ..Plan::default()
            };
            folder.generate(Arc::new(Series::new(&plan, 0, Direction::Inbox)));
        }
        let mut client = Client {
            view: View::new(),
            floor: 0,
            ceiling: 0,
            cursor: 0,
        };
        for step in 0..120 {
            let random = mix(seed << 20 | step);
            if random.is_multiple_of(4) {
                client.page(&folder, 1 + (random >> 50) as usize % 7);
            } else {
                edit(&mut folder, random >> 4);
            }
            assert_eq!(folder.total(), folder.keys().count() as u64);
            assert_eq!(
                folder.unread(),
                contents(&folder).values().filter(|(read, _)| !read).count() as u64
            );
        }
        while !client.page(&folder, 5) {}
        assert_eq!(client.view, contents(&folder), "seed {seed}");
    }
}
