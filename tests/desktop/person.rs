//! What a person does with the window and sees in it: controls by their names, keys, the rows of a list.
//!
//! A control is found by the words a person or a screen reader has for it, never by a class or a test's own mark,
//! and only where it can be used: behind an open dialog there is nothing. Typing is keys, pressing is the mouse.

use crate::driver::Session;
use serde_json::{Value, json};

/// The keys that have no character of their own, as WebDriver writes them.
pub(crate) mod keys {
    pub(crate) const ENTER: &str = "\u{e007}";
    pub(crate) const ESCAPE: &str = "\u{e00c}";
    pub(crate) const CONTROL: &str = "\u{e009}";
    pub(crate) const SHIFT: &str = "\u{e008}";
    pub(crate) const DELETE: &str = "\u{e017}";
}

const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Finds the control that is called by one of the names; of a single name also one that only begins with it ("All"
/// for "All 40"). In the uppermost dialog or menu when one is open.
const CONTROL: &str = r#"
const [names, kinds] = arguments;
const squeeze = (text) => (text || '').replace(/\s+/g, ' ').trim();
const shown = (e) => e.getClientRects().length > 0;
const usable = (e) => e.getAttribute('aria-disabled') !== 'true' && !e.disabled && !e.closest('[inert]');
const called = (e) => [e.getAttribute('aria-label'), e.innerText, e.title, e.placeholder,
  ...[...(e.labels || [])].map((label) => label.innerText)].map(squeeze).filter(Boolean);
const ways = [(text, name) => text === name];
if (names.length === 1) ways.push((text, name) => text.startsWith(name) && !/[\w.]/.test(text[name.length]));
const layers = [...document.querySelectorAll('[role=dialog],[role=alertdialog],[role=menu],[role=listbox]')]
  .filter(shown).reverse();
if (!layers.some((layer) => layer.getAttribute('role').endsWith('dialog'))) layers.push(document);
for (const way of ways) for (const layer of layers) for (const name of names) {
  const found = [...layer.querySelectorAll(kinds)]
    .find((e) => shown(e) && usable(e) && called(e).some((text) => way(text, name)));
  if (found) return found;
}
return null;
"#;

const CONTROLS: &str = "button,a,summary,input,textarea,[role=tab],[role=menuitem],[role=option],[role=row]";
const FIELDS: &str = "input:not([type=radio],[type=checkbox]),textarea";

/// The rows of the grid of that name, each as its text, in order.
const ROWS: &str = r#"
const grid = [...document.querySelectorAll('[role=grid],table')].find((e) => e.getAttribute('aria-label') === arguments[0]);
if (!grid) return [];
return [...grid.querySelectorAll('[role=row],tr')]
  .filter((row) => row.querySelector('[role=gridcell],td'))
  .sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
  .map((row) => [...row.querySelectorAll('[role=gridcell],td')].map((cell) => cell.innerText.replace(/\s+/g, ' ').trim()).join(' '));
"#;

/// The list of the home view.
pub(crate) const DELIVERIES: &str = "Deliveries, newest first";

/// An element that was found.
#[derive(Clone, Debug)]
pub(crate) struct Element(String);

impl Element {
    fn of(value: &Value) -> Option<Self> {
        value[ELEMENT].as_str().map(|id| Self(id.to_owned()))
    }
}

impl Session {
    /// Waits for the visible, usable control (button, link, tab, field …) of that name and clicks it.
    #[track_caller]
    pub(crate) fn press(&self, name: &str) -> Element {
        self.press_either(&[name])
    }

    /// The same for whichever of the names is there.
    #[track_caller]
    pub(crate) fn press_either(&self, names: &[&str]) -> Element {
        self.press_one_of(CONTROLS, names)
    }

    #[track_caller]
    fn press_one_of(&self, kinds: &str, names: &[&str]) -> Element {
        // What is still moving, or covered by something that goes away, is tried again.
        self.wait(&format!("{names:?} can be clicked"), || {
            let element = Element::of(&self.script_with(CONTROL, &[json!(names), json!(kinds)]))?;
            match self.try_post(&format!("/element/{}/click", element.0), &json!({})) {
                Ok(_) => Some(element),
                Err(error) => {
                    println!("{names:?}: {error}");
                    None
                }
            }
        })
    }

    /// Clicks into the field of that name and types over what it holds.
    #[track_caller]
    pub(crate) fn write(&self, name: &str, text: &str) {
        let field = self.press_one_of(FIELDS, &[name]);
        self.keys(&[keys::CONTROL, "a"]);
        self.keys(&[keys::DELETE]);
        if !text.is_empty() {
            self.post(&format!("/element/{}/value", field.0), &json!({ "text": text }));
        }
        self.wait(&format!("{name} holds {text:?}"), || {
            let read = json!({ "script": "return arguments[0].value", "args": [{ ELEMENT: field.0 }] });
            (self.try_post("/execute/sync", &read).ok()? == text).then_some(())
        });
    }

    /// Presses a key, or holds the first ones while the last is pressed, on whatever has the focus.
    pub(crate) fn keys(&self, keys: &[&str]) {
        let down = keys.iter().map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
        let actions: Vec<Value> = down.chain(up).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("/actions", &json!({ "actions": [keyboard] }));
    }

    /// Types a text, key by key, into whatever has the focus.
    pub(crate) fn type_text(&self, text: &str) {
        let press =
            |key: char| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() }));
        let actions: Vec<Value> = text.chars().flat_map(press).collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": actions });
        self.post("/actions", &json!({ "actions": [keyboard] }));
    }

    /// Opens the palette and types into it.
    #[track_caller]
    pub(crate) fn palette(&self, words: &str) {
        self.keys(&[keys::CONTROL, "k"]);
        self.wait("the palette is open", || {
            let at = "return document.activeElement.matches('[role=dialog] [role=combobox]')";
            (self.script(at) == true).then_some(())
        });
        self.type_text(words);
    }

    /// Runs the command of that very name from the palette.
    #[track_caller]
    pub(crate) fn command(&self, name: &str) {
        self.palette(name);
        let chosen = "return document.querySelector('[role=dialog] [role=option][aria-selected=true]')?.innerText ?? ''";
        self.wait(&format!("the palette proposes {name:?}"), || {
            (self.script(chosen).as_str()?.lines().next()?.trim() == name).then_some(())
        });
        self.keys(&[keys::ENTER]);
        self.wait("the palette is closed", || {
            (self.script("return document.querySelector('[role=dialog][aria-label=Commands]') === null")
                == true)
                .then_some(())
        });
    }

    /// Clicks the row of a grid whose text has all of `words` in it, the topmost of several.
    #[track_caller]
    pub(crate) fn press_row(&self, grid: &str, words: &[&str]) {
        self.press_row_with(grid, words, None);
    }

    /// The same with a key held.
    #[track_caller]
    pub(crate) fn press_row_with(&self, grid: &str, words: &[&str], held: Option<&str>) {
        let body = "const [label, words] = arguments;\
             const grid = [...document.querySelectorAll('[role=grid]')].find((e) => e.getAttribute('aria-label') === label);\
             return [...(grid?.querySelectorAll('[role=row]') ?? [])]\
               .filter((row) => row.querySelector('[role=gridcell]'))\
               .sort((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))\
               .find((row) => words.every((word) => row.innerText.includes(word))) ?? null;";
        let into_view = "arguments[0].scrollIntoView({ block: 'nearest' })";
        // A list that is drawn anew meanwhile has other rows: then it is looked for again.
        self.wait(&format!("a row of {grid:?} with {words:?} can be clicked"), || {
            let row = Element::of(&self.script_with(body, &[json!(grid), json!(words)]))?;
            let origin = json!({ ELEMENT: row.0 });
            self.try_post("/execute/sync", &json!({ "script": into_view, "args": [origin] })).ok()?;
            let mouse = json!({ "type": "pointer", "id": "mouse", "parameters": { "pointerType": "mouse" }, "actions": [
                { "type": "pointerMove", "duration": 0, "origin": origin, "x": 0, "y": 0 },
                { "type": "pointerDown", "button": 0 }, { "type": "pointerUp", "button": 0 },
            ]});
            let key =
                |kind: &str| json!({ "type": "key", "id": "keyboard", "actions": [{ "type": kind, "value": held }] });
            if held.is_some() {
                self.post("/actions", &json!({ "actions": [key("keyDown")] }));
            }
            let clicked = self.try_post("/actions", &json!({ "actions": [mouse] }));
            if held.is_some() {
                self.post("/actions", &json!({ "actions": [key("keyUp")] }));
            }
            clicked.ok().map(|_| ())
        });
    }

    /// The rows of the grid or table of that name that are drawn now, each as its text.
    pub(crate) fn rows(&self, grid: &str) -> Vec<String> {
        let rows = self.script_with(ROWS, &[json!(grid)]);
        let rows = rows.as_array().map(Vec::as_slice).unwrap_or_default();
        rows.iter().map(|row| row.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// Waits until so many rows of a grid have all of `words` in them.
    #[track_caller]
    pub(crate) fn sees(&self, grid: &str, count: usize, words: &[&str]) {
        self.wait(&format!("{count} rows of {grid:?} with {words:?}"), || {
            let rows = self.rows(grid);
            let fit = |row: &&String| words.iter().all(|word| row.contains(word));
            (rows.iter().filter(fit).count() == count).then_some(())
        });
    }

    /// Waits until the page shows `text` somewhere.
    #[track_caller]
    pub(crate) fn shows(&self, text: &str) {
        self.wait(&format!("the page shows {text:?}"), || self.page_text().contains(text).then_some(()));
    }

    /// Waits until the page shows `text` no more.
    #[track_caller]
    pub(crate) fn shows_no(&self, text: &str) {
        self.wait(&format!("the page no longer shows {text:?}"), || {
            (!self.page_text().contains(text)).then_some(())
        });
    }

    /// Waits for the dialog or panel whose title begins with `title`.
    #[track_caller]
    pub(crate) fn dialog(&self, title: &str) {
        let body =
            "return [...document.querySelectorAll('[role=dialog] h2')].map((e) => e.innerText).join('\\n')";
        self.wait(&format!("the dialog {title:?}"), || {
            let titles = self.script(body);
            titles.as_str().unwrap_or_default().lines().any(|one| one.starts_with(title)).then_some(())
        });
    }

    /// Waits until no dialog is open.
    #[track_caller]
    pub(crate) fn no_dialog(&self) {
        self.wait("no dialog is open", || {
            (self.script("return document.querySelector('[role=dialog]') === null") == true).then_some(())
        });
    }

    /// The tab that is chosen, by its text.
    #[track_caller]
    pub(crate) fn on_tab(&self, name: &str) {
        let body = "return [...document.querySelectorAll('[role=tab][aria-selected=true]')].map((e) => e.innerText).join('\\n')";
        self.wait(&format!("the tab {name:?}"), || {
            self.script(body).as_str().unwrap_or_default().contains(name).then_some(())
        });
    }
}
