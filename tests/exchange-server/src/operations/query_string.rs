//! `m:QueryString`: Advanced Query Syntax, as far as words, participants, subject and attachments. 2010 and later.

use crate::store::message::{Party, Properties};

/// Groups joined by OR, each of terms joined by AND.
#[derive(Debug)]
pub(super) struct Query(Vec<Vec<Term>>);

#[derive(Debug)]
struct Term {
    negated: bool,
    scope: Scope,
    value: String,
}

#[derive(Debug, Clone, Copy)]
enum Scope {
    Anywhere,
    Participants,
    From,
    To,
    Cc,
    Bcc,
    Subject,
    Kind,
    HasAttachment,
}

impl Query {
    pub fn read(text: &str) -> Self {
        let mut groups = vec![Vec::new()];
        let mut negated = false;
        for word in words(text) {
            match word.as_str() {
                "OR" => groups.push(Vec::new()),
                "AND" => {}
                "NOT" => negated = true,
                _ => {
                    let (minus, word) = word
                        .strip_prefix('-')
                        .map_or((false, word.as_str()), |rest| (true, rest));
                    if let Some(group) = groups.last_mut() {
                        group.push(Term::read(word, negated || minus));
                    }
                    negated = false;
                }
            }
        }
        Self(groups)
    }

    pub fn admits(&self, p: &Properties) -> bool {
        self.0
            .iter()
            .any(|group| !group.is_empty() && group.iter().all(|term| term.admits(p)))
    }
}

/// Splits at spaces and parentheses outside quotes; the quotes go.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ' ' | '(' | ')' if !quoted => words.push(std::mem::take(&mut word)),
            c => word.push(c),
        }
    }
    words.push(word);
    words.retain(|w| !w.is_empty());
    words
}

impl Term {
    fn read(word: &str, negated: bool) -> Self {
        let (key, value) = word.split_once(':').unwrap_or(("", word));
        let scope = match key.to_ascii_lowercase().as_str() {
            "participants" => Scope::Participants,
            "from" => Scope::From,
            "to" => Scope::To,
            "cc" => Scope::Cc,
            "bcc" => Scope::Bcc,
            "subject" => Scope::Subject,
            "kind" => Scope::Kind,
            "hasattachment" | "hasattachments" => Scope::HasAttachment,
            _ => Scope::Anywhere,
        };
        Self {
            negated,
            scope,
            value: value.to_lowercase(),
        }
    }

    fn admits(&self, p: &Properties) -> bool {
        let all = || p.from.iter().chain(&p.to).chain(&p.cc).chain(&p.bcc);
        let found = match self.scope {
            Scope::Participants => all().any(|party| self.is(party)),
            Scope::From => p.from.iter().chain(&p.sender).any(|party| self.is(party)),
            Scope::To => p.to.iter().any(|party| self.is(party)),
            Scope::Cc => p.cc.iter().any(|party| self.is(party)),
            Scope::Bcc => p.bcc.iter().any(|party| self.is(party)),
            Scope::Subject => self.is_in(p.subject.as_deref()),
            Scope::Kind => self.value == "email",
            Scope::HasAttachment => p.has_attachments == matches!(self.value.as_str(), "true" | "yes"),
            Scope::Anywhere => self.is_in(p.subject.as_deref()) || all().any(|party| self.is(party)),
        };
        found != self.negated
    }

    /// A whole address, or the beginning of a word of the name.
    fn is(&self, party: &Party) -> bool {
        let name = party.name.as_deref().unwrap_or_default().to_lowercase();
        party.email.as_deref().is_some_and(|e| e.to_lowercase() == self.value)
            || (!self.value.contains('@')
                && (name == self.value || name.split_whitespace().any(|word| word.starts_with(&self.value))))
    }

    fn is_in(&self, text: Option<&str>) -> bool {
        text.is_some_and(|t| t.to_lowercase().contains(&self.value))
    }
}
