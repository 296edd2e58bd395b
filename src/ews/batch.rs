//! Many things asked for at once, and an answer for each whatever happens to the others. Knows no operation.
//!
//! Exchange gives up on whole batches: it stops after an error, runs out of its minute, or writes an answer that can't be
//! read. What is left is asked again, in halves where there was no progress, until the one that is the reason is alone
//! and carries its error.

use crate::call::{Patience, Persistence, may_be_size};
use crate::soap::{Message, Operation};
use crate::{Error, Mailbox, ResponseCode, ResponseError};

/// Single requests that may fail with no answer to be had from any, before it is the server that is at fault.
const LONE_FAILURES: usize = 3;

/// What is still to be asked.
struct Chunk {
    places: Vec<usize>,
    patience: Patience,
}

/// Asks for all of `keys`; the answers in their order, one each.
pub(crate) async fn ask<'k, K, O, B>(
    mailbox: &Mailbox,
    keys: &'k [K],
    build: B,
) -> Result<Vec<Message<O::Content>>, Error>
where
    O: Operation,
    B: Fn(Vec<&'k K>) -> O,
{
    let mut answers: Vec<Option<Message<O::Content>>> = (0..keys.len()).map(|_| None).collect();
    let mut waiting = vec![Chunk::new((0..keys.len()).collect())];
    let (mut answered, mut lone_failures) = (false, 0);
    while let Some(mut chunk) = waiting.pop() {
        if chunk.places.is_empty() {
            continue;
        }
        let operation = build(chunk.places.iter().map(|place| &keys[*place]).collect());
        let alone = chunk.places.len() == 1;
        let persistence = if alone { Persistence::Repeat } else { Persistence::Split };
        let messages = match mailbox
            .call(&operation, persistence)
            .await
            .and_then(|messages| complete::<O>(messages, &chunk))
        {
            Ok(messages) => messages,
            Err(error) if !may_be_size(&error) => return Err(error),
            Err(_) if !alone => {
                chunk.halve(&mut waiting);
                continue;
            }
            Err(error) => {
                lone_failures += 1;
                if !answered && keys.len() > 1 && lone_failures >= LONE_FAILURES {
                    return Err(error);
                }
                answers[chunk.places[0]] = Some(Err(lone(error)?));
                continue;
            }
        };
        answered = true;
        let mut left = Vec::new();
        let mut busy = None;
        let asked = chunk.places.len();
        for (place, message) in chunk.places.drain(..).zip(messages) {
            if let Err(error) = &message
                && is_worth_asking_again(&error.code)
            {
                if error.code.is_throttling() {
                    busy = Some(error.clone());
                }
                left.push(place);
            }
            answers[place] = Some(message);
        }
        if left.is_empty() {
            continue;
        }
        let progress = left.len() < asked;
        chunk.places = left;
        // What must not be asked again keeps the error that it has.
        if let Some(busy) = busy {
            if chunk.patience.throttled(mailbox, &busy).await {
                waiting.push(chunk);
            }
        } else if progress {
            waiting.push(chunk);
        } else if !alone {
            chunk.halve(&mut waiting);
        } else if chunk.patience.soon().await {
            waiting.push(chunk);
        }
    }
    Ok(answers.into_iter().flatten().collect())
}

impl Chunk {
    fn new(places: Vec<usize>) -> Self {
        Self {
            places,
            patience: Patience::default(),
        }
    }

    /// The first half is asked first.
    fn halve(mut self, waiting: &mut Vec<Self>) {
        let second = self.places.split_off(self.places.len() / 2);
        waiting.push(Self::new(second));
        waiting.push(Self::new(self.places));
    }
}

/// An answer for each, or none that can be told apart.
fn complete<O: Operation>(
    messages: Vec<Message<O::Content>>,
    chunk: &Chunk,
) -> Result<Vec<Message<O::Content>>, Error> {
    if messages.len() == chunk.places.len() {
        return Ok(messages);
    }
    Err(Error::Protocol {
        operation: O::NAME,
        what: format!(
            "it has {} response messages for {} ids",
            messages.len(),
            chunk.places.len()
        ),
    })
}

fn is_worth_asking_again(code: &ResponseCode) -> bool {
    *code == ResponseCode::ErrorBatchProcessingStopped || code.is_transient() || code.is_throttling()
}

/// The error of one thing whose answer failed as a whole; a server that does not answer in time is no thing's fault.
fn lone(error: Error) -> Result<ResponseError, Error> {
    match error {
        Error::Response(error) => Ok(error),
        Error::Transport(crate::transport::Error::Timeout { .. }) => Err(error),
        error => Ok(ResponseError {
            code: ResponseCode::UnreadableAnswer,
            text: error.message(),
            back_off: None,
        }),
    }
}
