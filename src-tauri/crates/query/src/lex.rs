//! Text to tokens, each with its place in characters.

use crate::QueryFault;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Token {
    Open,
    Close,
    Minus,
    Or,
    /// `name:` directly followed by its value.
    Field {
        name: String,
        value: String,
        quoted: bool,
        value_range: (usize, usize),
    },
    Word {
        text: String,
        quoted: bool,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Placed {
    pub(crate) token: Token,
    pub(crate) range: (usize, usize),
}

pub(crate) fn lex(text: &str) -> Result<Vec<Placed>, QueryFault> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let start = at;
        let token = match chars[at] {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => {
                at += 1;
                Token::Open
            }
            ')' => {
                at += 1;
                Token::Close
            }
            '-' if chars.get(at + 1).is_some_and(|next| !next.is_whitespace()) => {
                at += 1;
                Token::Minus
            }
            '"' => Token::Word { text: quoted(&chars, &mut at)?, quoted: true },
            _ => word_or_field(&chars, &mut at)?,
        };
        tokens.push(Placed { token, range: (start, at) });
    }
    Ok(tokens)
}

/// Reads `"…"` with `\"` and `\\`; `at` stands on the opening quote.
fn quoted(chars: &[char], at: &mut usize) -> Result<String, QueryFault> {
    let start = *at;
    *at += 1;
    let mut text = String::new();
    while let Some(&c) = chars.get(*at) {
        *at += 1;
        match c {
            '"' => return Ok(text),
            '\\' if matches!(chars.get(*at), Some('"' | '\\')) => {
                text.push(chars[*at]);
                *at += 1;
            }
            c => text.push(c),
        }
    }
    Err(QueryFault::new((start, chars.len()), "This quotation has no end: a closing \" is missing."))
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"')
}

fn word_or_field(chars: &[char], at: &mut usize) -> Result<Token, QueryFault> {
    let start = *at;
    let mut colon = None;
    while let Some(&c) = chars.get(*at) {
        // A bracket inside a field's name belongs to a path such as body.items[0].id.
        if ends_word(c) {
            break;
        }
        if c == ':' && colon.is_none() && *at > start && is_name(&chars[start..*at]) {
            colon = Some(*at);
            *at += 1;
            break;
        }
        *at += 1;
    }
    let Some(colon) = colon else {
        let text: String = chars[start..*at].iter().collect();
        return Ok(if text.eq_ignore_ascii_case("or") {
            Token::Or
        } else {
            Token::Word { text, quoted: false }
        });
    };
    let name: String = chars[start..colon].iter().collect();
    let value_start = *at;
    let (value, was_quoted) = if chars.get(*at) == Some(&'"') {
        (quoted(chars, at)?, true)
    } else {
        while chars.get(*at).is_some_and(|&c| !ends_word(c)) {
            *at += 1;
        }
        let mut value: String = chars[value_start..*at].iter().collect();
        // An operator may stand before a quoted value: header.X:="a b".
        let mut quoted_part = false;
        if chars.get(*at) == Some(&'"') && value.chars().all(|c| matches!(c, '=' | '!' | '<' | '>')) {
            value.push_str(&quoted(chars, at)?);
            quoted_part = true;
        }
        (value, quoted_part)
    };
    Ok(Token::Field { name, value, quoted: was_quoted, value_range: (value_start, *at) })
}

/// True for what can be a field's name; a URL's scheme is none, so `http://…` stays a word.
fn is_name(chars: &[char]) -> bool {
    let text: String = chars.iter().collect();
    let lower = text.to_ascii_lowercase();
    if lower.starts_with("header.") || lower.starts_with("body.") || lower.starts_with("body[") {
        return true;
    }
    !matches!(lower.as_str(), "http" | "https") && chars.iter().all(|c| c.is_ascii_alphabetic() || *c == '_')
}
