//! Expressions of XPath as trees.

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expr {
    Binary(Op, Box<Expr>, Box<Expr>),
    Negative(Box<Expr>),
    Literal(String),
    Number(f64),
    Call(String, Vec<Expr>),
    /// Steps from an expression's nodes, the root, or the node at hand.
    Path(From, Vec<Step>),
    Filter(Box<Expr>, Vec<Expr>),
}

/// Where a path starts.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum From {
    Here,
    Root,
    Expr(Box<Expr>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Union,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Child,
    Descendant,
    DescendantOrSelf,
    Itself,
    Parent,
    Ancestor,
    AncestorOrSelf,
    Following,
    FollowingSibling,
    Preceding,
    PrecedingSibling,
    Attribute,
}

/// Which nodes of an axis a step takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// Elements, or attributes on their axis.
    Any,
    Name(String),
    /// Names with a prefix.
    Prefix(String),
    Node,
    Text,
    Comment,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expr>,
}

/// How deep expressions may lie in each other.
const DEEPEST: usize = 32;
/// The most tokens, which bounds how deep the tree of `1+1+…` is.
const MOST_TOKENS: usize = 512;

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// `(`, `//`, `::` and the like.
    Sign(&'static str),
    /// A name that an operator has: `and`, `or`, `mod`, `div`, `*`.
    Operator(&'static str),
    Literal(String),
    Number(f64),
    Name(String),
}

/// The tree of an expression; `None` where it is none.
pub(super) fn parse(text: &str) -> Option<Expr> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let expr = parser.level(0)?;
    (parser.at == parser.tokens.len()).then_some(expr)
}

const SIGNS: [&str; 22] = [
    "::", "//", "..", "!=", "<=", ">=", "(", ")", "[", "]", "@", ",", "/", "|", "+", "-", "=", "<",
    ">", ".", "*", "$",
];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens: Vec<Token> = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(['\u{9}', '\u{A}', '\u{D}', ' ']);
        let Some(first) = rest.chars().next() else { return Some(tokens) };
        if tokens.len() >= MOST_TOKENS {
            return None;
        }
        // A name or `*` after an operand is an operator (the specification, 3.7).
        let operand = match tokens.last() {
            None | Some(Token::Operator(_)) => false,
            Some(Token::Sign(sign)) => matches!(*sign, ")" | "]" | "." | ".." | "*"),
            Some(_) => true,
        };
        if let '"' | '\'' = first {
            let (literal, after) = rest.get(1..)?.split_once(first)?;
            tokens.push(Token::Literal(literal.to_owned()));
            rest = after;
            continue;
        }
        let dotted =
            rest.strip_prefix('.').is_some_and(|r| r.starts_with(|c: char| c.is_ascii_digit()));
        if first.is_ascii_digit() || dotted {
            let len =
                rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
            let (number, after) = rest.split_at_checked(len)?;
            tokens.push(Token::Number(number.parse().ok()?));
            rest = after;
            continue;
        }
        if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            rest = rest.get(sign.len()..)?;
            tokens.push(match (*sign, operand) {
                ("*", true) => Token::Operator("*"),
                ("|" | "+" | "-" | "=" | "<" | ">" | "!=" | "<=" | ">=", _) => {
                    Token::Operator(sign)
                }
                _ => Token::Sign(sign),
            });
            continue;
        }
        let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        if !(first.is_alphabetic() || first == '_') {
            return None;
        }
        let mut len = rest.find(|c| !part(c)).unwrap_or(rest.len());
        // A prefix, which an axis is not.
        if let Some(local) = rest.get(len..)?.strip_prefix(':')
            && !local.starts_with(':')
        {
            let more = local.find(|c| !part(c)).unwrap_or(local.len());
            len += 1 + more;
            if more == 0 {
                len += local.strip_prefix('*').map(|_| 1)?;
            }
        }
        let (name, after) = rest.split_at_checked(len)?;
        rest = after;
        let operator = ["and", "or", "mod", "div"].into_iter().find(|known| *known == name);
        tokens.push(match operator {
            Some(operator) if operand => Token::Operator(operator),
            _ => Token::Name(name.to_owned()),
        });
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

