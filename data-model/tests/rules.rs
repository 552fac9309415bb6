//! Provisioning rules from the outside: what they mean on a device, what is wrong with bad ones, and that printing one
//! loses nothing.

use data_model::provisioning::macros::Macros;
use data_model::provisioning::rule::{
    Alternative, Assignment, Choice, Comparison, Condition, Operand, Operator, Options, Register,
    Rule, Target,
};
use proptest::prelude::*;
use std::borrow::Cow;

/// An ATA 192 with some registers set.
struct Ata;

impl Macros for Ata {
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed(match name {
            "MA" => "000e08aabbcc",
            "MAU" => "000E08AABBCC",
            "PSN" => "192",
            "SWVER" => "11-1-0MPP0401-002",
            "PRVTMR" => "900",
            "PRVST" => "-1",
            "CCERT" => "Installed",
            "A" => "Provisioned",
            "B" => "https://evil.example.net/x | https://y/",
            "SA" => "the profile key",
            _ => return None,
        }))
    }
}

/// What a rule comes to: `set name=value`, `fetch path`, or the reason for neither.
fn outcome(text: &str) -> Vec<String> {
    let rule: Rule = text
        .parse()
        .unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
    match rule.evaluate(&Ata).choice {
        Choice::Skip => vec!["skip".into()],
        Choice::Broken { why, .. } => vec![format!("broken: {why}")],
        Choice::Take {
            assignments, fetch, ..
        } => {
            let sets = assignments
                .into_iter()
                .map(|(name, value)| format!("set {name}={value}"));
            let fetches = fetch.map(|fetch| {
                let server = fetch.url.server.unwrap_or_default();
                format!("fetch {server}{}", fetch.url.path)
            });
            sets.chain(fetches).collect()
        }
    }
}

#[test]
fn the_first_alternative_that_holds_is_used() {
    for (rule, expected) in [
        ("", "skip"),
        ("  # https://p.example.net/x", "skip"),
        ("/ata$PSN.cfg", "fetch /ata192.cfg"),
        (
            "https://p.example.net/$MA.cfg",
            "fetch p.example.net/000e08aabbcc.cfg",
        ),
        ("($PRVTMR ge 600)? http://p/a | http://p/b", "fetch p/a"),
        ("($PRVTMR lt 600)? http://p/a | http://p/b", "fetch p/b"),
        ("($PRVTMR lt 600)? http://p/a", "skip"),
        ("($PRVST = -1)? http://p/asked", "fetch p/asked"),
        (
            "(\"$CCERT\" eq \"Installed\")? https://p/c? | https://p/c?cisco$MAU",
            "fetch p/c?",
        ),
        (
            "(\"$A\" ne \"Provisioned\")? http://p/init | http://p/configs",
            "fetch p/configs",
        ),
        (
            "($PRVTMR ge 600 and $PRVST ne -1)? http://p/a | http://p/b",
            "fetch p/b",
        ),
        (
            "($SWVER lt 11-3-2MPP0102-233)? http://p/1.img | http://p/2.img",
            "fetch p/1.img",
        ),
        (
            "($SWVER>=11-1-0MPP)?http://p/new|http://p/old",
            "fetch p/new",
        ),
        ("(ge 11-1-0MPP)? http://p/legacy", "fetch p/legacy"),
        ("(!11-1-0MPP)? http://p/legacy", "fetch p/legacy"),
        (
            "($(PRVTMR) ge 600)? http://p/bracketed",
            "fetch p/bracketed",
        ),
    ] {
        assert_eq!(outcome(rule), [expected], "{rule}");
    }
}

#[test]
fn what_is_assigned_comes_before_what_is_fetched() {
    assert_eq!(
        outcome("(User_ID_1_ = \"uid$MA\" ; c = \"\" ; d = \"$A\" ;)!"),
        [
            "set User_ID_1_=uid000e08aabbcc",
            "set GPP_C=",
            "set GPP_D=Provisioned"
        ]
    );
    assert_eq!(
        outcome("(\"$A\" eq \"Provisioned\")? (Line_Enable_1_ = \"No\";)! https://p/x"),
        ["set Line_Enable_1_=No", "fetch p/x"]
    );
}

/// Covers C17.
#[test]
fn a_value_never_becomes_part_of_the_language() {
    let rule: Rule = "https://p/$B".parse().unwrap();
    let choice = rule.evaluate(&Ata).choice;
    assert!(matches!(choice, Choice::Broken { .. }), "{choice:?}");
    assert_eq!(
        outcome("(\"$B\" eq \"x\")? http://p/a | http://p/b"),
        ["fetch p/b"]
    );
}

