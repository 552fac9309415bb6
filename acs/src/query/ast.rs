//! A query as a tree.
//!
//! A comparison holds if *one* of the values a device has for the field fulfils it; a device without such a value
//! fulfils none. `!=` is `not` with `=`, so it finds devices without the value too.

use super::catalogue::Attribute;
use super::pattern::Pattern;

/// A condition of any size.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// Every one holds; none at all means every device. Never directly in another `And`.
    And(Vec<Expr>),
    /// At least one holds. Never directly in another `Or`.
    Or(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// One comparison.
    Test(Test),
}

/// One comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// What is compared.
    pub field: Field,
    /// How, and with what.
    pub check: Check,
}

/// What can be compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// Something every device has, by the name in the catalogue.
    Attribute(&'static Attribute),
    /// Parameters by their path; `*` stands for any instance.
    Parameter(Pattern),
    /// A variable people gave the device.
    Variable(String),
    /// Where the device is in the campaign of this name or key.
    Campaign(String),
}

/// How something is compared.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// `=`
    Is(Value),
    /// `<`, `<=`, `>`, `>=`
    Order(Order, Value),
    /// `~`: contains the text, in upper or lower case.
    Contains(String),
    /// `like`: `*` stands for any text and `?` for one character, in upper or lower case.
    Like(String),
    /// `in (…)`
    OneOf(Vec<Value>),
    /// There is a value that is not empty.
    Exists,
}

/// An order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Order {
    /// As it is written, here and in SQL.
    pub fn symbol(self) -> &'static str {
        match self {
            Order::Less => "<",
            Order::LessOrEqual => "<=",
            Order::Greater => ">",
            Order::GreaterOrEqual => ">=",
        }
    }

    /// Whether two things that stand so to each other fulfil it.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Order::Less => ordering.is_lt(),
            Order::LessOrEqual => ordering.is_le(),
            Order::Greater => ordering.is_gt(),
            Order::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// What something is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text, to the letter.
    Text(String),
    /// A number; a text that is none fulfils nothing.
    Number(f64),
    /// `true` is also what devices write as `1`.
    Bool(bool),
    /// A version, compared part by part.
    Version(String),
    /// A moment, in milliseconds since 1970.
    Time(i64),
    /// So many milliseconds before the query is asked.
    Ago(u64),
}

impl Expr {
    /// Every comparison in it.
    pub fn tests(&self) -> Vec<&Test> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut Vec<&'a Test>) {
        match self {
            Expr::And(list) | Expr::Or(list) => {
                for expr in list {
                    expr.collect(found);
                }
            }
            Expr::Not(expr) => expr.collect(found),
            Expr::Test(test) => found.push(test),
        }
    }
}

impl Check {
    /// The values it compares with.
    pub fn values(&self) -> &[Value] {
        match self {
            Check::Is(value) | Check::Order(_, value) => std::slice::from_ref(value),
            Check::OneOf(values) => values,
            Check::Contains(_) | Check::Like(_) | Check::Exists => &[],
        }
    }
}
