//! The icons of the sprite `assets/icons.svg`. They repeat what words say, so they are hidden from screen readers.

use maud::{Markup, Render, html};

use crate::assets;

/// An outline from the sprite. A name that is not here cannot be used; a test compares the list with the sprite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Icon(&'static str);

macro_rules! icons {
    ($($name:ident = $id:literal),+ $(,)?) => {
        #[expect(missing_docs, reason = "the constant has the name of the outline")]
        impl Icon {
            $(pub const $name: Self = Self($id);)+
            /// Every icon, in the order of the sprite.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

icons! {
    ADJUSTMENTS = "adjustments-horizontal",
    ALERT = "alert-triangle",
    UNDO = "arrow-back-up",
    ARROW_LEFT = "arrow-left",
    ARROW_RIGHT = "arrow-right",
    BAN = "ban",
    BELL = "bell",
    BOOK = "book",
    BRIEFCASE = "briefcase",
    COMMUNITY = "building-community",
    CALENDAR = "calendar",
    CALENDAR_DUE = "calendar-due",
    CALENDAR_EVENT = "calendar-event",
    CALENDAR_OFF = "calendar-off",
    CASH = "cash",
    CERTIFICATE = "certificate",
    CHART = "chart-bar",
    CHECK = "check",
    CHECKLIST = "checklist",
    CHEVRON_DOWN = "chevron-down",
    CHEVRON_LEFT = "chevron-left",
    CHEVRON_RIGHT = "chevron-right",
    CHEVRON_UP = "chevron-up",
    CIRCLE_CHECK = "circle-check",
    CLOCK = "clock",
    CLOUD_OFF = "cloud-off",
    COPY = "copy",
    DATABASE = "database",
    FLOPPY = "device-floppy",
    MOBILE = "device-mobile",
    DOWNLOAD = "download",
    EXTERNAL = "external-link",
    EYE = "eye",
    FILE_PLUS = "file-plus",
    FILE = "file-text",
    FILES = "files",
    FILTER = "filter",
    FLAG = "flag",
    HISTORY = "history",
    HOME = "home",
    HOURGLASS = "hourglass",
    ID_CARD = "id",
    INBOX = "inbox",
    INFO = "info-circle",
    KEYBOARD = "keyboard",
    LIST = "list-details",
    LOCK = "lock",
    SIGN_IN = "login",
    SIGN_OUT = "logout",
    MAIL = "mail",
    MAP_PIN = "map-pin",
    MENU = "menu-2",
    MESSAGE = "message",
    MOON = "moon",
    PAPERCLIP = "paperclip",
    PENCIL = "pencil",
    PHONE = "phone",
    PAUSE = "player-pause",
    PLAY = "player-play",
    STOP = "player-stop",
    UNPLUGGED = "plug-connected-x",
    PLUS = "plus",
    PRINTER = "printer",
    QR = "qrcode",
    RECEIPT = "receipt",
    REFRESH = "refresh",
    REPORT = "report-analytics",
    STAMP = "rubber-stamp",
    SCAN = "scan",
    SEARCH = "search",
    SEND = "send",
    SERVER = "server-cog",
    SETTINGS = "settings",
    SHIELD = "shield-check",
    SIGNATURE = "signature",
    STAR = "star",
    SUN = "sun",
    SWITCH = "switch-horizontal",
    TICKET = "ticket",
    TRASH = "trash",
    UPLOAD = "upload",
    USER = "user",
    USER_PLUS = "user-plus",
    USERS = "users",
    VERSIONS = "versions",
    WALLET = "wallet",
    WORLD = "world",
    CROSS = "x",
    ZOOM_IN = "zoom-in",
}

impl Icon {
    /// The name of the outline in the sprite.
    pub const fn id(self) -> &'static str {
        self.0
    }

    /// Arrows and chevrons point the other way where text runs from right to left; clocks and checks do not.
    const fn turns(self) -> bool {
        let id = self.0.as_bytes();
        matches!(
            id,
            b"arrow-left"
                | b"arrow-right"
                | b"chevron-left"
                | b"chevron-right"
                | b"arrow-back-up"
                | b"send"
                | b"login"
                | b"logout"
        )
    }
}

impl Render for Icon {
    fn render(&self) -> Markup {
        html! {
            svg.icon.th-flip[self.turns()] aria-hidden="true" {
                use href=(format!("{}#{}", assets::url("icons.svg"), self.0)) {}
            }
        }
    }
}

/// The mark of the product: a roof on columns.
pub(super) fn brand_mark() -> Markup {
    html! {
        svg viewBox="0 0 32 32" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2.2"
            stroke-linejoin="round" stroke-linecap="round" {
            path d="M2.5 13.5c4.500-.5 8.500-3 13.500-8.500 5 5.500 9 8 13.500 8.500" {}
            path d="M6.500 13.800V25M13 13v12M19 13v12M25.500 13.800V25M3.500 26.500h25" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sprite_and_the_list_of_icons_are_the_same() {
        let sprite = assets::text("icons.svg").expect("the sprite");
        let drawn: Vec<&str> = sprite
            .split("<symbol id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let named: Vec<&str> = Icon::ALL.iter().map(|icon| icon.id()).collect();
        assert_eq!(drawn, named);
    }
}
