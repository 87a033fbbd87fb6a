//! Reads rules: names are looked up and values checked as they come, so that a fault has its place.

use super::{
    faults::{Fault, RuleFault},
    lexer::{Lexer, Token},
    patterns,
    properties::{self, PropertyKind, RuleProperty},
    rule::{Comparison, Expression, Items, Operator, Quantifier, Rule, Subject, Test, Text, Value},
    spans::Time,
};
use crate::model::{ids::ObjectId, kinds::ObjectKind, properties::Kind};
use chrono::DateTime;
use std::str::FromStr;

/// The most groups that one rule names.
const MAX_GROUPS: usize = 50;

impl FromStr for Rule {
    type Err = RuleFault;

    fn from_str(text: &str) -> Result<Self, RuleFault> {
        let mut parser = Parser { lexer: Lexer::new(text)?, kind: None, alone: None };
        let expression = match parser.direct_reports()? {
            Some(expression) => expression,
            None => parser.alternative(None)?,
        };
        if *parser.lexer.token() != Token::End {
            return Err(parser.lexer.fault(Fault::Unexpected));
        }
        match (parser.alone, &expression) {
            (Some(at), other) if !matches!(other, Expression::MemberOf(_)) => {
                Err(parser.lexer.fault_at(at, Fault::Combined))
            }
            _ => Ok(Self { kind: parser.kind.unwrap_or(ObjectKind::User), expression }),
        }
    }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// What the rule is over, once that is known.
    kind: Option<ObjectKind>,
    /// Where something begins that stands by itself.
    alone: Option<usize>,
}

/// The collection of whose items a condition is.
type Of = Option<&'static RuleProperty>;

