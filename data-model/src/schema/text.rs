//! The lines of a model: objects, parameters and factory values, each from one line of text.
//!
//! `data-model/models/README.md` describes the format for those who write it.

use super::conversion::Conversion;
use super::conversion_text::parse_conversion;
use super::node::{Access, Applies, NotificationRule, Secrecy};
use super::parameter_type::ParameterType;
use super::type_text::parse_type;
use super::xml_binding::{TextStyle, UserAccess, XmlDocument};

/// What one line says.
#[derive(Debug)]
pub enum Line<'a> {
    /// Nothing: it is empty or a comment.
    Blank,
    /// `[Path.] words`: the lines that follow belong to this object.
    Object(ObjectLine<'a>),
    /// `[Path.1.] factory`: the lines that follow are factory values of these instances.
    Factory {
        /// Path from the mount point, with instance numbers or `*`.
        path: &'a str,
    },
    /// `-- Title --`: the parameters that follow are one section of their page.
    Section(&'a str),
    /// `Name access type words = default`.
    Parameter(Box<ParameterLine<'a>>),
    /// `Name = value`, below a factory header.
    Value {
        /// The parameter's name.
        name: &'a str,
        /// Its value.
        value: &'a str,
    },
}

/// The header of an object.
#[derive(Debug)]
pub struct ObjectLine<'a> {
    /// Path from the mount point, with a dot at its end; a table ends with `{i}.`.
    pub path: &'a str,
    /// `ro` or `rw`, for tables.
    pub access: Option<Access>,
    /// `init=n`.
    pub initial: u32,
    /// `max=n`.
    pub max: Option<u32>,
    /// `count=Name`.
    pub count: Option<&'a str>,
    /// Elements of the parameters, unless they name their own.
    pub xml: XmlWords<'a>,
}

/// A parameter.
#[derive(Debug)]
pub struct ParameterLine<'a> {
    /// Its name.
    pub name: &'a str,
    /// `ro` or `rw`.
    pub access: Access,
    /// Its type; `None` for `same`, the type of a view's target.
    pub ty: Option<ParameterType>,
    /// `inform`.
    pub forced_inform: bool,
    /// `active`, `active-default` or `deny-active`.
    pub notification: NotificationRule,
    /// `secret`.
    pub secret: Secrecy,
    /// `reboot`.
    pub applies: Applies,
    /// `view=Path`.
    pub view: Option<&'a str>,
    /// `as=conversion`.
    pub conversion: Option<Conversion>,
    /// Its element, where it differs from the object's pattern.
    pub xml: XmlWords<'a>,
    /// `= text` or `= @name`.
    pub default: Option<&'a str>,
}

/// The words about the vendor's documents, on a header or a parameter.
#[derive(Debug, Clone, Copy, Default)]
pub struct XmlWords<'a> {
    /// `xml=` or `status=` and the element; `*` stands for the parameter's name.
    pub element: Option<(XmlDocument, &'a str)>,
    /// `text=yes-no` or `text=0-1`.
    pub text: Option<TextStyle>,
    /// `ua=na`, `ua=ro` or `ua=rw`.
    pub user_access: Option<UserAccess>,
}

/// Reads one line. `in_factory` says whether it stands below a factory header.
///
/// # Errors
/// Says what is wrong with the line.
pub fn parse_line(line: &str, in_factory: bool) -> Result<Line<'_>, String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(Line::Blank);
    }
    if let Some(header) = line.strip_prefix('[') {
        let (path, words) = header.split_once(']').ok_or("the header lacks its `]`")?;
        return parse_header(path, words);
    }
    if let Some(title) = line.strip_prefix("-- ") {
        let title = title.strip_suffix(" --");
        let title = title.ok_or("the title of a section lacks its ` --`")?;
        return Ok(Line::Section(title));
    }
    if in_factory {
        let (name, value) = line
            .split_once('=')
            .ok_or("a factory value is `Name = value`")?;
        return Ok(Line::Value {
            name: name.trim_end(),
            value: value.trim_start(),
        });
    }
    parse_parameter(line).map(|parameter| Line::Parameter(Box::new(parameter)))
}

fn parse_header<'a>(path: &'a str, words: &'a str) -> Result<Line<'a>, String> {
    if !path.is_empty() && !path.ends_with('.') {
        return Err(format!("the path `{path}` lacks its dot at the end"));
    }
    if words.trim() == "factory" {
        return Ok(Line::Factory { path });
    }
    let mut object = ObjectLine {
        path,
        access: None,
        initial: 0,
        max: None,
        count: None,
        xml: XmlWords::default(),
    };
    for word in words.split_whitespace() {
        match word.split_once('=') {
            None if word == "ro" => object.access = Some(Access::ReadOnly),
            None if word == "rw" => object.access = Some(Access::ReadWrite),
            Some(("init", number)) => object.initial = parse_count(number)?,
            Some(("max", number)) => object.max = Some(parse_count(number)?),
            Some(("count", name)) => object.count = Some(name),
            _ if object.xml.take(word)? => {}
            _ => return Err(unknown(word)),
        }
    }
    Ok(Line::Object(object))
}

