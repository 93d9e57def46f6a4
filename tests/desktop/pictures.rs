//! Pictures of the window in both themes, for people to look at: `target/screens`.

use crate::driver::Session;
use serde_json::json;

impl Session {
    /// Pictures of what is shown now in both themes: `NAME-light.png` and `NAME-dark.png`.
    pub(crate) fn pictures(&self, name: &str) {
        let set = "const root = document.documentElement, before = root.dataset.theme;\
             if (arguments[0] === null) delete root.dataset.theme; else root.dataset.theme = arguments[0];\
             return before === undefined ? null : before;";
        let before = self.script_with(set, &[json!("light")]);
        for theme in ["light", "dark"] {
            self.script_with(set, &[json!(theme)]);
            self.painted();
            self.picture(&format!("{name}-{theme}"));
        }
        self.script_with(set, &[before]);
    }

    /// Goes to an address of the window's own router.
    pub(crate) fn go(&self, address: &str) {
        self.script_with("location.hash = arguments[0];", &[json!(address)]);
        self.painted();
    }

    /// Waits until what was changed is on the screen: two frames, and no transition running.
    fn painted(&self) {
        let body = "const done = arguments[0];\
             const still = () => document.getAnimations().every((a) => a.playState !== 'running' || \
               a.effect?.getComputedTiming().iterations === Infinity);\
             const look = (left) => requestAnimationFrame(() => requestAnimationFrame(() => \
               still() || left === 0 ? done(true) : look(left - 1)));\
             look(60);";
        self.post("/execute/async", &json!({ "script": body, "args": [] }));
    }
}
