//! Text on a terminal that shows ASCII only.

/// `symbol` by one character of ASCII: the frames and marks of this program by one that looks like
/// it, other text by `?`.
pub(super) fn shown(symbol: &str) -> &str {
    match symbol {
        _ if symbol.is_ascii() => symbol,
        "─" | "·" | "–" | "—" => "-",
        "│" | "┃" | "▏" => "|",
        "╭" | "╮" | "╰" | "╯" => "+",
        "›" | "→" | "▌" | "▶" => ">",
        "‹" | "←" => "<",
        "…" => ".",
        "×" | "✗" => "x",
        "●" => "*",
        "○" => "o",
        "↓" => "v",
        "↑" => "^",
        "‘" | "’" => "'",
        "“" | "”" => "\"",
        _ => "?",
    }
}