fn parse_parameter(line: &str) -> Result<ParameterLine<'_>, String> {
    let mut rest = line;
    let name = next_word(&mut rest).unwrap_or_default();
    let access = match next_word(&mut rest) {
        Some("ro") => Access::ReadOnly,
        Some("rw") => Access::ReadWrite,
        _ => return Err(format!("`{name}` is followed by neither ro nor rw")),
    };
    let ty = match next_word(&mut rest) {
        Some("same") => None,
        Some(word) => Some(parse_type(word)?),
        None => return Err(format!("`{name}` has no type")),
    };
    let mut parameter = ParameterLine {
        name,
        access,
        ty,
        forced_inform: false,
        notification: NotificationRule::Free,
        secret: Secrecy::Open,
        applies: Applies::AtOnce,
        view: None,
        conversion: None,
        xml: XmlWords::default(),
        default: None,
    };
    while let Some(word) = next_word(&mut rest) {
        match word.split_once('=') {
            None if word == "inform" => parameter.forced_inform = true,
            None if word == "active" => parameter.notification = NotificationRule::ForcedActive,
            None if word == "active-default" => {
                parameter.notification = NotificationRule::DefaultActive;
            }
            None if word == "deny-active" => parameter.notification = NotificationRule::CanDeny,
            None if word == "secret" => parameter.secret = Secrecy::Secret,
            None if word == "reboot" => parameter.applies = Applies::AfterReboot,
            Some(("", "")) => {
                parameter.default = Some(rest.trim());
                rest = "";
            }
            Some(("view", path)) => parameter.view = Some(path),
            Some(("as", conversion)) => parameter.conversion = Some(parse_conversion(conversion)?),
            _ if parameter.xml.take(word)? => {}
            _ => return Err(unknown(word)),
        }
    }
    Ok(parameter)
}

impl<'a> XmlWords<'a> {
    /// Takes a word that is about the vendor's documents; `false` if it is not.
    fn take(&mut self, word: &'a str) -> Result<bool, String> {
        match word.split_once('=') {
            Some(("xml", element)) => self.element = Some((XmlDocument::Profile, element)),
            Some(("status", element)) => self.element = Some((XmlDocument::Status, element)),
            Some(("text", "yes-no")) => self.text = Some(TextStyle::YesNo),
            Some(("text", "0-1")) => self.text = Some(TextStyle::ZeroOne),
            Some(("ua", "na")) => self.user_access = Some(UserAccess::None),
            Some(("ua", "ro")) => self.user_access = Some(UserAccess::ReadOnly),
            Some(("ua", "rw")) => self.user_access = Some(UserAccess::ReadWrite),
            Some(("text" | "ua", _)) => return Err(unknown(word)),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// These words where they say something, `outer` elsewhere.
    pub fn or(self, outer: XmlWords<'a>) -> XmlWords<'a> {
        XmlWords {
            element: self.element.or(outer.element),
            text: self.text.or(outer.text),
            user_access: self.user_access.or(outer.user_access),
        }
    }
}

fn unknown(word: &str) -> String {
    format!("the word `{word}` is unknown")
}

fn parse_count(text: &str) -> Result<u32, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

/// The next word up to a blank outside quotes.
fn next_word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let text = rest.trim_start();
    let mut quoted = false;
    let end = text.find(|letter: char| {
        quoted ^= letter == '"';
        letter.is_whitespace() && !quoted
    });
    let (word, after) = text.split_at(end.unwrap_or(text.len()));
    *rest = after;
    (!word.is_empty()).then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(line: &str) -> ParameterLine<'_> {
        match parse_line(line, false) {
            Ok(Line::Parameter(parameter)) => *parameter,
            other => panic!("{line} was read as {other:?}"),
        }
    }

    #[test]
    fn the_default_runs_to_the_end_of_the_line() {
        let line =
            parameter("  TLS_Min_Version rw enum(\"TLS 1.0\"|\"TLS 1.1\") reboot = TLS 1.1  ");
        assert_eq!(line.default, Some("TLS 1.1"));
        assert_eq!(line.applies, Applies::AfterReboot);
        assert_eq!(
            parameter("FAX_Line_Toggle_Code rw starcode = #99").default,
            Some("#99")
        );
        assert_eq!(parameter("Rule rw string = a = b").default, Some("a = b"));
        assert_eq!(parameter("Name rw string").default, None);
    }

    #[test]
    fn a_view_names_its_target_and_its_conversion() {
        let line = parameter("ProxyServer rw string(256) view=X_CISCO_ATA.Line.{2}.Proxy as=host");
        assert_eq!(line.view, Some("X_CISCO_ATA.Line.{2}.Proxy"));
        assert_eq!(line.conversion, Some(Conversion::Host));
        assert!(parameter("X rw same view=Y").ty.is_none());
    }

    #[test]
    fn headers_describe_objects_tables_and_factory_values() {
        let Ok(Line::Object(object)) = parse_line(
            "[LAN.DHCPOption.{i}.] ro init=4 max=8 count=DHCPOptionNumberOfEntries",
            false,
        ) else {
            panic!("a header is a header");
        };
        assert_eq!(
            (object.path, object.initial, object.max),
            ("LAN.DHCPOption.{i}.", 4, Some(8))
        );
        assert_eq!(object.access, Some(Access::ReadOnly));
        assert!(matches!(
            parse_line("[Line.*.] factory", false),
            Ok(Line::Factory { path: "Line.*." })
        ));
        assert!(matches!(
            parse_line("Codec = G.711MuLaw", true),
            Ok(Line::Value {
                name: "Codec",
                value: "G.711MuLaw"
            })
        ));
    }

    #[test]
    fn words_nobody_knows_are_refused() {
        for line in [
            "Name",
            "Name wo string",
            "Name rw",
            "Name rw strng",
            "Name rw string secrt",
            "Name rw string ua=all",
            "Name rw string view=X as=hosts",
            "[Path] ro",
            "-- Title",
            "[Path. ro",
            "[Path.] table",
            "[Path.] init=x",
        ] {
            assert!(parse_line(line, false).is_err(), "{line}");
        }
        assert!(parse_line("Name rw string", true).is_err());
    }
}
