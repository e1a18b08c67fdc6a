//! The two palettes. Their colours are equally light (Oklab lightness 0.80 and 0.47) and as far apart in
//! hue as twelve can be, so that no name looks more important than another one.

use super::rgb::Rgb;
use super::{NAME_COLOURS, Role};

/// The colours of the roles.
#[derive(Debug)]
pub(super) struct Palette {
    pub(super) text: Rgb,
    dim: Rgb,
    accent: Rgb,
    good: Rgb,
    warn: Rgb,
    bad: Rgb,
    code: Rgb,
    link: Rgb,
    pub(super) names: [Rgb; NAME_COLOURS],
}

impl Palette {
    /// The colour of a role. A rule is as quiet as dim text.
    pub(super) const fn colour(&self, role: Role) -> Rgb {
        match role {
            Role::Text | Role::Current | Role::Selected => self.text,
            Role::Dim | Role::Rule => self.dim,
            Role::Accent | Role::Match => self.accent,
            Role::Good => self.good,
            Role::Warn => self.warn,
            Role::Bad => self.bad,
            Role::Code => self.code,
            Role::Link => self.link,
        }
    }
}

/// For dark backgrounds.
pub(super) const DARK: Palette = Palette {
    text: Rgb::hex(0xe4_e4e4),
    dim: Rgb::hex(0x9a_9a9a),
    accent: Rgb::hex(0xff_b454),
    good: Rgb::hex(0x7f_d88f),
    warn: Rgb::hex(0xf2_cc60),
    bad: Rgb::hex(0xff_8a80),
    code: Rgb::hex(0x9c_d7d0),
    link: Rgb::hex(0x7c_c0ff),
    names: [
        Rgb::hex(0xfe_9fa6),
        Rgb::hex(0xff_a47a),
        Rgb::hex(0xf2_af48),
        Rgb::hex(0xcb_c24a),
        Rgb::hex(0x96_d273),
        Rgb::hex(0x51_daa7),
        Rgb::hex(0x06_d8d9),
        Rgb::hex(0x42_cffe),
        Rgb::hex(0x91_c1ff),
        Rgb::hex(0xb6_b4fe),
        Rgb::hex(0xe0_a1fb),
        Rgb::hex(0xfd_97d2),
    ],
};

/// For light backgrounds.
pub(super) const LIGHT: Palette = Palette {
    text: Rgb::hex(0x1f_1f1f),
    dim: Rgb::hex(0x5c_5c5c),
    accent: Rgb::hex(0x9a_3d00),
    good: Rgb::hex(0x1f_6a2c),
    warn: Rgb::hex(0x75_5200),
    bad: Rgb::hex(0xa8_1c1c),
    code: Rgb::hex(0x0b_615b),
    link: Rgb::hex(0x00_55b3),
    names: [
        Rgb::hex(0xa1_243d),
        Rgb::hex(0x95_3b01),
        Rgb::hex(0x7a_5103),
        Rgb::hex(0x63_5d04),
        Rgb::hex(0x35_6a02),
        Rgb::hex(0x03_6c4d),
        Rgb::hex(0x01_6869),
        Rgb::hex(0x04_6480),
        Rgb::hex(0x01_59ae),
        Rgb::hex(0x55_46af),
        Rgb::hex(0x7b_3697),
        Rgb::hex(0x94_296f),
    ],
};
