# The recipes for contributors; `just` lists them.

set shell := ["bash", "-euo", "pipefail", "-c"]

# List the recipes
default:
    @just --list

# Run the daemon with these arguments, for example: just run --listen 127.0.0.1:4000
run *ARGS:
    cargo run --release --locked -p chat-server -- {{ ARGS }}

# Open the client as NAME; start a daemon first if none runs
chat NAME:
    ./chat {{ quote(NAME) }}

# Run a daemon and two clients side by side in tmux, on a separate port (chat-tui --demo needs no daemon)
demo:
    @scripts/demo

# Draw the pictures and write the lists of the guide; to look at many sizes and colours: just pictures --look DIR
pictures *ARGS:
    cargo run --quiet --locked -p chat-tui --example pictures -- {{ ARGS }}

# Run all tests, also end to end
test: && web-check
    cargo build --workspace --locked --bins
    cargo test --workspace --locked

# Test the page in a real browser; scripts/browser gets one. Part of just test
test-web *ARGS:
    cargo build --workspace --locked --bins
    cargo test --locked -p e2e --test web -- {{ ARGS }}

# Take pictures of the page at five sizes, dark and light, into DIR, to be looked at
pictures-web DIR="target/pictures-web":
    CHAT_PICTURES={{ quote(absolute_path(DIR)) }} cargo test --quiet --locked -p e2e --test web -- nothing_is_cut

# Test the pure parts of the page, if node is there. Part of just test
web-check:
    @if command -v node >/dev/null; then node --test tests/cases/; else echo "web-check: skipped: no node"; fi

# Kill the daemon under load, 30 times, and count lost messages; arguments: --seed N --kills N …
torture *ARGS:
    cargo build --workspace --locked --bins
    cargo run --quiet --locked -p e2e --bin torture -- {{ ARGS }}

# Attack a daemon in many ways, and show what honest users notice; arguments: --only NAME --messages N --rounds N
attack *ARGS:
    cargo build --release --workspace --locked --bins
    cargo run --quiet --release --locked -p e2e --bin attack -- {{ ARGS }}

# A storm takes a third of the time if our crates are optimised as the dependencies are.
# Simulate SEEDS storms over clients, daemon and network; arguments: --seed N --log
sim SEEDS="10" *ARGS:
    CARGO_PROFILE_DEV_OPT_LEVEL=1 cargo run --quiet --locked -p e2e --bin sim -- --seeds {{ SEEDS }} {{ ARGS }}

# Measure the loads on chat-server and rawfan, in less than 5 minutes; arguments: --only W1,W3 …
bench *ARGS:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- bench {{ ARGS }}

# Measure what the search index costs: loads with and without it, alternating; arguments: --rounds N --only W3 …
bench-search *ARGS:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- bench --search {{ ARGS }}

# Measure other servers, too: redis-server inspircd nats-server ngircd mosquitto
bench-peers *ARGS:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- bench --peers {{ ARGS }}

# Measure the page in a browser: frames while 10,000 messages are scrolled, its heap, and keys in a busy room
bench-web:
    cargo build --workspace --locked --bins
    cargo test --quiet --locked -p e2e --test web -- long_log --nocapture --test-threads=1

# Measure the terminal client, beside weechat and irssi where they are installed, in three minutes
bench-tui:
    cargo build --release --locked -p chat-server -p chat-tui -p bench-tui
    cargo run --quiet --release --locked -p bench-tui

# Measure one load and print one line, for example: just load W1 --in-flight 64 --durability os
load *ARGS:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- run {{ ARGS }}

# Measure the cost of journals of a thousand to a million messages
bench-journal *ARGS:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- journal {{ ARGS }}

# Draw a flame graph of the daemon under a load with perf, or count its instructions with valgrind; arguments: --durability os …
profile WORKLOAD="W1" *ARGS:
    CARGO_PROFILE_RELEASE_DEBUG=line-tables-only RUSTFLAGS="-C force-frame-pointers=yes" \
        cargo build --release --locked --target-dir target/profile -p chat-server -p chat-load
    target/profile/release/chat-load profile {{ WORKLOAD }} {{ ARGS }}

# Draw the cost of a delivery by readers, rooms and size, in text
plot:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- plot

# Count instructions and allocations of a delivery; fail if they have grown
guard:
    cargo build --release --locked -p chat-server -p chat-load
    cargo run --quiet --release --locked -p chat-load -- guard

# Check formatting, rules, lints, documentation and the cost of a delivery; must pass before a change is merged
check: && guard
    cargo fmt --all --check
    cargo test --quiet --locked -p house
    cargo clippy --workspace --locked --all-targets -- -D warnings
    cargo clippy --workspace --locked --no-default-features -- -D warnings
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --locked --no-deps
    if cargo deny --version >/dev/null 2>&1; then just deny; \
        else echo "dependencies are not checked: cargo install cargo-deny --locked"; fi

# Check licences, bans and sources of the dependencies, and advisories if the network allows; needs cargo-deny
deny:
    cargo deny --locked check licenses bans sources
    if cargo deny --locked fetch db; then cargo deny --locked check --disable-fetch advisories; \
        else echo "advisories are not checked: their database cannot be fetched"; fi

# Apply the fixes that can be made automatically
fix:
    cargo clippy --workspace --locked --all-targets --fix --allow-dirty --allow-staged
    cargo fmt --all
