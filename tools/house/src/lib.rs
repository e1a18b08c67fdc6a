//! The rules of this repository that no compiler checks, as tests over its sources.
//!
//! They read the files of the checkout, and need nothing that must be built first: `cargo test -p house`.

#[cfg(test)]
mod directions;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod test_count;
#[cfg(test)]
mod words;
