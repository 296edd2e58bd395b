//! Many things asked for at once, and an answer for each whatever happens to the others. Knows no operation.
//!
//! Exchange gives up on whole batches: it stops after an error, runs out of its minute, or writes an answer that can't be
//! read. What is left is asked again, in halves where there was no progress, until the one that is the reason is alone
//! and carries its error.

use std::marker::PhantomData;

use crate::call::{Patience, Persistence, may_be_size};
use crate::soap::{Message, Operation};
use crate::{Error, Mailbox, ResponseCode, ResponseError, transport};

/// Answers that fail alone, one after the other and before any good one: then it is the server that is at fault.
const LONE_FAILURES: usize = 8;

/// Asks for all of `keys`; the answers in their order, one each.
pub(crate) async fn ask<'k, K, O, B>(
    mailbox: &'k Mailbox,
    keys: &'k [K],
    build: B,
) -> Result<Vec<Message<O::Content>>, Error>
where
    O: Operation,
    B: Fn(Vec<&'k K>) -> O,
{
    let mut batch = Batch::<O, B, K> {
        mailbox,
        keys,
        build,
        answers: (0..keys.len()).map(|_| None).collect(),
        waiting: vec![Chunk::new((0..keys.len()).collect())],
        suspects: Vec::new(),
        answered: false,
        operation: PhantomData,
    };
    while let Some(chunk) = batch.waiting.pop() {
        batch.take(chunk).await?;
    }
    batch.try_suspects().await?;
    Ok(batch.answers.into_iter().flatten().collect())
}

struct Batch<'k, O: Operation, B, K> {
    mailbox: &'k Mailbox,
    keys: &'k [K],
    build: B,
    answers: Vec<Option<Message<O::Content>>>,
    waiting: Vec<Chunk>,
    /// Those whose answer failed as a whole while they were alone, and how.
    suspects: Vec<(usize, Error)>,
    /// The server gave at least one good answer.
    answered: bool,
    operation: PhantomData<O>,
}

/// What is still to be asked, in one request.
struct Chunk {
    places: Vec<usize>,
    patience: Patience,
}

impl<'k, O, B, K> Batch<'k, O, B, K>
where
    O: Operation,
    B: Fn(Vec<&'k K>) -> O,
{
    /// Asks once, and sorts the answers into those that stand and those to ask again.
    async fn take(&mut self, chunk: Chunk) -> Result<(), Error> {
        if chunk.places.is_empty() {
            return Ok(());
        }
        let persistence = if self.keys.len() == 1 {
            Persistence::Repeat
        } else {
            Persistence::Split
        };
        match self.call(&chunk.places, persistence).await {
            Ok(messages) => self.keep(chunk, messages).await,
            Err(error) if !may_be_size(&error) => return Err(error),
            Err(_) if chunk.places.len() > 1 => chunk.halve(&mut self.waiting),
            Err(error) if self.keys.len() == 1 => self.answers[0] = Some(Err(lone(error)?)),
            Err(error @ Error::Transport(transport::Error::Timeout { .. })) => return Err(error),
            Err(error) => {
                self.suspects.push((chunk.places[0], error));
                if !self.answered && self.suspects.len() >= LONE_FAILURES {
                    return self.give_up();
                }
            }
        }
        Ok(())
    }

    async fn call(&self, places: &[usize], persistence: Persistence) -> Result<Vec<Message<O::Content>>, Error> {
        let operation = (self.build)(places.iter().map(|place| &self.keys[*place]).collect());
        let messages = self.mailbox.call(&operation, persistence).await?;
        if messages.len() == places.len() {
            return Ok(messages);
        }
        Err(Error::Protocol {
            operation: O::NAME,
            what: format!("it has {} response messages for {} ids", messages.len(), places.len()),
        })
    }

    async fn keep(&mut self, mut chunk: Chunk, messages: Vec<Message<O::Content>>) {
        self.answered = true;
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
            // What is not asked again after all keeps this error.
            self.answers[place] = Some(message);
        }
        chunk.places = left;
        let again = match (busy, chunk.places.len()) {
            (_, 0) => false,
            (Some(busy), _) => chunk.patience.throttled(self.mailbox, &busy).await,
            (None, left) if left < asked => true,
            (None, 1) => chunk.patience.soon().await,
            (None, _) => return chunk.halve(&mut self.waiting),
        };
        if again {
            self.waiting.push(chunk);
        }
    }

    /// Where the server is well otherwise, those who failed alone get their last chances, with waits between them.
    async fn try_suspects(&mut self) -> Result<(), Error> {
        if !self.answered && !self.suspects.is_empty() {
            return self.give_up();
        }
        for (place, _) in std::mem::take(&mut self.suspects) {
            self.answers[place] = match self.call(&[place], Persistence::Repeat).await {
                Ok(mut messages) => messages.pop(),
                Err(error) if may_be_size(&error) => Some(Err(lone(error)?)),
                Err(error) => return Err(error),
            };
        }
        Ok(())
    }

    fn give_up(&mut self) -> Result<(), Error> {
        self.suspects.pop().map_or(Ok(()), |(_, error)| Err(error))
    }
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

fn is_worth_asking_again(code: &ResponseCode) -> bool {
    *code == ResponseCode::ErrorBatchProcessingStopped || code.is_transient() || code.is_throttling()
}

/// The error of one thing whose answer failed as a whole; a server that does not answer in time is no thing's fault.
fn lone(error: Error) -> Result<ResponseError, Error> {
    match error {
        Error::Response(error) => Ok(error),
        Error::Transport(transport::Error::Timeout { .. }) => Err(error),
        error => Ok(ResponseError {
            code: ResponseCode::UnreadableAnswer,
            text: error.message(),
            back_off: None,
        }),
    }
}