impl Parser<'_> {
    /// `Direct Reports for ".."`
    fn direct_reports(&mut self) -> Result<Option<Expression>, RuleFault> {
        if !self.lexer.eat_name("Direct")? {
            return Ok(None);
        }
        for word in ["Reports", "for"] {
            if !self.lexer.eat_name(word)? {
                return Err(self.lexer.fault(Fault::Unexpected));
            }
        }
        self.kind = Some(ObjectKind::User);
        Ok(Some(Expression::DirectReports(self.id("for")?)))
    }

    /// Conjunctions with `-or` between them.
    fn alternative(&mut self, of: Of) -> Result<Expression, RuleFault> {
        let mut parts = vec![self.conjunction(of)?];
        while self.lexer.eat_operator("or")? {
            parts.push(self.conjunction(of)?);
        }
        Ok(single_or(parts, Expression::Or))
    }

    /// Conditions with `-and` between them.
    fn conjunction(&mut self, of: Of) -> Result<Expression, RuleFault> {
        let mut parts = vec![self.condition(of)?];
        while self.lexer.eat_operator("and")? {
            parts.push(self.condition(of)?);
        }
        Ok(single_or(parts, Expression::And))
    }

    /// `-not` of a condition, an expression in parentheses, or a comparison.
    fn condition(&mut self, of: Of) -> Result<Expression, RuleFault> {
        self.lexer.enter()?;
        let condition = if self.lexer.eat_operator("not")? {
            Expression::Not(self.condition(of)?.into())
        } else if self.lexer.eat_sign('(')? {
            let inner = self.alternative(of)?;
            self.lexer.expect_sign(')')?;
            inner
        } else {
            self.comparison(of)?
        };
        self.lexer.leave();
        Ok(condition)
    }

    /// A property or an item, an operator and what it takes.
    fn comparison(&mut self, of: Of) -> Result<Expression, RuleFault> {
        let start = self.lexer.start();
        let Token::Name(name) = *self.lexer.token() else { return Err(self.lexer.fault(Fault::Unexpected)) };
        let (object, property) = name.split_once('.').unwrap_or((name, ""));
        if of.is_none() {
            self.is_over(object)?;
        }
        if of.is_none() && property.eq_ignore_ascii_case("memberOf") {
            self.lexer.advance()?;
            return self.member_of(start);
        }
        let subject = self.subject(of, object, property)?;
        self.lexer.advance()?;
        for (operator, quantifier) in [("any", Quantifier::Any), ("all", Quantifier::All)] {
            let at = self.lexer.start();
            if self.lexer.eat_operator(operator)? {
                let operands = self.lexer.fault_at(at, Fault::Operands(format!("-{operator}")));
                return self.items(subject, quantifier, operands);
            }
        }
        let (operator, name) = self.operator()?;
        let at = self.lexer.start();
        let operands = Fault::Operands(format!("-{name}"));
        let value = self.value(subject.kind(), &operands)?;
        if !operator.takes(subject.kind(), &value) {
            return Err(self.lexer.fault_at(at, operands));
        }
        match &value {
            Value::Text(text)
                if operator.test == Test::Matches && patterns::compiled(&text.written).is_none() =>
            {
                Err(self.lexer.fault_at(at, Fault::Pattern))
            }
            _ => Ok(Expression::Compare(Comparison { subject, operator, value })),
        }
    }

    /// Notes what the rule is over. It is over one kind only.
    fn is_over(&mut self, object: &str) -> Result<(), RuleFault> {
        let kind = match object.to_ascii_lowercase().as_str() {
            "user" => ObjectKind::User,
            "device" => ObjectKind::Device,
            _ => return Err(self.lexer.fault(Fault::Object)),
        };
        match self.kind.replace(kind) {
            Some(other) if other != kind => Err(self.lexer.fault(Fault::Object)),
            _ => Ok(()),
        }
    }

    /// What a name means, among an object's properties or for an item.
    fn subject(&self, of: Of, object: &str, property: &str) -> Result<Subject, RuleFault> {
        let Some(of) = of else {
            let kind = self.kind.unwrap_or(ObjectKind::User);
            let unknown = || {
                let object = if kind == ObjectKind::Device { "Device" } else { "User" };
                self.lexer.fault(Fault::Property { property: property.to_lowercase(), object })
            };
            return properties::find(kind, property).map(Subject::Property).ok_or_else(unknown);
        };
        match of.kind {
            PropertyKind::Items(item) if object.eq_ignore_ascii_case(item) => {
                let parts = of.path.property.parts().iter();
                // Of the parts only the texts are asked for.
                let mut parts = parts.filter(|part| matches!(part.kind, Kind::String));
                let part = parts.find(|part| part.name.eq_ignore_ascii_case(property));
                let unknown = || {
                    self.lexer
                        .fault(Fault::Property { property: property.to_lowercase(), object: "AssignedPlan" })
                };
                part.map(|part| Subject::Part(item, part)).ok_or_else(unknown)
            }
            PropertyKind::Texts if (object, property) == ("_", "") => Ok(Subject::Item),
            _ => Err(self.lexer.fault(Fault::Object)),
        }
    }

    /// What `-any` or `-all` applies to. Without parentheses that is all that follows, as no operator binds weaker.
    fn items(
        &mut self,
        subject: Subject,
        quantifier: Quantifier,
        operands: RuleFault,
    ) -> Result<Expression, RuleFault> {
        let Subject::Property(of) = subject else { return Err(operands) };
        if !matches!(of.kind, PropertyKind::Texts | PropertyKind::Items(_)) {
            return Err(operands);
        }
        self.lexer.enter()?;
        let condition = if *self.lexer.token() == Token::Sign('(') {
            self.condition(Some(of))?
        } else {
            self.alternative(Some(of))?
        };
        self.lexer.leave();
        Ok(Expression::Items(Items { of, quantifier, condition: condition.into() }))
    }

    /// `-any (group.objectId -in ['..'])`, which stands by itself.
    fn member_of(&mut self, start: usize) -> Result<Expression, RuleFault> {
        self.alone = Some(start);
        let at = self.lexer.start();
        if !self.lexer.eat_operator("any")? {
            let operands = Fault::Operands(self.word());
            return Err(self.lexer.fault_at(at, operands));
        }
        self.lexer.expect_sign('(')?;
        if !self.lexer.eat_name("group.objectId")? {
            return Err(self.lexer.fault(Fault::Object));
        }
        if !self.lexer.eat_operator("in")? {
            return Err(self.lexer.fault(Fault::Operands(self.word())));
        }
        self.lexer.expect_sign('[')?;
        let mut groups = Vec::new();
        loop {
            if groups.len() == MAX_GROUPS {
                return Err(self.lexer.fault(Fault::TooManyGroups));
            }
            groups.push(self.id("-in")?);
            if !self.lexer.eat_sign(',')? {
                break;
            }
        }
        self.lexer.expect_sign(']')?;
        self.lexer.expect_sign(')')?;
        Ok(Expression::MemberOf(groups))
    }

    /// An object's id in quotes.
    fn id(&mut self, operator: &str) -> Result<ObjectId, RuleFault> {
        let operands = self.lexer.fault(Fault::Operands(operator.into()));
        match self.lexer.advance()? {
            Token::Text(text) => text.parse().map_err(|_| operands),
            _ => Err(operands),
        }
    }

    /// An operator that compares, and its name.
    fn operator(&mut self) -> Result<(Operator, &'static str), RuleFault> {
        for (name, operator) in Operator::ALL {
            if self.lexer.eat_operator(name)? {
                return Ok((operator, name));
            }
        }
        let kind = match self.lexer.token() {
            Token::Operator(_) => Fault::Operands(self.word()),
            _ => Fault::Unexpected,
        };
        Err(self.lexer.fault(kind))
    }

    /// The word, where it is an operator.
    fn word(&self) -> String {
        match self.lexer.token() {
            Token::Operator(name) | Token::Name(name) => format!("-{}", name.to_lowercase()),
            _ => String::new(),
        }
    }

    /// What a value of this kind is compared with.
    fn value(&mut self, kind: PropertyKind, operands: &Fault) -> Result<Value, RuleFault> {
        let fault = self.lexer.fault(operands.clone());
        if kind == PropertyKind::Time
            && let Some(time) = self.time(operands)?
        {
            return Ok(Value::Time(time));
        }
        match self.lexer.advance()? {
            Token::Text(text) => Ok(Value::Text(text.into())),
            Token::Name(name) if ["null", "$null"].iter().any(|null| name.eq_ignore_ascii_case(null)) => {
                Ok(Value::Null)
            }
            Token::Name("true") => Ok(Value::Flag(true)),
            Token::Name("false") => Ok(Value::Flag(false)),
            Token::Sign('[') => self.texts(operands),
            _ => Err(fault),
        }
    }

    /// The rest of a list of texts.
    fn texts(&mut self, operands: &Fault) -> Result<Value, RuleFault> {
        let mut texts = Vec::<Text>::new();
        loop {
            let fault = self.lexer.fault(operands.clone());
            match self.lexer.advance()? {
                Token::Text(text) => texts.push(text.into()),
                _ => return Err(fault),
            }
            if !self.lexer.eat_sign(',')? {
                break;
            }
        }
        self.lexer.expect_sign(']')?;
        Ok(Value::Texts(texts))
    }

    /// A time, in quotes or without, or `system.now` with a span before or after it, perhaps in parentheses. `None`: something else
    /// stands there.
    fn time(&mut self, operands: &Fault) -> Result<Option<Time>, RuleFault> {
        if self.lexer.eat_sign('(')? {
            self.lexer.enter()?;
            let time = self.time(operands)?.ok_or_else(|| self.lexer.fault(operands.clone()))?;
            self.lexer.leave();
            self.lexer.expect_sign(')')?;
            return Ok(Some(time));
        }
        let written = match self.lexer.token() {
            Token::Text(text) => text.as_str(),
            Token::Number(text) => text,
            Token::Name(name) if name.eq_ignore_ascii_case("system.now") => {
                self.lexer.advance()?;
                return self.shifted(operands).map(Some);
            }
            _ => return Ok(None),
        };
        let time = DateTime::parse_from_rfc3339(written).map_err(|_| self.lexer.fault(operands.clone()))?;
        self.lexer.advance()?;
        Ok(Some(Time::At(time.to_utc())))
    }

    /// What follows `system.now`.
    fn shifted(&mut self, operands: &Fault) -> Result<Time, RuleFault> {
        let shift = if self.lexer.eat_operator("plus")? {
            Time::After
        } else if self.lexer.eat_operator("minus")? {
            Time::Before
        } else {
            return Ok(Time::Now);
        };
        let fault = self.lexer.fault(operands.clone());
        match self.lexer.advance()? {
            Token::Name(span) => span.parse().map(shift).map_err(|_| fault),
            _ => Err(fault),
        }
    }
}

/// The only one of these, or what they are together.
fn single_or(mut parts: Vec<Expression>, together: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.pop() {
        Some(single) if parts.is_empty() => single,
        last => {
            parts.extend(last);
            together(parts)
        }
    }
}
