//! The bytes that a message's parts lie in: the message, and what was opened of it. Knows no use of a part.

use std::borrow::Cow;

use crate::mime::{Part, Structure};

/// A part of one of the sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PartId {
    pub source: usize,
    pub part: usize,
}

/// A message's bytes, and its parts.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub bytes: Vec<u8>,
    structure: Structure,
    /// The part whose content it was; none of the message itself.
    wrapper: Option<PartId>,
}

/// All sources; the message itself is the first.
#[derive(Debug, Default)]
pub(super) struct Sources {
    all: Vec<Source>,
}

impl Sources {
    pub fn of(message: Vec<u8>) -> Self {
        let mut sources = Self::default();
        sources.add(message, None);
        sources
    }

    pub fn root(&self) -> PartId {
        PartId { source: 0, part: 0 }
    }

    pub fn add(&mut self, bytes: Vec<u8>, wrapper: Option<PartId>) {
        self.all.push(Source {
            structure: Structure::read(&bytes),
            bytes,
            wrapper,
        });
    }

    /// Keeps bytes that are no message.
    pub fn add_bytes(&mut self, bytes: Vec<u8>) -> usize {
        self.all.push(Source {
            bytes,
            ..Source::default()
        });
        self.all.len() - 1
    }

    pub fn part(&self, id: PartId) -> &Part {
        &self.all[id.source].structure.parts[id.part]
    }

    /// Its parts, in their order.
    pub fn children(&self, id: PartId) -> impl Iterator<Item = PartId> {
        let children = &self.part(id).children;
        children.iter().map(move |part| PartId { part: *part, ..id })
    }

    /// Every part there is.
    pub fn ids(&self) -> impl Iterator<Item = PartId> {
        let parts =
            |source: usize| (0..self.all[source].structure.parts.len()).map(move |part| PartId { source, part });
        (0..self.all.len()).flat_map(parts)
    }

    /// The message that was opened of a part.
    pub fn opened(&self, wrapper: PartId) -> Option<PartId> {
        let source = self.all.iter().position(|source| source.wrapper == Some(wrapper))?;
        Some(PartId { source, part: 0 })
    }

    /// How often one was opened in the other.
    pub fn depth(&self, id: PartId) -> usize {
        std::iter::successors(self.all[id.source].wrapper, |id| self.all[id.source].wrapper).count()
    }

    /// A part's body, decoded.
    pub fn bytes(&self, id: PartId) -> Cow<'_, [u8]> {
        self.part(id).encoding.decode(self.body(id))
    }

    /// A part's body as it was transferred.
    pub fn body(&self, id: PartId) -> &[u8] {
        &self.all[id.source].bytes[self.part(id).body.clone()]
    }

    pub fn source(&self, source: usize) -> Option<&[u8]> {
        self.all.get(source).map(|source| source.bytes.as_slice())
    }

    /// What could not be taken apart.
    pub fn incomplete(&self) -> Vec<String> {
        self.all
            .iter()
            .flat_map(|source| source.structure.incomplete.iter().cloned())
            .collect()
    }
}