/// Covers U07.
#[test]
fn secret_registers_are_read_only_as_keys_and_credentials_and_never_shown() {
    let rule: Rule = "[--key $SA --uid u --pwd \"$SA\"] https://p/$SA"
        .parse()
        .unwrap();
    let Choice::Take {
        fetch: Some(fetch), ..
    } = rule.evaluate(&Ata).choice
    else {
        panic!("a fetch is due")
    };
    assert_eq!(
        fetch.key.as_ref().map(|key| key.reveal()),
        Some("the profile key")
    );
    assert_eq!(
        fetch.pwd.as_ref().map(|pwd| pwd.reveal()),
        Some("the profile key")
    );
    assert_eq!(fetch.url.path, "/$SA");
    assert!(!format!("{fetch:?}").contains("the profile key"));
}

#[test]
fn what_cannot_be_compared_does_not_hold_and_says_why() {
    for (rule, why) in [
        (
            "($CCERT eq 1)? http://p/x",
            "neither a number nor a version",
        ),
        (
            "(\"a\" lt \"b\")? http://p/x",
            "only compared with eq and ne",
        ),
        (
            "(\"900\" eq 900)? http://p/x",
            "a text cannot be compared with a number",
        ),
        ("($SWVER lt 11.1.0)? http://p/x", "different notations"),
    ] {
        let evaluation = rule.parse::<Rule>().unwrap().evaluate(&Ata);
        assert_eq!(evaluation.choice, Choice::Skip, "{rule}");
        let notes: Vec<String> = evaluation.notes.iter().map(ToString::to_string).collect();
        assert!(notes[0].contains(why), "{rule}: {notes:?}");
    }
}

#[test]
fn what_is_wrong_is_named_with_its_column() {
    for (rule, column, why) in [
        ("($PRVTMR ge 600 http://p/x", 1, "closing bracket"),
        ("($PRVTMR ge 600) http://p/x", 17, "`?` or `!`"),
        ("($PRVTMR 600)? http://p/x", 10, "operator"),
        (
            "($PRVTMR ge )? http://p/x",
            13,
            "a number, a version or a quoted text",
        ),
        ("(\"a eq 1)? http://p/x", 1, "closing bracket"),
        ("(ge!100-1MP)? /x", 2, "put it into quotes"),
        ("($A eq and)? /x", 8, "put it into quotes"),
        ("($A ne 1($P ge)? /x)? /y", 8, "is not closed"),
        ("http://p/x | http://p/y", 13, "without a condition"),
        ("($PRVTMR ge 1)? http://p/x |", 29, "a URL is due"),
        ("[--key k]", 10, "behind the options"),
        ("[--kee k] /x", 2, "no option --kee"),
        ("[--post z] /x", 8, "letter of a register"),
        ("[--key] /x", 7, "needs an argument"),
        ("[--key k /x", 10, "an option or `]`"),
        ("http://p/x y", 11, "no blanks"),
        ("(a = b)! /x", 6, "double quotes"),
        ("(= \"b\")! /x", 2, "name of a parameter"),
        (
            "(a = \"b\")! ($PRVST eq 1)? /x",
            12,
            "in front of the assignments",
        ),
        ("é($PRVST eq 1)? /é\n", 19, "control characters"),
    ] {
        let wrong = rule.parse::<Rule>().expect_err(rule);
        assert_eq!(wrong.column, column, "{rule}: {wrong}");
        assert!(wrong.why.contains(why), "{rule}: {wrong}");
    }
}

#[test]
fn hostile_rules_are_refused_or_read_and_nothing_else() {
    let deep = "(".repeat(8000);
    let many = "($PRVST eq 1)? /x | ".repeat(400);
    for rule in [
        deep.as_str(),
        &many,
        &"$(".repeat(4000),
        &"\"".repeat(8000),
        &"/".repeat(9000),
    ] {
        if let Ok(rule) = rule.parse::<Rule>() {
            rule.evaluate(&Ata);
        }
    }
}

#[test]
fn triggers_are_conditions_without_brackets() {
    let trigger: Condition = "$UPGTMR gt 300 and $PRVTMR ge 600".parse().unwrap();
    assert!(!trigger.holds(&Ata), "nobody knows $UPGTMR");
    assert!("$PRVTMR ge 600".parse::<Condition>().unwrap().holds(&Ata));
    assert_eq!(
        "$PRVTMR ge 600 or".parse::<Condition>().unwrap_err().column,
        16
    );
}

// ---- printing -------------------------------------------------------------------------------------------------

