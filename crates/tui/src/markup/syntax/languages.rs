//! The comments, strings and keywords of each language.
//!
//! To add a language, add a row to the table.

/// A row of the table.
#[derive(Debug)]
pub(super) struct Language {
    /// The names behind the fence, with blanks between them.
    names: &'static str,
    pub(super) shape: Shape,
    /// The marks of a comment that ends with its line.
    pub(super) line: &'static [&'static str],
    /// The opening and the closing mark of a comment of several lines.
    pub(super) block: Option<(&'static str, &'static str)>,
    pub(super) texts: &'static [Text],
    /// With blanks between them.
    keywords: &'static str,
}

/// How a language is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// By comments, strings and words.
    Code,
    /// By the first characters of each line.
    Diff,
}

/// A string of a language.
#[derive(Debug)]
pub(super) struct Text {
    /// Its opening and its closing mark.
    pub(super) mark: &'static str,
    /// Whether a backslash takes the meaning of the character behind it.
    pub(super) escapes: bool,
    pub(super) extent: Extent,
}

/// How much a string may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// One character.
    Character,
    /// The rest of its line.
    Line,
    /// Several lines.
    Lines,
}

impl Text {
    const fn new(mark: &'static str, escapes: bool, extent: Extent) -> Self {
        Self { mark, escapes, extent }
    }
}

const DOUBLE: Text = Text::new("\"", true, Extent::Line);
const SINGLE: Text = Text::new("'", true, Extent::Line);
const CHARACTER: Text = Text::new("'", true, Extent::Character);
const TEMPLATE: Text = Text::new("`", true, Extent::Lines);
const RAW: Text = Text::new("`", false, Extent::Lines);

/// Strings of shells and of data.
const PLAIN_QUOTES: &[Text] = &[DOUBLE, Text::new("'", false, Extent::Line)];

const C_COMMENT: Option<(&str, &str)> = Some(("/*", "*/"));

const LANGUAGES: &[Language] = &[
    code(
        "rust rs",
        &["//"],
        C_COMMENT,
        &[DOUBLE, CHARACTER],
        "as async await break const continue crate dyn else enum extern false fn for if impl in let loop \
         match mod move mut pub ref return self Self static struct super trait true type union unsafe use \
         where while",
    ),
    code(
        "python py",
        &["#"],
        None,
        &[
            Text::new("\"\"\"", true, Extent::Lines),
            Text::new("'''", true, Extent::Lines),
            DOUBLE,
            SINGLE,
        ],
        "and as assert async await break class continue def del elif else except False finally for from \
         global if import in is lambda None nonlocal not or pass raise return True try while with yield",
    ),
    code(
        "javascript js jsx typescript ts tsx",
        &["//"],
        C_COMMENT,
        &[DOUBLE, SINGLE, TEMPLATE],
        "as async await break case catch class const continue default delete do else enum export extends \
         false finally for from function if implements import in instanceof interface let new null of return \
         static super switch this throw true try type typeof undefined var void while yield",
    ),
    code(
        "c h cpp c++ cc hpp",
        &["//"],
        C_COMMENT,
        &[DOUBLE, SINGLE],
        "auto bool break case catch char class const constexpr continue default delete do double else enum \
         extern false float for goto if inline int long namespace new nullptr operator private protected \
         public return short signed sizeof static struct switch template this throw true try typedef typename \
         union unsigned using virtual void volatile while",
    ),
    code(
        "java kotlin kt scala csharp c# cs swift dart",
        &["//"],
        C_COMMENT,
        &[Text::new("\"\"\"", true, Extent::Lines), DOUBLE, SINGLE],
        "abstract async await boolean break case catch class const continue default do else enum extends \
         extension false final finally for func fun guard if implements import in int interface internal is \
         let namespace new nil null object override package private protected protocol public return sealed \
         static string struct super switch this throw throws true try using val var void when while",
    ),
    code(
        "go golang",
        &["//"],
        C_COMMENT,
        &[DOUBLE, SINGLE, RAW],
        "break case chan const continue default defer else fallthrough false for func go goto if import \
         interface map nil package range return select struct switch true type var",
    ),
    code(
        "sh bash zsh shell console fish",
        &["#"],
        None,
        PLAIN_QUOTES,
        "case do done elif else esac exit export fi for function if in local return set then until while",
    ),
    code(
        "ruby rb",
        &["#"],
        None,
        &[DOUBLE, SINGLE],
        "begin break case class def do else elsif end ensure false for if in module next nil not or rescue \
         return self super then true unless until when while yield",
    ),
    code(
        "lua",
        &["--"],
        Some(("--[[", "]]")),
        &[DOUBLE, SINGLE],
        "and break do else elseif end false for function if in local nil not or repeat return then true until \
         while",
    ),
    code(
        "sql sqlite postgres mysql",
        &["--"],
        C_COMMENT,
        &[Text::new("'", false, Extent::Line), Text::new("\"", false, Extent::Line)],
        "ADD ALTER AND AS BEGIN BY CASE COLUMN COMMIT CONSTRAINT CREATE DEFAULT DELETE DESC DISTINCT DROP \
         ELSE END EXISTS FROM GROUP HAVING IN INDEX INSERT INTO IS JOIN KEY LEFT LIKE LIMIT NOT NULL ON OR \
         ORDER PRIMARY REFERENCES SELECT SET TABLE THEN UNION UNIQUE UPDATE VALUES VIEW WHEN WHERE WITH",
    ),
    code("json jsonc", &["//"], C_COMMENT, &[DOUBLE], "false null true"),
    code(
        "toml yaml yml ini conf dockerfile make makefile",
        &["#"],
        None,
        PLAIN_QUOTES,
        "false null true",
    ),
    code("html xml svg", &[], Some(("<!--", "-->")), &[Text::new("\"", false, Extent::Line)], ""),
    code("css scss", &[], C_COMMENT, &[DOUBLE, SINGLE], ""),
    Language { shape: Shape::Diff, ..code("diff patch", &[], None, &[], "") },
];

const fn code(
    names: &'static str,
    line: &'static [&'static str],
    block: Option<(&'static str, &'static str)>,
    texts: &'static [Text],
    keywords: &'static str,
) -> Language {
    Language { names, shape: Shape::Code, line, block, texts, keywords }
}

impl Language {
    /// The language of a fence, in any case of its letters; `None` if it is not known.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        let is_it = |known: &str| known.eq_ignore_ascii_case(name);
        LANGUAGES.iter().find(|language| language.names.split(' ').any(is_it))
    }

    /// Whether a word is a keyword. Those that are all in capitals may be written in small letters.
    pub(super) fn has_keyword(&self, word: &str) -> bool {
        let is_capital = |keyword: &str| !keyword.contains(|c: char| c.is_ascii_lowercase());
        self.keywords.split(' ').any(|keyword| {
            keyword == word || is_capital(keyword) && keyword.eq_ignore_ascii_case(word)
        })
    }
}
