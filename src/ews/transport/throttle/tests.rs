use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::*;

async fn waits(limiter: &Limiter, mailbox: &str) -> Duration {
    let start = Instant::now();
    drop(limiter.acquire(Some(mailbox)).await);
    start.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_in_trouble_slows_only_itself() {
    let limiter = Limiter::new(8);
    limiter.mailbox_busy("a@x", Some(Duration::from_secs(30)));
    assert_eq!(waits(&limiter, "b@x").await, Duration::ZERO);
    assert_eq!(limiter.server_bound(), 8);
    let waited = waits(&limiter, "a@x").await;
    assert!((30_000..30_100).contains(&waited.as_millis()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn a_busy_server_holds_every_mailbox_and_halves_the_bound() {
    let limiter = Limiter::new(8);
    limiter.server_busy(Some(Duration::from_millis(500)));
    assert!(waits(&limiter, "b@x").await >= Duration::from_millis(500));
    assert_eq!(limiter.server_bound(), 4);
}

#[tokio::test(start_paused = true)]
async fn who_is_held_for_an_hour_is_told_so_at_once_and_nobody_else_waits_for_it() {
    let limiter = Limiter::new(8);
    let hour = Duration::from_secs(3600);
    limiter.mailbox_busy("a@x", Some(hour));
    limiter.server_busy(Some(hour));
    let start = Instant::now();
    let held = limiter.acquire(Some("a@x")).await.unwrap_err();
    assert_eq!((held, start.elapsed()), (Held(hour), Duration::ZERO));
    assert!(waits(&limiter, "b@x").await <= Duration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn one_mailbox_never_takes_all_connections() {
    let limiter = Limiter::new(8);
    let mut permits = Vec::new();
    for _ in 0..MAILBOX_CONCURRENCY {
        permits.push(limiter.acquire(Some("a@x")).await);
    }
    assert!(
        timeout(Duration::from_secs(1), limiter.acquire(Some("a@x")))
            .await
            .is_err()
    );
    assert!(
        timeout(Duration::from_secs(1), limiter.acquire(Some("b@x")))
            .await
            .is_ok()
    );
    permits.pop();
    assert!(
        timeout(Duration::from_secs(1), limiter.acquire(Some("a@x")))
            .await
            .is_ok()
    );
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_go_on_when_a_permit_is_dropped() {
    let limiter = Limiter::new(1);
    let permit = limiter.acquire(Some("a@x")).await;
    let waiter = tokio::spawn({
        let limiter = limiter.clone();
        async move { limiter.acquire(Some("b@x")).await.unwrap().succeeded() }
    });
    tokio::task::yield_now().await;
    drop(permit);
    timeout(Duration::from_secs(1), waiter).await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_hold_that_is_set_while_others_wait_concerns_them_too() {
    let limiter = Limiter::new(1);
    let permit = limiter.acquire(Some("a@x")).await;
    let start = Instant::now();
    let waiter = tokio::spawn({
        let limiter = limiter.clone();
        async move { drop(limiter.acquire(Some("a@x")).await) }
    });
    tokio::task::yield_now().await;
    limiter.mailbox_busy("a@x", Some(Duration::from_secs(9)));
    drop(permit);
    waiter.await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(9));
}

#[tokio::test(start_paused = true)]
async fn mailboxes_at_rest_are_forgotten() {
    let limiter = Limiter::new(8);
    for n in 0..100 {
        limiter.acquire(Some(&format!("{n}@x"))).await.unwrap().succeeded();
    }
    assert!(limiter.gates().mailboxes.is_empty());
}

#[tokio::test(start_paused = true)]
async fn held_for_tells_the_longer_of_both_holds() {
    let limiter = Limiter::new(8);
    assert_eq!(limiter.held_for("a@x"), None);
    limiter.mailbox_busy("a@x", Some(Duration::from_secs(9)));
    limiter.server_busy(Some(Duration::from_millis(400)));
    assert_eq!(limiter.held_for("a@x"), Some(Duration::from_secs(9)));
    assert_eq!(limiter.held_for("b@x"), Some(Duration::from_millis(400)));
}
