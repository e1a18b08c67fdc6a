//! The records that orders leave in the audit log.

use serde_json::Value;

use super::order::User;
use super::user_name;

/// A record of the audit log. Of `about`, the numbers that only the server knows are left out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Record {
    pub(super) by: User,
    pub(super) what: &'static str,
    pub(super) about: [String; 2],
    pub(super) reason: String,
}

impl Record {
    /// Whether it is the record that an owner was sent.
    pub(super) fn is_like(&self, group: u32, sent: &Value) -> bool {
        let about = sent["about"].as_str().unwrap_or_default();
        let [begin, end] = &self.about;
        sent["by"]["name"] == user_name(group, self.by)
            && sent["what"] == self.what
            && about.starts_with(begin.as_str())
            && about.ends_with(end.as_str())
            && sent["reason"].as_str().unwrap_or_default() == self.reason
    }
}
