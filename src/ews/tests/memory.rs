//! How much memory a large message takes beside its answer. Alone in its binary, because it counts every allocation.
#![allow(missing_docs, clippy::unwrap_used)] // A test panics to fail.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use ews::recorded;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every call goes to the system's allocator as it came; counting touches no memory that was handed out.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promises are the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are the same.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Of large blocks the system moves pages, so old and new never stand side by side.
        let now = NOW.fetch_add(size, Ordering::Relaxed) + size - layout.size();
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        PEAK.fetch_max(now, Ordering::Relaxed);
        // SAFETY: the caller's promises are the same.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Enough to tell a copy from none; it needs padding.
const MIME_BYTES: usize = (6 << 20) + 1;

fn answer(base64: &str) -> Vec<u8> {
    format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><m:GetItemResponse xmlns:m=\"m\" \
         xmlns:t=\"t\"><m:ResponseMessages><m:GetItemResponseMessage ResponseClass=\"Success\"><m:ResponseCode>NoError\
         </m:ResponseCode><m:Items><t:Message><t:MimeContent CharacterSet=\"UTF-8\">{base64}</t:MimeContent><t:ItemId \
         Id=\"A\"/></t:Message></m:Items></m:GetItemResponseMessage></m:ResponseMessages></m:GetItemResponse></s:Body>\
         </s:Envelope>"
    )
    .into_bytes()
}

#[test]
fn a_large_message_takes_next_to_nothing_beside_its_answer() {
    let base64 = base64_simd::STANDARD.encode_to_string(vec![b'x'; MIME_BYTES]);
    for text in [base64.clone(), base64.trim_end_matches('=').to_owned()] {
        let answer = answer(&text);
        drop(text);
        let before = NOW.load(Ordering::Relaxed);
        PEAK.store(before, Ordering::Relaxed);
        let item = recorded::read_get_item(answer).unwrap().remove(0).unwrap();
        let beside = PEAK.load(Ordering::Relaxed) - before;
        let content = item.mime_content.unwrap();
        assert!(content.len() == MIME_BYTES && !item.invalid_mime);
        assert_eq!(content.capacity(), MIME_BYTES);
        assert!(beside < MIME_BYTES / 50, "{beside} bytes");
    }
}
