use proptest::prelude::*;
use ratatui::style::Color;

use super::indexed::indexed;
use super::*;

/// Backgrounds that people have, with the text colour of their scheme.
const BACKGROUNDS: [(&str, u32, u32); 9] = [
    ("black", 0x00_0000, 0xff_ffff),
    ("white", 0xff_ffff, 0x00_0000),
    ("Catppuccin Mocha", 0x1e_1e2e, 0xcd_d6f4),
    ("Solarized dark", 0x00_2b36, 0x83_9496),
    ("Solarized light", 0xfd_f6e3, 0x65_7b83),
    ("Dracula", 0x28_2a36, 0xf8_f8f2),
    ("Gruvbox dark", 0x28_2828, 0xeb_dbb2),
    ("Gruvbox light", 0xfb_f1c7, 0x3c_3836),
    ("Nord", 0x2e_3440, 0xd8_dee9),
];

/// The colours 1 to 6 and 9 to 14 of terminals that people have.
const OWN: [(&str, [u32; 12]); 7] = [
    (
        "xterm",
        [
            0xcd_0000, 0x00_cd00, 0xcd_cd00, 0x00_00ee, 0xcd_00cd, 0x00_cdcd, 0xff_0000, 0x00_ff00,
            0xff_ff00, 0x5c_5cff, 0xff_00ff, 0x00_ffff,
        ],
    ),
    (
        "VGA",
        [
            0xaa_0000, 0x00_aa00, 0xaa_5500, 0x00_00aa, 0xaa_00aa, 0x00_aaaa, 0xff_5555, 0x55_ff55,
            0xff_ff55, 0x55_55ff, 0xff_55ff, 0x55_ffff,
        ],
    ),
    (
        "Tango",
        [
            0xcc_0000, 0x4e_9a06, 0xc4_a000, 0x34_65a4, 0x75_507b, 0x06_989a, 0xef_2929, 0x8a_e234,
            0xfc_e94f, 0x72_9fcf, 0xad_7fa8, 0x34_e2e2,
        ],
    ),
    (
        "Windows Terminal",
        [
            0xc5_0f1f, 0x13_a10e, 0xc1_9c00, 0x00_37da, 0x88_1798, 0x3a_96dd, 0xe7_4856, 0x16_c60c,
            0xf9_f1a5, 0x3b_78ff, 0xb4_009e, 0x61_d6d6,
        ],
    ),
    (
        "GNOME",
        [
            0xc0_1c28, 0x26_a269, 0xa2_734c, 0x12_488b, 0xa3_47ba, 0x2a_a1b3, 0xf6_6151, 0x33_d17a,
            0xe9_ad0c, 0x2a_7bde, 0xc0_61cb, 0x33_c7de,
        ],
    ),
    (
        "macOS",
        [
            0x99_0000, 0x00_a600, 0x99_9900, 0x00_00b2, 0xb2_00b2, 0x00_a6b2, 0xe5_0000, 0x00_d900,
            0xe5_e500, 0x00_00ff, 0xe5_00e5, 0x00_e5e5,
        ],
    ),
    (
        "Konsole",
        [
            0xb2_1818, 0x18_b218, 0xb2_6818, 0x18_18b2, 0xb2_18b2, 0x18_b2b2, 0xff_5454, 0x54_ff54,
            0xff_ff54, 0x54_54ff, 0xff_54ff, 0x54_ffff,
        ],
    ),
];

/// Least contrast of the user's own colours, which are bold where they are text: level AA of WCAG 2 for such text.
const OWN_CONTRAST_MIN: f64 = 3.0;

fn theme(background: Rgb, foreground: Option<Rgb>, depth: Depth) -> Theme {
    let terminal = Terminal { depth, background: Some(background), foreground };
    Theme::new(ThemeChoice::Auto, terminal)
}

