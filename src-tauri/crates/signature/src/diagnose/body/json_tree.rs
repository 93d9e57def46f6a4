//! A JSON document as it is written: numbers and strings keep their spelling, members their order and
//! their repeats. Only what can be written again in another spelling is read; anything else is no tree.

use std::borrow::Cow;

/// Levels of arrays and objects that are read.
const DEPTH: usize = 64;

/// A value.
pub(super) enum Node<'b> {
    /// Members in order.
    Object(Vec<(Text<'b>, Self)>),
    /// Items in order.
    Array(Vec<Self>),
    /// A string.
    String(Text<'b>),
    /// A number as it is written.
    Number(&'b str),
    /// `true`, `false`, `null`.
    Word(&'b str),
}

/// A string.
pub(super) struct Text<'b> {
    /// Between the quotes, as it is written.
    pub(super) raw: &'b str,
    /// What it stands for; `None` where that is no text (half of a surrogate pair).
    pub(super) plain: Option<Cow<'b, str>>,
}

impl<'b> Text<'b> {
    /// From what stands between the quotes.
    pub(super) fn new(raw: &'b str) -> Self {
        Self { raw, plain: plain(raw) }
    }
}

/// The document in `text`, when it is one from the first to the last character.
pub(super) fn parse(text: &str) -> Option<Node<'_>> {
    let mut parser = Parser { text, at: 0 };
    let node = parser.value(DEPTH)?;
    parser.blanks();
    (parser.at == text.len()).then_some(node)
}

struct Parser<'b> {
    text: &'b str,
    at: usize,
}

impl<'b> Parser<'b> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.blanks();
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Option<Node<'b>> {
        let depth = depth.checked_sub(1)?;
        self.blanks();
        match self.peek()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Node::String),
            b'-' | b'0'..=b'9' => {
                let rest = self.text.get(self.at..)?;
                let number = rest.get(..number_length(rest))?;
                self.at += number.len();
                number.bytes().any(|byte| byte.is_ascii_digit()).then_some(Node::Number(number))
            }
            _ => {
                let rest = self.text.get(self.at..)?;
                let word = ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word))?;
                self.at += word.len();
                rest.get(..word.len()).map(Node::Word)
            }
        }
    }

    fn object(&mut self, depth: usize) -> Option<Node<'b>> {
        self.at += 1;
        let mut members = Vec::new();
        if self.eat(b'}') {
            return Some(Node::Object(members));
        }
        loop {
            self.blanks();
            let key = self.string()?;
            if !self.eat(b':') {
                return None;
            }
            members.push((key, self.value(depth)?));
            if self.eat(b'}') {
                return Some(Node::Object(members));
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Node<'b>> {
        self.at += 1;
        let mut items = Vec::new();
        if self.eat(b']') {
            return Some(Node::Array(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.eat(b']') {
                return Some(Node::Array(items));
            }
            if !self.eat(b',') {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<Text<'b>> {
        let length = string_length(self.text.get(self.at..)?)?;
        let raw = self.text.get(self.at + 1..self.at + length - 1)?;
        self.at += length;
        Some(Text::new(raw))
    }
}

/// Bytes of the string that `text` begins with, its quotes included.
pub(super) fn string_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    if bytes.first() != Some(&b'"') {
        return None;
    }
    let mut at = 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Bytes of the number that `text` begins with.
pub(super) fn number_length(text: &str) -> usize {
    let part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
    text.as_bytes().iter().take_while(|byte| part(byte)).count()
}

fn plain(raw: &str) -> Option<Cow<'_, str>> {
    if !raw.contains('\\') {
        return Some(Cow::Borrowed(raw));
    }
    let mut quoted = String::with_capacity(raw.len() + 2);
    quoted.push('"');
    quoted.push_str(raw);
    quoted.push('"');
    serde_json::from_str::<String>(&quoted).ok().map(Cow::Owned)
}
