//! From models to a schema: what is refused, with the line that is to blame, and what lines mean together.

use data_model::OperatorError;
use data_model::schema::{Applies, Model, ParameterType, Schema, SchemaBuilder, Secrecy, Source};

fn build(models: &[&str]) -> Result<Schema, OperatorError> {
    let mut builder = SchemaBuilder::new("Device").expect("a legal name");
    for model in models {
        builder.add_model(Model {
            file: "test.dm",
            text: model,
            at: "",
        })?;
    }
    builder.finish()
}

#[track_caller]
fn refused(model: &str, line: usize, why: &str) {
    let error = build(&[model]).expect_err(model);
    assert!(error.what.contains("test.dm"), "{error}");
    assert!(error.why.starts_with(&format!("line {line}: ")), "{error}");
    assert!(error.why.contains(why), "{error}");
}

#[test]
fn what_cannot_be_declared_is_refused_with_its_line() {
    refused("A rw string", 1, "before the first header");
    refused("[A.]\nB rw string secrt", 2, "`secrt` is unknown");
    refused("[A.]\nB rw strng", 2, "`strng` is unknown");
    refused(
        "[A.]\n\nB rw string\nB rw string",
        4,
        "declared a second time",
    );
    refused("[A.B.]", 1, "`A` is not declared before");
    refused("[A.{i}.]", 1, "a table is ro or rw");
    refused("[A.{i}.] ro\n[A.{i}.] ro", 2, "described a second time");
    refused("[A.] max=2", 1, "only a table");
    refused("[A.{i}.] ro init=2 max=1", 1, "more instances");
    refused("[A.]\n1B rw string", 2, "no name");
    refused("[A.]\nB rw same", 2, "target of a view");
    refused("[A.]\nB rw string as=host", 2, "belongs to a view");
    refused("[A.]\nB ro string = @moon_phase", 2, "no device computes");
}

#[test]
fn what_does_not_fit_together_is_refused_with_its_line() {
    refused("[A.]\nB rw string view=A.C", 2, "there is no `A.C`");
    refused("[A.]\nB rw string view=A", 2, "no parameter");
    refused(
        "[A.]\nB rw string view=A.C\nC rw string view=A.D\nD rw string",
        2,
        "a view itself",
    );
    refused(
        "[A.]\nB rw string view=A.C\nC ro string",
        2,
        "cannot be written",
    );
    refused(
        "[A.]\nB rw string secret view=A.C\nC rw string",
        2,
        "as its target does",
    );
    refused(
        "[A.]\nB rw string view=A.C = x\nC rw string",
        2,
        "default of its target",
    );
    refused(
        "[A.]\nB rw string view=T.{1}.C\n[T.{i}.] ro\nC rw string",
        2,
        "does not fit",
    );
    refused("[A.{i}.] ro count=B", 1, "`= @entries`");
    refused("[A.]\nB rw unsignedInt[1:] = 0", 2, "the factory value `0`");
    refused("[A.]\nB rw enum(x|y)", 2, "the factory value ``");
    refused("[T.{i}.] rw\nB rw string = {1}", 2, "without AddObject");
    refused(
        "[T.{i}.] ro init=1\nB rw string\n[T.2.] factory\nB = x",
        4,
        "no instance",
    );
    refused(
        "[A.]\nB rw string\n[A.] factory\nC = x",
        4,
        "there is no `A.C`",
    );
}

#[test]
fn a_view_takes_over_what_holds_for_its_target() {
    let schema = build(&[
        "[A.]\nB rw same view=S.{1}.X\n",
        "[S.{i}.] ro init=2\nX rw string(4) secret reboot = abc\n",
    ]);
    // `{1}` is the view's first instance number, and A has none.
    assert!(schema.is_err());
    let schema = build(&[
        "[A.{i}.] ro init=2\nB rw same view=S.{1}.X\n",
        "[S.{i}.] ro init=2\nX rw string(4) secret reboot = abc\n[S.2.] factory\nX = def\n",
    ])
    .unwrap();
    let address = schema.lookup("Device.A.2.B").unwrap();
    let view = schema.parameter(address.node).unwrap();
    assert_eq!(view.ty, ParameterType::String { max_chars: Some(4) });
    assert_eq!(view.secret, Secrecy::Secret);
    assert_eq!(view.applies, Applies::AfterReboot);
    assert_eq!(schema.path(&schema.storage(&address)), "Device.S.2.X");
    assert_eq!(schema.factory_shown(&address), "def");
}

#[test]
fn a_computed_parameter_with_a_view_is_written_through_it() {
    let model = "[A.]\nIP rw ipv4? view=A.Net as=field(1,0.0.0.0) = @local_ip\nNet rw string\n";
    let schema = build(&[model]).unwrap();
    let parameter = schema
        .parameter(schema.lookup("Device.A.IP").unwrap().node)
        .unwrap();
    assert!(matches!(&parameter.source, Source::Computed(name) if **name == *"local_ip"));
    assert!(parameter.writes.is_some());
}

#[test]
fn defaults_may_hold_instance_numbers_and_wildcards_reach_all() {
    let model = "[A.{i}.] ro init=2\n[A.{i}.B.{i}.] ro init=2\nName ro string = {1}-{2}\n\
                 X ro string\n[A.*.B.2.] factory\nX = second\n";
    let schema = build(&[model]).unwrap();
    let value = |path: &str| {
        schema
            .factory_value(&schema.lookup(path).unwrap())
            .to_owned()
    };
    assert_eq!(value("Device.A.2.B.1.Name"), "2-1");
    assert_eq!(value("Device.A.1.B.2.X"), "second");
    assert_eq!(value("Device.A.2.B.2.X"), "second");
    assert_eq!(value("Device.A.2.B.1.X"), "");
}

#[test]
fn a_title_holds_until_the_next_one_or_the_end_of_its_object() {
    let schema = build(&[
        "[A.]\nBefore ro string\n-- First --\nOne ro string\nTwo ro string\n-- Second (part) --\nThree ro string\n\
         [B.]\nElsewhere ro string\n",
    ])
    .expect("it is a model");
    let title = |name: &str| {
        let address = schema.lookup(name).expect("it is declared");
        schema.section(address.node)
    };
    assert_eq!(title("Device.A.Before"), None);
    assert_eq!(title("Device.A.One"), Some("First"));
    assert_eq!(title("Device.A.Two"), Some("First"));
    assert_eq!(title("Device.A.Three"), Some("Second (part)"));
    assert_eq!(title("Device.B.Elsewhere"), None);
}