fn seen(colour: Color) -> Rgb {
    match colour {
        Color::Rgb(red, green, blue) => Rgb::new(red, green, blue),
        Color::Indexed(index) => {
            assert!(index >= 16, "the first 16 are the user's own");
            indexed(index)
        }
        other => panic!("{other} has no fixed look"),
    }
}

/// Returns the colours that cannot be read on the background or on a row.
fn unreadable(theme: &Theme, background: Rgb, own: Option<Rgb>) -> Vec<String> {
    let rows = [Role::Current, Role::Selected].map(|role| theme.style(role));
    let surfaces: Vec<Rgb> =
        rows.iter().map(|row| seen(row.bg.unwrap())).chain([background]).collect();
    let roles = Role::ALL.map(|role| (format!("{role:?}"), theme.style(role)));
    let names = theme.names.map(|name| ("name".to_owned(), name));
    let mut found = Vec::new();
    for (what, style) in roles.into_iter().chain(names) {
        let Some(colour) = style.fg else {
            let contrast = own.unwrap().contrast(background);
            found.extend((contrast < CONTRAST_MIN).then(|| format!("{what}: own, {contrast}")));
            continue;
        };
        for surface in &surfaces {
            let contrast = seen(colour).contrast(*surface);
            let line = || format!("{what}: {colour} on {surface:?} has {contrast}");
            found.extend((contrast < CONTRAST_MIN).then(line));
        }
    }
    found
}

#[test]
fn everything_is_readable_on_the_backgrounds_people_have() {
    for (scheme, background, foreground) in BACKGROUNDS {
        let (background, own) = (Rgb::hex(background), Some(Rgb::hex(foreground)));
        for depth in [Depth::TrueColor, Depth::Indexed] {
            let theme = theme(background, own, depth);
            assert_eq!(unreadable(&theme, background, own), [""; 0], "{scheme}, {depth:?}");
            let least = if depth == Depth::TrueColor { NAME_COLOURS } else { 9 };
            let mut names: Vec<Option<Color>> = theme.names.iter().map(|name| name.fg).collect();
            names = names
                .iter()
                .enumerate()
                .filter(|(at, name)| !names[..*at].contains(name))
                .map(|(_, name)| *name)
                .collect();
            assert!(names.len() >= least, "{scheme}, {depth:?}: {names:?}");
        }
    }
}

#[test]
fn the_text_is_the_terminals_own_if_it_stands_out() {
    for (scheme, background, foreground) in BACKGROUNDS {
        let own = Some(Rgb::hex(foreground));
        let text = theme(Rgb::hex(background), own, Depth::TrueColor).style(Role::Text);
        // Solarized light has 4.1 to 1, and Solarized dark 4.75, which is less than dim text has.
        assert_eq!(text == Style::new(), !scheme.starts_with("Solarized"), "{scheme}");
    }
}

#[test]
fn text_stands_out_from_dim_text() {
    for (scheme, background, foreground) in BACKGROUNDS {
        let (background, foreground) = (Rgb::hex(background), Rgb::hex(foreground));
        let theme = theme(background, Some(foreground), Depth::TrueColor);
        let contrast = |role| match theme.style(role).fg {
            Some(Color::Rgb(red, green, blue)) => Rgb::new(red, green, blue).contrast(background),
            _ => foreground.contrast(background),
        };
        let (text, dim) = (contrast(Role::Text), contrast(Role::Dim));
        assert!(text > dim * 1.2, "{scheme}: {text} {dim}");
    }
}

#[test]
fn contrast_and_luminance_are_those_of_wcag() {
    let contrast = |one, two| Rgb::hex(one).contrast(Rgb::hex(two));
    for (one, two, expected) in [
        (0x00_0000, 0xff_ffff, 21.0),
        (0x76_7676, 0xff_ffff, 4.54),
        (0xff_0000, 0xff_ffff, 4.0),
        (0x83_9496, 0x00_2b36, 4.75),
        (0x12_3456, 0x12_3456, 1.0),
    ] {
        assert!((contrast(one, two) - expected).abs() < 0.01, "{}", contrast(one, two));
    }
}

