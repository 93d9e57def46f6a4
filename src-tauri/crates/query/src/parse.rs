//! Tokens to a tree. `or` binds weaker than standing side by side; `-` binds strongest.

use crate::field::{self, Field};
use crate::lex::{Placed, Token, lex};
use crate::{Node, QueryFault};
use waybill_model::Timestamp;

/// Deeper nesting than any person writes; it keeps the walk over the tree off the stack's end.
const DEEPEST: usize = 64;

pub(crate) fn parse(text: &str, now: Timestamp) -> Result<Option<Node>, QueryFault> {
    let tokens = lex(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, now, end: text.chars().count() };
    if tokens.is_empty() {
        return Ok(None);
    }
    let root = parser.any(0)?;
    if let Some(extra) = parser.peek() {
        return Err(QueryFault::new(extra.range, "This closing parenthesis has no opening one."));
    }
    Ok(Some(root))
}

struct Parser<'a> {
    tokens: &'a [Placed],
    at: usize,
    now: Timestamp,
    end: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Placed> {
        self.tokens.get(self.at)
    }

    fn any(&mut self, depth: usize) -> Result<Node, QueryFault> {
        let mut parts = vec![self.all(depth)?];
        while let Some(Placed { token: Token::Or, range }) = self.peek() {
            self.at += 1;
            if matches!(self.peek().map(|placed| &placed.token), None | Some(Token::Close | Token::Or)) {
                return Err(QueryFault::new(*range, "Something is missing after \"or\"."));
            }
            parts.push(self.all(depth)?);
        }
        Ok(one_or(parts, Node::Any))
    }

    fn all(&mut self, depth: usize) -> Result<Node, QueryFault> {
        let mut parts = Vec::new();
        loop {
            match self.peek().map(|placed| &placed.token) {
                None | Some(Token::Close | Token::Or) => break,
                Some(_) => parts.push(self.one(depth)?),
            }
        }
        if parts.is_empty() {
            let range = self.peek().map_or((self.end, self.end), |placed| placed.range);
            return Err(QueryFault::new(range, "Something is missing here."));
        }
        Ok(one_or(parts, Node::All))
    }

    fn one(&mut self, depth: usize) -> Result<Node, QueryFault> {
        let Some(placed) = self.peek() else {
            return Err(QueryFault::new((self.end, self.end), "Something is missing at the end."));
        };
        if depth > DEEPEST {
            return Err(QueryFault::new(placed.range, "This is nested too deeply."));
        }
        self.at += 1;
        match &placed.token {
            Token::Minus => {
                if matches!(self.peek().map(|next| &next.token), None | Some(Token::Close | Token::Or)) {
                    return Err(QueryFault::new(placed.range, "Nothing stands after this minus sign."));
                }
                Ok(Node::Not(Box::new(self.one(depth + 1)?)))
            }
            Token::Open => {
                let inside = self.any(depth + 1)?;
                match self.peek() {
                    Some(Placed { token: Token::Close, .. }) => {
                        self.at += 1;
                        Ok(inside)
                    }
                    _ => Err(QueryFault::new(placed.range, "This parenthesis is not closed.")),
                }
            }
            Token::Field { name, value, quoted, value_range } => {
                let name_range = (placed.range.0, placed.range.0 + name.chars().count());
                let field = Field::named(name, name_range)?;
                let place = if value_range.0 == value_range.1 { placed.range } else { *value_range };
                field::term(field, value, *quoted, place, self.now).map(Node::Field)
            }
            Token::Word { text, quoted } => {
                if text.is_empty() {
                    return Err(QueryFault::new(placed.range, "This quotation is empty."));
                }
                Ok(Node::Text { needle: text.clone(), quoted: *quoted })
            }
            Token::Close | Token::Or => {
                Err(QueryFault::new(placed.range, "Something is missing before this."))
            }
        }
    }
}

fn one_or(mut parts: Vec<Node>, join: impl FnOnce(Vec<Node>) -> Node) -> Node {
    if parts.len() == 1 { parts.remove(0) } else { join(parts) }
}
