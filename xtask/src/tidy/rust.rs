//! Just enough of Rust's grammar to look at source text without being fooled by comments and strings.

/// A word, a string's content or a single character, with its line (from 1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub line: usize,
    pub kind: Kind,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Identifier, keyword or number.
    Word,
    /// What a string literal says, escapes left as written.
    Text,
    /// One character of punctuation.
    Sign,
}

impl Token {
    pub fn is(&self, sign_or_word: &str) -> bool {
        self.kind != Kind::Text && self.text == sign_or_word
    }
}

/// Cuts source text into tokens; comments, character literals and lifetimes are left out.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: source.chars().collect(),
        at: 0,
        line: 1,
        tokens: Vec::new(),
    };
    lexer.run();
    lexer.tokens
}

/// The tokens without the modules and functions that are compiled for tests only.
pub fn tokens_without_tests(source: &str) -> Vec<Token> {
    let all = tokens(source);
    let mut kept = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let is_test = ["#", "[", "cfg", "(", "test", ")", "]"]
            .iter()
            .enumerate()
            .all(|(offset, text)| all.get(at + offset).is_some_and(|token| token.is(text)));
        if is_test {
            at = end_of_item(&all, at + 7);
        } else {
            kept.push(all[at].clone());
            at += 1;
        }
    }
    kept
}

/// The index after the item that begins at `at`: after its `;` or its closing brace.
fn end_of_item(tokens: &[Token], mut at: usize) -> usize {
    let mut depth = 0usize;
    while let Some(token) = tokens.get(at) {
        at += 1;
        if token.kind != Kind::Sign {
            continue;
        }
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && token.text == "}" {
                    return at;
                }
            }
            ";" if depth == 0 => return at,
            _ => {}
        }
    }
    at
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.at += 1;
        if c == '\n' {
            self.line += 1;
        }
        Some(c)
    }

    fn push(&mut self, line: usize, kind: Kind, text: String) {
        self.tokens.push(Token { line, kind, text });
    }

    fn run(&mut self) {
        while let Some(c) = self.peek(0) {
            let line = self.line;
            match (c, self.peek(1)) {
                ('/', Some('/')) => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.next();
                    }
                }
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.string(line),
                ('b' | 'c', Some('"')) => {
                    self.next();
                    self.string(line);
                }
                ('b', Some('\'')) => {
                    self.next();
                    self.quote();
                }
                ('r', Some('"' | '#')) if self.raw_hashes(1).is_some() => self.raw_string(line, 1),
                ('b' | 'c', Some('r')) if self.raw_hashes(2).is_some() => self.raw_string(line, 2),
                ('\'', _) => self.quote(),
                (c, _) if c.is_alphanumeric() || c == '_' => self.word(line),
                (c, _) => {
                    self.next();
                    if !c.is_whitespace() {
                        self.push(line, Kind::Sign, c.to_string());
                    }
                }
            }
        }
    }

    fn word(&mut self, line: usize) {
        let mut text = String::new();
        while let Some(c) = self.peek(0).filter(|c| c.is_alphanumeric() || *c == '_') {
            text.push(c);
            self.next();
        }
        self.push(line, Kind::Word, text);
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while let Some(c) = self.next() {
            match (c, self.peek(0)) {
                ('/', Some('*')) => {
                    depth += 1;
                    self.next();
                }
                ('*', Some('/')) => {
                    depth -= 1;
                    self.next();
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }

    fn string(&mut self, line: usize) {
        self.next();
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '"' => break,
                '\\' => {
                    text.push(c);
                    text.extend(self.next());
                }
                c => text.push(c),
            }
        }
        self.push(line, Kind::Text, text);
    }

    /// How many `#` stand between the `r` of a raw string, `prefix` characters long, and its quote.
    fn raw_hashes(&self, prefix: usize) -> Option<usize> {
        let after = self.chars.get(self.at + prefix..)?;
        let hashes = after.iter().take_while(|c| **c == '#').count();
        (self.peek(prefix + hashes) == Some('"')).then_some(hashes)
    }

    fn raw_string(&mut self, line: usize, prefix: usize) {
        let hashes = self.raw_hashes(prefix).unwrap_or(0);
        for _ in 0..=prefix + hashes {
            self.next();
        }
        let mut text = String::new();
        while let Some(c) = self.next() {
            if c == '"' && (0..hashes).all(|ahead| self.peek(ahead) == Some('#')) {
                (0..hashes).for_each(|_| _ = self.next());
                break;
            }
            text.push(c);
        }
        self.push(line, Kind::Text, text);
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        self.next();
        if self.peek(0) == Some('\\') {
            self.next();
            self.next();
            while self.next().is_some_and(|c| c != '\'') {}
        } else if self.peek(1) == Some('\'') {
            self.next();
            self.next();
        } else {
            while self.peek(0).is_some_and(|c| c.is_alphanumeric() || c == '_') {
                self.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        tokens(source).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_and_characters_are_left_out() {
        assert_eq!(
            words("a // b \"\n/* c /* d */ e */ f '\\'' 'x' b'\"' g"),
            ["a", "f", "g"]
        );
        assert_eq!(
            words("fn f<'a>(x: &'a str)"),
            ["fn", "f", "<", ">", "(", "x", ":", "&", "str", ")"]
        );
    }

    #[test]
    fn strings_of_every_kind_are_one_token_each() {
        let found = tokens("t(\"a \\\" b\", r#\"c \"d\" \"#, b\"e\", br\"f\")");
        let texts: Vec<_> = found
            .iter()
            .filter(|token| token.kind == Kind::Text)
            .map(|t| t.text.as_str())
            .collect();
        assert_eq!(texts, ["a \\\" b", "c \"d\" ", "e", "f"]);
    }

    #[test]
    fn lines_are_counted_through_strings_and_comments() {
        let found = tokens("\"a\nb\"\n/*\n*/ c");
        assert_eq!(found.last().map(|token| token.line), Some(4));
    }

    #[test]
    fn what_is_compiled_for_tests_only_can_be_left_out() {
        let source =
            "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { c(\"}\"); } }\n#[cfg(test)]\nmod d;\nfn e() {}";
        let kept: Vec<_> = tokens_without_tests(source)
            .into_iter()
            .map(|token| token.text)
            .collect();
        assert_eq!(
            kept,
            ["fn", "a", "(", ")", "{", "}", "fn", "e", "(", ")", "{", "}"]
        );
    }
}
