//! Many things asked for at once, and an answer for each whatever happens to the others. Knows no operation.
//!
//! Exchange gives up on whole batches: it stops after an error, runs out of its minute, breaks the connection, or writes an
//! answer that can't be read. What is left is asked again, in halves where there was no progress, until the one that is the
//! reason is alone and carries its error. Whether it is not rather the server that is at fault, is asked before each half.

use std::marker::PhantomData;

use crate::call::{Patience, Persistence};
use crate::soap::{Message, Operation};
use crate::{Disposition, Error, Mailbox, ResponseCode, ResponseError, transport};

/// Those who failed alone and are given further chances, with waits between them: with more, nothing else would be read.
const FURTHER_CHANCES: usize = 4;

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
        waits: 0,
        health: Health::Unknown,
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
    /// Those for whom was waited.
    waits: usize,
    health: Health,
    /// At least one request was answered whole.
    answered: bool,
    operation: PhantomData<O>,
}

/// Of the server, since the last failure.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    Unknown,
    /// It gave a good answer.
    Well,
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
        let error = match self.call(&chunk.places, persistence).await {
            Ok(messages) => {
                self.keep(chunk, messages).await;
                return Ok(());
            }
            Err(error) => error,
        };
        let disposition = error.policy().disposition;
        let lone = chunk.places.len() == 1;
        match error {
            // One that the server does not want to give now, while it gives others.
            Error::Response(error) if lone && disposition == Disposition::Wait => {
                if self.require_health().await.is_err() {
                    return Err(error.into());
                }
                self.answers[chunk.places[0]] = Some(Err(error));
            }
            error if !disposition.may_be_one_of_many() => return Err(error),
            error => {
                self.require_health().await?;
                match lone {
                    true => self.suspects.push((chunk.places[0], error)),
                    false => chunk.halve(&mut self.waiting),
                }
            }
        }
        Ok(())
    }

    /// # Errors
    /// It is the server that is at fault, or the way to it.
    async fn require_health(&mut self) -> Result<(), Error> {
        if std::mem::replace(&mut self.health, Health::Unknown) == Health::Unknown {
            self.mailbox.require_health().await?;
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
        self.health = Health::Well;
        self.answered = true;
        let mut left = Vec::new();
        let mut busy = None;
        let asked = chunk.places.len();
        for (place, message) in chunk.places.drain(..).zip(messages) {
            if let Err(error) = &message {
                match error.code.policy().disposition {
                    Disposition::Wait => {
                        busy = Some(error.clone());
                        left.push(place);
                    }
                    Disposition::Repeat | Disposition::Split => left.push(place),
                    _ => {}
                }
            }
            // What is not asked again after all keeps this error.
            self.answers[place] = Some(message);
        }
        chunk.places = left;
        let again = match (busy, chunk.places.len()) {
            (_, 0) => false,
            (Some(busy), _) => chunk.patience.throttled(self.mailbox, &busy).await,
            (None, left) if left < asked => true,
            (None, 1) => self.may_wait() && chunk.patience.soon().await,
            (None, _) => return chunk.halve(&mut self.waiting),
        };
        if again {
            self.waiting.push(chunk);
        }
    }

    fn may_wait(&mut self) -> bool {
        self.waits += 1;
        self.waits <= FURTHER_CHANCES * 3
    }

    /// Those who failed alone get their last chances. Who let the server run out of time has had his.
    async fn try_suspects(&mut self) -> Result<(), Error> {
        let mut chances = FURTHER_CHANCES;
        for (place, error) in std::mem::take(&mut self.suspects) {
            let timeout = matches!(error, Error::Transport(transport::Error::Timeout { .. }));
            let again = self.answered
                && !timeout
                && self.keys.len() > 1
                && chances > 0
                && error.policy().disposition == Disposition::Split;
            if !again {
                self.answers[place] = Some(Err(carried(error)));
                continue;
            }
            chances -= 1;
            self.answers[place] = match self.call(&[place], Persistence::Repeat).await {
                Ok(mut messages) => messages.pop(),
                Err(error) if error.policy().disposition.may_be_one_of_many() => Some(Err(carried(error))),
                Err(error) => return Err(error),
            };
        }
        Ok(())
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

/// The error of one thing whose answer failed as a whole.
fn carried(error: Error) -> ResponseError {
    match error {
        Error::Response(error) => error,
        error => ResponseError {
            code: ResponseCode::UnreadableAnswer,
            text: error.message(),
            back_off: None,
        },
    }
}