#[test]
fn black_or_white_is_readable_on_every_grey() {
    let best = |grey: Rgb| grey.contrast(Rgb::BLACK).max(grey.contrast(Rgb::WHITE));
    let least = (0..=u8::MAX).map(|level| best(Rgb::new(level, level, level)));
    let least = least.fold(f64::MAX, f64::min);
    assert!((CONTRAST_REACHABLE..4.7).contains(&least), "{least}");
}

#[test]
fn a_theme_that_is_chosen_overrules_a_background_that_contradicts() {
    let new = |choice, background| {
        Theme::new(choice, Terminal { depth: Depth::TrueColor, background, foreground: None })
    };
    let (black, white) = (Some(Rgb::BLACK), Some(Rgb::WHITE));
    assert_eq!(new(ThemeChoice::Dark, white), new(ThemeChoice::Auto, black));
    assert_eq!(new(ThemeChoice::Dark, None), new(ThemeChoice::Auto, black));
    assert_eq!(new(ThemeChoice::Light, black), new(ThemeChoice::Auto, white));
    assert_eq!(new(ThemeChoice::Auto, None), new(ThemeChoice::Ansi, None));
    assert_ne!(new(ThemeChoice::Dark, Some(Rgb::hex(0x1e_1e2e))), new(ThemeChoice::Dark, None));
}

#[test]
fn sixteen_colours_are_the_users_own_and_no_colours_are_none() {
    let new = |depth| {
        Theme::new(
            ThemeChoice::Auto,
            Terminal { depth, background: Some(Rgb::BLACK), foreground: None },
        )
    };
    let colours = |theme: &Theme| {
        let roles = theme.roles.iter().chain(&theme.names);
        roles.flat_map(|style| [style.fg, style.bg]).flatten().collect::<Vec<_>>()
    };
    let greys = [Color::Black, Color::White, Color::Gray, Color::DarkGray];
    let ansi = new(Depth::Ansi);
    assert!(colours(&ansi).iter().all(|colour| !greys.contains(colour)));
    assert_eq!(ansi.style(Role::Dim), Style::new());
    assert_eq!(colours(&new(Depth::None)), []);
    for theme in [ansi, new(Depth::None)] {
        let selected = theme.style(Role::Selected);
        assert!(selected.add_modifier.contains(Modifier::REVERSED));
    }
}

#[test]
fn the_users_own_colours_can_be_read_on_most_terminals() {
    for (background, grounds) in [
        (Some(Rgb::BLACK), &[Rgb::BLACK][..]),
        (Some(Rgb::WHITE), &[Rgb::WHITE]),
        (None, &[Rgb::BLACK, Rgb::WHITE]),
    ] {
        let terminal = Terminal { depth: Depth::Ansi, background, foreground: None };
        let theme = Theme::new(ThemeChoice::Ansi, terminal);
        let styles = theme.roles.iter().chain(&theme.names);
        for colour in styles.filter_map(|style| style.fg) {
            let index = own_index(colour);
            for ground in grounds {
                let contrast =
                    |(_, own): &(&str, [u32; 12])| Rgb::hex(own[index]).contrast(*ground);
                let readable = OWN.iter().filter(|own| contrast(own) >= OWN_CONTRAST_MIN).count();
                assert!(3 * readable > 2 * OWN.len(), "{colour} on {ground}: {readable}");
            }
        }
        let names: std::collections::HashSet<_> = theme.names.iter().map(|name| name.fg).collect();
        assert_eq!(names.len(), 6);
    }
}

/// The place of a colour in [`OWN`].
fn own_index(colour: Color) -> usize {
    let all = [
        Color::Red,
        Color::Green,
        Color::Yellow,
        Color::Blue,
        Color::Magenta,
        Color::Cyan,
        Color::LightRed,
        Color::LightGreen,
        Color::LightYellow,
        Color::LightBlue,
        Color::LightMagenta,
        Color::LightCyan,
    ];
    all.iter().position(|known| *known == colour).unwrap()
}