fn quoted() -> impl Strategy<Value = String> {
    "[ -!#-~äß]{0,12}"
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        quoted().prop_map(Operand::Quoted),
        "-?[0-9]{1,6}".prop_map(Operand::Bare),
        "11-[0-9]-[0-9]MPP[0-9]{4}".prop_map(Operand::Bare),
        "1\\.4\\.[0-9]\\(SR[0-9]\\)".prop_map(Operand::Bare),
        "\\$[A-Z]{2,6}".prop_map(Operand::Bare),
        "\\$\\([A-Z]{2,6}:[0-9]:[0-9]\\)".prop_map(Operand::Bare),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let operator = prop::sample::select(vec![
        Operator::Equal,
        Operator::NotEqual,
        Operator::Less,
        Operator::AtMost,
        Operator::Greater,
        Operator::AtLeast,
    ]);
    let comparison = (prop::option::of(operand()), operator, operand());
    let comparison = comparison.prop_map(|(left, operator, right)| Comparison {
        left,
        operator,
        right,
    });
    prop::collection::vec(comparison, 1..4).prop_map(Condition)
}

fn options() -> impl Strategy<Value = Options> {
    let register = || {
        prop::option::of(
            "[a-p]".prop_map(|letter| Register::parse(&letter).expect("a letter from a to p")),
        )
    };
    let text = || prop::option::of(quoted());
    let flags = any::<(bool, bool, bool, bool)>();
    (text(), text(), text(), register(), register(), flags).prop_map(
        |(key, uid, pwd, post, alias, (put, delta, status, srv))| Options {
            key,
            uid,
            pwd,
            post,
            alias,
            put,
            delta,
            status,
            srv,
        },
    )
}

fn alternative(conditional: bool) -> impl Strategy<Value = Alternative> {
    let assignment = ("[A-Za-z][A-Za-z0-9_]{0,8}", quoted());
    let assignment = assignment.prop_map(|(name, value)| Assignment { name, value });
    let target = (options(), "(https?://)?[a-z.]{1,8}/[a-zA-Z0-9$?=&;.]{0,12}");
    let target = target.prop_map(|(options, url)| Target { options, url });
    let parts = (
        condition(),
        prop::collection::vec(assignment, 0..3),
        prop::option::of(target),
    );
    let whole = parts.prop_map(move |(condition, assignments, target)| Alternative {
        condition: conditional.then_some(condition),
        assignments,
        target,
    });
    whole.prop_filter("says something", |one| {
        !one.assignments.is_empty() || one.target.is_some()
    })
}

fn rule() -> impl Strategy<Value = Rule> {
    let alternatives = (
        prop::collection::vec(alternative(true), 0..4),
        prop::option::of(alternative(false)),
    );
    let alternatives = alternatives.prop_map(|(mut all, last)| {
        all.extend(last);
        Rule::Alternatives(all)
    });
    prop_oneof![alternatives, "[ -~]{0,20}[!-~]".prop_map(Rule::Comment)]
}

/// A URL may begin like a condition, options or a comment where brackets stand in front of it.
#[test]
fn what_a_url_begins_with_is_not_taken_for_another_part_when_it_is_printed() {
    for text in ["[](tftr://g", "[] [x/", "[]#/a"] {
        let Ok(rule) = text.parse::<Rule>() else {
            continue;
        };
        let printed = rule.to_string();
        assert_eq!(printed.parse::<Rule>().as_ref(), Ok(&rule), "{printed}");
    }
    assert!("[](tftr://g".parse::<Rule>().is_ok());
}

proptest! {
    #[test]
    fn a_printed_rule_reads_back_as_the_same_rule(rule in rule()) {
        let printed = rule.to_string();
        let read: Result<Rule, _> = printed.parse();
        prop_assert_eq!(read, Ok(rule), "{}", printed);
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        if let Ok(rule) = text.parse::<Rule>() {
            rule.evaluate(&Ata);
            let again: Result<Rule, _> = rule.to_string().parse();
            prop_assert_eq!(again, Ok(rule));
        }
    }
}

/// Section 2.10: `Report_Rule` may hold two rules with a blank between them. Covers M-01.
#[test]
fn two_rules_of_a_report_stand_with_a_blank_between_them() {
    let read = |text: &str| {
        let rules = Rule::reports(text).unwrap_or_else(|wrong| panic!("{text}: {wrong}"));
        rules.iter().map(Rule::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        read("[--key \"a b\" --status] http://p/s   ($A eq 1)? http://p/1 | [--delta]http://p/2 "),
        [
            "[--key \"a b\" --status] http://p/s",
            "($A eq 1)? http://p/1 | [--delta] http://p/2"
        ]
    );
    assert_eq!(read("http://p/s"), ["http://p/s"]);
    assert_eq!(read("# http://p/s http://p/t"), ["# http://p/s http://p/t"]);
    for (text, column) in [
        ("http://a/ http://b/ http://c/", 21),
        ("http://a/ [--x] /b", 12),
    ] {
        let wrong = Rule::reports(text).expect_err(text);
        assert_eq!(wrong.column, column, "{wrong}");
    }
}