/// Operators from those that bind least on.
const LEVELS: [&[(&str, Op)]; 6] = [
    &[("or", Op::Or)],
    &[("and", Op::And)],
    &[("=", Op::Equal), ("!=", Op::NotEqual)],
    &[("<", Op::Less), ("<=", Op::LessEqual), (">", Op::Greater), (">=", Op::GreaterEqual)],
    &[("+", Op::Add), ("-", Op::Subtract)],
    &[("*", Op::Multiply), ("div", Op::Divide), ("mod", Op::Modulo)],
];

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn sign(&mut self, sign: &str) -> bool {
        let is = matches!(self.peek(), Some(Token::Sign(s) | Token::Operator(s)) if *s == sign);
        self.at += usize::from(is);
        is
    }

    fn next_is(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some(Token::Sign(s)) if *s == sign)
    }

    /// An expression of operators of a level and those that bind more.
    fn level(&mut self, level: usize) -> Option<Expr> {
        let Some(operators) = LEVELS.get(level) else { return self.unary() };
        if level == 0 {
            self.depth += 1;
            if self.depth > DEEPEST {
                return None;
            }
        }
        let mut left = self.level(level + 1)?;
        while let Some(Token::Operator(sign)) = self.peek()
            && let Some((_, op)) = operators.iter().find(|(known, _)| known == sign)
        {
            self.at += 1;
            let right = self.level(level + 1)?;
            left = Expr::Binary(*op, Box::new(left), Box::new(right));
        }
        if level == 0 {
            self.depth -= 1;
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Expr> {
        let mut negative = false;
        while self.sign("-") {
            negative = !negative;
        }
        let mut left = self.path()?;
        while self.sign("|") {
            let right = self.path()?;
            left = Expr::Binary(Op::Union, Box::new(left), Box::new(right));
        }
        Some(if negative { Expr::Negative(Box::new(left)) } else { left })
    }

    fn path(&mut self) -> Option<Expr> {
        let is_call = matches!(self.peek(), Some(Token::Name(name)) if !is_node_type(name))
            && self.next_is(1, "(");
        let primary = is_call
            || matches!(self.peek(), Some(Token::Literal(_) | Token::Number(_) | Token::Sign("(")));
        let mut steps = Vec::new();
        let from = if primary {
            let primary = self.primary()?;
            let predicates = self.predicates()?;
            let expr = if predicates.is_empty() {
                primary
            } else {
                Expr::Filter(Box::new(primary), predicates)
            };
            if self.sign("//") {
                steps.push(any_depth());
            } else if !self.sign("/") {
                return Some(expr);
            }
            From::Expr(Box::new(expr))
        } else if self.sign("//") {
            steps.push(any_depth());
            From::Root
        } else if self.sign("/") {
            if !self.begins_step() {
                return Some(Expr::Path(From::Root, steps));
            }
            From::Root
        } else {
            From::Here
        };
        loop {
            let step = self.step()?;
            steps.push(step);
            if self.sign("//") {
                steps.push(any_depth());
            } else if !self.sign("/") {
                return Some(Expr::Path(from, steps));
            }
        }
    }

    fn begins_step(&self) -> bool {
        matches!(self.peek(), Some(Token::Name(_) | Token::Sign("@" | "." | ".." | "*")))
    }

    fn step(&mut self) -> Option<Step> {
        if self.sign(".") {
            return Some(Step {
                axis: Axis::Itself,
                test: Test::Node,
                predicates: self.predicates()?,
            });
        }
        if self.sign("..") {
            return Some(Step {
                axis: Axis::Parent,
                test: Test::Node,
                predicates: self.predicates()?,
            });
        }
        let axis = if self.sign("@") {
            Axis::Attribute
        } else if self.next_is(1, "::") {
            let Some(Token::Name(name)) = self.peek() else { return None };
            let axis = axis(name)?;
            self.at += 2;
            axis
        } else {
            Axis::Child
        };
        let test = self.test()?;
        Some(Step { axis, test, predicates: self.predicates()? })
    }

    fn test(&mut self) -> Option<Test> {
        if self.sign("*") {
            return Some(Test::Any);
        }
        let Some(Token::Name(name)) = self.peek().cloned() else { return None };
        self.at += 1;
        if is_node_type(&name) && self.sign("(") {
            if name == "processing-instruction" || !self.sign(")") {
                return None;
            }
            return Some(match name.as_str() {
                "text" => Test::Text,
                "comment" => Test::Comment,
                _ => Test::Node,
            });
        }
        Some(match name.strip_suffix(":*") {
            Some(prefix) => Test::Prefix(format!("{prefix}:")),
            None => Test::Name(name),
        })
    }

    fn predicates(&mut self) -> Option<Vec<Expr>> {
        let mut predicates = Vec::new();
        while self.sign("[") {
            predicates.push(self.level(0)?);
            if !self.sign("]") {
                return None;
            }
        }
        Some(predicates)
    }

    fn primary(&mut self) -> Option<Expr> {
        if self.sign("(") {
            let inner = self.level(0)?;
            return self.sign(")").then_some(inner);
        }
        let token = self.peek()?.clone();
        self.at += 1;
        match token {
            Token::Literal(text) => Some(Expr::Literal(text)),
            Token::Number(number) => Some(Expr::Number(number)),
            Token::Name(name) => {
                let mut arguments = Vec::new();
                if !self.sign("(") {
                    return None;
                }
                if self.sign(")") {
                    return Some(Expr::Call(name, arguments));
                }
                loop {
                    arguments.push(self.level(0)?);
                    if self.sign(")") {
                        return Some(Expr::Call(name, arguments));
                    }
                    if !self.sign(",") {
                        return None;
                    }
                }
            }
            _ => None,
        }
    }
}

/// The step that `//` stands for.
fn any_depth() -> Step {
    Step { axis: Axis::DescendantOrSelf, test: Test::Node, predicates: Vec::new() }
}

fn is_node_type(name: &str) -> bool {
    matches!(name, "node" | "text" | "comment" | "processing-instruction")
}

fn axis(name: &str) -> Option<Axis> {
    Some(match name {
        "child" => Axis::Child,
        "descendant" => Axis::Descendant,
        "descendant-or-self" => Axis::DescendantOrSelf,
        "self" => Axis::Itself,
        "parent" => Axis::Parent,
        "ancestor" => Axis::Ancestor,
        "ancestor-or-self" => Axis::AncestorOrSelf,
        "following" => Axis::Following,
        "following-sibling" => Axis::FollowingSibling,
        "preceding" => Axis::Preceding,
        "preceding-sibling" => Axis::PrecedingSibling,
        "attribute" => Axis::Attribute,
        _ => return None,
    })
}