#[test]
fn no_meaning_is_in_a_colour_alone() {
    let all = [ThemeChoice::Mono, ThemeChoice::Ansi, ThemeChoice::Dark, ThemeChoice::Light];
    for choice in all {
        let terminal = Terminal { depth: Depth::TrueColor, background: None, foreground: None };
        let theme = Theme::new(choice, terminal);
        let has = |role, modifier| theme.style(role).add_modifier.contains(modifier);
        for role in [Role::Accent, Role::Warn, Role::Bad] {
            assert!(has(role, Modifier::BOLD), "{choice:?} {role:?}");
        }
        assert!(has(Role::Link, Modifier::UNDERLINED));
        assert_eq!(has(Role::Dim, Modifier::DIM), choice == ThemeChoice::Mono);
    }
}

#[test]
fn a_name_has_one_colour_however_it_is_spelled() {
    let theme = theme(Rgb::BLACK, None, Depth::TrueColor);
    let name = |name| theme.name(&UserName::new(name).unwrap());
    assert_eq!(name("bob"), name("BOB"));
    assert_ne!(name("bob"), name("ana"));
}

/// The hue in degrees; `None` if rounding to bytes leaves it open.
fn hue(colour: Rgb) -> Option<f64> {
    let [red, green, blue] = [colour.red, colour.green, colour.blue].map(f64::from);
    let (most, least) = (red.max(green).max(blue), red.min(green).min(blue));
    let width = most - least;
    let sector = match most {
        _ if width < 32.0 => return None,
        most if most <= red => (green - blue) / width,
        most if most <= green => 2.0 + (blue - red) / width,
        _ => 4.0 + (red - green) / width,
    };
    Some((sector * 60.0).rem_euclid(360.0))
}

fn colour() -> impl Strategy<Value = Rgb> {
    let any = any::<[u8; 3]>().prop_map(|[red, green, blue]| Rgb::new(red, green, blue));
    // Greys around the middle are the least favourable.
    let grey = (90..150u8).prop_map(|level| Rgb::new(level, level, level));
    let near = (90..140u8, 90..140u8, 90..140u8).prop_map(|(r, g, b)| Rgb::new(r, g, b));
    prop_oneof![any, grey, near]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn everything_is_readable_on_every_background(
        background in colour(),
        own in proptest::option::of(colour()),
    ) {
        for depth in [Depth::TrueColor, Depth::Indexed] {
            let theme = theme(background, own, depth);
            prop_assert_eq!(unreadable(&theme, background, own), [""; 0]);
            let [current, selected] =
                [Role::Current, Role::Selected].map(|role| seen(theme.style(role).bg.unwrap()));
            prop_assert!(current.contrast(background) >= 1.25, "{:?}", current);
            prop_assert!(selected.contrast(background) >= 1.4, "{:?}", selected);
        }
    }

    #[test]
    fn a_colour_that_is_moved_keeps_its_hue(background in colour(), asked in colour()) {
        let surfaces = Surfaces::new(background, background.is_dark(), Depth::TrueColor);
        let painted = seen(surfaces.paint(asked));
        if let (Some(before), Some(after)) = (hue(asked), hue(painted)) {
            let turned = (before - after).abs();
            // Bytes round by half a step of at least 32.
            prop_assert!(turned.min(360.0 - turned) < 4.0, "{} became {}", before, after);
        }
        if surfaces.paint(asked) == Color::Rgb(asked.red, asked.green, asked.blue) {
            return Ok(());
        }
        let theme = theme(background, None, Depth::TrueColor);
        let rows = [Role::Current, Role::Selected].map(|role| seen(theme.style(role).bg.unwrap()));
        let is_unreadable = |surface: Rgb| asked.contrast(surface) < CONTRAST_MIN;
        prop_assert!(is_unreadable(background) || rows.into_iter().any(is_unreadable));
    }
}
