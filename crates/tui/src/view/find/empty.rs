//! What the page of a search says if there are no results.

use chat_client::search::Search;

use crate::state::{Find, State};
use crate::wording::NO_SEARCH;

/// Why there are no results, and whether something is wrong; `None` if there are some.
pub(super) fn no_results(state: &State, find: &Find) -> Option<(String, bool)> {
    let search = state.client.search();
    if let Some(problem) = &find.problem {
        return Some((problem.clone(), true));
    }
    if let Some(refusal) =
        search.refusal().filter(|_| search.hits().is_empty() || !search.is_answered())
    {
        return Some((format!("Not found: {}", refusal.text), true));
    }
    if !search.hits().is_empty() {
        return None;
    }
    if state.client.session().is_none() && !search.is_answered() {
        return Some(("You're offline. The search begins once connected".to_owned(), false));
    }
    if state.client.session().is_some() && !state.client.can_search() {
        return Some((NO_SEARCH.to_owned(), true));
    }
    Some((searching_or_none(search), false))
}

fn searching_or_none(search: &Search) -> String {
    if !search.is_answered() || search.has_more() {
        return "Searching…".to_owned();
    }
    match search.indexed() {
        Some(percent) => format!(
            "Nothing found yet: the server has indexed {percent} % of the messages. Enter searches again"
        ),
        None => "No message has all of this. Fewer words find more, as does mig* for migration"
            .to_owned(),
    }
}
