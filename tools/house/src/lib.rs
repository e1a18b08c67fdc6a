//! The rules of this repository that the compiler does not check, as tests over its sources.
//!
//! They only read the files of the checkout: `cargo test -p house` builds no other crate.

#[cfg(test)]
mod directions;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod functions;
#[cfg(test)]
mod lengths;
#[cfg(test)]
mod log_lines;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod test_count;
#[cfg(test)]
mod types;
#[cfg(test)]
mod words;
